"""One text into one tree: the meaning of the grammar's rules, and their bounds."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
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
"""Characters in one expression."""
MAX_DEPTH = 200
"""Nested brackets and operators, counted together."""
MAX_DIGITS = 400
"""Digits of a number, and the decimal exponent of a constant, either way from 1."""
MAX_EXPONENT = 1_000_000
"""Size of a constant exponent."""

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_POWER_TOKEN = r"(?P<name>.*?)\s*(\^|\*\*)?\s*(?P<power>[+-]?[0-9]+|[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)"


class _Part(NamedTuple):
    """What a rule of the grammar has read.

    Attributes:
        node: the tree of it.
        start, end: its place in the source.
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
    """Reads one text. Each rule of the grammar has a method of its name.

    Attributes:
        typed: the text.
        scope: the earlier targets, by name.
        known: names that are variables although they have several letters.
        offset: where the expression begins in the text.
    """

    typed: str
    scope: Mapping[str, Node]
    known: Collection[str] = ()
    offset: int = 0

    def tree(self) -> Node:
        """Return the tree.

        Raises:
            ExpressionError: it cannot be read, or is beyond a bound.
        """
        if len(self.typed) > MAX_LENGTH:
            problem = f"the expression has {len(self.typed):,} characters"
            self._fail(Mistake(0, 1, problem, f"the limit is {MAX_LENGTH:,}"))
        source = self.typed[self.offset :]
        if not source.strip(BLANKS):
            self._fail(Mistake(0, max(len(source), 1), "the expression is empty", "try 'log(x^2)'"))
        for place, character in enumerate(source):
            if not (character.isprintable() or character in BLANKS):
                name = unicodedata.name(character, f"U+{ord(character):04X}")
                self._fail(Mistake(place, place + 1, f"an unreadable character: {name}"))
        return self._walked(self._parsed(source)).node

    def _parsed(self, source: str) -> Tree[Token]:
        from lark.exceptions import UnexpectedCharacters, UnexpectedToken

        try:
            return grammar.parser().parse(source)
        except grammar.UnknownCall as error:
            self._fail(diagnosis.unknown_call(error.token, source, {*self.scope, *self.known}))
        except UnexpectedToken as error:
            self._fail(diagnosis.unexpected(error.token, source))
        except UnexpectedCharacters as error:
            self._fail(diagnosis.strange(error.pos_in_stream or 0, source))

    def _walked(self, root: Tree[Token]) -> _Part:
        """The meaning of each branch, from the leaves to the root."""
        parts: dict[int, _Part] = {}
        for branch in root.iter_subtrees():
            children = [parts.get(id(child), child) for child in branch.children]
            part = getattr(self, branch.data)(*children)
            if isinstance(part, _Part):
                part = part._replace(start=branch.meta.start_pos, end=branch.meta.end_pos)
                self._bounded(part)
            parts[id(branch)] = part
        return parts[id(root)]

    def _bounded(self, part: _Part) -> None:
        if part.depth > MAX_DEPTH:
            problem = f"more than {MAX_DEPTH} nested brackets and operators"
            hint = "give parts of it names: 'u = ...' 'y = log(u)'"
            self._fail(Mistake(part.start, part.end, problem, hint))
        if part.exact and abs(_decimal_exponent(part.exact)) >= MAX_DIGITS:
            self._too_large(part)

    def _fail(self, mistake: Mistake) -> NoReturn:
        place = self.offset + mistake.start, self.offset + mistake.end
        raise ExpressionError(self.typed, *place, mistake.problem, mistake.hint) from None

    def _too_large(self, part: _Part) -> NoReturn:
        self._fail(Mistake(part.start, part.end, f"a constant of more than {MAX_DIGITS} digits"))

    # --- one method per rule -----------------------------------------------------------------

    def whole(self, part: _Part) -> _Part:
        return part

    def number(self, token: Token) -> _Part:
        mantissa, _, exponent = token.lower().partition("e")
        digits = len(mantissa.removeprefix("0").replace(".", ""))
        shift = exponent.lstrip("+-0")
        if digits > MAX_DIGITS or len(shift) > 3 or int(shift or 0) > MAX_DIGITS:
            self._fail(Mistake(*span(token), f"a number of more than {MAX_DIGITS} digits"))
        value = Fraction(str(token))
        return _Part(number(value, decimal=not token.isdigit()), exact=value)

    def name(self, token: Token) -> _Part:
        name = str(token)
        if name in self.scope:
            target = self.scope[name]
            return _Part(alias(name, target), exact=rational(target))
        if name in CONSTANT_NAMES:
            return _Part(constant(CONSTANT_NAMES[name]))
        if not (name in self.known or diagnosis.is_one_letter(name)):
            self._fail(diagnosis.unknown_name(token, {*self.scope, *self.known}))
        return _Part(variable(name))

    def brackets(self, inside: _Part) -> _Part:
        return inside._replace(depth=inside.depth + 1)

    def plus(self, operand: _Part) -> _Part:
        return operand

    def add(self, left: _Part, right: _Part) -> _Part:
        return self._applied("add", left, right)

    def sub(self, left: _Part, right: _Part) -> _Part:
        return self._applied("sub", left, right)

    def mul(self, left: _Part, right: _Part) -> _Part:
        return self._applied("mul", left, right)

    def div(self, left: _Part, right: _Part) -> _Part:
        return self._applied("div", left, right)

    def neg(self, operand: _Part) -> _Part:
        return self._applied("neg", operand)

    def absolute(self, inside: _Part) -> _Part:
        return self._applied("abs", inside)

    def pow(self, base: _Part, exponent: _Part) -> _Part:
        if exponent.exact is not None and abs(exponent.exact) > MAX_EXPONENT:
            problem = f"an exponent beyond {MAX_EXPONENT:,}"
            self._fail(Mistake(exponent.start, exponent.end, problem))
        if exponent.exact and base.exact:
            digits = _decimal_exponent(base.exact) * exponent.exact
            if abs(digits) >= MAX_DIGITS:
                self._too_large(base._replace(end=exponent.end))
        return self._applied("pow", base, exponent)

    def superscript(self, base: _Part, token: Token) -> _Part:
        return self.pow(base, self._whole_number(str(token), *span(token)))

    def arguments(self, *arguments: _Part) -> tuple[_Part, ...]:
        return arguments

    def call(self, token: Token, given: _Part | tuple[_Part, ...]) -> _Part:
        return self._called(FUNCTION_NAMES[str(token)], span(token), given)

    def power_call(self, token: Token, given: _Part | tuple[_Part, ...]) -> _Part:
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
        return self.pow(self._called(name, (start, end), given), power)

    # --- what the rules share ----------------------------------------------------------------

    def _whole_number(self, digits: str, start: int, end: int) -> _Part:
        written = digits.translate(_SUPERSCRIPTS)
        if len(written) > MAX_DIGITS:
            self._fail(Mistake(start, end, f"an exponent beyond {MAX_EXPONENT:,}"))
        value = Fraction(int(written))
        node = number(abs(value))
        return _Part(call("neg", node) if value < 0 else node, start, end, exact=value)

    def _called(self, name: str, place: tuple[int, int], given: _Part | tuple[_Part, ...]) -> _Part:
        given = (given,) if isinstance(given, _Part) else given
        arity = FUNCTIONS[name].arity
        if len(given) != arity:
            wanted = "one argument" if arity == 1 else f"{arity} arguments"
            problem = f"'{name}' takes {wanted}, not {len(given)}"
            self._fail(Mistake(*place, problem, f"write {FUNCTIONS[name].signature}"))
        return self.pow(*given) if name == "pow" else self._applied(name, *given)

    def _applied(self, name: str, *parts: _Part) -> _Part:
        node = call(name, *(part.node for part in parts))
        exact = exact_value(node, [part.exact for part in parts])
        return _Part(node, depth=1 + max(part.depth for part in parts), exact=exact)


def _decimal_exponent(value: Fraction) -> float:
    """Roughly log10 of the size of a number that is not zero."""
    top, bottom = abs(value.numerator), value.denominator
    if max(top, bottom) < 2**1000:
        return math.log10(top) - math.log10(bottom)
    return 0.30103 * (top.bit_length() - bottom.bit_length())
