"""Which method computes what is asked: arrangements of tapes, Taylor series, or none at all.

What is asked is refused before any work where it would take too long. The times are CPU seconds
by a model. How many operations nested tapes run is counted on paper (`counting`), as far
as counting is quick. Eagerly each of them takes a fixed time, and more for each point; in a graph
it is traced, and compiled for XLA, which takes ten to thirty times as long, once in a call. The
times of an operation were fitted to 581 calls at 3 points that took more than 0.1 s: some 60
expressions of one and several variables and targets at orders 1 to 12, as far as a call took some
4 s, on two cores with other work beside; those of a point to calls at 100,000 and 1,000,000
points. It met all of them within a factor of 3; `make bench` shows it beside new ones.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tapecli.defaults import AUTO, EAGER, GRAPH, MAX_ORDER, MAX_SECONDS, NONE, TAYLOR, XLA
from tapecli.engines.tapes.arrangements import ARRANGEMENTS, FORWARD, Variables
from tapecli.engines.taylor import FLOAT64_ORDER
from tapecli.errors import RequestError
from tapecli.evaluation.counting import FIXED, KNOWN, OPEN, Counts, counted
from tapecli.expressions.functions import row
from tapecli.expressions.tree import Call, Node, steps

if TYPE_CHECKING:
    from tapecli.evaluation.question import Options, Question

NESTED, BATCH = "nested", "batch"
"""Arrangements that the model tells apart: all others are like nested tapes."""

_PREFERRED = {"jacobian": "persistent"}
"""The arrangement that "auto" takes for a kind of question, if it can do what is asked."""

USUAL_ORDER = 4
"""The order up to which `auto` takes tapes, unless these would be refused."""

AFFORDABLE = 0.5
"""Seconds that `auto` lets tapes take beyond that order, where Taylor series take less."""

MAX_NUMBERS = 400_000_000
"""Numbers that the tapes may be expected to hold, one per operation and point: 3 GB in float64."""


@dataclass(frozen=True)
class _Speed:
    """How quickly tapes are run: CPU seconds.

    Attributes:
        once: for a call.
        operation: for each operation, traced and compiled where that is done.
        number: for each arithmetic operation and point.
        shapes: what is known of shapes where it is run, on which depends what is run.
    """

    once: float
    operation: float
    number: float
    shapes: str


_SPEEDS = {
    EAGER: _Speed(0.0, 0.1e-3, 6e-9, KNOWN),
    GRAPH: _Speed(0.02, 1.1e-3, 3e-9, OPEN),
    XLA: _Speed(0.11, 2.4e-3, 1.5e-9, FIXED),
}
"""Measured over 189 calls that ran eagerly, 48 as a graph and 344 compiled."""

_VECTORISED = _Speed(0.12, 1.1e-3, 15e-9, OPEN)
"""The same for `batch`, which is traced and made one program of all points in each call, however
it is run: measured over Rosenbrock's function of 2 to 20 variables, and sin(x) at 10,000,000
points."""

_SPECIAL_NUMBERS = 5
"""How many other operations one of them takes as long as at each point: measured as well."""

FOLDED = 1_000_000
"""Points beyond which XLA computes constants of `batch` while it compiles."""

_FOLDED_NUMBER = 5.5e-6
"""Seconds that it then takes for each point: measured over sin(x) at 2,000,000 and 5,000,000."""

_TRACED = 2e-6
"""Seconds for an operation of a graph that has been traced, or compiled, before."""

_CROWDED = 10_000
"""Operations in one program of which each takes the compiler twice as long as in a small one:
measured up to 4,650 at once."""

_SPECIAL = 30
"""Operations that the compiler makes of lgamma and each of its derivatives: measured over
lgamma(x)*sqrt(x) at orders 1 to 5."""

_TAYLOR_ONCE = 6e-6
"""Seconds of Taylor series for a function at each point, where they are refined."""

_TAYLOR_OPERATION, _TAYLOR_NUMBER = 1.5e-6, 6e-9
"""The same for a product of two coefficients: once for a chunk of points, and at each point."""

_CERTIFIED = 0.25e-3
"""Seconds for a certified series along one line through one point, at orders up to 5, of an
expression of a usual size."""

_USUAL_NODES = 20
"""Operations and variables up to which that hardly depends on how many they are."""

_CHANGING = 0.5
"""The part of an expression that changes along a line, where there are several variables: what
does not is computed once for all lines."""

_CERTIFIED_TERM = 0.1e-6
"""The same for each operation and square of the order, which is most of it at high orders."""


@dataclass(frozen=True)
class Choice:
    """How it will be computed.

    Attributes:
        method: one of `METHODS` but auto, or `FORWARD`.
        reason: why `auto` took it, if that is not what tapes would be used for; else "".
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
    """The method that will be used, once it is certain that it can do what is asked.

    Args:
        question: what is asked. With an execution or a device "auto" is tapes; without any it is
            also what is quickest.
        count: how many points.

    Raises:
        RequestError: the method cannot do it (the message names those that can), or it would take
            too long.
    """
    options, targets, wrt, order = question.options, question.trees, question.wrt, question.order
    method, execution, max_seconds = options.method, options.execution, options.max_seconds
    if order > MAX_ORDER:
        raise RequestError(f"order {order:,}: no more than {MAX_ORDER:,}")
    series = taylor_seconds(targets, wrt, count)
    certified = 0.0 if options.verify == "none" else certified_seconds(targets, wrt, 1)
    if method in (TAYLOR, NONE):
        _refuse_tensorflow(options)
        if method == TAYLOR:
            _allowed(method, order, series, max_seconds, {}, certified)
        else:
            _allowed(method, order, certified_seconds(targets, wrt, count), max_seconds, {})
        return Choice(method)
    able = [name for name, row in ARRANGEMENTS.items() if row.can(len(targets), order)]
    if method not in (AUTO, *able) and order:
        raise RequestError(_unable(method, len(targets), order, able))
    tapes = FORWARD if order == 0 else method
    if tapes == AUTO:
        preferred = _PREFERRED.get(question.kind)
        tapes = preferred if preferred in able else able[0]
    run = execution or (EAGER if tapes == BATCH else quickest(targets, wrt, count))
    seconds = tape_seconds(targets, wrt, count, run, tapes)
    large = run != XLA and numbers_held(targets, wrt, count) > MAX_NUMBERS
    slow = order > 1 and seconds > (max_seconds if order <= USUAL_ORDER else AFFORDABLE)
    if method == AUTO and execution is None and options.device is None and (slow or large):
        if series < seconds or large:
            _allowed(TAYLOR, order, series, max_seconds, {}, certified)
            return Choice(TAYLOR, _reason(tapes, seconds, large))
    others = {"--method taylor": series}
    if run != EAGER:
        eager = tape_seconds(targets, wrt, count, EAGER, tapes)
        others = {"--execution eager": eager, **others}
    _allowed(tapes, order, seconds, max_seconds, others, certified)
    if large:
        raise RequestError(
            f"{count:,} points are too many for tapes around expressions of this size; "
            "'--method taylor' can do them"
        )
    return Choice(tapes, execution=run)


