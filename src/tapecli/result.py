"""What was computed: one Result of rows, which every output format is made from."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from tapecli.expressions.derivative import Derivative
from tapecli.floats import FloatFormat

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SCHEMA = 1
"""The version of the machine formats' columns and fields. They are only ever added to."""


COLUMNS = frozenset(
    {"target", "expression", "wrt", "order", "tape", "analytic", "ulps", "status", "note"}
    | {"digits", "schema", "dtype", "axes", "point", "row", "column", "statuses", "expressions"}
    | {"kind", "method", "tensorflow", "execution", "scaled"}
)
"""The names that columns, fields and axes have, beside those of the variables."""

OUT_OF_TIME = "could not be certified in time"
"""The reason of a value that the budget for certified values did not suffice for."""


class Status(str, Enum):
    """What the verdict on one value can be."""

    OK = "ok"
    ROUNDED = "rounded"
    OFF = "off"
    UNDEFINED = "undefined"
    LOST = "lost"
    UNVERIFIED = "unverified"
    CERTIFIED = "certified"

    def __str__(self) -> str:
        return self.value

    @property
    def failed(self) -> bool:
        """Whether a value of this status fails the whole request."""
        return self in (Status.OFF, Status.LOST)


def any_failed(statuses: Iterable[Status]) -> bool:
    """Whether one of the values is off or lost."""
    return any(status.failed for status in statuses)


def all_ok(statuses: Iterable[Status]) -> bool:
    """Whether every value that was verified is ok."""
    return set(statuses) <= {Status.OK, Status.UNVERIFIED, Status.CERTIFIED}


@dataclass(frozen=True)
class Check:
    """The verdict on one value.

    Attributes:
        analytic: the exact derivative rounded to the dtype; None where there is none.
        ulps: how many numbers of the dtype apart the two are; None where one is missing.
        status: the verdict.
        note: the reason for a status that is not ok, or for an infinity, or "".
        digits: how many decimal digits of a rounded value are right, if any number is.
    """

    analytic: float | None
    ulps: int | None
    status: Status
    note: str = ""
    digits: int | None = None


UNVERIFIED = Check(None, None, Status.UNVERIFIED)
"""The verdict on a value that was not looked at."""


class Finding(str, Enum):
    """What the judgement on a claim can be.

    * proved: a symbolic proof says that the two are equal, and so does every tested point;
    * agrees: there is no such proof, and certified values agree at every tested point;
    * differs: there is a point at which they do not;
    * untested: no point was found at which the two could be compared.
    """

    PROVED = "proved"
    AGREES = "agrees"
    DIFFERS = "differs"
    UNTESTED = "untested"

    def __str__(self) -> str:
        return self.value

    @property
    def failed(self) -> bool:
        """Whether a claim with this finding fails the whole request."""
        return self in (Finding.DIFFERS, Finding.UNTESTED)


@dataclass(frozen=True)
class Claim:
    """A claim and the judgement on it.

    Attributes:
        target: the name of the target that it is a derivative of.
        wrt: the variable of the derivative, or several with commas between them.
        order: its order; 0 is the target itself.
        text: the claim as it was understood.
        finding: the judgement.
        tested: how many points the two were compared at.
        at: the point that shows the difference best, a number for each variable of the two;
            None where there is no difference.
        claimed: the claim's value there, rounded to the dtype; infinite if it is too large for
            it, None if the claim has no value there.
        analytic: the same of the derivative; None only where `at` is.
        reason: why it differs or is untested, in words for people; "" if there is nothing to say.
    """

    target: str
    wrt: str
    order: int
    text: str
    finding: Finding
    tested: int
    at: Mapping[str, float] | None = None
    claimed: float | None = None
    analytic: float | None = None
    reason: str = ""

    @property
    def failed(self) -> bool:
        """Whether it fails the whole request."""
        return self.finding.failed


