"""Where a point is a kink or a zero of a root: series on each side of it.

On one side there is a series in t with h = t**fold, as far as its powers are whole; past its end
coefficients are NaN. A derivative exists where both sides have it, and have it alike.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from tapecli.taylor.numbers import Number, Numbers
from tapecli.taylor.rules import Coefficient, Series, Taylor

ALIKE = 2.0**-40
"""How far apart, relatively, coefficients of both sides may be that are the same but for rounding.

A kink is a difference of the size of the coefficients themselves.
"""


class OneSided(Taylor):
    """The rules on one side: signs and roots are those of the first coefficient that is not 0.

    Args:
        terms: how many coefficients in t are carried.
    """

    def __init__(self, terms: int) -> None:
        super().__init__(terms, Numbers(absorbing=True))

    def _meet(self, u: Series, where: Any) -> None:
        """Nothing is awkward here."""

    def _sign_of(self, u: Series) -> Number:
        return self._leading(u)[1]

    def _leading(self, u: Series) -> tuple[Number, Number]:
        """The index and sign of the first coefficient that is not 0; the sign is 0 for none."""
        table = np.stack(np.broadcast_arrays(*u))
        index = np.argmax(table != 0, axis=0)
        return index, np.sign(np.take_along_axis(table, index[None], 0)[0])

    # --- roots --------------------------------------------------------------------------------

    def _root(self, u: Series, v: Coefficient, exponent: Fraction | None) -> Series:
        y = super()._root(u, v, exponent)
        return self._at_zeros(u, y, v, Fraction(float(v)) if exponent is None else exponent)

    def sqrt(self, u: Series) -> Series:
        return self._at_zeros(u, super().sqrt(u), self.inner.number(0.5), Fraction(1, 2))

    def cbrt(self, u: Series) -> Series:
        third = Fraction(1, 3)
        return self._at_zeros(u, super().cbrt(u), self.inner.number(third), third, odd=True)

    def _at_zeros(
        self, u: Series, y: Series, v: Coefficient, exponent: Fraction, odd: bool = False
    ) -> Series:
        """The series y of u**v, and another one at the points where u is 0."""
        zero = u[0] == 0
        if len(u) == 1 or not np.any(zero):
            return y
        index, sign = self._leading(u)
        rest = self._moved(self._full(self.times(u, sign)), -index)
        root = super()._power_from(self.inner.power(rest[0], v), rest, v, exponent)
        power = index * float(exponent)
        root = self._moved(root, np.ceil(power).astype(int))
        whole = power == np.round(power)
        begun = [np.arange(self.terms)[k] >= power for k in range(self.terms)]
        root = [np.where(begun[k] & ~whole, np.nan, a) for k, a in enumerate(root)]
        if odd:
            root = self.times(root, sign)
        else:
            root = [np.where(sign < 0, np.nan, a) for a in root]
        root = [np.where(sign == 0, 0.0, a) for a in root]
        return self.choose(zero, root, y)

    def _full(self, u: Series) -> Series:
        return u + [np.float64(0)] * (self.terms - len(u))

    def _moved(self, u: Series, places: Number) -> Series:
        """The series times t**places, of each point its own; what is not known is NaN."""
        table = np.stack(np.broadcast_arrays(*u, np.zeros(np.shape(places)))[:-1])
        rows = np.arange(self.terms)[:, None] - places
        moved = np.take_along_axis(table, np.clip(rows, 0, self.terms - 1), 0)
        moved = np.where(rows >= self.terms, np.nan, moved)
        return list(np.where(rows < 0, 0.0, moved))

    # --- inverse functions at the edges of their domains --------------------------------------

    def asin(self, u: Series) -> Series:
        quarter = self.number(np.pi / 2)
        up = self.sub(quarter, self._half_angle(u))
        down = self.sub(self._half_angle(self.neg(u)), quarter)
        return self._at_ends(u, super().asin(u), up, down)

    def acos(self, u: Series) -> Series:
        down = self.sub(self.number(np.pi), self._half_angle(self.neg(u)))
        return self._at_ends(u, super().acos(u), self._half_angle(u), down)

    def _at_ends(self, u: Series, inside: Series, up: Series, down: Series) -> Series:
        """Three series: between -1 and 1, at 1 and at -1."""
        return self.choose(u[0] == 1, up, self.choose(u[0] == -1, down, inside))

    def _half_angle(self, u: Series) -> Series:
        """acos(u) where u is 1, as 2*asin(sqrt((1 - u)/2))."""
        half = self.times(self.sub(self.number(1), u), 0.5)
        return self.times(super().asin(self.sqrt(half)), 2.0)

    def acosh(self, u: Series) -> Series:
        half = self.sqrt(self.times(self.sub(u, self.number(1)), 0.5))
        return self.choose(u[0] == 1, self.times(self.asinh(half), 2.0), super().acosh(u))

    def atan2(self, y: Series, x: Series) -> Series:
        """On its cut the angle is that of the side of the cut on which y is."""
        angle = super().atan2(y, x)
        cut = (y[0] == 0) & (x[0] < 0)
        below = np.where(self._sign_of(y) < 0, -np.pi, np.pi)
        return [np.where(cut, below, angle[0]), *angle[1:]]


def agreed(value: Number, right: Series, left: Series, fold: int, terms: int) -> Series:
    """The coefficients in h that two series in t have alike, and NaN from the first kink on."""
    alike = _alike(value, right[0]) & _alike(value, left[0])
    found = [value]
    for k in range(1, terms):
        for index in range((k - 1) * fold + 1, k * fold):
            alike = alike & (right[index] == 0) & (left[index] == 0)
        one, other = right[k * fold], left[k * fold] * (-1.0) ** k
        alike = alike & _alike(one, other)
        found.append(np.where(alike, one, np.nan))
    return found


def _alike(one: Number, other: Number) -> Any:
    return np.abs(one - other) <= ALIKE * np.maximum(np.abs(one), np.abs(other))
