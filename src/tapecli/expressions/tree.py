"""The frozen tree that an expression is, and its explicit text.

Nodes are interned: equal trees are one object, so that shared parts are found by identity and
compared at no cost at any depth. Every walk is a loop over `steps`, so that no depth is too
deep for Python's stack.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any
from weakref import WeakValueDictionary

from tapecli.expressions.functions import ATOM_BINDING, OPERATORS, POWER_BINDING, POWER_SIGN
from tapecli.floats import FloatFormat

VARIABLE = "x"
"""The variable of an expression that has none, such as `3`."""

_MAX_BITS = 4096
"""An exact constant of more bits is not worth carrying."""
_PLAIN = 10**6
"""Where whole decimals begin to be written with an exponent, if that is shorter: 6.02e+23."""
_WIDE = Context(prec=5000)
"""Digits enough for every decimal that may be typed."""


class Node:
    """A node of the tree; immutable, and equal to another only if it is the same object."""

    __slots__ = ("__weakref__",)

    @property
    def children(self) -> tuple[Node, ...]:
        """The nodes that this one is computed from."""
        return ()

    def __str__(self) -> str:
        return text(self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {text(self)}>"


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class Number(Node):
    """A literal. An integer is exact; a decimal means the float of the dtype nearest to it."""

    value: Fraction
    decimal: bool


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class Named(Node):
    """A mathematical constant, by the name of its row in the table: the number itself."""

    name: str


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class Variable(Node):
    """What is differentiated by."""

    name: str


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class Call(Node):
    """A function or operator of the table, by its row's name, applied to its arguments."""

    name: str
    arguments: tuple[Node, ...]

    @property
    def children(self) -> tuple[Node, ...]:
        return self.arguments


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class Alias(Node):
    """An earlier target, used by its name."""

    name: str
    target: Node

    @property
    def children(self) -> tuple[Node, ...]:
        return (self.target,)


_interned: WeakValueDictionary[tuple[Any, ...], Node] = WeakValueDictionary()


def _intern(kind: Callable[..., Node], *parts: Any) -> Node:
    key = (kind, *parts)
    node = _interned.get(key)
    if node is None:
        node = _interned[key] = kind(*parts)
    return node


def number(value: int | Fraction, decimal: bool = False) -> Node:
    """Return the literal of this value."""
    return _intern(Number, Fraction(value), decimal)


def call(name: str, *arguments: Node) -> Node:
    """Return the function or operator `name` of these arguments."""
    return _intern(Call, name, arguments)


def constant(name: str) -> Node:
    """Return the mathematical constant of this name."""
    return _intern(Named, name)


def variable(name: str) -> Node:
    """Return the variable of this name."""
    return _intern(Variable, name)


def alias(name: str, target: Node) -> Node:
    """Return the use of an earlier target by its name."""
    return _intern(Alias, name, target)


def steps(*targets: Node) -> list[Node]:
    """Every distinct node of the targets once, each after those that it is computed from."""
    order: dict[Node, None] = {}
    stack = [(target, False) for target in reversed(targets)]
    while stack:
        node, seen_children = stack.pop()
        if node in order:
            continue
        if seen_children:
            order[node] = None
        else:
            stack.append((node, True))
            stack.extend((child, False) for child in reversed(node.children))
    return list(order)


def variables(*targets: Node) -> tuple[str, ...]:
    """The names of the variables of the targets, in the order of `natural`."""
    names = {node.name for node in steps(*targets) if isinstance(node, Variable)}
    return tuple(sorted(names, key=natural))


def natural(name: str) -> list[tuple[int, str]]:
    """A key that sorts names as people do: x2 before x10."""
    parts = re.split(r"(\d+)", name)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def size(node: Node) -> int:
    """How many nodes the tree has when shared parts are counted as often as they occur."""
    sizes: dict[Node, int] = {}
    for part in steps(node):
        sizes[part] = 1 + sum(sizes[child] for child in part.children)
    return sizes[node]


