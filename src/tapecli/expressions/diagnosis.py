"""What is wrong with a text that the grammar does not take, and what was meant."""

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
"""What may stand between any two words."""

_ONE_LETTER = r"(?:[A-Za-z]|[Α-Ωα-ω])(?:_?[0-9]+)?"
_POWER = r"\s*(?:(?:\^|\*\*)\s*[0-9]*|[⁰¹²³⁴⁵⁶⁷⁸⁹]+)?"
_TAIL = rf"(?:{NAME}|[0-9.]+|[^\s])\s*$"
_FUNCTION_TAIL = rf"(?:^|(?<![A-Za-z_0-9]))({NAME}|√){_POWER}\s*$"


class Mistake(NamedTuple):
    """A place in the source, what is wrong there, and what to write instead."""

    start: int
    end: int
    problem: str
    hint: str = ""


def is_one_letter(name: str) -> bool:
    """Whether a name is one letter, with or without a number: a variable without more ado."""
    return bool(re.fullmatch(_ONE_LETTER, name))


def unknown_name(token: Token, others: Collection[str]) -> Mistake:
    """A name of several letters that nobody has given a meaning."""
    name, (start, end) = str(token), span(token)
    return Mistake(start, end, f"unknown name '{clipped(name)}'", _meant(name, others))


def _meant(name: str, others: Collection[str]) -> str:
    head = max((head for head in FUNCTION_NAMES if name.startswith(head)), key=len, default="")
    rest = name[len(head) :]
    if len(head) > 1 and (is_one_letter(rest) or rest in CONSTANT_NAMES):
        return f"did you mean '{head}({rest})'?"
    names = [*FUNCTION_NAMES, *CONSTANT_NAMES, *others]
    close = nearest(name, names, may_be_shortened=False)  # a new variable is as likely
    if close:
        return f"did you mean '{close}'?"
    return f"a variable of more than one letter needs its points: --at {clipped(name)}=1..3"


def unknown_call(token: Token, source: str, others: Collection[str]) -> Mistake:
    """A name with a bracket behind it: a product, or a function that there is not."""
    name, (start, end) = str(token), span(token)
    if name in others or name in CONSTANT_NAMES or is_one_letter(name):
        inside = source[end:].lstrip(BLANKS)
        closing = _closing(inside)
        product = f"{name}*{inside[:closing] if closing else '(...)'}"
        behind = inside[closing or len(inside) :].lstrip(BLANKS)
        named = behind.startswith("=") and not behind.startswith("==")
        meant = f"{name} = {behind[1:].strip(BLANKS)}" if named else product
        return Mistake(start, end, f"is '{clipped(name)}' a function?", f"write {clipped(meant)}")
    close = nearest(name, FUNCTION_NAMES)
    hint = f"did you mean '{close}'?" if close else "see 'tapecli functions'"
    return Mistake(start, end, f"unknown function '{clipped(name)}'", hint)


def strange(place: int, source: str) -> Mistake:
    """A character that no expression has."""
    character = source[place]
    hint = "'=' comes after a name: 'y = x^2'" if character == "=" else ""
    if not character.isascii():  # it may look like a letter that is known
        hint = f"it is {unicodedata.name(character, 'a character without a name')}"
    return Mistake(place, place + 1, f"unexpected '{character}'", hint)


def unexpected(token: Token, source: str) -> Mistake:
    """A word where none, or another, was expected."""
    if token.type == "$END":
        before, place = source, (len(source.rstrip(BLANKS)), len(source.rstrip(BLANKS)) + 1)
    else:
        before, place = source[: token.start_pos], span(token)
    before = before.rstrip(BLANKS)
    if token.type == "_POWER" and _tail(before) in FUNCTION_NAMES:
        name = _tail(before)
        return Mistake(*place, f"which part of '{name}' is raised?", f"write {name}(x)^n")
    return (
        _without_argument(before)
        or _unclosed(before, token.type)
        or _closing_nothing(before, token.type, place)
        or _factor(before, token, source, place)
        or _other(token, before, place)
    )


