"""Differentiates trees with GradientTapes, in the arrangement of tapes that is named.

Each arrangement is a short function that reads like its name. It gets the targets as functions of
their variables. These functions share their parts: what one target has computed is used by the
next one, and every open tape records it.
"""

from __future__ import annotations

import contextlib
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any, TypeAlias

from tapecli.engines.tapes import loading
from tapecli.errors import RequestError, clipped, together
from tapecli.expressions import tree
from tapecli.expressions.expansion import defined, expanded
from tapecli.expressions.functions import CONSTANTS, limits, row, rule_of, whole_power
from tapecli.expressions.tree import Alias, Call, Named, Node, Number, Variable, call, number
from tapecli.floats import FORMATS, Array, FloatFormat

Tensor: TypeAlias = Any
Sources: TypeAlias = dict[str, Tensor]
"""A tensor for each variable, with a number for each point."""
Target: TypeAlias = Callable[[Sources], Tensor]
Targets: TypeAlias = Sequence[Target]
Variables: TypeAlias = tuple[str, ...]
"""The variables that are differentiated by, the first one first."""
Columns: TypeAlias = "Mapping[str, Array]"
"""For each variable its value at each point."""
Tensors: TypeAlias = dict[Variables, list[Tensor]]
"""For each derivative a tensor for each target."""
Run: TypeAlias = Callable[[Any, Targets, Sources, Sequence[Variables]], Tensors]
"""An arrangement: a function of TensorFlow, targets, sources and the variables of derivatives."""

FORWARD = "forward"
"""The method at order 0: no tape at all."""


# --- the arrangements for first derivatives ---------------------------------------------------
# Each gets all variables `xs` and the `sources` among them, and returns for each target its
# derivative by each source. A tape computes a gradient at all points in one call: the gradient
# of a sum over the points, of which each depends on its own sources alone.


def single(tf: Any, targets: Targets, xs: Sources, sources: Sources) -> list[Sources]:
    """One tape around one target, which computes the gradient by all sources at once."""
    (target,) = targets
    with tf.GradientTape() as tape:
        tape.watch(sources)
        y = target(xs)
    return [_gradient(tape, y, sources)]


def parallel(tf: Any, targets: Targets, xs: Sources, sources: Sources) -> list[Sources]:
    """One tape for each target, all open at once: `with tape1, tape2:`."""
    tapes = [tf.GradientTape() for _ in targets]
    with contextlib.ExitStack() as stack:
        for tape in tapes:
            stack.enter_context(tape)
            tape.watch(sources)
        ys = [target(xs) for target in targets]
    return [_gradient(tape, y, sources) for tape, y in zip(tapes, ys, strict=True)]


def persistent(tf: Any, targets: Targets, xs: Sources, sources: Sources) -> list[Sources]:
    """One tape around all targets, with a gradient for each: the rows of the Jacobian."""
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(sources)
        ys = [target(xs) for target in targets]
    return [_gradient(tape, y, sources) for y in ys]


def nested_targets(tf: Any, targets: Targets, xs: Sources, sources: Sources) -> list[Sources]:
    """The innermost tape around the first target alone, each further one around one more."""
    recorded = _record_targets(tf, targets, xs, sources)
    return [_gradient(tape, y, sources) for tape, y in recorded]


def _record_targets(
    tf: Any, targets: Targets, xs: Sources, sources: Sources
) -> list[tuple[Any, Tensor]]:
    """Each target with its tape: the tape of the last one is around all others."""
    if not targets:
        return []
    with tf.GradientTape() as tape:
        tape.watch(sources)
        inner = _record_targets(tf, targets[:-1], xs, sources)
        y = targets[-1](xs)
    return [*inner, (tape, y)]


def _first_order(
    arrangement: Callable[[Any, Targets, Sources, Sources], list[Sources]],
    tf: Any,
    targets: Targets,
    xs: Sources,
    derivatives: Sequence[Variables],
) -> Tensors:
    """What an arrangement for first derivatives computes, by the variable of each derivative."""
    sources = {name: xs[name] for (name,) in derivatives}
    gradients = arrangement(tf, targets, xs, sources)
    return {(name,): [gradient[name] for gradient in gradients] for name in sources}


# --- the arrangements for further orders ------------------------------------------------------


