"""Series with error bounds of special functions: integrals, Bessel and Airy functions, inverses.

Most are functions of the library. The others are composed: their Taylor coefficients at the point
are values of neighbouring functions, in which nothing cancels near singular points or far out, as
it would in the recurrences of their differential equations. The formulas are those of the NIST
Handbook of Mathematical Functions (Olver et al., Cambridge 2010), whose sections are named.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

from flint import acb, acb_series, arb, arb_series, ctx

from tapecli.engines.certified.singular import Undecided, Undefined
from tapecli.engines.certified.whole_numbers import unique_whole

Series: TypeAlias = arb_series

_FAR = 4
"""From here on erfcx and the Dawson function are computed from their behaviour at infinity."""

_LARGEST_EXPONENT = 10_000
"""Binary exponents beyond every dtype, at which the library may take all memory or abort."""

_SPARE_BITS = 64
"""Bits of values that are rounded afterwards."""

_LARGEST_ORDER = 10_000
"""Orders of Bessel functions and exponential integrals beyond which they are not computed."""


class SpecialFunctions:
    """The rules of special functions, for `Balls`, which has the methods that are only declared."""

    terms: int
    tiny: arb | None
    unit: arb | None

    if TYPE_CHECKING:

        def number(self, value: Any) -> Series: ...
        def leading(self, u: Series) -> tuple[int, int]: ...
        def vanishes(self, ball: arb) -> bool: ...
        def mul(self, u: Series, v: Series) -> Series: ...
        def power(self, u: Series, v: Series) -> Series: ...
        def _check(self, inside: bool, function: str) -> None: ...
        def _check_positive(self, number: arb, function: str) -> None: ...

    # --- composition --------------------------------------------------------------------------

    def _composed(self, coefficient: Callable[[int], arb], u: Series) -> Series:
        """The function of u whose Taylor coefficients at u[0] are given by their index."""
        count = self.terms if u.length() > 1 else 1
        outer = arb_series([coefficient(k) for k in range(count)], self.terms)
        return _composition(outer, u, self.terms)

    def _inverse(
        self,
        start: arb,
        function: Callable[[Series], Series],
        slope: Callable[[Series], Series],
        u: Series,
    ) -> Series:
        """Solve function(y) = u for y by Newton's method; `start` is y at the point."""
        y, known = arb_series([start], 1), 1
        end = min(self.terms, u.prec) if u.length() > 1 else 1
        while known < end:
            known = min(2 * known, end)
            y = arb_series(y.coeffs(), known)
            rest = function(y) - arb_series(u.coeffs(), known)
            divisor = slope(y)
            if self.vanishes(divisor[0]):
                raise Undecided
            y -= arb_series([0, *rest.coeffs()[1:]], known) / divisor
        return arb_series(y.coeffs(), min(self.terms, u.prec))

    def _as_taped(
        self,
        starts: Callable[[arb], list[arb]],
        slopes: Callable[[list[Series], Series], list[Series]],
        u: Series,
    ) -> Series:
        """The first solution of y' = slopes(y, x), as tapes compute its derivatives.

        They lose digits by the differences in the slopes, for which balls are wide in the same way.
        The values at the point are as if they were rounded once, at the precision of the dtype.
        """
        middle, count = arb(u[0].mid()), self.terms if u.length() > 1 else 1
        unit = 0 if self.unit is None else self.unit.upper()
        ctx.prec += _SPARE_BITS
        values = starts(middle)
        at_middle = slopes([arb_series([value], 1) for value in values], arb_series([middle], 1))
        ctx.prec -= _SPARE_BITS
        solutions = [
            arb_series([value * (1 + arb(0, unit)) + slope[0] * arb(0, u[0].rad())], count)
            for value, slope in zip(values, at_middle, strict=True)
        ]
        x = arb_series([u[0], 1], count)
        for k in range(1, count):
            derivatives = slopes(solutions, x)
            solutions = [
                arb_series([*y.coeffs(), *[arb(0)] * (k - y.length()), slope[k - 1] / k], count)
                for y, slope in zip(solutions, derivatives, strict=True)
            ]
        return _composition(solutions[0], u, self.terms)

    def _at_edge(self, value: arb, inside: Series, function: str) -> Series:
        """A series at the edge of a domain, where it ends: `inside` is 0 there."""
        index, sign = self.leading(inside)
        if sign < 0:
            raise Undefined(f"the edge of the domain of {function}")
        return self.number(value) if sign == 0 else arb_series([value], (index + 1) // 2)

    def _of_library(self, name: str, u: Series) -> Series:
        self._check_size(u[0])
        value: Series = getattr(u, name)()
        return value

    def _check_size(self, number: arb) -> None:
        """Refuse numbers beyond every dtype, for which the library might not end, or abort.

        Raises:
            Undecided: it is so large, or not zero and so small.
        """
        size = abs(number)
        least, most = arb(2) ** -_LARGEST_EXPONENT, arb(2) ** _LARGEST_EXPONENT
        if not size.upper() < most or (not number.is_zero() and size.upper() < least):
            raise Undecided

    # --- error functions ----------------------------------------------------------------------

    def erfi(self, u: Series) -> Series:
        return self._of_library("erfi", u)

    def erfcx(self, u: Series) -> Series:
        """exp(u**2)*erfc(u); far out from sections 7.18.9, 7.18.10 and 7.18(iii)."""
        self._check_size(u[0])
        if not u[0] > _FAR:
            return (u * u).exp() * u.erfc()
        square, scale = u[0] * u[0], 1 / arb.pi().sqrt()
        return self._composed(
            lambda k: (-1) ** k * scale * square.hypgeom_u(arb(k + 1) / 2, arb(1) / 2), u
        )

    def dawsn(self, u: Series) -> Series:
        """sqrt(pi)/2*exp(-u**2)*erfi(u): -sqrt(pi)/2 times the imaginary part of erfcx(i*u)."""
        self._check_size(u[0])
        if u[0] < 0:
            return -self.dawsn(-u)
        if not u[0] > _FAR:
            return (-u * u).exp() * u.erfi() * (arb.pi().sqrt() / 2)
        if self.tiny is not None and u.length() > 1:
            return self._as_taped(
                lambda x: [self.dawsn(arb_series([x], 1))[0]], lambda y, x: [1 - 2 * x * y[0]], u
            )
        square = acb(-u[0] * u[0])
        return self._composed(
            lambda k: (acb(0, -1) ** k * square.hypgeom_u(arb(k + 1) / 2, arb(1) / 2)).imag / -2,
            u,
        )

    def erfinv(self, u: Series) -> Series:
        self._check_positive(1 - abs(u[0]), "erfinv")
        return self._inverse(u[0].erfinv(), Series.erf, _bell, u)

    def erfcinv(self, u: Series) -> Series:
        self._check_positive(u[0], "erfcinv")
        self._check_positive(2 - u[0], "erfcinv")
        return self._inverse(u[0].erfcinv(), Series.erfc, lambda y: -_bell(y), u)

    def log_ndtr(self, u: Series) -> Series:
        """The logarithm of erfc(-u/sqrt(2))/2, which would underflow or be too near 1."""
        self._check_size(u[0])
        v = u / arb(2).sqrt()
        if self.tiny is not None:
            return ((-v).erfc() / 2).log()
        if u[0] < 0:
            return (self.erfcx(-v) / 2).log() - u * u / 2
        tail = v.erfc() / 2
        return with_constant((-tail[0]).log1p(), (1 - tail).log())

    # --- exponential, logarithmic and trigonometric integrals ----------------------------------

    def ei(self, u: Series) -> Series:
        if self.vanishes(u[0]):
            raise Undefined("a pole of Ei")
        return self._of_library("ei", u)

    def e1(self, u: Series) -> Series:
        self._check_positive(u[0], "E1")
        return -self._of_library("ei", -u)

    def expint(self, order: Series, u: Series) -> Series:
        """The derivative of E_n is the opposite of E_(n - 1) (section 8.19.13)."""
        n = _constant(order, "expint(n, x)", "n")
        self._check_positive(u[0], "expint")
        self._check_size(u[0])
        return self._composed(lambda k: (-1) ** k * u[0].expint(n - k) / math.factorial(k), u)

    def li(self, u: Series) -> Series:
        self._check_positive(u[0], "li")
        if self.vanishes(u[0] - 1):
            raise Undefined("a pole of li")
        return self._of_library("li", u)

    def si(self, u: Series) -> Series:
        return self._of_library("si", u)

    def shi(self, u: Series) -> Series:
        return self._of_library("shi", u)

    def ci(self, u: Series) -> Series:
        self._check_positive(u[0], "Ci")
        return self._of_library("ci", u)

    def chi(self, u: Series) -> Series:
        self._check_positive(u[0], "Chi")
        return self._of_library("chi", u)

    def fresnel_s(self, u: Series) -> Series:
        return self._of_library("fresnel_s", u)

    def fresnel_c(self, u: Series) -> Series:
        return self._of_library("fresnel_c", u)

    def spence(self, u: Series) -> Series:
        """The dilogarithm of 1 - u; the slope log(x)/(1 - x) is a hypergeometric function."""
        self._check_size(u[0])
        if self.vanishes(u[0]):
            return self._at_edge(arb.pi() ** 2 / 6, u, "spence")
        self._check_positive(u[0], "spence")
        z = 1 - u[0]
        if self.tiny is not None and not z.contains(0):
            return self._as_taped(
                lambda x: [(1 - x).polylog(2)], lambda y, x: [x.log() / (1 - x)], u
            )

        def coefficient(k: int) -> arb:
            return (-1) ** k * z.hypgeom_2f1(k, k, k + 1) / k**2 if k else z.polylog(2)

        return self._composed(coefficient, u)

    # --- Lambert's function ---------------------------------------------------------------------

    def lambertw(self, u: Series) -> Series:
        self._check_size(u[0])
        distance = u[0] + arb(-1).exp()
        if self.vanishes(distance):
            return self._at_edge(arb(-1), u + arb(-1).exp(), "lambertw")
        self._check_positive(distance, "lambertw")
        return u.lambertw()

    # --- Airy and Bessel functions ------------------------------------------------------------

    def airyai(self, u: Series) -> Series:
        return self._of_library("airy_ai", u)

    def airybi(self, u: Series) -> Series:
        return self._of_library("airy_bi", u)

    def airyaiprime(self, u: Series) -> Series:
        return self._of_library("airy_ai_prime", u)

    def airybiprime(self, u: Series) -> Series:
        return self._of_library("airy_bi_prime", u)

    def besselj(self, order: Series, u: Series) -> Series:
        return self._bessel_at_zero("besselj", order, u, -1)

    def besseli(self, order: Series, u: Series) -> Series:
        return self._bessel_at_zero("besseli", order, u, 1)

    def bessely(self, order: Series, u: Series) -> Series:
        self._check_positive(u[0], "bessely")
        return self._bessel(arb.bessel_y, "bessely", order, u, -1, 1)

    def besselk(self, order: Series, u: Series) -> Series:
        self._check_positive(u[0], "besselk")
        return self._bessel(arb.bessel_k, "besselk", order, u, 1, -1)

    def i0e(self, u: Series) -> Series:
        """exp(-u)*I(0, u), where u is not negative."""
        return self._scaled_bessel("besseli", 0, u, -1)

    def i1e(self, u: Series) -> Series:
        """exp(-u)*I(1, u), where u is not negative."""
        return self._scaled_bessel("besseli", 1, u, -1)

    def k0e(self, u: Series) -> Series:
        return self._scaled_bessel("besselk", 0, u, 1)

    def k1e(self, u: Series) -> Series:
        return self._scaled_bessel("besselk", 1, u, 1)

    def _scaled_bessel(self, name: str, order: int, u: Series, sign: int) -> Series:
        rule: Callable[[Series, Series], Series] = getattr(self, name)
        if self.tiny is None or u[0].contains(0):
            return rule(self.number(order), u) * (u * sign).exp()

        def starts(x: arb) -> list[arb]:
            at = arb_series([x], 1)
            return [rule(self.number(n), at)[0] * (x * sign).exp() for n in (order, 1 - order)]

        def slopes(y: list[Series], x: Series) -> list[Series]:
            zeroth, first = y[order], y[1 - order]
            both = [sign * (zeroth - first), first * (sign - 1 / x) - sign * zeroth]
            return [both[order], both[1 - order]]

        return self._as_taped(starts, slopes, u)

    def j0(self, u: Series) -> Series:
        return self._low_bessel("besselj", 0, u, -1, 1)

    def j1(self, u: Series) -> Series:
        return self._low_bessel("besselj", 1, u, -1, 1)

    def y0(self, u: Series) -> Series:
        return self._low_bessel("bessely", 0, u, -1, 1)

    def y1(self, u: Series) -> Series:
        return self._low_bessel("bessely", 1, u, -1, 1)

    def i0(self, u: Series) -> Series:
        return self._low_bessel("besseli", 0, u, 1, 1)

    def i1(self, u: Series) -> Series:
        return self._low_bessel("besseli", 1, u, 1, 1)

    def k0(self, u: Series) -> Series:
        return self._low_bessel("besselk", 0, u, -1, -1)

    def k1(self, u: Series) -> Series:
        return self._low_bessel("besselk", 1, u, -1, -1)

    def _low_bessel(self, name: str, order: int, u: Series, first: int, second: int) -> Series:
        """A function of order 0 or 1; their slopes are y0' = first*y1, y1' = second*y0 - y1/x."""
        rule: Callable[[Series, Series], Series] = getattr(self, name)
        if self.tiny is None or u[0].contains(0):
            return rule(self.number(order), u)

        def starts(x: arb) -> list[arb]:
            at = arb_series([x], 1)
            return [rule(self.number(n), at)[0] for n in (order, 1 - order)]

        def slopes(y: list[Series], x: Series) -> list[Series]:
            zeroth, other = y[order], y[1 - order]
            both = [first * other, second * zeroth - other / x]
            return [both[order], both[1 - order]]

        return self._as_taped(starts, slopes, u)

    def _bessel_at_zero(self, name: str, order: Series, u: Series, sign: int) -> Series:
        """J or I, which have a power series at 0, multiplied by (u/2)**v (section 10.2.2)."""
        v = _constant(order, f"{name}(v, x)", "v")
        nearest = unique_whole(v)
        if nearest is None or not self.vanishes(v - nearest):
            at_zero = self.vanishes(u[0])
            self._check(at_zero or u[0] > 0, name)
            if at_zero:
                entire = self._composed(
                    lambda k: sign**k * (v + k + 1).rgamma() / math.factorial(k), u * u / 4
                )
                return self.mul(self.power(u / 2, order), entire)
        rule = arb.bessel_j if sign < 0 else arb.bessel_i
        return self._bessel(rule, name, order, u, sign, 1)

    def _bessel(
        self, rule: Callable[..., arb], name: str, order: Series, u: Series, sign: int, slope: int
    ) -> Series:
        """Twice the slope is the function of order v - 1 plus `sign` times that of v + 1.

        Repeated, this gives derivatives of all orders (section 10.6.7 and 10.29.5); `slope` is
        the sign of the whole.
        """
        v = _constant(order, f"{name}(v, x)", "v")
        nearest = unique_whole(v)
        self._check_size(u[0])
        count = self.terms if u.length() > 1 else 1
        neighbours = range(1 - count, count)
        if nearest is None or not self.vanishes(v - nearest):
            values = {m: rule(u[0], v + m) for m in neighbours}
        elif rule in (arb.bessel_y, arb.bessel_k):  # which take long, and grow with the order
            whole = _from_lowest(rule, u[0], abs(int(nearest)) + count, sign)
            orders = {m: int(nearest) + m for m in neighbours}
            values = {m: sign ** abs(min(n, 0)) * whole[abs(n)] for m, n in orders.items()}
        else:
            values = {m: rule(u[0], nearest + m) for m in neighbours}

        def coefficient(k: int) -> arb:
            terms = (sign**j * math.comb(k, j) * values[2 * j - k] for j in range(k + 1))
            value: arb = _sum(terms) * slope**k / (2**k * math.factorial(k))
            return value

        return self._composed(coefficient, u)

    # --- elliptic integrals ---------------------------------------------------------------------

    def ellipk(self, u: Series) -> Series:
        self._check_positive(1 - u[0], "ellipk")
        self._check_size(u[0])
        return _real(acb_series(u.coeffs(), u.prec).elliptic_k())

    def ellipe(self, u: Series) -> Series:
        """(1 - m)*(K + 2*m*K'), which has no difference in it (section 19.4.1)."""
        if self.vanishes(1 - u[0]):
            return self._at_edge(arb(1), 1 - u, "ellipe")
        self._check_positive(1 - u[0], "ellipe")
        self._check_size(u[0])
        count = self.terms if u.length() > 1 else 1
        ctx.cap = count + 1  # the derivative of K has a term less
        k = _real(acb_series([u[0], 1], count + 1).elliptic_k())
        ctx.cap = self.terms
        m = arb_series([u[0], 1], count)
        return _composition((1 - m) * (k + 2 * m * k.derivative()), u, self.terms)


def with_constant(constant: arb, u: Series) -> Series:
    """The series with another enclosure of its constant term."""
    return arb_series([constant, *u.coeffs()[1:]], u.prec)


def _composition(outer: Series, u: Series, terms: int) -> Series:
    """The series of a function at u[0], whose coefficients are those of `outer`, at u."""
    prec = min(terms, u.prec)
    if u.length() <= 1:
        return arb_series([outer[0]], prec)
    return arb_series(outer(arb_series([0, *u.coeffs()[1:]], prec)).coeffs(), prec)


def _from_lowest(rule: Callable[..., arb], x: arb, count: int, sign: int) -> list[arb]:
    """Y or K of the orders from 0, by their recurrence (sections 10.6.1 and 10.29.1)."""
    values = [rule(x, 0), rule(x, 1)]
    for n in range(1, count - 1):
        values.append(sign * values[n - 1] + 2 * n / x * values[n])
    return values


def _sum(terms: Iterable[arb]) -> arb:
    total = arb(0)
    for term in terms:
        total += term
    return total


def _bell(y: Series) -> Series:
    """The derivative of erf."""
    return (-y * y).exp() * (2 / arb.pi().sqrt())


def _real(u: acb_series) -> Series:
    """The real parts of a series whose imaginary parts are zero."""
    return arb_series([c.real for c in u.coeffs()], u.prec)


def _constant(order: Series, signature: str, name: str) -> arb:
    """The order of a function, by which it is not differentiated.

    Raises:
        Undefined: the order changes along the series.
    """
    if order.length() > 1:
        raise Undefined(f"{signature} is not differentiated by {name}")
    if not abs(order[0]) < _LARGEST_ORDER:
        raise Undecided
    return order[0]
