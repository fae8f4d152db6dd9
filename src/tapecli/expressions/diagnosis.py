"""Says what is wrong with a text that the grammar does not take, and what was meant."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

from tapecli.errors import MAX_QUOTED, clipped
from tapecli.expressions import suggestions
from tapecli.expressions.functions import CONSTANT_NAMES, FUNCTION_NAMES, FUNCTIONS, INVERSES
from tapecli.expressions.notations import DERIVATIVES, EXAMPLES, ITERATED, KNOWN_ELSEWHERE
from tapecli.expressions.tree import BLANKS, NAME, is_one_letter

if TYPE_CHECKING:
    from lark import Token, Tree

UNKNOWN_CALL = "UNKNOWN_CALL"
"""The type of a name with a bracket behind it that is no function's."""

UNKNOWN_COMMAND = "UNKNOWN_COMMAND"
"""The type of a command of LaTeX that has no meaning here."""

_OPENING = "([{"
_CLOSING_SIGNS = ")]}"
_CLOSING = ("_RPAR", "_RSQUARE", "_RBRACE")

_POWER = r"\s*(?:(?:\^|\*\*)\s*[0-9]*|[⁰¹²³⁴⁵⁶⁷⁸⁹]+)?"
_TAIL = rf"(?:{NAME}|[0-9.]+|[^\s])\s*$"
_FUNCTION_TAIL = rf"(?:^|(?<![A-Za-z_0-9]))({NAME}|[√∛]){_POWER}\s*$"


_USUAL_FUNCTIONS = frozenset("fghFGHPQφψ")
"""Names that people give to functions."""

_DOTTED = "before a dot there may be a library, as in np.sin(x); see 'tapecli functions'"


class Mistake(NamedTuple):
    """A half-open range of characters, what is wrong with them, and what to write instead."""

    start: int
    end: int
    problem: str
    hint: str = ""


def span(place: Tree[Token] | Token) -> tuple[int, int]:
    """The half-open range of the characters of a token, or of a branch of the parser's tree."""
    if isinstance(place, str):
        assert place.start_pos is not None
        assert place.end_pos is not None
        return place.start_pos, place.end_pos
    return place.meta.start_pos, place.meta.end_pos


class Misread(Exception):
    """A mistake that is met before the grammar is asked."""

    def __init__(self, start: int, end: int, problem: str, hint: str) -> None:
        super().__init__(problem)
        self.mistake = Mistake(start, end, problem, hint)


_TWO_WAYS = "'{}' can be read in two ways"
_BASE = re.compile(r"0([xX][0-9A-Fa-f]+|[bB][01]+|[oO][0-7]+)(?!\w)")
_DECIMAL = r"([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?![0-9]*\.))"
_FLOAT = re.compile(
    r"([0-9]+\.[0-9]*(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?)([fF])(?!\w)"
)
_FORTRAN = re.compile(r"([0-9]+\.[0-9]*(?=[dD][+-])|[0-9.]+(?=[dD][0-9]))([dD])([+-]?[0-9]+)(?!\w)")
_IMAGINARY = re.compile(rf"({_DECIMAL}(?:[eE][+-]?[0-9]+)?)([ij])(?!\w)")

_MIXED = re.compile(
    r"([0-9]+)(?:\s*\\[dtc]?frac\s*([0-9])\s*([0-9])"
    r"|\s*\\[dtc]?frac\s*\{\s*([0-9]+)\s*\}\s*\{\s*([0-9]+)\s*\}"
    r"|\s+([0-9]+)\s*[/⁄]\s*([0-9]+)|\s*([¼-¾⅐-⅞]))"
)
"""A whole number and a fraction behind it, which some read as their sum."""


