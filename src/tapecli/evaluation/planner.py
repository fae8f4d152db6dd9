"""Which method answers a question: an arrangement of tapes, Taylor series, or none at all.

A question that would take too long is refused before any work. The expected times are CPU seconds
of a model. It counts the operations that nested tapes run (`counting`), as far as counting is
quick; where a bound on their number leaves no choice, it does not count. Run eagerly, each of them
takes a fixed time, and more for each point; in a graph each is traced, and for XLA compiled, which
takes ten to thirty times as long, once in a call. The times of an operation were fitted to 581
calls at 3 points that took more than 0.1 s: some 60 expressions of one and several variables and
targets at orders 1 to 12, as far as a call took some 4 s, on two cores with other work beside;
those of a point to calls at 100,000 and 1,000,000 points. It met all of them within a factor of 3;
`make bench` shows it beside new ones.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from tapecli.defaults import AUTO, EAGER, GRAPH, MAX_ORDER, MAX_SECONDS, NONE, TAYLOR, XLA
from tapecli.engines.tapes import arrangements
from tapecli.engines.tapes.arrangements import ARRANGEMENTS, FORWARD
from tapecli.engines.taylor import FLOAT64_ORDER
from tapecli.errors import RequestError, together
from tapecli.evaluation.verdict import MANY, SAMPLE_SERIES, takes_sample
from tapecli.expressions.expansion import expanded
from tapecli.expressions.functions import Function, limits, row
from tapecli.expressions.tree import Call, Node, steps
from tapecli.expressions.tree import variables as variables_of
from tapecli.floats import FORMATS, estimated

if TYPE_CHECKING:
    from tapecli.evaluation.counting import Counts
    from tapecli.evaluation.question import Options, Question

NESTED, BATCH = "nested", "batch"
"""Arrangements that the model tells apart: all others are like nested tapes."""

_NAMES = {
    "single": "a tape",
    "persistent": "a persistent tape",
    TAYLOR: "Taylor series",
    NONE: "certified values",
}
"""What messages call a method; other arrangements are "nested tapes" and so on."""

USUAL_ORDER = 4
"""The order up to which `auto` takes tapes, unless these would be refused."""

AFFORDABLE = 0.5
"""Seconds that `auto` lets tapes take beyond that order, where Taylor series take less."""

MAX_NUMBERS = 400_000_000
"""Numbers that the tapes may be expected to hold, one per operation and point: 3 GB in float64."""


class _Speed(NamedTuple):
    """CPU seconds of a call, of tracing and running an operation, and of its result at a point."""

    once: float
    operation: float
    number: float


_SPEEDS = {
    EAGER: _Speed(0.0, 0.1e-3, 6e-9),
    GRAPH: _Speed(0.02, 1.1e-3, 3e-9),
    XLA: _Speed(0.11, 2.4e-3, 1.5e-9),
}
"""Measured over 189 calls that ran eagerly, 48 as a graph and 344 compiled."""

_VECTORISED = _Speed(0.12, 1.1e-3, 15e-9)
"""The speed of `batch`, which is traced as a graph of all points in each call, however it is run:
measured over Rosenbrock's function of 2 to 20 variables, and sin(x) at 10,000,000 points."""

_SPECIAL_NUMBERS = 5
"""How many other operations one of the gamma family takes as long as, at each point: measured."""

FOLDED = 1_000_000
"""Points beyond which XLA computes constants of `batch` while it compiles."""

_FOLDED_NUMBER = 5.5e-6
"""Seconds that it then takes for each point: measured over sin(x) at 2,000,000 and 5,000,000."""

_TRACED = 2e-6
"""Seconds for an operation of a graph that has been traced, or compiled, before."""

UNCOUNTED = 1_000
"""Operations up to which a bound on them will do, and they are not counted: run eagerly at few
points they take 0.1 s, which is less than any call takes that is compiled."""

MOST_IN_RULE = 15
"""The most operations of a rule of `counting`, with the sum of its gradients: of atan2's."""

_CROWDED = 10_000
"""Operations of a program in which each takes the compiler twice as long: measured up to 4,650."""

