"""Which method computes what is asked: arrangements of tapes, Taylor series, or none at all.

What is asked is refused before any work where it would take too long. The times are those of a
model: how many operations nested tapes run grows with each order by a factor that depends on the
functions in the tree (`growth` in their rows), and an operation takes a fixed time and more for
each point. The model was fitted to measurements of all rows of the function table and of 16
composite expressions at orders 1 to 8, which it meets within a factor of 5 on an otherwise idle
machine; `make bench` shows it beside new ones.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tapecli.choices import AUTO, EAGER, MAX_ORDER, MAX_SECONDS, METHODS, NONE, TAYLOR, XLA
from tapecli.errors import RequestError
from tapecli.floats import FORMATS
from tapecli.functions import STEADY, row
from tapecli.mistakes import clipped
from tapecli.tapes import ARRANGEMENTS, FORWARD, Variables, asked, prepared
from tapecli.taylor import PLAIN_ORDER
from tapecli.tree import Call, Node, Variable, steps

AFFORDABLE = 0.5
"""Seconds that `auto` lets tapes take, where Taylor series take less."""

MAX_NUMBERS = 400_000_000
"""Numbers that the tapes may be expected to hold, one per operation and point: 3 GB in float64."""

PER_NODE = 4.5
"""Operations that one tape runs, there and back, for each of the tree."""

COMPOSED = 3.0
"""How many times more operations each further order runs for a product or a chain."""

ENTANGLED = 4.0
"""The same for a quotient or another function of several parts that vary."""


@dataclass(frozen=True)
class _Speed:
    """Seconds: once, for each operation, and for each number that it makes."""

    once: float
    operation: float
    number: float


_SPEEDS = {
    "eager": _Speed(0.0, 20e-6, 5e-9),
    "graph": _Speed(0.02, 110e-6, 1e-9),
    "xla": _Speed(0.06, 300e-6, 0.3e-9),
}
_CERTIFIED = 0.25e-3
"""Seconds for a certified series along one line through one point, at orders up to 5, of an
expression of a usual size."""

_USUAL_NODES = 20
"""Operations and variables up to which that hardly depends on how many they are."""

_CERTIFIED_TERM = 0.1e-6
"""The same for each operation and square of the order, which is most of it at high orders."""

_TAYLOR = _Speed(6e-6, 1.5e-6, 6e-9)
"""The same for a product of two coefficients, and once for a function at each point."""


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


def choose(
    method: str,
    targets: Sequence[Node],
    wanted: Sequence[Variables],
    points: int,
    preferred: str = "",
    execution: str | None = None,
    device: str | None = None,
    max_seconds: float = MAX_SECONDS,
) -> Choice:
    """The method that will be used, once it is certain that it can do what is asked.

    Args:
        method: one of `METHODS`.
        targets: the trees.
        wanted: the sequences of variables.
        points: how many points.
        preferred: the arrangement of tapes that "auto" is, if it can do what is asked.
        execution: how tapes are to be run, None for what is quickest; if it is given, "auto" is
            tapes.
        device: where, None for anywhere; if it is given, "auto" is tapes.
        max_seconds: how long it may be expected to take.

    Raises:
        RequestError: the method is unknown or cannot do it (the message names those that can),
            or it would take too long.
    """
    if method not in METHODS:
        raise RequestError(f"unknown method '{clipped(method)}'; there are {', '.join(METHODS)}")
    order = max(map(len, wanted))
    if order > MAX_ORDER:
        raise RequestError(f"order {order:,}: no more than {MAX_ORDER:,}")
    instead = taylor_seconds(targets, wanted, points)
    if method in (TAYLOR, NONE):
        _without_tensorflow(method, execution, device)
        taylor = method == TAYLOR
        seconds = instead if taylor else certified_seconds(targets, wanted, points)
        _allowed(method, order, seconds, max_seconds, instead if taylor else math.inf)
        return Choice(method)
    able = [name for name, row in ARRANGEMENTS.items() if row.can(len(targets), order)]
    if method not in (AUTO, *able) and order:
        raise RequestError(_unable(method, len(targets), order, able))
    tapes = FORWARD if order == 0 else method
    if tapes == AUTO:
        tapes = preferred if preferred in able else able[0]
    run = execution or (EAGER if tapes == "batch" else quickest(targets, wanted, points))
    seconds = tape_seconds(targets, wanted, points, run)
    large = run != XLA and _held(targets, wanted, points) > MAX_NUMBERS
    slow = order > 1 and seconds > AFFORDABLE
    if method == AUTO and execution is None and device is None and (slow or large):
        if instead < seconds or large:
            _allowed(TAYLOR, order, instead, max_seconds, instead)
            return Choice(TAYLOR, _why(tapes, seconds, large))
    _allowed(tapes, order, seconds, max_seconds, instead)
    if large:
        raise RequestError(
            f"{points:,} points are too many for tapes around expressions of this size; "
            "'--method taylor' can do them"
        )
    return Choice(tapes, execution=run)


def quickest(targets: Sequence[Node], wanted: Sequence[Variables], points: int) -> str:
    """Eager for few points, compiled for many: what would take less time, or fit into memory.

    A compiled program holds few numbers, for it makes one point after the other. What XLA gets
    wrong somewhere is never compiled unasked.
    """
    order = max(map(len, wanted))
    limits = {row(node.name).compiled for node in steps(*targets) if isinstance(node, Call)}
    if any(limit is not None and order > limit for limit in limits):
        return EAGER
    if _held(targets, wanted, points) > MAX_NUMBERS:
        return XLA
    return min((EAGER, XLA), key=lambda run: tape_seconds(targets, wanted, points, run))


def _held(targets: Sequence[Node], wanted: Sequence[Variables], points: int) -> float:
    """How many numbers tapes hold at most."""
    return operations(targets, wanted) * points


def _without_tensorflow(method: str, execution: str | None, device: str | None) -> None:
    for option, value in (("--execution", execution), ("--device", device)):
        if value is not None:
            raise RequestError(f"'{option}' is for tapes; '--method {method}' uses no TensorFlow")


def _why(tapes: str, seconds: float, large: bool) -> str:
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


def _allowed(method: str, order: int, seconds: float, most: float, instead: float) -> None:
    """Refuse what would take too long, and name Taylor series where they would not."""
    if seconds <= most:
        return
    time = "less than a second" if instead < 1 else f"about {duration(instead)}"
    mend = f"; '--method taylor' would take {time}" if instead <= most else ""
    raise RequestError(
        f"order {order} would take {_named(method)} about {duration(seconds)}, and "
        f"'--max-seconds' is {most:g}{mend}"
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
    targets: Sequence[Node], wanted: Sequence[Variables], points: int, execution: str = EAGER
) -> float:
    """How long tapes are expected to take, nested ones where the order is above 1."""
    speed = _SPEEDS[execution]
    run = operations(targets, wanted)
    return speed.once + run * (speed.operation + speed.number * points)


def operations(targets: Sequence[Node], wanted: Sequence[Variables]) -> float:
    """How many operations tapes are expected to run; infinite beyond any measure."""
    order = max(map(len, wanted))
    longest = _longest(wanted)
    width = max((len(asked(longest, k)) for k in range(1, order + 1)), default=1)
    trees = [prepared(target, FORMATS["float64"]) for target in targets]
    nodes = sum(isinstance(node, Call) for node in steps(*trees)) or 1
    exponent = max(order - 1, 0) * math.log(growth(*trees))
    return math.inf if exponent > 300 else PER_NODE * nodes * width * math.exp(exponent)


def _longest(wanted: Sequence[Variables]) -> list[Variables]:
    """The sequences but those by one variable that are the beginning of another such."""
    found: dict[tuple[str, ...], Variables] = {}
    for sequence in wanted:
        names = tuple(set(sequence))
        key = names if len(names) == 1 else sequence
        if len(sequence) >= len(found.get(key, ())):
            found[key] = sequence
    return list(found.values())


def growth(*trees: Node) -> float:
    """How many times more operations each further order of nested tapes runs."""
    shapes: dict[Node, int] = {}
    highest = STEADY
    for node in steps(*trees):
        inside = [shapes[child] for child in node.children]
        shapes[node] = _shape(node, inside)
        if isinstance(node, Call) and shapes[node] == _CURVED:
            highest = max(highest, _growth_at(node, inside))
    return highest


_PIECES = ("add", "sub", "neg", "abs", "sign", "min", "max")
"""What makes no new kind of function of what is inside of it."""

_CONSTANT, _AFFINE, _POLYNOMIAL, _CURVED = range(4)


def _shape(node: Node, inside: Sequence[int]) -> int:
    """What kind of function of the variables a node is, from what is inside of it."""
    if not isinstance(node, Call):
        return max(inside, default=_AFFINE if isinstance(node, Variable) else _CONSTANT)
    highest = max(inside)
    if node.name in _PIECES or highest == _CONSTANT:
        return highest
    if node.name == "mul":
        return highest if min(inside) == _CONSTANT else max(highest, _POLYNOMIAL)
    return highest if node.name == "div" and inside[1] == _CONSTANT else _CURVED


def _growth_at(node: Call, inside: Sequence[int]) -> float:
    """The factor of one operation on what is inside of it."""
    varying = [kind for kind in inside if kind != _CONSTANT]
    if node.name in _PIECES or (node.name in ("mul", "div") and inside[-1] == _CONSTANT):
        return STEADY
    if node.name == "mul":
        return STEADY if len(varying) == 1 else COMPOSED
    own = row(node.name).growth
    if len(varying) > 1:
        return max(own, ENTANGLED)
    return own if varying == [_AFFINE] else max(own, COMPOSED)


def taylor_seconds(targets: Sequence[Node], wanted: Sequence[Variables], points: int) -> float:
    """How long Taylor series are expected to take: O(order**2) for each operation."""
    terms = sum(
        math.prod((order + 1) ** 2 for order in group.values()) for group in _groups(wanted)
    )
    order = max(map(len, wanted))
    names = [node.name for target in targets for node in steps(target) if isinstance(node, Call)]
    # digamma of a series is summed up in as many steps as the order has
    nodes = sum(2 + order / 5 if name in ("gamma", "lgamma") else 1 for name in names) or 1
    chunks = math.ceil(points / 10_000)
    products = terms * nodes * (_TAYLOR.operation * chunks + _TAYLOR.number * points)
    refined = nodes * points if order > PLAIN_ORDER else 0
    return products + _TAYLOR.once * refined


def _groups(wanted: Sequence[Variables]) -> list[Counter[str]]:
    """The highest orders by each variable, for each set of variables that there is."""
    groups: dict[tuple[str, ...], Counter[str]] = {}
    for sequence in wanted:
        times = Counter(sequence)
        names = tuple(sorted(times))
        groups[names] = groups.get(names, Counter()) | times
    return list(groups.values())


def certified_seconds(targets: Sequence[Node], wanted: Sequence[Variables], points: int) -> float:
    """How long certified values are expected to take: a series for each line through a point."""
    lines = sum(
        math.prod(order + 1 for order in group.values()) - 1 if len(group) > 1 else 1
        for group in _groups(wanted)
    )
    order = max(map(len, wanted))
    nodes = [len(steps(target)) for target in targets]
    sizes = sum(max(1.0, count / _USUAL_NODES) for count in nodes)
    each = _CERTIFIED * sizes * (1 + order / 5) + _CERTIFIED_TERM * sum(nodes) * order**2
    return each * points * lines
