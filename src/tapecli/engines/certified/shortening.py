"""Shorter forms of formulas, from SymPy, within bounds on what it may multiply out."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Sequence
from typing import Any

import sympy

from tapecli.engines.certified.deadline import TimeUp, within
from tapecli.engines.certified.literals import Literal, tidied

MAX_SHORTENED = 80
"""Operations beyond which the search for a shorter form would take too long."""

MAX_EXPANDED = 20
"""Exponents beyond which the search might multiply out too much.

Exponents that are not whole count in fractions of their common denominator."""

MAX_ROOTS = 12
"""Common denominators of exponents beyond which the search, which works with such a root, ends."""

MAX_TERMS = 1000
"""Terms of a power of a sum beyond which it is not multiplied out in the search."""

WORTH_FACTORING = 4
"""How many times as many operations a quotient may have when it is multiplied out, if factors are
still to be looked for: in what is much longer, that takes seconds and finds nothing."""

NEARLY_SHORTEST = 1.5
"""How many times as many operations as the shortest form another may have, if its text is to be
compared as well: the numbers in it may still be combined."""


def shortest(form: Any, seconds: float) -> tuple[Any, bool]:
    """The shortest of the forms that are cheap to make, and whether the search came to its end.

    It ends after so many processor seconds.
    """
    if not _searchable(form):
        return form, True
    forms = [form]
    try:
        within(seconds, lambda: _append_shorter(forms))
    except TimeUp:
        return _best(forms), False
    return _best(forms), True


def _append_shorter(forms: list[Any]) -> None:
    """Append other forms of the first one, in the order of the time that they take."""
    form = forms[0]
    for shorten in (sympy.factor_terms, sympy.cancel, sympy.factor):
        with contextlib.suppress(Exception):  # whatever SymPy raises, it has no such form
            forms.append(shorten(form))
        if forms[-1].count_ops() > WORTH_FACTORING * form.count_ops():
            return


def _best(forms: Sequence[Any]) -> Any:
    """The form whose text is shortest."""
    operations = [form.count_ops() for form in forms]
    most = NEARLY_SHORTEST * min(operations)
    return min(
        (form for form, count in zip(forms, operations, strict=True) if count <= most), key=_length
    )


def _length(form: Any) -> tuple[int, int, int]:
    """The length of a form; a number that nobody typed counts as an operation."""
    tidy = tidied(form)
    new = len(tidy.atoms(Literal, sympy.Integer) - form.atoms(Literal, sympy.Integer))
    return tidy.count_ops() + new, new, len(str(tidy))


def _searchable(form: Any) -> bool:
    """Whether a shorter form can be looked for without multiplying out too much."""
    powers = [power for power in form.atoms(sympy.Pow) if power.exp.is_Rational]
    roots = math.lcm(*(int(power.exp.q) for power in powers))
    sums = [power for power in powers if power.base.is_Add and abs(power.exp) <= MAX_EXPANDED]
    terms = math.prod(power_terms(len(power.base.args), power.exp.p) for power in sums)
    nested = max((power_terms(_terms(power.base), power.exp.p) for power in sums), default=1)
    return (
        form.count_ops() <= MAX_SHORTENED
        and roots <= MAX_ROOTS
        and max(terms, nested) <= MAX_TERMS
        and all(abs(power.exp) * roots <= MAX_EXPANDED for power in powers)
        and all(degree <= MAX_EXPANDED for degree in _degrees(form))
    )


def _terms(form: Any) -> int:
    """How many terms it has when it is multiplied out, counted no further than `MAX_TERMS`."""
    terms = 1
    if form.is_Add:
        terms = sum(map(_terms, form.args))
    elif form.is_Mul:
        terms = math.prod(map(_terms, form.args))
    elif form.is_Pow and form.exp.is_Integer and abs(form.exp) <= MAX_EXPANDED:
        terms = power_terms(_terms(form.base), form.exp)
    return min(terms, MAX_TERMS + 1)


def power_terms(terms: int, exponent: Any) -> int:
    """How many terms a whole power of a sum of so many terms has when it is multiplied out."""
    times = abs(int(exponent))
    return math.comb(terms + times - 1, times)


def _degrees(form: Any) -> Iterator[Any]:
    """Which powers of one another its exponentials are: 5 for exp(x/2) - exp(5*x/2)."""
    factors: dict[Any, list[Any]] = {}
    for power in form.atoms(sympy.exp, sympy.Pow):
        base, exponent = power.as_base_exp()
        for term in sympy.Add.make_args(exponent):
            factor, rest = term.as_coeff_Mul(rational=True)
            if rest.free_symbols:
                factors.setdefault((base, rest), []).append(abs(factor))
    for group in factors.values():
        yield max(group) * math.lcm(*(int(factor.q) for factor in group))
