"""Numbers in formulas: SymPy works with them as constants, so that they stay as they were typed.

As a fraction, 4.0888 is 5111/1250, and SymPy multiplies out powers of it until the formula is
useless, or the time is over. As a constant of its own, like pi, it stands in the formula where it
stood in the expression, and so do whole numbers that are not small. Once SymPy has finished,
`tidied` works out what is then shorter: 2·0.5 is 1, and x^(2.5 - 1) is x^1.5, but 4.0888² stays.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
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
"""Numbers beyond which, or their reciprocals, nothing is multiplied: no dtype has them."""

SMALL = 100
"""Whole numbers below this are multiplied out: what a person has typed may be any of them."""

SCIENTIFIC = 10**9
"""Where whole numbers begin to be written with an exponent, if that is shorter: 6.02e23. Those
below are worked out."""


class Literal(NumberSymbol):  # type: ignore[misc]
    """A positive number that stays as it was typed.

    Attributes:
        name: how it is written.
        value: what it is.
    """

    __slots__ = ("name", "value")

    name: str
    value: Fraction

    is_positive = True
    is_real = True
    is_rational = True
    is_algebraic = True
    is_irrational = False
    is_transcendental = False

    def __new__(cls, name: str) -> Literal:
        made: Literal = super().__new__(cls)
        made.name = name
        made.value = Fraction(name)
        return made

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Literal) and self.name == other.name

    def __hash__(self) -> int:
        return hash((Literal, self.name))

    def __getnewargs__(self) -> tuple[str]:
        return (self.name,)

    def _hashable_content(self) -> tuple[str]:
        return (self.name,)

    @classmethod
    def class_key(cls) -> Any:
        """The kind that it is sorted as: a number, which stands before all letters."""
        return sympy.Integer.class_key()

    def sort_key(self, order: str | None = None) -> Any:
        """Its place among the factors of a product: with the numbers, by its size."""
        exact = sympy.Rational(self.value.numerator, self.value.denominator)
        return self.class_key(), (0, ()), (), exact

    def approximation_interval(self, number_cls: Any) -> None:
        """Have it compared by its digits."""

    def _as_mpf_val(self, precision: int) -> Any:
        exact = sympy.Rational(self.value.numerator, self.value.denominator)
        return exact._as_mpf_val(precision)

    @property
    def is_product(self) -> bool:
        """Whether LaTeX writes it as a product, as 1.5 times a power of ten."""
        return "e" in self.name

    def _sympystr(self, printer: Any) -> str:
        return self.name

    def _latex(self, printer: Any) -> str:
        return tex.number(self.name)


def typed(value: Fraction) -> Any:
    """The form of a number that stands in an expression, and is not negative."""
    return number(value) if value < SMALL or not _ends(value) else Literal(_text(value))


def number(value: Fraction) -> Any:
    """The form of a number that was worked out: whole, or a decimal if it ends, or a fraction."""
    if _is_whole(value):
        return sympy.Integer(value.numerator)
    if not _ends(value):
        return sympy.Rational(value.numerator, value.denominator)
    literal = Literal(_text(abs(value)))
    return literal if value > 0 else -literal


def _text(value: Fraction) -> str:
    """How a number that ends is written: 0.25, 6.02e23, 100000."""
    return str(value.numerator) if _is_whole(value) else _written(value)


def _written(value: Fraction) -> str:
    """The shortest text of a number of which the digits end; that of another is its fraction."""
    if not _ends(value):
        return f"{value.numerator}/{value.denominator}"
    written = decimal_text(value).removesuffix(".0").replace("e+", "e")
    if not value or value >= TINY or "e" in written:
        return written
    digits, places = _digits(value), len(written) - len("0.")
    point = "." if len(digits) > 1 else ""
    return f"{digits[0]}{point}{digits[1:]}e-{places - len(digits) + 1}"


def _digits(value: Fraction) -> str:
    """The digits of a number that ends, without zeros in front and behind."""
    digits = decimal_text(abs(value)).partition("e")[0].replace(".", "")
    return digits.strip("0") or "0"


def _ends(value: Fraction) -> bool:
    """Whether its decimal digits end: no primes but 2 and 5 are in the denominator."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


# --- after SymPy has finished -------------------------------------------------------------------


def tidied(form: Any) -> Any:
    """The form with sums and products of its decimals worked out where that makes it shorter."""
    if not form.has(Literal):
        return form
    made: dict[Any, Any] = {}
    for part in sympy.postorder_traversal(form):
        if part not in made:
            made[part] = _tidied(part, [made[argument] for argument in part.args])
    return made[form]


def _tidied(part: Any, arguments: list[Any]) -> Any:
    if part.is_Add:
        return _sum(arguments)
    if part.is_Mul:
        return _product(arguments)
    if part.is_Pow:
        return _power(*arguments)
    return part if list(part.args) == arguments else part.func(*arguments)


def _sum(terms: Iterable[Any]) -> Any:
    """The sum, in which terms that differ by a number alone are added up."""
    alike: dict[Any, list[Any]] = {}
    for term in itertools.chain.from_iterable(map(sympy.Add.make_args, terms)):
        alike.setdefault(_without_numbers(term), []).append(term)
    parts = [part for rest, several in alike.items() for part in _added(rest, several)]
    if len(parts) > 1:
        return sympy.Add(*parts, evaluate=False)
    return parts[0] if parts else sympy.S.Zero