def quickest(targets: Sequence[Node], wrt: Sequence[Variables], points: int) -> str:
    """Eager for few points, compiled for many: what would take less time, or fit into memory.

    A compiled program holds few numbers, for it makes one point after the other. What XLA gets
    wrong somewhere is never compiled unasked.
    """
    order = max(map(len, wrt))
    limits = {row(node.name).compiled for node in steps(*targets) if isinstance(node, Call)}
    if any(limit is not None and order > limit for limit in limits):
        return EAGER
    if numbers_held(targets, wrt, points) > MAX_NUMBERS:
        return XLA
    return min((EAGER, XLA), key=lambda run: tape_seconds(targets, wrt, points, run))


def numbers_held(targets: Sequence[Node], wrt: Sequence[Variables], points: int) -> float:
    """How many numbers tapes hold at most."""
    return operations(targets, wrt) * points


def _refuse_tensorflow(options: Options) -> None:
    """Refuse demands on TensorFlow where none is used."""
    for option, value in (("--execution", options.execution), ("--device", options.device)):
        if value is not None:
            raise RequestError(
                f"'{option}' is for tapes; '--method {options.method}' uses no TensorFlow"
            )


def _reason(tapes: str, seconds: float, large: bool) -> str:
    if large and seconds < MAX_SECONDS:
        return f"{_named(tapes)} would hold too many numbers"
    return f"{_named(tapes)} would take about {duration(seconds)}"