_SPECIAL = 30
"""Operations that the compiler makes of one of the gamma family: measured at orders 1 to 5."""

_TAYLOR_ONCE = 6e-6
"""Seconds of Taylor series for a function at each point, where they are refined."""

_TAYLOR_OPERATION, _TAYLOR_NUMBER = 1.5e-6, 6e-9
"""Seconds for a product of two Taylor coefficients: once for a chunk, and at each point."""

_CERTIFIED = 0.25e-3
"""Seconds for a certified series along one line of a usual expression, at orders up to 5."""

_REGULAR, _REGULAR_NODE, _REGULAR_TERM = 2e-6, 0.25e-6, 1.2e-9
"""Seconds for a series at one of many points, which are certified together: once, for each
operation and variable, and for each of them and square of the order."""

_REGULAR_ORDER = 5
"""The order at which the first two of these take twice as long as at order 0."""

_USUAL_NODES = 20
"""Operations and variables up to which that hardly depends on how many they are."""

_CHANGING = 0.5
"""Share of an expression of several variables that changes along a line, and is computed again."""

_CERTIFIED_TERM = 0.1e-6
"""Seconds of a certified series for each operation and square of the order."""


@dataclass(frozen=True)
class Choice:
    """How a question will be computed.

    Attributes:
        method: one of `METHODS` but auto, or `FORWARD`.
        reason: why `auto` took another method in place of tapes; else "".
        execution: how TensorFlow runs tapes; "" where there are none.
    """

    method: str
    reason: str = ""
    execution: str = ""

    @property
    def needs_tensorflow(self) -> bool:
        """Whether TensorFlow is used at all."""
        return self.method not in (TAYLOR, NONE)


def choose(question: Question, count: int) -> Choice:
    """The method that will be used: with an execution or a device, "auto" is tapes.

    Raises:
        RequestError: the method cannot do it (the message names those that can), or it would take
            too long at `count` points.
    """
    options, method, order = question.options, question.options.method, question.order
    if order > MAX_ORDER:
        raise RequestError(f"order {order:,}: no more than {MAX_ORDER:,}")
    work = Workload.of(question, count)
    _refuse_fixed(work)
    if method in (TAYLOR, NONE):
        option = "execution" if options.execution is not None else "device"
        if getattr(options, option) is not None:
            raise RequestError(f"'--{option}' is for tapes; '--method {method}' uses no TensorFlow")
        if method == TAYLOR and (task := _impossible(work, "series")):
            raise RequestError(f"Taylor arithmetic cannot {task}; '--method none' can")
        seconds = work.taylor_seconds if method == TAYLOR else work.certified_seconds
        _refuse_slow(method, seconds, work, options)
        return Choice(method)
    if task := _impossible(work, "tape"):
        return _instead_of_tapes(task, work, options)
    tapes = _arrangement(question)
    if options.execution in (None, EAGER) and tapes != BATCH and work.is_quick(options):
        return Choice(tapes, execution=EAGER)
    return _weighed(tapes, work, options)


def seconds(question: Question, choice: Choice, count: int) -> float:
    """The CPU seconds of what processes can share: certifying, and computing Taylor series.

    TensorFlow uses all cores by itself: 50 million points of order 2 of sin(x)*exp(-x^2) took 3.9 s
    of CPU in one process, and 6.9 s in two, each of which has to load TensorFlow.
    """
    work, verify = Workload.of(question, count), question.options.verify
    if choice.method == NONE:
        return work.certified_seconds
    verified = 0 if verify == "none" else count
    if takes_sample(verify, count):
        verified = min(count, SAMPLE_SERIES)
    computing = work.taylor_seconds if choice.method == TAYLOR else 0.0
    return computing + work.at(verified).certified_seconds


def require_tapes(question: Question) -> None:
    """Make sure that TensorFlow has all functions and derivatives.

    Raises:
        RequestError: it lacks one.
    """
    if task := _impossible(Workload.of(question, 1), "tape"):
        raise RequestError(f"TensorFlow cannot {task}; use 'tapecli diff'")


