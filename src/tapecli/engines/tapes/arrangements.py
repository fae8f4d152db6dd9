"""The engine: one tree, differentiated by GradientTapes in the arrangement that was asked for.

Each arrangement is a short function that reads like what it is named after. It gets the
targets as functions of their variables, which share their parts: what one target has computed,
the next one uses, and every tape that is open records it.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

from tapecli.engines.tapes import loading
from tapecli.errors import RequestError, clipped, together
from tapecli.expressions.functions import CONSTANTS, row, rule_of
from tapecli.expressions.tree import (
    VARIABLE,
    Alias,
    Call,
    Named,
    Node,
    Number,
    Variable,
    call,
    number,
    rational_in,
    steps,
    variable,
)
from tapecli.floats import FloatFormat

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Tensor: TypeAlias = Any
Sources: TypeAlias = dict[str, Tensor]
"""A tensor for each variable, with a number for each point."""
Target: TypeAlias = Callable[[Sources], Tensor]
Variables: TypeAlias = tuple[str, ...]
"""The variables that are differentiated by, the first one first."""

FORWARD = "forward"
"""What is used at order 0: no tape at all."""


# --- the arrangements -------------------------------------------------------------------------
# Each is given the sources `by` which it differentiates, and returns for each target its
# derivative by each of them. A tape is asked for a gradient at all points in one call: the
# gradient of a sum over points, of which each depends on its own sources alone.


def single(tf: Any, targets: Sequence[Target], xs: Sources, by: Sequence[str]) -> list[Sources]:
    """One tape around one target, asked for all sources at once."""
    (target,) = targets
    sources = {name: xs[name] for name in by}
    with tf.GradientTape() as tape:
        tape.watch(sources)
        y = target(xs)
    return [_gradient(tape, y, sources)]


def parallel(tf: Any, targets: Sequence[Target], xs: Sources, by: Sequence[str]) -> list[Sources]:
    """One tape for each target, all open at once: `with tape1, tape2:`."""
    sources = {name: xs[name] for name in by}
    tapes = [tf.GradientTape() for _ in targets]
    with ExitStack() as together:
        for tape in tapes:
            together.enter_context(tape)
            tape.watch(sources)
        ys = [target(xs) for target in targets]
    return [_gradient(tape, y, sources) for tape, y in zip(tapes, ys, strict=True)]


def persistent(tf: Any, targets: Sequence[Target], xs: Sources, by: Sequence[str]) -> list[Sources]:
    """One tape around all targets, asked once for each: the rows of the Jacobian."""
    sources = {name: xs[name] for name in by}
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(sources)
        ys = [target(xs) for target in targets]
    return [_gradient(tape, y, sources) for y in ys]


def nested_targets(
    tf: Any, targets: Sequence[Target], xs: Sources, by: Sequence[str]
) -> list[Sources]:
    """The innermost tape around the first target alone, each further one around one more."""
    sources = {name: xs[name] for name in by}
    recorded = _recorded_targets(tf, targets, xs, sources)
    return [_gradient(tape, y, sources) for tape, y in recorded]


def _recorded_targets(
    tf: Any, targets: Sequence[Target], xs: Sources, sources: Sources
) -> list[tuple[Any, Tensor]]:
    """Each target with its tape: the last one's is around all others."""
    if not targets:
        return []
    with tf.GradientTape() as tape:
        tape.watch(sources)
        inner = _recorded_targets(tf, targets[:-1], xs, sources)
        y = targets[-1](xs)
    return [*inner, (tape, y)]


def nested_orders(
    tf: Any, targets: Sequence[Target], xs: Sources, wanted: Sequence[Variables]
) -> dict[Variables, list[Tensor]]:
    """One tape for each order: the inner tape's gradients are taken inside the outer tape.

    The innermost tape differentiates by the first variable of each sequence. A Hessian is the
    double loop: the gradient from the inner tape, and the gradient of each of its entries from
    the outer one.

    Returns:
        For each sequence of variables, and for each beginning of one, the derivative of each
        target; () are the values.
    """
    return _recorded_orders(tf, targets, xs, wanted, max(map(len, wanted)))


