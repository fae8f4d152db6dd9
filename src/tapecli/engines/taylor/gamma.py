"""Taylor coefficients of the gamma function, from an integral in which nothing cancels.

Gamma solves no differential equation, and the recurrence from its logarithmic derivative loses
digits right of 2. For u >= 1 gamma is a sum over its poles and an integral (NIST Handbook of
Mathematical Functions 5.9.4, with e**s for t),

    gamma(u) = sum of (-1)**n/(n! * (u + n)) + integral of exp(u*s - e**s) over s > 0.

Both are differentiated term by term: the integrand gets a factor s**k/k!, and stays positive.
Left of 1, gamma(u + n) is divided by u + n - 1, ..., u + 1 and u.
"""

from __future__ import annotations

import functools
import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tapecli.engines.taylor.numbers import Numbers

Array: TypeAlias = NDArray[np.float64]

_POLES = 20
"""Terms of the sum over the poles; the next one is below 1/20!."""

_END = 7.5
"""Beyond this the integrand is below 1e-100 of its peak, at all orders up to 200."""

_LARGEST = 172.0
"""From here on gamma overflows."""

_MOST_STEPS = 200
"""The number of steps to 1 from where gamma underflows."""


def coefficients(at: Array, count: int) -> tuple[Array, list[Array]]:
    """The scale of each point, and the coefficients of gamma(at + scale*t) as a series in t.

    The scale is a power of two of about the size of the distance to a pole that is near, so that
    the coefficients do not overflow.
    """
    distance = np.abs(at - np.round(np.minimum(at, 0)))
    exponent = np.clip(np.frexp(np.minimum(distance, 0.5))[1], -1000, 0)
    scale = np.ldexp(1.0, exponent)
    steps = np.ceil(np.clip(1 - np.nan_to_num(at), 0, _MOST_STEPS))
    y = [np.ldexp(a, k * exponent) for k, a in enumerate(_right(at + steps, count))]
    for i in reversed(range(int(np.max(steps, initial=0)))):
        divided, factor = i < steps, at + i
        below = np.zeros(at.shape)
        for k, a in enumerate(y):
            y[k] = below = np.where(divided, (a - scale * below) / factor, a)
    return scale, [np.where(at < -_MOST_STEPS, 0.0, a) for a in y]


def _right(u: Array, count: int) -> list[Array]:
    """The coefficients where u >= 1; the integral is scaled to what the poles leave of gamma."""
    near = np.minimum(u, _LARGEST)[..., None]
    size, peak = 128, np.max(near, initial=count, where=near >= 1)
    while size < 40 * math.sqrt(peak):  # the integrand is as wide as 1/sqrt(peak)
        size *= 2
    nodes, weights = _rule(size)
    factors = nodes[:, None] / np.maximum(np.arange(count), 1)
    factors[:, 0] = weights
    from_peak = nodes - np.log(near)
    integrand = from_peak - np.expm1(from_peak)
    integrand *= near
    integrals = np.exp(integrand, out=integrand) @ np.cumprod(factors, axis=1)
    distances = u[..., None] + np.arange(_POLES)
    terms = _RESIDUES / distances
    unit = (Numbers.gamma(u) - np.sum(terms, -1)) / integrals[..., 0]
    y = []
    for k in range(count):
        y.append(np.sum(terms, -1) + unit * integrals[..., k])
        terms = -terms / distances
    return y


_RESIDUES = np.cumprod(np.concatenate(([1.0], -1.0 / np.arange(1, _POLES))))


@functools.cache
def _rule(size: int) -> tuple[Array, Array]:
    """The nodes and weights of Fejer's quadrature, up to a common factor of the weights.

    They are as good here as those of Gauss (Trefethen, Is Gauss quadrature better than
    Clenshaw-Curtis?, SIAM Review 50, 2008), and need no eigenvalues.
    """
    angles = (np.arange(size) + 0.5) * (math.pi / size)
    even = np.arange(2, size, 2)
    weights = 1 - 2 * np.sum(np.cos(np.outer(angles, even)) / (even * even - 1), axis=1)
    return (1 + np.cos(angles)) * (_END / 2), np.asarray(weights, np.float64)
