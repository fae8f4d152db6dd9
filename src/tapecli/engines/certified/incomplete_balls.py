"""Incomplete gamma and beta functions, and zeta, on series with error bounds: a base of `Balls`.

The library has them as series in their last argument alone. Where another argument changes, they
are sums whose terms are series in all arguments:

    gamma(a, x) = x**a * exp(-x)/a * sum of x**k/((a + 1)*...*(a + k)),

and Gauss's series for the beta function (NIST Handbook of Mathematical Functions 8.7.1 and 8.17.8).
The rest of a sum is bounded by a geometric series of majorants: series whose coefficients are
larger than the absolute values of those that they bound.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from flint import arb, arb_series, ctx

from tapecli.engines.certified.gamma_balls import (
    GammaBalls,
    Series,
    _closer,
    around,
    composed,
)
from tapecli.engines.certified.singular import Undecided, Undefined

_MOST_SUMMANDS = 20_000
"""Terms of a sum; where it takes more, an argument is beyond what can be certified in time."""

_LARGEST_ZETA = 1e6
"""Arguments of zeta of this size, or the size of its value, are beyond what is needed."""


class IncompleteBalls(GammaBalls):
    """The rules of incomplete functions; the other methods are those of `Balls`."""

    def mul(self, u: Series, v: Series) -> Series:
        raise NotImplementedError

    def power(self, u: Series, v: Series, exponent: Fraction | None = None) -> Series:
        raise NotImplementedError

    def _check(self, inside: bool, function: str) -> None:
        raise NotImplementedError

    # --- incomplete gamma functions -----------------------------------------------------------

    def gammainc(self, a: Series, x: Series) -> Series:
        self._check_positive_arguments("gammainc", (a,), x)
        if a.length() <= 1 and x[0] > 0:
            return self._by_last(lambda u: arb_series.gamma_lower(a[0], u, 1), x)
        return self.mul(self._sum_of_gamma(a, x), (a + 1).rgamma())

    def gammaincc(self, a: Series, x: Series) -> Series:
        self._check_positive_arguments("gammaincc", (a,), x)
        if a.length() <= 1 and x[0] > 0:
            return self._by_last(lambda u: arb_series.gamma_upper(a[0], u, 1), x)
        return self._difference(lambda: 1 - self.gammainc(a, x), x[0])

    def lower_gamma(self, a: Series, x: Series) -> Series:
        self._check_positive_arguments("lower_gamma", (a,), x)
        if a.length() <= 1 and x[0] > 0:
            return self._by_last(lambda u: arb_series.gamma_lower(a[0], u, 0), x)
        return self.mul(self._sum_of_gamma(a, x), a.inv())

    def upper_gamma(self, a: Series, x: Series) -> Series:
        self._not_extreme(a[0], x[0])
        at_edge = self.vanishes(x[0])
        self._check(x[0] > 0 or (at_edge and a[0] > 0), "upper_gamma")
        if a.length() <= 1 and not at_edge:
            return self._by_last(lambda u: arb_series.gamma_upper(a[0], u, 0), x)
        if not a[0] > 0 and a[0].contains_integer():
            raise Undefined("no certified derivative by a where a is 0, -1, ...")
        whole = self._difference(lambda: self.mul(self._sum_of_gamma(a, x), a.inv()), x[0])
        return a.gamma() - whole

    def _check_positive_arguments(
        self, function: str, fixed: tuple[Series, ...], x: Series
    ) -> None:
        numbers = [u[0] for u in fixed]
        self._not_extreme(*numbers, x[0])
        inside = all(not self.vanishes(number) and number > 0 for number in numbers)
        self._check(inside and (self.vanishes(x[0]) or x[0] > 0), function)

    def _by_last(self, function: Callable[[Series], Series], x: Series) -> Series:
        """A function of a series in its last argument, which is inside of the domain."""

        def coefficients(at: arb, terms: int) -> Series:
            with _closer(terms):
                return function(arb_series([at, 1], terms))

        return composed(around(coefficients, x[0], self.terms), x)

    def _difference(self, function: Callable[[], Series], x: arb) -> Series:
        """What is computed with as many bits more as a difference loses where x is large."""
        if not x < _MOST_SUMMANDS:
            raise Undecided
        before = ctx.prec
        ctx.prec += 3 * int(float(x.mid()) + 1)
        try:
            return function()
        finally:
            ctx.prec = before

    def _sum_of_gamma(self, a: Series, x: Series) -> Series:
        """x**a * exp(-x) * sum of x**k/((a + 1)*...*(a + k))."""
        change = _majorant(a, 1)

        def bound(k: int) -> Series:
            """x/(a + k + i) for all i > 0."""
            return _majorant(x) / (a[0] + k + 1 - change)

        total = _total(self.number(1), lambda k: x / (a + k), bound)
        return self.mul(self.mul(total, (-x).exp()), self.power(x, a))

    # --- incomplete beta function -------------------------------------------------------------

    def betainc(self, a: Series, b: Series, x: Series) -> Series:
        self._check_positive_arguments("betainc", (a, b), x)
        at_end = self.vanishes(1 - x[0])
        self._check(at_end or x[0] < 1, "betainc")
        constant = a.length() <= 1 and b.length() <= 1
        if constant and x[0] > 0 and x[0] < 1:
            return self._by_last(lambda u: arb_series.beta_lower(a[0], b[0], u, 1), x)
        if x[0] > 0.5:
            return 1 - self._sum_of_beta(b, a, 1 - x)
        return self._sum_of_beta(a, b, x)

    def _sum_of_beta(self, a: Series, b: Series, x: Series) -> Series:
        change, offset = _majorant(a, 1), _majorant(b - 1)

        def bound(k: int) -> Series:
            """x*(a + b + i)/(a + 1 + i) = x*(1 + (b - 1)/(a + 1 + i)) for all i >= k."""
            return _majorant(x) * (1 + offset / (a[0] + k + 1 - change))

        total = _total(self.number(1), lambda k: x * (a + b + k - 1) / (a + k), bound)
        inverse = self._gamma_quotient((a + b,), (a + 1, b))
        powers = self.mul(self.power(x, a), self.power(1 - x, b))
        return self.mul(self.mul(total, inverse), powers)

    # --- zeta functions -----------------------------------------------------------------------

    def zeta(self, s: Series) -> Series:
        self._check_zeta(s)

        def coefficients(at: arb, terms: int) -> Series:
            with _closer(terms):
                return arb_series([at, 1], terms).zeta()

        return composed(around(coefficients, s[0], self.terms), s)

    def hurwitz_zeta(self, s: Series, a: Series) -> Series:
        """Taylor's formula in a, whose derivatives are -s*zeta(s + 1, a) and so on."""
        self._check_zeta(s)
        self._not_extreme(a[0])
        self._check(not self.vanishes(a[0]) and a[0] > 0, "hurwitz_zeta")
        step = arb_series([0, *a.coeffs()[1:]], a.prec)
        total, factor = self.number(0), self.number(1)
        for k in range(self.terms if a.length() > 1 else 1):
            if (s + k - 1)[0].contains(0):
                raise Undecided
            total += factor * (s + k).zeta(a[0])
            factor = factor * -(s + k) * step / (k + 1)
        return total

    def _check_zeta(self, s: Series) -> None:
        self._not_extreme(s[0])
        if self.vanishes(s[0] - 1):
            raise Undefined("a pole of zeta")
        if not abs(s[0]) < _LARGEST_ZETA:
            raise Undecided


def _majorant(u: Series, first: int = 0) -> Series:
    """The absolute values of the coefficients from the first on, rounded up."""
    return arb_series(
        [c.abs_upper() if k >= first else 0 for k, c in enumerate(u.coeffs())], u.prec
    )


def _total(first: Series, ratio: Callable[[int], Series], bound: Callable[[int], Series]) -> Series:
    """The sum of terms of which each is the last one times a ratio, with a bound for the rest.

    `bound` returns a majorant of all ratios after the one of a number.
    """
    total = term = first
    small = arb(2) ** -(ctx.prec + 10)
    for k in range(1, _MOST_SUMMANDS):
        term = term * ratio(k)
        total = total + term
        if all(abs(c) < small for c in term.coeffs()):
            ratios = bound(k)
            if ratios[0] < 0.75:
                rest = _majorant(term) * ratios / (1 - ratios)
                errors = [arb(0, c.abs_upper()) for c in rest.coeffs()]
                return total + arb_series(errors, rest.prec)
    raise Undecided
