"""A request computed into a Result: tapes or series, certified values and verdicts."""

from __future__ import annotations

import functools
import itertools
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tapecli import defaults
from tapecli.engines.certified.budget import Budget
from tapecli.engines.tapes import arrangements, loading
from tapecli.errors import RequestError
from tapecli.evaluation.question import Request
from tapecli.evaluation.verification import Certificates, Column, Verification
from tapecli.expressions import tex
from tapecli.expressions.derivative import Derivative
from tapecli.expressions.tree import Node
from tapecli.result import Block, Claim, Formula, Latex, Result

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FORMULA_SHARE = 0.1
"""The part of '--max-seconds' that formulas may take: with its default they take a second."""


@dataclass(frozen=True)
class Ahead:
    """What can be known of a request without the tapes.

    Attributes:
        certified: the certificates of each target.
        formulas: of each target and derivative; None where they were left out.
        typed: each target in LaTeX; None if formulas were left out.
        claims: the judgements on the claims.
        given_up: what was not done for the time that it would take, in sentences.
        budget: what is left of it for further points.
    """

    certified: Sequence[Certificates]
    formulas: Sequence[Sequence[Formula | None]]
    typed: Sequence[str | None]
    claims: tuple[Claim, ...]
    budget: Budget
    given_up: Sequence[str] = ()