def _named(method: str) -> str:
    names = {
        "single": "a tape",
        "persistent": "a persistent tape",
        TAYLOR: "Taylor series",
        NONE: "certified values",
    }
    return names.get(method, f"{method} tapes")


def _allowed(
    method: str,
    order: int,
    seconds: float,
    most: float,
    others: Mapping[str, float],
    certified: float = 0.0,
) -> None:
    """Refuse what would take too long, and name what would not, of options with their seconds.

    Args:
        method: what computes the values.
        order: the highest order.
        seconds: what it is expected to take.
        most: what it may take, with what certifies the values.
        others: the seconds of options that would do the same.
        certified: what it is expected to take to certify the values at a point.

    Raises:
        RequestError: it would take longer.
    """
    if seconds + certified <= most:
        return
    name = _named(method)
    if seconds <= most:
        name, others = f"{name} and certified values", {"--verify none": seconds}
        seconds += certified
    mends = [
        f"'{option}' would take {'less than a second' if other < 1 else f'about {duration(other)}'}"
        for option, other in others.items()
        if other <= min(most, seconds)
    ]
    raise RequestError(
        f"order {order} would take {name} about {duration(seconds)}, and "
        f"'--max-seconds' is {most:g}{''.join(f'; {mend}' for mend in mends)}"
    )


def _unable(method: str, targets: int, order: int, able: Sequence[str]) -> str:
    """Why a method cannot do what is asked, and which can."""
    highest = ARRANGEMENTS[method].highest
    if highest is not None and order > highest:
        asked_for = f"order {order}"
        why = "its tapes record no gradients" if highest == 1 else f"it ends at order {highest}"
    else:
        asked_for, why = f"{targets} targets", "a tape can be asked only once"
    quoted = [f"'{name}'" for name in able]
    quoted[0] = f"'--method {able[0]}'"
    others = f"{', '.join(quoted[:-1])} and {quoted[-1]}" if len(quoted) > 1 else quoted[0]
    return f"'{method}' cannot do {asked_for}: {why}; {others} can"


_LONGEST = "1e100"
"""Years that are beyond any measure."""

_UNITS = (("years", 31_557_600), ("days", 86_400), ("hours", 3_600), ("minutes", 60))


def duration(seconds: float) -> str:
    """A time for people, to one or two digits: 40 minutes."""
    if math.isinf(seconds):
        return f"{_LONGEST} years or more"
    for unit, length in _UNITS:
        if seconds >= 2 * length:
            count = seconds / length
            long = f"{count:.0e}".replace("e+0", "e").replace("e+", "e")
            return f"{long if count > 1e4 else format(float(f'{count:.2g}'), ',.0f')} {unit}"
    count = float(f"{seconds:.2g}")
    return f"{count:g} second{'s' * (count != 1)}"


# --- the model --------------------------------------------------------------------------------


