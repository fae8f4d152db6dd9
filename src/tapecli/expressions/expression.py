"""Texts to targets, each with its name. Nothing typed is ever evaluated as Python."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from tapecli.errors import ExpressionError, UsageError, clipped
from tapecli.expressions.functions import CONSTANT_NAMES, FUNCTION_NAMES
from tapecli.expressions.notations import with_ordinary_characters
from tapecli.expressions.parser import MAX_LENGTH, Reader
from tapecli.expressions.tree import BLANKS, NAME, Node, text, variables

MAX_TARGETS = 50
"""The most expressions in one request."""

_ASSIGNMENT = re.compile(rf"[{BLANKS}]*({NAME})[{BLANKS}]*:?=")


@dataclass(frozen=True)
class Expression:
    """A target and its name: the one that it was given, or else one that no variable has."""

    name: str
    tree: Node

    @cached_property
    def text(self) -> str:
        """The fully explicit form of the tree, with earlier targets by their names."""
        return text(self.tree)

    def __str__(self) -> str:
        return f"{self.name} = {self.text}"


def parse(
    texts: str | Iterable[str], variable_names: Collection[str] = ()
) -> tuple[Expression, ...]:
    """Read expressions, each of them `expression` or `name = expression`, in order.

    Later ones may use the names of earlier ones. A variable is one letter (a number may
    follow: x1, x_1), or one of the names in `variable_names`.

    Raises:
        ExpressionError: a text cannot be read, is too long or too deep, or its name is taken.
        UsageError: there is no expression, or there are more than `MAX_TARGETS`.
    """
    texts = [texts] if isinstance(texts, str) else list(texts)
    if not texts:
        raise UsageError("no expression was given")
    if len(texts) > MAX_TARGETS:
        raise UsageError(f"{len(texts)} expressions: no more than {MAX_TARGETS} at once")
    trees, scope = _statements(texts, variable_names)
    used_names = {*variables(*(tree for _, tree in trees)), *scope}
    new_names = _new_names(used_names, sum(not name for name, _ in trees))
    return tuple(Expression(name or next(new_names), tree) for name, tree in trees)


def parse_claims(
    texts: Iterable[str], claims: Iterable[str], variable_names: Collection[str] = ()
) -> list[Node]:
    """The trees of claims, which may use the names of the targets in `texts`."""
    targets = list(texts)
    trees, _ = _statements([*targets, *claims], variable_names)
    return [tree for _, tree in trees[len(targets) :]]


def _statements(
    texts: Sequence[str], variable_names: Collection[str]
) -> tuple[list[tuple[str, Node]], dict[str, Node]]:
    """The name, or "", and the tree of each text; and the trees by name."""
    scope: dict[str, Node] = {}
    trees: list[tuple[str, Node]] = []
    for number, typed in enumerate(texts):
        earlier = variables(*(tree for _, tree in trees))
        try:
            trees.append(_statement(typed, scope, variable_names, earlier))
        except ExpressionError as error:
            error.number = number
            raise
    return trees, scope


def _statement(
    typed: str, scope: dict[str, Node], variable_names: Collection[str], earlier: Collection[str]
) -> tuple[str, Node]:
    """Read one text; enter its name, if it has one, into the scope."""
    assignment = _ASSIGNMENT.match(with_ordinary_characters(typed[:MAX_LENGTH]))
    tree = Reader(typed, scope, variable_names, assignment.end() if assignment else 0).read()
    if not assignment:
        return "", tree
    name = assignment[1]
    refusals: dict[str, Collection[str]] = {
        "is a function": FUNCTION_NAMES,
        "is a constant": CONSTANT_NAMES,
        "is defined twice": scope,
        "is defined by itself": variables(tree),
        "is a variable of an earlier expression": earlier,
    }
    for reason, names in refusals.items():
        if name in names:
            problem = f"'{clipped(name)}' {reason}"
            raise ExpressionError(typed, *assignment.span(1), problem, "choose another name")
    scope[name] = tree
    return name, tree


def _new_names(used_names: set[str], count: int) -> Iterator[str]:
    """Names for targets without one: y, or y1, y2, ...; another letter where y is a variable."""
    for letter in "yfghuvw":
        names = [letter] if count == 1 else [f"{letter}{i + 1}" for i in range(count)]
        if not used_names.intersection(names):
            return iter(names)
    return (f"target{i + 1}" for i in range(count))
