"""Turns one text into one tree: what each rule of the grammar means, and the bounds."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partialmethod
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from tapecli.errors import ExpressionError
from tapecli.expressions import diagnosis, grammar
from tapecli.expressions.diagnosis import BLANKS, Mistake, span
from tapecli.expressions.functions import CONSTANT_NAMES, FUNCTION_NAMES, FUNCTIONS, INVERSES
from tapecli.expressions.tree import (
    Node,
    alias,
    call,
    constant,
    exact_value,
    number,
    rational,
    variable,
)

if TYPE_CHECKING:
    from lark import Token, Tree

MAX_LENGTH = 10_000
"""The most characters in one expression."""

MAX_DEPTH = 200
"""Nested brackets and operators, counted together."""

MAX_DIGITS = 400
"""The most digits of a number, and the largest decimal exponent of a constant, above or below 1."""

MAX_EXPONENT = 1_000_000
"""The largest constant exponent, in size."""

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_POWER_TOKEN = r"(?P<name>.*?)\s*(\^|\*\*)?\s*(?P<power>[+-]?[0-9]+|[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)"


class _Reading(NamedTuple):
    """What a rule of the grammar has read.

    Attributes:
        node: its tree.
        start, end: the half-open range of its characters.
        depth: how deep brackets and operators are nested.
        exact: its value, if it is a rational constant.
    """

    node: Node
    start: int = 0
    end: int = 0
    depth: int = 1
    exact: Fraction | None = None


@dataclass
class Reader:
    """Reads one text, with a method for each rule of the grammar, of the same name.

    Attributes:
        typed: the text.
        scope: the earlier targets, by name.
        variable_names: names that are variables although they have several letters.
        offset: the index in the text at which the expression starts, after "name =".
    """

    typed: str
    scope: Mapping[str, Node]
    variable_names: Collection[str] = ()
    offset: int = 0

    def tree(self) -> Node:
        """Read the tree.

        Raises:
            ExpressionError: the text cannot be read, or is beyond a bound.
        """
        if len(self.typed) > MAX_LENGTH:
            problem = f"the expression has {len(self.typed):,} characters"
            self._fail(Mistake(0, 1, problem, f"the limit is {MAX_LENGTH:,}"))
        source = self.typed[self.offset :]
        if not source.strip(BLANKS):
            self._fail(Mistake(0, max(len(source), 1), "the expression is empty", "try 'log(x^2)'"))
        for index, character in enumerate(source):
            if not (character.isprintable() or character in BLANKS):
                name = unicodedata.name(character, f"U+{ord(character):04X}")
                self._fail(Mistake(index, index + 1, f"an unreadable character: {name}"))
        return self._walked(self._parsed(source)).node

    def _parsed(self, source: str) -> Tree[Token]:
        from lark.exceptions import UnexpectedCharacters, UnexpectedToken

        try:
            return grammar.parser().parse(source)
        except grammar.UnknownCall as error:
            self._fail(
                diagnosis.unknown_call(error.token, source, {*self.scope, *self.variable_names})
            )
        except UnexpectedToken as error:
            self._fail(diagnosis.unexpected(error.token, source))
        except UnexpectedCharacters as error:
            self._fail(diagnosis.strange(error.pos_in_stream or 0, source))

    def _walked(self, root: Tree[Token]) -> _Reading:
        """The meaning of each branch, from the leaves to the root."""
        readings: dict[int, _Reading] = {}
        for branch in root.iter_subtrees():
            children = [readings.get(id(child), child) for child in branch.children]
            reading = getattr(self, branch.data)(*children)
            if isinstance(reading, _Reading):
                reading = reading._replace(start=branch.meta.start_pos, end=branch.meta.end_pos)
                self._check_bounds(reading)
            readings[id(branch)] = reading
        return readings[id(root)]

    def _check_bounds(self, reading: _Reading) -> None:
        if reading.depth > MAX_DEPTH:
            problem = f"more than {MAX_DEPTH} nested brackets and operators"
            hint = "give parts of it names: 'u = ...' 'y = log(u)'"
            self._fail(Mistake(reading.start, reading.end, problem, hint))
        if reading.exact and abs(_decimal_exponent(reading.exact)) >= MAX_DIGITS:
            self._refuse_constant(reading.start, reading.end)

    def _fail(self, mistake: Mistake) -> NoReturn:
        start, end = self.offset + mistake.start, self.offset + mistake.end
        raise ExpressionError(self.typed, start, end, mistake.problem, mistake.hint) from None

    def _refuse_constant(self, start: int, end: int) -> NoReturn:
        self._fail(Mistake(start, end, f"a constant of more than {MAX_DIGITS} digits"))

    # --- one method per rule -----------------------------------------------------------------

    def whole(self, operand: _Reading) -> _Reading:
        return operand

    plus = whole

    def number(self, token: Token) -> _Reading:
        mantissa, _, exponent = token.lower().partition("e")
        digits = len(mantissa.removeprefix("0").replace(".", ""))
        shift = exponent.lstrip("+-0")
        if digits > MAX_DIGITS or len(shift) > 3 or int(shift or 0) > MAX_DIGITS:
            self._fail(Mistake(*span(token), f"a number of more than {MAX_DIGITS} digits"))
        value = Fraction(str(token))
        return _Reading(number(value, decimal=not token.isdigit()), exact=value)

    def name(self, token: Token) -> _Reading:
        name = str(token)
        if name in self.scope:
            target = self.scope[name]
            return _Reading(alias(name, target), exact=rational(target))
        if name in CONSTANT_NAMES:
            return _Reading(constant(CONSTANT_NAMES[name]))
        if not (name in self.variable_names or diagnosis.is_one_letter(name)):
            self._fail(diagnosis.unknown_name(token, {*self.scope, *self.variable_names}))
        return _Reading(variable(name))

    def brackets(self, inside: _Reading) -> _Reading:
        return inside._replace(depth=inside.depth + 1)

    def _applied(self, name: str, *arguments: _Reading) -> _Reading:
        node = call(name, *(argument.node for argument in arguments))
        exact = exact_value(node, [argument.exact for argument in arguments])
        depth = 1 + max(argument.depth for argument in arguments)
        return _Reading(node, depth=depth, exact=exact)

    add = partialmethod(_applied, "add")
    sub = partialmethod(_applied, "sub")
    mul = partialmethod(_applied, "mul")
    div = partialmethod(_applied, "div")
    neg = partialmethod(_applied, "neg")
    absolute = partialmethod(_applied, "abs")

    def pow(self, base: _Reading, exponent: _Reading) -> _Reading:
        if exponent.exact is not None and abs(exponent.exact) > MAX_EXPONENT:
            problem = f"an exponent beyond {MAX_EXPONENT:,}"
            self._fail(Mistake(exponent.start, exponent.end, problem))
        if exponent.exact and base.exact:
            digits = _decimal_exponent(base.exact) * exponent.exact
            if abs(digits) >= MAX_DIGITS:
                self._refuse_constant(base.start, exponent.end)
        return self._applied("pow", base, exponent)

    def superscript(self, base: _Reading, token: Token) -> _Reading:
        return self.pow(base, self._whole_number(str(token), *span(token)))

    def arguments(self, *arguments: _Reading) -> tuple[_Reading, ...]:
        return arguments

    def call(self, token: Token, arguments: _Reading | tuple[_Reading, ...]) -> _Reading:
        return self._called(FUNCTION_NAMES[str(token)], span(token), arguments)

    def power_call(self, token: Token, arguments: _Reading | tuple[_Reading, ...]) -> _Reading:
        """Read sin²(x), sin^2 x: the power of the function's value."""
        start, end = span(token)
        match = re.fullmatch(_POWER_TOKEN, token)
        assert match is not None
        name = FUNCTION_NAMES[match["name"]]
        power = self._whole_number(match["power"], start + match.start("power"), end)
        if power.exact is not None and power.exact < 0:
            reciprocal = f"1/{name}(x)"
            hint = f"{INVERSES[name]}(x), or {reciprocal}" if name in INVERSES else reciprocal
            problem = f"'{token}' can be read in two ways"
            self._fail(Mistake(start, end, problem, f"write {hint}"))
        return self.pow(self._called(name, (start, end), arguments), power)

    # --- what the rules share ----------------------------------------------------------------

    def _whole_number(self, digits: str, start: int, end: int) -> _Reading:
        ordinary = digits.translate(_SUPERSCRIPTS)
        if len(ordinary) > MAX_DIGITS:
            self._fail(Mistake(start, end, f"an exponent beyond {MAX_EXPONENT:,}"))
        value = Fraction(int(ordinary))
        node = number(abs(value))
        return _Reading(call("neg", node) if value < 0 else node, start, end, exact=value)

    def _called(
        self, name: str, name_span: tuple[int, int], arguments: _Reading | tuple[_Reading, ...]
    ) -> _Reading:
        arguments = (arguments,) if isinstance(arguments, _Reading) else arguments
        arity = FUNCTIONS[name].arity
        if len(arguments) != arity:
            expected = "one argument" if arity == 1 else f"{arity} arguments"
            problem = f"'{name}' takes {expected}, not {len(arguments)}"
            self._fail(Mistake(*name_span, problem, f"write {FUNCTIONS[name].signature}"))
        return self.pow(*arguments) if name == "pow" else self._applied(name, *arguments)


def _decimal_exponent(value: Fraction) -> float:
    """Roughly log10 of the absolute value of a number that is not zero."""
    top, bottom = abs(value.numerator), value.denominator
    if max(top, bottom) < 2**1000:
        return math.log10(top) - math.log10(bottom)
    return 0.30103 * (top.bit_length() - bottom.bit_length())
