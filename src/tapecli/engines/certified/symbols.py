"""Trees as SymPy expressions of real symbols."""

from __future__ import annotations

import contextlib
import functools
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy

from tapecli.engines.certified.added_functions import ADDED
from tapecli.engines.certified.balls import Balls, Side
from tapecli.engines.certified.interpreter import working
from tapecli.engines.certified.literals import typed
from tapecli.engines.certified.reference import constant_value, is_extreme
from tapecli.engines.certified.singular import Undecided, Undefined
from tapecli.expressions.expansion import expanded
from tapecli.expressions.expression import parse
from tapecli.expressions.functions import CONSTANTS, row, rule_of
from tapecli.expressions.tree import Alias, Call, Named, Node, Number, Variable, exact_value, steps

_SPARE_BITS = 64
"""Bits of a value beyond those that SymPy asks for."""

MAX_FACTORIAL = 500
"""Arguments of gamma beyond which SymPy's exact value is not worth its digits."""

MAX_CONSTANTS = 200
"""Constant parts of a tree beyond which its formula is not worth the time: each is evaluated."""


class cbrt(sympy.Function):  # type: ignore[misc]
    """The real cube root, also of negative numbers, for which SymPy only has a tree of pieces."""

    def fdiff(self, argindex: int = 1) -> Any:
        return 1 / (3 * cbrt(self.args[0]) ** 2)


class lgamma(sympy.Function):  # type: ignore[misc]
    """log(|gamma(x)|), which is real where SymPy's loggamma is complex."""

    def fdiff(self, argindex: int = 1) -> Any:
        return sympy.digamma(self.args[0])

    def _eval_evalf(self, prec: int) -> Any:
        return _certified(self, prec)


class _Step(sympy.Function):  # type: ignore[misc]
    """A function whose derivative is 0 wherever it has one; a subclass says how it rounds."""

    is_real = True

    def fdiff(self, argindex: int = 1) -> Any:
        return sympy.S.Zero

    @classmethod
    def eval(cls, x: Any) -> Any:
        if x.is_Rational or x.is_Float:
            exact = sympy.Rational(x)
            return sympy.Integer(_ROUNDING[cls.__name__](Fraction(int(exact.p), int(exact.q))))
        return None


_ROUNDING: dict[str, Callable[[Fraction], int]] = {
    "floor": math.floor,
    "ceil": math.ceil,
    "round": round,
    "trunc": math.trunc,
}
_STEPS = {name: type(name, (_Step,), {}) for name in _ROUNDING}


def _where(condition: Any, first: Any, second: Any) -> Any:
    return sympy.Piecewise((first, condition), (second, True))


_polygamma = functools.partial(sympy.polygamma, evaluate=False)
"""Polygamma as it is typed: SymPy's values have constants that cannot be typed."""

_ADDED_TO_SYMPY = {
    "cbrt": cbrt,
    "lgamma": lgamma,
    "digamma": functools.partial(_polygamma, 0),
    "polygamma": _polygamma,
    "tau": 2 * sympy.pi,
    "where": _where,
    **ADDED,
    **_STEPS,
}


def expression(tree: Node, as_typed: bool = True) -> Any:
    """The tree in SymPy, with real symbols.

    With `as_typed` numbers stay as they were typed: SymPy does not work with them (see `literals`).
    """
    forms: dict[Node, Any] = {}
    exact: dict[Node, Any] = {}
    tree = expanded(tree, "symbol")
    for node in steps(tree):
        exact[node] = exact_value(node, [exact[child] for child in node.children])
        if isinstance(node, Number):
            value = node.value
            fraction = sympy.Rational(value.numerator, value.denominator)
            forms[node] = typed(value) if as_typed else fraction
        elif exact[node] == 0:
            forms[node] = sympy.S.Zero
        else:
            forms[node] = _expression(node, [forms[child] for child in node.children])
    return forms[tree]


def _expression(node: Node, children: list[Any]) -> Any:
    if isinstance(node, Variable):
        return sympy.Symbol(node.name, real=True)
    if isinstance(node, Named):
        return _rule(CONSTANTS[node.name].symbol)
    if isinstance(node, Alias):
        return children[0]
    assert isinstance(node, Call)
    if node.name == "pow" and isinstance(node.arguments[1], Number):
        value = node.arguments[1].value  # SymPy works with whole exponents, whatever their size
        children[1] = sympy.Integer(value.numerator) if value.denominator == 1 else children[1]
    symbol = row(node.name).symbol
    assert symbol is not None
    rule = _rule(symbol) if isinstance(symbol, str) else functools.partial(symbol, sympy)
    return rule(*children)


def _rule(name: str) -> Any:
    added = name.removeprefix("tapecli.")
    if added == name:
        return getattr(sympy, name)
    return _ADDED_TO_SYMPY.get(added) or _of_row(added)


@functools.cache
def _of_row(name: str) -> Any:
    """A function that SymPy lacks, or knows with other rules: its derivatives are those of its row.

    SymPy does nothing else with it.
    """
    function = row(name)

    def slope(form: Any, index: int = 1) -> Any:
        text = function.derivatives[index - 1]
        if not text:
            raise sympy.core.function.ArgumentIndexError(form, index)
        (target,) = parse(text, function.parameters)
        parameters = (sympy.Symbol(parameter, real=True) for parameter in function.parameters)
        return expression(target.tree, as_typed=False).xreplace(
            dict(zip(parameters, form.args, strict=True))
        )

    own = {"fdiff": slope, "is_extended_real": True, "_eval_evalf": _certified}
    return type(name, (sympy.Function,), own)


def _certified(form: Any, precision: int) -> Any:
    """The value of a function of numbers to so many bits; None where it has none."""
    numbers = [sympy.Rational(argument.evalf(precision)) for argument in form.args]
    if not all(number.is_Rational for number in numbers):
        return None
    rules = Balls(Side.POINT, 1)
    with working(precision + _SPARE_BITS, 1), contextlib.suppress(Undefined, Undecided):
        arguments = [rules.number(Fraction(number.p, number.q)) for number in numbers]
        value = rule_of(row(form.func.__name__).series, rules)(*arguments)[0]
        return sympy.Float(value.mid().str(precision, radius=False), precision=precision)
    return None


def is_endless(tree: Node) -> bool:
    """Whether it has a constant whose digits SymPy would compute for long, or without end.

    Those are extreme numbers, such as exp(10^300), what is no real number, such as atanh(2), and
    the gamma function of all but small numbers. More than `MAX_CONSTANTS` are not looked at.
    """
    varying: set[Node] = set()
    constants = []
    for node in steps(tree):
        if isinstance(node, Variable) or not varying.isdisjoint(node.children):
            varying.add(node)
        elif isinstance(node, Call):
            constants.append(node)
    if len(constants) > MAX_CONSTANTS:
        return True
    return any(is_extreme(node) or constant_value(node) is None for node in constants) or any(
        node.name in ("gamma", "lgamma", "digamma", "polygamma")
        and not -MAX_FACTORIAL < (constant_value(node.arguments[-1]) or 0) < MAX_FACTORIAL
        for node in constants
    )
