"""Text to expressions. Nothing typed is ever evaluated as Python.

The grammar is in grammar.lark; this module has the meaning of its rules, the bounds, and the
words for everything that can be wrong with a text.
"""

from __future__ import annotations

import difflib
import functools
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from importlib.resources import files
from typing import TYPE_CHECKING, NoReturn

from tapecli.errors import ExpressionError, UsageError
from tapecli.functions import CONSTANT_NAMES, FUNCTION_NAMES, FUNCTIONS
from tapecli.tree import (
    Node,
    alias,
    call,
    constant,
    exact_value,
    number,
    text,
    variable,
    variables,
)

if TYPE_CHECKING:
    from lark import Lark, Token, Tree
    from lark.exceptions import UnexpectedToken

MAX_LENGTH = 10_000
"""Characters in one expression."""
MAX_DEPTH = 200
"""Brackets and operators inside one another, counted together."""
MAX_DIGITS = 400
"""Digits of a number, and the decimal exponent of a constant, either way from 1."""
MAX_EXPONENT = 1_000_000
"""Size of a constant exponent."""
MAX_TARGETS = 50
"""Expressions in one request."""

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_NAME = r"[A-Za-z_][A-Za-z_0-9]*|[Α-Ωα-ω](?:_?[0-9]+)?"
_ONE_LETTER = re.compile(r"(?:[A-Za-z]|[Α-Ωα-ω])(?:_?[0-9]+)?")
_ASSIGNMENT = re.compile(rf"\s*({_NAME})\s*=")
_BLANKS = " \t\r\n\u00a0"


@dataclass(frozen=True)
class Expression:
    """A target: what it is called and its tree.

    Attributes:
        name: what it was named, or a name that no variable has.
        tree: the tree.
    """

    name: str
    tree: Node

    @property
    def text(self) -> str:
        """The fully explicit form of the tree, with earlier targets by name."""
        return text(self.tree)

    def __str__(self) -> str:
        return f"{self.name} = {self.text}"


def parse(texts: str | Iterable[str], known: Collection[str] = ()) -> tuple[Expression, ...]:
    """Read expressions, each of them `expression` or `name = expression`, in order.

    Later ones may use the names of earlier ones. A variable is one letter (a number may
    follow: x1, x_1), or one of the names in `known`.

    Raises:
        ExpressionError: a text cannot be read, is too long or too deep, or its name is taken.
        UsageError: there is no expression, or there are more than `MAX_TARGETS`.
    """
    texts = [texts] if isinstance(texts, str) else list(texts)
    if not texts:
        raise UsageError("no expression was given")
    if len(texts) > MAX_TARGETS:
        raise UsageError(f"{len(texts)} expressions: no more than {MAX_TARGETS} at once")
    scope: dict[str, Node] = {}
    trees = [(_statement(text_, scope, known)) for text_ in texts]
    taken = {*variables(*(tree for _, tree in trees)), *scope}
    fresh = _fresh_names(taken, sum(not name for name, _ in trees))
    return tuple(Expression(name or next(fresh), tree) for name, tree in trees)


def _statement(text_: str, scope: dict[str, Node], known: Collection[str]) -> tuple[str, Node]:
    """Read one text; enter its name, if it has one, into the scope."""
    assignment = _ASSIGNMENT.match(text_[:MAX_LENGTH])
    reader = _Reader(text_, scope, known, assignment.end() if assignment else 0)
    if not assignment:
        return "", reader.tree()
    name = assignment[1]
    if problem := _unusable(name, scope):
        raise ExpressionError(text_, *assignment.span(1), problem, "choose another name")
    tree = reader.tree()
    if name in variables(tree):
        raise ExpressionError(
            text_, *assignment.span(1), f"'{name}' is defined by itself", "choose another name"
        )
    scope[name] = tree
    return name, tree


def _unusable(name: str, scope: dict[str, Node]) -> str:
    if name in FUNCTION_NAMES:
        return f"'{name}' is a function"
    if name in CONSTANT_NAMES:
        return f"'{name}' is a constant"
    return f"'{name}' is defined twice" if name in scope else ""


def _fresh_names(taken: set[str], count: int) -> Iterator[str]:
    """Names for the nameless: y, or y1, y2, ...; another letter where a variable has it."""
    for letter in "yfghuvw":
        names = [letter] if count == 1 else [f"{letter}{i + 1}" for i in range(count)]
        if not taken.intersection(names):
            return iter(names)
    return (f"target{i + 1}" for i in range(count))


