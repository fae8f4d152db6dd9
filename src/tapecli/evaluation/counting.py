"""How many operations nested tapes run, counted by TensorFlow's rules, without TensorFlow.

A tape that is asked for a gradient runs the rule of each operation between the variables and the
target; the operations of these rules are recorded by the tapes around it. The rules here are those
of TensorFlow 2.21 (`math_grad.py`, `array_grad.py` and `nn_grad.py`), without the numbers: each
says which operations are run and what they depend on. An operation that depends on no variable is
counted and not kept. Counting ends at `MOST`; beyond it, the growth up to there is continued.

How tapes are run decides what a rule knows of the shapes of its tensors: run eagerly, those of the
tensors at hand; in a graph, which takes any number of points, all but this number; compiled, all.
"""

from __future__ import annotations

import functools
import heapq
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from tapecli.defaults import EAGER, GRAPH, XLA
from tapecli.engines.tapes.arrangements import Variables, tape_gradients, tape_tree
from tapecli.expressions.expansion import defined
from tapecli.expressions.functions import CONDITIONS
from tapecli.expressions.tree import Call, Node, Variable, fold, rebuilt, steps
from tapecli.floats import FORMATS

MOST = 10_000
"""How many operations are counted one by one, which takes some 20 ms."""

GROWTH = 4.0
"""The growth from one order to the next where fewer than two were counted, as of quotients."""

LEAST_GROWTH = 1.2
"""The least growth where an order was not counted: a tape records the operations inside it."""

DEEPEST = 40
"""The highest order that is counted."""

_LARGEST_LOG = 300.0
"""The logarithm of the growth from which on the number of operations is infinite."""

_SPECIAL = {"lgamma", "digamma", "polygamma"}
"""The gamma family: a compiler makes hundreds of operations of each."""

Id: TypeAlias = int
"""A tensor, by its number."""

_SCALAR, _CONSTANT = 0, 1
"""A tensor that depends on no variable: one number, or one for each point."""


class Counts(NamedTuple):
    """What tapes run.

    Attributes:
        levels: the operations of the targets, and of the gradients of each order from 1;
            infinite beyond any measure.
        special: how many of all are of the gamma family.
    """

    levels: tuple[float, ...]
    special: float

    @property
    def operations(self) -> float:
        """All operations."""
        return sum(self.levels)


@functools.lru_cache(maxsize=256)
def counted(
    targets: tuple[Node, ...], wrt: tuple[Variables, ...], execution: str = EAGER
) -> Counts:
    """Count what nested tapes run for these derivatives."""
    paper = _Paper(sorted({name for variables in wrt for name in variables}), execution)
    derivatives: dict[Variables, list[Id]] = {(): paper.forward(targets)}
    levels = [float(paper.count)]
    order = max(map(len, wrt))
    for level in range(1, min(order, DEEPEST) + 1):
        before = paper.count
        share = _answered(paper, derivatives, wrt, level)
        if share:
            levels.append((paper.count - before) / share)
        if share < 1:
            break
    special = paper.special / max(paper.count, 1)
    levels += _continued(levels, order + 1 - len(levels))
    return Counts(tuple(levels), special * sum(levels) if special else 0.0)


def _continued(levels: Sequence[float], count: int) -> list[float]:
    """Further levels, as many as are missing, that grow as the last did."""
    growth = GROWTH
    if len(levels) > 3:  # over two orders, for sin and cos take turns
        growth = math.sqrt(levels[-1] / levels[-3])
    elif len(levels) == 3:
        growth = levels[-1] / levels[-2]
    growth = max(growth, LEAST_GROWTH)
    if count * math.log(growth) > _LARGEST_LOG:
        return [math.inf] * count
    return [levels[-1] * growth**number for number in range(1, count + 1)]


def _answered(
    paper: _Paper, derivatives: dict[Variables, list[Id]], wrt: Sequence[Variables], order: int
) -> float:
    """Ask the tape of an order for its gradients; the share of them that could be counted."""
    gradients_of = tape_gradients(wrt, order)
    watched = {name for names in gradients_of.values() for name in names}
    pairs = [(target, below) for below in gradients_of for target in derivatives[below]]
    for done, (target, below) in enumerate(pairs):
        gradients = paper.gradient(target, gradients_of[below], watched)
        if gradients is None:
            return done / len(pairs)
        for name, gradient in zip(gradients_of[below], gradients, strict=True):
            derivatives.setdefault((*below, name), []).append(gradient)
    return 1.0


