"""The targets as statements: their trees in TensorFlow's words, with shared parts named.

What a statement computes is what the tapes of `diff` compute, operation by operation. Numbers
stand as Python's wherever TensorFlow makes the same number of the dtype of them, and as tensors
where it would not.
"""

from __future__ import annotations

import math
import operator
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from tapecli.expressions.functions import (
    ATOM_BINDING,
    CONSTANTS,
    FUNCTIONS,
    OPERATORS,
    POWER_BINDING,
)
from tapecli.expressions.tree import (
    Call,
    Named,
    Node,
    Number,
    Variable,
    rational_in,
    steps,
    variables,
)
from tapecli.features.codegen.layout import Brackets, Page
from tapecli.features.codegen.literals import MAX_INTEGER, literal, whole
from tapecli.features.codegen.names import Names
from tapecli.floats import FloatFormat

MULTIPLICATION = OPERATORS["mul"].binding

LONGEST = 64
"""Characters of a formula in one statement; parts of longer ones get a name."""

INLINE = {"sec": "1 / tf.cos({})", "csc": "1 / tf.sin({})"}
"""What TensorFlow has in two operations: a quotient."""

HELPERS: Mapping[str, tuple[str, ...]] = {
    "cbrt": (
        "def cbrt(x):",
        "    return tf.sign(x) * tf.pow(tf.abs(x), tf.constant(1 / 3, x.dtype))",
    ),
    "log2": (
        "def log2(x):",
        "    return tf.math.log(x) / tf.math.log(tf.constant(2, x.dtype))",
    ),
    "log10": (
        "def log10(x):",
        "    return tf.math.log(x) / tf.math.log(tf.constant(10, x.dtype))",
    ),
    "cot": (
        "def cot(x):",
        "    return tf.cos(x) / tf.sin(x)",
    ),
    "gamma": (
        "def gamma(x):",
        "    # exp(lgamma(x)) has no sign, which is -1 between every other pair of poles",
        "    below = 1 - 2 * tf.math.floormod(tf.floor(x), tf.constant(2, x.dtype))",
        "    sign = tf.where(x > 0, tf.ones_like(x), below)",
        "    return sign * tf.exp(tf.math.lgamma(x))",
    ),
    "hypot": (
        "def hypot(x, y):",
        "    # divided by the larger one, so that no square overflows",
        "    largest = tf.maximum(tf.abs(x), tf.abs(y))",
        "    scale = tf.where(largest > 0, largest, tf.ones_like(largest))",
        "    scale = tf.stop_gradient(scale)",
        "    return scale * tf.sqrt(tf.square(x / scale) + tf.square(y / scale))",
    ),
}
"""What TensorFlow lacks: the lines of a function for each."""

_CONSTANTS = {
    "pi": ("np.pi", math.pi, ATOM_BINDING),
    "tau": ("2 * np.pi", math.tau, MULTIPLICATION),
    "e": ("np.e", math.e, ATOM_BINDING),
}

