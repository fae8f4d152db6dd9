"""The Taylor coefficients of gamma itself at a number, from an integral in which nothing cancels.

Gamma solves no differential equation, and the recurrence from its logarithmic derivative loses
digits right of 2. For u >= 1 it is a sum over its poles and an integral (NIST Handbook of
Mathematical Functions 5.9.4, with e**s for t),

    gamma(u) = sum of (-1)**n/(n! * (u + n)) + integral of exp(u*s - e**s) over s > 0,

of which the coefficients come term by term: the integrand gets a factor s**k/k!, and stays
positive. Left of 1, gamma(u + n) is divided by u + n - 1, ..., u + 1 and u.
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
"""From here on gamma is too large for a float."""

_MOST_STEPS = 200
"""Steps to 1 from where gamma is too small for a float."""


def coefficients(at: Array, count: int) -> tuple[Array, list[Array]]:
    """A power of two, and so many coefficients of gamma(at + scale*t) as a series in t.

    The scale is of the size of the distance of a pole that is near, so that they do not
    overflow.
    """
    distance = np.abs(at - np.round(np.minimum(at, 0)))
    exponent = np.clip(np.frexp(np.minimum(distance, 0.5))[1], -1000, 0)
    scale = np.ldexp(1.0, exponent)
    steps = np.ceil(np.clip(1 - np.nan_to_num(at), 0, _MOST_STEPS))
    y = [np.ldexp(a, k * exponent) for k, a in enumerate(_right(at + steps, count))]
    for i in reversed(range(int(np.max(steps, initial=0)))):
        taken, factor = i < steps, at + i
        below = np.zeros(at.shape)
        for k, a in enumerate(y):
            y[k] = below = np.where(taken, (a - scale * below) / factor, a)
    return scale, [np.where(at < -_MOST_STEPS, 0.0, a) for a in y]


def _right(u: Array, count: int) -> list[Array]:
    """The coefficients where u >= 1: the integral is scaled by what the poles leave of gamma."""
    near = np.minimum(u, _LARGEST)[..., None]
    nodes, weights = _integral(count, np.max(near, initial=count, where=near >= 1))
    from_peak = nodes - np.log(near)
    integrand = from_peak - np.expm1(from_peak)
    integrand *= near
    parts = np.exp(integrand, out=integrand) @ weights
    terms = _RESIDUES / (u[..., None] + _PLACES)
    unit = (Numbers.gamma(u) - np.sum(terms, -1)) / parts[..., 0]
    y = []
    for k in range(count):
        y.append(np.sum(terms, -1) + unit * parts[..., k])
        terms = -terms / (u[..., None] + _PLACES)
    return y


_PLACES = np.arange(_POLES)
_RESIDUES = np.cumprod(np.concatenate(([1.0], -1.0 / np.arange(1, _POLES))))


def _integral(count: int, peak: float) -> tuple[Array, Array]:
    """The nodes of the integral, and their weights times s**k/k!, of shape (nodes, count).

    The nodes are closer together than the integrand is wide, which is 1/sqrt(peak).
    """
    size = 128
    while size < 40 * math.sqrt(peak):
        size *= 2
    nodes, weights = _rule(size)
    factors = nodes[:, None] / np.maximum(np.arange(count), 1)
    factors[:, 0] = weights
    return nodes, np.asarray(np.cumprod(factors, axis=1), np.float64)


@functools.cache
def _rule(size: int) -> tuple[Array, Array]:
    """Fejer's nodes and weights, but for a factor of all weights.

    They are as good as those of Gauss here (Trefethen, Is Gauss quadrature better than
    Clenshaw-Curtis?, SIAM Review 50, 2008), and need no eigenvalues.
    """
    angles = (np.arange(size) + 0.5) * (math.pi / size)
    even = np.arange(2, size, 2)
    weights = 1 - 2 * np.sum(np.cos(np.outer(angles, even)) / (even * even - 1), axis=1)
    return (1 + np.cos(angles)) * (_END / 2), np.asarray(weights, np.float64)
