"""Special functions of Taylor series, composed from their coefficients at each point."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tapecli.engines.certified.local_series import local_coefficients
from tapecli.engines.taylor.doubled import Double, Doubled
from tapecli.engines.taylor.numbers import Numbers
from tapecli.errors import RequestError

if TYPE_CHECKING:
    from tapecli.engines.taylor.rules import Series, Taylor

COMPOSED = (
    *("erfi", "erfcx", "dawsn", "erfinv", "erfcinv", "log_ndtr", "ei", "e1", "expint", "li"),
    *("si", "ci", "shi", "chi", "fresnel_s", "fresnel_c", "spence", "lambertw", "ellipk", "ellipe"),
    *("rgamma", "airyai", "airybi", "airyaiprime", "airybiprime", "besselj", "bessely", "besseli"),
    *("besselk", "j0", "j1", "y0", "y1", "i0", "i1", "k0", "k1", "i0e", "i1e", "k0e", "k1e"),
)
"""The functions, by the names of their rules in ball arithmetic."""


def composed(name: str, ring: Taylor, *arguments: Series) -> Series:
    """The function of series, of which all but the last are constants.

    Where the series is a line in one variable, these are its coefficients; elsewhere the powers of
    what the series adds to its value are summed up by Horner's rule.

    Raises:
        RequestError: one of the other arguments changes along the series.
    """
    *others, u = arguments
    if any(map(ring.varies, others)):
        raise RequestError(f"'{name}' is differentiated by its last argument alone")
    constants = [_pair(ring.bottom(other)) for other in others]
    at, unit = _pair(ring.bottom(u)), _pair(np.float64(1))
    if len(u) <= 2 and isinstance(ring.inner, Numbers):
        slope = _pair(u[1]) if len(u) > 1 else unit
        pairs = local_coefficients(name, constants, at, slope, ring.terms if len(u) > 1 else 1)
        return [_number(ring.inner, pair) for pair in pairs]
    scale = np.ldexp(1.0, np.clip(np.frexp(at[0])[1], -1000, 0))
    count = ring.orders + 1 if ring.varies(u) else 1
    pairs = local_coefficients(name, constants, at, (scale, np.zeros_like(scale)), count)
    start = _number(ring.numbers, at)
    step = ring.times(ring.sub(u, ring.number(start)), 1 / scale)
    total = ring.number(0)
    for pair in reversed(pairs):
        coefficient = ring.number(_number(ring.numbers, pair))
        total = ring.add(ring.mul(total, step), coefficient)
    return total


def _pair(number: Any) -> tuple[Any, Any]:
    """A number of either precision as a sum of two."""
    return tuple(number) if isinstance(number, Double) else (number, np.float64(0))


def _number(numbers: Numbers, pair: tuple[Any, Any]) -> Any:
    """A sum of two as a number of the precision of these."""
    return Double(*pair) if isinstance(numbers, Doubled) else pair[0]
