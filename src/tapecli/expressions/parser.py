"""Turns one text into one tree: what each rule of grammar.lark means, and the bounds."""

from __future__ import annotations

import contextlib
import functools
import io
import math
import pkgutil
import unicodedata
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from tapecli.errors import ExpressionError, clipped
from tapecli.expressions import cache, diagnosis, notations, tokens, tree
from tapecli.expressions.functions import CONSTANT_NAMES, FUNCTIONS, INVERSES
from tapecli.expressions.tree import BLANKS, Node

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

MAX_LENGTH = 10_000
"""The most characters in one expression."""

MAX_DEPTH = 200
"""Nested brackets and operators, counted together."""

MAX_DIGITS = 400
"""The most digits of a number, and the largest decimal exponent of a constant, above or below 1."""

MAX_EXPONENT = 1_000_000
"""The largest constant exponent, in size."""

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")


class _Reading(NamedTuple):
    """What a rule of the grammar has read from the half-open range of characters, as a tree.

    `depth` is how deep brackets and operators are nested, and `exact` the value of a rational
    constant.
    """

    node: Node
    start: int = 0
    end: int = 0
    depth: int = 1
    exact: Fraction | None = None


@dataclass
class Reader:
    """Reads the text `typed`, with a method for each rule of the grammar, of the same name.

    The expression starts at `offset`, behind "name =". `scope` has the earlier targets by name, and
    `variable_names` are variables although they have several letters.
    """

    typed: str
    scope: Mapping[str, Node]
    variable_names: Collection[str] = ()
    offset: int = 0

    def read(self) -> Node:
        """Read the tree, or raise an ExpressionError if that is impossible or beyond a bound."""
        if len(self.typed) > MAX_LENGTH:
            problem = f"the expression has {len(self.typed):,} characters"
            self._fail(0, 1, problem, f"the limit is {MAX_LENGTH:,}")
        source = notations.with_ordinary_characters(self.typed[self.offset :])
        if not source.strip(BLANKS):
            self._fail(0, max(len(source), 1), "the expression is empty", "try 'log(x^2)'")
        for index, character in enumerate(source):
            if not (character.isprintable() or character in BLANKS):
                name = unicodedata.name(character, f"U+{ord(character):04X}")
                self._fail(index, index + 1, f"an unreadable character: {name}")
        return self._walked(self._parsed(source)).node

    def _parsed(self, source: str) -> Tree[Token]:
        from lark.exceptions import UnexpectedCharacters, UnexpectedToken

        state: Any = parser().parse_interactive(source)
        words: list[Token] = []
        strange = None
        try:
            words.extend(state.lexer_thread.lex(state.parser_state))
        except UnexpectedCharacters as error:  # what is before it may be wrong as well
            strange = error.pos_in_stream or 0
        try:
            for token in tokens.classified(words, self._names):
                state.feed_token(token)
            if strange is not None:
                self._fail(*diagnosis.strange(strange, source))
            root: Tree[Token] = state.feed_eof(words[-1] if words else None)
            return root
        except UnexpectedToken as error:
            span = _span(error.token)
            self._fail(*diagnosis.unexpected(error.token, span, source, self._names))

    def _walked(self, root: Tree[Token]) -> _Reading:
        """The meaning of each branch, from the leaves to the root."""
        readings: dict[int, _Reading] = {}
        for branch in root.iter_subtrees():
            children = [readings.get(id(child), child) for child in branch.children]
            reading = getattr(self, branch.data)(*children)
            start, end = branch.meta.start_pos, branch.meta.end_pos
            if reading.depth > MAX_DEPTH:
                problem = f"more than {MAX_DEPTH} nested brackets and operators"
                self._fail(start, end, problem, "give parts of it names: 'u = ...' 'y = log(u)'")
            if reading.exact and abs(_decimal_exponent(reading.exact)) >= MAX_DIGITS:
                self._refuse_constant(start, end)
            readings[id(branch)] = reading._replace(start=start, end=end)
        return readings[id(root)]

    def _fail(self, start: int, end: int, problem: str, hint: str = "") -> NoReturn:
        start, end = self.offset + start, self.offset + end
        raise ExpressionError(self.typed, start, end, problem, hint) from None

    def _refuse_constant(self, start: int, end: int) -> NoReturn:
        self._fail(start, end, f"a constant of more than {MAX_DIGITS} digits")

    @property
    def _names(self) -> set[str]:
        """The names that this text may use besides those of the table."""
        return {*self.scope, *self.variable_names}

    # --- one method per rule -----------------------------------------------------------------

    def plus(self, operand: _Reading) -> _Reading:
        return operand

    def number(self, token: Token) -> _Reading:
        mantissa, _, exponent = token.lower().partition("e")
        mantissa = mantissa.replace("_", "")
        digits = len(mantissa.removeprefix("0").replace(".", ""))
        shift = exponent.lstrip("+-0")
        if digits > MAX_DIGITS or len(shift) > 3 or int(shift or 0) > MAX_DIGITS:
            self._fail(*_span(token), f"a number of more than {MAX_DIGITS} digits")
        plain = token.replace("_", "")
        value = Fraction(plain)
        return _Reading(tree.number(value, decimal=not plain.isdigit()), exact=value)

    def name(self, token: Token) -> _Reading:
        name = str(token)
        if name in self.scope:
            target = self.scope[name]
            return _Reading(tree.Alias(name, target), exact=tree.rational(target))
        if name not in self.variable_names and (meaning := notations.constant(name)):
            return self._meant(meaning, token)
        if not (name in self.variable_names or tree.is_one_letter(name)):
            self._fail(*diagnosis.unknown_name(name, _span(token), self._names))
        return _Reading(tree.Variable(name))

    def brackets(self, inside: _Reading) -> _Reading:
        return inside._replace(depth=inside.depth + 1)

    def _applied(self, name: str, *arguments: _Reading) -> _Reading:
        node = tree.call(name, *(argument.node for argument in arguments))
        exact = tree.exact_value(node, [argument.exact for argument in arguments])
        depth = 1 + max(argument.depth for argument in arguments)
        return _Reading(node, depth=depth, exact=exact)

    add = functools.partialmethod(_applied, "add")
    sub = functools.partialmethod(_applied, "sub")
    mul = functools.partialmethod(_applied, "mul")
    div = functools.partialmethod(_applied, "div")
    neg = functools.partialmethod(_applied, "neg")
    absolute = functools.partialmethod(_applied, "abs")

    def pow(self, base: _Reading, exponent: _Reading) -> _Reading:
        if exponent.exact is not None and abs(exponent.exact) > MAX_EXPONENT:
            self._fail(exponent.start, exponent.end, f"an exponent beyond {MAX_EXPONENT:,}")
        if exponent.exact and base.exact:
            digits = _decimal_exponent(base.exact) * exponent.exact
            if abs(digits) >= MAX_DIGITS:
                self._refuse_constant(base.start, exponent.end)
        return self._applied("pow", base, exponent)

    def superscript(self, base: _Reading, token: Token) -> _Reading:
        return self.pow(base, self._whole_number(token, *_span(token)))

    def call(self, token: Token, *arguments: _Reading) -> _Reading:
        meaning = notations.function(str(token))
        assert meaning is not None
        return self._meant(meaning, token, *arguments)

    def square_call(self, token: Token, *arguments: _Reading) -> _Reading:
        """Read Mathematica's Log[2, x], whose sequence of arguments may be another one."""
        meaning = notations.function(str(token), in_square_brackets=True)
        assert meaning is not None
        if reverse := notations.REVERSED.get((str(meaning), len(arguments))):
            return self._meant(reverse, token, *arguments[::-1])
        return self._meant(meaning, token, *arguments)

    def power_call(self, token: Token, digits: Token, *arguments: _Reading) -> _Reading:
        """Read sin²(x), sin^2 x: the power of the function's value."""
        power = self._whole_number(digits, *_span(digits))
        if power.exact is not None and power.exact < 0:
            meaning = notations.function(str(token))
            name = meaning if isinstance(meaning, str) else str(token)
            reciprocal = f"1/{name}(x)"
            hint = f"{INVERSES[name]}(x), or {reciprocal}" if name in INVERSES else reciprocal
            start, end = _span(token)[0], _span(digits)[1]
            problem = f"'{self._quoted(start, end)}' can be read in two ways"
            self._fail(start, end, problem, f"write {hint}")
        return self.pow(self.call(token, *arguments), power)

    # --- what the rules share ----------------------------------------------------------------

    def _whole_number(self, digits: str, start: int, end: int) -> _Reading:
        ordinary = digits.translate(_SUPERSCRIPTS)
        if len(ordinary) > MAX_DIGITS:
            self._fail(start, end, f"an exponent beyond {MAX_EXPONENT:,}")
        value = Fraction(int(ordinary))
        node = tree.number(abs(value))
        return _Reading(tree.call("neg", node) if value < 0 else node, start, end, exact=value)

    def _meant(self, meaning: notations.Meaning, token: Token, *arguments: _Reading) -> _Reading:
        """What the name in a token means, of these arguments."""
        start, end = span = _span(token)
        if isinstance(meaning, notations.Refused):
            self._fail(*span, f"'{self._quoted(start, end)}' is not read", meaning.hint)
        if meaning in CONSTANT_NAMES:
            return _Reading(tree.Named(meaning))
        if isinstance(meaning, str):
            return self._called(meaning, span, arguments)
        if len(arguments) != len(meaning.parameters):
            expected = ", ".join(meaning.parameters)
            problem = f"'{token}' takes {_counted(len(meaning.parameters))}, not {len(arguments)}"
            self._fail(*span, problem, f"write {self._quoted(start, end)}({expected})")
        nodes = [argument.node for argument in arguments]
        definition = Reader(meaning.text, {}, meaning.parameters).read()
        node = tree.substituted(definition, dict(zip(meaning.parameters, nodes, strict=True)))
        depth = 2 + max((argument.depth for argument in arguments), default=0)
        return _Reading(node, depth=depth, exact=tree.rational(node))

    def _called(
        self, name: str, span: tuple[int, int], arguments: tuple[_Reading, ...]
    ) -> _Reading:
        function = FUNCTIONS[name]
        if function.longer and len(arguments) == function.arity + 1:
            return self._called(function.longer, span, arguments)
        arity = function.arity
        if function.repeats and len(arguments) > arity:
            return functools.reduce(functools.partial(self._applied, name), arguments)
        if len(arguments) != arity:
            problem = f"'{name}' takes {_counted(arity)}, not {len(arguments)}"
            self._fail(*span, problem, f"write {FUNCTIONS[name].signature}")
        return self.pow(*arguments) if name == "pow" else self._applied(name, *arguments)

    def _quoted(self, start: int, end: int) -> str:
        """The characters as they were typed, as a message may quote them."""
        return clipped(self.typed[self.offset + start : self.offset + end])


