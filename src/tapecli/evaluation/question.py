"""What is asked, checked without any of the libraries that compute it."""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TextIO, TypeVar

from tapecli import defaults
from tapecli.errors import RequestError, clipped, together, twice
from tapecli.expressions import derivative
from tapecli.expressions.derivative import Derivative
from tapecli.expressions.expression import Expression, parse, parse_more
from tapecli.expressions.functions import CONSTANT_NAMES, FUNCTION_NAMES
from tapecli.expressions.tree import VARIABLE, Node, variables
from tapecli.floats import FORMATS, FloatFormat

if TYPE_CHECKING:
    from tapecli.evaluation.planner import Choice
    from tapecli.points.ranges import PointsLike
    from tapecli.result import Points

KINDS = ("diff", "grad", "jacobian", "hessian")
"""What can be asked for: single derivatives, or all of a vector or matrix."""

_DEVICE = re.compile(r"/?(?:device:)?[a-z_]{1,20}(?::[0-9]{1,4})?", re.IGNORECASE | re.ASCII)
"""A short name of a device, such as cpu or gpu:1; whether there is one is seen later."""

_PREFERRED = {"jacobian": "persistent"}


@dataclass(frozen=True)
class How:
    """How to compute, verify and show: what the options of `diff` of the same names say.

    `usual` is how tapes are run where `execution` leaves it open and that way can do them; it
    has no say in which method is used.
    """

    method: str = defaults.AUTO
    dtype: str = "float64"
    execution: str | None = None
    usual: str | None = None
    device: str | None = None
    max_seconds: float = defaults.MAX_SECONDS
    tolerance: float = 1.0
    verify: str = "auto"
    scaled: bool = False

    @property
    def format_(self) -> FloatFormat:
        """The dtype."""
        return FORMATS[self.dtype]

    def check(self) -> None:
        """See that every word of it is known, and that every number can be.

        Raises:
            RequestError: one is not.
        """
        for value, words, what in (
            (self.dtype, FORMATS, "dtype"),
            (self.execution, (None, *defaults.EXECUTIONS), "execution"),
            (self.usual, (None, *defaults.EXECUTIONS), "execution"),
            (self.verify, defaults.VERIFY, "'verify'"),
        ):
            if value not in words:
                there = ", ".join(word for word in words if word)
                raise RequestError(f"unknown {what} '{clipped(str(value))}'; there are {there}")
        numbers = {"the tolerance": self.tolerance, "'--max-seconds'": self.max_seconds}
        for what, number in numbers.items():
            if not (math.isfinite(number) and number >= 0):
                raise RequestError(f"{what} must be a number from 0, not {number}")
        if self.device is not None and not _DEVICE.fullmatch(self.device):
            shown = clipped(self.device)
            raise RequestError(f"'{shown}' is no device; write cpu, gpu or gpu:1")
        if self.method == defaults.NONE and self.verify == "none":
            raise RequestError(
                "'--verify none' leaves out the analytic values, and '--method none' has no others"
            )


Values = TypeVar("Values")


def by_variable(pairs: Iterable[tuple[str, Values]]) -> dict[str, Values]:
    """The points of each variable by its name; those of a table have the name "".

    Raises:
        RequestError: two of them are of the same variable, or tables.
    """
    pairs = list(pairs)
    if (name := twice(name for name, _ in pairs)) is not None:
        what = f"the points of '{name}' are" if name else "a table of points is"
        raise RequestError(f"{what} given twice")
    return dict(pairs)