def nested_orders(
    tf: Any,
    targets: Targets,
    xs: Sources,
    derivatives: Sequence[Variables],
    order: int | None = None,
) -> Tensors:
    """One tape for each order: the inner tape's gradients are computed inside the outer tape.

    The innermost tape differentiates by the first variable of each derivative. A Hessian is the
    double loop: the gradient from the inner tape, and the gradient of each of its entries from
    the outer one. The tapes go up to `order`, or up to the highest of the derivatives.

    What is computed on the way is returned as well; the values themselves are under ().
    """
    order = max(map(len, derivatives)) if order is None else order
    if order == 0:
        return {(): [target(xs) for target in targets]}
    gradients_of = tape_gradients(derivatives, order)
    sources = {name: xs[name] for names in gradients_of.values() for name in names}
    with tf.GradientTape(persistent=len(targets) * len(gradients_of) > 1) as tape:
        tape.watch(sources)
        tensors = nested_orders(tf, targets, xs, derivatives, order - 1)
    for below, names in gradients_of.items():
        by = {name: sources[name] for name in names}
        gradients = [_gradient(tape, y, by) for y in tensors[below]]
        tensors |= {(*below, name): [values[name] for values in gradients] for name in names}
    return tensors


def tape_gradients(derivatives: Sequence[Variables], order: int) -> dict[Variables, list[str]]:
    """For each derivative of the order below, the variables that a tape differentiates it by.

    The order of the tape is 1 for the innermost one.
    """
    names: dict[Variables, dict[str, None]] = {}
    for variables in derivatives:
        if len(variables) >= order:
            names.setdefault(variables[: order - 1], {})[variables[order - 1]] = None
    return {below: list(by) for below, by in names.items()}


def nested(tf: Any, targets: Targets, xs: Sources, derivatives: Sequence[Variables]) -> Tensors:
    """Tapes inside one another: one for each target at order 1, one for each order above it."""
    if max(map(len, derivatives)) == 1:
        return _first_order(nested_targets, tf, targets, xs, derivatives)
    return nested_orders(tf, targets, xs, derivatives)


def batch(tf: Any, targets: Targets, xs: Sources, derivatives: Sequence[Variables]) -> Tensors:
    """TensorFlow's own Jacobian at each point, of all targets or of a gradient at once.

    The sources are the columns of one tensor. A Hessian is the `batch_jacobian` of the gradient,
    which TensorFlow traces and vectorises. The double loop of `nested_orders` was quicker
    wherever it was measured: 5 to 30 times, for 2 to 30 variables and up to 100,000 points.
    """
    names = list(dict.fromkeys(name for variables in derivatives for name in variables))
    columns = tf.stack([xs[name] for name in names], axis=1)

    def values(columns: Tensor) -> list[Tensor]:
        variables = {**xs, **dict(zip(names, tf.unstack(columns, axis=1), strict=True))}
        shape = tf.shape(columns)[:1]
        return [tf.broadcast_to(target(variables), shape) for target in targets]

    if max(map(len, derivatives)) == 1:
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
    tensors: Tensors = {}
    for gradient in gradients:
        hessian = outer.batch_jacobian(gradient, columns, unconnected_gradients="zero")
        for i, name in enumerate(names):
            tensors.setdefault((name,), []).append(gradient[:, i])
            for j, other in enumerate(names):
                tensors.setdefault((name, other), []).append(hessian[:, i, j])
    return tensors


def _gradient(tape: Any, y: Tensor, sources: Any) -> Any:
    """The gradient of y; zero where y does not depend on a source, which is the truth."""
    return tape.gradient(y, sources, unconnected_gradients="zero")


# --- the table of arrangements ----------------------------------------------------------------


@dataclass(frozen=True)
class Arrangement:
    """One arrangement: its function, whether it takes many targets, and its highest order."""

    run: Run
    many_targets: bool = True
    highest: float = 1

    def can(self, targets: int, order: int) -> bool:
        """Whether it can do so many targets to this order."""
        return (self.many_targets or targets == 1) and order <= self.highest


ARRANGEMENTS = {
    "single": Arrangement(partial(_first_order, single), many_targets=False),
    "parallel": Arrangement(partial(_first_order, parallel)),
    "nested": Arrangement(nested, highest=math.inf),
    "persistent": Arrangement(partial(_first_order, persistent)),
    "batch": Arrangement(batch, highest=2),
}
"""The arrangements by name; where the user names none, the first that can do what is asked."""


def arrangement(method: str) -> Run:
    """The arrangement of this name; for `FORWARD` the one that needs no tape at order 0."""
    return nested_orders if method == FORWARD else ARRANGEMENTS[method].run


# --- running it -------------------------------------------------------------------------------


MAX_TRACES = 64
"""How many traced functions are kept for further calls; those that were used last."""


