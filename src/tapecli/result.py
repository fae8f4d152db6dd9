"""The Result of a question: what was computed, as rows, from which every format is objects."""

from __future__ import annotations

import itertools
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
    from numpy.typing import ArrayLike, NDArray

SCHEMA = 1
"""The version of the columns and fields of the machine formats; they are only ever added to."""

COLUMNS = frozenset(
    {"target", "expression", "wrt", "order", "tape", "analytic", "ulps", "status", "note"}
    | {"digits", "schema", "dtype", "axes", "point", "row", "column", "statuses", "expressions"}
    | {"kind", "method", "tensorflow", "execution", "scaled"}
)
"""The names of columns, fields and axes, besides those of the variables."""

OUT_OF_TIME = "could not be certified in time"
"""The note of a value whose certification would have exceeded the budget."""


class Status(str, Enum):
    """The verdict on one value.

    * ok: stable: within a few ulps of the exact derivative at a point within a few ulps of x;
    * rounded: not ok, but explained by rounding inside the expression;
    * off: not explained by rounding, so that the rule is wrong;
    * undefined: the derivative does not exist there;
    * lost: NaN, infinity or nothing although the derivative exists and fits the dtype;
    * unverified: not compared with a certified value;
    * certified: a certified value, with nothing to compare it with.
    """

    OK = "ok"
    ROUNDED = "rounded"
    OFF = "off"
    UNDEFINED = "undefined"
    LOST = "lost"
    UNVERIFIED = "unverified"
    CERTIFIED = "certified"

    __str__ = str.__str__

    @property
    def failed(self) -> bool:
        """Whether a value of this status fails the whole request: off or lost."""
        return self in (Status.OFF, Status.LOST)


def any_failed(statuses: Iterable[Status]) -> bool:
    """Whether any of the values is off or lost."""
    return any(status.failed for status in statuses)


def all_ok(statuses: Iterable[Status]) -> bool:
    """Whether every value that was verified is ok."""
    return set(statuses) <= {Status.OK, Status.UNVERIFIED, Status.CERTIFIED}


@dataclass(frozen=True)
class Check:
    """The verdict on one value.

    Attributes:
        analytic: the exact derivative rounded to the dtype; None where there is none.
        ulps: the distance of value and analytic value, in numbers of the dtype; None where one of
            them is missing.
        note: the reason for a status that is not ok, or for an infinity, or "".
        digits: how many decimal digits of a rounded value are right; None for other statuses.
    """

    analytic: float | None
    ulps: int | None
    status: Status
    note: str = ""
    digits: int | None = None


class Checks(Mapping[int, Check]):
    """The verdicts on one derivative, by the indices of the points that were verified.

    Where nothing is to be said, they are numbers in arrays, and objects only once one is wanted.

    Args:
        special: verdicts that have a note, and others.
        status: that of all verdicts in arrays.
        indices, analytic, ulps: an array each, with `analytic` and `ulps` as in `Check`; the ulps
            are all None if there are no computed values. The indices are in ascending order.

    Attributes:
        special, indices: the same.
        in_arrays: the verdicts in arrays as one, whose `analytic` and `ulps` are the arrays.
    """

    def __init__(
        self,
        special: Mapping[int, Check],
        status: Status = Status.OK,
        indices: Any = (),
        analytic: Any = (),
        ulps: Any = None,
    ) -> None:
        self.special, self.indices = dict(sorted(special.items())), indices
        self.in_arrays = Check(analytic, ulps, status)

    @cached_property
    def _all(self) -> dict[int, Check]:
        checks, fields = dict(self.special), vars(self.in_arrays)
        if len(self.indices):
            ulps = itertools.repeat(None) if fields["ulps"] is None else fields["ulps"].tolist()
            objects = map(
                Check, fields["analytic"].tolist(), ulps, itertools.repeat(fields["status"])
            )
            checks.update(zip(self.indices.tolist(), objects, strict=False))
        return dict(sorted(checks.items()))

    @property
    def counts(self) -> Counter[Status]:
        """The number of verdicts of each status."""
        counts = Counter(check.status for check in self.special.values())
        counts[self.in_arrays.status] += len(self.indices)
        return counts

    def __getitem__(self, index: int) -> Check:
        return self._all[index]

    def __iter__(self) -> Iterator[int]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self.special) + len(self.indices)

    def __repr__(self) -> str:
        return repr(self._all)


UNVERIFIED = Check(None, None, Status.UNVERIFIED)
"""The verdict on a value that was not verified."""


