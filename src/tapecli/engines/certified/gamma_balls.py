"""The rules of the gamma family on truncated power series with error bounds: a base of `Balls`."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import TypeAlias

from flint import arb, arb_series, ctx

from tapecli.engines.certified.singular import Undecided, Undefined
from tapecli.engines.certified.whole_numbers import unique_whole

Series: TypeAlias = arb_series

_HUGE_EXPONENT = 10_000
"""Binary exponents beyond this are far beyond every dtype."""

_MOST_ORDER = 500
"""The highest order of polygamma that is computed."""


_MOST_FACTORS = 1000
"""A polynomial is multiplied up to this degree."""

_SPARE_BITS = 64
"""Bits of the coefficients of a function beyond the working precision."""


class GammaBalls:
    """The rules of the gamma family; the other methods are those of `Balls`."""

    terms: int
    tiny: arb | None
    unit: arb | None

    def number(self, value: int | Fraction | arb) -> Series:
        raise NotImplementedError

    def vanishes(self, ball: arb) -> bool:
        raise NotImplementedError

    def leading(self, u: Series) -> tuple[int, int]:
        raise NotImplementedError

    def _from_exponential(self, u: Series, exponent: arb) -> Series:
        raise NotImplementedError

    # --- gamma and its logarithm --------------------------------------------------------------

    def gamma(self, u: Series) -> Series:
        self._off_poles(u[0], "gamma")
        value = u.gamma()
        return self._from_exponential(value, abs(value[0]).log())

    def lgamma(self, u: Series) -> Series:
        self._off_poles(u[0], "lgamma")
        if u[0] > 0:
            return u.lgamma()
        value = u.gamma()
        if self.vanishes(value[0]):
            raise Undecided
        return (value if value[0] > 0 else -value).log()

    def _off_poles(self, number: arb, function: str) -> None:
        self._not_extreme(number)
        if number > 0 or not number.contains_integer():
            return
        nearest = unique_whole(number)
        if nearest is None or not self.vanishes(number - nearest):
            raise Undecided
        raise Undefined(f"a pole of {function}")

    def _not_extreme(self, *numbers: arb) -> None:
        """Refuse numbers of which the library would take all memory, or abort."""
        least, most = arb(2) ** -_HUGE_EXPONENT, arb(2) ** _HUGE_EXPONENT
        for number in numbers:
            size = abs(number)
            extreme = not least < size.upper() < most or (number != 0 and not size > least)
            if extreme and not number == 0:
                raise Undecided  # it is beyond every dtype

    def rgamma(self, u: Series) -> Series:
        self._not_extreme(u[0])
        if self.tiny is not None and not u[0].contains_integer():  # as others compute it
            return self.gamma(u).inv()

        def coefficients(at: arb, terms: int) -> Series:
            with _closer(terms):
                return arb_series([at, 1], terms).rgamma()

        return composed(around(coefficients, u[0], self.terms), u)

    # --- quotients of gamma functions ---------------------------------------------------------

    def beta(self, u: Series, v: Series) -> Series:
        for series in (u, v):
            self._off_poles(series[0], "beta")
        return self._gamma_quotient((u, v), (u + v,))

    def binomial(self, n: Series, k: Series) -> Series:
        whole = _small_whole(k)
        if whole is not None:
            return (n - whole + 1).rising(whole) / math.factorial(whole)
        self._off_poles((n + 1)[0], "binomial")
        return self._gamma_quotient((n + 1,), (k + 1, n - k + 1))

    def pochhammer(self, u: Series, n: Series) -> Series:
        whole = _small_whole(n)
        if whole is not None:
            return u.rising(whole)
        self._off_poles((u + n)[0], "pochhammer")
        return self._gamma_quotient((u + n,), (u,))

    def _gamma_quotient(self, above: Sequence[Series], below: Sequence[Series]) -> Series:
        """A product of gamma functions over another; by logarithms where none is negative."""
        self._not_extreme(*(u[0] for u in (*above, *below)))
        if all(u[0] > 0 for u in (*above, *below)):
            logarithm = self.number(0)
            for u in above:
                logarithm += u.lgamma()
            for u in below:
                logarithm -= u.lgamma()
            return logarithm.exp()
        product = self.number(1)
        for u in above:
            product *= u.gamma()
        for u in below:
            product *= u.rgamma()
        return product

    # --- derivatives of the logarithm ---------------------------------------------------------

    def digamma(self, u: Series) -> Series:
        self._off_poles(u[0], "digamma")
        return composed(around(_digamma, u[0], self.terms), u)

    def polygamma(self, n: Series, u: Series) -> Series:
        order = self._whole(n, "polygamma")
        if not 0 <= order <= _MOST_ORDER:
            raise Undefined(f"polygamma has the orders from 0 to {_MOST_ORDER} here")
        self._off_poles(u[0], "polygamma")

        def coefficients(at: arb, terms: int) -> Series:
            with _closer(terms + order):
                series = _digamma(at, terms + order)
                for _ in range(order):
                    series = series.derivative()
                return series

        return composed(around(coefficients, u[0], self.terms), u)

    def _whole(self, n: Series, function: str) -> int:
        """The value of an argument that is whole and does not change."""
        if n.length() > 1:
            self.leading(arb_series([0, *n.coeffs()[1:]], n.prec))  # it may have a value here
            raise Undefined(f"the first argument of {function} is whole: there is no derivative")
        nearest = unique_whole(n[0])
        if nearest is None:
            if n[0].is_finite() and not n[0].contains_integer():
                raise Undefined(f"the first argument of {function} is not whole")
            raise Undecided
        if self.unit is None and not self.vanishes(n[0] - nearest):
            raise Undefined(f"the first argument of {function} is not whole")
        return int(nearest)


def _small_whole(n: Series) -> int | None:
    """The value of a constant that is a small natural number; else None."""
    whole = unique_whole(n[0]) if n.length() <= 1 and n[0].is_exact() else None
    is_small = whole is not None and n[0] == whole and 0 <= whole <= _MOST_FACTORS
    return int(whole) if is_small and whole is not None else None


def _digamma(u: arb, terms: int) -> Series:
    """The coefficients of digamma(u + h), off its poles; left of 0 by reflection."""
    with _closer(terms + 1):
        if u > 0:
            return arb_series([u, 1], terms + 1).lgamma().derivative()
        reflected = arb_series([1 - u, -1], terms + 1).lgamma().derivative()
        return -reflected - arb_series([u, 1], terms).cot_pi() * arb.pi()


def around(coefficients: Callable[[arb, int], Series], at: arb, terms: int) -> Series:
    """The coefficients of a function at all numbers of a ball: at its middle, by the mean value.

    They are as wide as the ball makes them, and no wider by what the library does with it.
    """
    if at.is_exact():
        return coefficients(at, terms)
    slope = coefficients(at, terms + 1).derivative()
    return coefficients(at.mid(), terms) + slope * arb(0, at.rad())


def composed(outer: Series, u: Series) -> Series:
    """The series of f(u), where `outer` has the coefficients of f at u[0]."""
    if u.length() <= 1:
        return arb_series([outer[0]], u.prec)
    return outer(arb_series([0, *u.coeffs()[1:]], u.prec))


@contextlib.contextmanager
def _closer(terms: int) -> Iterator[None]:
    """Let the library carry as many terms, and more bits than rounding inside of it costs."""
    before = ctx.cap, ctx.prec
    ctx.cap, ctx.prec = max(terms, ctx.cap), ctx.prec + _SPARE_BITS + 4 * terms
    try:
        yield
    finally:
        ctx.cap, ctx.prec = before