def rational(node: Node, literal: Callable[[Number], Fraction] | None = None) -> Fraction | None:
    """The exact value of a constant made of numbers and + - * / **.

    None for anything else, and for a value with more digits than are worth carrying. `literal`
    says what a literal means; without it, a decimal is exact.
    """
    values: dict[Node, Fraction | None] = {}
    for part in steps(node):
        if literal is not None and isinstance(part, Number):
            values[part] = literal(part)
        else:
            values[part] = exact_value(part, [values[child] for child in part.children])
    return values[node]


def exact_value(node: Node, children: Sequence[Fraction | None]) -> Fraction | None:
    """The exact value of one node from those of its children; None where there is none."""
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Alias):
        return children[0]
    exact = [child for child in children if child is not None]
    if not isinstance(node, Call) or node.name not in _EXACT or len(exact) < len(children):
        return None
    value = _EXACT[node.name](*exact)
    return value if value is not None and _bits(value) < _MAX_BITS else None


def literal_value(literal: Number, format_: FloatFormat) -> Fraction:
    """The value of a literal in a dtype: a decimal means the number of it that is nearest."""
    if not literal.decimal:
        return literal.value
    value = format_.round(literal.value)
    return Fraction(value) if math.isfinite(value) else literal.value


def rational_in(node: Node, format_: FloatFormat) -> Fraction | None:
    """The exact value of a constant whose decimals mean numbers of this dtype, if it has one."""
    return rational(node, lambda literal: literal_value(literal, format_))


def _quotient(top: Fraction, bottom: Fraction) -> Fraction | None:
    return top / bottom if bottom else None


def _power(base: Fraction, exponent: Fraction) -> Fraction | None:
    if exponent.denominator != 1 or (base == 0 and exponent < 0):
        return None
    if abs(base) <= 1 and base.denominator == 1:  # 0, 1 and -1, to any power
        return base ** (2 - int(exponent % 2)) if exponent else Fraction(1)
    return base ** int(exponent) if _bits(base) * abs(exponent) < _MAX_BITS else None


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


_EXACT: dict[str, Callable[..., Fraction | None]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": _quotient,
    "neg": lambda a: -a,
    "pow": _power,
}


def text(node: Node) -> str:
    """The fully explicit form, which reads back as the same tree."""
    forms: dict[Node, tuple[str, int]] = {}
    for part in steps(node):
        forms[part] = _form(part, forms)
    return forms[node][0]


def _form(node: Node, forms: dict[Node, tuple[str, int]]) -> tuple[str, int]:
    """Return the text of a node and how tightly its outermost sign binds."""
    if isinstance(node, Number):
        return _literal(node), ATOM_BINDING
    if isinstance(node, Variable | Named | Alias):
        return node.name, ATOM_BINDING
    assert isinstance(node, Call)
    if node.name == "pow":
        base, exponent = node.arguments
        left = _bracketed(forms[base], POWER_BINDING + 1)
        right = _bracketed(forms[exponent], POWER_BINDING - 1)
        return left + POWER_SIGN + right, POWER_BINDING
    if node.name not in OPERATORS:
        arguments = ", ".join(forms[argument][0] for argument in node.arguments)
        return f"{node.name}({arguments})", ATOM_BINDING
    sign = OPERATORS[node.name]
    if sign.arity == 1:
        return sign.sign + _bracketed(forms[node.arguments[0]], sign.binding), sign.binding
    first, second = node.arguments
    left = _bracketed(forms[first], sign.binding)
    return left + sign.sign + _bracketed(forms[second], sign.binding + 1), sign.binding


def _bracketed(form: tuple[str, int], binding: int) -> str:
    return form[0] if form[1] >= binding else f"({form[0]})"


def _literal(node: Number) -> str:
    """Return an integer's digits, or a decimal in full: it always has a point or an exponent."""
    return decimal_text(node.value) if node.decimal else str(node.value.numerator)


def decimal_text(value: Fraction) -> str:
    """The digits of a number that has a finite number of them, with a point or an exponent."""
    if value.denominator == 1 and abs(value) < _PLAIN:
        return f"{value.numerator}.0"
    places = value.denominator.bit_length()  # no fewer than its powers of 2 and of 5
    digits = (int(value * 10**places), -places)
    written = str(Decimal(digits[0]).scaleb(digits[1], _WIDE).normalize(_WIDE)).lower()
    return written if re.search(r"[.e]", written) else written + ".0"
