"""The verbs: expressions, points and what to differentiate by in, a Result out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypedDict

from tapecli import defaults
from tapecli.errors import RequestError
from tapecli.evaluation import chunks, compute
from tapecli.evaluation.question import How, Where, by_variable, prepare
from tapecli.points.ranges import PointsLike
from tapecli.result import Result

if TYPE_CHECKING:
    from typing_extensions import Unpack


class Options(TypedDict, total=False):
    """The arguments that all verbs have, as `diff` describes them."""

    x: PointsLike | None
    at: Mapping[str, PointsLike] | str | None
    wrt: str | Iterable[str]
    method: str
    dtype: str
    execution: str | None
    device: str | None
    max_seconds: float
    tolerance: float
    formulas: bool
    zip: bool
    verify: str


def diff(
    expressions: str | Iterable[str] = defaults.EXPRESSION,
    *,
    order: int | None = None,
    claims: str | Iterable[str] = (),
    scaled: bool = False,
    **options: Unpack[Options],
) -> Result:
    """Differentiate expressions with gradient tapes, beside the certified derivatives.

    >>> tapecli.diff("log(x^2)", x=[1, 2, 3], order=2).tape
    array([[[ 2.        ,  1.        ,  0.66666667],
            [-2.        , -0.5       , -0.22222222]]])
    >>> tapecli.diff("x^2*y^3", at={"x": 2, "y": 3}, wrt="x,y").tape
    array([[[108.]]])
    >>> tapecli.diff("sin(x)", x=0.5, order=40).method
    'taylor'

    Args:
        expressions: one, or several targets, each `expression` or `name = expression`.
        x: the values of x, as text ("1..3", "0..2pi@9"), numbers or an array; 1, 2, 3 if left
            out and x is the only variable.
        at: the same for variables of any name: {"t": [1, 2]}; or "@file", a table of points
            whose header has the names of the variables.
        wrt: the variable, or several with commas between them for a mixed derivative; or
            several such texts, each for a derivative of its own.
        order: the highest order by a single variable; every order from 1 is computed. 0 is the
            value alone.
        claims: derivatives that somebody worked out, one for each that is computed: whether each
            is right stands in the result.
        scaled: whether to give Taylor coefficients: derivatives over the factorials of their
            orders.
        method: auto, single, parallel, nested, persistent or batch; taylor, without TensorFlow;
            or none, for the analytic values alone.
        dtype: float64, float32, bfloat16 or float16.
        execution: eager, graph or xla: how TensorFlow runs it; if left out, eager for few points
            and xla for many.
        device: where TensorFlow runs it, such as "cpu" or "gpu:1"; its own choice if left out.
        max_seconds: what is expected to take longer is refused; 10 if left out.
        tolerance: scales the bounds of the verdict.
        formulas: whether to make formulas, which takes SymPy.
        zip: whether values of several variables go side by side; all combinations, if not.
        verify: which values are verified: auto, all, sample or none.

    Raises:
        UsageError: something in the request cannot be done; nothing was computed.
        TensorFlowError: TensorFlow is missing or does not start.
    """
    return _answer("diff", expressions, order, claims, scaled, **options)


def parts(
    expressions: str | Iterable[str] = defaults.EXPRESSION,
    *,
    kind: str = "diff",
    order: int | None = None,
    claims: str | Iterable[str] = (),
    scaled: bool = False,
    **options: Unpack[Options],
) -> Iterator[Result]:
    """The same for any number of points, in bounded memory: a Result for each part of them.

    >>> sum(part.tape.sum() for part in tapecli.parts("x^2", x="1..1000000"))
    1000001000000.0

    There is one part if there are no more points than `diff` takes. The arguments, and what is
    raised, are those of `diff`; `kind` is diff, grad, jacobian or hessian. Formulas are left out.
    """
    where, rest = _split(options)
    asked = chunks.opened(
        kind,
        expressions,
        where,
        options.get("wrt", ()),
        order,
        claims,
        How(scaled=scaled, **rest),
        size=chunks.PART,
    )
    if isinstance(asked, chunks.Stream):
        yield from asked.results()
    else:
        yield compute.run(asked, formulas=False)


def grad(expressions: str | Iterable[str], **options: Unpack[Options]) -> Result:
    """The gradient of each expression: its derivative by every variable.

    >>> tapecli.grad("x^2*y", at={"x": 2, "y": 3}).tape
    array([[[12.],
            [ 4.]]])

    The options, and what is raised, are those of `diff`, but for the order; `wrt` has the
    variables that are wanted, all of them if it is left out.
    """
    return _answer("grad", expressions, **options)


def jacobian(expressions: str | Iterable[str], **options: Unpack[Options]) -> Result:
    """The Jacobian of the expressions: a row for each of them, a column for each variable.

    The options, and what is raised, are those of `grad`.
    """
    return _answer("jacobian", expressions, **options)


def hessian(expressions: str | Iterable[str], **options: Unpack[Options]) -> Result:
    """The Hessian of each expression: its second derivatives by every pair of variables.

    The derivatives of the result go row by row; `result.arranged(result.tape)` has them as
    matrices. The options, and what is raised, are those of `grad`.
    """
    return _answer("hessian", expressions, **options)


def _answer(
    kind: str,
    expressions: str | Iterable[str],
    order: int | None = None,
    claims: str | Iterable[str] = (),
    scaled: bool = False,
    /,
    **options: Unpack[Options],
) -> Result:
    formulas = options.get("formulas", True)
    where, rest = _split(options)
    how = How(scaled=scaled, **rest)
    request = prepare(kind, expressions, where, options.get("wrt", ()), order, claims, how)
    return compute.run(request, formulas)


def _split(options: Options) -> tuple[Where, dict[str, Any]]:
    """Where the points are, and what of the options says how to compute."""
    given, rows = _given(options.get("x"), options.get("at"))
    others = ("x", "at", "zip", "wrt", "formulas")
    how = {name: value for name, value in options.items() if name not in others}
    return Where(given, rows, options.get("zip", False)), how


def _given(
    x: PointsLike | None, at: Mapping[str, PointsLike] | str | None
) -> tuple[dict[str, PointsLike], str | None]:
    """The values of each variable, and where a table of points is, if anywhere."""
    rows = at if isinstance(at, str) else None
    if rows is not None and not rows.startswith("@"):
        raise RequestError("'at' is a mapping of names to values, or '@file'")
    named = list(at.items()) if isinstance(at, Mapping) else []
    return by_variable([*named, *([] if x is None else [("x", x)])]), rows
