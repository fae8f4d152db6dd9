"""The tree of an expression: frozen nodes, exact constants, and its explicit text.

Nodes are interned: equal trees are one object, so that shared parts are found by identity and
compared at no cost. Every walk is a loop over `steps`, so that no tree is too deep for Python's
stack.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from tapecli.expressions.functions import (
    ATOM_BINDING,
    CONDITIONS,
    POWER_BINDING,
    POWER_SIGN,
    SIGNED,
)
from tapecli.floats import FloatFormat

Result = TypeVar("Result")

NAME = r"[A-Za-z_][A-Za-z_0-9]*|[Α-Ωα-ω](?:_?[0-9]+)?"
"""A name, as the grammar has it."""

BLANKS = " \t\r\n\u00a0"
"""The characters that may be between any two words."""

VARIABLE = "x"
"""The variable of an expression that has none, such as `3`."""

_MAX_BITS = 4096
"""The size of an exact constant beyond which its value is not kept."""

_EXPONENT_FROM = 10**6
"""Whole decimals from here on may be written with an exponent: 6.02e+23."""

_WIDE = Context(prec=5000)
"""Enough digits for every decimal that can be typed."""


_interned: WeakValueDictionary[tuple[Any, ...], Node] = WeakValueDictionary()


class _Interning(type):
    """The type of classes of which equal objects are one."""

    def __call__(cls, *fields: Any) -> Any:
        key = (cls, *fields)
        node = _interned.get(key)
        if node is None:
            node = _interned[key] = super().__call__(*fields)
        return node


class Node(metaclass=_Interning):
    """A node of a tree; immutable, and equal to another only if it is the same object."""

    __slots__ = ("__weakref__",)

    @property
    def children(self) -> tuple[Node, ...]:
        """The nodes that this node is computed from."""
        return ()

    @property
    def parts(self) -> tuple[Node, ...]:
        """The nodes that its text is made of, where it has one of its own."""
        return ()

    def __str__(self) -> str:
        return text(self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {text(self)}>"

    def __reduce__(self) -> Any:
        """What pickle writes: a row for each node, and not one inside the other."""
        indices = {node: index for index, node in enumerate(_ordered([self], _inside))}
        return _of_rows, ([node._row(indices) for node in indices],)

    def _row(self, indices: Mapping[Node, int]) -> tuple[Any, ...]:
        """The class of a node, its own fields, and the indices of the rows of its nodes."""
        names = [field.name for field in dataclasses.fields(self)]  # type: ignore[arg-type]
        own = [getattr(self, name) for name in names if name not in _NODES]
        return type(self), own, [indices[node] for node in _inside(self)]


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class Number(Node):
    """A literal: an exact integer, or a decimal, which means the nearest number of the dtype."""

    value: Fraction
    decimal: bool


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class Named(Node):
    """A mathematical constant, by the name of its row in the table."""

    name: str


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class Variable(Node):
    """A variable, by its name."""

    name: str


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class Call(Node):
    """A function or operator, by the name of its row in the table, with its arguments."""

    name: str
    arguments: tuple[Node, ...]

    @property
    def children(self) -> tuple[Node, ...]:
        return self.arguments

    parts = children


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class Alias(Node):
    """The use of an earlier target by its name."""

    name: str
    target: Node

    @property
    def children(self) -> tuple[Node, ...]:
        return (self.target,)


SUM, PRODUCT, DERIVATIVE = "sum", "prod", "diff"
"""The names of the shorthands that are no calls of definitions."""


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class Shorthand(Alias):
    """A part that is typed shorter than what it computes, which is its target.

    Attributes:
        name: "sum", "prod" or "diff", or the name of a definition, with its primes: f'.
        operands: what stands between its brackets: the term, the index, the lower and the upper
            bound; or an expression, a variable and how often, if not once; or arguments.
    """

    operands: tuple[Node, ...]

    @property
    def parts(self) -> tuple[Node, ...]:
        return self.operands


_NODES = ("arguments", "target", "operands")
"""The fields of nodes that have other nodes."""


def _inside(node: Node) -> tuple[Node, ...]:
    """All nodes that a node has in its fields."""
    return (*node.children, *node.operands) if isinstance(node, Shorthand) else node.children


def _of_rows(rows: Iterable[tuple[Any, Sequence[Any], Sequence[int]]]) -> Node:
    """The node in the last of the rows that `Node` is pickled as."""
    nodes: list[Node] = []
    for class_, fields, indices in rows:
        children: list[Any] = [nodes[index] for index in indices]
        if class_ is Call:
            children = [tuple(children)]
        elif class_ is Shorthand:
            children = [children[0], tuple(children[1:])]
        nodes.append(class_(*fields, *children))
    return nodes[-1]


def is_condition(node: Node) -> bool:
    """Whether a node is true or false, and no number."""
    return isinstance(node, Call) and node.name in CONDITIONS


def optional(nodes: Sequence[Node]) -> frozenset[Node]:
    """The nodes of a tree, the last of `steps`, that are not needed at every point.

    Those are the branches of `where`, and what is joined by `and` and `or`.
    """
    if not any(isinstance(node, Call) and node.name in _CHOOSING for node in nodes):
        return frozenset()
    needed = {nodes[-1]}
    for node in reversed(nodes):
        if node in needed:
            needed.update(node.children[: needed_arguments(node)])
    return frozenset(nodes) - needed


def needed_arguments(node: Node) -> int:
    """How many children of a node, from the first, are needed wherever the node is."""
    choosing = _CHOOSING.get(node.name) if isinstance(node, Call) else None
    return len(node.children) if choosing is None else choosing


_CHOOSING = {"where": 1, "and": 0, "or": 0}
"""How many arguments are needed at every point, of what does not need all of them."""


def number(value: int | Fraction, decimal: bool = False) -> Node:
    """The literal of this value."""
    return Number(Fraction(value), decimal)


def call(name: str, *arguments: Node) -> Node:
    """The function or operator `name` of these arguments."""
    return Call(name, arguments)


def rebuilt(node: Node, children: Sequence[Node]) -> Node:
    """The node with these children in the place of its own."""
    if isinstance(node, Call):
        return Call(node.name, tuple(children))
    if isinstance(node, Alias) and children[0] is not node.target:
        return Alias(node.name, children[0])
    return node


@functools.lru_cache(maxsize=64)
def steps(*targets: Node) -> tuple[Node, ...]:
    """Every distinct node of the targets once, each after the nodes that it is computed from.

    The last lists are kept, because one answer walks through the same trees twenty times.
    """
    return tuple(_ordered(targets, lambda node: node.children))


def _ordered(
    targets: Sequence[Node], inside: Callable[[Node], tuple[Node, ...]]
) -> dict[Node, None]:
    """Every distinct node once, each after those that are `inside` of it."""
    order: dict[Node, None] = {}
    stack = [(target, False) for target in reversed(targets)]
    while stack:
        node, inside_done = stack.pop()
        if inside_done:
            order[node] = None
        elif node not in order:
            stack.append((node, True))
            stack.extend((other, False) for other in reversed(inside(node)))
    return order


def fold(tree: Node, combine: Callable[[Node, list[Result]], Result]) -> Result:
    """Compute a result for each node from those of its children; return that of the whole tree."""
    results: dict[Node, Result] = {}
    for node in steps(tree):
        results[node] = combine(node, [results[child] for child in node.children])
    return results[tree]


def substituted(tree: Node, values: Mapping[str, Node]) -> Node:
    """The tree with a tree in the place of each of these variables."""

    def replaced(node: Node, children: Sequence[Node]) -> Node:
        if isinstance(node, Variable):
            return values.get(node.name, node)
        return rebuilt(node, children)

    return fold(tree, replaced)


def fold_parts(tree: Node, combine: Callable[[Node, list[Result]], Result]) -> Result:
    """As `fold`, from the parts that the text of each node is made of, for what writes it."""
    results: dict[Node, Result] = {}
    for node in _ordered([tree], lambda node: node.parts):
        results[node] = combine(node, [results[part] for part in node.parts])
    return results[tree]


def variables(*targets: Node) -> tuple[str, ...]:
    """The names of the variables of the targets, in the order of `natural`."""
    names = {node.name for node in steps(*targets) if isinstance(node, Variable)}
    return tuple(sorted(names, key=natural))


def is_one_letter(name: str) -> bool:
    """Whether a name is one letter, perhaps with a number: such a name is always a variable."""
    return bool(re.fullmatch(r"[A-Za-zΑ-Ωα-ω](_?[0-9]+)?", name))


def natural(name: str) -> list[tuple[int, str]]:
    """A key that sorts names as people do: x2 before x10."""
    pieces = re.split(r"(\d+)", name)
    return [(int(piece), "") if piece.isdecimal() else (-1, piece) for piece in pieces]


def size(node: Node) -> int:
    """The number of nodes of the tree, where shared parts count as often as they occur."""
    return fold(node, lambda _, sizes: 1 + sum(sizes))


def rational(node: Node, format_: FloatFormat | None = None) -> Fraction | None:
    """The exact value of a constant made of numbers and + - * / **, of up to 4096 bits, or None.

    Decimals mean numbers of the dtype, or are exact if it is left out.
    """

    def value(node: Node, children: list[Fraction | None]) -> Fraction | None:
        if isinstance(node, Number):
            return literal_value(node, format_)
        return exact_value(node, children)

    return fold(node, value)


def exact_value(node: Node, children: Sequence[Fraction | None]) -> Fraction | None:
    """The exact value of one node from those of its children; None if it has none."""
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Alias):
        return children[0]
    exact = [child for child in children if child is not None]
    if not isinstance(node, Call) or node.name not in _EXACT or len(exact) < len(children):
        return None
    value = _EXACT[node.name](*exact)
    return value if value is not None and _bits(value) < _MAX_BITS else None


def literal_value(literal: Number, format_: FloatFormat | None) -> Fraction:
    """The value of a literal; in a dtype a decimal means the nearest number of the dtype."""
    if format_ is None or not literal.decimal:
        return literal.value
    value = format_.round(literal.value)
    return Fraction(value) if math.isfinite(value) else literal.value


def _power(base: Fraction, exponent: Fraction) -> Fraction | None:
    if exponent.denominator != 1 or (base == 0 and exponent < 0):
        return None
    if abs(base) <= 1 and base.denominator == 1:  # 0, 1 and -1, to any power
        return base ** (2 - int(exponent % 2)) if exponent else Fraction(1)
    return base ** int(exponent) if _bits(base) * abs(exponent) < _MAX_BITS else None


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def _factorial(value: Fraction) -> Fraction | None:
    whole = value.denominator == 1 and 0 <= value < _MAX_BITS
    return Fraction(math.factorial(int(value))) if whole else None


_EXACT: dict[str, Callable[..., Fraction | None]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b if b else None,
    "neg": lambda a: -a,
    "pow": _power,
    "factorial": _factorial,
}


def text(node: Node) -> str:
    """The fully explicit form, which reads back as the same tree."""
    return fold_parts(node, _form)[0]


def _form(node: Node, arguments: Sequence[tuple[str, int]]) -> tuple[str, int]:
    """The text of a node, and how tightly its outermost sign binds, from those of its children."""
    if isinstance(node, Number):
        digits = decimal_text(node.value) if node.decimal else str(node.value.numerator)
        return digits, ATOM_BINDING
    if isinstance(node, Shorthand):
        return _shorthand(node, [text for text, _ in arguments]), ATOM_BINDING
    if isinstance(node, Variable | Named | Alias):
        return node.name, ATOM_BINDING
    assert isinstance(node, Call)
    if node.name == "pow":
        base, exponent = arguments
        left = _bracketed(base, POWER_BINDING + 1)
        return left + POWER_SIGN + _bracketed(exponent, POWER_BINDING - 1), POWER_BINDING
    operator = SIGNED.get(node.name)
    if operator is None:
        return f"{node.name}({', '.join(text for text, _ in arguments)})", ATOM_BINDING
    sign, binding = operator.sign, operator.binding
    if operator.arity == 1:
        return sign + _bracketed(arguments[0], binding), binding
    first, second = arguments
    return _bracketed(first, binding) + sign + _bracketed(second, binding + 1), binding


def _shorthand(node: Shorthand, operands: Sequence[str]) -> str:
    if node.name in (SUM, PRODUCT):
        term, index, lower, upper = operands
        return f"{node.name}({term}, {index} = {lower}..{upper})"
    return f"{node.name}({', '.join(operands)})"


def _bracketed(form: tuple[str, int], binding: int) -> str:
    return form[0] if form[1] >= binding else f"({form[0]})"


def decimal_text(value: Fraction) -> str:
    """A decimal fraction in full, always with a point or an exponent."""
    if value.denominator == 1 and abs(value) < _EXPONENT_FROM:
        return f"{value.numerator}.0"
    decimals = value.denominator.bit_length()  # no fewer than its powers of 2 and of 5
    digits = Decimal(int(value * 10**decimals))
    result = str(digits.scaleb(-decimals, _WIDE).normalize(_WIDE)).lower()
    return result if re.search(r"[.e]", result) else result + ".0"
