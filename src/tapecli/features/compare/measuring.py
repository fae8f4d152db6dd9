"""Measure the arrangements of tapes on the same work: operations, bytes, and times."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any, TypeVar

from tapecli.defaults import EAGER, EXECUTIONS, XLA
from tapecli.engines.tapes import arrangements, loading
from tapecli.engines.tapes.arrangements import Sources, Tensor
from tapecli.errors import RequestError
from tapecli.evaluation import planner
from tapecli.evaluation.question import Question
from tapecli.features.compare import clock
from tapecli.features.compare.contenders import Contender, contenders, count_operations
from tapecli.features.compare.memory import tape_memory
from tapecli.features.compare.model import Cost, CostComparison, Scenario, Time
from tapecli.floats import estimated

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
    planner.require_tapes(question)
    workload = planner.Workload.of(question, points)
    if workload.order == 0:
        raise RequestError("order 0 takes no tapes, so there is nothing to compare")
    limit = question.options.max_seconds
    seconds = expected_seconds(workload)
    if seconds > limit:
        raise RequestError(
            f"order {workload.order} would take about {estimated(seconds)} to compare, and "
            f"'--max-seconds' is {limit:g}; {_cheaper(workload, limit)}"
        )
    if workload.numbers_held > planner.MAX_NUMBERS:
        raise RequestError(
            f"{points:,} points are too many to compare with expressions of this size; "
            f"{_cheaper(workload, limit)}"
        )


def _cheaper(workload: planner.Workload, limit: float) -> str:
    """What to ask for where it would take too long, or too much memory."""
    powers = [10**exponent for exponent in range(len(str(workload.count)))]
    for count in (digit * power for power in reversed(powers) for digit in (5, 2, 1)):
        less = workload.at(count)
        fits = less.numbers_held <= planner.MAX_NUMBERS and expected_seconds(less) <= limit
        if count < workload.count and fits:
            return f"'--points {count}' would do"
    advice = ["a lower order"] * (workload.order > 1) + ["fewer points"] * (workload.count > 1)
    return f"ask for {' or '.join(advice)}" if advice else "allow more"


def expected_seconds(workload: planner.Workload) -> float:
    """How many CPU seconds it takes to run all arrangements as often as they must be run."""
    seconds = 0.0
    for contender in contenders(len(workload.targets), workload.order):
        for scenario in scenarios(workload.count):
            task = scenario.execution, contender.name
            at = workload.at(scenario.points)
            if not _takes_minutes(contender.name, scenario):
                seconds += at.tape_seconds(*task) + clock.LEAST * at.again_seconds(*task)
            if scenario.execution == EAGER:
                seconds += (_MEMORY_RUNS + workload.order) * at.tape_seconds(*task)
    return _OVERHEAD * seconds


def _takes_minutes(name: str, scenario: Scenario) -> bool:
    """Whether an arrangement is left out, for it takes XLA too long to compile."""
    return name == planner.BATCH and scenario.execution == XLA and scenario.points > planner.FOLDED


def scenarios(points: int) -> list[Scenario]:
    """In which ways the arrangements are run: at one point, then at many."""
    return [Scenario(run, size) for size in sorted({1, points}) for run in EXECUTIONS]


def compare(question: Question, points: int, with_operations: bool = False) -> CostComparison:
    """Measure every arrangement that can do what is asked.

    Args:
        question: the targets, their derivatives, and one point; `check` has passed it.
        points: how many points are many; each of them is that point.
        with_operations: whether the operations are to be shown one by one.

    Raises:
        RequestError: TensorFlow lacks a gradient.
        TensorFlowError: TensorFlow is missing or does not start.
    """
    tf = loading.load()
    start = time.perf_counter()
    measurement = _Measurement(tf, question, points)
    measurement.refuse_unsupported()
    with loading.without_advice():
        costs = measurement.costs()
    return CostComparison(
        tuple(map(str, question.targets)),
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
    """The measurement of all arrangements."""

    def __init__(self, tf: Any, question: Question, points: int) -> None:
        self.tf, self.question, self.points = tf, question, points
        workload = planner.Workload.of(question, points)
        self._contenders = contenders(len(workload.targets), workload.order)
        spare = question.options.max_seconds - expected_seconds(workload)
        self._seconds = max(0.0, min(clock.SECONDS, spare))
        self._problems: dict[str, str] = {}

    def refuse_unsupported(self) -> None:
        """Refuse what TensorFlow cannot differentiate in any arrangement."""
        task = self.question.trees, self.question.points.columns, self.question.wrt
        try:
            arrangements.tape_derivatives(*task, "nested", self.question.format_)
        except RequestError as error:
            reason = str(error).partition("; ")[0]
            raise RequestError(f"{reason}; try another '--dtype' or a lower order") from error

    def costs(self) -> list[Cost]:
        """What each arrangement costs."""
        works = self._measured(functools.partial(count_operations, self.question))
        with self.tf.device("cpu"):
            xs = self._xs(self.points)
            memories = self._measured(functools.partial(tape_memory, self.tf, self.question, xs))
        times = {scenario: self._times(scenario) for scenario in scenarios(self.points)}
        return [
            Cost(
                name,
                works.get(name),
                memories.get(name),
                {scenario: by_name[name] for scenario, by_name in times.items() if name in by_name},
                self._problems.get(name, ""),
            )
            for name in (contender.name for contender in self._contenders)
        ]

    def _measured(self, measure: Callable[[Contender], _T]) -> dict[str, _T]:
        """What is measured, by the names of the arrangements; where it cannot be is noted."""
        measured = {}
        for contender in self._contenders:
            try:
                measured[contender.name] = measure(contender)
            except (LookupError, TypeError, ValueError, self.tf.errors.OpError) as error:
                reason = str(error).strip().partition("\n")[0] or type(error).__name__
                self._problems.setdefault(contender.name, reason)
        return measured

    def _times(self, scenario: Scenario) -> dict[str, Time]:
        """The times of the arrangements that can be run in a scenario; each is compiled before."""
        xs = self._xs(scenario.points)
        runs = self._measured(functools.partial(self._ready_run, scenario, xs))
        return clock.times(runs, self._seconds / len(scenarios(self.points)))

    def _ready_run(
        self, scenario: Scenario, xs: Sources, contender: Contender
    ) -> Callable[[], list[Tensor]]:
        """A function that runs an arrangement, and has done so once."""
        if _takes_minutes(contender.name, scenario):
            most = f"{planner.FOLDED:,} points"
            raise ValueError(f"XLA takes minutes to compile it for more than {most}")

        def derivatives(xs: Sources) -> list[Tensor]:
            functions = contender.functions(self.tf, self.question.trees, self.question.format_)
            results = contender.run(self.tf, functions, xs, self.question.wrt)
            return [tensor for variables in self.question.wrt for tensor in results[variables]]

        function: Callable[[Sources], list[Tensor]] = derivatives
        if scenario.execution != EAGER:
            compiled = scenario.execution == XLA
            traced = self.tf.function(derivatives, jit_compile=compiled, autograph=False)
            specs = {name: self.tf.TensorSpec(x.shape, x.dtype) for name, x in xs.items()}
            function = traced.get_concrete_function(specs)
        function(xs)
        return functools.partial(function, xs)

    def _xs(self, points: int) -> Sources:
        """The point, repeated."""
        columns, dtype = self.question.points.columns.items(), self.question.format_.name
        return {name: self.tf.constant(x.repeat(points), dtype) for name, x in columns}