def _without_numbers(term: Any) -> Any:
    """What a term is times its numbers."""
    return _multiplied([one for one in sympy.Mul.make_args(term) if _exact(one) is None])


def _added(rest: Any, terms: list[Any]) -> list[Any]:
    """Numbers times the same form as one term, unless there is but one or it would be long."""
    total = sum((_in_front(term) for term in terms), Fraction(0))
    if len(terms) == 1 or len(_written(total)) > MAX_LENGTH:
        return terms
    return [_product([number(total), rest])] if total else []


def _in_front(term: Any) -> Fraction:
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
        return _in_front(form)
    return None


def _multiplied(factors: Sequence[Any]) -> Any:
    return sympy.Mul(*factors, evaluate=False) if len(factors) > 1 else sympy.Mul(*factors)


def _product(factors: Iterable[Any]) -> Any:
    """The product, with numbers multiplied where that is short, and powers of a base together."""
    above, below = [Fraction(1)], [Fraction(1)]
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
            base, exponent = factor.as_base_exp() if factor.is_Pow else (factor, sympy.S.One)
            powers.setdefault(base, []).append(exponent)
    rest = []
    for power in itertools.chain.from_iterable(_powers(*raised) for raised in powers.items()):
        base, exponent = power.as_base_exp() if power.is_Pow else (power, sympy.S.One)
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


def _powers(base: Any, exponents: list[Any]) -> list[Any]:
    """Powers of a base: one of them, if all exponents are numbers."""
    if len(exponents) > 1 and all(_exact(exponent) is not None for exponent in exponents):
        exponents = [_sum(exponents)]
    return [_power(base, exponent) for exponent in exponents]


def _merged(numbers: Iterable[Fraction]) -> tuple[Fraction, list[Fraction]]:
    """The whole numbers multiplied, and decimals with them and with one another if that is short.

    Returns:
        A whole number, and the decimals that are left.
    """
    whole, decimals = Fraction(1), list[Fraction]()
    for value in numbers:
        if _is_whole(value):
            whole *= value
            continue
        index = next(
            (i for i, other in enumerate(decimals) if _is_short(value * other, value, other)), -1
        )
        if index < 0:
            decimals.append(value)
        else:
            decimals[index] *= value
    for index, value in enumerate(decimals):
        if abs(whole) != 1 and _is_short(whole * value, whole, value):
            sign = 1 if whole > 0 else -1
            whole, decimals[index] = Fraction(sign), abs(whole) * value
    left = [value for value in decimals if not _is_whole(value)]
    return whole * math.prod(filter(_is_whole, decimals)), left


def _is_whole(value: Fraction) -> bool:
    """Whether it is written as a whole number; 6.02e23 is not."""
    return value.denominator == 1 and (abs(value) < SCIENTIFIC or "e" not in _written(abs(value)))


def _is_short(result: Fraction, *factors: Fraction) -> bool:
    """Whether a result is a whole number, or has hardly more digits than one of its factors."""
    if result.denominator == 1 and abs(result) < SCIENTIFIC:
        return True
    if not (_ends(result) and 1 / LARGEST < abs(result) < LARGEST):
        return False
    return len(_digits(result)) <= max(len(_digits(factor)) for factor in factors) + 1


def _quotient(
    above: tuple[Fraction, list[Fraction]], below: tuple[Fraction, list[Fraction]], rest: list[Any]
) -> Any:
    """The numbers above and below the line, whole ones first, with the rest of a product."""
    (top, decimals), (bottom, dividing) = above, below
    if top == 0:
        return sympy.S.Zero
    sign = math.prod(-1 for value in (top, *decimals, *dividing) if value < 0)
    numbers, left = [abs(top), *map(abs, decimals)], []
    for divisor in (bottom, *map(abs, dividing)):
        for index, value in enumerate(numbers):
            if value != 1 and divisor != 1 and _divides(divisor, value):
                numbers[index] = value / divisor
                break
        else:
            left.append(divisor)
    whole = math.prod((value for value in numbers if _is_whole(value)), start=Fraction(sign))
    under = math.prod((value for value in left if _is_whole(value)), start=Fraction(1))
    factors = [sympy.Rational(int(whole), int(under))]
    factors += [number(value) for value in numbers if not _is_whole(value)]
    factors += [
        sympy.Pow(number(value), -1, evaluate=False) for value in left if not _is_whole(value)
    ]
    return _multiplied([factor for factor in (*factors, *rest) if factor != 1])


def _divides(divisor: Fraction, value: Fraction) -> bool:
    """Whether a quotient, of which one is a decimal, has no more digits than the longer of them."""
    quotient = value / divisor
    if (_is_whole(divisor) and _is_whole(value)) or not _ends(quotient):
        return False
    longest = max(len(_digits(divisor)), len(_digits(value)))
    return len(_digits(quotient)) <= longest + _is_whole(divisor)


def _power(base: Any, exponent: Any) -> Any:
    """The power, which is not worked out: 4.0888² is what a person looks for in a formula."""
    if exponent in (0, 1):
        return base if exponent == 1 else sympy.S.One
    return sympy.Pow(base, exponent, evaluate=False)