class _Paper:
    """The operations that are run: what each was made from, and a bit for each variable behind it.

    `count` is how many were run, and `special` how many of them are of the gamma family.
    """

    def __init__(self, names: Sequence[str], execution: str) -> None:
        self.count = self.special = 0
        self.open, self.fixed = execution == GRAPH, execution == XLA
        self._kinds = ["", ""]
        self._inputs: list[tuple[Id, ...]] = [(), ()]
        self._masks = [0, 0]
        self._watched = 0
        self._xs = {name: self._new("", (), 1 << index) for index, name in enumerate(names)}

    def _new(self, kind: str, inputs: tuple[Id, ...], mask: int) -> Id:
        self._kinds.append(kind)
        self._inputs.append(inputs)
        self._masks.append(mask)
        return len(self._kinds) - 1

    def __call__(self, kind: str, *inputs: Id) -> Id:
        """Run an operation."""
        self.count += 1
        self.special += kind in _SPECIAL or kind not in _RULES
        mask = 0
        for tensor in inputs:
            mask |= self._masks[tensor]
        if mask:
            return self._new(kind, inputs, mask)
        return max(inputs, default=_CONSTANT)

    def kind(self, tensor: Id) -> str:
        """The operation that a tensor is the output of; "" for a variable."""
        return self._kinds[tensor]

    def varies(self, tensor: Id) -> bool:
        """Whether a tensor depends on what is differentiated by."""
        return bool(self._masks[tensor] & self._watched)

    def forward(self, targets: Sequence[Node]) -> list[Id]:
        """The targets themselves."""
        trees = [_with_rules(tape_tree(target, FORMATS["float64"])) for target in targets]
        values: dict[Node, Id] = {}
        for node in steps(*trees):
            if isinstance(node, Call):
                arguments = [values[child] for child in node.children]
                rule = _FORWARD.get(node.name)
                values[node] = rule(self, *arguments) if rule else self(node.name, *arguments)
            elif isinstance(node, Variable):
                values[node] = self._xs.get(node.name, _CONSTANT)
            else:
                values[node] = _SCALAR
        return [values[tree] for tree in trees]

    def gradient(self, target: Id, by: Sequence[str], watched: set[str]) -> list[Id] | None:
        """Ask a tape that watches these variables for the gradient of a target.

        None where there are more than `MOST` operations.
        """
        self._watched = sum(self._masks[self._xs[name]] for name in watched)
        self.count += 1  # the ones that it begins with
        gradients: dict[Id, Id] = {}
        terms_of: dict[Id, list[Id]] = {target: [_CONSTANT]}
        waiting = [-target] if self.varies(target) else []  # a heap: what was run last is first
        while waiting:
            tensor = -heapq.heappop(waiting)
            terms = terms_of.pop(tensor)
            gradient = self("sum_of_all", *terms) if len(terms) > 1 else terms[0]
            kind, inputs = self._kinds[tensor], self._inputs[tensor]
            if not kind:
                gradients[tensor] = gradient
                continue
            below = _RULES.get(kind, _unknown)(self, gradient, tensor, *inputs)
            for source, term in zip(inputs, below, strict=True):
                if term is not None and self.varies(source):
                    if source not in terms_of:
                        heapq.heappush(waiting, -source)
                    terms_of.setdefault(source, []).append(term)
            if self.count > MOST:
                return None
        if self.varies(target):
            self.count += sum(self._xs[name] not in gradients for name in by)  # zeros
        return [gradients.get(self._xs[name], _CONSTANT) for name in by]

    def reduced(self, *gradients: Id | None) -> list[Id | None]:
        """The gradients of an operation of two tensors, each summed up to the shape of its own."""
        if self.fixed:
            return list(gradients)
        self.count += 3  # both shapes, and along what to sum
        return [None if tensor is None else self.collapsed(tensor) for tensor in gradients]

    def shaped(self, kind: str, tensor: Id) -> Id:
        """A tensor of another shape, which is looked up."""
        self.count += 1
        return self(kind, tensor)

    def collapsed(self, tensor: Id, shapes: int = 0) -> Id:
        """A tensor summed up along no axis, and given its shape, after operations on shapes."""
        self.count += shapes
        return self("reshape", self("sum", tensor))


