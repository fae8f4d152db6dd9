"""What is asked: one question, checked in one place, whoever asks.

`Question.parse` reads the texts, and checks everything but the values of the points, without any
of the libraries that compute. The command line, the Python functions, batch and the features all
call it; everything below takes the question whole.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from numbers import Real
from typing import TYPE_CHECKING, Any, TextIO, cast

from tapecli import defaults
from tapecli.errors import ExpressionError, RequestError, clipped, together, twice
from tapecli.expressions import derivative
from tapecli.expressions.derivative import Derivative
from tapecli.expressions.diagnosis import needs_points
from tapecli.expressions.expression import Expression, parse, parse_claims
from tapecli.expressions.functions import CONSTANT_NAMES, FUNCTION_NAMES
from tapecli.expressions.notations import LETTERS
from tapecli.expressions.statements import names_something, statements
from tapecli.expressions.tree import (
    DERIVATIVE,
    VARIABLE,
    Alias,
    Node,
    Number,
    Shorthand,
    steps,
    text,
    variables,
)
from tapecli.floats import FORMATS, UNCLEAR_DTYPES, FloatFormat, counted, dtype_name

if TYPE_CHECKING:
    from tapecli.evaluation.planner import Choice
    from tapecli.points.exact import PointsLike
    from tapecli.points.points import FilePoints, Points, Rows

KINDS = ("diff", "grad", "jacobian", "hessian")
"""What can be asked for: single derivatives, or all of a vector or matrix."""

MAX_UNKNOWN = 20
"""How many unknown names one error tells."""

_DEVICE = re.compile(r"/?(?:device:)?[a-z_]{1,20}(?::[0-9]{1,4})?", re.IGNORECASE | re.ASCII)
"""A short name of a device, such as cpu or gpu:1; whether there is one is seen later."""


@dataclass(frozen=True)
class Options:
    """How to compute and verify: what the options of `diff` of the same names say.

    `dtype` may be any name that `floats.dtype_name` knows. `usual_execution` is how tapes are run
    where `execution` is None and that way can do them.
    """

    method: str = defaults.AUTO
    dtype: str = "float64"
    execution: str | None = None
    usual_execution: str | None = None
    device: str | None = None
    max_seconds: float = defaults.MAX_SECONDS
    tolerance: float = 1.0
    verify: str = "auto"
    scaled: bool = False
    stable: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "dtype", dtype_name(self.dtype))

    @property
    def format_(self) -> FloatFormat:
        """The dtype."""
        return FORMATS[self.dtype]

    def check(self) -> None:
        """Raise a RequestError for an unknown word, or a number that makes no sense."""
        for value, words, name in (
            (self.method, defaults.METHODS, "method"),
            (self.dtype, FORMATS, "dtype"),
            (self.execution, (None, *defaults.EXECUTIONS), "execution"),
            (self.usual_execution, (None, *defaults.EXECUTIONS), "execution"),
            (self.verify, defaults.VERIFY, "'verify'"),
        ):
            if value not in list(words):
                choices = ", ".join(word for word in words if word)
                rest = UNCLEAR_DTYPES.get(str(value), f"there are {choices}")
                raise RequestError(f"unknown {name} '{clipped(str(value))}'; {rest}")
        numbers = {"the tolerance": self.tolerance, "'--max-seconds'": self.max_seconds}
        for name, number in numbers.items():
            if not (isinstance(number, Real) and math.isfinite(number) and number >= 0):
                raise RequestError(f"{name} must be a number from 0, not {clipped(str(number))}")
        device = str(self.device)
        if self.device is not None and not _DEVICE.fullmatch(device):
            raise RequestError(f"'{clipped(device)}' is no device; write cpu, gpu or gpu:1")
        if self.method == defaults.NONE and self.verify == "none":
            raise RequestError(
                "'--verify none' leaves out the analytic values, and '--method none' has no others"
            )


@dataclass(frozen=True)
class PointsInput:
    """The points as they were given, which have not been read yet.

    Attributes:
        table: where a table of points is: "-" or "@file"; None if there is none.
        paired: whether the values of several variables go side by side.
        stdin: what "-" is read from.
        default: the points of the only variable, if nothing is given.
        arrays: whether files may also be arrays of NumPy's and Parquet files.
    """

    values: Mapping[str, PointsLike] = field(default_factory=dict)
    table: str | None = None
    paired: bool = False
    stdin: TextIO | None = None
    default: str = defaults.POINTS
    arrays: bool = False

    @classmethod
    def of_pairs(cls, pairs: Iterable[tuple[str, PointsLike]], **rest: Any) -> PointsInput:
        """The input that pairs of a variable and its values make, with the other attributes.

        Raises:
            RequestError: two of them are of the same variable.
        """
        pairs = list(pairs)
        values = dict(pairs)
        if len(values) < len(pairs):
            name = twice(name for name, _ in pairs)
            raise RequestError(f"the points of '{name}' are given twice; leave one of them out")
        return cls(values, **rest)

    @property
    def texts(self) -> list[str]:
        """What was given as text."""
        return [text for text in (*self.values.values(), self.table) if isinstance(text, str)]

    @property
    def files(self) -> list[str]:
        """The names of the files that points are in."""
        return [text[1:] for text in self.texts if text.startswith("@")]

    @property
    def is_plain(self) -> bool:
        """Whether all points are in the call itself, and not in a file or standard input."""
        return not self.files and "-" not in self.texts

    @cached_property
    def rows(self) -> Rows | None:
        """The table, if there is one; it can be read once. A bad header is a PointsError."""
        if self.table is None:
            return None
        from tapecli.points import points, tables

        open_table = points.table if self.arrays else tables.Table
        return open_table(self.table, self.stdin)

    @property
    def columns(self) -> Sequence[str]:
        """The names in the header of the table; none, if there is no table."""
        return self.rows.names if self.rows else ()

    def read(self, names: Sequence[str], format_: FloatFormat, most: int) -> Points | FilePoints:
        """The values of these variables, no more than `most` of each.

        Raises:
            PointsError: values cannot be read, do not fit the dtype, or are too many.
            RequestError: a variable has no value or two.
        """
        from tapecli.points import points

        reader = points.Reader(format_, most, self.stdin, self.arrays)
        return reader.read(self.values, self.rows, names, self.paired)


@dataclass(frozen=True)
class Question:
    """A question, checked: what is differentiated by what, where, and how.

    Attributes:
        kind: one of `KINDS`.
        derivatives: what each of the targets is differentiated by.
        variables: the names that need a value.
        source: the points as they were given, or those that were read.
        claims: a derivative that somebody claims for each target and derivative; or none.
        settled: the method, where it is no longer to be chosen.
        share: the share of these points, a chunk, in a long run; None where they are all.
        fill: how many points are computed at least, so that what was compiled serves again.
    """

    kind: str
    targets: tuple[Expression, ...]
    derivatives: tuple[Derivative, ...]
    variables: tuple[str, ...]
    source: PointsInput | Points
    options: Options = Options()
    claims: tuple[Node, ...] = ()
    settled: Choice | None = None
    share: float | None = None
    fill: int = 0

    @classmethod
    def parse(
        cls,
        kind: str,
        expressions: str | Iterable[str],
        source: PointsInput = PointsInput(),
        *,
        wrt: str | Iterable[str] = (),
        order: int | None = None,
        claims: str | Iterable[str] = (),
        options: Options = Options(),
        with_values: bool = False,
    ) -> Question:
        """Read the texts of a question, and check all of it but the values of its points.

        Args:
            kind: one of `KINDS`.
            expressions: the text of one target or several: `expression` or `name = expression`.
            source: the points as they were given.
            wrt: a text, or several: a variable, or those of a mixed derivative with commas.
            order: the highest order by a single variable; 1 if None.
            claims: the texts of claims, one for each derivative of each target; or none.
            options: how to compute and verify.
            with_values: whether the values stand beside the derivatives, as in a plot.

        Raises:
            UsageError: something in it cannot be done.
        """
        if kind not in KINDS:
            raise RequestError(f"unknown kind '{clipped(str(kind))}'; there are {', '.join(KINDS)}")
        options.check()
        _check_order(order)
        wrt, claims = _texts("wrt", wrt), _texts("claims", claims)
        only_for_diff = {"order": order is not None, "scaled": options.scaled, "claim": claims}
        for name, is_given in only_for_diff.items():
            if is_given and kind != "diff":
                raise RequestError(f"'{name}' is for the kind 'diff'")
        named = [name.strip() for text in wrt for name in text.split(",")]
        _usable([*source.values, *filter(None, named)])
        names_given = {*source.values, *named, *source.columns}
        expressions = _texts("expressions", expressions)
        targets = _targets(expressions, names_given, with_operators=kind == "diff")
        wrt, order = derivative.with_operators([t.orders for t in targets], wrt, order)
        if kind == "diff" and order != 0 and not with_values:
            _refuse_derivatives(targets)
        trees = [target.tree for target in targets]
        _refuse_constants(expressions, targets)
        names = list(variables(*trees)) or list(source.values)[:1] or [VARIABLE]
        _usable(names)
        _expected(source.values, names)
        if kind == "diff":
            if not wrt and order != 0:
                _refuse_several(names, source)
            derivatives = derivative.requested(wrt, order, names)
        else:
            by_each = derivative.hessian if kind == "hessian" else derivative.gradient
            derivatives = by_each(derivative.requested_variables(wrt, names))
        count = len(derivatives) * len(targets)
        derivative.refuse_too_many(count)
        if claims and options.scaled:
            raise RequestError("a claim is about derivatives; leave '--scaled' out")
        if not source.values and source.table is None and len(names) == 1:
            source = replace(source, values={names[0]: source.default})
        return cls(
            kind,
            targets,
            tuple(replace(by, scaled=options.scaled) for by in derivatives),
            tuple(names),
            source,
            options,
            _claims(claims, expressions, count, names_given, names),
        )

    @cached_property
    def points(self) -> Points:
        """The points, which `PointsInput.read` reads when they are first asked for."""
        if not isinstance(self.source, PointsInput):
            return self.source
        from tapecli.points import exact

        return cast("Points", self.source.read(self.variables, self.format_, exact.MAX_POINTS))

    @cached_property
    def tape_trees(self) -> list[Node]:
        """The trees as tapes compute them: with `--stable`, with guarded branches."""
        if not self.options.stable:
            return self.trees
        from tapecli.evaluation.guarding import guarded

        return [guarded(tree, self.wrt, self.format_) for tree in self.trees]

    @cached_property
    def choice(self) -> Choice:
        """The method: the one that is settled, or the planner's for so many points."""
        return self.settled or self.choose(len(self.points))

    def choose(self, count: int) -> Choice:
        """The method that `planner.choose` takes for so many points."""
        from tapecli.evaluation import planner

        choice = planner.choose(self, count)
        usual = self.options.usual_execution
        if choice.execution and usual and self.options.execution is None:
            with contextlib.suppress(RequestError):
                options = replace(self.options, execution=usual)
                return planner.choose(replace(self, options=options), count)
        return choice

    def at(
        self,
        points: Points,
        choice: Choice | None = None,
        share: float | None = None,
        fill: int = 0,
    ) -> Question:
        """The question at other points, which may be a chunk of those of a long run."""
        return replace(self, source=points, settled=choice, share=share, fill=fill)

    @property
    def trees(self) -> list[Node]:
        """The trees of the targets."""
        return [target.tree for target in self.targets]

    @property
    def wrt(self) -> list[tuple[str, ...]]:
        """The variables of each derivative, each as often as it is differentiated by."""
        return [derivative.variables for derivative in self.derivatives]

    @property
    def order(self) -> int:
        """The highest order."""
        return max(map(len, self.wrt))

    @property
    def format_(self) -> FloatFormat:
        """The dtype."""
        return self.options.format_