@dataclass(frozen=True)
class Row:
    """One value and its verdict.

    Attributes:
        target: the target's name.
        expression: the target as it was understood.
        wrt: the variable of the derivative, or several with commas between them.
        order: its order; 0 is the value of the target itself.
        at: the values of the variables, as the tape saw them.
        tape: what the tapes, or Taylor series, returned; NaN and infinities as they came. None
            where only the analytic value was asked for.
        analytic, ulps, status, note, digits: as in a `Check`.
    """

    target: str
    expression: str
    wrt: str
    order: int
    at: Mapping[str, float]
    tape: float | None
    analytic: float | None
    ulps: int | None
    status: Status
    note: str = ""
    digits: int | None = None

    @property
    def point(self) -> float | Mapping[str, float]:
        """The value of the only variable; or of each, by name, where there are several."""
        return next(iter(self.at.values())) if len(self.at) == 1 else self.at


class Formula(NamedTuple):
    """The formula of a derivative in mathematical notation, and the same in LaTeX.

    It is here, and not where it is made, so that a process which is handed one needs no SymPy.
    """

    text: str
    latex: str


class Latex(NamedTuple):
    """A derivative in LaTeX: the target as it was understood; the formula, None if left out."""

    expression: str
    formula: str | None


@dataclass(frozen=True, eq=False)
class Block:
    """One derivative at every point.

    Attributes:
        target: the target's name.
        expression: the target as it was understood.
        derivative: the derivative.
        formula: it in mathematical notation; None if it was left out.
        points: the points.
        tape: what the tapes, or Taylor series, returned at each of them, as an array of one
            dimension; None where only analytic values were asked for.
        checks: the verdicts by the place of the point; those that are not here are unverified.
        latex: expression and formula in LaTeX; None if formulas were left out.
    """

    target: str
    expression: str
    derivative: Derivative
    formula: str | None
    points: Points
    tape: NDArray[np.float64] | None
    checks: Mapping[int, Check]
    latex: Latex | None = None

    @property
    def wrt(self) -> str:
        """By which variables."""
        return self.derivative.wrt

    @property
    def order(self) -> int:
        """How often is differentiated."""
        return self.derivative.order

    @property
    def rows(self) -> Iterator[Row]:
        """A row for each point."""
        about = self.target, self.expression, self.wrt, self.order
        for place, tape in enumerate(self.computed):
            check = self.check(place)
            yield Row(
                *about,
                self.points.at(place),
                tape,
                check.analytic,
                check.ulps,
                check.status,
                check.note,
                check.digits,
            )

    @property
    def computed(self) -> Sequence[float | None]:
        """What was computed at each point, as plain numbers; None where nothing was."""
        return [None] * len(self.points) if self.tape is None else self.tape.tolist()

    def check(self, place: int) -> Check:
        """The verdict at one point."""
        return self.checks.get(place, UNVERIFIED)

    @property
    def analytic(self) -> list[float]:
        """The analytic value at each point; NaN where there is none."""
        found = (self.check(place).analytic for place in range(len(self.points)))
        return [math.nan if value is None else value for value in found]

    @property
    def values(self) -> Sequence[float]:
        """The answer at each point: what was computed, or else the analytic value."""
        return self.analytic if self.tape is None else self.tape.tolist()


class Points(Protocol):
    """The points of a result: a value of each variable at each."""

    @property
    def names(self) -> tuple[str, ...]: ...

    @property
    def dimensions(self) -> Mapping[str, int]: ...

    @property
    def columns(self) -> Mapping[str, NDArray[np.float64]]: ...

    def __len__(self) -> int: ...

    def at(self, place: int) -> dict[str, float]: ...

    def along(self, name: str) -> NDArray[np.float64]: ...