def _recorded_orders(
    tf: Any, targets: Sequence[Target], xs: Sources, wanted: Sequence[Variables], order: int
) -> dict[Variables, list[Tensor]]:
    """The derivatives up to an order, from a tape around those of the orders below it."""
    if order == 0:
        return {(): [target(xs) for target in targets]}
    for_each = asked(wanted, order)
    sources = {name: xs[name] for names in for_each.values() for name in names}
    with tf.GradientTape(persistent=len(targets) * len(for_each) > 1) as tape:
        tape.watch(sources)
        found = _recorded_orders(tf, targets, xs, wanted, order - 1)
    for before, names in for_each.items():
        by = {name: sources[name] for name in names}
        gradients = [_gradient(tape, y, by) for y in found[before]]
        found |= {(*before, name): [each[name] for each in gradients] for name in names}
    return found


def asked(wanted: Sequence[Variables], order: int) -> dict[Variables, list[str]]:
    """What the tape of an order is asked for: by which variables, for each derivative below."""
    found: dict[Variables, list[str]] = {}
    for sequence in wanted:
        if len(sequence) >= order:
            names = found.setdefault(sequence[: order - 1], [])
            if sequence[order - 1] not in names:
                names.append(sequence[order - 1])
    return found


def nested(
    tf: Any, targets: Sequence[Target], xs: Sources, wanted: Sequence[Variables]
) -> dict[Variables, list[Tensor]]:
    """Tapes inside one another: for the targets at order 1, for the orders above it."""
    if max(map(len, wanted)) == 1:
        return _first(nested_targets)(tf, targets, xs, wanted)
    return nested_orders(tf, targets, xs, wanted)


def batch(
    tf: Any, targets: Sequence[Target], xs: Sources, wanted: Sequence[Variables]
) -> dict[Variables, list[Tensor]]:
    """TensorFlow's own Jacobian, point by point, of all targets or of a gradient at once.

    The sources are the columns of one tensor. For a Hessian it is the `batch_jacobian` of the
    gradient, which TensorFlow traces and vectorises. The double loop of `nested_orders` was
    quicker wherever it was measured: 5 to 30 times, for 2 to 30 variables and up to 100,000
    points.
    """
    names = list(dict.fromkeys(name for sequence in wanted for name in sequence))
    columns = tf.stack([xs[name] for name in names], axis=1)

    def values(columns: Tensor) -> list[Tensor]:
        inside = {**xs, **dict(zip(names, tf.unstack(columns, axis=1), strict=True))}
        shape = tf.shape(columns)[:1]
        return [tf.broadcast_to(target(inside), shape) for target in targets]

    if max(map(len, wanted)) == 1:
        with tf.GradientTape() as tape:
            tape.watch(columns)
            rows = tf.stack(values(columns), axis=1)
        jacobian = tape.batch_jacobian(rows, columns, unconnected_gradients="zero")
        return {
            (name,): [jacobian[:, i, j] for i in range(len(targets))]
            for j, name in enumerate(names)
        }
    with tf.GradientTape(persistent=True) as outer:
        outer.watch(columns)
        with tf.GradientTape(persistent=True) as inner:
            inner.watch(columns)
            ys = values(columns)
        gradients = [_gradient(inner, y, columns) for y in ys]
    found: dict[Variables, list[Tensor]] = {}
    for gradient in gradients:
        hessian = outer.batch_jacobian(gradient, columns, unconnected_gradients="zero")
        for i, name in enumerate(names):
            found.setdefault((name,), []).append(gradient[:, i])
            for j, other in enumerate(names):
                found.setdefault((name, other), []).append(hessian[:, i, j])
    return found


def _gradient(tape: Any, y: Tensor, sources: Any) -> Any:
    """The gradient of y, and zero where y does not depend on a source, which is the truth."""
    return tape.gradient(y, sources, unconnected_gradients="zero")


# --- which arrangement ------------------------------------------------------------------------


Run: TypeAlias = Callable[
    [Any, Sequence[Target], Sources, Sequence[Variables]], dict[Variables, list[Tensor]]
]


def _first(
    arrangement: Callable[[Any, Sequence[Target], Sources, list[str]], list[Sources]],
) -> Run:
    """An arrangement for first derivatives, as one that is given sequences of variables."""

    def run(
        tf: Any, targets: Sequence[Target], xs: Sources, wanted: Sequence[Variables]
    ) -> dict[Variables, list[Tensor]]:
        names = list(dict.fromkeys(name for (name,) in wanted))
        rows = arrangement(tf, targets, xs, names)
        return {(name,): [row[name] for row in rows] for name in names}

    return run