@dataclass
class Account:
    """What a run took, and what it left undone.

    Attributes:
        seconds: what each part of it took, by name.
        given_up: what was not done for the time that it would take, in sentences.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    given_up: list[str] = field(default_factory=list)


def run(
    request: Request,
    formulas: bool = True,
    account: Account | None = None,
    load: Callable[[], Any] = loading.load,
    begin: Callable[[Callable[[], Ahead]], Callable[[], Ahead]] = lambda work: work,
    budget: Budget | None = None,
) -> Result:
    """Differentiate.

    Args:
        request: what is asked.
        formulas: whether to make formulas, which takes SymPy.
        account: receives what TensorFlow, the tapes and the rest took, and what was given up.
        load: loads TensorFlow.
        begin: begins the work that needs no tapes, and returns a function that ends it.
        budget: what zeros and kinks may cost; that of this request, if it is left out.

    Raises:
        RequestError: TensorFlow lacks a gradient or kernel that this needs.
        TensorFlowError: TensorFlow is missing or does not start.
    """
    account = account or Account()
    clock = _Clock(account.seconds)
    finish = begin(functools.partial(ahead, request, formulas, budget))
    tensorflow = load().__version__ if request.choice.needs_tensorflow else ""
    clock.lap("TensorFlow")
    values, execution = _values(request)
    clock.lap("tapes" if request.choice.needs_tensorflow else request.choice.method)
    known = finish()
    account.given_up += known.given_up
    clock.lap("certified values" + " and formulas" * formulas)
    result = _result(request, values, known, execution, tensorflow)
    clock.lap("verdicts")
    return result


def ahead(request: Request, formulas: bool = True, budget: Budget | None = None) -> Ahead:
    """What can be known without the tapes."""
    trees = [expression.tree for expression in request.expressions]
    budget = budget or Budget.of_request(request.how.max_seconds, request.share)
    certificates = verification(request, budget).certificates
    certified = [certificates(tree) for tree in trees]
    if not formulas:
        none = [[None] * len(request.derivatives) for _ in trees]
        return Ahead(certified, none, [None] * len(trees), _judged(request), budget)
    made, given_up = _formulas(request, trees)
    typed = list(map(tex.expression, trees))
    return Ahead(certified, made, typed, _judged(request), budget, given_up)


def _result(
    request: Request,
    values: Sequence[Sequence[Column]],
    known: Ahead,
    execution: str,
    tensorflow: str,
) -> Result:
    """The result of what was computed, and of what could be known without it."""
    verified = verification(request, known.budget)
    blocks: list[Block] = []
    for expression, of_target, certified, written, typed in zip(
        request.expressions, values, known.certified, known.formulas, known.typed, strict=True
    ):
        about = expression.name, expression.text
        checks = verified.checks(expression.tree, of_target, certified)
        for one, formula, column, of_one in zip(
            request.derivatives, written, of_target, checks, strict=True
        ):
            text, latex = formula or (None, None)
            both = None if typed is None else Latex(typed, latex)
            blocks.append(Block(*about, one, text, request.points, column, of_one, both))
    return Result(
        request.kind,
        tuple(blocks),
        request.points,
        request.how.format_,
        request.choice.method,
        tensorflow,
        request.how.tolerance,
        execution,
        request.how.device or "",
        request.choice.reason,
        known.claims,
    )


def verification(request: Request, budget: Budget) -> Verification:
    """How the values are verified, and what zeros and kinks may cost."""
    computer = "the tape" if request.choice.needs_tensorflow else "Taylor arithmetic"
    return Verification(
        request.derivatives,
        request.points,
        request.how.format_,
        request.how.tolerance,
        request.how.verify,
        len(request.expressions),
        "" if request.choice.method == defaults.NONE else computer,
        request.share,
        budget,
    )


def _judged(request: Request) -> tuple[Claim, ...]:
    """The judgements on the claims."""
    if not request.claims:
        return ()
    from tapecli.engines.certified.judge import judged, spread

    budget = Budget.of_request(request.how.max_seconds)
    points = [request.points.at(place) for place in spread(len(request.points))]
    asked = itertools.product(request.expressions, request.derivatives)
    return tuple(
        judged(
            target,
            one,
            claim,
            points,
            request.how.format_,
            budget=budget,
            claims=len(request.claims),
        )
        for (target, one), claim in zip(asked, request.claims, strict=True)
    )


def _values(request: Request) -> tuple[Sequence[Sequence[Column]], str]:
    """For each target and derivative the computed values, or None; and the execution."""
    trees = [expression.tree for expression in request.expressions]
    wanted = [one.variables for one in request.derivatives]
    if request.choice.method == defaults.NONE:
        return [[None] * len(wanted) for _ in trees], ""
    columns = request.points.columns
    if request.choice.method == defaults.TAYLOR:
        from tapecli.engines.taylor import engine

        found = engine.taylor_derivatives(
            trees, columns, wanted, request.how.format_, request.how.scaled
        )
        return [list(of_target) for of_target in found], ""
    execution = request.choice.execution
    try:
        of_targets = _taped(request, trees, wanted, execution)
    except RequestError:
        if execution == request.how.execution or execution == defaults.EAGER:
            raise
        execution = defaults.EAGER  # which has kernels for more functions than XLA
        of_targets = _taped(request, trees, wanted, execution)
    scaled = [
        [
            _scaled(request, column, one)
            for column, one in zip(of_target, request.derivatives, strict=True)
        ]
        for of_target in of_targets
    ]
    return scaled, execution


def _taped(
    request: Request, trees: Sequence[Node], wanted: Sequence[tuple[str, ...]], execution: str
) -> list[list[NDArray[np.float64]]]:
    """The values from tapes, and from a few more at the last point where it is to be filled."""
    columns = request.points.columns
    count = len(request.points)
    fill = request.fill - count if execution == defaults.XLA else 0
    if fill > 0:
        import numpy as np

        columns = {name: np.pad(values, (0, fill), "edge") for name, values in columns.items()}
    found = arrangements.tape_derivatives(
        trees,
        columns,
        wanted,
        request.choice.method,
        request.how.format_,
        execution,
        request.how.device,
    )
    return [[values[:count] for values in of_target] for of_target in found]


def _scaled(request: Request, values: NDArray[np.float64], one: Derivative) -> NDArray[np.float64]:
    """Derivatives from tapes, over their factorials if coefficients are wanted."""
    if one.divisor == 1:
        return values
    import numpy as np

    round_ = request.how.format_.round
    return np.array(
        [round_(Fraction(x) / one.divisor) if math.isfinite(x) else x for x in values.tolist()],
        np.float64,
    )


def _formulas(
    request: Request, trees: Sequence[Node]
) -> tuple[list[list[Formula | None]], list[str]]:
    """The formulas of each target, and what was given up for the time that it would take."""
    from tapecli.engines.certified.formula import formulas

    wanted = [one.variables for one in request.derivatives]
    divisors = [one.divisor for one in request.derivatives]
    seconds = request.how.max_seconds * FORMULA_SHARE
    made = formulas(trees, wanted, divisors, seconds)
    total = len(trees) * len(wanted)
    more = f"within {seconds:g} s; '--max-seconds' allows more"
    given_up = []
    if made.unshortened:
        given_up += [f"{made.unshortened:,} of {total:,} formulas could not be shortened {more}"]
    if made.left_out:
        given_up += [f"{made.left_out:,} of {total:,} formulas could not be made {more}"]
    return made.of_targets, given_up


class _Clock:
    """Adds up the seconds between its laps by name."""

    def __init__(self, laps: dict[str, float]) -> None:
        self._laps = laps
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self._laps[name] = self._laps.get(name, 0.0) + now - self._last
        self._last = now
