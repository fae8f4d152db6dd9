"""The targets as statements: their trees in TensorFlow's words, with shared parts named.

A statement computes what the tapes of `diff` compute, operation by operation. A number is a Python
number where TensorFlow converts it to the right number of the dtype, and a tensor where it would
not.
"""

from __future__ import annotations

import math
import operator
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from tapecli.engines.tapes.arrangements import tape_tree
from tapecli.evaluation.question import Question
from tapecli.expressions.functions import (
    ATOM_BINDING,
    CONDITIONS,
    CONSTANTS,
    OPERATORS,
    POWER_BINDING,
    row,
)
from tapecli.expressions.tree import Call, Named, Node, Number, Variable, rational, steps, variables
from tapecli.features.codegen.connection import product_of_one
from tapecli.features.codegen.layout import Brackets, Page
from tapecli.features.codegen.names import Names
from tapecli.features.codegen.numbers import MAX_INTEGER, literal, whole

MULTIPLICATION = OPERATORS["mul"].binding

MAX_LENGTH = 64
"""Characters of a formula in one statement; parts of longer ones get a name."""

HELPERS = {
    "cbrt": """\
def cbrt(x):
    return tf.sign(x) * tf.pow(tf.abs(x), tf.constant(1 / 3, x.dtype))""",
    "gamma": """\
def gamma(x):
    # exp(lgamma(x)) has no sign, which is -1 between every other pair of poles
    below = 1 - 2 * tf.math.floormod(tf.floor(x), tf.constant(2, x.dtype))
    sign = tf.where(x > 0, tf.ones_like(x), below)
    return sign * tf.exp(tf.math.lgamma(x))""",
    "beta": """\
def beta(a, b):
    def sign(x):
        below = 1 - 2 * tf.math.floormod(tf.floor(x), tf.constant(2, x.dtype))
        return tf.where(x > 0, tf.ones_like(x), below)

    logarithm = tf.math.lgamma(a) + tf.math.lgamma(b) - tf.math.lgamma(a + b)
    return sign(a) * sign(b) * sign(a + b) * tf.exp(logarithm)""",
    "sinc": """\
def sinc(x):
    # a series near 0, where sin(x)/x has no derivatives
    near = tf.abs(x) < 1
    far = tf.where(near, tf.ones_like(x), x)
    square = tf.where(near, tf.square(x), tf.zeros_like(x))
    factors = [1.0]
    for k in range(2, 24, 2):
        factors.append(-factors[-1] / (k * (k + 1)))
    series = tf.zeros_like(x)
    for factor in reversed(factors):
        series = series * square + factor
    return tf.where(near, series, tf.sin(far) / far)""",
    "logaddexp": """\
def logaddexp(x, y):
    # the larger one is subtracted, so that no exponential overflows
    largest = tf.stop_gradient(tf.maximum(x, y))
    return largest + tf.math.log(tf.exp(x - largest) + tf.exp(y - largest))""",
    "hypot": """\
def hypot(x, y):
    # divided by the larger one, so that no square overflows
    largest = tf.maximum(tf.abs(x), tf.abs(y))
    scale = tf.where(largest > 0, largest, tf.ones_like(largest))
    scale = tf.stop_gradient(scale)
    return scale * tf.sqrt(tf.square(x / scale) + tf.square(y / scale))""",
}
"""What TensorFlow lacks: the source of a function for each."""

_JOINED = {"and": "{} & {}", "or": "{} | {}", "not": "~{}"}
"""What Python writes for conditions of tensors, in which its own words do not work."""

_CONSTANTS = {
    "pi": ("np.pi", math.pi, ATOM_BINDING),
    "tau": ("2 * np.pi", math.tau, MULTIPLICATION),
    "e": ("np.e", math.e, ATOM_BINDING),
}


@dataclass(frozen=True)
class Form:
    """The text of a node.

    Attributes:
        text: an expression of Python.
        binding: how tightly its outermost sign binds.
        python: its value in Python, if it is a number and no tensor; else None.
        exact: the number of the dtype that it stands for, if it is one.
    """

    text: str
    binding: int = ATOM_BINDING
    python: float | None = None
    exact: float = math.nan

    def within(self, binding: int) -> str:
        """The text as an operand of a sign that binds like this."""
        return self.text if self.binding >= binding else f"({self.text})"