@dataclass(frozen=True)
class Arrangement:
    """One arrangement, and what it can do.

    Attributes:
        run: the derivatives, from TensorFlow, the targets, the sources and the sequences of
            variables that are wanted.
        several: whether it can do more than one target.
        highest: the highest order that it can do; None for any.
    """

    run: Run
    several: bool = True
    highest: int | None = 1

    def can(self, targets: int, order: int) -> bool:
        """Whether it can do so many targets to this order."""
        return (self.several or targets == 1) and (self.highest is None or order <= self.highest)


ARRANGEMENTS = {
    "single": Arrangement(_first(single), several=False),
    "parallel": Arrangement(_first(parallel)),
    "nested": Arrangement(nested, highest=None),
    "persistent": Arrangement(_first(persistent)),
    "batch": Arrangement(batch, highest=2),
}
"""The arrangements by name; without a choice, the first that can do what is asked."""


def arrangement(method: str) -> Run:
    """The arrangement of this name; for `FORWARD` the one that needs no tape at order 0."""
    return nested_orders if method == FORWARD else ARRANGEMENTS[method].run


# --- running it -------------------------------------------------------------------------------


MAX_TRACES = 64
"""Traced functions that are kept for further calls, those that were used last."""


def run(
    targets: Sequence[Node],
    columns: Mapping[str, NDArray[np.float64]],
    wanted: Sequence[Variables],
    method: str,
    format_: FloatFormat,
    execution: str = "eager",
    device: str | None = None,
) -> list[list[NDArray[np.float64]]]:
    """Differentiate the targets at all points, in one pass.

    Args:
        targets: trees.
        columns: for each of their variables its value at each point, numbers of the format.
        wanted: for each derivative its variables, the first one first; () is the value.
        method: an arrangement of `ARRANGEMENTS`, or `FORWARD`.
        format_: the dtype.
        execution: one of `EXECUTIONS`. What is traced or compiled for a call is kept, and used
            again for the same targets; a compiled one for as many points.
        device: as TensorFlow names it, such as "cpu" or "gpu:1"; None for its own choice.

    Returns:
        For each target an array for each derivative, with a number for each point.

    Raises:
        RequestError: TensorFlow lacks a gradient, a kernel or a device that is needed.
        TensorFlowError: TensorFlow is missing or does not start.
    """
    import numpy as np

    tf = loading.load()
    work = _Work(
        tf,
        tuple(targets),
        arrangement(method),
        tuple(wanted),
        format_,
        execution,
        device_named(tf, device),
    )
    found = work.tried(columns)
    count = next(len(values) for values in columns.values())
    return [
        [
            np.broadcast_to(np.asarray(tensors[target].numpy(), np.float64), (count,))
            for tensors in found
        ]
        for target in range(len(targets))
    ]