class Finding(str, Enum):
    """The judgement on a claim, which is compared with the derivative.

    * proved: a symbolic proof says that the two are equal, and so does every tested point;
    * agrees: there is no such proof, and certified values are equal at every tested point;
    * differs: there is a point at which they are not equal;
    * untested: no point was found at which the two could be compared.
    """

    PROVED = "proved"
    AGREES = "agrees"
    DIFFERS = "differs"
    UNTESTED = "untested"

    __str__ = str.__str__

    @property
    def failed(self) -> bool:
        """Whether a claim with this finding fails the whole request."""
        return self in (Finding.DIFFERS, Finding.UNTESTED)


@dataclass(frozen=True)
class Claim:
    """A claim and the judgement on it.

    Attributes:
        target, wrt, order: the derivative that is claimed, as in `Row`.
        text: the claim as it was understood.
        finding: the judgement.
        tested: the number of points at which the two were compared.
        at: the point that shows the difference best; None where there is no difference.
        claimed: the value of the claim there, rounded to the dtype: infinite if it overflows,
            None if there is none.
        analytic: the value of the derivative there, in the same way; None only where `at` is.
        reason: why it differs or is untested, in words for people; "" for other findings.
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
        """Whether the claim fails the whole request."""
        return self.finding.failed


@dataclass(frozen=True)
class Row:
    """One value and its verdict.

    Attributes:
        target: the name of the target.
        expression: the target as it was understood.
        wrt: the variable of the derivative, or several with commas between them.
        order: the order of the derivative; 0 is the value of the target itself.
        at: the point: the value of each variable, rounded to the dtype, as the tape saw it.
        tape: the value that the tapes or Taylor series returned, also if it is NaN or infinite;
            None where only the analytic value was asked for.
        analytic, ulps, status, note, digits: the verdict on the value, as in `Check`.
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
        """The value of the only variable; where there are several, that of each by its name."""
        return next(iter(self.at.values())) if len(self.at) == 1 else self.at


class Formula(NamedTuple):
    """The formula of a derivative, in mathematical notation and in LaTeX."""

    text: str
    latex: str


class Latex(NamedTuple):
    """A derivative in LaTeX: its target, and its formula, None if that was left out."""

    expression: str
    formula: str | None


@dataclass(frozen=True, eq=False)
class Block:
    """One derivative at every point.

    Attributes:
        target, expression: the target, as in `Row`.
        formula: that of the derivative in mathematical notation; None if it was left out.
        tape: the values that the tapes or Taylor series returned, of shape (points,); None where
            only analytic values were asked for.
        checks: the verdicts by the index of the point; points that are left out are unverified.
        latex: expression and formula in LaTeX; None if formulas were left out.
    """

    target: str
    expression: str
    derivative: Derivative
    formula: str | None
    points: PointsProtocol
    tape: NDArray[np.float64] | None
    checks: Mapping[int, Check]
    latex: Latex | None = None

    @property
    def wrt(self) -> str:
        """The variables of the derivative, with commas between them."""
        return self.derivative.wrt

    @property
    def order(self) -> int:
        """The order of the derivative; 0 is the value of the target itself."""
        return self.derivative.order

    @property
    def rows(self) -> Iterator[Row]:
        """A row for each point."""
        identity = self.target, self.expression, self.wrt, self.order
        tapes = [None] * len(self.points) if self.tape is None else self.tape.tolist()
        for index, tape in enumerate(tapes):
            yield Row(*identity, self.points.at(index), tape, **vars(self.check(index)))

    @property
    def verdicts(self) -> Checks:
        """The checks, counted."""
        return self.checks if isinstance(self.checks, Checks) else Checks(self.checks)

    def check(self, index: int) -> Check:
        """The verdict on the value at the point of this index."""
        return self.checks.get(index, UNVERIFIED)

    @property
    def analytic(self) -> list[float]:
        """The analytic value at each point; NaN where there is none."""
        values = (self.check(index).analytic for index in range(len(self.points)))
        return [math.nan if value is None else value for value in values]

    @property
    def values(self) -> Sequence[float]:
        """The answer at each point: the computed value, or else the analytic one."""
        return self.analytic if self.tape is None else self.tape.tolist()


class PointsProtocol(Protocol):
    """What a result needs of its points, whose class stands in a room above this one."""

    @property
    def names(self) -> tuple[str, ...]: ...

    @property
    def dimensions(self) -> Mapping[str, int]: ...

    @property
    def columns(self) -> Mapping[str, NDArray[np.float64]]: ...

    @property
    def numbers(self) -> Mapping[str, NDArray[np.float64] | list[float]]: ...

    def __len__(self) -> int: ...

    def at(self, index: int, /) -> dict[str, float]: ...

    def along(self, name: str) -> NDArray[np.float64]: ...


