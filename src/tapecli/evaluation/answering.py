"""One question answered: read `computed` first. It has a line for each stage.

The question was parsed, and checked, by `Question.parse` (`question`). Questions about any number
of points are answered chunk by chunk (`chunks`), each chunk by `answer`.
"""

from __future__ import annotations

import functools
import itertools
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, NamedTuple

from tapecli import defaults
from tapecli.engines.certified.budget import Budget
from tapecli.engines.tapes import arrangements, loading
from tapecli.errors import RequestError
from tapecli.evaluation.question import Question
from tapecli.evaluation.verdict import Certificates, Column, Verification
from tapecli.evaluation.workers import Workers
from tapecli.expressions import tex
from tapecli.expressions.derivative import Derivative
from tapecli.floats import Array, FloatFormat
from tapecli.result import Block, Checks, Claim, Formula, Latex, Result

FORMULA_SHARE = 0.1
"""The part of '--max-seconds' that formulas may take: with its default they take a second."""


@dataclass
class Account:
    """What a run took, and what it left undone.

    Attributes:
        seconds: what each stage took, by name.
        given_up: what was not done for the time that it would take, in sentences.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    given_up: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        """Add the time since the last lap to a stage."""
        now = time.perf_counter()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._last
        self._last = now


class Values(NamedTuple):
    """The values that a question's method computes.

    Attributes:
        columns: those of each target and derivative; None where none are computed.
        execution: how TensorFlow ran the tapes, "" where there were none.
        tensorflow: the version of TensorFlow; "" if it was not needed.
    """

    columns: Sequence[Sequence[Column]]
    execution: str
    tensorflow: str


@dataclass(frozen=True)
class Computed:
    """What is computed for a question, of which `arrange` makes its result.

    Attributes:
        values: the values, and how they were computed.
        checks: for each target and derivative the verdicts.
        analysis: the rest, without certificates, which are large and no longer needed.
    """

    values: Values
    checks: Sequence[Sequence[Checks]]
    analysis: Analysis


@dataclass(frozen=True)
class Analysis:
    """What is found out without TensorFlow.

    Attributes:
        certificates: those of each target.
        budget: what is left of it for further points.
        claims: the judgements on the claims.
        formulas: of each target and derivative; None where they were left out.
        latex: each target in LaTeX; None if formulas were left out.
        given_up: what was not done for the time that it would take, in sentences.
    """

    certificates: Sequence[Certificates]
    budget: Budget
    claims: tuple[Claim, ...]
    formulas: Sequence[Sequence[Formula | None]]
    latex: Sequence[str | None]
    given_up: Sequence[str] = ()


def answer(question: Question, **how: Any) -> Result:
    """Answer a question; the other arguments, and what is raised, are those of `computed`."""
    return arrange(question, computed(question, **how))


def answer_by(workers: Workers, question: Question, **how: Any) -> Result:
    """Answer a question as `answer` does, where others compute it."""
    whole = question.at(question.points, question.choice)
    ((question, parts),) = workers.each(functools.partial(computed, **how), [whole])
    return arrange(question, parts)


def computed(
    question: Question,
    *,
    formulas: bool = True,
    account: Account | None = None,
    load: Callable[[], Any] = loading.load,
    start: Callable[[Callable[[], Analysis]], Callable[[], Analysis]] = lambda work: work,
    budget: Budget | None = None,
    jobs: int = 1,
    values: Callable[[], Values] | None = None,
) -> Computed:
    """Compute what the result of a question is made of.

    Args:
        question: what is asked.
        formulas: whether to make formulas, which takes SymPy.
        account: receives what each stage took, and what was given up.
        load: loads TensorFlow.
        start: starts the work that needs no TensorFlow, parallel to the rest, and returns a
            function that waits for it.
        budget: what zeros and kinks may cost; that of this question, if it is left out.
        jobs: how many processes may certify at a time.
        values: waits for the values that another process computes; None to compute them here.

    Raises:
        UsageError: the points cannot be read, no method can do it in time, or TensorFlow lacks a
            gradient or kernel that this needs.
        TensorFlowError: TensorFlow is missing or does not start.
    """
    account = account or Account()
    choice = question.choice  # of a question that `Question.parse` has parsed and checked
    certified = start(functools.partial(certify, question, formulas, budget, jobs))
    if values:
        result = values()
    else:
        tensorflow = load().__version__ if choice.needs_tensorflow else ""
        account.lap("TensorFlow")
        result = Values(*compute(question), tensorflow)
    account.lap("tapes" if choice.needs_tensorflow else choice.method)
    analysis = certified()
    account.given_up += analysis.given_up
    account.lap("certified values" + " and formulas" * bool(formulas))
    verification = Verification(question, analysis.budget)
    checks = verification.judge(result.columns, analysis.certificates)
    account.lap("verdicts")
    return Computed(result, checks, replace(analysis, certificates=()))


def tape_values(question: Question, load: Callable[[], Any]) -> Values:
    """Load TensorFlow, and compute a question by tapes; what is raised is that of `computed`."""
    tensorflow = load().__version__
    return Values(*compute(question), tensorflow)


def certify(
    question: Question, formulas: bool = True, budget: Budget | None = None, jobs: int = 1
) -> Analysis:
    """Certify values, judge claims and make formulas."""
    budget = budget or Budget.of_request(question.options.max_seconds, question.share)
    verification = Verification(question, budget, jobs)
    certificates = [verification.certificates(tree) for tree in question.trees]
    claims = _judged_claims(question)
    if formulas:
        return Analysis(certificates, budget, claims, *_formulas(question))
    none = [[None] * len(question.derivatives) for _ in question.targets]
    return Analysis(certificates, budget, claims, none, [None] * len(question.targets))


def compute(question: Question) -> tuple[Sequence[Sequence[Column]], str]:
    """Compute the derivatives of each target at all points, by the method of the question.

    Returns:
        For each target and derivative an array of values, None where none are computed; and how
        TensorFlow ran the tapes, "" where there were none.

    Raises:
        RequestError: TensorFlow lacks a gradient or kernel that this needs.
    """
    choice, options = question.choice, question.options
    if choice.method == defaults.NONE:
        return [[None] * len(question.derivatives) for _ in question.targets], ""
    if choice.method == defaults.TAYLOR:
        from tapecli.engines.taylor.engine import taylor_derivatives

        columns = question.points.columns
        series = taylor_derivatives(
            question.trees, columns, question.wrt, question.format_, options.scaled
        )
        return list(map(list, series)), ""
    try:
        return _from_tapes(question, choice.execution), choice.execution
    except RequestError:
        if choice.execution in (options.execution, defaults.EAGER):
            raise
    # Run eagerly, TensorFlow has kernels for more functions than XLA has.
    return _from_tapes(question, defaults.EAGER), defaults.EAGER


def _from_tapes(question: Question, execution: str) -> list[list[Array]]:
    """The values from tapes; where they are to be filled, a few more are computed."""
    columns, count = question.points.columns, len(question.points)
    missing = question.fill - count if execution == defaults.XLA else 0
    if missing > 0:
        import numpy as np

        columns = {name: np.pad(xs, (0, missing), "edge") for name, xs in columns.items()}
    gradients = arrangements.tape_derivatives(
        question.tape_trees,
        columns,
        question.wrt,
        question.choice.method,
        question.format_,
        execution,
        question.options.device,
    )
    return [
        [
            _scaled(column[:count], derivative, question.format_)
            for column, derivative in zip(columns, question.derivatives, strict=True)
        ]
        for columns in gradients
    ]


def _scaled(column: Array, derivative: Derivative, format_: FloatFormat) -> Array:
    """Derivatives from tapes, over their factorials if coefficients are wanted."""
    if derivative.divisor == 1:
        return column
    import numpy as np

    return np.array(
        [
            format_.round(Fraction(x) / derivative.divisor) if math.isfinite(x) else x
            for x in column.tolist()
        ],
        np.float64,
    )


def arrange(question: Question, parts: Computed) -> Result:
    """Arrange what was computed for a question into its result."""
    values, analysis = parts.values, parts.analysis
    columns = zip(
        question.targets,
        analysis.latex,
        values.columns,
        parts.checks,
        analysis.formulas,
        strict=True,
    )
    blocks = [
        Block(
            target.name,
            target.text,
            derivative,
            formula and formula.text,
            question.points,
            column,
            column_checks,
            None if latex is None else Latex(latex, formula and formula.latex),
        )
        for target, latex, *rows in columns
        for derivative, column, column_checks, formula in zip(
            question.derivatives, *rows, strict=True
        )
    ]
    return Result(
        kind=question.kind,
        blocks=tuple(blocks),
        points=question.points,
        format_=question.format_,
        method=question.choice.method,
        tensorflow=values.tensorflow,
        tolerance=question.options.tolerance,
        execution=values.execution,
        device=question.options.device or "",
        reason=question.choice.reason,
        claims=analysis.claims,
    )


def _judged_claims(question: Question) -> tuple[Claim, ...]:
    """The judgements on the claims."""
    if not question.claims:
        return ()
    from tapecli.engines.certified.judge import judged, spread

    budget = Budget.of_request(question.options.max_seconds)
    points = [question.points.at(index) for index in spread(len(question.points))]
    pairs = itertools.product(question.targets, question.derivatives)
    return tuple(
        judged(
            target,
            derivative,
            claim,
            points,
            question.format_,
            budget=budget,
            claims=len(question.claims),
        )
        for (target, derivative), claim in zip(pairs, question.claims, strict=True)
    )


def _formulas(
    question: Question,
) -> tuple[list[list[Formula | None]], list[str], list[str]]:
    """The formulas of each target, the targets in LaTeX, and what was given up for the time."""
    from tapecli.engines.certified.formula_cache import formulas

    divisors = [derivative.divisor for derivative in question.derivatives]
    seconds = question.options.max_seconds * FORMULA_SHARE
    result = formulas(question.trees, question.wrt, divisors, seconds)
    total = len(question.trees) * len(divisors)
    limit = f"within {seconds:g} s; '--max-seconds' allows more"
    unfinished = (result.unshortened, "shortened"), (result.left_out, "made")
    given_up = [
        f"{count:,} of {total:,} formulas could not be {done} {limit}"
        for count, done in unfinished
        if count
    ]
    return result.by_target, list(map(tex.expression, question.trees)), given_up