@dataclass(frozen=True, eq=False)
class Result:
    """The answer to one request.

    Attributes:
        kind: what was asked for: diff, grad, jacobian or hessian.
        blocks: the derivatives, by target and then as they were asked for.
        points: where.
        format_: the dtype of the values.
        method: the arrangement of tapes that was used, or taylor, or none.
        tensorflow: TensorFlow's version; "" where it was not used.
        tolerance: what the verdict was scaled by.
        execution: how TensorFlow ran it: eager, graph or xla.
        device: where, if that was asked for; else "".
        reason: why auto did not take tapes; else "".
        claims: the judgements on what somebody claims the derivatives to be.
    """

    kind: str
    blocks: tuple[Block, ...]
    points: Points
    format_: FloatFormat
    method: str
    tensorflow: str
    tolerance: float
    execution: str = ""
    device: str = ""
    reason: str = ""
    claims: tuple[Claim, ...] = ()

    @property
    def scaled(self) -> bool:
        """Whether the values are Taylor coefficients."""
        return self.blocks[0].derivative.scaled

    @property
    def computed(self) -> bool:
        """Whether there are values beside the analytic ones."""
        return self.blocks[0].tape is not None

    @property
    def dtype(self) -> str:
        """The name of the dtype."""
        return self.format_.name

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables."""
        return self.points.names

    @property
    def rows(self) -> Iterator[Row]:
        """Every row, by target, derivative and point."""
        return (row for block in self.blocks for row in block.rows)

    @cached_property
    def counts(self) -> dict[Status, int]:
        """How many values have each status; statuses that none has are left out."""
        found = Counter(check.status for block in self.blocks for check in block.checks.values())
        values = len(self.blocks) * len(self.points)
        found[Status.UNVERIFIED] = values - sum(found.values())
        return {status: found[status] for status in Status if found[status]}

    @property
    def given_up(self) -> int:
        """At how many points something could not be certified in time."""
        checks = ((place, check) for block in self.blocks for place, check in block.checks.items())
        return len({place for place, check in checks if check.note == OUT_OF_TIME})

    @property
    def ok(self) -> bool:
        """Whether no value is off or lost, and no claim wrong: exit code 0."""
        return not any_failed(self.counts) and not any(claim.failed for claim in self.claims)

    @property
    def all_ok(self) -> bool:
        """Whether every value that was verified is ok: what the table shows no status for."""
        return all_ok(self.counts)

    @property
    def tape(self) -> NDArray[np.float64]:
        """What was computed, of shape (targets, derivatives, points); NaN where nothing was."""
        import numpy as np

        nothing = np.full(len(self.points), math.nan)
        return self._array([nothing if block.tape is None else block.tape for block in self.blocks])

    @property
    def analytic(self) -> NDArray[np.float64]:
        """The analytic values in the same shape; NaN where there is none."""
        import numpy as np

        return self._array([np.array(block.analytic) for block in self.blocks])

    @property
    def values(self) -> NDArray[np.float64]:
        """The answers in the same shape: what was computed, or else the analytic values."""
        return self.tape if self.computed else self.analytic

    def _array(self, columns: list[NDArray[np.float64]]) -> NDArray[np.float64]:
        import numpy as np

        targets = len({block.target for block in self.blocks})
        shape = targets, len(self.blocks) // targets, len(self.points)
        return np.stack(columns).reshape(shape)

    @property
    def axes(self) -> dict[str, Sequence[str] | NDArray[np.float64] | None]:
        """The axes of `arranged` by name, with what stands along each.

        First those of the points (for an axis along which several variables change together,
        "point", it is None), then those of the derivatives. There is an axis for whatever there
        are several of; a Jacobian always has its targets and variables, a Hessian its rows and
        columns.
        """
        axes: dict[str, Sequence[str] | NDArray[np.float64] | None] = {}
        for name in self.points.dimensions:
            axes[name] = self.points.along(name) if name in self.variables else None
        targets = list(dict.fromkeys(block.target for block in self.blocks))
        own = self.blocks[: len(self.blocks) // len(targets)]
        if len(targets) > 1 or self.kind == "jacobian":
            axes["target"] = targets
        if self.kind == "hessian":
            names = list(dict.fromkeys(block.derivative.variables[0] for block in own))
            return {**axes, "row": names, "column": names}
        if len(own) > 1 or self.kind in ("jacobian", "grad"):
            several = len({block.wrt for block in own}) > 1
            axes["wrt" if several or self.kind != "diff" else "order"] = [
                block.wrt if several or self.kind != "diff" else str(block.order) for block in own
            ]
        return axes

    def arranged(self, values: NDArray[Any]) -> NDArray[Any]:
        """Such an array as `tape` with the axes of `axes`: points first, matrices last."""
        import numpy as np

        points = tuple(self.points.dimensions.values())
        entries = tuple(len(along) for name, along in self.axes.items() if along is not None
                        and name not in self.points.dimensions)  # fmt: skip
        return np.moveaxis(values, -1, 0).reshape(points + entries)
