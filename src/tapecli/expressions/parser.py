"""Turns one text into one tree: what each rule of grammar.lark means, and the bounds."""

from __future__ import annotations

import contextlib
import functools
import io
import math
import pkgutil
import re
import unicodedata
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from tapecli.errors import ExpressionError, clipped
from tapecli.expressions import (
    cache,
    diagnosis,
    libraries,
    notations,
    shorthands,
    tokens,
    tree,
    two_readings,
)
from tapecli.expressions.diagnosis import UNKNOWN_CALL
from tapecli.expressions.functions import CONDITIONS, CONSTANT_NAMES, FUNCTIONS, INVERSES, Function
from tapecli.expressions.shorthands import MAX_OPERATIONS, Definition, Mode, Work
from tapecli.expressions.tree import BLANKS, Node

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

MAX_LENGTH = 10_000
"""The most characters in one expression."""

MAX_DEPTH = 200
"""Nested brackets and operators, counted together."""

MAX_DIGITS = 400
"""The most digits of a number, and the largest decimal exponent of a constant, above or below 1."""

_SHORT = 16
"""Whole numbers of fewer digits are within every bound."""

MAX_EXPONENT = 1_000_000
"""The largest constant exponent, in size."""

CONSTANT_PROBLEM = f"a constant of more than {MAX_DIGITS} digits"
EXPONENT_PROBLEM = f"an exponent beyond {MAX_EXPONENT:,}"

SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")


class Reading(NamedTuple):
    """What a rule of the grammar has read from the half-open range of characters, as a tree.

    `depth` is how deep brackets and operators are nested, `exact` the value of a rational
    constant, and `condition` where a piece of several applies.
    """

    node: Node
    start: int = 0
    end: int = 0
    depth: int = 1
    exact: Fraction | None = None
    condition: Node | None = None


_COMPARISONS = {
    **dict.fromkeys(("<", "\\lt"), "lt"),
    **dict.fromkeys((">", "\\gt"), "gt"),
    **dict.fromkeys(("<=", "≤", "⩽", "\\le", "\\leq", "\\leqslant"), "le"),
    **dict.fromkeys((">=", "≥", "⩾", "\\ge", "\\geq", "\\geqslant"), "ge"),
    "==": "eq",
    **dict.fromkeys(("!=", "≠", "\\ne", "\\neq"), "ne"),
}
"""The rows of comparisons, by their signs."""

_CONDITIONS = {name: row.conditions for name, row in {**FUNCTIONS, **CONDITIONS}.items()}
"""For each function and each sign of a condition, how many of its arguments are conditions."""


