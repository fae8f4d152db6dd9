"""One text as statements: expressions, `name = expression`, and definitions `f(x) = expression`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tapecli.expressions.notations import with_ordinary_characters
from tapecli.expressions.parser import MAX_LENGTH
from tapecli.expressions.tree import BLANKS, NAME

_HEAD = re.compile(
    rf"[{BLANKS}]*(?P<name>{NAME})[{BLANKS}]*"
    rf"(?:\((?P<parameters>[^()=]*)\)[{BLANKS}]*|\[(?P<patterns>[^][=]*)\][{BLANKS}]*)?:?=(?!=)"
)
"""What is before an expression: y =, f(x) =, or Mathematica's f[x_] :=."""

_ARROW = re.compile(rf"[{BLANKS}]*(?:\(([^()]*)\)|({NAME}))[{BLANKS}]*(?:->|=>|→|↦)")
"""What is before an expression in f := x -> x^2, behind := or =."""


_PARAMETERS = rf"[{BLANKS}]*(?:{NAME})[{BLANKS}]*(?:,[{BLANKS}]*(?:{NAME})[{BLANKS}]*)*"
_UNNAMED = re.compile(
    rf"[{BLANKS}]*(?:lambda\s(?P<python>{_PARAMETERS}):|@[{BLANKS}]*\((?P<matlab>{_PARAMETERS})\)"
    rf"|(?:\((?P<several>{_PARAMETERS})\)|(?P<one>{NAME}))[{BLANKS}]*"
    rf"(?:[-=]>|↦|→|\\(?:mapsto|to)(?![A-Za-z])))"
)
"""A function without a name, of which the expression is read: lambda x:, x ->, @(x)."""


@dataclass(frozen=True)
class Statement:
    """A part of the text `typed`: its expression is from `start` to `end`.

    Attributes:
        name: what stands before "=", or "".
        head: the half-open range of the name.
        parameters: those behind the name, if it is a function.
        variables: those of a function without a name.
    """

    typed: str
    start: int
    end: int
    name: str = ""
    head: tuple[int, int] = (0, 0)
    parameters: tuple[str, ...] | None = None
    variables: tuple[str, ...] = ()


def statements(typed: str) -> Iterator[Statement]:
    """The statements of a text, in order.

    Semicolons are between them, and ends of lines as well if one of the lines has a name and "=".
    A text that is too long is one statement.
    """
    bounds = list(_bounds(typed)) if len(typed) <= MAX_LENGTH else []
    pieces = [(start, end) for start, end in bounds if typed[start:end].strip(BLANKS)]
    for start, end in pieces or [(0, len(typed))]:
        source = with_ordinary_characters(typed[:MAX_LENGTH])
        if unnamed := _UNNAMED.match(source, start, end):
            names = _listed(next(filter(None, unnamed.groups())))
            yield Statement(typed, unnamed.end(), end, variables=names)
            continue
        head = _HEAD.match(source, start, end)
        if not head:
            yield Statement(typed, start, end)
            continue
        parameters, start = _parameters(head), head.end()
        if parameters is None and (arrow := _ARROW.match(typed, start, end)):
            parameters, start = _listed(arrow[1] or arrow[2] or ""), arrow.end()
        yield Statement(typed, start, end, head["name"], head.span("name"), parameters)


def _parameters(head: re.Match[str]) -> tuple[str, ...] | None:
    """The parameters of a function; None if there are no brackets."""
    if head["parameters"] is not None:
        return _listed(head["parameters"])
    if head["patterns"] is not None:
        return tuple(name.removesuffix("_") for name in _listed(head["patterns"]))
    return None


def _listed(names: str) -> tuple[str, ...]:
    return tuple(name.strip(BLANKS) for name in names.split(","))


def names_something(line: str) -> bool:
    """Whether a line is `name = expression` or a definition."""
    return bool(_HEAD.match(with_ordinary_characters(line[:MAX_LENGTH])))


def _bounds(typed: str) -> Iterator[tuple[int, int]]:
    """The half-open ranges of characters between the signs that separate statements.

    The end of a line separates none inside of brackets or beside an operator.
    """
    by_lines = "\n" in typed and any(map(names_something, typed.split("\n")))
    following = _next_characters(typed) if by_lines else []
    start = depth = 0
    before = ""
    for index, character in enumerate(typed):
        depth += (character in "([{") - (character in ")]}")
        is_space = typed[index - 1 : index] == "\\"  # LaTeX's \;
        goes_on = before in _OPEN or (following and following[index] in _GOES_ON)
        is_end = character == "\n" and by_lines and depth <= 0 and not goes_on
        if is_end or (character == ";" and not is_space and not _in_softmax(typed, start, index)):
            yield start, index
            start, depth, before = index + 1, 0, ""
        elif character not in BLANKS:
            before = character
    yield start, len(typed)


def _in_softmax(typed: str, start: int, index: int) -> bool:
    """Whether a semicolon is that of softmax(1; x, y)."""
    return bool(re.search(rf"softmax[{BLANKS}]*\([^()]*$", typed[start:index]))


def _next_characters(typed: str) -> list[str]:
    """For each character the next one that is no blank, or ""."""
    following = [""] * len(typed)
    for index in range(len(typed) - 1, 0, -1):
        here = typed[index]
        following[index - 1] = following[index] if here in BLANKS else here
    return following


_OPEN = tuple("+-*/^=,")
"""What a line that goes on ends with."""

_GOES_ON = tuple("+*/^,)")
"""What a line begins with that goes on with the one before."""
