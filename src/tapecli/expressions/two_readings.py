"""What can be read in two ways: it is refused, with both readings, each of which can be typed."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Collection

from tapecli.errors import MAX_QUOTED, clipped
from tapecli.expressions.functions import CONSTANT_NAMES, FUNCTION_NAMES, INVERSES
from tapecli.expressions.tree import BLANKS, NAME

OPENING = "([{"
CLOSING = ")]}"

_TAIL = rf"(?:{NAME}|[0-9.]+|[^\s])\s*$"


class Misread(Exception):
    """Something in a half-open range of characters that the grammar is not asked about."""

    def __init__(self, start: int, end: int, problem: str, hint: str) -> None:
        super().__init__(problem)
        self.mistake = start, end, problem, hint


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
        if letter in names or _is_used(letter, source):
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


@functools.lru_cache(maxsize=8)
def _is_used(letter: str, source: str) -> bool:
    """Whether a letter stands alone somewhere, so that it is a variable."""
    return bool(re.search(rf"(?<![\w.]){letter}(?!\w)", source))


def check_percent(start: int, source: str) -> None:
    """Refuse a % that may be percent or the remainder: 10% - x.

    Raises:
        Misread: with both readings.
    """
    match = re.match(r"\\?%(\s*)([+\-−]?)\s*([\w.]*)", source[start : start + MAX_QUOTED])
    assert match is not None
    blank, sign, right = match.groups()
    before = source[max(0, start - MAX_QUOTED) : start]
    after_number = re.search(r"(?<![\w.])[0-9.]+$", before)
    if sign or (blank and right and after_number):
        left, right = factor(source[:start]), right or "..."
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


def of_comma(source: str, index: int) -> tuple[str, str]:
    """What is wrong with a comma outside of brackets, and what to write: 0,5 is not 0.5."""
    left, right = re.search(r"[0-9]*$", source[:index]), re.match(r"[0-9]*", source[index + 1 :])
    if not (left and left[0] and right and right[0]):
        return "a comma outside of a function's brackets", "give two expressions: 'x^2' 'x^3'"
    number, decimal = f"{left[0]},{right[0]}", f"{left[0]}.{right[0]}"
    hint = f"write {decimal}"
    if len(right[0]) == 3 and left[0] != "0":
        hint += f", or {left[0]}{right[0]}"
    return f"'{clipped(number)}' has a comma for its decimals or thousands", clipped(hint, 80)


def separated(word: str) -> str:
    """A word of several letters as a product: x*y for xy, x*sin(x) for xsinx; or ""."""
    if len(word) > _LONGEST_PRODUCT or not re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", word):
        return ""
    factors: list[str] = []
    at = 0
    while at < len(word):
        function = next((name for name in _heads() if word.startswith(name, at)), "")
        if function and at + len(function) < len(word):
            argument = _product(re.findall(_FACTOR, word[at + len(function) :]))
            return "*".join([*factors, f"{function}({argument})"]) if argument else ""
        factor = re.match(_FACTOR, word[at:])
        if factor is None:
            return ""
        factors.append(factor[0])
        at += len(factor[0])
    return "*".join(factors) if len(factors) < _MOST_FACTORS else ""


_LONGEST_PRODUCT = 10
_MOST_FACTORS = 3
_FACTOR = rf"{'|'.join(name for name in CONSTANT_NAMES if len(name) > 1)}|[a-zA-Z]|[0-9]+"


def _product(factors: list[str]) -> str:
    return "*".join(factors) if len(factors) <= _MOST_FACTORS else ""


@functools.cache
def _heads() -> list[str]:
    """The names of functions that a word may begin with, the longest first."""
    names = [name for name in FUNCTION_NAMES if name.isascii() and (len(name) > 2 or name == "ln")]
    return sorted(names, key=len, reverse=True)


# --- looking at the text ----------------------------------------------------------------------


def tail(source: str) -> str:
    """The last name, number or sign of the source."""
    match = re.search(_TAIL, source)
    return match[0].strip() if match else ""


def factor(source: str) -> str:
    """The name, number or bracket at the end of the source, or dots for another factor."""
    last = tail(source)
    if re.fullmatch(rf"{NAME}|[0-9.]+", last):
        return last
    source = source.rstrip(BLANKS)
    depth = 0
    for index in range(len(source) - 1, max(-1, len(source) - MAX_QUOTED), -1):
        depth += (source[index] in CLOSING) - (source[index] in OPENING)
        is_bar = source[index] == "|" == source[-1] and index < len(source) - 1
        if (source[-1] in CLOSING and depth == 0) or is_bar:
            name = re.search(rf"({NAME})?$", source[:index])
            return (name[0] if name and not is_bar else "") + source[index:]
    return "..."
