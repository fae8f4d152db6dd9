"""Text to expressions: targets with names. Nothing typed is ever evaluated as Python."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from tapecli.errors import ExpressionError, UsageError, clipped
from tapecli.expressions.diagnosis import BLANKS, NAME
from tapecli.expressions.functions import CONSTANT_NAMES, FUNCTION_NAMES
from tapecli.expressions.parser import MAX_LENGTH, Reader
from tapecli.expressions.tree import Node, text, variables

MAX_TARGETS = 50
"""Expressions in one request."""

_ASSIGNMENT = re.compile(rf"[{BLANKS}]*({NAME})[{BLANKS}]*=")


@dataclass(frozen=True)
class Expression:
    """A target: what it is called and its tree.

    Attributes:
        name: what it was named, or a name that no variable has.
        tree: the tree.
    """

    name: str
    tree: Node

    @property
    def text(self) -> str:
        """The fully explicit form of the tree, with earlier targets by name."""
        return text(self.tree)

    def __str__(self) -> str:
        return f"{self.name} = {self.text}"


def parse(texts: str | Iterable[str], known: Collection[str] = ()) -> tuple[Expression, ...]:
    """Read expressions, each of them `expression` or `name = expression`, in order.

    Later ones may use the names of earlier ones. A variable is one letter (a number may
    follow: x1, x_1), or one of the names in `known`.

    Raises:
        ExpressionError: a text cannot be read, is too long or too deep, or its name is taken.
        UsageError: there is no expression, or there are more than `MAX_TARGETS`.
    """
    texts = [texts] if isinstance(texts, str) else list(texts)
    if not texts:
        raise UsageError("no expression was given")
    if len(texts) > MAX_TARGETS:
        raise UsageError(f"{len(texts)} expressions: no more than {MAX_TARGETS} at once")
    trees, scope = _statements(texts, known)
    taken = {*variables(*(tree for _, tree in trees)), *scope}
    fresh = _fresh_names(taken, sum(not name for name, _ in trees))
    return tuple(Expression(name or next(fresh), tree) for name, tree in trees)


def parse_more(
    texts: Iterable[str], more: Iterable[str], known: Collection[str] = ()
) -> list[Node]:
    """The trees of `more`, which may use the names of the targets in `texts`.

    The other arguments, and what is raised, are those of `parse`; there may be any number of them.
    """
    before = list(texts)
    trees, _ = _statements([*before, *more], known)
    return [tree for _, tree in trees[len(before) :]]


def _statements(
    texts: Sequence[str], known: Collection[str]
) -> tuple[list[tuple[str, Node]], dict[str, Node]]:
    """The names, as far as they have some, and trees of texts; and the trees by name."""
    scope: dict[str, Node] = {}
    trees: list[tuple[str, Node]] = []
    for number, text_ in enumerate(texts):
        earlier = variables(*(tree for _, tree in trees))
        try:
            trees.append(_statement(text_, scope, known, earlier))
        except ExpressionError as error:
            error.number = number
            raise
    return trees, scope


def _statement(
    text_: str, scope: dict[str, Node], known: Collection[str], earlier: Collection[str]
) -> tuple[str, Node]:
    """Read one text; enter its name, if it has one, into the scope."""
    assignment = _ASSIGNMENT.match(text_[:MAX_LENGTH])
    reader = Reader(text_, scope, known, assignment.end() if assignment else 0)
    if not assignment:
        return "", reader.tree()
    name = assignment[1]
    tree = reader.tree()
    if problem := _unusable(name, scope, variables(tree), earlier):
        raise ExpressionError(text_, *assignment.span(1), problem, "choose another name")
    scope[name] = tree
    return name, tree


def _unusable(
    name: str, scope: Collection[str], own: Collection[str], earlier: Collection[str]
) -> str:
    """Why a target cannot have this name, or ""."""
    reasons = {
        "is a function": FUNCTION_NAMES,
        "is a constant": CONSTANT_NAMES,
        "is defined twice": scope,
        "is defined by itself": own,
        "is a variable of an earlier expression": earlier,
    }
    reason = next((reason for reason, names in reasons.items() if name in names), "")
    return f"'{clipped(name)}' {reason}" if reason else ""


def _fresh_names(taken: set[str], count: int) -> Iterator[str]:
    """Names for the nameless: y, or y1, y2, ...; another letter where a variable has it."""
    for letter in "yfghuvw":
        names = [letter] if count == 1 else [f"{letter}{i + 1}" for i in range(count)]
        if not taken.intersection(names):
            return iter(names)
    return (f"target{i + 1}" for i in range(count))