@dataclass(frozen=True, eq=False)
class Result:
    """The answer to one question.

    Arrays of values have the shape (targets, derivatives, points); derivatives are in the order in
    which they were asked for, those of a matrix row by row.

    Attributes:
        kind: what was asked for: diff, grad, jacobian or hessian.
        blocks: the derivatives, by target and then in the order in which they were asked for.
        format_: the dtype of the values.
        method: the arrangement of tapes that was used, or taylor, or none.
        tensorflow: the version of TensorFlow; "" where it was not used.
        tolerance: the factor by which the bounds of the verdict were multiplied.
        execution: how TensorFlow ran the tapes: eager, graph or xla; "" where it was not used.
        device: the device that was asked for, or "".
        reason: why the method auto did not choose tapes, or "".
        claims: the judgements on the derivatives that were claimed.
    """

    kind: str
    blocks: tuple[Block, ...]
    points: PointsProtocol
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
        """Whether there are computed values besides the analytic ones."""
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
        """The number of values of each status that occurs."""
        counts = sum((block.verdicts.counts for block in self.blocks), Counter[Status]())
        values = len(self.blocks) * len(self.points)
        counts[Status.UNVERIFIED] = values - sum(counts.values())
        return {status: counts[status] for status in Status if counts[status]}

    @property
    def given_up(self) -> int:
        """The number of points at which some value could not be certified in time."""
        checks = (pair for block in self.blocks for pair in block.verdicts.special.items())
        return len({index for index, check in checks if check.note == OUT_OF_TIME})

    @property
    def ok(self) -> bool:
        """Whether no value is off or lost, and no claim has failed: exit code 0."""
        return not any_failed(self.counts) and not any(claim.failed for claim in self.claims)

    @property
    def all_ok(self) -> bool:
        """Whether every value that was verified is ok; the table then shows no statuses."""
        return all_ok(self.counts)

    @property
    def tape(self) -> NDArray[np.float64]:
        """The computed values, of shape (targets, derivatives, points); NaN where there is none."""
        nothing = [math.nan] * len(self.points)
        return self._array([nothing if block.tape is None else block.tape for block in self.blocks])

    @property
    def analytic(self) -> NDArray[np.float64]:
        """The analytic values, of shape (targets, derivatives, points); NaN where there is none."""
        return self._array([block.analytic for block in self.blocks])

    @property
    def values(self) -> NDArray[np.float64]:
        """The computed or else the analytic values, of shape (targets, derivatives, points)."""
        return self.tape if self.computed else self.analytic

    def _array(self, columns: Sequence[ArrayLike]) -> NDArray[np.float64]:
        import numpy as np

        targets = len({block.target for block in self.blocks})
        return np.array(columns, np.float64).reshape(targets, -1, len(self.points))

    @property
    def axes(self) -> dict[str, Sequence[str] | NDArray[np.float64] | None]:
        """The axes of `arranged`, by name.

        The axes of the points come first, then "target", and "wrt", "order", or "row" and
        "column". An axis of length 1 is left out, but a Jacobian always has its targets and
        variables, a gradient its variables, and a Hessian its rows and columns.

        Returns:
            For an axis of points the values of its variable, or None if several variables change
            along it; for any other axis the names of its targets, variables or orders.
        """
        axes: dict[str, Sequence[str] | NDArray[np.float64] | None] = {}
        for name in self.points.dimensions:
            axes[name] = self.points.along(name) if name in self.variables else None
        targets = list(dict.fromkeys(block.target for block in self.blocks))
        blocks = self.blocks[: len(self.blocks) // len(targets)]  # those of one target
        if len(targets) > 1 or self.kind == "jacobian":
            axes["target"] = targets
        if self.kind == "hessian":
            names = list(dict.fromkeys(block.derivative.variables[0] for block in blocks))
            axes |= {"row": names, "column": names}
        elif self.kind != "diff" or len({block.wrt for block in blocks}) > 1:
            axes["wrt"] = [block.wrt for block in blocks]
        elif len(blocks) > 1:
            axes["order"] = [str(block.order) for block in blocks]
        return axes

    def arranged(self, values: NDArray[Any]) -> NDArray[Any]:
        """An array of values with the axes of `axes`: points first, matrices last.

        Args:
            values: an array of shape (targets, derivatives, points), such as `tape`.
        """
        import numpy as np

        points = self.points.dimensions
        entries = [len(a) for name, a in self.axes.items() if a is not None and name not in points]
        return np.moveaxis(values, -1, 0).reshape([*points.values(), *entries])
