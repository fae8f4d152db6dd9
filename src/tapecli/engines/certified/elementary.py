"""Elementary functions at twice the precision of float64, from ball arithmetic, for arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from flint import arb
from numpy.typing import NDArray

from tapecli.engines.certified.interpreter import working

Array: TypeAlias = NDArray[np.float64]
Pair: TypeAlias = tuple[Array, Array]
"""A number for each point, as the sum of two."""

_PRECISION = 256
"""Working precision in bits: that of two float64, and room for large arguments of sin."""

_BITS = 106
"""How many bits of a result must be certain."""

_RULES: dict[str, Callable[..., arb]] = {
    "sigmoid": lambda u: 1 / (1 + (-u).exp()),
    "softplus": lambda u: u + (-u).exp().log1p() if u > 0 else u.exp().log1p(),
    "cbrt": lambda u: -((-u).root(3)) if u < 0 else u.root(3),
    "lgamma": lambda u: u.lgamma() if u > 0 else abs(u.gamma()).log(),
    "power": lambda u, v: u**v,
    "gammainc": lambda a, x: x.gamma_lower(a, 1),
    "gammaincc": lambda a, x: x.gamma_upper(a, 1),
    "lower_gamma": lambda a, x: x.gamma_lower(a),
    "upper_gamma": lambda a, x: x.gamma_upper(a),
    "betainc": lambda a, b, x: x.beta_lower(a, b, 1),
    "gamma_kernel": lambda a, x: (x.log() * (a - 1) - x).exp(),
    "gamma_density": lambda a, x: (x.log() * (a - 1) - x).exp() * a.rgamma(),
    "beta_density": lambda a, b, x: (
        (x.log() * (a - 1) + (1 - x).log() * (b - 1)).exp()
        * (a + b).gamma()
        * a.rgamma()
        * b.rgamma()
    ),
    "hurwitz_zeta": lambda s, a: s.zeta(a),
}
"""The functions that are not a method of a ball by the same name."""


def refined(name: str, values: Any, arguments: Sequence[tuple[Any, Any]]) -> Pair:
    """A function of numbers of twice the precision, by its name in the rules of Taylor series.

    Its `values` in float64 stay as they are where they are not finite, or cannot be refined.
    """
    rule = _RULES.get(name) or getattr(arb, name)
    terms = [term for argument in arguments for term in argument]
    shape = np.broadcast_shapes(np.shape(values), *map(np.shape, terms))
    high, low = np.array(np.broadcast_to(values, shape), np.float64), np.zeros(shape)
    columns = [np.broadcast_to(term, shape).ravel().tolist() for term in terms]
    with working(_PRECISION, 1):
        for index, row in enumerate(zip(*columns, strict=True)):
            if np.isfinite(high.flat[index]):
                value = rule(*(arb(a) + arb(b) for a, b in zip(row[::2], row[1::2], strict=True)))
                if value.is_finite() and value.rel_accuracy_bits() >= _BITS:
                    high.flat[index] = first = float(value.mid())
                    low.flat[index] = float((value - arb(first)).mid())
    return high, low
