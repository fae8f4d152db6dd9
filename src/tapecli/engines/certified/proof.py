"""Whether SymPy can prove that a derivative is an expression, with bounded effort.

The difference of the two is brought over a common denominator and multiplied out: as it is, in
exponentials, and for each combination of signs of the variables.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import sympy

from tapecli.engines.certified.deadline import TimeUp, within
from tapecli.engines.certified.formula import MAX_OPERATIONS, MAX_SIZE
from tapecli.engines.certified.shortening import power_terms
from tapecli.engines.certified.symbols import cbrt, expression, is_endless
from tapecli.expressions import tree
from tapecli.floats import FloatFormat

MAX_TERMS = 500
"""Terms beyond which nothing is multiplied out."""

MAX_REWRITTEN = 1000
"""Operations in a form beyond which it is not brought over a common denominator."""

MAX_SIGNS = 2
"""Variables for which each combination of signs is tried."""

SECONDS = 0.5
"""Processor seconds for all attempts to prove a single claim."""

_SIMPLE_BITS = 12
"""Bits up to which a decimal is as simple as a fraction."""

_CIRCULAR = (sympy.sin, sympy.cos, sympy.tan, sympy.cot, sympy.sec, sympy.csc)
_EXPONENTIAL = (*_CIRCULAR, sympy.sinh, sympy.cosh, sympy.tanh)


def proved(
    function: tree.Node,
    by: Sequence[str],
    claim: tree.Node,
    format_: FloatFormat,
    seconds: float = SECONDS,
) -> bool:
    """Whether SymPy shows that a derivative is this expression, wherever both have values.

    The effort is small and bounded: False says nothing. Equal formulas may still differ at single
    points, such as removable singularities.
    """
    function, claim = _without_decimals([function, claim], format_)
    if any(tree.size(side) > MAX_SIZE or is_endless(side) for side in (function, claim)):
        return False
    try:
        return within(seconds, lambda: _equal(function, claim, by))
    except (Exception, TimeUp):  # whatever SymPy raises, it has not shown anything
        return False


def _equal(function: tree.Node, claim: tree.Node, by: Sequence[str]) -> bool:
    """Whether the derivative is the claim; no shorter form is looked for, which takes minutes."""
    form = expression(function, as_typed=False)
    for name in by:
        form = form.diff(sympy.Symbol(name, real=True))
        form = form.replace(sympy.DiracDelta, lambda *_: sympy.S.Zero)  # which is at kinks alone
        if form.count_ops() > MAX_OPERATIONS:
            return False
    form -= expression(claim, as_typed=False)
    return form == 0 or _is_zero(form) or _is_zero_for_all_signs(form)


def _without_decimals(trees: Sequence[tree.Node], format_: FloatFormat) -> list[tree.Node]:
    """The trees with exact numbers for decimals that are short in binary, and symbols for others.

    0.1 is 3602879701896397/2**55 in float64, which is too much for SymPy's polynomials. What holds
    for any number in its place holds for that one; 0.2 becomes twice the same symbol.
    """
    symbols: dict[tree.Node, Fraction] = {}

    def without_decimals(node: tree.Node, children: list[tree.Node]) -> tree.Node:
        if isinstance(node, tree.Number) and node.decimal:
            return _symbol(tree.literal_value(node, format_), symbols)
        if isinstance(node, tree.Alias):
            return children[0]
        return tree.call(node.name, *children) if isinstance(node, tree.Call) else node

    return [tree.fold(whole, without_decimals) for whole in trees]


def _symbol(value: Fraction, symbols: dict[tree.Node, Fraction]) -> tree.Node:
    """A number as a simple fraction or a simple multiple of a symbol, which may be a new one."""
    for unit, size_ in ((None, Fraction(1)), *symbols.items()):
        ratio = value / size_
        if max(ratio.denominator, ratio.numerator).bit_length() <= _SIMPLE_BITS:
            factor = tree.call("div", tree.number(ratio.numerator), tree.number(ratio.denominator))
            return factor if unit is None else tree.call("mul", factor, unit)
    symbol = tree.Variable(f"decimal {len(symbols)}")
    symbols[symbol] = value
    return symbol


def _is_zero_for_all_signs(form: Any) -> bool:
    """Whether it is zero for each combination of signs, where logarithms and roots are split."""
    names = sorted(form.free_symbols, key=str)
    if not 0 < len(names) <= MAX_SIGNS or not form.atoms(sympy.log, sympy.Abs, sympy.Pow, cbrt):
        return False
    sizes = [sympy.Dummy(f"|{name}|", positive=True) for name in names]
    return all(
        _is_zero(form.xreplace(dict(zip(names, values, strict=True))), split=True)
        for values in itertools.product(*((size_, -size_) for size_ in sizes))
    )


def _is_zero(form: Any, split: bool = False) -> bool:
    """Whether it is zero when it is multiplied out, as it is or in exponentials."""
    for kind, rule in _IN_ABSOLUTE_VALUES:
        if form.has(kind):
            form = form.replace(kind, rule)
    for in_exponentials in (False, True):
        if form.count_ops() > 2 * MAX_OPERATIONS:
            return False
        if in_exponentials:
            form = form.replace(
                lambda node: node.is_Pow and not node.exp.is_Rational and node.base is not sympy.E,
                lambda power: sympy.exp(power.exp * sympy.log(power.base), evaluate=False),
            ).rewrite(_EXPONENTIAL, sympy.exp)
        if _numerator(form, split) == 0:
            return True
    return False


def _numerator(form: Any, split: bool) -> Any:
    """The numerator over a common denominator, multiplied out; None if that is too long."""
    if form.count_ops() > MAX_REWRITTEN:
        return None
    numerator = sympy.together(form, deep=True).as_numer_denom()[0]
    for _ in range(2):  # what is multiplied out may give new products
        if _most_terms(numerator) > MAX_TERMS:
            return None
        before, numerator = numerator, sympy.expand(numerator, log=split)
        if numerator == before:
            break
    return numerator


def _most_terms(form: Any) -> int:
    """A bound for the terms that a form has when it is multiplied out, also inside functions."""
    terms: dict[Any, int] = {}
    for node in sympy.postorder_traversal(form):
        arguments = [terms[argument] for argument in node.args]
        terms[node] = 1
        if node.is_Add:
            terms[node] = sum(arguments)
        elif node.is_Mul:
            terms[node] = math.prod(arguments)
        elif node.is_Pow and node.exp.is_Rational and arguments[0] > 1:
            small = abs(int(node.exp)) < MAX_TERMS
            terms[node] = power_terms(arguments[0], node.exp) if small else MAX_TERMS + 1
    return max(terms.values())


def _sign(u: Any) -> Any:
    return u / sympy.Abs(u)


def _real_cbrt(u: Any) -> Any:
    third = sympy.Rational(1, 3)
    if u.is_positive:
        return u**third
    return -((-u) ** third) if u.is_negative else cbrt(u)


def _extreme(arguments: Sequence[Any], side: int) -> Any:
    """The largest argument, for side 1; the smallest, for side -1."""
    return functools.reduce(lambda u, v: (u + v + side * sympy.Abs(u - v)) / 2, arguments)


_IN_ABSOLUTE_VALUES: tuple[tuple[Any, Callable[..., Any]], ...] = (
    (sympy.Heaviside, lambda u, *_: (1 + _sign(u)) / 2),
    (sympy.Max, lambda *arguments: _extreme(arguments, 1)),
    (sympy.Min, lambda *arguments: _extreme(arguments, -1)),
    (sympy.sign, _sign),
    (cbrt, _real_cbrt),
)
"""Functions in absolute values, whose squares cancel."""