# --- the checks -------------------------------------------------------------------------------


def _texts(name: str, texts: str | Iterable[str]) -> list[str]:
    """One text or several as a list."""
    if isinstance(texts, str):
        return [texts]
    items: list[Any] = list(texts) if isinstance(texts, Iterable) else [texts]
    if not all(isinstance(item, str) for item in items):
        raise RequestError(f"'{name}' must be a text or a list of texts")
    return items


def _check_order(order: object) -> None:
    if order is None:
        return
    if isinstance(order, bool) or not isinstance(order, int) or order < 0:
        raise RequestError(f"the order must be a whole number from 0, not {clipped(str(order))}")
    if order > defaults.MAX_ORDER:
        raise RequestError(f"order {clipped(f'{order:,}')}: no more than {defaults.MAX_ORDER:,}")


def _refuse_derivatives(targets: Sequence[Expression]) -> None:
    """Refuse to differentiate what is typed as a derivative, since that is hardly meant."""
    for target in targets:
        tree = target.tree
        if not (isinstance(tree, Shorthand) and tree.name == DERIVATIVE):
            continue
        others = steps(*(other.tree for other in targets if other is not target))
        if any(isinstance(node, Alias) and node.name == target.name for node in others):
            continue  # it is a part of another target
        function, *by = tree.operands
        inside = f"'{clipped(text(function))}'"
        times = int(by[1].value) if len(by) == 2 and isinstance(by[1], Number) else 1
        if len(by) > 1 + (times > 1):  # a mixed one; if one is repeated, the next message says so
            names = [str(node) for node in by if not isinstance(node, Number)]
            readings = f"write {inside} --wrt {','.join(names)} for this derivative"
        else:
            wrt = f" --wrt {by[0]}" if len(variables(function)) > 1 else ""
            readings = (
                f"write {inside}{wrt}{f' --order {times}' if times > 1 else ''} for this "
                f"derivative, or {inside}{wrt} --order {times + 1} for the derivative of it"
            )
        raise RequestError(
            f"'{clipped(text(tree))}' can be read in two ways: {readings}; "
            "--order 0 shows its value"
        )


