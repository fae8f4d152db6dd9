"""What is typed shorter than what it computes: sums, derivatives, and calls of definitions.

Each becomes a `tree.Shorthand`, whose target is written out: the branch of the parser's tree is
read once for each term or call, with values for the index or the parameters. So the bounds of
ordinary expressions hold for what is written out, and no name is taken for another one.
"""

from __future__ import annotations

import enum
import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from tapecli.errors import ExpressionError, clipped
from tapecli.expressions import diagnosis, notations, tree
from tapecli.expressions.functions import FUNCTIONS
from tapecli.expressions.notations import EXAMPLES, ITERATED
from tapecli.expressions.tree import DERIVATIVE, PRODUCT, SUM, Node, Shorthand, Variable

if TYPE_CHECKING:
    from lark import Token, Tree

    from tapecli.expressions.parser import Reader, Reading

    Branch = Tree[Token]

MAX_TERMS = 1_000
"""The most terms of a sum, and factors of a product."""

MAX_OPERATIONS = 20_000
"""The most operations in all that the texts of one call write out."""

MAX_NESTED = 50
"""The most sums, derivatives and calls of definitions inside one another."""

MAX_TIMES = 100
"""The most times that an expression is differentiated inside of another."""

_PRIMES = {"'": 1, "″": 2, "‴": 3}
_ENDLESS = ("inf", "Inf", "infinity", "Infinity", "oo", "infty")


class Mode(enum.Enum):
    """What is read for: TYPED for the tree of a text, in which shorthands stay; SHOWN for the term
    of a sum as it is shown, whose index has no value; EXPANDED for what a shorthand computes.
    """

    TYPED = enum.auto()
    SHOWN = enum.auto()
    EXPANDED = enum.auto()


@dataclass
class Work:
    """What the texts of one call have written out: operations, and names for parameters."""

    operations: int = 0
    names: int = 0

    def new_variable(self, name: str) -> Variable:
        """A variable that stands for a parameter, with a name that nobody can type."""
        self.names += 1
        return Variable(f"{name} {self.names}")


@dataclass(eq=False)
class Definition:
    """A function that the text defines, as f(x) = x^2 does.

    Attributes:
        reader: what has read the text of its body.
        body: the parser's tree of this text.
        tree: its body, with its parameters as variables.
    """

    name: str
    parameters: tuple[str, ...]
    reader: Reader
    body: Branch
    tree: Node
    _readings: dict[tuple[Node, ...], Reading] = field(default_factory=dict)

    @property
    def signature(self) -> str:
        """How it is called: f(x)."""
        return f"{self.name}({', '.join(self.parameters)})"

    @property
    def variables(self) -> set[str]:
        """The variables of its body that are no parameters."""
        return {*tree.variables(self.tree)} - {*self.parameters}

    def applied(self, caller: Reader, arguments: Sequence[Reading]) -> Reading:
        """Its body with arguments in the place of its parameters."""
        key = tuple(argument.node for argument in arguments)
        if key not in self._readings:
            bound = dict(zip(self.parameters, arguments, strict=True))
            reader = replace(self.reader, bound={}, indices=(), level=caller.level)
            self._readings[key] = _inside(reader, self.body, bound, Mode.EXPANDED)
        return self._readings[key]


def _refuse(reader: Reader, place: Branch | Token, problem: str, hint: str = "") -> NoReturn:
    """Raise an ExpressionError about a token or a branch."""
    reader.fail(*diagnosis.span(place), problem, hint)


def _inside(
    reader: Reader,
    branch: Branch,
    bound: Mapping[str, Reading],
    mode: Mode,
    index: str | None = None,
) -> Reading:
    """A branch, in which further names have values."""
    level = reader.level + 1
    if level > MAX_NESTED:
        problem = f"more than {MAX_NESTED} sums, derivatives and definitions inside one another"
        _refuse(reader, branch, problem, "write it with fewer of them")
    indices = {*reader.indices, index} if index else set(reader.indices) - bound.keys()
    values = {**reader.bound, **bound}
    return replace(reader, bound=values, indices=indices, level=level, mode=mode).number_in(branch)


