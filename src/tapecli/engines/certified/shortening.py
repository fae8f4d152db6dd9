"""Shorter forms of formulas, from SymPy, within bounds on what it may multiply out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import sympy

from tapecli.engines.certified.deadline import TimeUp, within
from tapecli.engines.certified.literals import Literal, tidied

MAX_SHORTENED = 80
"""Operations beyond which no shorter form is looked for, for the search takes too long."""

MAX_EXPANDED = 20
"""Exponents beyond which no shorter form is looked for, for the search may multiply out.

Exponents that are not whole count in parts of their common denominator."""

MAX_ROOTS = 12
"""The same for the common denominator of exponents: the search works with that root."""

MAX_TERMS = 1000
"""The same for the terms that powers of sums have when they are multiplied out."""

WORTH_FACTORING = 4
"""How many times as many operations a quotient may have when it is multiplied out, if it is then
to be looked at for factors: factoring what is much longer takes seconds and finds nothing."""

NEARLY = 1.5
"""How many times as many operations as the shortest form another may have, if it is to be looked
at when it is written: the numbers in it may still be put together."""


def shortest(form: Any, seconds: float) -> tuple[Any, bool]:
    """The shortest of the forms that are cheap to make.

    Args:
        form: what is to be shortened.
        seconds: processor seconds that the search may take.

    Returns:
        The form, and whether the search came to its end.
    """
    if not _searchable(form):
        return form, True
    forms = [form]
    try:
        within(seconds, lambda: forms.extend(_shorter(form)))
    except TimeUp:
        return _best(forms), False
    return _best(forms), True


def _shorter(form: Any) -> Iterator[Any]:
    """Other forms, those that take least time to make first."""
    factor_out = _tried(sympy.factor_terms, form)
    yield from factor_out
    multiplied = _tried(sympy.cancel, form)
    yield from multiplied
    if all(one.count_ops() <= WORTH_FACTORING * form.count_ops() for one in multiplied):
        yield from _tried(_factored, form)


def _tried(shorten: Any, form: Any) -> list[Any]:
    """What SymPy makes of a form; nothing, where it cannot."""
    try:
        return [shorten(form)]
    except Exception:  # whatever SymPy raises, it has no such form
        return []


def _best(forms: Sequence[Any]) -> Any:
    """The form that is shortest when it is written."""
    operations = [form.count_ops() for form in forms]
    most = NEARLY * min(operations)
    near = [form for form, count in zip(forms, operations, strict=True) if count <= most]
    lengths = [_length(form) for form in near]
    best = [form for form, length in zip(near, lengths, strict=True) if length == min(lengths)]
    return best[0] if len(best) == 1 else min(best, key=lambda form: len(str(tidied(form))))


def _length(form: Any) -> tuple[int, int]:
    """How long a form is when it is written; a number that nobody typed counts as an operation."""
    written = tidied(form)
    fresh = len(written.atoms(Literal, sympy.Integer) - form.atoms(Literal, sympy.Integer))
    return written.count_ops() + fresh, fresh


def _searchable(form: Any) -> bool:
    """Whether a shorter form can be looked for without multiplying out too much."""
    powers = [power for power in form.atoms(sympy.Pow) if power.exp.is_Rational]
    roots = math.lcm(*(int(power.exp.q) for power in powers))
    sums = [power for power in powers if power.base.is_Add and abs(power.exp) <= MAX_EXPANDED]
    terms = math.prod(chosen(len(power.base.args), power.exp.p) for power in sums)
    nested = max((chosen(_terms(power.base), power.exp.p) for power in sums), default=1)
    return (
        form.count_ops() <= MAX_SHORTENED
        and roots <= MAX_ROOTS
        and max(terms, nested) <= MAX_TERMS
        and all(abs(power.exp) * roots <= MAX_EXPANDED for power in powers)
        and all(degree <= MAX_EXPANDED for degree in _degrees(form))
    )


def _terms(form: Any) -> int:
    """How many terms it has when it is multiplied out; some more than `MAX_TERMS` if they are."""
    found = 1
    if form.is_Add:
        found = sum(map(_terms, form.args))
    elif form.is_Mul:
        found = math.prod(map(_terms, form.args))
    elif form.is_Pow and form.exp.is_Integer and abs(form.exp) <= MAX_EXPANDED:
        found = chosen(_terms(form.base), form.exp)
    return min(found, MAX_TERMS + 1)


def chosen(terms: int, exponent: Any) -> int:
    """How many terms a whole power of a sum of so many has when it is multiplied out."""
    times = abs(int(exponent))
    return math.comb(terms + times - 1, times)


def _degrees(form: Any) -> Iterator[Any]:
    """How high the powers are that exponentials are of one another: 5 of exp(x/2) - exp(5*x/2)."""
    factors: dict[Any, list[Any]] = {}
    for power in form.atoms(sympy.exp, sympy.Pow):
        base, exponent = power.as_base_exp()
        for term in sympy.Add.make_args(exponent):
            factor, rest = term.as_coeff_Mul(rational=True)
            if rest.free_symbols:
                factors.setdefault((base, rest), []).append(abs(factor))
    for found in factors.values():
        common = math.lcm(*(int(factor.q) for factor in found))
        yield max(found) * common


def _factored(form: Any) -> Any:
    return sympy.factor(form, deep=False)