def _claims(
    claims: Sequence[str],
    expressions: Sequence[str],
    derivatives: int,
    names_given: Collection[str],
    names: Sequence[str],
) -> tuple[Node, ...]:
    """The trees of the claims, one for each derivative, which may use the names of the targets."""
    if not claims:
        return ()
    if len(claims) != derivatives:
        numbers = (derivatives, "derivative"), (len(claims), "claim")
        subjects = [f"{counted(n, noun)} {'is' if n == 1 else 'are'}" for n, noun in numbers]
        raise RequestError(
            f"{subjects[0]} shown, and {subjects[1]} given; "
            "each needs a --claim of its own, in sequence"
        )
    if any(";" in claim or names_something(claim) for claim in claims):
        raise RequestError("a claim is the right side alone: --claim '2/x'")
    trees = parse_claims(expressions, claims, names_given)
    if others := [name for name in variables(*trees) if name not in names]:
        raise RequestError(
            f"the claim has a variable '{clipped(others[0])}', which the expressions have not; "
            f"theirs: {', '.join(names)}"
        )
    return tuple(trees)


def _refuse_constants(texts: Sequence[str], targets: Sequence[Expression]) -> None:
    """Refuse expressions without a variable beside others, unless these use them by name.

    They are often points. Where no expression has a variable, the constants are what is meant.
    """
    names = variables(*(target.tree for target in targets))
    constants = [index for index, target in enumerate(targets) if not variables(target.tree)]
    if not constants or not names:
        return
    nodes = itertools.chain.from_iterable(steps(target.tree) for target in targets)
    used = {node.name for node in nodes if isinstance(node, Alias)}
    refused = [targets[index] for index in constants if targets[index].name not in used]
    if not refused:
        return
    own_names = {piece.name for typed in texts for piece in statements(typed)}
    quoted = [f"'{clipped(str(t) if t.name in own_names else t.text)}'" for t in refused[:4]]
    unnamed = [target for target in refused if target.name not in own_names]
    if not unnamed:
        raise RequestError(
            f"{quoted[0]} has no variable, and no later expression has '{refused[0].name}'; "
            f"{'the variables are' if names[1:] else 'the variable is'} {together(names)}"
        )
    points = clipped(",".join(target.text for target in unnamed))
    raise RequestError(
        f"{together(quoted)} {'has' if len(refused) == 1 else 'have'} no variable; "
        f"points are given with {_option(names[0], points)}, "
        f"and a constant is '{clipped(unnamed[0].text)} + 0{names[0]}'"
    )