def _with_rules(tree: Node) -> Node:
    """The tree with the definition of each function whose rules are not here."""

    def replaced(node: Node, children: Sequence[Node]) -> Node:
        if isinstance(node, Call) and not (node.name in _FORWARD or node.name in _RULES):
            definition = defined(node.name, children)
            return definition if definition is node else _with_rules(definition)
        return rebuilt(node, children)

    return fold(tree, replaced)


# --- the forward pass -------------------------------------------------------------------------


def _hypot(run: _Paper, x: Id, y: Id) -> Id:
    run.count += 6  # the scale, which is a constant
    squares = [run("square", run("div", tensor, _CONSTANT)) for tensor in (x, y)]
    return run("mul", _CONSTANT, run("sqrt", run("add", *squares)))


def _sinc(run: _Paper, x: Id) -> Id:
    run.count += 4  # where x is near, and what is elsewhere
    far = run("where", _CONSTANT, _CONSTANT, x)
    square = run("where", _CONSTANT, run("square", x), _CONSTANT)
    series = _CONSTANT
    for _ in range(12):
        series = run("add", run("mul", series, square), _SCALAR)
    return run("where", _CONSTANT, series, run("div", run("sin", far), far))


def _logaddexp(run: _Paper, x: Id, y: Id) -> Id:
    run.count += 2  # the larger one, which is constant
    powers = [run("exp", run("sub", tensor, _CONSTANT)) for tensor in (x, y)]
    return run("add", _CONSTANT, run("log", run("add", *powers)))


_FORWARD: dict[str, Callable[..., Id]] = {
    "cbrt": lambda run, x: run("mul", run("sign", x), run("pow", run("abs", x), _SCALAR)),
    "gamma": lambda run, x: run("mul", _CONSTANT, run("exp", run("lgamma", x))),
    "hypot": _hypot,
    "sinc": _sinc,
    "logaddexp": _logaddexp,
}
"""The operations of functions of the table that TensorFlow does not have."""


# --- the backward passes ----------------------------------------------------------------------
# Each rule is given what runs operations, the gradient so far, the output and the inputs, and
# returns a gradient for each input; None for what it does not run.


def _of_one(factor: Callable[..., Id]) -> Callable[..., list[Id]]:
    """The rule of a function whose gradient is multiplied by a factor."""
    return lambda run, g, y, x: [run("mul", g, factor(run, y, x))]


def _add(run: _Paper, g: Id, out: Id, x: Id, y: Id, sign: str = "") -> Sequence[Id | None]:
    if y == _SCALAR:
        return g, None
    have_one_shape = not run.open and x != _SCALAR
    gx, gy = (g if have_one_shape or run.varies(tensor) else None for tensor in (x, y))
    if sign and gy is not None:
        gy = run(sign, g)
    return (gx, gy) if have_one_shape else run.reduced(gx, gy)


def _mul(run: _Paper, g: Id, out: Id, x: Id, y: Id) -> Sequence[Id | None]:
    if y == _SCALAR:
        return run("mul", g, y), None
    gx = run("mul", g, y) if run.varies(x) else None
    return run.reduced(gx, run("mul", x, g) if run.varies(y) else None)


def _pow(run: _Paper, g: Id, out: Id, x: Id, y: Id) -> Sequence[Id | None]:
    gx = gy = None
    if run.varies(x):
        gx = run("mul", run("mul", g, y), run("pow", x, run("sub", y, _SCALAR)))
        if y == _SCALAR:
            return gx, None
    if run.varies(y):
        run.count += 3  # where x is positive, and what stands elsewhere
        log = run("select", run("log", run("select", x, _CONSTANT)), _CONSTANT)
        gy = run("mul", run("mul", g, out), log)
    return run.reduced(gx, gy)


def _of_branches(run: _Paper, g: Id) -> list[Id | None]:
    return run.reduced(run("select", g, _CONSTANT), run("select", _CONSTANT, g))


def _extreme(run: _Paper, g: Id, out: Id, x: Id, y: Id) -> Sequence[Id | None]:
    run.count += 2  # zeros, and which of the two it is
    gx = run("select", g, _CONSTANT) if run.varies(x) else None
    if y == _SCALAR:
        return gx, None
    return run.reduced(gx, run("select", _CONSTANT, g) if run.varies(y) else None)