def _shorthand(
    reader: Reader,
    token: Token,
    name: str,
    operands: Sequence[Reading],
    written_out: Callable[[], Reading],
) -> Reading:
    """The reading of a shorthand; without its target where it is only shown."""
    if reader.mode is Mode.EXPANDED:
        return written_out()._replace(depth=1)
    try:
        target = reader.whole(0) if reader.mode is Mode.SHOWN else written_out()
    except ExpressionError as error:
        if error.expression is reader.typed and token.type != "DEFINED_CALL":
            raise
        _refuse(reader, token, f"in '{clipped(name)}', {error.problem}", error.hint)
    node = Shorthand(name, target.node, tuple(operand.node for operand in operands))
    depth = 1 + max(operand.depth for operand in operands)
    return target._replace(
        node=node, depth=depth, exact=None if reader.mode is Mode.SHOWN else target.exact
    )


# --- calls of definitions ---------------------------------------------------------------------


def defined_call(
    reader: Reader, token: Token, primes: str, arguments: Sequence[Reading]
) -> Reading:
    """The call of a definition, or of a derivative such as f'(x) or sin'(x)."""
    definition = reader.definitions.get(token)
    function = definition or FUNCTIONS[str(notations.function(token))]
    times = sum(_PRIMES[prime] for prime in primes)
    reader.check_arity(diagnosis.span(token), function, len(arguments))
    shown = function.name + "'" * times
    if times and len(function.parameters) > 1:
        problem = f"'{clipped(shown)}' may be by {' or by '.join(function.parameters)}"
        hint = f"write diff({function.signature}, {function.parameters[0]})"
        _refuse(reader, token, problem, clipped(hint, 100))
    if times > MAX_TIMES:
        _refuse(reader, token, f"a derivative of order {times:,}", f"the limit is {MAX_TIMES}")

    def written_out() -> Reading:
        if not times:
            assert definition
            return definition.applied(reader, arguments)
        variable = reader.work.new_variable(function.parameters[0])
        argument = arguments[0]._replace(node=variable, exact=None)
        if definition:
            body = definition.applied(reader, [argument]).node
        else:
            body = tree.call(function.name, variable)
        slope = _differentiated(reader, token, body, [variable.name] * times)
        return _checked(reader, token, slope, {variable.name: arguments[0].node})

    return _shorthand(reader, token, shown, arguments, written_out)


# --- derivatives ------------------------------------------------------------------------------


def derivative(reader: Reader, token: Token, items: Sequence[Branch]) -> Reading:
    """diff(f, x), diff(f, x, 2), diff(f, x, y), or D(f) where f has one variable."""
    if token in reader.variable_names:
        _refuse(reader, token, f"is '{token}' a function?", f"write {token}*(...)")
    body, *others = items
    if items[-1].data == "point":
        return _at_point(reader, body, others)
    by = _variables(reader, token, others) if others else [_only_variable(reader, token, body)]
    if len(by) > MAX_TIMES:
        _refuse(reader, token, f"a derivative of order {len(by):,}", f"the limit is {MAX_TIMES}")
    parameters = {name: reader.bound[name] for name in by if name in reader.bound}
    stand_ins = {name: reader.work.new_variable(name) for name in parameters}
    if reader.mode is Mode.SHOWN:
        inside = reader.number_in(body)
    else:
        values = {
            name: value._replace(node=stand_ins[name], exact=None)
            for name, value in parameters.items()
        }
        inside = _inside(reader, body, values, reader.mode)

    def written_out() -> Reading:
        names = [stand_ins[name].name if name in stand_ins else name for name in by]
        slope = _differentiated(reader, token, inside.node, names)
        values = {stand_ins[name].name: parameters[name].node for name in stand_ins}
        return _checked(reader, token, slope, values)

    operands = [inside]
    for name, run in itertools.groupby(by):
        operands.append(inside._replace(node=Variable(name), depth=1))
        times = len(list(run))
        operands += [reader.whole(times)] if times > 1 else []
    return _shorthand(reader, token, DERIVATIVE, operands, written_out)


