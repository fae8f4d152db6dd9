"""Measure the arrangements of tapes on the same work: operations, bytes, and times."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, TypeVar

from tapecli.defaults import EAGER, EXECUTIONS, GRAPH, XLA
from tapecli.engines.tapes import arrangements, loading
from tapecli.engines.tapes.arrangements import Sources, Target, Tensor, Variables
from tapecli.errors import RequestError
from tapecli.evaluation import planner
from tapecli.evaluation.question import Request
from tapecli.expressions.tree import Node
from tapecli.features.compare import clock, memory
from tapecli.features.compare.contenders import Contender, contenders
from tapecli.features.compare.model import Comparison, Cost, Held, Setting, Time, Work
from tapecli.features.compare.work import work
from tapecli.floats import FloatFormat

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_T = TypeVar("_T")

_RUNS_TO_HOLD = 2
"""Runs that tell what tapes hold, beside one up to where each of the tapes is asked."""


_OVERHEAD = 1.6
"""How many times as long as the calls alone a comparison takes, for garbage is collected before
each of them: measured over sin(x) at 5,000,000 points."""


def check(request: Request, points: int) -> None:
    """See that this can be compared, before TensorFlow is loaded.

    Raises:
        RequestError: there are several points, no derivative, or it would take too long.
    """
    given = len(request.points)
    if given != 1:
        raise RequestError(
            f"tapes are compared at one point, and {given:,} are given; "
            "--x 2 is one, and '--points' says how often many repeat it"
        )
    if points < 1:
        raise RequestError("'--points' must be a whole number from 1")
    order = max(one.order for one in request.derivatives)
    if order == 0:
        raise RequestError("order 0 takes no tapes, so there is nothing to compare")
    trees, wanted = _asked(request)
    most = request.how.max_seconds
    seconds = expected_seconds(trees, wanted, points)
    if seconds > most:
        raise RequestError(
            f"order {order} would take about {planner.duration(seconds)} to compare, and "
            f"'--max-seconds' is {most:g}; {_cheaper(trees, wanted, points, most)}"
        )
    if _held(trees, wanted, points) > planner.MAX_NUMBERS:
        raise RequestError(
            f"{points:,} points are too many to compare around expressions of this size; "
            f"{_cheaper(trees, wanted, points, most)}"
        )


def _cheaper(trees: Sequence[Node], wanted: Sequence[Variables], points: int, most: float) -> str:
    """What to ask for where it would take too long, or too much memory."""
    for count in _round_below(points):
        fits = _held(trees, wanted, count) <= planner.MAX_NUMBERS
        if fits and expected_seconds(trees, wanted, count) <= most:
            return f"'--points {count}' would do"
    less = ["a lower order"] * (max(map(len, wanted)) > 1) + ["fewer points"] * (points > 1)
    return f"ask for {' or '.join(less)}" if less else "allow more"


def _round_below(points: int) -> Iterator[int]:
    """Round numbers below this, the largest first."""
    for digits in reversed(range(len(str(points)))):
        yield from (first * 10**digits for first in (5, 2, 1) if first * 10**digits < points)


def _held(trees: Sequence[Node], wanted: Sequence[Variables], points: int) -> float:
    """How many numbers the tapes hold at most."""
    return planner.operations(trees, wanted) * points


def expected_seconds(trees: Sequence[Node], wanted: Sequence[Variables], points: int) -> float:
    """How many CPU seconds it takes to run all of them as often as they must be."""
    names = [one.name for one in contenders(len(trees), max(map(len, wanted)))]
    calls = (_expected(name, trees, wanted, size) for size in sizes(points) for name in names)
    return _OVERHEAD * sum(calls)


def _expected(name: str, trees: Sequence[Node], wanted: Sequence[Variables], points: int) -> float:
    """The same for one arrangement at so many points."""
    first, again = (
        sum(
            seconds(trees, wanted, points, execution, name)
            for execution in EXECUTIONS
            if not _takes_minutes(name, Setting(execution, points))
        )
        for seconds in (planner.tape_seconds, planner.again_seconds)
    )
    runs = _RUNS_TO_HOLD + max(map(len, wanted))
    holding = runs * planner.tape_seconds(trees, wanted, points, EAGER, name)
    return first + clock.LEAST * again + holding


def _takes_minutes(name: str, setting: Setting) -> bool:
    """Whether an arrangement is left out, for it takes XLA too long to compile."""
    many = setting.points > planner.FOLDED
    return many and name == planner.BATCH and setting.execution == XLA


def sizes(points: int) -> list[int]:
    """One point, and many."""
    return sorted({1, points})


def compare(request: Request, points: int, listed: bool = False) -> Comparison:
    """Measure every arrangement that can do what is asked.

    Args:
        request: the targets, their derivatives, and one point.
        points: how many points are many; each of them is that point.
        listed: whether the operations are to be shown one by one.

    Raises:
        RequestError: as `check`, or TensorFlow lacks a gradient.
        TensorFlowError: TensorFlow is missing or does not start.
    """
    import numpy as np

    check(request, points)
    tf = loading.load()
    start = time.perf_counter()
    point = request.points.at(0)
    trees, wanted = _asked(request)
    columns = {name: np.array([value]) for name, value in point.items()}
    _refuse_lacking(trees, columns, wanted, request.how.format_)
    with loading.without_advice():
        costs = _Measuring(tf, request, points).costs()
    return Comparison(
        tuple(map(str, request.expressions)),
        tuple(one.name for one in request.expressions),
        point,
        tuple(",".join(sequence) for sequence in wanted),
        request.how.dtype,
        tuple(settings(points)),
        tuple(costs),
        {"tapecli": version("tapecli"), "tensorflow": tf.__version__},
        time.perf_counter() - start,
        listed,
    )


def _refuse_lacking(
    trees: Sequence[Node],
    columns: Mapping[str, NDArray[np.float64]],
    wanted: Sequence[Variables],
    format_: FloatFormat,
) -> None:
    """Refuse what tapes cannot do in any arrangement."""
    try:
        arrangements.tape_derivatives(trees, columns, wanted, "nested", format_)
    except RequestError as error:
        lacking = str(error).partition("; ")[0]
        raise RequestError(f"{lacking}; try another '--dtype' or a lower order") from error


def settings(points: int) -> list[Setting]:
    """How it is run, one point before many."""
    return [Setting(run, size) for size in sizes(points) for run in (EAGER, GRAPH, XLA)]


def _asked(request: Request) -> tuple[list[Node], list[Variables]]:
    trees = [expression.tree for expression in request.expressions]
    return trees, [one.variables for one in request.derivatives]


class _Measuring:
    """One comparison: what is measured of each arrangement, and why something could not be."""

    def __init__(self, tf: Any, request: Request, points: int) -> None:
        self._tf = tf
        self._expressions = request.expressions
        self._point = request.points.at(0)
        self._format = request.how.format_
        self._trees, self._wanted = _asked(request)
        self._settings = settings(points)
        self._points = points
        expected = expected_seconds(self._trees, self._wanted, points)
        self._seconds = max(0.0, min(clock.SECONDS, request.how.max_seconds - expected))
        self._contenders = contenders(len(self._trees), max(map(len, self._wanted)))
        self._problems: dict[str, str] = {}

    def costs(self) -> list[Cost]:
        """What each arrangement costs."""
        works = {one.name: self._tried(one, self._work) for one in self._contenders}
        held = {one.name: self._tried(one, self._held) for one in self._contenders}
        times = {setting: self._times(setting) for setting in self._settings}
        return [self._cost(one.name, works, held, times) for one in self._contenders]

    def _cost(
        self,
        name: str,
        works: Mapping[str, Work | None],
        held: Mapping[str, Held | None],
        times: Mapping[Setting, Mapping[str, Time]],
    ) -> Cost:
        taken = {setting: found[name] for setting, found in times.items() if name in found}
        return Cost(name, works[name], held[name], taken, self._problems.get(name, ""))

    def _tried(self, one: Contender, measured: Callable[[Contender], _T]) -> _T | None:
        """What is measured, or None where TensorFlow cannot do it, which is noted."""
        try:
            return measured(one)
        except (LookupError, TypeError, ValueError, self._tf.errors.OpError) as error:
            text = str(error).strip().partition("\n")[0]
            self._problems.setdefault(one.name, text or type(error).__name__)
            return None

    def _work(self, one: Contender) -> Work:
        return work(one, self._expressions, self._columns(1), self._wanted, self._format)

    def _held(self, one: Contender) -> Held:
        with self._tf.device("cpu"):
            xs = self._xs(self._points)
            return memory.held(self._tf, one.run, lambda: self._functions(one), xs, self._wanted)

    def _times(self, setting: Setting) -> dict[str, Time]:
        """Those of the arrangements that can be run like this; each is compiled before."""
        xs = self._xs(setting.points)
        runs = {}
        for one in self._contenders:
            if _takes_minutes(one.name, setting):
                most = f"{planner.FOLDED:,} points"
                self._problems.setdefault(
                    one.name, f"XLA takes minutes to compile it for more than {most}"
                )
                continue
            program = self._tried(one, lambda one: self._program(one, setting.execution, xs))
            if program is not None:
                runs[one.name] = program
        return clock.times(runs, self._seconds / len(self._settings))

    def _program(self, one: Contender, execution: str, xs: Sources) -> Callable[[], list[Tensor]]:
        """What runs an arrangement, and has done so once."""

        def derivatives(xs: Sources) -> list[Tensor]:
            found = one.run(self._tf, self._functions(one), xs, self._wanted)
            return [tensor for sequence in self._wanted for tensor in found[sequence]]

        function: Callable[[Sources], list[Tensor]] = derivatives
        if execution != EAGER:
            compiled = execution == XLA
            traced = self._tf.function(derivatives, jit_compile=compiled, autograph=False)
            function = traced.get_concrete_function(
                {name: self._tf.TensorSpec(x.shape, x.dtype) for name, x in xs.items()}
            )
        function(xs)
        return functools.partial(function, xs)

    def _functions(self, one: Contender) -> list[Target]:
        return one.functions(self._tf, self._trees, self._format)

    def _xs(self, points: int) -> Sources:
        columns = self._columns(points).items()
        return {name: self._tf.constant(column, self._format.name) for name, column in columns}

    def _columns(self, points: int) -> dict[str, NDArray[np.float64]]:
        """The point, so many times."""
        import numpy as np

        return {name: np.full(points, value) for name, value in self._point.items()}