def _refuse_several(names: Sequence[str], source: PointsInput) -> None:
    """Refuse to choose from several variables, and say which of them have no value either."""
    if len(names) < 2:
        return
    missing = [name for name in names if name not in {*source.values, *source.columns}]
    options = " ".join(_option(name, "2") for name in missing)
    values = f"; and give {'each a value' if missing[1:] else 'a value'}: {options}"
    raise RequestError(derivative.by_which(names) + values * bool(missing))


def _option(name: str, points: str) -> str:
    """The option that gives a variable its points."""
    return f"--{name} {points}" if name in defaults.SHORT else f"--at {name}={points}"


def _targets(
    texts: Sequence[str], names_given: Collection[str], with_operators: bool
) -> tuple[Expression, ...]:
    """The targets. If names of several letters have no points, the error tells all that have none.

    `names_given` are variables, whatever their length.
    """
    try:
        return parse(texts, names_given, with_operators=with_operators)
    except ExpressionError as error:
        first, missing = error, _without_points(texts, names_given, error)
    if len(missing) < 2:
        raise first
    options = " ".join(_option(name, "1..3") for name in missing)
    hint = f"variables of more than one letter need their points: {options}"
    refusal = ExpressionError(first.expression, first.start, first.end, first.problem, hint)
    refusal.number = first.number
    raise refusal