def _at_point(reader: Reader, body: Branch, others: Sequence[Branch]) -> Reading:
    """D(f)(2x), which is f'(2x), if f is defined."""
    *by, point = others
    name = _bare_name(body)
    if by or name not in reader.definitions:
        hint = "write f'(3) behind 'f(x) = ...', or a product with its '*'"
        _refuse(reader, point, "a derivative with a bracket behind it", hint)
    (expression,) = _children(point)
    return defined_call(reader, _children(body)[0], "'", [reader.number_in(expression)])


def _variables(reader: Reader, token: Token, items: Sequence[Branch]) -> list[str]:
    """The variables behind the expression, each as often as it is differentiated by."""
    by: list[str] = []
    for item in items:
        pair = _children(item) if item.data == "group" else [item]
        name, times = _bare_name(pair[0]), _digits(pair[-1])
        if name and len(pair) == 1:
            by.append(name)
        elif name and times and len(pair) == 2:
            by += [name] * times
        elif times and by and len(pair) == 1:
            by += [by[-1]] * (times - 1)
        else:
            hint = "write diff(x^2, x), or diff(x^2, x, 2) for the second derivative"
            _refuse(reader, item, f"'{token}' takes an expression and variables", hint)
    for name in dict.fromkeys(by):
        _check_variable(reader, token, name)
    return by


def _check_variable(reader: Reader, token: Token, name: str) -> None:
    """Refuse to differentiate by what is no variable."""
    problem = ""
    if name in reader.indices:
        problem = "is the index of a sum, which has whole values alone"
    elif name not in reader.bound:
        if name in reader.scope:
            problem = "is the name of an expression"
        elif name in reader.definitions:
            problem = "is a function"
        elif notations.constant(name):
            problem = "is a constant"
        elif not reader.is_variable(name):
            problem = "is an unknown name"
    if problem:
        _refuse(reader, token, f"'{clipped(name)}' {problem}", "differentiate by a variable")


def _only_variable(reader: Reader, token: Token, body: Branch) -> str:
    """The variable of D(f), which must be the only one in what is typed between the brackets."""
    hidden = set(reader.indices)
    for branch in body.find_data("iterated"):
        word, *items = _children(branch)
        hidden.add(iteration(reader, word, items).variable)
    for branch in body.find_data("summed"):
        word, *parts = _children(branch)
        hidden.add(latex_iteration(word, parts).variable)
    names: dict[str, None] = {}
    for name in filter(None, map(_bare_name, body.iter_subtrees())):
        if name in reader.definitions and name not in reader.bound:
            hint = f"write {name}'(x)"
            _refuse(reader, body, f"'{clipped(name)}' is a function", clipped(hint))
        if name in reader.scope and name not in reader.bound:
            names |= dict.fromkeys(tree.variables(reader.scope[name]))
        elif name in reader.bound or not (name in hidden or notations.constant(name)):
            names[name] = None
    names = {name: None for name in names if name not in hidden}
    if len(names) == 1:
        return next(iter(names))
    shown = " or by ".join(map(clipped, sorted(names)[:3]))
    problem = f"a derivative by {shown}?" if names else "a derivative by which variable?"
    _refuse(reader, token, problem, f"write diff(..., {clipped(min(names, default='x'))})")


def _differentiated(reader: Reader, token: Token, body: Node, by: Sequence[str]) -> Node:
    """The derivative by the chain rule, without a value where there is no derivative."""
    from tapecli.expressions.chain_rule import NoRule, differentiated_strictly

    try:
        return differentiated_strictly(body, by, lambda count: reader.count(token, count))
    except NoRule as error:
        hint = "differentiate the whole expression, with --order"
        _refuse(reader, token, f"{error}, which cannot be used here", hint)