@dataclass(frozen=True)
class Where:
    """The points as they were given.

    Attributes:
        given: the values of each variable.
        rows: where a table of points is: "-" or "@file".
        paired: whether values of several variables go side by side.
        stdin: what "-" is read from.
        otherwise: the points of the only variable, if nothing is given.
    """

    given: Mapping[str, PointsLike]
    rows: str | None = None
    paired: bool = False
    stdin: TextIO | None = None
    otherwise: str = defaults.POINTS

    @property
    def files(self) -> list[str]:
        """The names of the files that points are in."""
        texts = [text for text in (*self.given.values(), self.rows) if isinstance(text, str)]
        return [text[1:] for text in texts if text.startswith("@")]

    @property
    def reads_stdin(self) -> bool:
        """Whether points come from standard input."""
        return any(isinstance(text, str) and text == "-"
                   for text in (*self.given.values(), self.rows))  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A request without its points.

    Attributes:
        kind: what is asked for: one of `KINDS`.
        expressions: the targets.
        derivatives: what each of them is differentiated by.
        how: how it is to be done.
        claims: a derivative that somebody claims for each target and derivative; or none.
        names: the variables that need a value.
        given: the values of variables as they were given, or those of the worked example.
    """

    kind: str
    expressions: tuple[Expression, ...]
    derivatives: tuple[Derivative, ...]
    how: How
    claims: tuple[Node, ...]
    names: tuple[str, ...]
    given: Mapping[str, PointsLike]

    def chosen(self, points: int) -> Choice:
        """The method for so many points.

        Raises:
            RequestError: none can do it, or it would take too long.
        """
        found = self._choice(points, self.how.execution)
        if found.execution and self.how.usual and self.how.execution is None:
            with contextlib.suppress(RequestError):
                return self._choice(points, self.how.usual)
        return found

    def _choice(self, points: int, execution: str | None) -> Choice:
        from tapecli.evaluation import planner

        return planner.choose(
            self.how.method,
            [expression.tree for expression in self.expressions],
            [one.variables for one in self.derivatives],
            points,
            _PREFERRED.get(self.kind, ""),
            execution,
            self.how.device,
            self.how.max_seconds,
            self.how.verify != "none",
        )

    def at(
        self,
        points_: Points,
        choice: Choice | None = None,
        share: float | None = None,
        fill: int = 0,
    ) -> Request:
        """The request at these points; they may be a part of those of a whole run."""
        choice = choice or self.chosen(len(points_))
        return Request(**vars(self), points=points_, choice=choice, share=share, fill=fill)


@dataclass(frozen=True)
class Request(Asked):
    """What is asked at some points, checked as far as it can be without TensorFlow.

    Attributes:
        points: where: numbers of the dtype.
        choice: the method that will be used.
        share: of a whole run, where the points are a part of it: as in a `Verification`.
        fill: how many points are computed if it is more than there are, so that what was
            compiled for so many serves for fewer.
    """

    points: Points
    choice: Choice
    share: float | None = None
    fill: int = 0


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
    loaded = None
    if where.rows is not None:
        from tapecli.points import tables

        loaded = tables.read(where.rows, where.stdin)
    columns = loaded.names if loaded else ()
    asked = ask(kind, expressions, where, wrt, order, claims, how, columns)
    from tapecli.points import points

    return asked.at(
        points.read(asked.given, loaded, asked.names, how.format_, where.paired, where.stdin)
    )


def ask(
    kind: str,
    expressions: str | Iterable[str],
    where: Where,
    wrt: str | Iterable[str] = (),
    order: int | None = None,
    claims: str | Iterable[str] = (),
    how: How = How(),
    columns: Sequence[str] = (),
) -> Asked:
    """Check all of a request but its points.

    `columns` are the names in the header of a table of points; the other arguments, and what is
    raised, are those of `diff`.
    """
    how.check()
    if order is not None and (isinstance(order, bool) or not isinstance(order, int) or order < 0):
        raise RequestError(f"the order must be a whole number from 0, not {clipped(str(order))}")
    if order is not None and order > defaults.MAX_ORDER:
        raise RequestError(f"order {clipped(f'{order:,}')}: no more than {defaults.MAX_ORDER:,}")
    wrt = [wrt] if isinstance(wrt, str) else list(wrt)
    named = [name.strip() for text in wrt for name in text.split(",")]
    given = where.given
    _usable([*given, *(name for name in named if name)])
    known = {*given, *named, *columns}
    expressions = [expressions] if isinstance(expressions, str) else list(expressions)
    claims = [claims] if isinstance(claims, str) else list(claims)
    targets = parse(expressions, known)
    trees = [target.tree for target in targets]
    names = list(variables(*trees)) or list(given)[:1] or [VARIABLE]
    _usable(names)
    _expected(given, names)
    derivatives = [replace(one, scaled=how.scaled) for one in _derivatives(kind, wrt, order, names)]
    derivative.refuse_too_many(len(derivatives) * len(targets))
    claimed = _claimed(claims, expressions, known, len(targets) * len(derivatives), names)
    if claims and how.scaled:
        raise RequestError("a claim is about derivatives; leave '--scaled' out")
    if not given and where.rows is None and len(names) == 1:
        given = {names[0]: where.otherwise}
    return Asked(kind, targets, tuple(derivatives), how, claimed, tuple(names), given)


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
        return derivative.requested(wrt, order, names)
    by = derivative.requested_variables(wrt, names)
    return derivative.hessian(by) if kind == "hessian" else derivative.gradient(by)


def _usable(names: Iterable[str]) -> None:
    """Refuse to give values to what is no variable, or would hide a column of the output."""
    from tapecli.result import COLUMNS

    kinds = {"a function": FUNCTION_NAMES, "a constant": CONSTANT_NAMES, "a column": COLUMNS}
    for name in names:
        for kind, taken in kinds.items():
            if name in taken:
                raise RequestError(f"'{name}' is {kind}; choose another name for the variable")


def _expected(given: Mapping[str, PointsLike], names: Sequence[str]) -> None:
    """Refuse values of what is no variable of the expressions."""
    for name in given:
        if name in names:
            continue
        other = clipped(name)
        option = f"--{other}" if name in defaults.SHORT else f"--at {other}"
        if len(names) > 1:
            raise RequestError(
                f"'{option}' gives values of '{other}', but the variables are {together(names)}"
            )
        (only,) = names
        mend = f"'--{only}'" if only in defaults.SHORT else f"'--at {only}=...'"
        raise RequestError(
            f"'{option}' gives points of '{other}', but the variable is '{only}'; "
            f"give its points with {mend}"
        )