def _without_points(
    texts: Sequence[str], names_given: Collection[str], error: ExpressionError
) -> list[str]:
    """The variables that need points, as far as they are known before another error is met."""
    names: list[str] = []
    while len(names) < MAX_UNKNOWN:
        name = error.expression[error.start : error.end]
        if error.hint != needs_points(name):
            break
        names.append(name)
        try:
            targets = parse(texts, {*names_given, *names}, with_operators=True)
        except ExpressionError as next_error:
            error = next_error
        else:
            others = variables(*(target.tree for target in targets))
            return names + [name for name in others if name not in {*names, *names_given}]
    return names


def _usable(names: Iterable[str]) -> None:
    """Refuse to give values to what is no variable, or would hide a column of the output."""
    from tapecli.result import COLUMNS

    reserved = {
        "a function": FUNCTION_NAMES.keys() - {*LETTERS},
        "a constant": CONSTANT_NAMES,
        "a column": COLUMNS,
    }
    for name, (kind, words) in itertools.product(names, reserved.items()):
        if name in words:
            raise RequestError(f"'{name}' is {kind}; choose another name for the variable")


def _expected(values: Iterable[str], names: Sequence[str]) -> None:
    """Refuse values of what is no variable of the expressions."""
    name = next((name for name in values if name not in names), None)
    if name is None:
        return
    other, only = clipped(name), names[0]
    option = f"--{other}" if name in defaults.SHORT else f"--at {other}"
    if len(names) > 1:
        raise RequestError(
            f"'{option}' gives values of '{other}', but the variables are {together(names)}"
        )
    glued = re.fullmatch(rf"{re.escape(other)}([0-9]+)", only)
    note = f", or write {other}*{glued[1]} or {other}^{glued[1]}" if glued else ""
    mend = f"--{only}" if only in defaults.SHORT else f"--at {only}=..."
    raise RequestError(
        f"'{option}' gives points of '{other}', but the variable is '{only}'; "
        f"give its points with '{mend}'{note}"
    )
