"""What is asked: checked without any heavy library, then computed into a Result."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO

from tapecli import derivative, grid, points, table, tapes, tensorflow_
from tapecli.derivative import Derivative
from tapecli.errors import RequestError
from tapecli.expression import Expression, parse
from tapecli.floats import FORMATS, FloatFormat
from tapecli.functions import CONSTANT_NAMES, FUNCTION_NAMES
from tapecli.grid import PointsLike
from tapecli.mistakes import together
from tapecli.points import SHORT, Points
from tapecli.result import COLUMNS, Block, Check, Result
from tapecli.tree import VARIABLE, variables
from tapecli.verdict import Certified, NoDerivative, Status, judge, right_digits

KINDS = ("diff", "grad", "jacobian", "hessian")
"""What can be asked for: single derivatives, or all of a vector or matrix."""

VERIFY = ("auto", "all", "sample", "none")
"""Which values are compared with certified ones; auto is all of them, or a sample of many."""

ALL_LINES = 100_000
"""Series, one for each line through each point, up to which every point is verified."""

SAMPLE_LINES = 20_000
"""Series that a sample is worth, and at least so many points of each target as below."""

LEAST_SAMPLE = 100

_PREFERRED = {"jacobian": "persistent"}


@dataclass(frozen=True)
class Request:
    """What is asked, checked as far as it can be without TensorFlow.

    Attributes:
        kind: what is asked for: one of `KINDS`.
        expressions: the targets.
        derivatives: what each of them is differentiated by.
        points: where: numbers of the dtype.
        method: the arrangement of tapes that will be used.
        format_: the dtype.
        tolerance: what the verdict is scaled by.
        verify: which values are verified: one of `VERIFY`.
    """

    kind: str
    expressions: tuple[Expression, ...]
    derivatives: tuple[Derivative, ...]
    points: Points
    method: str
    format_: FloatFormat
    tolerance: float
    verify: str

    def run(self, formulas: bool = True, timings: dict[str, float] | None = None) -> Result:
        """Differentiate.

        Args:
            formulas: whether to make formulas, which takes SymPy.
            timings: receives the seconds that the tapes, the reference and the formulas took.

        Raises:
            RequestError: TensorFlow lacks a gradient or kernel that this needs.
            TensorFlowError: TensorFlow is missing or does not start.
        """
        clock = _Clock({} if timings is None else timings)
        tensorflow = tensorflow_.load().__version__
        trees = [expression.tree for expression in self.expressions]
        wanted = [one.sequence for one in self.derivatives]
        clock.lap("TensorFlow")
        values = tapes.run(trees, self.points.columns, wanted, self.method, self.format_)
        clock.lap("tapes")
        blocks: list[Block] = []
        for expression, of_target in zip(self.expressions, values, strict=True):
            columns = [column.tolist() for column in of_target]
            checks = self._checked(expression, columns)
            clock.lap("reference")
            written = self._formulas(expression) if formulas else [None] * len(wanted)
            clock.lap("formulas")
            about = expression.name, expression.text
            for one, formula, column, of_one in zip(
                self.derivatives, written, columns, checks, strict=True
            ):
                blocks.append(Block(*about, one, formula, self.points, column, of_one))
        return Result(
            self.kind,
            tuple(blocks),
            self.points,
            self.format_,
            self.method,
            tensorflow,
            self.tolerance,
        )

    def _checked(
        self, expression: Expression, columns: Sequence[Sequence[float]]
    ) -> list[dict[int, Check]]:
        """For each derivative the verdicts by the places of the points that are verified."""
        checks: list[dict[int, Check]] = [{} for _ in columns]
        if self.verify == "none":
            return checks
        from tapecli.analytic.reference import Reference

        wanted = [one.sequence for one in self.derivatives]
        reference = Reference(expression.tree, self.format_, wanted, self.points.names)
        for place in self._verified(reference.lines, columns):
            certified = reference.at(self.points.at(place))
            for one, column, exact, found in zip(
                self.derivatives, columns, certified, checks, strict=True
            ):
                found[place] = self._check(column[place], one.order, exact)
        return checks

    def _verified(self, lines: int, columns: Sequence[Sequence[float]]) -> Sequence[int]:
        """The places of the points that are verified.

        Of many points it is a sample: the first, the last, those at which a value is not
        finite, as far as they fit, and others at random, the same in each call.
        """
        count = len(self.points)
        size = max(SAMPLE_LINES // (lines * len(self.expressions)), LEAST_SAMPLE)
        few = count * lines * len(self.expressions) <= ALL_LINES
        if self.verify == "all" or count <= size or (self.verify == "auto" and few):
            return range(count)
        chosen = {0, count - 1}
        strange = (i for column in columns for i, x in enumerate(column) if not math.isfinite(x))
        for place, _ in zip(strange, range(size // 2), strict=False):
            chosen.add(place)
        for place in random.Random(count).sample(range(count), size):
            if len(chosen) < size:
                chosen.add(place)
        return sorted(chosen)

    def _formulas(self, expression: Expression) -> list[str | None]:
        from tapecli.analytic.formula import formulas

        return formulas(expression.tree, [one.sequence for one in self.derivatives])

    def _check(self, tape: float, order: int, exact: Certified | NoDerivative) -> Check:
        """The verdict on the tape's value."""
        if isinstance(exact, NoDerivative):
            return Check(None, None, Status.UNDEFINED, exact.reason)
        status = judge(tape, exact, order, self.format_, self.tolerance)
        analytic = self.format_.round(exact.value)
        counted = status is Status.ROUNDED and math.isfinite(analytic)
        return Check(
            analytic,
            _ulps(tape, analytic, self.format_),
            status,
            _note(tape, exact, status, self.format_),
            right_digits(tape, exact) if counted else None,
        )