def _is_single(function: Function) -> bool:
    """Whether tapes surely compute it by one operation, with rules of a few."""
    return isinstance(function.tape, str) and not function.definition


def _refuse_fixed(work: Workload) -> None:
    """Refuse derivatives by arguments by which a function is not differentiated at all.

    Raises:
        RequestError: there is one.
    """
    for node in steps(*work.targets):
        if isinstance(node, Call) and row(node.name).fixed:
            function = row(node.name)
            for parameter in function.fixed:
                names = variables_of(node.arguments[function.parameters.index(parameter)])
                if any(not {*names}.isdisjoint(wrt) for wrt in work.wrt):
                    raise RequestError(
                        f"'{function.signature}' is not differentiated by '{parameter}': "
                        "give a number there"
                    )


def _impossible(work: Workload, rule: Literal["tape", "series"]) -> str:
    """What tapes, or Taylor series, cannot do: "compute 'zeta'"; "" where they can do all."""
    trees = [expanded(target, rule) for target in work.targets]
    for node in steps(*trees):
        if not isinstance(node, Call):
            continue
        function = row(node.name)
        if function.only_certified if rule == "series" else function.tape is None:
            return f"compute '{node.name}'"
        by_one = [(parameter, 1) for parameter in function.certified_by]
        for parameter, order in by_one if rule == "series" else function.untaped:
            names = variables_of(node.arguments[function.parameters.index(parameter)])
            if any(len(wrt) >= order and not {*names}.isdisjoint(wrt) for wrt in work.wrt):
                times = f" {order} times" if order > 1 else ""
                return f"differentiate '{node.name}' by '{parameter}'{times}"
    return ""


def _instead_of_tapes(task: str, work: Workload, options: Options) -> Choice:
    """What computes targets of which TensorFlow cannot do something.

    Raises:
        RequestError: tapes, an execution or a device was asked for, or it would take too long.
    """
    method = NONE if _impossible(work, "series") else TAYLOR
    seconds = work.certified_seconds if method == NONE else work.taylor_seconds
    problem = f"TensorFlow cannot {task}"
    if (options.method, options.execution, options.device) != (AUTO, None, None):
        raise RequestError(f"{problem}; '--method {method}' can")
    _refuse_slow(method, seconds, work, options)
    return Choice(method, problem)


def _arrangement(question: Question) -> str:
    """The arrangement of tapes to be used: the one that is named, or the first that is able."""
    method, order, targets = question.options.method, question.order, len(question.targets)
    if order == 0:
        return FORWARD
    able = [name for name, row in ARRANGEMENTS.items() if row.can(targets, order)]
    if method == AUTO:
        return "persistent" if question.kind == "jacobian" and "persistent" in able else able[0]
    if method in able:
        return method
    highest = ARRANGEMENTS[method].highest
    if order > highest:
        demand = f"order {order}"
        reason = "its tapes record no gradients" if highest == 1 else f"it ends at order {highest}"
    else:
        demand, reason = f"{targets} targets", "a tape can be asked only once"
    others = together([f"'--method {able[0]}'", *(f"'{name}'" for name in able[1:])])
    raise RequestError(f"'{method}' cannot do {demand}: {reason}; {others} can")


def _weighed(tapes: str, work: Workload, options: Options) -> Choice:
    """The choice between tapes, run in any way, and Taylor series, by how long they take."""
    execution = options.execution or (EAGER if tapes == BATCH else work.quickest)
    seconds, series = work.tape_seconds(execution, tapes), work.taylor_seconds
    large = execution != XLA and work.numbers_held > MAX_NUMBERS
    most = options.max_seconds if work.order <= USUAL_ORDER else AFFORDABLE
    slow = work.order > 1 and seconds > most
    is_free = options.method == AUTO and options.execution is None and options.device is None
    if is_free and (large or (slow and series < seconds)):
        _refuse_slow(TAYLOR, series, work, options)
        is_too_large = large and seconds < MAX_SECONDS
        reason = "hold too many numbers" if is_too_large else f"take about {estimated(seconds)}"
        return Choice(TAYLOR, f"{_named(tapes)} would {reason}")
    others = {"--method taylor": series}
    if execution != EAGER:
        others = {"--execution eager": work.tape_seconds(EAGER, tapes), **others}
    _refuse_slow(tapes, seconds, work, options, others)
    if large:
        raise RequestError(
            f"{work.count:,} points are too many for tapes around expressions of this size; "
            "'--method taylor' can do them"
        )
    return Choice(tapes, execution=execution)


