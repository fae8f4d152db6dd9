"""Texts to targets, each with its name. Nothing typed is ever evaluated as Python."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from tapecli.errors import ExpressionError, UsageError, clipped
from tapecli.expressions import leibniz
from tapecli.expressions.functions import CONSTANT_NAMES, FUNCTION_NAMES
from tapecli.expressions.leibniz import Orders
from tapecli.expressions.notations import DERIVATIVES, ITERATED
from tapecli.expressions.parser import Reader
from tapecli.expressions.shorthands import Definition, Work
from tapecli.expressions.statements import Statement, statements
from tapecli.expressions.tree import NAME, Node, text, variables

MAX_TARGETS = 50
"""The most expressions in one request."""

MAX_DEFINITIONS = 50
"""The most definitions of functions in one request."""


@dataclass(frozen=True)
class Expression:
    """A target and its name: the one that it was given, or else one that no variable has.

    `orders` has the variables that an operator in front, such as d/dx, differentiates by.
    """

    name: str
    tree: Node
    orders: Orders = ()

    @cached_property
    def text(self) -> str:
        """The fully explicit form of the tree, with earlier targets by their names."""
        return text(self.tree)

    def __str__(self) -> str:
        return f"{self.name} = {self.text}"


def parse(
    texts: str | Iterable[str],
    variable_names: Collection[str] = (),
    *,
    with_operators: bool = False,
) -> tuple[Expression, ...]:
    """Read expressions, each of them `expression` or `name = expression`, in order.

    A text may have several, with semicolons between them, and definitions such as `f(x) = x^2`.
    Later ones may use the names of earlier ones. A variable is one letter (a number may follow:
    x1, x_1), or one of the names in `variable_names`. Definitions are no targets, unless there
    is nothing else, nor are constants beside them: `a = 2; a*x^2`. An operator such as d/dx may
    stand in front if this is `with_operators`.

    Raises:
        ExpressionError: a text cannot be read, is too long or too deep, or its name is taken.
        UsageError: there is no expression, or there are more than `MAX_TARGETS`.
    """
    texts = [texts] if isinstance(texts, str) else list(texts)
    if not texts:
        raise UsageError("no expression was given; try 'log(x^2)'")
    reading = _Reading(texts, variable_names, with_operators)
    trees = reading.trees or [(d.name, d.tree) for d in reading.definitions.values()]
    names = {*reading.variables(), *reading.scope, *reading.definitions}
    names.update(variables(*(tree for _, tree in trees)))
    new_names = _new_names(names, sum(not name for name, _ in trees))
    targets = [
        Expression(name or next(new_names), tree, reading.orders.get(index, ()))
        for index, (name, tree) in enumerate(trees)
    ]
    constants = reading.constants()
    others = [target for target in targets if target.name not in constants]
    return tuple(others or targets)


def parse_claims(
    texts: Iterable[str], claims: Iterable[str], variable_names: Collection[str] = ()
) -> list[Node]:
    """The trees of claims, which may use the names of the targets in `texts`."""
    reading = _Reading(list(texts), variable_names)
    count = len(reading.trees)
    claims = list(claims)
    reading.read(claims, most=len(claims))
    return [tree for _, tree in reading.trees[count:]]


class _Reading:
    """Texts that are read together.

    Attributes:
        trees: the name, or "", and the tree of each target.
        scope: the trees of the targets that have a name.
        definitions: the functions by name.
        orders: by the index of a target: what an operator in front differentiates it by.
    """

    def __init__(
        self,
        texts: Sequence[str],
        variable_names: Collection[str],
        with_operators: bool = False,
    ) -> None:
        self.trees: list[tuple[str, Node]] = []
        self.scope: dict[str, Node] = {}
        self.definitions: dict[str, Definition] = {}
        self._beside_others: set[str] = set()
        self.orders: dict[int, Orders] = {}
        self._variable_names = variable_names
        self._with_operators = with_operators
        self._work = Work()
        self._texts = 0
        self.read(texts)

    def read(self, texts: Sequence[str], most: int = MAX_TARGETS) -> None:
        """Read further texts, with no more than so many targets."""
        pieces = [
            (number, piece)
            for number, typed in enumerate(texts, self._texts)
            for piece in statements(typed)
        ]
        self._texts += len(texts)
        several = {number for (number, _), (other, _) in pairwise(pieces) if number == other}
        self._beside_others.update(piece.name for number, piece in pieces if number in several)
        definitions = sum(piece.parameters is not None for _, piece in pieces)
        counts = {"definitions": definitions, "expressions": len(pieces) - definitions}
        for noun, bound in ("expressions", most), ("definitions", MAX_DEFINITIONS):
            if counts[noun] > bound:
                raise UsageError(f"{counts[noun]:,} {noun}: no more than {bound} at once")
        for number, piece in pieces:
            try:
                self._read_statement(piece)
            except ExpressionError as error:
                error.number = number
                raise

    def variables(self) -> set[str]:
        """The variables of the targets, and those of definitions that are no parameters."""
        names = (definition.variables for definition in self.definitions.values())
        return {*variables(*(tree for _, tree in self.trees))}.union(*names)

    def constants(self) -> set[str]:
        """The names of constants that have definitions or other statements in their text."""
        return {
            name
            for name, tree in self.scope.items()
            if (self.definitions or name in self._beside_others) and not variables(tree)
        }

    def _read_statement(self, piece: Statement) -> None:
        earlier = self.variables()
        operator = self._operator(piece)
        if operator:
            piece = replace(piece, start=operator.start, end=operator.end)
            self.orders[len(self.trees)] = operator.orders
        reader = Reader(
            piece.typed,
            self.scope,
            {*self._variable_names, *(piece.parameters or ()), *piece.variables},
            piece.start,
            piece.end,
            self.definitions,
            work=self._work,
        )
        if piece.parameters is not None:
            self._define(piece, reader, earlier)
            return
        branch = reader.parsed()
        if operator:
            leibniz.refuse_two_readings(piece.typed, branch, operator)
        tree = reader.number_in(branch).node
        if piece.name:
            self._check_name(piece, variables(tree), earlier)
            self.scope[piece.name] = tree
        self.trees.append((piece.name, tree))

    def _operator(self, piece: Statement) -> leibniz.Operator | None:
        """The operator in front of an expression, which may stand in front of a target alone."""
        names = {*self._variable_names, *self.scope, *self.definitions, *(piece.parameters or ())}
        operator = leibniz.operator(piece.typed, piece.start, piece.end, names)
        if operator and (piece.name or not self._with_operators):
            span = piece.start, operator.start
            call = operator.as_call(piece.typed[operator.start : operator.end])
            inside = f"({', '.join(piece.parameters)})" if piece.parameters else ""
            hint = f"write {piece.name}{inside} = {call}" if piece.name else f"write {call}"
            problem = "'d/dx' stands in front of a whole expression of tapecli diff"
            raise ExpressionError(piece.typed, *span, problem, clipped(hint, 120))
        return operator

    def _define(self, piece: Statement, reader: Reader, earlier: Collection[str]) -> None:
        """Enter a definition."""
        assert piece.parameters is not None
        self._check_name(piece, (), earlier)
        names = {*self.scope, *self.definitions, piece.name}
        for parameter in piece.parameters:
            problem = ""
            if not re.fullmatch(NAME, parameter):
                problem = f"'{clipped(parameter)}' is no parameter"
            elif piece.parameters.count(parameter) > 1:
                problem = f"the parameter '{clipped(parameter)}' is there twice"
            elif parameter in {*FUNCTION_NAMES, *CONSTANT_NAMES, *names}:
                problem = f"the parameter '{clipped(parameter)}' has another meaning"
            if problem:
                hint = "parameters are names of their own: f(x) = x^2, g(x, y) = x*y"
                raise ExpressionError(piece.typed, *piece.head, problem, hint)
        branch = reader.parsed(piece.name)
        self.definitions[piece.name] = Definition(
            piece.name, piece.parameters, reader, branch, reader.number_in(branch).node
        )

    def _check_name(
        self, piece: Statement, used: Collection[str], earlier: Collection[str]
    ) -> None:
        """Refuse a name that has a meaning."""
        reasons: dict[str, Collection[str]] = {
            "is a function": FUNCTION_NAMES,
            "is a constant": CONSTANT_NAMES,
            "is defined twice": {*self.scope, *self.definitions},
            "is defined by itself": used,
            "is a variable of an earlier expression": earlier,
        }
        if piece.parameters is not None:
            reasons["is a function"] = {*FUNCTION_NAMES, *ITERATED, *DERIVATIVES}
            reasons["is a variable, for it has points"] = self._variable_names
        for reason, names in reasons.items():
            if piece.name in names:
                problem = f"'{clipped(piece.name)}' {reason}"
                raise ExpressionError(piece.typed, *piece.head, problem, "choose another name")


def _new_names(used_names: set[str], count: int) -> Iterator[str]:
    """Names for targets without one: y, or y1, y2, ...; another letter where y is a variable."""
    for letter in "yfghuvw":
        names = [letter] if count == 1 else [f"{letter}{i + 1}" for i in range(count)]
        if not used_names.intersection(names):
            return iter(names)
    return (f"target{i + 1}" for i in range(count))