class _Clock:
    """Adds up the seconds between its laps by name."""

    def __init__(self, laps: dict[str, float]) -> None:
        self._laps = laps
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self._laps[name] = self._laps.get(name, 0.0) + now - self._last
        self._last = now


def _ulps(tape: float, analytic: float, format_: FloatFormat) -> int | None:
    if math.isfinite(tape) and math.isfinite(analytic):
        return format_.steps(tape, analytic)
    return 0 if tape == analytic else None


def _note(tape: float, exact: Certified, status: Status, format_: FloatFormat) -> str:
    """Why a value is not ok, or is infinite."""
    if math.isinf(format_.round(exact.value)):
        return f"too large for {format_.name}"
    if status is Status.OK:
        return ""
    if status is Status.LOST:
        return f"the tape returned {tape}, and the derivative exists"
    digits = right_digits(tape, exact)
    right = f"{digits} digit{'s' * (digits != 1)}"
    return f"only {right} right" if status is Status.OFF else right


def prepare(
    kind: str,
    expressions: str | Iterable[str],
    given: Mapping[str, PointsLike],
    rows: str | None = None,
    wrt: str | Iterable[str] = (),
    order: int | None = None,
    method: str = "auto",
    dtype: str = "float64",
    tolerance: float = 1.0,
    paired: bool = False,
    verify: str = "auto",
    stdin: TextIO | None = None,
) -> Request:
    """Check a request, without any of the libraries that compute it.

    `given` has the values of each variable, and `rows` says where a table of points is: "-" or
    "@file"; `stdin` is what "-" is read from. The other arguments, and what is raised, are those
    of `diff`.
    """
    if dtype not in FORMATS:
        raise RequestError(f"unknown dtype '{dtype}'; there are {', '.join(FORMATS)}")
    if order is not None and (isinstance(order, bool) or not isinstance(order, int) or order < 0):
        raise RequestError(f"the order must be a whole number from 0, not {order}")
    if not (math.isfinite(tolerance) and tolerance >= 0):
        raise RequestError(f"the tolerance must be a number from 0, not {tolerance}")
    if verify not in VERIFY:
        raise RequestError(f"unknown '{verify}' to verify; there are {', '.join(VERIFY)}")
    wrt = [wrt] if isinstance(wrt, str) else list(wrt)
    named = [name.strip() for text in wrt for name in text.split(",")]
    _usable([*given, *(name for name in named if name)])
    loaded = None if rows is None else table.read(rows, stdin)
    known = {*given, *named, *(loaded.names if loaded else ())}
    targets = parse(expressions, known)
    trees = [target.tree for target in targets]
    names = list(variables(*trees)) or list(given)[:1] or [VARIABLE]
    _usable(names)
    _expected(given, names)
    derivatives = _derivatives(kind, wrt, order, names)
    derivative.limited(len(derivatives) * len(targets))
    if not given and loaded is None and len(names) == 1:
        given = {names[0]: grid.DEFAULT_POINTS}
    where = points.read(given, loaded, names, FORMATS[dtype], paired, stdin)
    sequences = [one.sequence for one in derivatives]
    chosen = tapes.choose(method, trees, sequences, len(where), _PREFERRED.get(kind, ""))
    return Request(
        kind, targets, tuple(derivatives), where, chosen, FORMATS[dtype], tolerance, verify
    )


def _derivatives(
    kind: str, wrt: Sequence[str], order: int | None, names: Sequence[str]
) -> list[Derivative]:
    """What each target is differentiated by."""
    if kind == "diff":
        return derivative.asked(wrt, order, names)
    by = derivative.listed(wrt, names)
    return derivative.hessian(by) if kind == "hessian" else derivative.gradient(by)


def _usable(names: Iterable[str]) -> None:
    """Refuse to give values to what is no variable, or would hide a column of the output."""
    kinds = {"a function": FUNCTION_NAMES, "a constant": CONSTANT_NAMES, "a column": COLUMNS}
    for name in names:
        for kind, taken in kinds.items():
            if name in taken:
                raise RequestError(f"'{name}' is {kind}; choose another name for the variable")


def _expected(given: Mapping[str, PointsLike], names: Sequence[str]) -> None:
    """Refuse values of what is no variable of the expressions."""
    for other in given:
        if other in names:
            continue
        option = f"--{other}" if other in SHORT else f"--at {other}"
        if len(names) > 1:
            raise RequestError(
                f"'{option}' gives values of '{other}', but the variables are {together(names)}"
            )
        (only,) = names
        mend = f"'--{only}'" if only in SHORT else f"'--at {only}=...'"
        raise RequestError(
            f"'{option}' gives points of '{other}', but the variable is '{only}'; "
            f"give its points with {mend}"
        )
