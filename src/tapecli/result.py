"""What was computed: one Result of rows, which every output format is made from."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tapecli.floats import FloatFormat
from tapecli.verdict import Status

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SCHEMA = 1
"""The version of the machine formats' columns and fields. They are only ever added to."""


COLUMNS = frozenset(
    {"target", "expression", "wrt", "order", "tape", "analytic", "ulps", "status"}
    | {"note", "digits", "schema", "dtype"}
)
"""The names that columns and fields of a row have, beside that of the variable."""


@dataclass(frozen=True)
class Row:
    """One value and its verdict.

    Attributes:
        target: the target's name.
        expression: the target as it was understood.
        wrt: the variable of the derivative.
        order: its order; 0 is the value of the target itself.
        point: the value of the variable, as the tape saw it.
        tape: what the tapes returned; NaN and infinities as they came.
        analytic: the exact derivative rounded to the dtype; None where there is none.
        ulps: how many numbers of the dtype apart the two are; None where one is missing.
        status: the verdict.
        note: the reason for a status that is not ok, or for an infinity, or "".
        digits: how many decimal digits of a rounded value are right, if any number is.
    """

    target: str
    expression: str
    wrt: str
    order: int
    point: float
    tape: float
    analytic: float | None
    ulps: int | None
    status: Status
    note: str = ""
    digits: int | None = None


@dataclass(frozen=True)
class Block:
    """The rows of one derivative: one row for each point.

    Attributes:
        target, expression, wrt, order: as in its rows.
        formula: the derivative in mathematical notation; None if it was left out.
        rows: the rows.
    """

    target: str
    expression: str
    wrt: str
    order: int
    formula: str | None
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Result:
    """The answer to one request.

    Attributes:
        blocks: the derivatives, by target and then by order.
        variable: the name of the variable.
        format_: the dtype of the values.
        method: the arrangement of tapes that was used.
        tensorflow: TensorFlow's version.
        tolerance: what the verdict was scaled by.
    """

    blocks: tuple[Block, ...]
    variable: str
    format_: FloatFormat
    method: str
    tensorflow: str
    tolerance: float

    @property
    def dtype(self) -> str:
        """The name of the dtype."""
        return self.format_.name

    @property
    def rows(self) -> Iterator[Row]:
        """Every row, by target, order and point."""
        return (row for block in self.blocks for row in block.rows)

    @property
    def counts(self) -> dict[Status, int]:
        """How many rows have each status; statuses that no row has are left out."""
        found = Counter(row.status for row in self.rows)
        return {status: found[status] for status in Status if found[status]}

    @property
    def ok(self) -> bool:
        """Whether no value is off or lost: exit code 0."""
        return not any(status.failed for status in self.counts)

    @property
    def all_ok(self) -> bool:
        """Whether every value is ok: exit code 0 with --strict."""
        return set(self.counts) <= {Status.OK}

    @property
    def tape(self) -> NDArray[np.float64]:
        """The values of the tapes, of shape (targets, orders, points)."""
        return self._array([row.tape for row in self.rows])

    @property
    def analytic(self) -> NDArray[np.float64]:
        """The analytic values in the same shape; NaN where there is none."""
        values = [math.nan if row.analytic is None else row.analytic for row in self.rows]
        return self._array(values)

    def _array(self, values: list[float]) -> NDArray[np.float64]:
        import numpy as np

        targets = len({block.target for block in self.blocks})
        shape = targets, len(self.blocks) // targets, len(self.blocks[0].rows)
        return np.array(values, dtype=np.float64).reshape(shape)