@dataclass(frozen=True, slots=True)
class _Part:
    """What a rule of the grammar has read: its node, its place in the text, and its depth."""

    node: Node
    start: int
    end: int
    depth: int
    exact: Fraction | None = None


@dataclass
class _Reader:
    """Reads one text into one tree. Each rule of the grammar has a method of its name."""

    typed: str
    scope: dict[str, Node]
    known: Collection[str]
    offset: int = 0

    def tree(self) -> Node:
        """Return the tree, or raise an ExpressionError."""
        if len(self.typed) > MAX_LENGTH:
            problem = f"the expression has {len(self.typed):,} characters"
            self.fail(0, 1, problem, f"the limit is {MAX_LENGTH:,}")
        source = self.typed[self.offset :]
        if not source.strip():
            self.fail(0, len(source), "the expression is empty", "try 'log(x^2)'")
        for place, character in enumerate(source):
            if not (character.isprintable() or character in " \t\r\n\u00a0"):
                name = unicodedata.name(character, f"U+{ord(character):04X}")
                self.fail(place, place + 1, f"an unreadable character: {name}")
        parts: dict[int, _Part] = {}
        root = self._parse(source)
        for branch in root.iter_subtrees():
            children = [parts.get(id(child), child) for child in branch.children]
            parts[id(branch)] = getattr(self, branch.data)(*children)
        return parts[id(root)].node

    def _parse(self, source: str) -> Tree[Token]:
        from lark.exceptions import UnexpectedCharacters, UnexpectedToken

        try:
            return _parser().parse(source)
        except _UnknownCall as error:
            self._unknown_call(error.token)
        except UnexpectedToken as error:
            self._unexpected(error, source)
        except UnexpectedCharacters as error:
            place = error.pos_in_stream or 0
            hint = "'=' comes after a name: 'y = x^2'" if source[place] == "=" else ""
            self.fail(place, place + 1, f"unexpected '{source[place]}'", hint)

    # --- one method per rule -----------------------------------------------------------------

    def whole(self, part: _Part) -> _Part:
        return part

    def number(self, token: Token) -> _Part:
        start, end = _span(token)
        mantissa, _, exponent = token.lower().partition("e")
        if len(mantissa) > MAX_DIGITS or abs(int(exponent[:9] or 0)) > MAX_DIGITS:
            self.fail(start, end, f"a number of more than {MAX_DIGITS} digits")
        value = Fraction(str(token))
        return _Part(number(value, decimal=not token.isdigit()), start, end, 1, value)

    def name(self, token: Token) -> _Part:
        name, (start, end) = str(token), _span(token)
        if name in self.scope:
            target = self.scope[name]
            return _Part(alias(name, target), start, end, 1)
        if name in CONSTANT_NAMES:
            return _Part(constant(CONSTANT_NAMES[name]), start, end, 1)
        if not (name in self.known or _ONE_LETTER.fullmatch(name)):
            self.fail(start, end, f"unknown name '{name}'", self._meant(name, joined=True))
        return _Part(variable(name), start, end, 1)

    def brackets(self, inside: _Part) -> _Part:
        return self._checked(
            inside.node, inside.start - 1, inside.end + 1, inside.depth + 1, inside.exact
        )

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
            self.fail(exponent.start, exponent.end, f"an exponent beyond {MAX_EXPONENT:,}")
        return self._applied("pow", base, exponent)

    def superscript(self, base: _Part, token: Token) -> _Part:
        return self.pow(base, self._integer(str(token), *_span(token)))

    def arguments(self, *arguments: _Part) -> tuple[_Part, ...]:
        return arguments

    def call(self, token: Token, given: _Part | tuple[_Part, ...]) -> _Part:
        return self._called(FUNCTION_NAMES[str(token)], _span(token), given)

    def power_call(self, token: Token, given: _Part | tuple[_Part, ...]) -> _Part:
        """Read sin²(x), sin^2 x: the power of the function's value."""
        start, end = _span(token)
        written = re.match(r"√|[A-Za-z_0-9Γ]+?(?=\s|\^|\*|[⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹])", token)
        assert written is not None
        name = FUNCTION_NAMES[written[0]]
        power = self._integer(token[written.end() :].strip(" ^*"), start + written.end(), end)
        if power.exact is not None and power.exact < 0:
            inverse = {"sin": "asin", "cos": "acos", "tan": "atan", "sinh": "asinh"}.get(name)
            inverse = inverse or {"cosh": "acosh", "tanh": "atanh"}.get(name)
            hint = f"write {inverse}(x), or 1/{name}(x)" if inverse else f"write 1/{name}(x)"
            self.fail(start, end, f"'{token.strip()}' can be read in two ways", hint)
        return self.pow(self._called(name, (start, end), given), power)

    # --- what the rules share ----------------------------------------------------------------

    def _integer(self, digits: str, start: int, end: int) -> _Part:
        written = digits.translate(_SUPERSCRIPTS).replace(" ", "")
        if len(written) > len(str(MAX_EXPONENT)) + 1:
            self.fail(start, end, f"an exponent beyond {MAX_EXPONENT:,}")
        value = Fraction(int(written))
        node = number(abs(value))
        return _Part(call("neg", node) if value < 0 else node, start, end, 1, value)

    def _called(self, name: str, place: tuple[int, int], given: _Part | tuple[_Part, ...]) -> _Part:
        given = given if isinstance(given, tuple) else (given,)
        arity = FUNCTIONS[name].arity
        if len(given) != arity:
            wanted = "one argument" if arity == 1 else f"{arity} arguments"
            hint = f"write {FUNCTIONS[name].signature}"
            self.fail(*place, f"'{name}' takes {wanted}, not {len(given)}", hint)
        return self.pow(*given) if name == "pow" else self._applied(name, *given, start=place[0])

    def _applied(self, name: str, *parts: _Part, start: int | None = None) -> _Part:
        node = call(name, *(part.node for part in parts))
        exact = exact_value(node, [part.exact for part in parts])
        start = parts[0].start if start is None else start
        depth = 1 + max(part.depth for part in parts)
        return self._checked(node, start, parts[-1].end, depth, exact)

    def _checked(
        self, node: Node, start: int, end: int, depth: int, exact: Fraction | None
    ) -> _Part:
        start, end = max(start, 0), min(end, len(self.typed) - self.offset)
        if depth > MAX_DEPTH:
            problem = f"more than {MAX_DEPTH} brackets and operators inside one another"
            self.fail(start, end, problem, "give parts of it names: 'u = ...' 'y = log(u)'")
        if exact and not -MAX_DIGITS < _decimal_exponent(exact) < MAX_DIGITS:
            self.fail(start, end, f"a constant of more than {MAX_DIGITS} digits")
        return _Part(node, start, end, depth, exact)

    # --- what can be wrong -------------------------------------------------------------------

    def fail(self, start: int, end: int, problem: str, hint: str = "") -> NoReturn:
        """Raise the error for a place in the source."""
        place = self.offset + start, self.offset + end
        raise ExpressionError(self.typed, *place, problem, hint) from None

    def _meant(self, name: str, joined: bool = False) -> str:
        """The hint for an unknown name, or ""."""
        names = [*FUNCTION_NAMES, *CONSTANT_NAMES, *self.scope, *self.known]
        if joined:
            heads = [head for head in FUNCTION_NAMES if name.startswith(head) and len(head) > 1]
            rest = name[len(max(heads, key=len)) :] if heads else ""
            if _ONE_LETTER.fullmatch(rest) or rest in CONSTANT_NAMES:
                return f"did you mean '{max(heads, key=len)}({rest})'?"
        close = difflib.get_close_matches(name.lower(), names, n=1)
        if close:
            return f"did you mean '{close[0]}'?"
        return f"a variable of more than one letter needs its points: --at {name}=1..3"

    def _unknown_call(self, token: Token) -> NoReturn:
        name, (start, end) = str(token), _span(token)
        if name in self.scope or name in self.known or name in CONSTANT_NAMES:
            is_name = True
        else:
            is_name = bool(_ONE_LETTER.fullmatch(name))
        if is_name:
            inside = self.typed[self.offset + end :].lstrip(_BLANKS)
            product = f"{name}*{inside[: _closing(inside)]}"
            self.fail(start, end, f"is '{name}' a function?", f"write {product}")
        close = difflib.get_close_matches(name.lower(), FUNCTION_NAMES, n=1)
        hint = f"did you mean '{close[0]}'?" if close else "see 'tapecli functions'"
        self.fail(start, end, f"unknown function '{name}'", hint)

    def _unexpected(self, error: UnexpectedToken, source: str) -> NoReturn:
        token = error.token
        before = source[: token.start_pos].rstrip(_BLANKS) if token.type != "$END" else source
        if token.type == "$END":
            self._unfinished(before)
        start, end = _span(token)
        previous = before[-1:]
        if token.type == "RPAR" and "(" not in _still_open(before).values():
            self.fail(start, end, "')' closes nothing")
        if token.type == "RPAR" and previous == "(":
            self.fail(start, end, "nothing between the brackets")
        if token.type == "_BAR":
            inside, bar, _ = source[start + 1 :].partition("|")
            hint = f"write {_tail(before)}*|{inside}|" if bar else ""
            self.fail(start, end, "a product with '|' needs its '*'", hint)
        if token.type == "NUMBER":
            left = "..." if previous in ")|" else _tail(before)
            hint = f"write {left}*{token}, or {left}^{token}"
            self.fail(start, end, "a number after a factor", hint)
        if token.type == "_POWER" and _tail(before) in FUNCTION_NAMES:
            name = _tail(before)
            self.fail(start, end, f"which part of '{name}' is raised?", f"write {name}(x)^n")
        if token.type == "COMMA":
            self.fail(start, end, "a comma outside of a function's brackets")
        self.fail(start, end, f"unexpected '{token}'")

    def _unfinished(self, source: str) -> NoReturn:
        end = len(source.rstrip(_BLANKS))
        unclosed = _unclosed(source)
        name = _tail(source[:end])
        if name in FUNCTION_NAMES:
            hint = f"write {FUNCTIONS[FUNCTION_NAMES[name]].signature}"
            self.fail(end - len(name), end, f"'{name}' has no argument", hint)
        if unclosed is not None:
            self.fail(unclosed, unclosed + 1, f"'{source[unclosed]}' is never closed")
        self.fail(end, end + 1, "the expression ends too early")


