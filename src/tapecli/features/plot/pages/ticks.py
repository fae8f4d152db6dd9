"""Round numbers along an axis, and their texts."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

_SLACK = 1e-9
"""How far round-off may move a quotient away from a whole number."""


def ticks(low: float, high: float, most: int) -> list[float]:
    """The multiples of a round step between two numbers; `most` is the largest number of them."""
    rough = (high - low) / max(most, 1)
    size = 10.0 ** math.floor(math.log10(rough))
    for factor in (1, 2, 5, 10):
        step = factor * size
        first, last = math.ceil(low / step - _SLACK), math.floor(high / step + _SLACK)
        if last - first < most:
            break
    return [number * step for number in range(first, last + 1)]


def powers(low: float, high: float, most: int) -> list[float]:
    """Powers of ten between two positive numbers, at most `most`, for a logarithmic axis."""
    first, last = math.ceil(math.log10(low) - _SLACK), math.floor(math.log10(high) + _SLACK)
    step = max(1, math.ceil((last - first + 1) / max(most, 1)))
    return [10.0**exponent for exponent in range(first, last + 1, step)]


def texts(numbers: Sequence[float]) -> list[str]:
    """The numbers with as many decimals as they need to differ; large and small ones like 2e9."""
    size = max(map(abs, numbers), default=0.0)
    steps = [b - a for a, b in itertools.pairwise(numbers)]
    step = min(steps, default=size) or 1.0
    exponent = math.floor(math.log10(step) + _SLACK)
    if size and not 1e-3 <= size < 1e5:
        digits = max(0, math.floor(math.log10(size) + _SLACK) - exponent)
        return [_short(f"{number + 0.0:.{digits}e}") for number in numbers]
    return [f"{number + 0.0:.{max(0, -exponent)}f}" for number in numbers]


def alone(number: float) -> str:
    """The text of one number, in few digits."""
    return _short(f"{number + 0.0:.6g}")


def _short(text: str) -> str:
    """The text without what it does not need: 2e9 for 2.00e+09."""
    mantissa, e, exponent = text.partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").removesuffix(".")
    return f"{mantissa}e{int(exponent)}" if e and float(mantissa) else mantissa
