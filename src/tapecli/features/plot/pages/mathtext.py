"""TeX as Matplotlib sets it best: full-size fractions, brackets as high as the text in them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tapecli.expressions import tex
from tapecli.expressions.tree import Node

_LOW_BRACKETS = re.compile(r"({?)\\left([(|])((?:(?!\\left|\\right|\\dfrac).)*?) ?\\right[)|](}?)")
"""Brackets around what has no fraction: scaled to small letters, they would be too small."""

_FACTORS = re.compile(r"(?<![-+,])(?<!cdot)(?<!times) (?![-+]|\\(?:right|cdot|times))")
"""The blank between two factors, where Matplotlib leaves no space on its own."""


def expression(tree: Node) -> str:
    """An expression, to stand between dollars."""
    return _with_low_brackets(_FACTORS.sub(r"\\,", tex.expression(tree, slashed=True)))


def derivative(target: str, variables: Sequence[str], partial: bool) -> str:
    """A derivative of a target in Leibniz's notation; the target itself by no variables."""
    return _with_low_brackets(tex.derivative(target, variables, partial))


def _with_low_brackets(text: str) -> str:
    text, replaced = text.replace(r"\frac", r"\dfrac"), 1
    while replaced:  # from the innermost pair outwards
        text, replaced = _LOW_BRACKETS.subn(_low, text)
    return text


def _low(brackets: re.Match[str]) -> str:
    """Brackets of the height of the line, without the braces that put a space before them."""
    opening, sign, inside, closing = brackets.groups()
    if sign == "|":
        return f"{opening}|{inside}|{closing}"
    return f"({inside})" if opening and closing else f"{opening}({inside}){closing}"