def _atan2(run: _Paper, g: Id, out: Id, y: Id, x: Id) -> Sequence[Id | None]:
    quotient = run("div", g, run("add", run("square", y), run("square", x)))
    return run.reduced(run("mul", x, quotient), run("mul", run("neg", y), quotient))


def _sqrt_gradient(run: _Paper, g: Id, out: Id, y: Id, dy: Id) -> Sequence[Id]:
    quotient = run("div", g, y)
    return run("mul", run("neg", quotient), out), run("mul", _SCALAR, quotient)


def _of_gradient(name: str) -> Callable[..., Sequence[Id]]:
    """The rule of the gradient of tanh or of a reciprocal, which is one operation."""
    return lambda run, g, out, y, dy: (
        run("mul", run("mul", run("mul", g, _SCALAR), dy), y),
        run(name, y, g),
    )


def _sigmoid_gradient(run: _Paper, g: Id, out: Id, y: Id, dy: Id) -> Sequence[Id]:
    product = run("mul", g, dy)
    twice = run("mul", run("mul", _SCALAR, product), y)
    return run("sub", product, twice), run("sigmoid_gradient", y, g)


def _of_sign(name: str) -> dict[str, Callable[..., Sequence[Id | None]]]:
    """The rules of an operation that is linear on both sides of a kink, and of its gradient."""
    gradient = f"{name}_gradient"

    def second(run: _Paper, g: Id, out: Id, dy: Id, y: Id) -> Sequence[Id]:
        return run(gradient, g, y), run.shaped("zeros", y)

    return {name: lambda run, g, y, x: [run(gradient, g, y)], gradient: second}


def _of_exponential(name: str) -> dict[str, Callable[..., Sequence[Id | None]]]:
    """The rules of elu or selu, and of its gradient."""
    gradient = f"{name}_gradient"

    def second(run: _Paper, g: Id, out: Id, dy: Id, y: Id) -> Sequence[Id]:
        run.count += 2  # the condition and zeros
        return run(gradient, g, y), run("where", _CONSTANT, run("mul", g, dy), _CONSTANT)

    return {name: lambda run, g, y, x: [run(gradient, g, y)], gradient: second}


def _of_product(name: str, change: str) -> Callable[..., Sequence[Id | None]]:
    """The rule of x*f(y) that is 0 where x is; `change` is what is done with x or y for f'."""

    def rule(run: _Paper, g: Id, out: Id, x: Id, y: Id) -> Sequence[Id | None]:
        run.count += 3  # where x is not 0
        slopes = run(name, _CONSTANT, y), run("xdivy", x, run(change, y) if change else y)
        gx, gy = (run("mul", slope, g) for slope in slopes)
        return run.reduced(gx, gy)

    return rule


def _rsqrt_gradient(run: _Paper, g: Id, out: Id, y: Id, dy: Id) -> Sequence[Id]:
    product = run("mul", run("mul", _SCALAR, g), dy)
    return run("mul", product, run("square", y)), run("rsqrt_gradient", y, g)


def _unknown(run: _Paper, g: Id, out: Id, *inputs: Id) -> Sequence[Id | None]:
    """The rule of an operation that has none here: as f'(x) = f(x) - f(x)/x of Bessel functions."""
    kind = run.kind(out)

    def slope(tensor: Id) -> Id:
        return run("sub", run(kind, *inputs), run("div", run(kind, *inputs), tensor))

    return [run("mul", g, slope(tensor)) if run.varies(tensor) else None for tensor in inputs]


def _bell(run: _Paper, g: Id, out: Id, x: Id) -> Sequence[Id]:
    return (run("mul", run("mul", g, _SCALAR), run("exp", run("neg", run("square", x)))),)


def _arc_factor(run: _Paper, y: Id, x: Id) -> Id:
    return run("reciprocal", run("sqrt", run("sub", _SCALAR, run("square", x))))