def _without_argument(before: str) -> Mistake | None:
    before = before.rstrip("|")  # a bar behind a function would open its argument
    match = re.search(_FUNCTION_TAIL, before)
    if not match or match[1] not in FUNCTION_NAMES:
        return None
    name = match[1]
    hint = f"write {FUNCTIONS[FUNCTION_NAMES[name]].signature}"
    return Mistake(match.start(1), len(before), f"'{name}' has no argument", hint)


def _unclosed(before: str, kind: str) -> Mistake | None:
    """A bracket or bar that the text, or a bracket around it, ends before it is closed."""
    opened = _opened(before)
    if not opened or before[-1] in "(|,+-*/^":
        return None
    place, sign = opened[-1]
    if kind == "$END" or (kind in ("RPAR", "COMMA") and sign == "|"):
        return Mistake(place, place + 1, f"'{sign}' is never closed")
    return None


def _closing_nothing(before: str, kind: str, place: tuple[int, int]) -> Mistake | None:
    if kind != "RPAR":
        return None
    if not any(sign == "(" for _, sign in _opened(before)):
        return Mistake(*place, "')' closes nothing")
    if before.endswith("("):
        return Mistake(*place, "nothing between the brackets")
    return None


def _factor(before: str, token: Token, source: str, place: tuple[int, int]) -> Mistake | None:
    """A number or a bar to the right of a factor: a product that needs its sign."""
    left = _tail(before)
    left = left if re.fullmatch(rf"{NAME}|[0-9.]+", left) else "..."
    if token.type == "_BAR" and before:
        inside, bar, rest = source[place[1] :].partition("|")
        whole = bar and "|" not in rest and inside.strip(BLANKS)
        hint = f"write {left}*|{inside}|" if whole else f"write {left}*|...|"
        return Mistake(*place, "a product with '|' needs its '*'", clipped(hint))
    if token.type == "NUMBER" and ".." in source:
        return Mistake(*place, "a range is no expression", "give points with '--x 1..3'")
    if token.type == "NUMBER":
        hint = f"write {left}*{clipped(token)}, or {left}^{clipped(token)}"
        return Mistake(*place, "a number after a factor", hint)
    return None


def _other(token: Token, before: str, place: tuple[int, int]) -> Mistake:
    if token.type == "$END":
        opened = _opened(before)
        if opened and before.endswith(("(", "|")):
            return Mistake(opened[-1][0], len(before), f"'{opened[-1][1]}' is never closed")
        return Mistake(*place, "the expression ends too early")
    if token.type == "COMMA" and not any(sign == "(" for _, sign in _opened(before)):
        return Mistake(*place, "a comma outside of a function's brackets")
    return Mistake(*place, f"unexpected '{clipped(token)}'")


# --- looking at the text ----------------------------------------------------------------------


def span(token: Token) -> tuple[int, int]:
    """The place of a token in the source."""
    assert token.start_pos is not None
    return token.start_pos, token.start_pos + len(token)


def _opened(source: str) -> list[tuple[int, str]]:
    """The brackets and bars that are open at the end of the source, with their places."""
    opened: list[tuple[int, str]] = []
    operand = False
    for place, character in enumerate(source):
        opens = character == "(" or (character == "|" and not operand)
        if opens:
            opened.append((place, character))
        elif character in ")|" and opened:
            opened.pop()
        if character not in BLANKS:
            operand = not opens and (character in ")|._" or character.isalnum())
    return opened


def _closing(source: str) -> int:
    """The end of the bracket that the source begins with; 0 if it is not closed."""
    depth = 0
    for place, character in enumerate(source):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return place + 1
    return 0


def _tail(source: str) -> str:
    """The last name, number or sign of the source."""
    match = re.search(_TAIL, source)
    return match[0].strip() if match else ""
