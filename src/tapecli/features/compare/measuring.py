"""Measure the arrangements of tapes on the same work: operations, bytes, and times."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, TypeVar

from tapecli.defaults import EAGER, EXECUTIONS, GRAPH, XLA
from tapecli.engines.tapes import arrangements, loading
from tapecli.engines.tapes.arrangements import Sources, Target, Tensor, Variables
from tapecli.errors import RequestError
from tapecli.evaluation import planner
from tapecli.evaluation.question import Question
from tapecli.expressions.tree import Node
from tapecli.features.compare import clock
from tapecli.features.compare.contenders import Contender, contenders
from tapecli.features.compare.memory import tape_memory
from tapecli.features.compare.model import Cost, CostComparison, Scenario, TapeMemory, Time, Work
from tapecli.features.compare.work import work
from tapecli.quantities import estimated

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_T = TypeVar("_T")

_MEMORY_RUNS = 2
"""Runs that measure what tapes hold, apart from one up to the first gradient of each tape."""

_OVERHEAD = 1.6
"""How many times as long as the runs alone a comparison takes, for garbage is collected before
each of them: measured with sin(x) at 5,000,000 points."""


def check(question: Question, points: int) -> None:
    """Make sure that this can be compared, before TensorFlow is loaded.

    Raises:
        RequestError: there are several points, no derivative, or it would take too long.
    """
    if (count := len(question.points)) != 1:
        raise RequestError(
            f"tapes are compared at one point, and {count:,} are given; "
            "--x 2 is one, and '--points' says how often many repeat it"
        )
    if points < 1:
        raise RequestError("'--points' must be a whole number from 1")
    trees, derivatives = _targets(question)
    order = max(map(len, derivatives))
    if order == 0:
        raise RequestError("order 0 takes no tapes, so there is nothing to compare")
    limit = question.options.max_seconds
    seconds = expected_seconds(trees, derivatives, points)
    if seconds > limit:
        raise RequestError(
            f"order {order} would take about {estimated(seconds)} to compare, and "
            f"'--max-seconds' is {limit:g}; {_cheaper(trees, derivatives, points, limit)}"
        )
    if not _fit(trees, derivatives, points):
        raise RequestError(
            f"{points:,} points are too many to compare around expressions of this size; "
            f"{_cheaper(trees, derivatives, points, limit)}"
        )


def _cheaper(
    trees: Sequence[Node], derivatives: Sequence[Variables], points: int, limit: float
) -> str:
    """What to ask for where it would take too long, or too much memory."""
    for count in _round_numbers_below(points):
        seconds = expected_seconds(trees, derivatives, count)
        if seconds <= limit and _fit(trees, derivatives, count):
            return f"'--points {count}' would do"
    lower_order = ["a lower order"] * (max(map(len, derivatives)) > 1)
    advice = [*lower_order, *["fewer points"] * (points > 1)]
    return f"ask for {' or '.join(advice)}" if advice else "allow more"


def _round_numbers_below(points: int) -> Iterator[int]:
    """Round numbers below this one, the largest first."""
    for digits in reversed(range(len(str(points)))):
        yield from (first * 10**digits for first in (5, 2, 1) if first * 10**digits < points)


def _fit(trees: Sequence[Node], derivatives: Sequence[Variables], points: int) -> bool:
    """Whether the numbers that the tapes hold fit into memory."""
    work = planner.Workload(tuple(trees), tuple(derivatives), points)
    return work.numbers_held <= planner.MAX_NUMBERS


def expected_seconds(trees: Sequence[Node], derivatives: Sequence[Variables], points: int) -> float:
    """How many CPU seconds it takes to run all arrangements as often as they must be run."""
    order = max(map(len, derivatives))
    memory_runs = _MEMORY_RUNS + order
    seconds = 0.0
    for contender in contenders(len(trees), order):
        for count in {1, points}:
            work = planner.Workload(tuple(trees), tuple(derivatives), count)
            for execution in EXECUTIONS:
                if not _takes_minutes(contender.name, Scenario(execution, count)):
                    seconds += work.tape_seconds(execution, contender.name)
                    again = work.again_seconds(execution, contender.name)
                    seconds += clock.LEAST * again
            seconds += memory_runs * work.tape_seconds(EAGER, contender.name)
    return _OVERHEAD * seconds


def _takes_minutes(name: str, scenario: Scenario) -> bool:
    """Whether an arrangement is left out, for it takes XLA too long to compile."""
    return name == planner.BATCH and scenario.execution == XLA and scenario.points > planner.FOLDED


def scenarios(points: int) -> list[Scenario]:
    """In which ways the arrangements are run: at one point, then at many."""
    return [Scenario(run, size) for size in sorted({1, points}) for run in (EAGER, GRAPH, XLA)]


def _targets(question: Question) -> tuple[list[Node], list[Variables]]:
    """The trees of the targets, and the variables of their derivatives."""
    return question.trees, question.wrt


def compare(question: Question, points: int, with_operations: bool = False) -> CostComparison:
    """Measure every arrangement that can do what is asked.

    Args:
        question: the targets, their derivatives, and one point.
        points: how many points are many; each of them is that point.
        with_operations: whether the operations are to be shown one by one.

    Raises:
        RequestError: as `check`, or TensorFlow lacks a gradient.
        TensorFlowError: TensorFlow is missing or does not start.
    """
    check(question, points)
    tf = loading.load()
    start = time.perf_counter()
    measurement = _Measurement(tf, question, points)
    measurement.refuse_unsupported()
    with loading.without_advice():
        costs = measurement.costs()
    return CostComparison(
        tuple(map(str, question.targets)),
        tuple(expression.name for expression in question.targets),
        question.points.at(0),
        tuple(",".join(variables) for variables in question.wrt),
        question.options.dtype,
        tuple(scenarios(points)),
        tuple(costs),
        {"tapecli": version("tapecli"), "tensorflow": tf.__version__},
        time.perf_counter() - start,
        with_operations,
    )


class _Measurement:
    """The measurement of all arrangements, with the reasons why something was not measured."""

    def __init__(self, tf: Any, question: Question, points: int) -> None:
        self._tf = tf
        self._expressions = question.targets
        self._trees, self._derivatives = _targets(question)
        self._point = question.points.at(0)
        self._points = points
        self._format = question.format_
        self._scenarios = scenarios(points)
        expected = expected_seconds(self._trees, self._derivatives, points)
        self._seconds = max(0.0, min(clock.SECONDS, question.options.max_seconds - expected))
        self._contenders = contenders(len(self._trees), max(map(len, self._derivatives)))
        self._problems: dict[str, str] = {}

    def refuse_unsupported(self) -> None:
        """Refuse what TensorFlow cannot differentiate in any arrangement."""
        try:
            arrangements.tape_derivatives(
                self._trees, self._columns(1), self._derivatives, "nested", self._format
            )
        except RequestError as error:
            reason = str(error).partition("; ")[0]
            raise RequestError(f"{reason}; try another '--dtype' or a lower order") from error

    def costs(self) -> list[Cost]:
        """What each arrangement costs."""
        works = [self._try(contender, self._work) for contender in self._contenders]
        memories = [self._try(contender, self._memory) for contender in self._contenders]
        times = {scenario: self._times(scenario) for scenario in self._scenarios}
        return [
            Cost(
                contender.name,
                contender_work,
                memory,
                {s: times[s][contender.name] for s in times if contender.name in times[s]},
                self._problems.get(contender.name, ""),
            )
            for contender, contender_work, memory in zip(
                self._contenders, works, memories, strict=True
            )
        ]

    def _try(self, contender: Contender, measure: Callable[[Contender], _T]) -> _T | None:
        """What is measured, or None where TensorFlow cannot do it, which is noted."""
        try:
            return measure(contender)
        except (LookupError, TypeError, ValueError, self._tf.errors.OpError) as error:
            reason = str(error).strip().partition("\n")[0] or type(error).__name__
            self._problems.setdefault(contender.name, reason)
            return None

    def _work(self, contender: Contender) -> Work:
        columns = self._columns(1)
        return work(contender, self._expressions, columns, self._derivatives, self._format)

    def _memory(self, contender: Contender) -> TapeMemory:
        functions = functools.partial(self._functions, contender)
        with self._tf.device("cpu"):
            xs = self._xs(self._points)
            return tape_memory(self._tf, contender.run, functions, xs, self._derivatives)

    def _times(self, scenario: Scenario) -> dict[str, Time]:
        """The times of the arrangements that can be run in a scenario; each is compiled before."""
        xs = self._xs(scenario.points)
        runs = {}
        for contender in self._contenders:
            if _takes_minutes(contender.name, scenario):
                reason = f"XLA takes minutes to compile it for more than {planner.FOLDED:,} points"
                self._problems.setdefault(contender.name, reason)
                continue
            make_run = functools.partial(self._run, execution=scenario.execution, xs=xs)
            if run := self._try(contender, make_run):
                runs[contender.name] = run
        return clock.times(runs, self._seconds / len(self._scenarios))

    def _run(self, contender: Contender, execution: str, xs: Sources) -> Callable[[], list[Tensor]]:
        """A function that runs an arrangement, and has done so once."""

        def derivatives(xs: Sources) -> list[Tensor]:
            results = contender.run(self._tf, self._functions(contender), xs, self._derivatives)
            return [tensor for variables in self._derivatives for tensor in results[variables]]

        function: Callable[[Sources], list[Tensor]] = derivatives
        if execution != EAGER:
            compiled = execution == XLA
            traced = self._tf.function(derivatives, jit_compile=compiled, autograph=False)
            function = traced.get_concrete_function(
                {name: self._tf.TensorSpec(x.shape, x.dtype) for name, x in xs.items()}
            )
        function(xs)
        return functools.partial(function, xs)

    def _functions(self, contender: Contender) -> list[Target]:
        return contender.functions(self._tf, self._trees, self._format)

    def _xs(self, points: int) -> Sources:
        columns = self._columns(points).items()
        return {name: self._tf.constant(column, self._format.name) for name, column in columns}

    def _columns(self, points: int) -> dict[str, NDArray[np.float64]]:
        """The point, so many times."""
        import numpy as np

        return {name: np.full(points, value) for name, value in self._point.items()}