_RULES: dict[str, Callable[..., Sequence[Id | None]]] = {
    "add": _add,
    "sub": functools.partial(_add, sign="neg"),
    "mul": _mul,
    "div": lambda run, g, out, x, y: run.reduced(
        run("div", g, y), run("mul", g, run("div", run("div", run("neg", x), y), y))
    ),
    "neg": lambda run, g, y, x: [run("neg", g)],
    "pow": _pow,
    "min": _extreme,
    "max": _extreme,
    **dict.fromkeys(CONDITIONS, lambda run, g, out, *inputs: [None] * len(inputs)),
    "where": lambda run, g, *_: [None, *_of_branches(run, g)],
    "select": lambda run, g, *_: _of_branches(run, g),
    "sum_of_all": lambda run, g, out, *terms: [g] * len(terms),
    "reshape": lambda run, g, out, x: [run.shaped("reshape", g)],
    "sum": lambda run, g, out, x: [run.shaped("broadcast", g)],
    "broadcast": lambda run, g, out, x: [run.collapsed(g, shapes=2)],
    "abs": _of_one(lambda run, y, x: run("sign", x)),
    "sign": lambda run, g, y, x: [run("zeros", x)],
    "zeros": lambda run, g, y, x: [None],
    **dict.fromkeys(("floor", "ceil", "round"), lambda run, g, y, x: [None]),
    "mod": lambda run, g, out, x, y: run.reduced(
        g, run("mul", g, run("neg", run("floordiv", x, y)))
    ),
    "floordiv": lambda run, g, out, x, y: [None, None],
    "square": _of_one(lambda run, y, x: run("mul", x, _SCALAR)),
    "sqrt": lambda run, g, y, x: [run("sqrt_gradient", y, g)],
    "sqrt_gradient": _sqrt_gradient,
    "rsqrt": lambda run, g, y, x: [run("rsqrt_gradient", y, g)],
    "rsqrt_gradient": _rsqrt_gradient,
    "reciprocal": lambda run, g, y, x: [run("reciprocal_gradient", y, g)],
    "reciprocal_gradient": _of_gradient("reciprocal_gradient"),
    "exp": _of_one(lambda run, y, x: y),
    "expm1": _of_one(lambda run, y, x: run("exp", x)),
    "log": _of_one(lambda run, y, x: run("reciprocal", x)),
    "log1p": _of_one(lambda run, y, x: run("reciprocal", run("add", _SCALAR, x))),
    "sin": _of_one(lambda run, y, x: run("cos", x)),
    "cos": lambda run, g, y, x: [run("mul", run("neg", g), run("sin", x))],
    "tan": lambda run, g, y, x: [run("mul", run("square", run("reciprocal", run("cos", x))), g)],
    "asin": _of_one(_arc_factor),
    "acos": lambda run, g, y, x: [run("mul", run("neg", g), _arc_factor(run, y, x))],
    "atan": _of_one(lambda run, y, x: run("reciprocal", run("add", _SCALAR, run("square", x)))),
    "atanh": _of_one(lambda run, y, x: run("reciprocal", run("sub", _SCALAR, run("square", x)))),
    "sinh": _of_one(lambda run, y, x: run("cosh", x)),
    "cosh": _of_one(lambda run, y, x: run("sinh", x)),
    "tanh": lambda run, g, y, x: [run("tanh_gradient", y, g)],
    "tanh_gradient": _of_gradient("tanh_gradient"),
    "asinh": lambda run, g, y, x: [run("div", g, run("cosh", y))],
    "acosh": lambda run, g, y, x: [run("div", g, run("sinh", y))],
    "sigmoid": lambda run, g, y, x: [run("sigmoid_gradient", y, g)],
    "sigmoid_gradient": _sigmoid_gradient,
    "xlogy": _of_product("xlogy", ""),
    "xlog1py": _of_product("xlog1py", "neg"),
    "xdivy": _of_product("xdivy", "square"),
    **_of_sign("relu"),
    **_of_sign("relu6"),
    **_of_exponential("elu"),
    **_of_exponential("selu"),
    "softplus": _of_one(lambda run, y, x: run("sigmoid", x)),
    "erf": _bell,
    "erfc": _bell,
    "lgamma": _of_one(lambda run, y, x: run("digamma", x)),
    "digamma": _of_one(lambda run, y, x: run("polygamma", _SCALAR, x)),
    "polygamma": lambda run, g, out, n, x: [
        None,
        run.collapsed(run("mul", run("polygamma", n, x), g), 4),
    ],
    "atan2": _atan2,
}
"""TensorFlow's rules, by the operations of the tree and those that rules run."""