def tape_seconds(
    targets: Sequence[Node],
    wrt: Sequence[Variables],
    points: int,
    execution: str = EAGER,
    method: str = NESTED,
) -> float:
    """How long a first call of tapes is expected to take, nested ones above order 1."""
    speed = _SPEEDS[execution]
    counts = _counted(targets, wrt, speed.shapes)
    run = counts.operations
    if execution == XLA:
        run += _SPECIAL * counts.special
        run *= 1 + run / _CROWDED
    seconds = speed.once + speed.operation * run
    if method == BATCH:
        more = _counted(targets, wrt, _VECTORISED.shapes).operations
        seconds += _VECTORISED.once + _VECTORISED.operation * more
        seconds += _FOLDED_NUMBER * points if execution == XLA and points > FOLDED else 0.0
    return seconds + _number_seconds(targets, wrt, points, execution, method)


def _number_seconds(
    targets: Sequence[Node], wrt: Sequence[Variables], points: int, execution: str, method: str
) -> float:
    """How long the arithmetic at all points takes."""
    batch = method == BATCH and execution == EAGER
    speed = _VECTORISED if batch else _SPEEDS[execution]
    counts = _counted(targets, wrt, FIXED)
    return speed.number * points * (counts.operations + _SPECIAL_NUMBERS * counts.special)


def again_seconds(
    targets: Sequence[Node],
    wrt: Sequence[Variables],
    points: int,
    execution: str = EAGER,
    method: str = NESTED,
) -> float:
    """How long each further call is expected to take, in which nothing is traced again."""
    if execution == EAGER:
        return tape_seconds(targets, wrt, points, execution, method)
    traced = _TRACED * _counted(targets, wrt, _SPEEDS[execution].shapes).operations
    return traced + _number_seconds(targets, wrt, points, execution, method)


def operations(targets: Sequence[Node], wrt: Sequence[Variables]) -> float:
    """How many operations on numbers tapes are expected to run; infinite beyond any measure."""
    return _counted(targets, wrt, FIXED).operations


def _counted(targets: Sequence[Node], wrt: Sequence[Variables], shapes: str) -> Counts:
    return counted(tuple(targets), tuple(wrt), shapes)


def taylor_seconds(targets: Sequence[Node], wrt: Sequence[Variables], points: int) -> float:
    """How long Taylor series are expected to take: O(order**2) for each operation."""
    terms = sum(math.prod((order + 1) ** 2 for order in group.values()) for group in _groups(wrt))
    order = max(map(len, wrt))
    names = [node.name for target in targets for node in steps(target) if isinstance(node, Call)]
    # digamma of a series is summed up in as many steps as the order has
    nodes = sum(2 + order / 5 if name in ("gamma", "lgamma") else 1 for name in names) or 1
    chunks = math.ceil(points / 10_000)
    products = terms * nodes * (_TAYLOR_OPERATION * chunks + _TAYLOR_NUMBER * points)
    refined = nodes * points if order > FLOAT64_ORDER else 0
    return products + _TAYLOR_ONCE * refined


def _groups(wrt: Sequence[Variables]) -> list[Counter[str]]:
    """The highest orders by each variable, for each set of variables that there is."""
    groups: dict[tuple[str, ...], Counter[str]] = {}
    for sequence in wrt:
        times = Counter(sequence)
        names = tuple(sorted(times))
        groups[names] = groups.get(names, Counter()) | times
    return list(groups.values())


def certified_seconds(targets: Sequence[Node], wrt: Sequence[Variables], points: int) -> float:
    """How long certified values are expected to take: a series for each line through a point."""
    lines = sum(
        math.prod(order + 1 for order in group.values()) - 1 if len(group) > 1 else 1
        for group in _groups(wrt)
    )
    order = max(map(len, wrt))
    nodes = [len(steps(target)) for target in targets]
    sizes = sum(max(1.0, count / _USUAL_NODES) for count in nodes)
    each = _CERTIFIED * sizes * (1 + order / 5) + _CERTIFIED_TERM * sum(nodes) * order**2
    return each * points * (lines if lines == 1 else lines * _CHANGING)