def tape_derivatives(
    targets: Sequence[Node],
    columns: Columns,
    derivatives: Sequence[Variables],
    method: str,
    format_: FloatFormat,
    execution: str = "eager",
    device: str | None = None,
) -> list[list[Array]]:
    """Differentiate the targets at all points, in one pass.

    Args:
        targets: trees.
        columns: for each of their variables its value at each point, numbers of the format.
        derivatives: for each derivative its variables, the first one first; () is the value.
        method: an arrangement of `ARRANGEMENTS`, or `FORWARD`.
        format_: the dtype.
        execution: one of `EXECUTIONS`. What is traced or compiled for a call is kept, and used
            again for the same targets; a compiled function for as many points.
        device: as TensorFlow names it, such as "cpu" or "gpu:1"; None for its own choice.

    Returns:
        For each target an array for each derivative, with a number for each point.

    Raises:
        RequestError: TensorFlow lacks a gradient, a kernel or a device that is needed.
        TensorFlowError: TensorFlow is missing or does not start.
    """
    import numpy as np

    tf = loading.load()
    run, name = arrangement(method), device_named(tf, device)
    job = _Job(tf, tuple(targets), run, tuple(derivatives), format_, execution, name)
    count = next(len(values) for values in columns.values())
    arrays = [
        np.broadcast_to(np.asarray(part, np.float64), count)
        for tensor in job.run_or_explain(columns)
        for part in _parts(tensor.numpy())
    ]
    return [arrays[start :: len(targets)] for start in range(len(targets))]


def _parts(values: Any) -> tuple[Any, ...]:
    """Real numbers as they are, and of complex numbers both parts."""
    return (values.real, values.imag) if values.dtype.kind == "c" else (values,)


@dataclass(frozen=True)
class _Job:
    """What is to be run, and how: all but the points."""

    tf: Any
    targets: tuple[Node, ...]
    arrangement: Run
    derivatives: tuple[Variables, ...]
    format_: FloatFormat
    execution: str
    device: str

    def run(self, columns: Columns) -> list[Tensor]:
        """For each derivative a tensor for each target; `paired` where they are compiled."""
        tf = self.tf
        with tf.device(self.device) if self.device else contextlib.nullcontext():
            xs = {name: tf.constant(values, self.format_.name) for name, values in columns.items()}
            if self.execution == "eager":
                return self.tensors(xs)
            count = len(next(iter(xs.values()))) if self.execution == "xla" else None
            tensors: list[Tensor] = _traced(self, tuple(xs), count)(xs)
            return tensors

    def tensors(self, xs: Sources) -> list[Tensor]:
        """Run the tapes themselves."""
        functions = functions_of(self.tf, self.targets, self.format_)
        tensors = self.arrangement(self.tf, functions, xs, self.derivatives)
        return [tensor for variables in self.derivatives for tensor in tensors[variables]]

    def paired(self, xs: Sources) -> list[Tensor]:
        """Two tensors each as the parts of one complex tensor, where there are complex numbers.

        XLA makes one loop of all that leads to a tensor, and computes what two tensors share in
        both loops. In one loop sin(x)*exp(-x^2) of order 2 takes half the time.
        """
        tensors = self.tensors(xs)
        if self.format_.name not in ("float64", "float32"):
            return tensors
        pairs = [tensors[start : start + 2] for start in range(0, len(tensors), 2)]
        return [self.tf.complex(*pair) if len(pair) == 2 else pair[0] for pair in pairs]

    def run_or_explain(self, columns: Columns) -> list[Tensor]:
        """Run it, or raise a `RequestError` with words of our own for what TensorFlow cannot do."""
        try:
            return self.run(columns)
        except self.tf.errors.ResourceExhaustedError as error:
            raise MemoryError from error
        except (LookupError, TypeError, ValueError, self.tf.errors.OpError) as error:
            python = isinstance(error, KeyError | IndexError | TypeError | ValueError)
            if python and self.execution == "eager" and self.arrangement is not batch:
                raise  # a mistake of ours: TensorFlow raises such errors only where it traces
            raise RequestError(self._explanation(error)) from error

    def _explanation(self, error: Exception) -> str:
        """Say which function TensorFlow cannot differentiate so often, from low orders on."""
        highest = max(map(len, self.derivatives)) + (self.arrangement is batch)
        columns: Any = {tree.VARIABLE: [0.5]}
        calls = [node for node in tree.steps(*self.targets) if isinstance(node, Call)]
        of_numbers = [node for node in calls if not row(node.name).conditions]
        names = dict.fromkeys(node.name for node in of_numbers if not tree.is_condition(node))
        for order, name in itertools.product(range(highest + 1), names):
            job = replace(
                self,
                targets=(call(name, *[tree.Variable(tree.VARIABLE)] * row(name).arity),),
                arrangement=nested_orders,
                derivatives=((tree.VARIABLE,) * order,),
            )
            try:
                job.run(columns)
            except (LookupError, TypeError, ValueError, self.tf.errors.OpError):
                eager = self.execution == "eager"
                task = f"differentiate '{name}' {order} times" if order else f"compute '{name}'"
                how = self.format_.name + ("" if eager else f" by {self.execution}")
                if self._is_missing_everywhere(name, order):
                    return f"TensorFlow cannot {task}; try '--method taylor'"
                others = (
                    "'--dtype', or '--method taylor'" if eager else "'--execution' or '--dtype'"
                )
                return f"TensorFlow cannot {task} in {how}; try another {others}"
        return f"TensorFlow cannot do this: {str(error).splitlines()[0]}"

    def _is_missing_everywhere(self, name: str, order: int) -> bool:
        """Whether the table says that TensorFlow has no such derivative in any dtype."""
        lacking = {
            limit.dtype
            for limit in limits(name)
            if limit.order <= order and self.execution in limit.executions and not limit.where
        }
        return lacking == {*FORMATS}