def _counted(arity: int) -> str:
    return "one argument" if arity == 1 else f"{arity} arguments"


def _span(token: Token) -> tuple[int, int]:
    """The half-open range of the characters of a token."""
    assert token.start_pos is not None
    assert token.end_pos is not None
    return token.start_pos, token.end_pos


def _decimal_exponent(value: Fraction) -> float:
    """Roughly log10 of the absolute value of a number that is not zero."""
    top, bottom = abs(value.numerator), value.denominator
    if max(top, bottom) < 2**1000:
        return math.log10(top) - math.log10(bottom)
    return 0.30103 * (top.bit_length() - bottom.bit_length())


# --- the parser of the grammar, stored beside the package's bytecode --------------------------
# To make it takes longer than everything else that a mistyped expression needs; to load it does
# not.


@functools.cache
def parser() -> Lark:
    """The parser of grammar.lark."""
    from lark import Lark

    grammar = _grammar()
    path = cache_path(grammar)
    with contextlib.suppress(Exception), path.open("rb") as file:  # a damaged one raises anything
        return Lark.load(file)
    lalr = Lark(
        grammar,
        parser="lalr",
        lexer="basic",
        maybe_placeholders=False,
        propagate_positions=True,
    )
    content = io.BytesIO()
    lalr.save(content)
    cache.store(path, content.getvalue())
    return lalr


def _grammar() -> str:
    """The text of grammar.lark."""
    text = pkgutil.get_data(__package__, "grammar.lark")
    assert text is not None
    return text.decode()


def cache_path(grammar: str) -> Path:
    """The file for the parser of this grammar, by this lark and this Python."""
    import lark

    key = zlib.crc32(f"{lark.__version__} {grammar}".encode())
    return cache.path(__file__, f".{key:08x}.lark")
