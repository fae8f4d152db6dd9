"""Says what is wrong with a text that the grammar does not take, and what was meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

from tapecli.errors import clipped, nearest
from tapecli.expressions.functions import CONSTANT_NAMES, FUNCTION_NAMES, FUNCTIONS

if TYPE_CHECKING:
    from lark import Token

NAME = r"[A-Za-z_][A-Za-z_0-9]*|[Α-Ωα-ω](?:_?[0-9]+)?"
"""A name, as the grammar has it."""

BLANKS = " \t\r\n\u00a0"
"""The characters that may be between any two words."""

_ONE_LETTER = r"(?:[A-Za-z]|[Α-Ωα-ω])(?:_?[0-9]+)?"
_POWER = r"\s*(?:(?:\^|\*\*)\s*[0-9]*|[⁰¹²³⁴⁵⁶⁷⁸⁹]+)?"
_TAIL = rf"(?:{NAME}|[0-9.]+|[^\s])\s*$"
_FUNCTION_TAIL = rf"(?:^|(?<![A-Za-z_0-9]))({NAME}|√){_POWER}\s*$"


class Mistake(NamedTuple):
    """A half-open range of characters, what is wrong with them, and what to write instead."""

    start: int
    end: int
    problem: str
    hint: str = ""


def is_one_letter(name: str) -> bool:
    """Whether a name is one letter, perhaps with a number: such a name is always a variable."""
    return bool(re.fullmatch(_ONE_LETTER, name))


def unknown_name(token: Token, others: Collection[str]) -> Mistake:
    """A name of several letters that has no meaning; `others` are the names that have one."""
    name = str(token)
    function = max((head for head in FUNCTION_NAMES if name.startswith(head)), key=len, default="")
    rest = name[len(function) :]
    known_names = [*FUNCTION_NAMES, *CONSTANT_NAMES, *others]
    if len(function) > 1 and (is_one_letter(rest) or rest in CONSTANT_NAMES):
        hint = f"did you mean '{function}({rest})'?"
    elif close := nearest(name, known_names, may_be_shortened=False):  # it may be a new variable
        hint = f"did you mean '{close}'?"
    else:
        hint = f"a variable of more than one letter needs its points: --at {clipped(name)}=1..3"
    return Mistake(*span(token), f"unknown name '{clipped(name)}'", hint)


def unknown_call(token: Token, source: str, others: Collection[str]) -> Mistake:
    """A name followed by a bracket: a product, or a function that does not exist."""
    name, (start, end) = str(token), span(token)
    if name in others or name in CONSTANT_NAMES or is_one_letter(name):
        after = source[end:].lstrip(BLANKS)
        closing = _closing(after)
        product = f"{name}*{after[:closing] if closing else '(...)'}"
        rest = after[closing or len(after) :].lstrip(BLANKS)
        is_definition = rest.startswith("=") and not rest.startswith("==")
        better = f"{name} = {rest[1:].strip(BLANKS)}" if is_definition else product
        return Mistake(start, end, f"is '{clipped(name)}' a function?", f"write {clipped(better)}")
    close = nearest(name, FUNCTION_NAMES)
    hint = f"did you mean '{close}'?" if close else "see 'tapecli functions'"
    return Mistake(start, end, f"unknown function '{clipped(name)}'", hint)


def strange(index: int, source: str) -> Mistake:
    """A character that no expression can have."""
    character = source[index]
    hint = "'=' comes after a name: 'y = x^2'" if character == "=" else ""
    if not character.isascii():  # it may look like an ordinary letter
        hint = f"it is {unicodedata.name(character, 'a character without a name')}"
    return Mistake(index, index + 1, f"unexpected '{character}'", hint)


def unexpected(token: Token, source: str) -> Mistake:
    """A word where none, or another one, was expected."""
    if token.type == "$END":
        before = source.rstrip(BLANKS)
        problem_span = len(before), len(before) + 1
    else:
        before, problem_span = source[: token.start_pos].rstrip(BLANKS), span(token)
    if token.type == "_POWER" and _tail(before) in FUNCTION_NAMES:
        name = _tail(before)
        return Mistake(*problem_span, f"which part of '{name}' is raised?", f"write {name}(x)^n")
    return (
        _without_argument(before)
        or _unclosed(before, token.type)
        or _closing_nothing(before, token.type, problem_span)
        or _factor(before, token, source, problem_span)
        or _other(token, before, problem_span)
    )


def _without_argument(before: str) -> Mistake | None:
    before = before.rstrip("|")  # a bar after a function would open its argument
    match = re.search(_FUNCTION_TAIL, before)
    if not match or match[1] not in FUNCTION_NAMES:
        return None
    name = match[1]
    hint = f"write {FUNCTIONS[FUNCTION_NAMES[name]].signature}"
    return Mistake(match.start(1), len(before), f"'{name}' has no argument", hint)


def _unclosed(before: str, kind: str) -> Mistake | None:
    """A bracket or bar that is not closed before the end of the text or of a bracket around it."""
    open_signs = _open_signs(before)
    if not open_signs or before[-1] in "(|,+-*/^":
        return None
    index, sign = open_signs[-1]
    if kind == "$END" or (kind in ("RPAR", "COMMA") and sign == "|"):
        return Mistake(index, index + 1, f"'{sign}' is never closed")
    return None


def _closing_nothing(before: str, kind: str, problem_span: tuple[int, int]) -> Mistake | None:
    if kind != "RPAR":
        return None
    if not _in_brackets(before):
        return Mistake(*problem_span, "')' closes nothing")
    if before.endswith("("):
        return Mistake(*problem_span, "nothing between the brackets")
    return None


def _factor(
    before: str, token: Token, source: str, problem_span: tuple[int, int]
) -> Mistake | None:
    """A number or a bar to the right of a factor: a product that needs its sign."""
    left = _tail(before)
    left = left if re.fullmatch(rf"{NAME}|[0-9.]+", left) else "..."
    if token.type == "_BAR" and before:
        inside, bar, rest = source[problem_span[1] :].partition("|")
        whole = bar and "|" not in rest and inside.strip(BLANKS)
        hint = f"write {left}*|{inside}|" if whole else f"write {left}*|...|"
        return Mistake(*problem_span, "a product with '|' needs its '*'", clipped(hint))
    if token.type == "NUMBER" and ".." in source:
        return Mistake(*problem_span, "a range is no expression", "give points with '--x 1..3'")
    if token.type == "NUMBER":
        hint = f"write {left}*{clipped(token)}, or {left}^{clipped(token)}"
        return Mistake(*problem_span, "a number after a factor", hint)
    return None


def _other(token: Token, before: str, problem_span: tuple[int, int]) -> Mistake:
    if token.type == "$END":
        if before.endswith(("(", "|")) and (open_signs := _open_signs(before)):
            index, sign = open_signs[-1]
            return Mistake(index, len(before), f"'{sign}' is never closed")
        return Mistake(*problem_span, "the expression ends too early")
    if token.type == "COMMA" and not _in_brackets(before):
        return Mistake(*problem_span, "a comma outside of a function's brackets")
    return Mistake(*problem_span, f"unexpected '{clipped(token)}'")


# --- looking at the text ----------------------------------------------------------------------


def span(token: Token) -> tuple[int, int]:
    """The half-open range of the characters of a token."""
    assert token.start_pos is not None
    return token.start_pos, token.start_pos + len(token)


def _open_signs(source: str) -> list[tuple[int, str]]:
    """The index and the sign of each bracket or bar that is open at the end of the source."""
    open_signs: list[tuple[int, str]] = []
    after_operand = False
    for index, character in enumerate(source):
        opens = character == "(" or (character == "|" and not after_operand)
        if opens:
            open_signs.append((index, character))
        elif character in ")|" and open_signs:
            open_signs.pop()
        if character not in BLANKS:
            after_operand = not opens and (character in ")|._" or character.isalnum())
    return open_signs


def _in_brackets(source: str) -> bool:
    """Whether a round bracket is still open at the end of the source."""
    return any(sign == "(" for _, sign in _open_signs(source))


def _closing(source: str) -> int:
    """The index after the bracket that the source starts with; 0 if it is not closed."""
    depth = 0
    for index, character in enumerate(source):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return index + 1
    return 0


def _tail(source: str) -> str:
    """The last name, number or sign of the source."""
    match = re.search(_TAIL, source)
    return match[0].strip() if match else ""
