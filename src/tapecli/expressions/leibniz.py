r"""Leibniz's operator in front of an expression: d/dx, ∂²/∂x∂y, \frac{d^2}{dx^2}, d(...)/dx."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple, cast

from tapecli.errors import ExpressionError, clipped
from tapecli.expressions.notations import plain, with_ordinary_characters
from tapecli.expressions.parser import MAX_LENGTH, SUPERSCRIPTS
from tapecli.expressions.tree import BLANKS

if TYPE_CHECKING:
    from lark import Token, Tree

Orders = tuple[tuple[str, int], ...]
"""The variables that are differentiated by, each with its order."""

_BLANK = rf"(?:[{BLANKS}]|\\[,;:! ])*"
_D = r"(?:d|∂|\\partial|\\(?:mathrm|operatorname|text)\s*\{\s*d\s*\})"
_ORDER = r"(?:\^\s*\{?\s*[0-9]{1,4}\s*\}?|[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,4})?"
_VARIABLE = r"(?:[A-Za-zΑ-Ωα-ω](?:_?[0-9₀-₉]+|_\{\w+\})?|\\[a-z]+(?:_\{\w+\})?)"
_DIFFERENTIAL = rf"{_D}{_BLANK}({_VARIABLE}){_BLANK}({_ORDER})"
_BELOW = rf"(?P<below>(?:{_DIFFERENTIAL}{_BLANK})+)"
_ABOVE = rf"{_D}{_BLANK}(?P<order>{_ORDER}){_BLANK}"

_FRACTION = rf"\\[dt]?frac\s*\{{{_BLANK}{_ABOVE}\}}\s*\{{{_BLANK}{_BELOW}\}}"
_SLASH = rf"{_ABOVE}/{_BLANK}{_BELOW}(?![\w'])"
_FRONT = [
    re.compile(_BLANK + pattern)
    for pattern in (_FRACTION, _SLASH, rf"\({_BLANK}{_SLASH}{_BLANK}\)")
]

_AROUND = [
    (re.compile(rf"{_BLANK}{_ABOVE}(?=\()"), re.compile(rf"{_BLANK}/{_BLANK}{_BELOW}")),
    (
        re.compile(rf"{_BLANK}\\[dt]?frac\s*\{{{_BLANK}{_ABOVE}(?=\(|\\left\s*\()"),
        re.compile(rf"{_BLANK}\}}\s*\{{{_BLANK}{_BELOW}\}}{_BLANK}"),
    ),
]
"""What stands before and behind an expression in brackets: d( and )/dx."""

_EQUATION = re.compile(
    rf"{_BLANK}(?:[A-Za-z]\s*'+\s*(?:\(\s*\w+\s*\))?|{_D}{_ORDER}\s*[A-Za-z]\s*/\s*{_BELOW})\s*:?=(?!=)"
)


class Operator(NamedTuple):
    """An operator whose expression is from `start` to `end`."""

    start: int
    end: int
    orders: Orders

    def as_call(self, operand: str) -> str:
        """The same derivative as it is written inside of expressions."""
        wrt = ", ".join(", ".join([name] * times) for name, times in self.orders)
        return f"diff({operand.strip(BLANKS) or 'x^2'}, {wrt})"


def operator(typed: str, start: int, end: int, names: Collection[str]) -> Operator | None:
    """The operator around the expression in a range of characters; None if there is none.

    `names` are the variables that the user has named; d is no operator if it is one of them.

    Raises:
        ExpressionError: the orders above and below differ, or it is a differential equation.
    """
    source = with_ordinary_characters(typed[: min(end, MAX_LENGTH)])
    if match := _EQUATION.match(source, start):
        hint = "equations are not solved; name what is differentiated: y = x^2"
        problem = f"'{clipped(match[0].strip(BLANKS))}' begins an equation of a derivative"
        raise ExpressionError(typed, start, match.end(), problem, hint)
    if "d" in names:
        return None
    for pattern in _FRONT:
        if (match := pattern.match(source, start)) and not _is_variable(match, names):
            return Operator(match.end(), end, _orders(typed, match, match["order"]))
    for before, behind in _AROUND:
        if head := before.match(source, start):
            closing = _closing(source, source.index("(", head.end()))
            tail = behind.fullmatch(source, closing)
            if tail and not _is_variable(tail, names):
                return Operator(head.end(), closing, _orders(typed, tail, head["order"]))
    return None


def refuse_two_readings(typed: str, root: Tree[Token], operator: Operator) -> None:
    """Refuse an expression of which the operator may belong to the first part alone.

    `root` is the parser's tree of the expression.

    Raises:
        ExpressionError: with both readings.
    """
    first = _leftmost(root, "add", "sub")
    if first is root:
        first = _leftmost(root, "mul", "div")
        if first is root or first.data != "brackets":
            return
    sign, body = typed[: operator.start].strip(BLANKS), typed[operator.start : operator.end]
    head, rest = body[: first.meta.end_pos].strip(BLANKS), body[first.meta.end_pos :].strip(BLANKS)
    if first.data == "brackets":
        head = head[1:-1]
    joined = f" {rest}" if rest[:1] in "+-−" else rest if rest[:1] in "*/·" else f"*{rest}"
    hint = f"write {sign} ({body.strip(BLANKS)}), or {operator.as_call(head)}{joined}"
    problem = f"'{clipped(sign)}' can be read in two ways"
    raise ExpressionError(typed, 0, operator.start, problem, clipped(hint, 120))


def _leftmost(root: Tree[Token], *kinds: str) -> Tree[Token]:
    while root.data in kinds:
        root = cast("Tree[Token]", root.children[0])
    return root


def _is_variable(match: re.Match[str], names: Collection[str]) -> bool:
    """Whether the user has named a variable such as dx, which stands below."""
    return any(name in names for name in re.findall(r"d\w+", match["below"]))


def _orders(typed: str, match: re.Match[str], above: str) -> Orders:
    below = re.findall(_DIFFERENTIAL, match["below"])
    orders = tuple((plain(variable), _order(power)) for variable, power in below)
    total = sum(times for _, times in orders)
    if total != _order(above):
        problem = f"the order is {_order(above)} above and {total} below"
        raise ExpressionError(typed, *match.span(), problem, "write d^2/dx^2 for the second")
    return orders


def _order(power: str) -> int:
    digits = re.sub("[^0-9]", "", power.translate(SUPERSCRIPTS))
    return int(digits or 1)


def _closing(source: str, start: int) -> int:
    """The index behind the bracket that closes the one at an index; the end if none does."""
    depth = 0
    for index in range(start, len(source)):
        depth += (source[index] in "([{") - (source[index] in ")]}")
        if depth == 0:
            return index + 1
    return len(source)