@dataclass(frozen=True)
class _Work:
    """What is to be run, and how: all but the points."""

    tf: Any
    targets: tuple[Node, ...]
    arrangement: Run
    wanted: tuple[Variables, ...]
    format_: FloatFormat
    execution: str
    device: str

    def run(self, columns: Mapping[str, NDArray[np.float64]]) -> list[list[Tensor]]:
        """For each derivative that is wanted a tensor for each target."""
        tf = self.tf
        with tf.device(self.device) if self.device else contextlib.nullcontext():
            xs = {name: tf.constant(values, self.format_.name) for name, values in columns.items()}
            if self.execution == "eager":
                return self.derivatives(xs)
            count = len(next(iter(xs.values()))) if self.execution == "xla" else None
            found: list[list[Tensor]] = _traced(self, tuple(xs), count)(xs)
            return found

    def derivatives(self, xs: Sources) -> list[list[Tensor]]:
        """The tapes themselves."""
        functions = functions_of(self.tf, self.targets, self.format_)
        found = self.arrangement(self.tf, functions, xs, self.wanted)
        return [found[sequence] for sequence in self.wanted]

    def tried(self, columns: Mapping[str, NDArray[np.float64]]) -> list[list[Tensor]]:
        """The same; what TensorFlow cannot do is said in our words."""
        try:
            return self.run(columns)
        except self.tf.errors.ResourceExhaustedError as error:
            raise MemoryError from error
        except (LookupError, TypeError, ValueError, self.tf.errors.OpError) as error:
            ours = isinstance(error, KeyError | IndexError | TypeError | ValueError)
            if ours and self.execution == "eager" and self.arrangement is not batch:
                raise  # not TensorFlow's, which has no such errors but where it traces
            raise RequestError(self._lacking(error)) from error

    def _lacking(self, error: Exception) -> str:
        """Say which function TensorFlow cannot differentiate so often: each is tried alone.

        Low orders come first, for high ones may take seconds.
        """
        order = max(map(len, self.wanted)) + (self.arrangement is batch)
        columns: Any = {VARIABLE: [0.5]}
        where = self.format_.name + (f" by {self.execution}" if self.execution != "eager" else "")
        names = {node.name: None for node in steps(*self.targets) if isinstance(node, Call)}
        for tried in range(order + 1):
            for name in names:
                alone = call(name, *[variable(VARIABLE)] * row(name).arity)
                work = replace(
                    self,
                    targets=(alone,),
                    arrangement=nested_orders,
                    wanted=((VARIABLE,) * tried,),
                )
                try:
                    work.run(columns)
                except (LookupError, TypeError, ValueError, self.tf.errors.OpError):
                    lacking = f"differentiate '{name}' {tried} times" if tried else ""
                    lacking = lacking or f"compute '{name}'"
                    other = "'--dtype', or '--method taylor'"
                    other = other if self.execution == "eager" else "'--execution' or '--dtype'"
                    return f"TensorFlow cannot {lacking} in {where}; try another {other}"
        return f"TensorFlow cannot do this: {str(error).splitlines()[0]}"


@functools.lru_cache(MAX_TRACES)
def _traced(work: _Work, names: tuple[str, ...], count: int | None) -> Callable[..., Any]:
    """The tapes as one function of TensorFlow's, for any number of points, or for so many."""
    tf = work.tf
    traced = tf.function(work.derivatives, jit_compile=work.execution == "xla", autograph=False)
    kind = tf.TensorSpec([count], work.format_.name)
    concrete: Callable[..., Any] = traced.get_concrete_function(dict.fromkeys(names, kind))
    return concrete


def device_named(tf: Any, name: str | None) -> str:
    """TensorFlow's own name of a device.

    Raises:
        RequestError: there is none of this name.
    """
    if name is None:
        return ""
    there = [device.name for device in tf.config.list_logical_devices()]
    kind, _, number = name.upper().removeprefix("/").removeprefix("DEVICE:").partition(":")
    full = f"/device:{kind}:{number or 0}"
    if full not in there:
        names = together(sorted(d.removeprefix("/device:").lower() for d in there))
        are = "are" if len(there) > 1 else "is"
        raise RequestError(f"there is no device '{clipped(name)}' here; there {are} {names}")
    return full


# --- the tree as functions of its variables ---------------------------------------------------


def functions_of(tf: Any, targets: Sequence[Node], format_: FloatFormat) -> list[Target]:
    """The targets as functions that share what they compute."""
    values: dict[Node, Tensor] = {}

    def function(target: Node) -> Target:
        def evaluate(xs: Sources) -> Tensor:
            for node in steps(target):
                if node not in values:
                    values[node] = _value(tf, node, values, xs, format_)
            return values[target]

        return evaluate

    return [function(prepared(target, format_)) for target in targets]


def _value(
    tf: Any, node: Node, values: dict[Node, Tensor], xs: Sources, format_: FloatFormat
) -> Tensor:
    if isinstance(node, Variable):
        return xs[node.name]
    if isinstance(node, Number):
        return tf.constant(format_.round(node.value), format_.name)
    if isinstance(node, Named):
        digits = Fraction(CONSTANTS[node.name].digits)
        return tf.constant(format_.round(digits), format_.name)
    assert isinstance(node, Call)
    arguments = [values[child] for child in node.children]
    return rule_of(row(node.name).tape, tf)(*arguments)


@functools.lru_cache(maxsize=1024)
def prepared(target: Node, format_: FloatFormat) -> Node:
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
    value = rational_in(exponent, format_)
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
