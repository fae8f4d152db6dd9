"""Where a point is a kink or a zero of a root: series on each side of it.

On one side there is a series in t with h = t**fold, as far as its powers are whole; past its end
coefficients are NaN. A derivative exists where both sides have it, and have it alike.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from tapecli.engines.taylor.numbers import Number, Numbers
from tapecli.engines.taylor.rules import Coefficient, Series, Taylor

ALIKE = 2.0**-40
"""How far apart, relatively, coefficients of both sides may be that are the same but for rounding.

A kink is a difference of the size of the coefficients themselves.
"""


class OneSided(Taylor):
    """The rules on one side: signs and roots are those of the first coefficient that is not 0.

    Args:
        terms: how many coefficients in t are carried.

    Attributes:
        ended: at which points a series has ended at a power of t that is not whole.
    """

    def __init__(self, terms: int) -> None:
        super().__init__(terms, Numbers(absorbing=True))
        self.ended: Any = np.False_

    def _meet(self, u: Series, where: Any) -> None:
        """Nothing is awkward here."""

    def _sign_of(self, u: Series) -> Number:
        return self._leading(u)[1]

    def _larger(self, u: Series, v: Series, sign: float) -> Series:
        """As it is; where it is not known which one that is, what they have in common."""
        rest = self.sub(u, v)
        unknown = np.where(np.isnan(self._sign_of(rest)), np.nan, 0.0)
        return self.add(super()._larger(u, v, sign), self.times(rest, unknown))

    def _leading(self, u: Series) -> tuple[Number, Number]:
        """The index and sign of the first coefficient that is not 0; the sign is 0 for none.

        It is NaN where the first one that is not 0 is not known, or may come after all terms.
        """
        table = np.stack(np.broadcast_arrays(*u))
        index = np.argmax(table != 0, axis=0)
        sign = np.sign(np.take_along_axis(table, index[None], 0)[0])
        if len(u) < self.terms:
            return index, sign
        return np.where(sign == 0, self.terms, index), np.where(sign == 0, np.nan, sign)

    def mul(self, u: Series, v: Series) -> Series:
        """The product; where both end, the powers that they end at are a little less than whole."""
        product = super().mul(u, v)
        if not np.any(self.ended):
            return product
        end = self._known(u) + self._known(v) - 1
        return [np.where(end == k, np.nan, a) for k, a in enumerate(product)]

    def _known(self, u: Series) -> Number:
        """How many coefficients are known: all terms of a series that does not end."""
        unknown = np.isnan(np.stack(np.broadcast_arrays(*u)))
        return np.where(np.any(unknown, axis=0), np.argmax(unknown, axis=0), self.terms)

    def _either(self, where: Any, one: Callable[[], Series], other: Callable[[], Series]) -> Series:
        """For each point the one or the other series, of which only those needed are computed."""
        if np.all(where):
            return one()
        return self.choose(where, one(), other()) if np.any(where) else other()

    # --- roots --------------------------------------------------------------------------------

    def _root(self, u: Series, v: Coefficient, exponent: Fraction | None) -> Series:
        return self._at_zeros(u, functools.partial(super()._root, u, v, exponent), v, exponent)

    def power(self, u: Series, v: Series, exponent: Fraction | None = None) -> Series:
        y = super().power(u, v, exponent)
        undefined = (self.leaf(u) == 0) & (len(v) > 1)  # 0 to a power that changes
        return self.choose(undefined, self.number(np.nan), y) if np.any(undefined) else y

    def sqrt(self, u: Series) -> Series:
        half = Fraction(1, 2)
        return self._at_zeros(u, functools.partial(super().sqrt, u), self.inner.number(half), half)

    def cbrt(self, u: Series) -> Series:
        third = Fraction(1, 3)
        ordinary = functools.partial(super().cbrt, u)
        return self._at_zeros(u, ordinary, self.inner.number(third), third, odd=True)

    def _at_zeros(
        self,
        u: Series,
        ordinary: Callable[[], Series],
        v: Coefficient,
        exponent: Fraction | None,
        odd: bool = False,
    ) -> Series:
        """u**v from the ordinary rule, or where u is 0 from its first coefficient that is not."""
        zero = (u[0] == 0) & (len(u) > 1)
        return self._either(zero, lambda: self._at_zero(u, v, exponent, odd), ordinary)

    def _at_zero(self, u: Series, v: Coefficient, exponent: Fraction | None, odd: bool) -> Series:
        index, sign = self._leading(u)
        rest = self._moved(self.times(u, sign), -index)
        root = super()._power_from(self.inner.power(rest[0], v), rest, v, exponent)
        power = index * (v if exponent is None else float(exponent))
        unknown, whole = np.isnan(sign), power == np.round(power)
        self.ended = self.ended | ((u[0] == 0) & ~whole & ~unknown)
        root = self._moved(root, np.ceil(power).astype(int))
        if not np.all(whole):
            root += [np.float64(0)] * (self.terms - len(root))
        root = [np.where(~whole & (k >= power), np.nan, a) for k, a in enumerate(root)]
        if odd:
            root = self.times(root, sign)
        else:
            root = [np.where(sign < 0, np.nan, a) for a in root]
        root = [np.where(sign == 0, 0.0, a) for a in root]
        if not np.any(unknown):
            return root
        root += [np.float64(0)] * (self.terms - len(root))
        zeros = [np.where(k < power, 0.0, np.nan) for k in range(self.terms)]
        return self.choose(unknown, zeros, root)

    def _moved(self, u: Series, places: Number) -> Series:
        """The series times t**places, of each point its own; what is not known is NaN.

        A series of fewer than all terms has zeros from there on, others may not.
        """
        beyond = 0.0 if len(u) < self.terms else np.nan
        table = np.stack(np.broadcast_arrays(*u, np.zeros(np.shape(places)))[:-1])
        rows = np.arange(self.terms)[:, None] - places
        moved = np.take_along_axis(table, np.clip(rows, 0, len(u) - 1), 0)
        moved = np.where(rows >= len(u), beyond, moved)
        moved = np.where(rows < 0, 0.0, moved)
        last = np.max(np.nonzero(np.any(moved != 0, axis=1))[0], initial=0)
        return list(moved[: last + 1])

    # --- inverse functions at the edges of their domains --------------------------------------

    def asin(self, u: Series) -> Series:
        inside = functools.partial(super().asin, u)
        quarter = self.number(np.pi / 2)
        return self._at_ends(
            u,
            inside,
            lambda: self.sub(quarter, self._half_angle(u)),
            lambda: self.sub(self._half_angle(self.neg(u)), quarter),
        )

    def acos(self, u: Series) -> Series:
        inside = functools.partial(super().acos, u)
        return self._at_ends(
            u,
            inside,
            lambda: self._half_angle(u),
            lambda: self.sub(self.number(np.pi), self._half_angle(self.neg(u))),
        )

    def _at_ends(
        self,
        u: Series,
        inside: Callable[[], Series],
        up: Callable[[], Series],
        down: Callable[[], Series],
    ) -> Series:
        """Three series: between -1 and 1, at 1 and at -1."""
        return self._either(u[0] == 1, up, lambda: self._either(u[0] == -1, down, inside))

    def _half_angle(self, u: Series) -> Series:
        """acos(u) where u is 1, as 2*asin(sqrt((1 - u)/2))."""
        half = self.times(self.sub(self.number(1), u), 0.5)
        return self.times(super().asin(self.sqrt(half)), 2.0)

    def acosh(self, u: Series) -> Series:
        inside = functools.partial(super().acosh, u)
        return self._either(u[0] == 1, lambda: self._half_area(u), inside)

    def _half_area(self, u: Series) -> Series:
        """acosh(u) where u is 1, as 2*asinh(sqrt((u - 1)/2))."""
        half = self.times(self.sub(u, self.number(1)), 0.5)
        return self.times(self.asinh(self.sqrt(half)), 2.0)

    def atan2(self, y: Series, x: Series) -> Series:
        """On its cut the angle is that of the side of the cut on which y is."""
        angle = super().atan2(y, x)
        cut = (y[0] == 0) & (x[0] < 0)
        sign = self._sign_of(y)
        side = np.where(np.isnan(sign), np.nan, np.where(sign < 0, -np.pi, np.pi))
        return [np.where(cut, side, angle[0]), *angle[1:]]


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
