"""The oracle of values: mpmath's numbers and differences, on the tree and on nothing of tapecli's.

It says nothing where it is not sure of itself: where two precisions disagree or a step hides a
number from both, where a step on the way is no finite real number, or where that would take long.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import mpmath as mp
from tests.oracle import CASES

from tapecli.expressions.functions import CONDITIONS
from tapecli.expressions.tree import Alias, Call, Named, Node, Number, Variable, steps

Real = Any

DIGITS = ((40, 70), (200, 400))
"""Two precisions, to be compared, and two for where these hide something.

Differences take more digits than these.
"""
AGREEING = mp.mpf("1e-25")
"""How far apart the two may be, in parts of the value."""
SEEN = 2 / 3
"""A step on the way hides a number if a nudge to it shows only behind so much of the digits."""
NUDGE = 1 + mp.mpf("1e-5")
FAR = mp.mpf("1e40")
"""Numbers beyond this, or below its reciprocal, are too far from 1 for a zero to be believed."""
FLAT = {"sign", "min", "max", "clip", "relu", "relu6", "hard_sigmoid", "hard_tanh", "hard_swish",
        "leaky_relu", "elu", "elu_alpha", "selu", "where", "floor",
        "ceil", "round", "trunc", "step", *CONDITIONS}  # fmt: skip
"""What does not follow all that it is given, and hides nothing by that."""
SCALE = 1000
"""Differences are taken of the point over this; of 1 over this at 0."""
MODERATE = 1e6
"""Arguments of functions that grow quickly, beyond which their digits would take long."""


SLOW = {"gammainc", "gammaincc", "lower_gamma", "upper_gamma", "betainc", "zeta", "hurwitz_zeta",
        "expint", "agm", "ellipk", "ellipe", "lambertw", "besselj", "bessely", "besseli", "besselk",
        "airyai", "airybi", "airyaiprime", "airybiprime", "erfinv", "erfcinv", "ndtri",
        *(name for name in CASES if name.startswith("bessel_"))}  # fmt: skip
"""Functions of which mpmath takes long for differences of higher orders."""


class Unsure(Exception):
    """The oracle says nothing."""


class Hidden(Unsure):
    """More digits are needed: a number is far below what it is added to, as 1 - tanh(100) is."""


def derivative(tree: Node, at: Mapping[str, float], wrt: Sequence[str]) -> Real:
    """The derivative of a tree by variables at a point.

    Raises:
        Unsure: the oracle says nothing.
    """
    names = {node.name for node in steps(tree) if isinstance(node, Call)}
    if len(wrt) > 1 and names & SLOW:
        raise Unsure("it would take long")
    for pair in DIGITS:
        with contextlib.suppress(Hidden):
            few, many = (_derivative(tree, at, wrt, digits) for digits in pair)
            if abs(few - many) > AGREEING * abs(many):
                raise Unsure
            if many or (pair == DIGITS[-1] and _is_moderate(tree, at)):
                return many
    raise Unsure


def _is_moderate(tree: Node, at: Mapping[str, float]) -> bool:
    """Whether no number on the way is so far from 1 that a zero may hide what depends on it."""
    values = _values(tree, {name: mp.mpf(x) for name, x in at.items()})
    return all(not number or 1 / FAR < abs(number) < FAR for number in values.values())


def _derivative(tree: Node, at: Mapping[str, float], wrt: Sequence[str], digits: int) -> Real:
    names = list(at)
    orders = tuple(wrt.count(name) for name in names)
    with mp.workdps(digits):
        points = [mp.mpf(at[name]) for name in names]
        scales = [abs(x) / SCALE if x else 1 / mp.mpf(SCALE) for x in points]

        def function(*places: Real) -> Real:
            moved = [x + scale * h for x, scale, h in zip(points, scales, places, strict=True)]
            return value(tree, dict(zip(names, moved, strict=True)))

        zeros = (mp.mpf(0),) * len(names)
        try:
            _values(tree, dict(zip(names, points, strict=True)), nothing_hidden=True)
            if not wrt:
                return function(*zeros)
            single = len(names) == 1
            found = mp.diff(function, *(zeros + orders if single else (zeros, orders)))
            return found / mp.fprod(scale**n for scale, n in zip(scales, orders, strict=True))
        except (ZeroDivisionError, ValueError, OverflowError, TypeError, MemoryError):
            raise Unsure from None
        except (mp.libmp.ComplexResult, mp.libmp.NoConvergence):
            raise Unsure from None


def value(tree: Node, at: Mapping[str, Real]) -> Real:
    """The value of a tree in mpmath's present precision.

    Raises:
        Unsure: a step is no finite real number, or would take long.
    """
    return _values(tree, at)[tree]


def _values(tree: Node, at: Mapping[str, Real], nothing_hidden: bool = False) -> dict[Node, Real]:
    """The value of each step; `Hidden` is raised where one hides a number, if that is asked for."""
    values: dict[Node, Real] = {}
    for node in steps(tree):
        children = [values[child] for child in node.children]
        values[node] = _finite(_step(node, children, at))
        if nothing_hidden and isinstance(node, Call) and node.name not in FLAT:
            _see(node.name, children, values[node])
    return values


def _see(name: str, children: Sequence[Real], result: Real) -> None:
    """Nudge each of the numbers that a step is given.

    Raises:
        Hidden: the result does not show it.
    """
    if name not in QUICK and mp.mp.dps > max(DIGITS[0]):
        raise Unsure
    if name == "pow" and (children[0] == 1 or not children[1]):  # 1 whatever the other is
        return
    for place, child in enumerate(children):
        nudged = [*children[:place], child * NUDGE, *children[place + 1 :]]
        change = abs(RULES[name](*nudged) - result)
        if child and change < abs(result) * mp.mpf(10) ** (-SEEN * mp.mp.dps):
            raise Hidden


def _step(node: Node, children: Sequence[Real], at: Mapping[str, Real]) -> Real:
    match node:
        case Number(value=number, decimal=True):
            return mp.mpf(float(number))
        case Number(value=number):
            return mp.mpf(number.numerator) / number.denominator
        case Named(name=name):
            return _CONSTANTS[name]()
        case Variable(name=name):
            return at[name]
        case Alias():
            return children[0]
        case Call(name=name) if name in RULES:
            return RULES[name](*children)
    raise Unsure


def _finite(number: Real) -> Real:
    if not isinstance(number, mp.mpf) or not mp.isfinite(number):
        raise Unsure
    if number and abs(mp.log(abs(number))) > MODERATE:
        raise Unsure
    return number


def _moderate(function: Callable[[Real], Real], most: float = MODERATE) -> Callable[[Real], Real]:
    def guarded(x: Real) -> Real:
        if abs(x) > most:
            raise Unsure
        return function(x)

    return guarded


def _power(x: Real, y: Real) -> Real:
    if x and abs(y * mp.log(abs(x))) > MODERATE:
        raise Unsure
    return x ** int(y) if mp.isint(y) else x**y


def _cbrt(x: Real) -> Real:
    return mp.sign(x) * mp.cbrt(abs(x))


def _polygamma(n: Real, x: Real) -> Real:
    if not (mp.isint(n) and 0 <= n <= 50) or abs(x) > 1e4:
        raise Unsure
    return mp.psi(int(n), x)


_CONSTANTS: dict[str, Callable[[], Real]] = {
    "pi": lambda: +mp.pi,
    "tau": lambda: 2 * mp.pi,
    "e": lambda: +mp.e,
}

RULES: dict[str, Callable[..., Real]] = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "neg": lambda x: -x,
    "pow": _power,
    "abs": abs,
    "sign": lambda x: mp.mpf(mp.sign(x)),
    "sqrt": mp.sqrt,
    "cbrt": _cbrt,
    "exp": _moderate(mp.exp),
    "expm1": _moderate(mp.expm1),
    "log": mp.log,
    "log2": lambda x: mp.log(x) / mp.log(2),
    "log10": lambda x: mp.log(x) / mp.log(10),
    "log1p": lambda x: mp.log(1 + x),
    "sin": _moderate(mp.sin, 1e300),
    "cos": _moderate(mp.cos, 1e300),
    "tan": _moderate(mp.tan, 1e300),
    "cot": _moderate(mp.cot, 1e300),
    "sec": _moderate(mp.sec, 1e300),
    "csc": _moderate(mp.csc, 1e300),
    "asin": mp.asin,
    "acos": mp.acos,
    "atan": mp.atan,
    "sinh": _moderate(mp.sinh),
    "cosh": _moderate(mp.cosh),
    "tanh": _moderate(mp.tanh),
    "asinh": mp.asinh,
    "acosh": mp.acosh,
    "atanh": mp.atanh,
    "sigmoid": _moderate(lambda x: 1 / (1 + mp.exp(-x))),
    "softplus": _moderate(lambda x: mp.log1p(mp.exp(x))),
    "atan2": mp.atan2,
    "hypot": mp.hypot,
    "min": min,
    "max": max,
    "root": lambda x, n: mp.sign(x) * mp.root(abs(x), int(n)) if n % 2 == 1 else x ** (1 / n),
    "logaddexp": lambda x, y: max(x, y) + mp.log1p(mp.exp(-abs(x - y))),
    "clip": lambda x, a, b: min(max(x, a), b),
    "leaky_relu": lambda x, a: x if x > 0 else a * x,
    "elu_alpha": lambda x, a: x if x > 0 else a * _moderate(mp.expm1)(x),
    "log_base": lambda x, b: mp.log(x) / mp.log(b),
    "xlogy": lambda x, y: x * mp.log(y),
    "xlog1py": lambda x, y: x * mp.log1p(y),
    "mod": lambda x, y: x - y * mp.floor(x / y),
    "lt": lambda x, y: mp.mpf(x < y),
    "le": lambda x, y: mp.mpf(x <= y),
    "gt": lambda x, y: mp.mpf(x > y),
    "ge": lambda x, y: mp.mpf(x >= y),
    "eq": lambda x, y: mp.mpf(x == y),
    "ne": lambda x, y: mp.mpf(x != y),
    "and": lambda first, second: first * second,
    "or": max,
    "not": lambda condition: 1 - condition,
    "where": lambda condition, x, y: x if condition else y,
}

QUICK = {*RULES}
"""What can be computed with hundreds of digits in little time."""

RULES |= {
    "gamma": _moderate(mp.gamma, 1e4),
    "lgamma": _moderate(lambda x: mp.log(abs(mp.gamma(x))), 1e4),
    "erf": _moderate(mp.erf, 1e3),
    "erfc": _moderate(mp.erfc, 1e3),
    "polygamma": _polygamma,
}
RULES |= {
    name: _moderate(case.function, 1e3)
    for name, case in CASES.items()
    if name not in RULES and case.expression == f"{name}(x)"
}
"""Of other functions of several arguments the oracle is not sure."""
