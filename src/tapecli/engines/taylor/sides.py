"""One-sided series, for points that are a kink or a zero of a root.

On one side of such a point there is a series in t with h = t**fold, as long as its powers of t are
whole; from there on its coefficients are NaN. A derivative exists where the series of both sides
have it, and agree on it.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from tapecli.engines.taylor.numbers import Number, Numbers
from tapecli.engines.taylor.rules import Coefficient, Series, Taylor

TOLERANCE = 2.0**-40
"""The relative difference up to which coefficients of both sides are equal but for rounding.

At a kink they differ by as much as the coefficients themselves.
"""


class OneSided(Taylor):
    """The rules on one side: signs and roots are those of the first coefficient that is not 0.

    Attributes:
        incomplete: at which points a series has ended at a power of t that is not whole.
    """

    def __init__(self, terms: int) -> None:
        super().__init__(terms, Numbers(absorbing=True))
        self.incomplete: Any = np.False_

    def _sign_of(self, u: Series) -> Number:
        return self._leading(u)[1]

    def _deciding_sign(self, u: Series) -> Number:
        """The sign; a series whose coefficients are all 0 is taken for 0."""
        is_zero = np.all(np.stack(np.broadcast_arrays(*u)) == 0, axis=0)
        return np.where(is_zero, 0.0, self._sign_of(u))

    def _larger(self, u: Series, v: Series, sign: float) -> Series:
        """U or v; where it is unknown which is larger, the coefficients that they share."""
        difference = self.sub(u, v)
        unknown = np.where(np.isnan(self._sign_of(difference)), np.nan, 0.0)
        return self.add(super()._larger(u, v, sign), self.times(difference, unknown))

    def _leading(self, u: Series) -> tuple[Number, Number]:
        """The index and the sign of the first coefficient that is not 0.

        The sign is 0 if all coefficients are 0, and NaN if the first one that is not 0 is
        unknown, or may come after the last term.
        """
        table = np.stack(np.broadcast_arrays(*u))
        index = np.argmax(table != 0, axis=0)
        sign = np.sign(np.take_along_axis(table, index[None], 0)[0])
        if len(u) < self.terms:
            return index, sign
        return np.where(sign == 0, self.terms, index), np.where(sign == 0, np.nan, sign)

    def mul(self, u: Series, v: Series) -> Series:
        """The product; it ends a little before the sum of the powers at which both factors end."""
        product = super().mul(u, v)
        if not np.any(self.incomplete):
            return product
        end = self._known_terms(u) + self._known_terms(v) - 1
        return [np.where(end == k, np.nan, a) for k, a in enumerate(product)]

    def div(self, u: Series, v: Series) -> Series:
        """The quotient; where v is 0 its zeros cancel with as many of u, or it has no value."""
        regular = super().div
        return self._either(
            (v[0] == 0) & (len(v) > 1), lambda: self._cancelled(u, v), lambda: regular(u, v)
        )

    def _cancelled(self, u: Series, v: Series) -> Series:
        zeros, _ = self._leading(v)
        cancels = np.where(zeros > self._zeros(u), np.nan, 0.0)
        u = self.add(self._shifted(u, -zeros), self.number(cancels))
        return super().div(u, self._shifted(v, -zeros))

    def _zeros(self, u: Series) -> Number:
        """How many coefficients, from the first, are 0."""
        table = np.stack(np.broadcast_arrays(*u))
        return np.where(np.all(table == 0, axis=0), self.terms, np.argmax(table != 0, axis=0))

    def _known_terms(self, u: Series) -> Number:
        """How many coefficients are known; `terms` for a series that does not end."""
        unknown = np.isnan(np.stack(np.broadcast_arrays(*u)))
        return np.where(np.any(unknown, axis=0), np.argmax(unknown, axis=0), self.terms)

    def _either(
        self, condition: Any, first: Callable[[], Series], second: Callable[[], Series]
    ) -> Series:
        """Like `choose`, but a series that no point needs is not computed."""
        if np.all(condition):
            return first()
        return self.choose(condition, first(), second()) if np.any(condition) else second()

    # --- roots --------------------------------------------------------------------------------

    def power(self, u: Series, v: Series, exponent: Fraction | None = None) -> Series:
        y = super().power(u, v, exponent)
        undefined = (self.leaf(u) == 0) & (len(v) > 1)  # 0 to a power that changes
        return self.choose(undefined, self.number(np.nan), y) if np.any(undefined) else y

    def _root(
        self, start: Coefficient, u: Series, v: Fraction | Coefficient, odd: bool = False
    ) -> Series:
        """u**v by the rule for other points, or where u is 0 from its first other coefficient."""
        return self._either(
            (u[0] == 0) & (len(u) > 1),
            lambda: self._root_at_zero(u, v, odd),
            lambda: self._power_from(start, u, v),
        )

    def _root_at_zero(self, u: Series, v: Fraction | Coefficient, odd: bool) -> Series:
        index, sign = self._leading(u)
        rest = self._shifted(self.times(u, sign), -index)
        exponent = self.inner.number(v)
        root = self._power_from(self.inner.power(rest[0], exponent), rest, v)
        power = index * exponent
        unknown, whole = np.isnan(sign), power == np.round(power)
        self.incomplete = self.incomplete | ((u[0] == 0) & ~whole & ~unknown)
        root = self._shifted(root, np.ceil(power).astype(int))
        if not np.all(whole):
            root += [np.float64(0)] * (self.terms - len(root))
        root = [np.where(~whole & (k >= power), np.nan, a) for k, a in enumerate(root)]
        root = self.times(root, sign) if odd else [np.where(sign < 0, np.nan, a) for a in root]
        root = [np.where(sign == 0, 0.0, a) for a in root]
        if not np.any(unknown):
            return root
        zeros = [np.where(k < power, 0.0, np.nan) for k in range(self.terms)]
        return self.choose(unknown, zeros, root)

    def _shifted(self, u: Series, powers: Number) -> Series:
        """The series times t**powers, with a power for each point; unknown terms are NaN.

        After the last term of a series that has fewer than `terms` there are zeros; after the
        last term of any other series nothing is known.
        """
        after = 0.0 if len(u) < self.terms else np.nan
        table = np.stack(np.broadcast_arrays(*u, np.zeros(np.shape(powers)))[:-1])
        rows = np.arange(self.terms)[:, None] - powers
        shifted = np.take_along_axis(table, np.clip(rows, 0, len(u) - 1), 0)
        shifted = np.where(rows >= len(u), after, shifted)
        shifted = np.where(rows < 0, 0.0, shifted)
        last = np.max(np.nonzero(np.any(shifted != 0, axis=1))[0], initial=0)
        return list(shifted[: last + 1])

    # --- inverse functions at the ends of their domains ---------------------------------------

    def asin(self, u: Series) -> Series:
        inside, sign = super().asin, np.sign(u[0])

        def at_end() -> Series:
            angle = self.sub(self.number(np.pi / 2), self._acos_at_1(self.times(u, sign)))
            return self.times(angle, sign)

        return self._either(np.abs(u[0]) == 1, at_end, lambda: inside(u))

    def acos(self, u: Series) -> Series:
        inside, sign = super().acos, np.sign(u[0])

        def at_end() -> Series:
            angle = self._acos_at_1(self.times(u, sign))
            return self.add(self.number(np.where(sign < 0, np.pi, 0.0)), self.times(angle, sign))

        return self._either(np.abs(u[0]) == 1, at_end, lambda: inside(u))

    def _acos_at_1(self, u: Series) -> Series:
        """acos(u) where u is 1, as 2*asin(sqrt((1 - u)/2))."""
        half = self.times(self.sub(self.number(1), u), 0.5)
        return self.times(super().asin(self.sqrt(half)), 2.0)

    def acosh(self, u: Series) -> Series:
        """At 1 it is 2*asinh(sqrt((u - 1)/2))."""
        inside, half = super().acosh, self.times(self.sub(u, self.number(1)), 0.5)
        return self._either(
            u[0] == 1, lambda: self.times(self.asinh(self.sqrt(half)), 2.0), lambda: inside(u)
        )

    def atan2(self, y: Series, x: Series) -> Series:
        """The angle of (x, y); on the cut the one of the side on which y is."""
        angle = super().atan2(y, x)
        cut = (y[0] == 0) & (x[0] < 0)
        sign = self._sign_of(y)
        side = np.where(np.isnan(sign), np.nan, np.where(sign < 0, -np.pi, np.pi))
        return [np.where(cut, side, angle[0]), *angle[1:]]


def agreed(value: Number, right: Series, left: Series, fold: int, terms: int) -> Series:
    """The coefficients in h on which both sides agree; NaN from the first on which they differ.

    The constant one is `value`. The sides are series in t, where h is t**fold on the right and
    -t**fold on the left.
    """
    equal = _equal(value, right[0]) & _equal(value, left[0])
    coefficients = [value]
    for k in range(1, terms):
        for index in range((k - 1) * fold + 1, k * fold):
            equal = equal & (right[index] == 0) & (left[index] == 0)
        coefficient = right[k * fold]
        equal = equal & _equal(coefficient, left[k * fold] * (-1.0) ** k)
        coefficients.append(np.where(equal, coefficient, np.nan))
    return coefficients


def _equal(a: Number, b: Number) -> Any:
    return np.abs(a - b) <= TOLERANCE * np.maximum(np.abs(a), np.abs(b))