def _named(method: str) -> str:
    return _NAMES.get(method, f"{method} tapes")


def _refuse_slow(
    method: str, seconds: float, work: Workload, options: Options, others: Mapping[str, float] = {}
) -> None:
    """Refuse a method that would take too long, and name what would not, of other options."""
    most, certified = options.max_seconds, work.check_seconds(options)
    if seconds + certified <= most:
        return
    name = _named(method)
    if seconds <= most:
        name, others = f"{name} and certified values", {"--verify none": seconds}
        seconds += certified
    message = f"order {work.order} would take {name} about {estimated(seconds)}"
    message += f", and '--max-seconds' is {most:g}"
    for option, other in others.items():
        if other <= min(most, seconds):
            time = "less than a second" if other < 1 else f"about {estimated(other)}"
            message += f"; '{option}' would take {time}"
    raise RequestError(message)


# --- the model --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Workload:
    """Derivatives of targets at a number of points, and the CPU seconds that each way may take."""

    targets: tuple[Node, ...]
    wrt: tuple[arrangements.Variables, ...]
    count: int

    @classmethod
    def of(cls, question: Question, count: int) -> Workload:
        """What a question at so many points takes."""
        return cls(tuple(question.trees), tuple(question.wrt), count)

    def at(self, count: int) -> Workload:
        """What these derivatives take at another number of points."""
        return replace(self, count=count)

    @property
    def order(self) -> int:
        """The highest order."""
        return max(map(len, self.wrt))

    @property
    def operations(self) -> float:
        """How many operations on numbers tapes run; infinite beyond any measure."""
        return self._counts(XLA).operations  # XLA runs no operations on shapes

    @property
    def most_operations(self) -> float:
        """A quick upper bound on the operations of eager tapes; infinite beyond `UNCOUNTED`.

        For each gradient, a tape runs a rule for every operation that was recorded before.
        """
        trees = [arrangements.tape_tree(target, FORMATS["float64"]) for target in self.targets]
        names = {name for variables in self.wrt for name in variables}
        calls = [node.name for node in steps(*trees) if isinstance(node, Call)]
        if "pow" in calls or not all(_is_single(row(name)) for name in calls):
            return math.inf
        most = len(calls)
        for order in range(1, self.order + 1):
            gradients = len(trees) * len(arrangements.tape_gradients(self.wrt, order))
            most += gradients * (1 + len(names) + MOST_IN_RULE * most)
            if most > UNCOUNTED:
                return math.inf
        return most

    def is_quick(self, options: Options) -> bool:
        """Whether eager tapes surely take less time than any call by XLA, and few numbers."""
        operations = self.most_operations
        if math.isinf(operations):
            operations = self._counts(EAGER).operations
        speed, arithmetic = _SPEEDS[EAGER], (1 + _SPECIAL_NUMBERS) * self.count
        seconds = operations * (speed.operation + speed.number * arithmetic)
        is_allowed = seconds + self.check_seconds(options) <= options.max_seconds
        return is_allowed and seconds <= _SPEEDS[XLA].once

    def check_seconds(self, options: Options) -> float:
        """How long it takes at least to certify what is computed: at one point, or not at all."""
        has_no_check = options.method == NONE or options.verify == "none"
        return 0.0 if has_no_check else self.at(1).certified_seconds

    @property
    def numbers_held(self) -> float:
        """How many numbers tapes hold at most."""
        return self.operations * self.count

    @property
    def quickest(self) -> str:
        """Eager for few points, compiled for many, but never what XLA gets wrong somewhere."""
        trees = (expanded(target, "tape") for target in self.targets)
        calls = (node for node in steps(*trees) if isinstance(node, Call))
        names = {node.name for node in calls}
        highest = {row(name).compiled for name in names}
        lacks = {limit for name in names for limit in limits(name) if XLA in limit.executions}
        if any(limit is not None and self.order > limit for limit in highest) or any(
            self.order >= limit.order for limit in lacks if not limit.where
        ):
            return EAGER
        if self.numbers_held > MAX_NUMBERS:  # XLA holds few, for it makes one point after another
            return XLA
        return min((EAGER, XLA), key=self.tape_seconds)

    def tape_seconds(self, execution: str = EAGER, method: str = NESTED) -> float:
        """How long a first call of tapes takes, nested ones above order 1."""
        speed, counts = _SPEEDS[execution], self._counts(execution)
        run = counts.operations
        if execution == XLA:
            run += _SPECIAL * counts.special
            run *= 1 + run / _CROWDED
        seconds = speed.once + speed.operation * run
        if method == BATCH:
            seconds += _VECTORISED.once + _VECTORISED.operation * self._counts(GRAPH).operations
            if execution == XLA and self.count > FOLDED:
                seconds += _FOLDED_NUMBER * self.count
        return seconds + self._number_seconds(execution, method)

    def again_seconds(self, execution: str = EAGER, method: str = NESTED) -> float:
        """How long each further call takes, in which nothing is traced again."""
        if execution == EAGER:
            return self.tape_seconds(execution, method)
        traced = _TRACED * self._counts(execution).operations
        return traced + self._number_seconds(execution, method)

    def _number_seconds(self, execution: str, method: str) -> float:
        """How long the arithmetic at all points takes."""
        batch = method == BATCH and execution == EAGER
        speed, counts = _VECTORISED if batch else _SPEEDS[execution], self._counts(XLA)
        return speed.number * self.count * (counts.operations + _SPECIAL_NUMBERS * counts.special)

    def _counts(self, execution: str) -> Counts:
        from tapecli.evaluation.counting import counted

        return counted(self.targets, self.wrt, execution)

    @property
    def taylor_seconds(self) -> float:
        """How long Taylor series take: O(order**2) for each operation."""
        groups = self._highest_orders()
        terms = sum(math.prod((order + 1) ** 2 for order in group.values()) for group in groups)
        # digamma of a series is summed up in as many steps as the order has
        names = [n.name for tree in self.targets for n in steps(tree) if isinstance(n, Call)]
        gammas = names.count("gamma") + names.count("lgamma")
        nodes = len(names) + gammas * (1 + self.order / 5) or 1
        chunks = math.ceil(self.count / 10_000)
        products = terms * nodes * (_TAYLOR_OPERATION * chunks + _TAYLOR_NUMBER * self.count)
        refined = nodes * self.count if self.order > FLOAT64_ORDER else 0
        return products + _TAYLOR_ONCE * refined

    @property
    def certified_seconds(self) -> float:
        """How long certified values take: a series for each line through a point."""
        lines = sum(
            math.prod(order + 1 for order in group.values()) - 1 if len(group) > 1 else 1
            for group in self._highest_orders()
        )
        nodes = [len(steps(target)) for target in self.targets]
        if self.count < MANY:
            sizes = sum(max(1.0, count / _USUAL_NODES) for count in nodes)
            line = _CERTIFIED * sizes * (1 + self.order / 5)
            line += _CERTIFIED_TERM * sum(nodes) * self.order**2
        else:
            line = len(nodes) * _REGULAR + sum(nodes) * _REGULAR_NODE
            line *= 1 + self.order / _REGULAR_ORDER
            line += _REGULAR_TERM * sum(nodes) * self.order**2
        return line * self.count * (lines if lines == 1 else lines * _CHANGING)

    def _highest_orders(self) -> list[Counter[str]]:
        """The highest orders by each variable, for each set of variables that there is."""
        groups: defaultdict[frozenset[str], Counter[str]] = defaultdict(Counter)
        for variables in self.wrt:
            groups[frozenset(variables)] |= Counter(variables)
        return list(groups.values())