def check_number(start: int, source: str, names: Collection[str]) -> None:
    """Refuse a number whose letters behind it mean something in another language.

    Raises:
        Misread: with both readings.
    """
    if match := _MIXED.match(source, start):
        whole, *numbers = filter(None, match.groups())
        if len(numbers) == 1:
            numbers = unicodedata.normalize("NFKC", numbers[0]).split("⁄")
        fraction = "/".join(numbers)
        readings = {"": f"write {whole} + {fraction}, or {whole}*({fraction})"}
    elif match := _BASE.match(source, start):
        readings = {match[1]: f"write {int(match[0], 0)}, or 0*{match[1]}"}
    elif match := _FLOAT.match(source, start):
        readings = {match[2]: f"write {match[1]}, or {match[1]}*{match[2]}"}
    elif match := _FORTRAN.match(source, start):
        number, letter, exponent = match.groups()
        name = letter if exponent[0] in "+-" else letter + exponent
        product = f"{number}*{letter}{exponent}"
        readings = {name: f"write {number}e{exponent.lstrip('+')}, or {product}"}
    elif match := _IMAGINARY.match(source, start):
        number, letter = match[1], match[3]
        if letter in names or re.search(rf"(?<![\w.]){letter}(?!\w)", source):
            return
        problem = f"'{clipped(match[0])}' is imaginary, and complex numbers are not supported"
        raise Misread(
            start, match.end(), problem, f"for a variable {letter} write {number}*{letter}"
        )
    else:
        return
    for name, hint in readings.items():
        if name not in names:
            raise Misread(start, match.end(), _TWO_WAYS.format(clipped(match[0])), hint)


def check_percent(start: int, source: str) -> None:
    """Refuse a % that may be percent or the remainder: 10% - x.

    Raises:
        Misread: with both readings.
    """
    match = re.match(r"%(\s*)([+\-−]?)\s*([\w.]*)", source[start:])
    assert match is not None
    blank, sign, right = match.groups()
    after_number = re.search(r"(?<![\w.])[0-9.]+$", source[:start])
    if sign or (blank and right and after_number):
        left, right = _factor(source[:start]), right or "..."
        percent = f"{left}/100 {sign} {right}" if sign else f"{left}/100*{right}"
        hint = f"write {percent}, or mod({left}, {sign}{right})"
        raise Misread(start, start + 1, _TWO_WAYS.format("%"), hint)


def check_function(name: str, row: str, end: int, source: str) -> None:
    """Refuse sin-1(x), which is the arcsine in a pasted paper.

    Raises:
        Misread: with both readings.
    """
    match = re.match(r"([-−]1)(?![\w.])\s*(\(.*\)|\w*)", source[end:], re.DOTALL)
    if match and row in INVERSES and match[2]:
        inside = match[2].removeprefix("(").removesuffix(")") if match[2].count("(") < 2 else "..."
        hint = f"write {INVERSES[row]}({inside}), or {row}(-1*({inside}))"
        problem = _TWO_WAYS.format(f"{name}{match[1]}")
        raise Misread(end - len(name), end + 2, problem, clipped(hint, 80))


def unknown_name(name: str, span: tuple[int, int], others: Collection[str]) -> Mistake:
    """A name of several letters that has no meaning; `others` are the names that have one."""
    if "." in name or "::" in name:
        return Mistake(*span, f"unknown name '{clipped(name)}'", _DOTTED)
    if name in ITERATED or (name in DERIVATIVES and len(name) > 1):
        example = "diff(x^2, x)" if name in DERIVATIVES else EXAMPLES[ITERATED[name]]
        return Mistake(*span, f"'{name}' needs brackets", f"write {example}")
    function = max((head for head in FUNCTION_NAMES if name.startswith(head)), key=len, default="")
    rest = name[len(function) :]
    known_names = [*FUNCTION_NAMES, *CONSTANT_NAMES, *others]
    if len(function) > 1 and (is_one_letter(rest) or rest in CONSTANT_NAMES):
        hint = f"did you mean '{function}({rest})'?"
    elif close := suggestions.similar(name, known_names):  # it may be a new variable
        hint = suggestions.question(close)
    else:
        hint = needs_points(name)
    return Mistake(*span, f"unknown name '{clipped(name)}'", hint)