def _checked(reader: Reader, token: Token, slope: Node, values: Mapping[str, Node]) -> Reading:
    """The reading of a derivative with values for parameters, within the bounds for constants."""
    node = tree.substituted(slope, values)
    readings: dict[Node, Reading] = {}
    for step in tree.steps(node):
        children = [readings[child] for child in step.children]
        value = tree.exact_value(step, [child.exact for child in children])
        readings[step] = reader.whole(0)._replace(node=step, exact=value)
        if isinstance(step, tree.Call) and step.name == "pow":
            if problem := reader.power_problem(*(child.exact for child in children)):
                _refuse(reader, token, problem)
    return readings[node]


# --- sums and products ------------------------------------------------------------------------


class Iteration(NamedTuple):
    """What the brackets of a sum have; `ends_before` is for Python's range, without its end."""

    term: Branch
    variable: str
    lower: Branch | None
    upper: Branch
    ends_before: bool = False


class _Kind(NamedTuple):
    """The words of messages about a sum or product, its operator, and its value without terms."""

    noun: str
    terms: str
    example: str
    operator: str
    empty: int


_KINDS = {
    SUM: _Kind("sum", "terms", EXAMPLES[SUM], "add", 0),
    PRODUCT: _Kind("product", "factors", EXAMPLES[PRODUCT], "mul", 1),
}


def iterated(reader: Reader, token: Token, iteration: Iteration) -> Reading:
    """sum(x^k, k = 0..20), and what other systems write for it."""
    name = _own_name(token)
    term, index, lower_end, upper_end, ends_before = iteration
    if notations.constant(index) or not tree.is_one_letter(index):
        problem = f"'{clipped(index)}' cannot be an index"
        _refuse(reader, token, problem, f"take one letter, as in {_KINDS[name].example}")
    lower = reader.number_in(lower_end) if lower_end else reader.whole(0)
    upper = _upper(reader, upper_end)
    if ends_before:
        lessened = reader.applied("sub", upper, reader.whole(1))
        upper = upper._replace(node=lessened.node, exact=lessened.exact)
        if upper.exact is not None and upper.exact.denominator == 1:
            upper = upper._replace(node=reader.whole(int(upper.exact)).node)
    operator, empty = _KINDS[name].operator, _KINDS[name].empty
    operands: list[Reading] = []
    if reader.mode is not Mode.EXPANDED:
        variable = lower._replace(node=Variable(index), depth=1, exact=None)
        shown = _inside(reader, term, {index: variable}, Mode.SHOWN, index)
        operands = [shown, variable, lower, upper]

    def written_out() -> Reading:
        total: Reading | None = None
        for number in _numbers(reader, token, name, lower, upper):
            try:
                value = {index: reader.whole(number)}
                reading = _inside(reader, term, value, Mode.EXPANDED, index)
            except ExpressionError as error:
                error.problem += f", where {index} = {number}"
                raise
            total = reading if total is None else reader.applied(operator, total, reading)
        return reader.whole(empty) if total is None else total

    return _shorthand(reader, token, name, operands, written_out)


def _upper(reader: Reader, branch: Branch) -> Reading:
    """The upper bound, which may not be infinite."""
    if _bare_name(branch) in _ENDLESS:
        problem = "a sum or product has a finite number of terms"
        _refuse(reader, branch, problem, f"the limit is {MAX_TERMS:,}")
    return reader.number_in(branch)


def _numbers(reader: Reader, token: Token, name: str, lower: Reading, upper: Reading) -> range:
    """The values of the index."""
    noun, terms, example, *_ = _KINDS[name]
    bounds: list[int] = []
    for reading in (lower, upper):
        if reading.exact is None or reading.exact.denominator != 1:
            problem = f"a bound of this {noun} is not a whole number"
            reader.fail(reading.start, reading.end, problem, f"write whole numbers: {example}")
        bounds.append(int(reading.exact))
    first, last = bounds
    if last < first - 1:
        problem = f"the {noun} ends at {_short(last)}, before it begins at {_short(first)}"
        hint = f"a {noun} of no {terms} ends at {_short(first - 1)}"
        reader.fail(upper.start, upper.end, problem, hint)
    if last - first >= MAX_TERMS:
        problem = f"a {noun} of {_short(last - first + 1)} {terms}"
        _refuse(reader, token, problem, f"the limit is {MAX_TERMS:,}")
    return range(first, last + 1)


