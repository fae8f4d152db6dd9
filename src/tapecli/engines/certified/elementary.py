"""Functions of numbers of twice the precision of float64, from ball arithmetic, point by point."""

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


def _sigmoid(u: arb) -> arb:
    return 1 / (1 + (-u).exp())


def _softplus(u: arb) -> arb:
    return u + (-u).exp().log1p() if u > 0 else u.exp().log1p()


def _cbrt(u: arb) -> arb:
    return -((-u).root(3)) if u < 0 else u.root(3)


def _lgamma(u: arb) -> arb:
    return u.lgamma() if u > 0 else abs(u.gamma()).log()


_OWN: dict[str, Callable[..., arb]] = {
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "cbrt": _cbrt,
    "lgamma": _lgamma,
    "power": lambda u, v: u**v,
    "atan2": lambda y, x: arb.atan2(y, x),
}
"""What is no method of a ball of the same name."""


def refined(name: str, plain: Any, arguments: Sequence[tuple[Any, Any]]) -> Pair:
    """A function of numbers of twice the precision.

    Args:
        name: the function, as the rules of Taylor series call it.
        plain: its values in float64, which stay where they are not finite, or cannot be
            refined.
        arguments: the arguments, each as two numbers for every point.

    Returns:
        Its values, as two numbers for every point.
    """
    rule = _OWN.get(name) or getattr(arb, name)
    shape = np.broadcast_shapes(np.shape(plain), *(np.shape(part) for u in arguments for part in u))
    high, low = np.array(np.broadcast_to(plain, shape), np.float64), np.zeros(shape)
    columns = [np.broadcast_to(part, shape).ravel().tolist() for u in arguments for part in u]
    with working(_PRECISION, 1):
        for place, parts in enumerate(zip(*columns, strict=True)):
            if np.isfinite(high.flat[place]):
                balls = [arb(a) + arb(b) for a, b in zip(parts[::2], parts[1::2], strict=True)]
                value = rule(*balls)
                if value.is_finite() and value.rel_accuracy_bits() >= _BITS:
                    first = float(value.mid())
                    high.flat[place] = first
                    low.flat[place] = float((value - arb(first)).mid())
    return high, low
