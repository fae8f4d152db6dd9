"""Numbers in formulas that SymPy does not work with, so that they stay as they were typed.

As a fraction, 4.0888 is 5111/1250, and SymPy multiplies out powers of it until the formula is
useless, or the time is over. As a constant of its own, like pi, it stands in the formula where it
stood in the expression, and so do whole numbers that are not small. Once SymPy has finished,
`tidied` computes what becomes shorter: 2·0.5 is 1, and x^(2.5 - 1) is x^1.5, but 4.0888² stays.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import sympy
from sympy.core.numbers import NumberSymbol

from tapecli.expressions import tex
from tapecli.expressions.tree import decimal_text

MAX_LENGTH = 40
"""Characters of a number beyond which a sum of decimals is left as it is."""

TINY = Fraction(1, 10_000)
"""Below this decimals are written with an exponent: 8.6e-5."""

LARGEST = Fraction(10) ** 300
"""Numbers larger than this, or smaller than its reciprocal, are not computed: no dtype has them."""

SMALL = 100
"""Whole numbers below this are multiplied out, as a person would do it."""

SCIENTIFIC = 10**9
"""From here on whole numbers are written with an exponent, if that is shorter: 6.02e23. Smaller
ones are multiplied out."""


class Literal(NumberSymbol):  # type: ignore[misc]
    """A positive number that stays as it was typed, with its text and its exact value."""

    __slots__ = ("name", "value")

    name: str
    value: Fraction

    is_positive = is_rational = True

    def __new__(cls, name: str) -> Literal:
        literal: Literal = super().__new__(cls)
        literal.name = name
        literal.value = Fraction(name)
        return literal

    __eq__, __hash__ = sympy.Basic.__eq__, sympy.Basic.__hash__  # which compare this content

    def _hashable_content(self) -> tuple[str]:
        return (self.name,)

    @classmethod
    def class_key(cls) -> Any:
        """The class that it is sorted as: a number, which comes before all letters."""
        return sympy.Integer.class_key()

    def sort_key(self, order: str | None = None) -> Any:
        """The key that sorts the factors of a product: with the numbers, by size."""
        return self.class_key(), (0, ()), (), self._rational

    @property
    def _rational(self) -> Any:
        return sympy.Rational(self.value.numerator, self.value.denominator)

    def _as_mpf_val(self, precision: int) -> Any:
        return self._rational._as_mpf_val(precision)

    def _sympystr(self, printer: Any) -> str:
        return self.name

    def _latex(self, printer: Any) -> str:
        return tex.number(self.name)


def typed(value: Fraction) -> Any:
    """The form of a number that stands in an expression, and is not negative."""
    if value < SMALL or not _ends(value):
        return number(value)
    return Literal(str(value.numerator) if _is_whole(value) else _text(value))


def number(value: Fraction) -> Any:
    """The form of a computed number: whole, or a decimal if its digits end, or a fraction."""
    if _is_whole(value):
        return sympy.Integer(value.numerator)
    if not _ends(value):
        return sympy.Rational(value.numerator, value.denominator)
    literal = Literal(_text(abs(value)))
    return literal if value > 0 else -literal


def _text(value: Fraction) -> str:
    """The shortest text of a number whose digits end, 0.25 or 6.02e23; a fraction for another."""
    if not _ends(value):
        return f"{value.numerator}/{value.denominator}"
    text = decimal_text(value).removesuffix(".0").replace("e+", "e")
    return f"{Decimal(text):e}" if 0 < value < TINY else text


def _digits(value: Fraction) -> int:
    """How many digits a number that ends has, without leading and trailing zeros."""
    digits = decimal_text(abs(value)).partition("e")[0].replace(".", "")
    return len(digits.strip("0")) or 1


def _ends(value: Fraction) -> bool:
    """Whether its decimal digits end: the denominator divides a power of ten."""
    return pow(10, value.denominator.bit_length(), value.denominator) == 0


# --- after SymPy has finished -------------------------------------------------------------------


def tidied(form: Any) -> Any:
    """The form with sums and products of its decimals computed where that makes it shorter."""
    if not form.has(Literal):
        return form
    tidy: dict[Any, Any] = {}
    for node in sympy.postorder_traversal(form):
        if node in tidy:
            continue
        arguments = [tidy[argument] for argument in node.args]
        if node.is_Add:
            tidy[node] = _sum(arguments)
        elif node.is_Mul:
            tidy[node] = _product(arguments)
        elif node.is_Pow:
            tidy[node] = _power(*arguments)
        else:
            tidy[node] = node if list(node.args) == arguments else node.func(*arguments)
    return tidy[form]


def _sum(terms: Iterable[Any]) -> Any:
    """The sum; terms that differ by a number alone are added up, unless that would be long."""
    groups: dict[Any, list[Any]] = {}
    for term in itertools.chain.from_iterable(map(sympy.Add.make_args, terms)):
        others = [factor for factor in sympy.Mul.make_args(term) if _exact(factor) is None]
        groups.setdefault(_multiplied(others), []).append(term)
    sums: list[Any] = []
    for rest, group in groups.items():
        total = sum(map(_coefficient, group), Fraction(0))
        if len(group) == 1 or len(_text(total)) > MAX_LENGTH:
            sums += group
        elif total:
            sums.append(_product([number(total), rest]))
    return sympy.Add(*sums, evaluate=len(sums) < 2)


def _coefficient(term: Any) -> Fraction:
    """The numbers of a product, multiplied."""
    values = map(_exact, sympy.Mul.make_args(term))
    return math.prod((value for value in values if value is not None), start=Fraction(1))


def _exact(form: Any) -> Fraction | None:
    """The value of a number, or of a product of numbers; None for another form."""
    if form.is_Rational:
        return Fraction(int(form.p), int(form.q))
    if isinstance(form, Literal):
        return form.value
    if form.is_Pow and isinstance(form.base, Literal) and form.exp in (2, 3, 4):
        return form.base.value ** int(form.exp)
    if form.is_Mul and all(_exact(factor) is not None for factor in form.args):
        return _coefficient(form)
    return None


def _multiplied(factors: Sequence[Any]) -> Any:
    return sympy.Mul(*factors, evaluate=len(factors) < 2)


def _product(factors: Iterable[Any]) -> Any:
    """The product, with numbers multiplied where that is short, and powers of a base combined."""
    above, below = list[Fraction](), list[Fraction]()
    powers: dict[Any, list[Any]] = {}
    for factor in itertools.chain.from_iterable(map(sympy.Mul.make_args, factors)):
        if factor.is_Rational:
            above.append(Fraction(int(factor.p)))
            below.append(Fraction(int(factor.q)))
        elif factor.is_Add and all(term.could_extract_minus_sign() for term in factor.args):
            above.append(Fraction(-1))
            opposite = _sum(_product([sympy.S.NegativeOne, term]) for term in factor.args)
            powers.setdefault(opposite, []).append(sympy.S.One)
        else:
            base, exponent = _base_and_exponent(factor)
            powers.setdefault(base, []).append(exponent)
    raised = []
    for base, exponents in powers.items():
        if len(exponents) > 1 and all(_exact(exponent) is not None for exponent in exponents):
            exponents = [_sum(exponents)]
        raised += [_power(base, exponent) for exponent in exponents]
    rest = []
    for power in raised:
        base, exponent = _base_and_exponent(power)
        exact = _exact(base)
        if exact is not None and exponent == -1:
            below.append(exact)
        elif exact is not None and exponent == 1:
            above.append(exact)
        elif exact is not None and exponent == 2 and _is_short(exact**2, exact):
            above.append(exact**2)
        else:
            rest.append(power)
    return _quotient(_merged(above), _merged(below), rest)


def _base_and_exponent(factor: Any) -> tuple[Any, Any]:
    return factor.as_base_exp() if factor.is_Pow else (factor, sympy.S.One)


def _merged(numbers: Iterable[Fraction]) -> list[Fraction]:
    """A whole number and decimals with the same product, fewer where products are short."""
    whole, decimals = Fraction(1), list[Fraction]()
    for value in numbers:
        if _is_whole(value):
            whole *= value
            continue
        for index, other in enumerate(decimals):
            if _is_short(value * other, value, other):
                decimals[index] *= value
                break
        else:
            decimals.append(value)
    for index, value in enumerate(decimals):
        if abs(whole) != 1 and _is_short(whole * value, whole, value):
            decimals[index] *= abs(whole)
            whole = Fraction(1 if whole > 0 else -1)
    whole *= math.prod(filter(_is_whole, decimals))
    return [whole, *itertools.filterfalse(_is_whole, decimals)]


def _is_whole(value: Fraction) -> bool:
    """Whether its text is that of a whole number, which 6.02e23 is not."""
    return value.denominator == 1 and (abs(value) < SCIENTIFIC or "e" not in _text(abs(value)))


def _is_short(result: Fraction, *factors: Fraction) -> bool:
    """Whether a result is a whole number, or has hardly more digits than one of its factors."""
    if result.denominator == 1 and abs(result) < SCIENTIFIC:
        return True
    if not (_ends(result) and 1 / LARGEST < abs(result) < LARGEST):
        return False
    return _digits(result) <= max(map(_digits, factors)) + 1


def _quotient(above: list[Fraction], below: list[Fraction], rest: list[Any]) -> Any:
    """The numbers above and below the line, whole ones first, with the rest of a product."""
    if above[0] == 0:
        return sympy.S.Zero
    sign = math.prod(-1 for value in (*above, *below) if value < 0)
    dividends, divisors = list(map(abs, above)), list[Fraction]()
    for divisor in map(abs, below):
        for index, value in enumerate(dividends):
            if value != 1 and divisor != 1 and _divides(divisor, value):
                dividends[index] = value / divisor
                break
        else:
            divisors.append(divisor)
    numerator = math.prod(filter(_is_whole, dividends), start=sign)
    denominator = math.prod(filter(_is_whole, divisors))
    factors = [sympy.Rational(int(numerator), int(denominator))]
    factors += map(number, itertools.filterfalse(_is_whole, dividends))
    inverses = map(number, itertools.filterfalse(_is_whole, divisors))
    factors += [sympy.Pow(value, -1, evaluate=False) for value in inverses]
    return _multiplied([factor for factor in (*factors, *rest) if factor != 1])


def _divides(divisor: Fraction, value: Fraction) -> bool:
    """Whether a quotient has no more digits than the longer of its numbers, one being a decimal."""
    quotient = value / divisor
    if (_is_whole(divisor) and _is_whole(value)) or not _ends(quotient):
        return False
    longest = max(_digits(divisor), _digits(value))
    return _digits(quotient) <= longest + _is_whole(divisor)


def _power(base: Any, exponent: Any) -> Any:
    """The power, which is not computed: 4.0888² is what a person looks for in a formula."""
    if exponent in (0, 1):
        return base if exponent == 1 else sympy.S.One
    return sympy.Pow(base, exponent, evaluate=False)
