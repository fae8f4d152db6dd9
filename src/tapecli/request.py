"""What is asked: checked without any heavy library, then computed into a Result."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TextIO

from tapecli import derivative, grid, methods, points, table, tapes, tensorflow_
from tapecli.claims import Claim
from tapecli.derivative import Derivative
from tapecli.errors import RequestError
from tapecli.expression import Expression, parse, parse_more
from tapecli.floats import FORMATS, FloatFormat
from tapecli.functions import CONSTANT_NAMES, FUNCTION_NAMES
from tapecli.grid import PointsLike
from tapecli.methods import Choice
from tapecli.mistakes import clipped, together
from tapecli.points import SHORT, Points
from tapecli.result import COLUMNS, Block, Result
from tapecli.tree import VARIABLE, Node, variables
from tapecli.verification import VERIFY, Verification

KINDS = ("diff", "grad", "jacobian", "hessian")
"""What can be asked for: single derivatives, or all of a vector or matrix."""

_PREFERRED = {"jacobian": "persistent"}


@dataclass(frozen=True)
class How:
    """How to compute, verify and show: what the options of `diff` of the same names say."""

    method: str = methods.AUTO
    dtype: str = "float64"
    execution: str | None = None
    device: str | None = None
    max_seconds: float = methods.MAX_SECONDS
    tolerance: float = 1.0
    verify: str = "auto"
    scaled: bool = False

    def check(self) -> None:
        """See that every word of it is known, and that every number can be.

        Raises:
            RequestError: one is not.
        """
        for value, words, what in (
            (self.dtype, FORMATS, "dtype"),
            (self.execution, (None, *tapes.EXECUTIONS), "execution"),
            (self.verify, VERIFY, "'verify'"),
        ):
            if value not in words:
                there = ", ".join(word for word in words if word)
                raise RequestError(f"unknown {what} '{clipped(str(value))}'; there are {there}")
        numbers = {"the tolerance": self.tolerance, "'--max-seconds'": self.max_seconds}
        for what, number in numbers.items():
            if not (math.isfinite(number) and number >= 0):
                raise RequestError(f"{what} must be a number from 0, not {number}")
        if self.method == methods.NONE and self.verify == "none":
            raise RequestError(
                "'--verify none' leaves out the analytic values, and '--method none' has no others"
            )


@dataclass(frozen=True)
class Where:
    """The points as they were given.

    Attributes:
        given: the values of each variable.
        rows: where a table of points is: "-" or "@file".
        paired: whether values of several variables go side by side.
        stdin: what "-" is read from.
    """

    given: Mapping[str, PointsLike]
    rows: str | None = None
    paired: bool = False
    stdin: TextIO | None = None


@dataclass(frozen=True)
class Request:
    """What is asked, checked as far as it can be without TensorFlow.

    Attributes:
        kind: what is asked for: one of `KINDS`.
        expressions: the targets.
        derivatives: what each of them is differentiated by.
        points: where: numbers of the dtype.
        choice: the method that will be used.
        how: how it is to be done.
        claims: a derivative that somebody claims for each target and derivative; or none.
    """

    kind: str
    expressions: tuple[Expression, ...]
    derivatives: tuple[Derivative, ...]
    points: Points
    choice: Choice
    how: How
    claims: tuple[Node, ...] = ()

    @property
    def format_(self) -> FloatFormat:
        """The dtype."""
        return FORMATS[self.how.dtype]

    @property
    def needs_tensorflow(self) -> bool:
        """Whether TensorFlow is used at all."""
        return self.choice.method not in (methods.TAYLOR, methods.NONE)

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
        tensorflow = tensorflow_.load().__version__ if self.needs_tensorflow else ""
        clock.lap("TensorFlow")
        values = self._values()
        clock.lap("tapes" if self.needs_tensorflow else self.choice.method)
        verification = Verification(
            self.derivatives,
            self.points,
            self.format_,
            self.how.tolerance,
            self.how.verify,
            len(self.expressions),
            "the tape" if self.needs_tensorflow else "Taylor arithmetic",
        )
        blocks: list[Block] = []
        for expression, of_target in zip(self.expressions, values, strict=True):
            checks = verification.checks(expression.tree, of_target)
            clock.lap("reference")
            written = self._formulas(expression) if formulas else [None] * len(self.derivatives)
            clock.lap("formulas")
            about = expression.name, expression.text
            for one, formula, column, of_one in zip(
                self.derivatives, written, of_target, checks, strict=True
            ):
                blocks.append(Block(*about, one, formula, self.points, column, of_one))
        return Result(
            self.kind,
            tuple(blocks),
            self.points,
            self.format_,
            self.choice.method,
            tensorflow,
            self.how.tolerance,
            (self.how.execution or methods.EAGER) if self.needs_tensorflow else "",
            self.how.device or "",
            self.choice.reason,
            self._judged(clock),
        )

    def _judged(self, clock: _Clock) -> tuple[Claim, ...]:
        """The judgements on the claims."""
        if not self.claims:
            return ()
        from tapecli.analytic.claim import judged, spread

        points = [self.points.at(place) for place in spread(len(self.points))]
        asked = itertools.product(self.expressions, self.derivatives)
        found = tuple(
            judged(target, one, claim, points, self.format_)
            for (target, one), claim in zip(asked, self.claims, strict=True)
        )
        clock.lap("claims")
        return found

    def _values(self) -> list[list[list[float] | None]]:
        """For each target and derivative the computed values, or None."""
        trees = [expression.tree for expression in self.expressions]
        wanted = [one.sequence for one in self.derivatives]
        if self.choice.method == methods.NONE:
            return [[None] * len(wanted) for _ in trees]
        columns = self.points.columns
        if self.choice.method == methods.TAYLOR:
            from tapecli.taylor import engine

            found = engine.run(trees, columns, wanted, self.format_, self.how.scaled)
            return [[column.tolist() for column in of_target] for of_target in found]
        how = self.how.execution or methods.EAGER, self.how.device
        found = tapes.run(trees, columns, wanted, self.choice.method, self.format_, *how)
        return [
            [
                self._scaled(column.tolist(), one)
                for column, one in zip(target, self.derivatives, strict=True)
            ]
            for target in found
        ]

    def _scaled(self, values: list[float], one: Derivative) -> list[float]:
        """Derivatives from tapes, over their factorials if coefficients are wanted."""
        if one.divisor == 1:
            return values
        round_ = self.format_.round
        return [round_(Fraction(x) / one.divisor) if math.isfinite(x) else x for x in values]

    def _formulas(self, expression: Expression) -> list[str | None]:
        from tapecli.analytic.formula import formulas

        wanted = [one.sequence for one in self.derivatives]
        return formulas(expression.tree, wanted, [one.divisor for one in self.derivatives])


class _Clock:
    """Adds up the seconds between its laps by name."""

    def __init__(self, laps: dict[str, float]) -> None:
        self._laps = laps
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self._laps[name] = self._laps.get(name, 0.0) + now - self._last
        self._last = now


def prepare(
    kind: str,
    expressions: str | Iterable[str],
    where: Where,
    wrt: str | Iterable[str] = (),
    order: int | None = None,
    claims: str | Iterable[str] = (),
    how: How = How(),
) -> Request:
    """Check a request, without any of the libraries that compute it.

    The arguments, and what is raised, are those of `diff`.
    """
    how.check()
    if order is not None and (isinstance(order, bool) or not isinstance(order, int) or order < 0):
        raise RequestError(f"the order must be a whole number from 0, not {order}")
    wrt = [wrt] if isinstance(wrt, str) else list(wrt)
    named = [name.strip() for text in wrt for name in text.split(",")]
    given = where.given
    _usable([*given, *(name for name in named if name)])
    loaded = None if where.rows is None else table.read(where.rows, where.stdin)
    known = {*given, *named, *(loaded.names if loaded else ())}
    expressions = [expressions] if isinstance(expressions, str) else list(expressions)
    claims = [claims] if isinstance(claims, str) else list(claims)
    targets = parse(expressions, known)
    trees = [target.tree for target in targets]
    names = list(variables(*trees)) or list(given)[:1] or [VARIABLE]
    _usable(names)
    _expected(given, names)
    derivatives = [replace(one, scaled=how.scaled) for one in _derivatives(kind, wrt, order, names)]
    derivative.limited(len(derivatives) * len(targets))
    claimed = _claimed(claims, expressions, known, len(targets) * len(derivatives), names)
    if claims and how.scaled:
        raise RequestError("a claim is about derivatives; leave '--scaled' out")
    if not given and loaded is None and len(names) == 1:
        given = {names[0]: grid.DEFAULT_POINTS}
    points_ = points.read(given, loaded, names, FORMATS[how.dtype], where.paired, where.stdin)
    choice = methods.choose(
        how.method,
        trees,
        [one.sequence for one in derivatives],
        len(points_),
        _PREFERRED.get(kind, ""),
        how.execution,
        how.device,
        how.max_seconds,
    )
    return Request(kind, targets, tuple(derivatives), points_, choice, how, claimed)


def _claimed(
    claims: Sequence[str],
    expressions: Sequence[str],
    known: Collection[str],
    derivatives: int,
    names: Sequence[str],
) -> tuple[Node, ...]:
    """The trees of the claims, which may use the names of the targets."""
    if not claims:
        return ()
    if len(claims) != derivatives:
        shown = f"{derivatives} derivative{'s are' if derivatives > 1 else ' is'} shown"
        given = f"{len(claims)} claim{'s are' if len(claims) > 1 else ' is'} given"
        raise RequestError(f"{shown}, and {given}; each needs a --claim of its own, in sequence")
    if any("=" in claim for claim in claims):
        raise RequestError("a claim is the right side alone: --claim '2/x'")
    trees = parse_more(expressions, claims, known)
    for other in variables(*trees):
        if other not in names:
            raise RequestError(
                f"the claim has a variable '{clipped(other)}', which the expressions have not; "
                f"theirs: {', '.join(names)}"
            )
    return tuple(trees)


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