@dataclass
class Reader:
    """Reads the text `typed`, with a method for each rule of the grammar, of the same name.

    Attributes:
        typed: the text, of which the part from `offset` to `end` is read.
        scope: the earlier targets by name.
        variable_names: the variables that have several letters.
        definitions: the earlier functions of the text, by name.
        bound: the values of indices and parameters.
        indices: which of these are indices.
        level: how many shorthands this is inside of.
        mode: what is read for.
        work: what all texts that are read together have written out.
    """

    typed: str
    scope: Mapping[str, Node]
    variable_names: Collection[str] = ()
    offset: int = 0
    end: int | None = None
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    bound: Mapping[str, Reading] = field(default_factory=dict)
    indices: Collection[str] = ()
    level: int = 0
    mode: Mode = Mode.TYPED
    work: Work = field(default_factory=Work)

    def read(self) -> Node:
        """Read the tree, or raise an ExpressionError if that is impossible or beyond a bound."""
        return self.number_in(self.parsed()).node

    def number_in(self, root: Tree[Token]) -> Reading:
        """The meaning of a branch, which must be a number and no condition."""
        reading = self.walked(root)
        self.check_kind(reading)
        return reading

    def parsed(self, defined: str = "") -> Tree[Token]:
        """The parser's tree of the text, which defines a name, or an ExpressionError."""
        if len(self.typed) > MAX_LENGTH:
            problem = f"the expression has {len(self.typed):,} characters"
            self.fail(0, 1, problem, f"the limit is {MAX_LENGTH:,}")
        source = notations.with_ordinary_characters(self.typed[self.offset : self.end])
        if not source.strip(BLANKS):
            self.fail(0, max(len(source), 1), "the expression is empty", "try 'log(x^2)'")
        for index, character in enumerate(source):
            if not (character.isprintable() or character in BLANKS):
                name = unicodedata.name(character, f"U+{ord(character):04X}")
                self.fail(index, index + 1, f"an unreadable character: {name}")
        return self._parsed(source, defined)

    def _parsed(self, source: str, defined: str) -> Tree[Token]:
        from lark.exceptions import UnexpectedCharacters, UnexpectedToken

        state: Any = parser().parse_interactive(source)
        words: list[Token] = []
        strange = None
        try:
            words.extend(state.lexer_thread.lex(state.parser_state))
        except UnexpectedCharacters as error:  # what is before it may be wrong as well
            strange = error.pos_in_stream or 0
        if not words and strange is None:  # LaTeX's spaces alone
            self.fail(0, len(source), "the expression is empty", "try 'log(x^2)'")
        try:
            for token in tokens.classified(words, source, self._names, self.definitions):
                state.feed_token(token)
            if strange is not None:
                self.fail(*diagnosis.strange(strange, source))
            root: Tree[Token] = state.feed_eof(words[-1] if words else None)
            return root
        except two_readings.Misread as error:
            self.fail(*error.mistake)
        except UnexpectedToken as error:
            if error.token.type == UNKNOWN_CALL and str(error.token) == defined:
                problem = f"'{clipped(defined)}' is defined by itself"
                self.fail_at(
                    error.token, problem, "it may use earlier ones; a semicolon ends a definition"
                )
            span = diagnosis.span(error.token)
            self.fail(*diagnosis.unexpected(error.token, span, source, self._names))

    def walked(self, root: Tree[Token]) -> Reading:
        """The meaning of each branch, from the leaves to the root."""
        readings: dict[int, Any] = {}
        branches = list(_branches(root))
        if self.mode is Mode.EXPANDED:
            self.count(root, len(branches))
        for branch in reversed(branches):
            children = [readings.get(id(child), child) for child in branch.children]
            if branch.data == "vector":  # several readings
                readings[id(branch)] = tuple(children)
                continue
            node, _, _, depth, exact, condition = getattr(self, branch.data)(*children)
            start, end = branch.meta.start_pos, branch.meta.end_pos
            if depth > MAX_DEPTH:
                problem = f"more than {MAX_DEPTH} nested brackets and operators"
                self.fail(start, end, problem, "give parts of it names: 'u = ...' 'y = log(u)'")
            if exact and abs(_decimal_exponent(exact)) >= MAX_DIGITS:
                self.fail(start, end, CONSTANT_PROBLEM, "write smaller numbers")
            readings[id(branch)] = Reading(node, start, end, depth, exact, condition)
        reading: Reading = readings[id(root)]
        return reading

    def fail(self, start: int, end: int, problem: str, hint: str = "") -> NoReturn:
        start, end = self.offset + start, self.offset + end
        raise ExpressionError(self.typed, start, end, problem, hint) from None

    def fail_at(self, place: Tree[Token] | Token, problem: str, hint: str = "") -> NoReturn:
        """Raise an ExpressionError about a token or a branch."""
        self.fail(*diagnosis.span(place), problem, hint)

    def count(self, place: Tree[Token] | Token, operations: int) -> None:
        """Count operations that are written out, and refuse too many."""
        self.work.operations += operations
        if self.work.operations > MAX_OPERATIONS:
            problem = f"more than {MAX_OPERATIONS:,} operations, once it is written out"
            self.fail_at(place, problem, "take fewer terms, orders or calls")

    @property
    def _names(self) -> set[str]:
        """The names that this text may use besides those of the table."""
        return {*self.scope, *self.variable_names, *self.bound}

    # --- one method per rule -----------------------------------------------------------------

    def plus(self, operand: Reading) -> Reading:
        return operand

    def digit(self, token: Token) -> Reading:
        r"""Read the argument 2 of \frac{x}2, or of \sqrt2."""
        if len(token) > 1:
            problem = "a command of LaTeX takes one digit"
            self.fail_at(token, problem, f"write {{{clipped(token)}}}")
        return self.number(token)

    def vulgar(self, token: Token) -> Reading:
        r"""Read ½, 1⁄3, or \frac12."""
        numbers = re.findall("[0-9]+", unicodedata.normalize("NFKC", token))
        if token.startswith("\\"):
            numbers = list("".join(numbers))
        top, bottom = (self.number(token.update(value=digits)) for digits in numbers)
        return self.applied("div", top, bottom)

    def root(self, index: Reading, operand: Reading) -> Reading:
        r"""Read \sqrt[3]{x}."""
        if index.exact in (2, 3):
            return self.applied("sqrt" if index.exact == 2 else "cbrt", operand)
        return self._called("root", (index.start, index.end), (operand, index))

    def degree(self, operand: Reading) -> Reading:
        """Read 30°, which is 30*pi/180."""
        product = self.applied("mul", operand, Reading(tree.Named("pi")))
        return self.applied("div", product, self.whole(180))

    def percent(self, operand: Reading) -> Reading:
        hundred = Fraction(100)
        return self.applied("div", operand, Reading(tree.number(hundred), exact=hundred))

    def number(self, token: Token) -> Reading:
        if len(token) < _SHORT and token.isdigit():
            value = Fraction(int(token))
            return Reading(tree.Number(value, False), exact=value)
        mantissa, _, exponent = token.lower().partition("e")
        mantissa = mantissa.replace("_", "")
        digits = len(mantissa.removeprefix("0").replace(".", ""))
        shift = exponent.lstrip("+-0")
        if digits > MAX_DIGITS or len(shift) > 3 or int(shift or 0) > MAX_DIGITS:
            self.fail(
                *diagnosis.span(token),
                f"a number of more than {MAX_DIGITS} digits",
                "write a shorter one",
            )
        plain = token.replace("_", "")
        value = Fraction(plain)
        return Reading(tree.number(value, decimal=not plain.isdigit()), exact=value)

    def name(self, token: Token) -> Reading:
        name = str(token)
        if name in self.bound:
            return self.bound[name]._replace(depth=1)
        if name in self.definitions:
            hint = f"write {self.definitions[name].signature}"
            assert token.end_pos is not None
            behind = self.typed[self.offset + token.end_pos :].lstrip(BLANKS)
            if behind.startswith(("^", "**", *"⁰¹²³⁴⁵⁶⁷⁸⁹")):
                hint = f"{hint}^n for its power, or {name}''(x) for a derivative"
            self.fail_at(token, f"'{clipped(name)}' is a function", clipped(hint, 100))
        if name in self.scope:
            target = self.scope[name]
            return Reading(tree.Alias(name, target), exact=tree.rational(target))
        if name not in self.variable_names and (meaning := notations.constant(name)):
            return self._meant(meaning, token)
        if not self.is_variable(name):
            span = diagnosis.span(token)
            after = self.typed[self.offset + span[1] : self.end]
            self.fail(*diagnosis.unknown_name(name, span, self._names, after))
        return Reading(tree.Variable(name))

    def is_variable(self, name: str) -> bool:
        """Whether a name that has no other meaning is a variable."""
        return name in self.variable_names or tree.is_one_letter(name)

    def brackets(self, inside: Reading) -> Reading:
        return inside._replace(depth=inside.depth + 1)

    def applied(self, name: str, *arguments: Reading) -> Reading:
        """A function or operator of readings."""
        conditions = _CONDITIONS.get(name, 0)
        for index, argument in enumerate(arguments):
            self.check_kind(argument, index < conditions)
        node = tree.call(name, *(argument.node for argument in arguments))
        exact = tree.exact_value(node, [argument.exact for argument in arguments])
        depth = 1 + max(argument.depth for argument in arguments)
        return Reading(node, depth=depth, exact=exact)

    add = functools.partialmethod(applied, "add")
    sub = functools.partialmethod(applied, "sub")
    mul = functools.partialmethod(applied, "mul")
    div = functools.partialmethod(applied, "div")
    fraction = functools.partialmethod(applied, "div")
    neg = functools.partialmethod(applied, "neg")
    absolute = functools.partialmethod(applied, "abs")
    floor = functools.partialmethod(applied, "floor")
    ceil = functools.partialmethod(applied, "ceil")
    mod = functools.partialmethod(applied, "mod")

    def pow(self, base: Reading, exponent: Reading) -> Reading:
        if problem := self.power_problem(base.exact, exponent.exact):
            start = exponent.start if problem is EXPONENT_PROBLEM else base.start
            self.fail(start, exponent.end, problem)
        return self.applied("pow", base, exponent)

    def power_problem(self, base: Fraction | None, exponent: Fraction | None) -> str:
        """What is wrong with a power of constants, or ""; they are None where they vary."""
        if exponent is not None and abs(exponent) > MAX_EXPONENT:
            return EXPONENT_PROBLEM
        if exponent and base and abs(_decimal_exponent(base) * exponent) >= MAX_DIGITS:
            return CONSTANT_PROBLEM
        return ""

    def superscript(self, base: Reading, token: Token) -> Reading:
        return self.pow(base, self._whole_number(token, *diagnosis.span(token)))

    def factorial(self, operand: Reading) -> Reading:
        return self._called("factorial", (operand.start, operand.end), (operand,))

    def defined_call(self, token: Token, *rest: Any) -> Reading:
        primes, arguments = (rest[0], rest[1:]) if isinstance(rest[0], str) else ("", rest)
        return shorthands.defined_call(self, token, primes, arguments)

    def derivative(self, token: Token, *items: Tree[Token]) -> Reading:
        return shorthands.derivative(self, token, items)

    def iterated(self, token: Token, *items: Tree[Token]) -> Reading:
        return shorthands.iterated(self, token, shorthands.iteration(self, token, items))

    def summed(self, token: Token, *parts: Tree[Token]) -> Reading:
        return shorthands.iterated(self, token, shorthands.latex_iteration(token, parts))

    def call(self, token: Token, *arguments: Reading) -> Reading:
        meaning = notations.function(str(token))
        assert meaning is not None
        return self._meant(meaning, token, *arguments)

    def square_call(self, token: Token, *arguments: Reading) -> Reading:
        """Read Mathematica's Log[2, x], whose sequence of arguments may be another one."""
        meaning = notations.function(str(token), in_square_brackets=True)
        assert meaning is not None
        if reverse := notations.REVERSED.get((str(meaning), len(arguments))):
            return self._meant(reverse, token, *arguments[::-1])
        return self._meant(meaning, token, *arguments)

    def power_call(self, token: Token, digits: Token, *arguments: Reading) -> Reading:
        """Read sin²(x), sin^2 x: the power of the function's value."""
        power = self._whole_number(digits, *diagnosis.span(digits))
        if power.exact is not None and power.exact < 0:
            meaning = notations.function(str(token))
            name = meaning if isinstance(meaning, str) else str(token)
            reciprocal = f"1/{name}(x)"
            hint = f"{INVERSES[name]}(x), or {reciprocal}" if name in INVERSES else reciprocal
            start, end = diagnosis.span(token)[0], diagnosis.span(digits)[1]
            problem = f"'{self._quoted(start, end)}' can be read in two ways"
            self.fail(start, end, problem, f"write {hint}")
        return self.pow(self.call(token, *arguments), power)

    # --- vectors ------------------------------------------------------------------------------

    def dot(self, token: Token, first: Sequence[Reading], second: Sequence[Reading]) -> Reading:
        """Read the vectors (1, 2) and (x, y), whose product is 1*x + 2*y."""
        if len(first) != len(second):
            self.fail_at(token, "vectors of different lengths", "write dot((1, 2), (x, y))")
        pairs = zip(first, second, strict=True)
        products = [self.applied("mul", u, v) for u, v in pairs]
        return functools.reduce(functools.partial(self.applied, "add"), products)

    def softmax(self, token: Token, index: Reading, *arguments: Reading) -> Reading:
        """Read 1; x, y: the share of the first of them, which is exp(x - logaddexp(x, y))."""
        if index.exact is None or index.exact not in range(1, len(arguments) + 1):
            problem = f"the first number of 'softmax' is from 1 to {len(arguments)}"
            self.fail(index.start, index.end, problem, "write softmax(1; x, y)")
        total = functools.reduce(functools.partial(self.applied, "logaddexp"), arguments)
        chosen = arguments[int(index.exact) - 1]
        return self.applied("exp", self.applied("sub", chosen, total))

    # --- conditions --------------------------------------------------------------------------

    and_ = functools.partialmethod(applied, "and")
    or_ = functools.partialmethod(applied, "or")
    not_ = functools.partialmethod(applied, "not")

    def compared(self, *words: Any) -> Reading:
        """Read 0 < x < 1, which is 0 < x and x < 1."""
        triples = zip(words[::2], words[1::2], words[2::2], strict=False)
        comparisons = [
            self.applied(_COMPARISONS[sign], left, right)._replace(start=left.start, end=right.end)
            for left, sign, right in triples
        ]
        return functools.reduce(functools.partial(self.applied, "and"), comparisons)

    def chosen(self, first: Reading, condition: Reading, second: Reading) -> Reading:
        return self.applied("where", condition, first, second)

    def ternary(self, condition: Reading, first: Reading, second: Reading) -> Reading:
        return self.applied("where", condition, first, second)

    def pair(self, value: Reading, condition: Reading) -> Reading:
        self.check_kind(condition, is_condition=True)
        depth = max(value.depth, condition.depth)
        return value._replace(condition=condition.node, depth=depth)

    def otherwise(self, value: Reading) -> Reading:
        return value

    def piecewise(self, token: Token, *pieces: Reading) -> Reading:
        """Read pieces, each a value and a condition, or both by turns; the last is for all else."""
        if not any(piece.condition for piece in pieces):  # MATLAB's condition, value, ...
            pairs = zip(pieces[:-1:2], pieces[1::2], strict=False)
            last = pieces[-1:] if len(pieces) % 2 else ()
            pieces = (*(self.pair(value, condition) for condition, value in pairs), *last)
        *pieces_before, last_piece = pieces
        if pieces_before and _are_contrary(pieces_before[-1].condition, last_piece.condition):
            last_piece = last_piece._replace(condition=None)
        if last_piece.condition:
            problem = "no value where all conditions are false"
            self.fail(
                *diagnosis.span(token), problem, "add the value for all other points at the end"
            )
        reading = last_piece
        for piece in reversed(pieces_before):
            if not piece.condition:
                self.fail(piece.start, piece.end, "a piece without a condition is the last one")
            condition = piece._replace(node=piece.condition, condition=None)
            reading = self.applied("where", condition, piece._replace(condition=None), reading)
        return reading

    def check_kind(self, reading: Reading, is_condition: bool = False) -> None:
        """Refuse a condition where a number is wanted, and a number in place of a condition."""
        if tree.is_condition(reading.node) == is_condition:
            return
        text = clipped(tree.text(reading.node))
        problem = f"'{text}' is a condition, and no number"
        hint = f"write where({text}, 1, 0) for a number"
        if is_condition:
            problem, hint = f"'{text}' is no condition", f"write {text} > 0, or {text} != 0"
        self.fail(reading.start, max(reading.end, reading.start + 1), problem, hint)

    # --- what the rules share ----------------------------------------------------------------

    def _whole_number(self, digits: str, start: int, end: int) -> Reading:
        ordinary = digits.translate(SUPERSCRIPTS)
        if len(ordinary) > MAX_DIGITS:
            self.fail(start, end, EXPONENT_PROBLEM)
        value = Fraction(int(ordinary))
        return self.whole(int(value))._replace(start=start, end=end)

    def whole(self, value: int) -> Reading:
        """A whole number, which was not typed."""
        node = tree.number(abs(value))
        return Reading(tree.call("neg", node) if value < 0 else node, exact=Fraction(value))

    def check_arity(
        self, span: tuple[int, int], function: Function | Definition, count: int
    ) -> None:
        """Refuse a wrong number of arguments."""
        arity = len(function.parameters)
        if count != arity:
            problem = f"'{clipped(function.name)}' takes {_counted(arity)}, not {count}"
            hint = libraries.DEFAULTS.get((function.name, count), f"write {function.signature}")
            self.fail(*span, problem, clipped(hint, 120))

    def _meant(self, meaning: libraries.Meaning, token: Token, *arguments: Reading) -> Reading:
        """What the name in a token means, of these arguments."""
        start, end = span = diagnosis.span(token)
        if isinstance(meaning, libraries.Refused):
            self.fail(*span, f"'{self._quoted(start, end)}' is not read", meaning.hint)
        if meaning in CONSTANT_NAMES:
            return Reading(tree.Named(meaning))
        if isinstance(meaning, str):
            return self._called(meaning, span, arguments)
        if len(arguments) != len(meaning.parameters):
            expected = ", ".join(meaning.parameters)
            problem = f"'{token}' takes {_counted(len(meaning.parameters))}, not {len(arguments)}"
            self.fail(*span, problem, f"write {self._quoted(start, end)}({expected})")
        for argument in arguments:
            self.check_kind(argument)
        nodes = [argument.node for argument in arguments]
        node = tree.substituted(
            _definition(meaning), dict(zip(meaning.parameters, nodes, strict=True))
        )
        depth = 2 + max((argument.depth for argument in arguments), default=0)
        return Reading(node, depth=depth, exact=tree.rational(node))

    def _called(self, name: str, span: tuple[int, int], arguments: tuple[Reading, ...]) -> Reading:
        function = FUNCTIONS[name]
        if function.longer and len(arguments) == function.arity + 1:
            return self._called(function.longer, span, arguments)
        if function.repeats and len(arguments) > function.arity:
            return functools.reduce(functools.partial(self.applied, name), arguments)
        self.check_arity(span, function, len(arguments))
        return self.pow(*arguments) if name == "pow" else self.applied(name, *arguments)

    def _quoted(self, start: int, end: int) -> str:
        """The characters as they were typed, as a message may quote them."""
        return clipped(self.typed[self.offset + start : self.offset + end])


