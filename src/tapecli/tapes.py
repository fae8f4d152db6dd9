"""The engine: one tree, differentiated by GradientTapes in the arrangement that was asked for.

Each arrangement is a short function that reads like what it is named after. It gets the
targets as functions of x which share their parts: what one target has computed, the next one
uses, and every tape that is open records it.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

from tapecli import tensorflow_
from tapecli.errors import RequestError
from tapecli.floats import FORMATS, FloatFormat
from tapecli.functions import CONSTANTS, row
from tapecli.tree import (
    VARIABLE,
    Alias,
    Call,
    Named,
    Node,
    Number,
    Variable,
    call,
    meant,
    number,
    rational,
    steps,
    variable,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Tensor: TypeAlias = Any
Target: TypeAlias = Callable[[Tensor], Tensor]

FORWARD = "forward"
"""What is used at order 0: no tape at all."""

MAX_OPERATIONS = 250_000
"""Operations that nested tapes may be expected to run.

Eager TensorFlow runs some 50,000 small operations a second, so that this is a wait of 5 s.
"""

MAX_NUMBERS = 400_000_000
"""Numbers that the tapes may be expected to hold, one per operation and point: 3 GB in float64."""

GROWTH = 4
"""How many times more operations each further order of nested tapes runs, at most.

Measured: 2.9 for log(x**2), 3.8 to 4.4 for 1/(1+x*x), less for sin, exp and polynomials.
"""

SURE_ORDER = 4
"""The order that is always tried."""


# --- the arrangements -------------------------------------------------------------------------


def single(tf: Any, targets: Sequence[Target], x: Tensor) -> list[Tensor]:
    """One tape around one target."""
    (target,) = targets
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = target(x)
    return [_gradient(tape, y, x)]


def parallel(tf: Any, targets: Sequence[Target], x: Tensor) -> list[Tensor]:
    """One tape for each target, all open at once: `with tape1, tape2:`."""
    tapes = [tf.GradientTape() for _ in targets]
    with ExitStack() as together:
        for tape in tapes:
            together.enter_context(tape)
            tape.watch(x)
        ys = [target(x) for target in targets]
    return [_gradient(tape, y, x) for tape, y in zip(tapes, ys, strict=True)]


def persistent(tf: Any, targets: Sequence[Target], x: Tensor) -> list[Tensor]:
    """One tape around all targets, asked once for each."""
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        ys = [target(x) for target in targets]
    return [_gradient(tape, y, x) for y in ys]


def nested_targets(tf: Any, targets: Sequence[Target], x: Tensor) -> list[Tensor]:
    """The innermost tape around the first target alone, each further one around one more."""

    def recorded(count: int) -> list[tuple[Any, Tensor]]:
        if count == 0:
            return []
        with tf.GradientTape() as tape:
            tape.watch(x)
            inner = recorded(count - 1)
            y = targets[count - 1](x)
        return [*inner, (tape, y)]

    return [_gradient(tape, y, x) for tape, y in recorded(len(targets))]


def nested_orders(tf: Any, targets: Sequence[Target], x: Tensor, order: int) -> list[list[Tensor]]:
    """One tape for each order: the inner tape's gradient is taken inside the outer tape.

    Returns:
        The values of the targets, and their derivatives of orders 1 to `order`.
    """
    if order == 0:
        return [[target(x) for target in targets]]
    with tf.GradientTape(persistent=len(targets) > 1) as tape:
        tape.watch(x)
        lower = nested_orders(tf, targets, x, order - 1)
    return [*lower, [_gradient(tape, y, x) for y in lower[-1]]]


def nested(tf: Any, targets: Sequence[Target], x: Tensor, order: int) -> list[list[Tensor]]:
    """Tapes inside one another: for the targets at order 1, for the orders above it."""
    if order == 1:
        return [nested_targets(tf, targets, x)]
    return nested_orders(tf, targets, x, order)[1:]


def _gradient(tape: Any, y: Tensor, x: Tensor) -> Tensor:
    """dy/dx, and zero where y does not depend on x, which is then the truth."""
    return tape.gradient(y, x, unconnected_gradients="zero")


# --- which arrangement ------------------------------------------------------------------------


@dataclass(frozen=True)
class Arrangement:
    """One arrangement, and what it can do.

    Attributes:
        run: the derivatives of each order from 1, from TensorFlow, the targets, x and the order.
        several: whether it can do more than one target.
        higher: whether it can do orders above 1.
    """

    run: Callable[[Any, Sequence[Target], Tensor, int], list[list[Tensor]]]
    several: bool = True
    higher: bool = False

    def can(self, targets: int, order: int) -> bool:
        """Whether it can do so many targets to this order."""
        return (self.several or targets == 1) and (self.higher or order == 1)


ARRANGEMENTS = {
    "single": Arrangement(lambda tf, targets, x, _: [single(tf, targets, x)], several=False),
    "parallel": Arrangement(lambda tf, targets, x, _: [parallel(tf, targets, x)]),
    "nested": Arrangement(nested, higher=True),
    "persistent": Arrangement(lambda tf, targets, x, _: [persistent(tf, targets, x)]),
}
"""The arrangements by name; without a choice, the first that can do what is asked."""

METHODS = ("auto", *ARRANGEMENTS)


def choose(method: str, targets: Sequence[Node], order: int, points: int) -> str:
    """The arrangement that will be used, once it is certain that it can do what is asked.

    Raises:
        RequestError: the method is unknown or cannot do it (the message names those that can),
            or the order is beyond what nested tapes do in reasonable time.
    """
    if method not in METHODS:
        raise RequestError(f"unknown method '{method}'; there are {', '.join(METHODS)}")
    _affordable(targets, order, points)
    if order == 0:
        return FORWARD
    able = [name for name, row in ARRANGEMENTS.items() if row.can(len(targets), order)]
    if method == "auto":
        return able[0]
    if method not in able:
        raise RequestError(_unable(method, len(targets), order, able))
    return method


def _unable(method: str, targets: int, order: int, able: Sequence[str]) -> str:
    """Why a method cannot do what is asked, and which can."""
    if order > 1:
        asked, why = f"order {order}", "its tapes record no gradients"
    else:
        asked, why = f"{targets} targets", "a tape can be asked only once"
    quoted = [f"'{name}'" for name in able]
    quoted[0] = f"'--method {able[0]}'"
    others = f"{', '.join(quoted[:-1])} and {quoted[-1]}" if len(quoted) > 1 else quoted[0]
    return f"'{method}' cannot do {asked}: {why}; {others} can"


def highest_order(targets: Sequence[Node], points: int) -> int:
    """The highest order that nested tapes are expected to do in reasonable time and memory.

    It is 0 where the points are too many for any.
    """
    operations = _operations(targets)
    in_time = max(_grown_to(MAX_OPERATIONS / operations), SURE_ORDER)
    return min(in_time, _grown_to(MAX_NUMBERS / (operations * points)))


def _grown_to(times: float) -> int:
    """The order at which the operations have grown by so much."""
    return max(0, math.floor(math.log(times, GROWTH))) if times > 0 else 0


def _affordable(targets: Sequence[Node], order: int, points: int) -> None:
    highest = highest_order(targets, points)
    if order <= highest:
        return
    if highest == 0:
        raise RequestError(f"{points:,} points are too many for expressions of this size")
    raise RequestError(
        f"order {order} is too high for nested tapes: each order takes up to {GROWTH} times "
        f"as long as the one below; here they can do order {highest}"
    )


def _operations(targets: Sequence[Node]) -> int:
    """How many operations the targets are, going forward once."""
    prepared = (_prepared(target, FORMATS["float64"]) for target in targets)
    return sum(isinstance(node, Call) for node in steps(*prepared)) or 1


# --- running it -------------------------------------------------------------------------------


def run(
    targets: Sequence[Node], points: Sequence[float], order: int, method: str, format_: FloatFormat
) -> NDArray[np.float64]:
    """Differentiate the targets by their variable at all points, in one eager pass.

    Args:
        targets: trees in at most one variable.
        points: numbers of the format.
        order: the highest order; 0 computes the values alone.
        method: an arrangement, as `choose` returned it.
        format_: the dtype.

    Returns:
        Numbers of the dtype, of shape (targets, orders, points): orders 1 to `order`, or 0.

    Raises:
        RequestError: TensorFlow lacks a gradient or a kernel that is needed.
        TensorFlowError: TensorFlow is missing or does not start.
    """
    import numpy as np

    tf = tensorflow_.load()
    x = tf.constant(points, format_.name)
    try:
        functions = _functions(tf, targets, format_)
        if method == FORWARD:
            by_order = nested_orders(tf, functions, x, 0)
        else:
            by_order = ARRANGEMENTS[method].run(tf, functions, x, order)
    except tf.errors.ResourceExhaustedError as error:
        raise MemoryError from error
    except (LookupError, tf.errors.OpError) as error:
        if isinstance(error, KeyError | IndexError):  # not TensorFlow's: a mistake of ours
            raise
        raise RequestError(_lacking(tf, targets, order, format_, error)) from error
    stacked = [[np.broadcast_to(y.numpy(), x.shape) for y in level] for level in by_order]
    return np.stack(stacked, axis=1).astype(np.float64)


def _lacking(
    tf: Any, targets: Sequence[Node], order: int, format_: FloatFormat, error: Exception
) -> str:
    """Say which function TensorFlow cannot differentiate so often: each is tried alone."""
    x = tf.constant([0.5], format_.name)
    for name in {node.name: None for node in steps(*targets) if isinstance(node, Call)}:
        alone = call(name, *[variable(VARIABLE)] * row(name).arity)
        for tried in range(order + 1):
            try:
                nested_orders(tf, _functions(tf, [alone], format_), x, tried)
            except (LookupError, tf.errors.OpError):
                lacking = f"differentiate '{name}' {tried} times" if tried else f"compute '{name}'"
                return f"TensorFlow cannot {lacking} in {format_.name}; try another '--dtype'"
    return f"TensorFlow cannot do this: {str(error).splitlines()[0]}"


# --- the tree as functions of x ---------------------------------------------------------------


def _functions(tf: Any, targets: Sequence[Node], format_: FloatFormat) -> list[Target]:
    """The targets as functions that share what they compute."""
    values: dict[Node, Tensor] = {}

    def function(target: Node) -> Target:
        def evaluate(x: Tensor) -> Tensor:
            for node in steps(target):
                if node not in values:
                    values[node] = _value(tf, node, values, x, format_)
            return values[target]

        return evaluate

    return [function(_prepared(target, format_)) for target in targets]


def _value(
    tf: Any, node: Node, values: dict[Node, Tensor], x: Tensor, format_: FloatFormat
) -> Tensor:
    if isinstance(node, Variable):
        return x
    if isinstance(node, Number):
        return tf.constant(format_.round(node.value), format_.name)
    if isinstance(node, Named):
        digits = Fraction(CONSTANTS[node.name].digits)
        return tf.constant(format_.round(digits), format_.name)
    assert isinstance(node, Call)
    rule = row(node.name).tape
    arguments = [values[child] for child in node.children]
    return _op(tf, rule)(*arguments) if isinstance(rule, str) else rule(tf, *arguments)


def _op(tf: Any, name: str) -> Callable[..., Tensor]:
    """The public function of TensorFlow with this dotted name."""
    op: Callable[..., Tensor] = functools.reduce(getattr, name.split("."), tf)
    return op


@functools.lru_cache(maxsize=1024)
def _prepared(target: Node, format_: FloatFormat) -> Node:
    """The tree as the tapes compute it: without aliases, and with whole powers as products.

    The gradient of `tf.pow` keeps the exponent as a tensor and computes 0 * 0**-1 at 0 for
    every order above the exponent; products are right there. (At negative exponents 0 is a
    pole, and 1 over a product would underflow before the power does.) Powers of e are
    exponentials, which know e better than any dtype.
    """
    made: dict[Node, Node] = {}
    for node in steps(target):
        children = [made[child] for child in node.children]
        if isinstance(node, Alias):
            made[node] = children[0]
        elif isinstance(node, Call) and node.name == "pow":
            made[node] = _power(children[0], children[1], format_)
        elif isinstance(node, Call):
            made[node] = call(node.name, *children)
        else:
            made[node] = node
    return made[target]


_ONE = number(1)


def _power(base: Node, exponent: Node, format_: FloatFormat) -> Node:
    if isinstance(base, Named) and base.name == "e":
        return call("exp", exponent)
    value = rational(exponent, lambda literal: meant(literal, format_))
    if value == -1:
        return call("div", _ONE, base)
    if value is None or value.denominator != 1 or value < 0:
        return call("pow", base, exponent)
    return _product(base, int(value))


def _product(base: Node, exponent: int) -> Node:
    """base**exponent by repeated squaring."""
    result: Node | None = None
    while exponent:
        if exponent % 2:
            result = base if result is None else call("mul", result, base)
        base, exponent = call("mul", base, base), exponent // 2
    return _ONE if result is None else result