class _UnknownCall(Exception):
    """A name with a bracket behind it that is no function's."""

    def __init__(self, token: Token) -> None:
        super().__init__(str(token))
        self.token = token


def _refuse(token: Token) -> Token:
    raise _UnknownCall(token)


@functools.cache
def _parser() -> Lark:
    """Return the parser of grammar.lark with the function names of the table in it."""
    from lark import Lark

    words = sorted((name for name in FUNCTION_NAMES if name.isascii()), key=len, reverse=True)
    signs = [name for name in FUNCTION_NAMES if not name.isascii()]
    names = rf"(?:(?:{'|'.join(words)})(?![A-Za-z_0-9])|{'|'.join(signs)})"
    grammar = files("tapecli").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(
        grammar.replace("FUNCTION_NAMES", names),
        parser="lalr",
        lexer="basic",
        maybe_placeholders=False,
        lexer_callbacks={"UNKNOWN": _refuse},
    )


def _span(token: Token) -> tuple[int, int]:
    assert token.start_pos is not None
    return token.start_pos, token.start_pos + len(token)


def _decimal_exponent(value: Fraction) -> float:
    """Roughly log10 of the size of a number that is not zero."""
    return 0.30103 * (value.numerator.bit_length() - value.denominator.bit_length())


def _still_open(source: str) -> dict[int, str]:
    """The brackets and bars that are open at the end of the source, by their places."""
    opened: dict[int, str] = {}
    operand = False
    for place, character in enumerate(source):
        if character == "(" or (character == "|" and not operand):
            opened[place] = character
        elif character in ")|" and opened:
            opened.popitem()
        if character not in _BLANKS:
            operand = character in ")|." or character.isalnum() or character == "_"
            operand = operand and place not in opened
    return opened


def _unclosed(source: str) -> int | None:
    """The place of the last bracket or bar that is still open, if there is one."""
    return next(reversed(_still_open(source)), None)


def _closing(source: str) -> int:
    """The end of the bracket that the source begins with, or of the source."""
    depth = 0
    for place, character in enumerate(source):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return place + 1
    return len(source)


def _tail(source: str) -> str:
    """The last name, number or sign of the source, for a hint."""
    match = re.search(rf"(?:{_NAME}|[0-9.]+|.)\s*$", source)
    return match[0].strip() if match else ""
