"""The verbs: expressions, points and what to differentiate by in, a Result out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypedDict

from tapecli import defaults
from tapecli.errors import RequestError, TooManyPointsError, nearest
from tapecli.evaluation import answering, chunks
from tapecli.evaluation.question import Options, PointsInput, Question
from tapecli.evaluation.workers import Sharing
from tapecli.points.exact import PointsLike
from tapecli.result import Result

if TYPE_CHECKING:
    from typing_extensions import Unpack

OPTIONS = frozenset(field.name for field in fields(Options)) - {"usual_execution"}
"""The keywords that say how to compute and verify."""

KEYWORDS = OPTIONS | {"at", "zip", "wrt", "order", "claims", "formulas"}
"""The keywords that are not the name of a variable."""


class Keywords(TypedDict, total=False):
    """The keywords that all verbs have, as `diff` describes them."""

    x: PointsLike | None
    y: PointsLike | None
    z: PointsLike | None
    t: PointsLike | None
    at: Mapping[str, PointsLike] | str | None
    wrt: str | Iterable[str]
    method: str
    dtype: str
    execution: str | None
    device: str | None
    max_seconds: float
    tolerance: float
    stable: bool
    formulas: bool
    zip: bool
    verify: str


def diff(
    expressions: str | Iterable[str] = defaults.EXPRESSION,
    *,
    order: int | None = None,
    claims: str | Iterable[str] = (),
    scaled: bool = False,
    **keywords: Unpack[Keywords],
) -> Result:
    """Differentiate expressions with gradient tapes, beside the certified derivatives.

    >>> tapecli.diff("log(x^2)", x=[1, 2, 3], order=2).tape
    array([[[ 2.        ,  1.        ,  0.66666667],
            [-2.        , -0.5       , -0.22222222]]])
    >>> tapecli.diff("x^2*y^3", x=2, y=3, wrt="x,y").tape
    array([[[108.]]])
    >>> tapecli.diff("sin(x)", x=0.5, order=40).method
    'taylor'

    Args:
        expressions: one, or several targets, each `expression` or `name = expression`.
        x: the values of x, as text ("1..3", "0..2pi@9"), numbers or an array; 1, 2, 3 if left
            out and x is the only variable. Each other variable has a keyword of its own name.
        at: the values of variables by name, for names that are options as well, and for type
            checkers, which know x, y, z and t alone: {"order": [1, 2]}; or "@file", a table of
            points whose header has the names of the variables.
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
        stable: whether tapes compute each branch of `where` from inputs that are safe for it, so
            that no NaN of the branch that is not taken goes through.
        formulas: whether to make formulas, which takes SymPy.
        zip: whether values of several variables go side by side; all combinations, if not.
        verify: which values are verified: auto, all, sample or none.

    Raises:
        UsageError: something in the request cannot be done; nothing was computed.
        TensorFlowError: TensorFlow is missing or does not start.
    """
    return _answer("diff", expressions, order=order, claims=claims, scaled=scaled, **keywords)


def parts(
    expressions: str | Iterable[str] = defaults.EXPRESSION,
    *,
    kind: str = "diff",
    order: int | None = None,
    claims: str | Iterable[str] = (),
    scaled: bool = False,
    workers: int | None = None,
    scheduler: str | None = None,
    **keywords: Unpack[Keywords],
) -> Iterator[Result]:
    """Differentiate at any number of points in bounded memory: a Result for each part of them.

    >>> sum(part.tape.sum() for part in tapecli.parts("x^2", x="1..1000000"))
    1000001000000.0

    There is one part if there are no more points than `diff` takes. The arguments, and what is
    raised, are those of `diff`; `kind` is diff, grad, jacobian or hessian. Formulas are left out.
    The parts can be computed by a Dask cluster: by `workers` on this machine, or by those of a
    `scheduler` that runs, such as "tcp://host:8786".
    """
    options = {"order": order, "claims": claims, "scaled": scaled, **keywords}
    arguments = _arguments(kind, expressions, options)
    question = chunks.open_question(**arguments, size=chunks.LARGE_CHUNK)
    if workers is not None and scheduler is not None:
        raise RequestError("'workers' and 'scheduler' exclude each other")
    sharing = Sharing(1, workers, scheduler)  # a process with threads cannot be forked
    with sharing.start(0) as computing:
        if isinstance(question, chunks.Stream):
            yield from question.results(workers=computing)
        else:
            yield answering.answer_by(computing, question, formulas=False)


def grad(expressions: str | Iterable[str], **keywords: Unpack[Keywords]) -> Result:
    """The gradient of each expression: its derivative by every variable.

    >>> tapecli.grad("x^2*y", x=2, y=3).tape
    array([[[12.],
            [ 4.]]])

    The keywords, and what is raised, are those of `diff`, but for order, claims and scaled; `wrt`
    has the variables that are wanted, all of them if it is left out.
    """
    return _answer("grad", expressions, **keywords)


def jacobian(expressions: str | Iterable[str], **keywords: Unpack[Keywords]) -> Result:
    """The Jacobian of the expressions: a row for each of them, a column for each variable.

    The keywords, and what is raised, are those of `grad`.
    """
    return _answer("jacobian", expressions, **keywords)


def hessian(expressions: str | Iterable[str], **keywords: Unpack[Keywords]) -> Result:
    """The Hessian of each expression: its second derivatives by every pair of variables.

    The derivatives of the result go row by row; `result.arranged(result.tape)` has them as
    matrices. The keywords, and what is raised, are those of `grad`.
    """
    return _answer("hessian", expressions, **keywords)


def _answer(kind: str, expressions: str | Iterable[str], /, **keywords: Any) -> Result:
    question = Question.parse(**_arguments(kind, expressions, keywords))
    try:
        len(question.points)
    except TooManyPointsError as error:
        raise TooManyPointsError(f"{error}; tapecli.parts takes any number") from None
    return answering.answer(question, formulas=keywords.get("formulas", True))


def _arguments(
    kind: str, expressions: str | Iterable[str], keywords: Mapping[str, Any]
) -> dict[str, Any]:
    """The arguments of `Question.parse`, from those of a verb."""
    if isinstance(expressions, Iterable) and not isinstance(expressions, str):
        expressions = list(expressions)  # an iterator gives its items only once
    at = {} if keywords.get("at") is None else keywords["at"]
    is_table = isinstance(at, str) and at.startswith("@")
    if not is_table and not (isinstance(at, Mapping) and all(isinstance(n, str) for n in at)):
        raise RequestError("'at' is a mapping of names to values, or '@file'")
    names = [name for name in keywords if name not in KEYWORDS]
    for name in names:
        may_be_option = len(name) > 1 and name not in str(expressions)
        if may_be_option and (option := nearest(name, KEYWORDS)):
            raise RequestError(f"there is no option '{name}'; did you mean '{option}'?")
    pairs = [(name, keywords[name]) for name in names if keywords[name] is not None]
    pairs += [] if is_table else at.items()
    paired = bool(keywords.get("zip", False))
    return {
        "kind": kind,
        "expressions": expressions,
        "source": PointsInput.of_pairs(pairs, table=at if is_table else None, paired=paired),
        "options": Options(**{name: keywords[name] for name in OPTIONS & keywords.keys()}),
        **{name: keywords[name] for name in ("wrt", "order", "claims") if name in keywords},
    }