def _are_contrary(first: Node | None, second: Node | None) -> bool:
    """Whether one of two comparisons is true wherever the other is false, as x < 0 and x >= 0."""
    if not (isinstance(first, tree.Call) and isinstance(second, tree.Call)):
        return False
    name, same = _CONTRARY.get(first.name, ("", ""))
    is_reversed = first.arguments == second.arguments[::-1] and second.name == same
    return is_reversed or (first.arguments == second.arguments and second.name == name)


_CONTRARY = {
    "lt": ("ge", "le"),
    "le": ("gt", "lt"),
    "gt": ("le", "ge"),
    "ge": ("lt", "gt"),
    "eq": ("ne", "ne"),
    "ne": ("eq", "eq"),
}
"""For each comparison the contrary of the same arguments, and of the arguments in reverse."""


def _counted(arity: int) -> str:
    return "one argument" if arity == 1 else f"{arity} arguments"


def _branches(root: Tree[Token]) -> Iterator[Tree[Token]]:
    """The branches that are walked, each before those inside it, and the later ones first.

    What is inside of shorthands is left to them.
    """
    stack = [root]
    while stack:
        branch = stack.pop()
        yield branch
        if branch.data not in ("iterated", "summed", "derivative"):
            stack += [child for child in branch.children if not isinstance(child, str)]


def _decimal_exponent(value: Fraction) -> float:
    """Roughly log10 of the absolute value of a number that is not zero."""
    top, bottom = abs(value.numerator), value.denominator
    if bottom == 1 and top < 10**_SHORT:
        return math.log10(top)
    if max(top, bottom) < 2**1000:
        return math.log10(top) - math.log10(bottom)
    return 0.30103 * (top.bit_length() - bottom.bit_length())


@functools.cache
def _definition(template: libraries.Template) -> Node:
    """The tree that a template stands for."""
    return Reader(template.text, {}, template.parameters).read()


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
