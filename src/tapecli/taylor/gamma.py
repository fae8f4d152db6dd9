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
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tapecli.taylor.numbers import Numbers

Array: TypeAlias = NDArray[np.float64]

_POLES = 20
"""Terms of the sum over the poles; the next one is below 1/20!."""

_NODES = 256
"""Nodes of the integral: closer together than the integrand is wide, up to `_LARGEST`."""

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
    return scale, y


def _right(u: Array, count: int) -> list[Array]:
    """The coefficients where u >= 1: the integral is scaled by what the poles leave of gamma."""
    nodes, weights = _integral(count)
    near = np.minimum(u, _LARGEST)[..., None]
    from_peak = nodes - np.log(near)
    parts = np.exp(near * (from_peak - np.expm1(from_peak))) @ weights
    terms = _RESIDUES / (u[..., None] + _PLACES)
    unit = (Numbers.gamma(u) - np.sum(terms, -1)) / parts[..., 0]
    y = []
    for k in range(count):
        y.append(np.sum(terms, -1) + unit * parts[..., k])
        terms = -terms / (u[..., None] + _PLACES)
    return y


_PLACES = np.arange(_POLES)
_RESIDUES = np.cumprod(np.concatenate(([1.0], -1.0 / np.arange(1, _POLES))))


@functools.cache
def _integral(count: int) -> tuple[Array, Array]:
    """The nodes of Gauss and Legendre, and their weights times s**k/k!, of shape (nodes, count)."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    nodes = (nodes + 1) * (_END / 2)
    factors = nodes[:, None] / np.maximum(np.arange(count), 1)
    factors[:, 0] = weights
    return nodes, np.cumprod(factors, axis=1)