def needs_points(name: str) -> str:
    """The hint about a name of several letters that may be a variable."""
    return f"a variable of more than one letter needs its points: --at {clipped(name)}=1..3"


def strange(index: int, source: str) -> Mistake:
    """A character that no expression can have."""
    character = source[index]
    hint = ""
    if source[index : index + 2] == "!!":
        hint = "write (x!)! for the factorial of a factorial; a double factorial is not read"
        return Mistake(index, index + 2, "unexpected '!!'", hint)
    if character == "@" and not source[:index].strip(BLANKS):
        hint = "only the command line reads expressions from a file, as an argument of its own"
    if character in KNOWN_ELSEWHERE:
        return Mistake(index, index + 1, f"unexpected '{character}'", KNOWN_ELSEWHERE[character])
    if not character.isascii():  # it may look like an ordinary letter
        hint = f"it is {unicodedata.name(character, 'a character without a name')}"
    return Mistake(index, index + 1, f"unexpected '{character}'", hint)


def unexpected(
    token: Token, span: tuple[int, int], source: str, others: Collection[str]
) -> Mistake:
    """A word where none, or another one, was expected; `others` are the names with a meaning."""
    kind, word = token.type, str(token)
    if kind == UNKNOWN_CALL:
        return Mistake(*span, *_unknown_call(word, source[span[1] :].lstrip(BLANKS), others))
    if kind == UNKNOWN_COMMAND:
        hint = KNOWN_ELSEWHERE.get(word[1:], "see 'tapecli functions'")
        return Mistake(*span, f"unknown command '{clipped(word)}'", hint)
    before = (source if kind == "$END" else source[: span[0]]).rstrip(BLANKS)
    if kind == "$END":
        span = len(before), len(before) + 1
    if kind == "_POWER" and (name := _tail(before)) in FUNCTION_NAMES:
        return Mistake(*span, f"which part of '{name}' is raised?", f"write {name}(x)^n")
    match = re.search(_FUNCTION_TAIL, unbarred := before.rstrip("|"))  # which opens an argument
    if match and (name := match[1]) in FUNCTION_NAMES:
        hint = f"write {FUNCTIONS[FUNCTION_NAMES[name]].signature}"
        return Mistake(match.start(1), len(unbarred), f"'{name}' has no argument", hint)
    if mistake := _unclosed(before, kind):
        return mistake
    return Mistake(*span, *_misplaced(kind, word, before, source, source[span[1] :]))


def _unknown_call(name: str, after: str, others: Collection[str]) -> tuple[str, str]:
    """A name followed by a bracket: a product, or a function that does not exist."""
    if name in others or name in CONSTANT_NAMES or is_one_letter(name):
        depths = itertools.accumulate((c in "([{") - (c in ")]}") for c in after)
        closing = next((index for index, depth in enumerate(depths, 1) if depth == 0), 0)
        product = f"{name}*{after[:closing] if closing else '(...)'}"
        definition = f", or {name}(x) = ...; {name}(x)" if name in _USUAL_FUNCTIONS else ""
        return f"is '{clipped(name)}' a function?", f"write {clipped(product)}{definition}"
    if "." in name or "::" in name:
        return f"unknown function '{clipped(name)}'", _DOTTED
    return f"unknown function '{clipped(name)}'", suggestions.for_call(name, _arguments(after))


def _arguments(after: str) -> int | None:
    """How many arguments are in the brackets that a text begins with; None if they stay open."""
    depth = commas = 0
    for character in after:
        depth += (character in _OPENING) - (character in _CLOSING_SIGNS)
        commas += character == "," and depth == 1
        if depth == 0:
            return commas + bool(after[1:].lstrip(BLANKS)[:1] not in _CLOSING_SIGNS)
    return None