_ARITHMETIC: Mapping[str, Callable[..., Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "neg": operator.neg,
}


@dataclass(frozen=True)
class Form:
    """The text of a node.

    Attributes:
        text: an expression of Python.
        binding: how tightly its outermost sign binds.
        python: what Python makes of it, if it is a number and no tensor; else None.
        exact: the number of the dtype that it stands for, if it is one.
    """

    text: str
    binding: int = ATOM_BINDING
    python: float | None = None
    exact: float = math.nan

    def within(self, binding: int) -> str:
        """The text as an operand of a sign that binds like this."""
        return self.text if self.binding >= binding else f"({self.text})"


class Formulas:
    """The targets of one program.

    Attributes:
        targets: what they are called in the program.
        trees: what the tapes compute of them: prepared trees.
        comments: what is said above each, or "".
    """

    def __init__(
        self,
        targets: Sequence[str],
        trees: Sequence[Node],
        sources: Mapping[str, str],
        format_: FloatFormat,
        names: Names,
        comments: Sequence[str],
    ) -> None:
        self.targets = targets
        self.comments = comments
        self.trees = trees
        self._sources = sources
        self._format = format_
        self._names = names
        uses = Counter([*trees, *(child for node in steps(*trees) for child in node.children)])
        self._shared = {node for node, times in uses.items() if times > 1}
        self._parts: dict[Node, str] = {}
        self.forget()

    @property
    def helpers(self) -> list[str]:
        """The names of the functions that the program has to define."""
        used = {node.name for node in steps(*self.trees) if isinstance(node, Call)}
        return [name for name in HELPERS if name in used]

    def forget(self) -> None:
        """Begin again, in the body of another function: no part has been computed there."""
        self._forms = {}

    def write(self, page: Page, place: int) -> None:
        """The statements that compute a target; what earlier ones have computed is used."""
        name = self.targets[place]
        form = self._written(page, place, len(name))
        page.add(f"{name} = {form.text}")
        if isinstance(self.trees[place], Call) and form.python is None:
            self._forms[self.trees[place]] = Form(name)

    def write_all(self, page: Page) -> None:
        """The statements that compute all targets."""
        for place in range(len(self.targets)):
            self.write(page, place)

    def returned(self, page: Page, place: int) -> None:
        """The body of a function that returns one target."""
        self.forget()
        page.add(f"return {self._written(page, place, len('return')).text}")
        self.forget()

    _forms: dict[Node, Form]

    def _written(self, page: Page, place: int, name: int) -> Form:
        """The form of a target, below statements for what has a name of its own."""
        tree = self.trees[place]
        if self.comments[place] and len(self.comments[place]) <= page.width:
            page.add(self.comments[place])
        width = min(LONGEST, page.width - len(" = ") - max(name, len("part00")))
        for node in steps(tree):
            if node in self._forms:
                continue
            form = self._form(node)
            while len(form.text) > width and self._named_part(page, node, width // 4):
                form = self._form(node)
            self._forms[node] = form
            if node in self._shared and node is not tree and form.python is None:
                self._name(page, node)
        form = self._forms[tree]
        if variables(tree):
            return form
        ones = f" * tf.ones_like({next(iter(self._sources.values()))})"
        if len(form.text + ones) > width:
            self._name(page, tree)
            form = self._forms[tree]
        return Form(form.within(MULTIPLICATION) + ones, MULTIPLICATION)

    def _named_part(self, page: Page, node: Node, worth: int) -> bool:
        """Give the longest part of a node a name, if one is longer than it would be worth."""
        long = [child for child in node.children if len(self._forms[child].text) > worth]
        if long:
            self._name(page, max(long, key=lambda child: len(self._forms[child].text)))
        return bool(long)

    def _name(self, page: Page, node: Node) -> None:
        if isinstance(node, Variable):
            return
        if node not in self._parts:
            self._parts[node] = self._name_of(node)
        page.add(f"{self._parts[node]} = {self._forms[node].text}")
        self._forms[node] = replace(self._forms[node], text=self._parts[node], binding=ATOM_BINDING)

    def _name_of(self, node: Node) -> str:
        """x2 for a square, sin_x for a sine, and else part1."""
        power = _power_of(node)
        if power:
            name, exponent = power
            return self._names.fresh(f"{self._sources[name]}{exponent}")
        if isinstance(node, Call) and node.name in FUNCTIONS and len(node.arguments) == 1:
            (argument,) = node.arguments
            if isinstance(argument, Variable):
                return self._names.fresh(f"{node.name}_{self._sources[argument.name]}")
        return self._names.numbered("part")

    # --- one node ---

    def _form(self, node: Node) -> Form:
        if isinstance(node, Variable):
            return Form(self._sources[node.name])
        if isinstance(node, Number):
            value = self._format.round(node.value)
            if whole(node.value, self._format) and not node.decimal:
                return _number(int(node.value), value)
            return self._literal(value)
        if isinstance(node, Named):
            value = self._format.round(Fraction(CONSTANTS[node.name].digits))
            text, python, binding = _CONSTANTS[node.name]
            if self._format.round(Fraction(python)) == value:
                return Form(text, binding, python, value)
            return self._literal(value)
        assert isinstance(node, Call)
        inside = [self._forms[child] for child in node.arguments]
        if node.name in OPERATORS:
            return self._of_operator(node.name, inside)
        return self._of_function(node.name, inside)

    def _literal(self, value: float) -> Form:
        text = literal(value, self._format)
        return Form(text, ATOM_BINDING, float(text) if math.isfinite(value) else math.nan, value)

    def _of_operator(self, name: str, inside: Sequence[Form]) -> Form:
        numbers = all(form.python is not None for form in inside)
        if numbers:
            found = self._of_numbers(name, inside)
            if found:
                return found
            inside = [self._tensor(inside[0]), *inside[1:]]
        return _signed(name, inside)

    def _of_numbers(self, name: str, inside: Sequence[Form]) -> Form | None:
        """Arithmetic that Python may do, because the dtype comes to the same number."""
        python = [form.python for form in inside]
        try:
            value = _ARITHMETIC[name](*python)
            exact = self._format.round(_ARITHMETIC[name](*(Fraction(x.exact) for x in inside)))
            same = self._format.round(Fraction(value)) == exact
        except (ArithmeticError, ValueError):
            return None
        if not same or not math.isfinite(exact) or not exact:
            return None
        if name == "mul" and isinstance(value, int):  # a power, as a rule
            small = whole(Fraction(value), self._format)
            return _number(value, exact) if small else self._literal(exact)
        if abs(value) > MAX_INTEGER and isinstance(value, int):
            return None
        form = _signed(name, inside)
        return Form(form.text, form.binding, value, exact)

    def _of_function(self, name: str, inside: Sequence[Form]) -> Form:
        first, *rest = inside
        formula = name in HELPERS or name in INLINE
        inside = [self._tensor(first), *(self._tensor(form) if formula else form for form in rest)]
        if name in INLINE:
            return Form(INLINE[name].format(inside[0].text), MULTIPLICATION)
        if name in HELPERS:
            return Form(str(Brackets(f"{name}(", [form.text for form in inside])))
        if name == "pow" and _is_power(first, *rest):
            return Form(f"{first.text}**{rest[0].text}", POWER_BINDING)
        return Form(str(Brackets(f"tf.{FUNCTIONS[name].tape}(", [form.text for form in inside])))

    def _tensor(self, form: Form) -> Form:
        if form.python is None:
            return form
        return Form(f"tf.constant({form.text}, tf.{self._format.name})")


def _number(value: int, exact: float) -> Form:
    return Form(str(value), ATOM_BINDING if value >= 0 else OPERATORS["neg"].binding, value, exact)


def _signed(name: str, inside: Sequence[Form]) -> Form:
    row = OPERATORS[name]
    if row.arity == 1:
        return Form(f"-{inside[0].within(ATOM_BINDING)}", row.binding)
    left, right = inside[0].within(row.binding), inside[1].within(row.binding + 1)
    return Form(f"{left} {row.sign.strip()} {right}", row.binding)


def _is_power(base: Form, exponent: Form) -> bool:
    """Whether this can be written with **: of names and numbers, and not of two numbers."""
    plain = not re.search(r"[ (]", base.text + exponent.text)
    tight = base.binding == ATOM_BINDING and exponent.binding >= OPERATORS["neg"].binding
    return plain and tight and (base.python is None or exponent.python is None)


def _power_of(node: Node) -> tuple[str, int] | None:
    """The variable and the exponent, of a product that has but one variable in it."""
    powers: dict[Node, tuple[str, int] | None] = {}
    for part in steps(node):
        inside = [powers[child] for child in part.children]
        if isinstance(part, Variable):
            powers[part] = part.name, 1
        elif isinstance(part, Call) and part.name == "mul" and all(inside):
            (first, times), (other, more) = (power for power in inside if power)
            powers[part] = (first, times + more) if first == other else None
        else:
            powers[part] = None
    return powers[node]


def remarks(trees: Sequence[Node], order: int, format_: FloatFormat) -> list[str]:
    """Why there are products where one would write a power, at the first target where one would.

    Args:
        trees: the targets as they were typed.
        order: how often they are differentiated.
        format_: the dtype.

    Returns:
        A comment for each target, or "".
    """
    surprising = [
        [power for power in _whole_powers(tree, format_) if power > 2 or power < order]
        for tree in trees
    ]
    found = ["" for _ in trees]
    for place, powers in enumerate(surprising):
        if powers:
            order = min(power for powers in surprising for power in powers) + 1
            found[place] = f"# products, not powers: at 0, tf.pow gives NaN from order {order} on"
            break
    return found


def _whole_powers(tree: Node, format_: FloatFormat) -> list[int]:
    """The exponents of what varies in a tree, those that are whole numbers above 1."""
    powers = [
        rational_in(node.arguments[1], format_)
        for node in steps(tree)
        if isinstance(node, Call) and node.name == "pow" and variables(node.arguments[0])
    ]
    return [int(power) for power in powers if power and power.denominator == 1 and power > 1]
