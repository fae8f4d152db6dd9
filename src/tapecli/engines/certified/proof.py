"""Whether SymPy can prove that a derivative is an expression: with bounded effort, or not at all.

The difference of the two is brought over a common denominator and multiplied out: as it is, in
exponentials, and for each pattern of signs of the variables.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import sympy

from tapecli.engines.certified.deadline import TimeUp, within
from tapecli.engines.certified.formula import MAX_OPERATIONS, MAX_SIZE
from tapecli.engines.certified.shortening import chosen
from tapecli.engines.certified.symbols import cbrt, expression, is_endless
from tapecli.expressions.tree import (
    Alias,
    Call,
    Node,
    Number,
    call,
    literal_value,
    number,
    size,
    steps,
    variable,
)
from tapecli.floats import FloatFormat

MAX_TERMS = 500
"""Terms beyond which nothing is multiplied out."""

MAX_REWRITTEN = 1000
"""Operations of a form in exponentials beyond which nothing is done with it."""

MAX_PATTERNS = 2
"""Variables whose signs are looked at one by one."""

SECONDS = 0.5
"""Processor seconds that all ways to the proof of a claim may take together, where it is alone."""

_PLAIN_BITS = 12
"""Decimals that need no more bits are as simple as a fraction."""

_PERIODIC = (sympy.sin, sympy.cos, sympy.tan, sympy.cot, sympy.sec, sympy.csc)
_HYPERBOLIC = (sympy.sinh, sympy.cosh, sympy.tanh)


def proved(
    tree: Node,
    sequence: Sequence[str],
    claim: Node,
    format_: FloatFormat,
    seconds: float = SECONDS,
) -> bool:
    """Whether SymPy shows that a derivative is this expression, wherever both have values.

    The effort is small and bounded: False says nothing. Equal formulas may still differ at single
    points, such as removable singularities.
    """
    trees = _undecimal([tree, claim], format_)
    if any(size(one) > MAX_SIZE or is_endless(one) for one in trees):
        return False
    try:
        return within(seconds, lambda: _equal(trees[0], trees[1], sequence))
    except (Exception, TimeUp):  # whatever SymPy raises, it has not shown anything
        return False


def _equal(tree: Node, claim: Node, sequence: Sequence[str]) -> bool:
    form = _differentiated(expression(tree, as_typed=False), sequence)
    return form is not None and _vanishes(form - expression(claim, as_typed=False))


def _differentiated(form: Any, sequence: Sequence[str]) -> Any:
    """The derivative as SymPy gives it; None if it is too long.

    No shorter form is looked for, which is where SymPy may take minutes.
    """
    for name in sequence:
        form = form.diff(sympy.Symbol(name, real=True)).replace(sympy.DiracDelta, _nothing)
        if form.count_ops() > MAX_OPERATIONS:
            return None
    return form


def _undecimal(trees: Sequence[Node], format_: FloatFormat) -> list[Node]:
    """The trees with exact numbers for decimals that are short in binary, and symbols for others.

    0.1 is 3602879701896397/2**55 in float64, on which SymPy's polynomials choke. What holds for
    any number in its place holds for that one; 0.2 is kept as twice the same symbol.
    """
    done: dict[Node, Node] = {}
    known: dict[Node, Fraction] = {}
    for node in steps(*trees):
        children = [done[child] for child in node.children]
        if isinstance(node, Number) and node.decimal:
            done[node] = _symbol(literal_value(node, format_), known)
        elif isinstance(node, Alias):
            done[node] = children[0]
        else:
            done[node] = call(node.name, *children) if isinstance(node, Call) else node
    return [done[tree] for tree in trees]


def _symbol(value: Fraction, known: dict[Node, Fraction]) -> Node:
    if max(value.denominator, value.numerator).bit_length() <= _PLAIN_BITS:
        return call("div", number(value.numerator), number(value.denominator))
    for symbol, size_ in known.items():
        ratio = value / size_
        if max(ratio.denominator, ratio.numerator).bit_length() <= _PLAIN_BITS:
            factor = call("div", number(ratio.numerator), number(ratio.denominator))
            return call("mul", factor, symbol)
    fresh = variable(f"decimal {len(known)}")
    known[fresh] = value
    return fresh


def _vanishes(form: Any) -> bool:
    """Whether a form of real symbols is zero, as far as cheap means show."""
    return form == 0 or _is_zero(form) or _is_zero_for_signs(form)


def _is_zero_for_signs(form: Any) -> bool:
    """Whether it is zero whatever the signs of its variables, where logarithms and roots split."""
    names = sorted(form.free_symbols, key=str)
    if not 0 < len(names) <= MAX_PATTERNS or not form.atoms(sympy.log, sympy.Abs, sympy.Pow, cbrt):
        return False
    sizes = [sympy.Dummy(f"|{name}|", positive=True) for name in names]
    return all(
        _is_zero(form.xreplace(dict(zip(names, signed, strict=True))), split=True)
        for signed in itertools.product(*((one, -one) for one in sizes))
    )


def _is_zero(form: Any, split: bool = False) -> bool:
    """Whether it is zero when it is multiplied out, as it is or in exponentials."""
    form = _in_absolutes(form)
    for rewrite in (_as_it_is, _in_exponentials):
        if form.count_ops() > 2 * MAX_OPERATIONS:
            return False
        form = rewrite(form)
        if _numerator(form, split) == 0:
            return True
    return False


def _numerator(form: Any, split: bool) -> Any:
    """The numerator over a common denominator, multiplied out; None if that is too long."""
    if form.count_ops() > MAX_REWRITTEN:
        return None
    top = sympy.together(form, deep=True).as_numer_denom()[0]
    for _ in range(2):  # what is multiplied out may meet in new products
        if _terms(top) > MAX_TERMS:
            return None
        before, top = top, sympy.expand(top, log=split)
        if top == before:
            break
    return top


def _terms(form: Any) -> int:
    """A bound for the terms that a form has when it is multiplied out, also inside functions."""
    counts: dict[Any, int] = {}
    most = 1
    for part in sympy.postorder_traversal(form):
        if part not in counts:
            counts[part] = _terms_of(part, [counts[one] for one in part.args])
            most = max(most, counts[part])
    return most


def _terms_of(part: Any, inside: list[int]) -> int:
    if part.is_Add:
        return sum(inside)
    if part.is_Mul:
        return math.prod(inside)
    if part.is_Pow and part.exp.is_Rational and inside[0] > 1:
        small = abs(int(part.exp)) < MAX_TERMS
        return chosen(inside[0], part.exp) if small else MAX_TERMS + 1
    return 1


def _in_absolutes(form: Any) -> Any:
    """Signs, steps and the larger of two by means of absolute values, whose squares cancel."""
    for kind, rule in _PIECES:
        if form.has(kind):
            form = form.replace(kind, rule)
    return form


def _as_it_is(form: Any) -> Any:
    return form


def _in_exponentials(form: Any) -> Any:
    """Circular and hyperbolic functions and powers as exponentials."""
    form = form.replace(
        lambda part: part.is_Pow and not part.exp.is_Rational and part.base is not sympy.E,
        lambda power: sympy.exp(power.exp * sympy.log(power.base), evaluate=False),
    )
    return form.rewrite(_PERIODIC + _HYPERBOLIC, sympy.exp)


def _nothing(*_: Any) -> Any:
    """For the impulse that a derivative has at a kink and nowhere else."""
    return sympy.Integer(0)


def _sign(u: Any) -> Any:
    return u / sympy.Abs(u)


def _real_cbrt(u: Any) -> Any:
    third = sympy.Rational(1, 3)
    if u.is_positive:
        return u**third
    return -((-u) ** third) if u.is_negative else cbrt(u)


_PIECES: tuple[tuple[Any, Callable[..., Any]], ...] = (
    (sympy.Heaviside, lambda u, *_: (1 + _sign(u)) / 2),
    (sympy.Max, lambda *us: _larger(us, 1)),
    (sympy.Min, lambda *us: _larger(us, -1)),
    (sympy.sign, _sign),
    (cbrt, _real_cbrt),
)


def _larger(terms: Sequence[Any], side: int) -> Any:
    """The largest of some, for side 1; the smallest for -1."""
    found = terms[0]
    for term in terms[1:]:
        found = (found + term + side * sympy.Abs(found - term)) / 2
    return found
