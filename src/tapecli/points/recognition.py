"""Tells points from expressions by their look, and finds the pieces of a list of points."""

from __future__ import annotations

import itertools
import re

from tapecli.expressions.functions import CONSTANT_NAMES, FUNCTION_NAMES
from tapecli.expressions.tree import BLANKS, NAME

MAX_LENGTH = 10_000
"""Characters up to which a text is looked at."""

MAKERS = frozenset(("linspace", "logspace", "geomspace", "range", "arange", "seq", "Range"))
"""The functions of other systems that make points, which `notations` reads."""

MODULES = r"(?:(?:np|numpy|jnp|jax\.numpy|torch|tf|tf\.experimental\.numpy)\.)?"
"""A regular expression for the modules that such a function may be from."""

CALL = re.compile(rf"{MODULES}(?P<name>[A-Za-z]+)(?P<brackets>[(\[].*[)\]])")
"""A call of such a function, with its brackets."""

_WORD = re.compile(NAME)
_OTHER_WORDS = frozenset(("to", "through", "thru", "from", "by", "step", "np", "numpy", "tf"))
_BRACKETS = {"[": "]", "{": "}", "(": ")"}
_NUMBER = re.compile(r"(?<![A-Za-z_0-9])[0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?")
_ASSIGNED = re.compile(rf"(?<![^{BLANKS},;])({NAME})[{BLANKS}]*=(?!=)")
_NO_EXPRESSION = re.compile(r"^\s*[\[{]|\.\.|[…:@]|\bto\b")
_INFINITE = frozenset(("inf", "infinity", "oo", "nan"))


# --- the pieces of a text ---------------------------------------------------------------------


def split(text: str, separator: str = ",") -> list[str]:
    """The items between the commas, or other separators, that are not inside brackets."""
    items, start, depth = [], 0, 0
    for sign in re.finditer(rf"[()\[\]{{}}{separator}]", text):
        depth += (sign[0] in "([{") - (sign[0] in ")]}")
        if sign[0] == separator and depth == 0:
            items.append(text[start : sign.start()])
            start = sign.end()
    return [*items, text[start:]]


def is_enclosed(text: str) -> bool:
    """Whether the first bracket is closed by the last character."""
    if len(text) < 2 or _BRACKETS.get(text[0]) != text[-1]:
        return False
    depth = 0
    for index, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if depth == 0:
            return index == len(text) - 1
    return False


# --- points or expressions --------------------------------------------------------------------


def names_in(text: str) -> set[str]:
    """The names in a text, with those of functions and constants, whatever else it has."""
    return {match[0] for match in _WORD.finditer(_NUMBER.sub(" ", text))}


def is_points(text: str) -> bool:
    """Whether a text has numbers and no variable, so that points can be meant by it."""
    if len(text) > MAX_LENGTH or "=" in text.replace("..=", ".."):
        call = CALL.fullmatch(text.strip())
        return bool(call and call["name"] in MAKERS)
    words = names_in(text)
    numbers = CONSTANT_NAMES.keys() | _INFINITE
    has_number = any(map(str.isnumeric, text)) or any(word.lower() in numbers for word in words)
    return has_number and all(
        word in FUNCTION_NAMES or word in MAKERS or word.lower() in numbers or word in _OTHER_WORDS
        for word in words
    )


def is_only_points(text: str) -> bool:
    """Whether a text for which `is_points` holds can be no expression."""
    return bool(
        _NO_EXPRESSION.search(text)
        or len(split(text)) > 1
        or names_in(text) & (MAKERS | _INFINITE)
        or text.strip() in ("-", "∞")
    )


def assigned(text: str) -> list[tuple[str, str]]:
    """The names and points of `x=1` or `x=1, 2, y=3..4`; an empty list if it is no such text."""
    depths = [0, *itertools.accumulate((c in "([{") - (c in ")]}") for c in text)]
    starts = [match for match in _ASSIGNED.finditer(text) if depths[match.start()] == 0]
    if not starts or text[: starts[0].start(1)].strip(BLANKS):
        return []
    if text[starts[0].end() :].lstrip(BLANKS).startswith("@"):  # a file, whatever its name
        starts = starts[:1]
    stops = [match.start() for match in starts[1:]] + [len(text)]
    return [
        (match[1], text[match.end() : stop].strip(f"{BLANKS},;"))
        for match, stop in zip(starts, stops, strict=True)
    ]


def with_equals(text: str) -> str:
    """`{x: 1, y: 2}`, `x -> 1` and `(x=1, y=2)`, which other systems have, as `x=1, y=2`."""
    inside = text.strip()[1:-1] if is_enclosed(text.strip()) else text
    sign = r"(?:->|\u2192|:=|==?|:)"
    return re.sub(rf"""(?<![^{BLANKS},;])["']?({NAME})["']?[{BLANKS}]*{sign}""", r"\1=", inside)