@lru_cache(MAX_TRACES)
def _traced(job: _Job, names: tuple[str, ...], count: int | None) -> Any:
    """The tapes as one function of TensorFlow's, for `count` points, or for any number."""
    tf = job.tf
    compiled = job.execution == "xla"
    function = job.paired if compiled else job.tensors
    traced = tf.function(function, jit_compile=compiled, autograph=False)
    column = tf.TensorSpec([count], job.format_.name)
    return traced.get_concrete_function(dict.fromkeys(names, column))


def device_named(tf: Any, name: str | None) -> str:
    """TensorFlow's own name of a device.

    Raises:
        RequestError: there is no device of this name.
    """
    if name is None:
        return ""
    devices = [device.name for device in tf.config.list_logical_devices()]
    kind, _, number = name.upper().removeprefix("/").removeprefix("DEVICE:").partition(":")
    full = f"/device:{kind}:{number or 0}"
    if full not in devices:
        names = together(sorted(d.removeprefix("/device:").lower() for d in devices))
        are = "are" if len(devices) > 1 else "is"
        raise RequestError(f"there is no device '{clipped(name)}' here; there {are} {names}")
    return full


# --- the tree as functions of its variables ---------------------------------------------------


def functions_of(tf: Any, targets: Sequence[Node], format_: FloatFormat) -> list[Target]:
    """The targets as functions that share what they compute."""
    values: dict[Node, Tensor] = {}

    def evaluate(target: Node, xs: Sources) -> Tensor:
        for node in tree.steps(target):
            if node in values:
                continue
            if isinstance(node, Variable):
                values[node] = xs[node.name]
            elif isinstance(node, Number | Named):
                digits = node.value if isinstance(node, Number) else CONSTANTS[node.name].digits
                values[node] = tf.constant(format_.round(Fraction(digits)), format_.name)
            elif isinstance(node, Call):
                arguments = [values[child] for child in node.children]
                values[node] = rule_of(row(node.name).tape, tf)(*arguments)
        return values[target]

    return [partial(evaluate, tape_tree(target, format_)) for target in targets]


@lru_cache(maxsize=1024)
def tape_tree(target: Node, format_: FloatFormat) -> Node:
    """The tree as the tapes compute it: with definitions where TensorFlow lacks a function, without
    aliases, and with whole powers as products.

    The gradient of `tf.pow` keeps the exponent as a tensor and computes 0 * 0**-1 at 0 for
    every order above the exponent; products are right there. (At negative exponents 0 is a
    pole, and 1 over a product would underflow before the power does.) Powers of e are
    exponentials, which know e better than any dtype.

    Raises:
        RequestError: TensorFlow lacks a function that has no definition.
    """

    def computed(node: Node, children: Sequence[Node]) -> Node:
        if isinstance(node, Alias):
            return children[0]
        if not isinstance(node, Call):
            return node
        if row(node.name).tape is None:
            raise RequestError(f"TensorFlow cannot compute '{node.name}'; use 'tapecli diff'")
        if node.name in _TAKES and not _TAKES[node.name](*children):
            return expanded(defined(node.name, children), "tape")
        if node.name == "pow":
            base, exponent = children
            if isinstance(base, Named) and base.name == "e":
                return call("exp", exponent)
            value = tree.rational(exponent, format_)
            if value == -1:
                return call("div", number(1), base)
            if value is not None and value.denominator == 1 and value >= 0:
                return whole_power(base, int(value), partial(call, "mul"), number(1))
        return call(node.name, *children)

    return tree.fold(expanded(target, "tape"), computed)


_TAKES: dict[str, Callable[..., bool]] = {
    "leaky_relu": lambda x, slope: tree.rational(slope) is not None,
    "clip": lambda x, low, high: bool(tree.variables(x)),
}
"""Which arguments operations of TensorFlow take, if they do not take all: the slope of leaky_relu
is an attribute, and bounds of clip must not have a larger shape than x."""