class Statements:
    """The targets of one program as statements: their names in it, and their prepared trees."""

    def __init__(
        self, question: Question, page: Page, names: Names, sources: Mapping[str, str]
    ) -> None:
        self._page, self._names, self._sources = page, names, sources
        self._format = question.format_
        self.targets = [names.user(expression.name) for expression in question.targets]
        self.trees = [tape_tree(tree, self._format) for tree in question.tape_trees]
        self._remarks = _remarks(question)
        nodes = [*self.trees, *(child for node in steps(*self.trees) for child in node.children)]
        self._shared = {node for node, uses in Counter(nodes).items() if uses > 1}
        self._node_names: dict[Node, str] = {}
        self._forms: dict[Node, Form] = {}

    def write_helpers(self) -> None:
        """Write the functions that TensorFlow lacks and the targets need."""
        used = {node.name for node in steps(*self.trees) if isinstance(node, Call)}
        for name, source in HELPERS.items():
            if name in used:
                self._page.blank(2)
                self._page.add(*source.splitlines())

    def write(self, index: int) -> None:
        """Write the statements that compute a target; what earlier ones have computed is used."""
        name, tree = self.targets[index], self.trees[index]
        form = self._form_of_target(index, len(name))
        self._page.add(f"{name} = {form.text}")
        if isinstance(tree, Call) and form.python is None:
            self._forms[tree] = Form(name)

    def write_all(self) -> None:
        """Write the statements that compute all targets."""
        for index in range(len(self.targets)):
            self.write(index)

    def write_returned(self, index: int) -> None:
        """Write the body of a function that computes one target with all of its parts."""
        self._forms = {}
        self._page.add(f"return {self._form_of_target(index, len('return')).text}")

    def _form_of_target(self, index: int, name_length: int) -> Form:
        """The form of a target, below statements for what has a name of its own."""
        tree, remark = self.trees[index], self._remarks.get(index, "")
        if remark and len(remark) <= self._page.width:
            self._page.add(remark)
        width = min(MAX_LENGTH, self._page.width - len(" = ") - max(name_length, len("part00")))
        for node in steps(tree):
            if node in self._forms:
                continue
            form = self._form(node)
            while len(form.text) > width and self._name_longest_child(node, width // 4):
                form = self._form(node)
            self._forms[node] = form
            if node in self._shared and node is not tree and form.python is None:
                self._name(node)
        if variables(tree):
            return self._forms[tree]
        ones = f" * tf.ones_like({next(iter(self._sources.values()))})"
        if len(self._forms[tree].text + ones) > width:
            self._name(tree)
        return Form(self._forms[tree].within(MULTIPLICATION) + ones, MULTIPLICATION)

    def _name_longest_child(self, node: Node, min_length: int) -> bool:
        """Give the longest argument of a node a name, if one is longer than `min_length`."""
        longest = max(node.children, key=lambda child: len(self._forms[child].text), default=None)
        if longest is None or len(self._forms[longest].text) <= min_length:
            return False
        self._name(longest)
        return True

    def _name(self, node: Node) -> None:
        """Write the statement that gives a node its name, which stands for it from now on."""
        if isinstance(node, Variable):
            return
        if node not in self._node_names:
            self._node_names[node] = self._new_name(node)
        name, form = self._node_names[node], self._forms[node]
        self._page.add(f"{name} = {form.text}")
        self._forms[node] = replace(form, text=name, binding=ATOM_BINDING)

    def _new_name(self, node: Node) -> str:
        """x2 for a square, sin_x for a sine, and else part1."""
        if power := product_of_one(node):
            name, exponent = power
            return self._names.unused(f"{self._sources[name]}{exponent}")
        if isinstance(node, Call) and node.name not in OPERATORS:
            argument, *others = node.arguments
            if isinstance(argument, Variable) and not others:
                return self._names.unused(f"{node.name}_{self._sources[argument.name]}")
        return self._names.numbered("part")

    # --- one node ---

    def _form(self, node: Node) -> Form:
        if isinstance(node, Variable):
            return Form(self._sources[node.name])
        if isinstance(node, Number):
            if whole(node.value, self._format) and not node.decimal:
                return _integer(int(node.value))
            return self._literal(self._format.round(node.value))
        if isinstance(node, Named):
            value = self._format.round(Fraction(CONSTANTS[node.name].digits))
            text, python, binding = _CONSTANTS[node.name]
            if self._format.round(Fraction(python)) == value:
                return Form(text, binding, python, value)
            return self._literal(value)
        assert isinstance(node, Call)
        arguments = [self._forms[child] for child in node.arguments]
        if node.name in CONDITIONS:
            return self._of_condition(node.name, arguments)
        if node.name not in OPERATORS:
            return self._of_function(node.name, arguments)
        if all(form.python is not None for form in arguments):
            if form := self._of_numbers(node.name, arguments):
                return form
            arguments[0] = self._tensor(arguments[0])
        return _of_operator(node.name, arguments)

    def _literal(self, value: float) -> Form:
        text = literal(value, self._format)
        return Form(text, ATOM_BINDING, float(text) if math.isfinite(value) else math.nan, value)

    def _of_numbers(self, name: str, arguments: Sequence[Form]) -> Form | None:
        """Arithmetic that Python may do, because the result in the dtype is right; else None."""
        operation = getattr(operator, "truediv" if name == "div" else name)
        try:
            value = operation(*(form.python for form in arguments))
            exact = self._format.round(operation(*(Fraction(form.exact) for form in arguments)))
            equal = self._format.round(Fraction(value)) == exact
        except (ArithmeticError, ValueError):
            return None
        if not equal or not math.isfinite(exact) or not exact:
            return None
        if name == "mul" and isinstance(value, int):  # a power, as a rule
            fits = whole(Fraction(value), self._format)
            return _integer(value) if fits else self._literal(exact)
        if abs(value) > MAX_INTEGER and isinstance(value, int):
            return None
        return replace(_of_operator(name, arguments), python=value, exact=exact)

    def _of_condition(self, name: str, arguments: Sequence[Form]) -> Form:
        if name in _JOINED:
            texts = [form.within(ATOM_BINDING) for form in arguments]
            return Form(_JOINED[name].format(*texts), CONDITIONS[name].binding)
        left, right = arguments
        if left.python is not None and right.python is not None:
            left = self._tensor(left)
        return Form(f"{left.text}{CONDITIONS[name].sign}{right.text}", CONDITIONS[name].binding)

    def _of_function(self, name: str, arguments: Sequence[Form]) -> Form:
        first, *others = arguments
        if name == "pow":
            (exponent,) = others
            simple = not re.search(r"[ (]", first.text + exponent.text)
            tight = first.binding == ATOM_BINDING and exponent.binding >= OPERATORS["neg"].binding
            if simple and tight and None in (first.python, exponent.python):
                return Form(f"{first.text}**{exponent.text}", POWER_BINDING)
        if name == "where":
            others = [self._tensor(others[0]), others[1]]
        if name in HELPERS:
            others = [self._tensor(form) for form in others]
        texts = [form.text for form in (self._tensor(first), *others)]
        function = name if name in HELPERS else f"tf.{row(name).tape}"
        return Form(str(Brackets(f"{function}(", texts)))

    def _tensor(self, form: Form) -> Form:
        if form.python is None:
            return form
        return Form(f"tf.constant({form.text}, tf.{self._format.name})")


def _integer(value: int) -> Form:
    binding = ATOM_BINDING if value >= 0 else OPERATORS["neg"].binding
    return Form(str(value), binding, value, float(value))


def _of_operator(name: str, arguments: Sequence[Form]) -> Form:
    sign, binding = OPERATORS[name].sign.strip(), OPERATORS[name].binding
    if name == "neg":
        return Form(f"-{arguments[0].within(ATOM_BINDING)}", binding)
    left, right = arguments
    return Form(f"{left.within(binding)} {sign} {right.within(binding + 1)}", binding)


def _remarks(question: Question) -> dict[int, str]:
    """A comment for the first target, by its index, that has products in place of powers."""
    powers = [
        (index, exponent)
        for index, tree in enumerate(question.trees)
        for node in steps(tree)
        if isinstance(node, Call) and node.name == "pow" and variables(node.arguments[0])
        if (exponent := rational(node.arguments[1], question.format_)) and exponent > 1
        if exponent.denominator == 1 and (exponent > 2 or exponent < question.order)
    ]
    if not powers:
        return {}
    lowest = min(exponent for _, exponent in powers) + 1
    return {powers[0][0]: f"# products, not powers: at 0, tf.pow gives NaN from order {lowest} on"}
