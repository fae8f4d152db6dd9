"""Lines of Python as the usual formatters lay them out, 88 columns wide."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WIDTH = 88
INDENT = "    "


@dataclass(frozen=True)
class Brackets:
    """Something with brackets around items: a call, a list, or a statement that ends in one.

    The head ends with the opening bracket, and the tail begins with the closing one. Where all does
    not fit in one line, the items may have a `shared_line`, as arguments do, or a line each.
    """

    head: str
    items: Sequence[Brackets | str]
    tail: str = ")"
    shared_line: bool = True

    def __str__(self) -> str:
        return f"{self.head}{', '.join(map(str, self.items))}{self.tail}"


def listing(items: Sequence[str]) -> Brackets:
    """A list."""
    return Brackets("[", items, "]", shared_line=False)


def split(statement: Brackets | str, width: int) -> list[str]:
    """The lines of a statement: one if it fits, else split at its brackets, outermost first."""
    line = str(statement)
    if isinstance(statement, str) or len(line) <= width:
        return [line]
    inner_width = width - len(INDENT)
    items = ", ".join(map(str, statement.items))
    if statement.shared_line and len(items) <= inner_width:
        return [statement.head, INDENT + items, statement.tail]
    lines = [statement.head]
    for item in statement.items:
        *others, last = split(item, inner_width - len(","))
        lines += [INDENT + line for line in (*others, f"{last},")]
    return [*lines, statement.tail]


class Page:
    """A program in the making."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._depth = 0

    @property
    def width(self) -> int:
        """Columns that are left for a statement here."""
        return WIDTH - len(INDENT) * self._depth

    def add(self, *statements: Brackets | str) -> None:
        """Write statements, each in as many lines as it takes."""
        for statement in statements:
            lines = split(statement, self.width)
            self.lines += [INDENT * self._depth + line if line else "" for line in lines]

    def blank(self, lines: int = 1) -> None:
        """Leave at least this many lines empty."""
        while self.lines and any(self.lines[-lines:]):
            self.lines.append("")

    @contextlib.contextmanager
    def block(self, *head: Brackets | str) -> Iterator[None]:
        """The statements of a block, below its head."""
        self.add(*head)
        self._depth += 1
        yield
        self._depth -= 1

    @contextlib.contextmanager
    def function(self, *head: Brackets | str) -> Iterator[None]:
        """The body of a function, with the distance that functions keep."""
        self.blank(2)
        with self.block(*head):
            yield
        self.blank(2)

    def __str__(self) -> str:
        return "\n".join([*self.lines, ""])