def _short(number: int) -> str:
    return f"{number:,}" if abs(number) < 10**15 else "a huge number"


def _own_name(token: Token) -> str:
    """SUM or PRODUCT, for sum, ∑, \\sum_{k= and the like."""
    word = re.match(r"[^\W\d_]+|[∑∏]", token.removeprefix("\\"))
    assert word is not None
    return ITERATED[word[0]]


def latex_iteration(token: Token, parts: Sequence[Branch]) -> Iteration:
    r"""The parts of \sum_{k=0}^{20} x^k."""
    lower, upper, term = parts
    return Iteration(term, token.rstrip("= \t\r\n\u00a0")[-1], lower, upper)


def iteration(reader: Reader, token: Token, items: Sequence[Branch]) -> Iteration:
    """The parts of a sum, in any order in which it is certain which is which."""
    kinds = [item.data if item.data in _ITEMS else "" for item in items]
    if kinds in (["", "range"], ["range", ""]):
        term, bounds = items if kinds[1] else items[::-1]
        index, lower, upper = _children(bounds)
        return Iteration(term, str(index), lower, upper)
    if kinds == ["", "group"] and len(items[1].children) == 3:
        name, lower, upper = _children(items[1])
        if _bare_name(name):
            return Iteration(items[0], _bare_name(name), lower, upper)
    if kinds == ["generator"] and len(items[0].children) < 5:
        term, words, *ends = _children(items[0])
        lower = ends[0] if len(ends) == 2 else None
        return Iteration(term, words.split()[1], lower, ends[-1], ends_before=True)
    if kinds == ["start", "", ""]:
        index, lower = _children(items[0])
        return Iteration(items[2], str(index), lower, items[1])
    if kinds == ["", "", "", ""]:
        return _of_four(reader, token, items)
    problem = f"'{token}' takes an expression, an index and its bounds"
    _refuse(reader, token, problem, f"write {_KINDS[_own_name(token)].example}")


def _of_four(reader: Reader, token: Token, items: Sequence[Branch]) -> Iteration:
    """sum(f, k, 0, 5), or else sum(k, 0, 5, f), where only one can be meant."""
    first, second, third, fourth = items
    readings = [
        Iteration(term, index, lower, upper)
        for term, name, lower, upper in ((first, second, third, fourth), (fourth, *items[:3]))
        if (index := _bare_name(name))
        if not any(_is_free(reader, bound) for bound in (lower, upper))
    ]
    if len(readings) == 1:
        return readings[0]
    example = _KINDS[_own_name(token)].example
    problem = f"'{token}' takes an expression, an index and its bounds"
    if readings:
        problem = f"the index of this {_KINDS[_own_name(token)].noun} may be " + " or ".join(
            f"'{reading.variable}'" for reading in readings
        )
    _refuse(reader, token, problem, f"write {example}")


def _is_free(reader: Reader, bound: Branch) -> bool:
    """Whether what may be a bound has names without a value."""
    names = filter(None, map(_bare_name, bound.iter_subtrees()))
    return any(
        not (name in {*reader.bound, *_ENDLESS} or notations.constant(name))
        and not (name in reader.scope and not tree.variables(reader.scope[name]))
        for name in names
    )


_ITEMS = ("start", "range", "group", "generator")


def _children(branch: Branch) -> list[Any]:
    """What is inside of a branch: tokens and branches, as its rule in the grammar has them."""
    return list(branch.children)


def _bare_name(branch: Branch) -> str:
    """The name that a branch consists of, or ""."""
    return str(branch.children[0]) if branch.data == "name" else ""


def _digits(branch: Branch) -> int:
    """The whole number from 1 that a branch consists of, or 0."""
    digits = str(branch.children[0]) if branch.data == "number" else ""
    return int(digits) if digits.isdecimal() and len(digits) < 10 else 0