def _unclosed(before: str, kind: str) -> Mistake | None:
    """A bracket or bar that is not closed before the end of the text or of a bracket around it."""
    open_signs = _open_signs(before)
    if not open_signs:
        return None
    index, sign = open_signs[-1]
    problem = f"'{sign}' is never closed"
    if kind == "$END" and before[-1] in "([{|":
        return Mistake(index, len(before), problem)
    at_an_end = kind == "$END" or (kind in (*_CLOSING, "_COMMA") and sign == "|")
    if at_an_end and before[-1] not in "([{|,+-*/^":
        return Mistake(index, index + 1, problem)
    return None


def _misplaced(kind: str, word: str, before: str, source: str, rest: str) -> tuple[str, str]:
    """A word that cannot come after what is before it, and what to write instead."""
    if kind == "$END":
        return "the expression ends too early", ""
    if kind == "_BAR" and before:
        inside, bar, behind = rest.partition("|")
        whole = bar and "|" not in behind and inside.strip(BLANKS)
        product = f"{_factor(before)}*|{inside if whole else '...'}|"
        return "a product with '|' needs its '*'", clipped(f"write {product}")
    if kind == "_TO" or (kind == "NUMBER" and ".." in source):
        return "a range is no expression", "give points with '--x 1..3'"
    if kind in ("NUMBER", "VULGAR"):
        left, number = _factor(before), clipped(word)
        return "a number after a factor", f"write {left}*{number}, or {left}^{number}"
    is_inside = any(sign in _OPENING for _, sign in _open_signs(before))
    if kind in _CLOSING and not is_inside:
        return f"'{clipped(word)}' closes nothing", ""
    if kind in _CLOSING and before.endswith(tuple(_OPENING)):
        return "nothing between the brackets", ""
    if kind in _CLOSING and (sign := _open_signs(before)[-1][1]) in _OPENING:
        closing = _CLOSING_SIGNS[_OPENING.index(sign)]
        return f"'{clipped(word)}' does not close '{sign}'", f"write '{closing}'"
    if kind == "_COMMA" and not is_inside:
        return "a comma outside of a function's brackets", ""
    if kind == "PRIMES":
        hint = "a prime is written in f'(x), behind 'f(x) = ...'; 'diff' differentiates without it"
        return f"unexpected '{word[0]}'", hint
    if word == "=":
        return "unexpected '='", "'=' comes after a name: 'y = x^2', 'f(x) = x^2'"
    return f"unexpected '{clipped(word)}'", ""


# --- looking at the text ----------------------------------------------------------------------


def _open_signs(source: str) -> list[tuple[int, str]]:
    """The index and the sign of each bracket or bar that is open at the end of the source."""
    open_signs: list[tuple[int, str]] = []
    after_operand = False
    for index, character in enumerate(source):
        opens = character in _OPENING or (character == "|" and not after_operand)
        if opens:
            open_signs.append((index, character))
        elif character in ")]}|" and open_signs:
            open_signs.pop()
        if character not in BLANKS:
            after_operand = not opens and (character in ")]}|._" or character.isalnum())
    return open_signs


def _tail(source: str) -> str:
    """The last name, number or sign of the source."""
    match = re.search(_TAIL, source)
    return match[0].strip() if match else ""


def _factor(source: str) -> str:
    """The name, number or bracket at the end of the source, or dots for another factor."""
    tail = _tail(source)
    if re.fullmatch(rf"{NAME}|[0-9.]+", tail):
        return tail
    source = source.rstrip(BLANKS)
    depth = 0
    for index in range(len(source) - 1, max(-1, len(source) - MAX_QUOTED), -1):
        depth += (source[index] in _CLOSING_SIGNS) - (source[index] in _OPENING)
        is_bar = source[index] == "|" == source[-1] and index < len(source) - 1
        if (source[-1] in _CLOSING_SIGNS and depth == 0) or is_bar:
            name = re.search(rf"({NAME})?$", source[:index])
            return (name[0] if name and not is_bar else "") + source[index:]
    return "..."
