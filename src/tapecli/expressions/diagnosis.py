"""Says what is wrong with a text that the grammar does not take, and what was meant."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

from tapecli.errors import clipped, nearest
from tapecli.expressions.functions import CONSTANT_NAMES, FUNCTION_NAMES, FUNCTIONS
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


def unknown_name(name: str, span: tuple[int, int], others: Collection[str]) -> Mistake:
    """A name of several letters that has no meaning; `others` are the names that have one."""
    if "." in name or "::" in name:
        return Mistake(*span, f"unknown name '{clipped(name)}'", _DOTTED)
    function = max((head for head in FUNCTION_NAMES if name.startswith(head)), key=len, default="")
    rest = name[len(function) :]
    known_names = [*FUNCTION_NAMES, *CONSTANT_NAMES, *others]
    if len(function) > 1 and (is_one_letter(rest) or rest in CONSTANT_NAMES):
        hint = f"did you mean '{function}({rest})'?"
    elif close := nearest(name, known_names, may_be_shortened=False):  # it may be a new variable
        hint = f"did you mean '{close}'?"
    else:
        hint = f"a variable of more than one letter needs its points: --at {clipped(name)}=1..3"
    return Mistake(*span, f"unknown name '{clipped(name)}'", hint)


def strange(index: int, source: str) -> Mistake:
    """A character that no expression can have."""
    character = source[index]
    hint = ""
    if source[index : index + 2] == "!!":
        hint = "write (x!)! for the factorial of a factorial; a double factorial is not read"
        return Mistake(index, index + 2, "unexpected '!!'", hint)
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
        return Mistake(*span, f"unknown command '{clipped(word)}'", "see 'tapecli functions'")
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
        rest = after[closing or len(after) :].lstrip(BLANKS)
        is_definition = rest.startswith("=") and not rest.startswith("==")
        better = f"{name} = {rest[1:].strip(BLANKS)}" if is_definition else product
        return f"is '{clipped(name)}' a function?", f"write {clipped(better)}"
    if "." in name or "::" in name:
        return f"unknown function '{clipped(name)}'", _DOTTED
    close = nearest(name, FUNCTION_NAMES)
    hint = f"did you mean '{close}'?" if close else "see 'tapecli functions'"
    return f"unknown function '{clipped(name)}'", hint


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
    if kind == "NUMBER":
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
    """The name or number at the end of the source, or dots for another factor."""
    tail = _tail(source)
    return tail if re.fullmatch(rf"{NAME}|[0-9.]+", tail) else "..."
