"""Counts, times and sizes as people read them."""

from __future__ import annotations

import math
from collections.abc import Sequence

_ESTIMATES = (("years", 31_557_600), ("days", 86_400), ("hours", 3_600), ("minutes", 60))
_TIMES = (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9))
_SIZES = (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("B", 1.0))


def counted(count: int, noun: str) -> str:
    """A number of things: 1 point, 3,000 points."""
    return f"{count:,} {noun}{'s' * (count != 1)}"


def large(number: float) -> str:
    """A large number with three digits: 18.8 million, 245,000."""
    number = float(f"{number:.3g}")
    return f"{number / 1e6:,.4g} million" if number >= 1e6 else f"{number:,.0f}"


def estimated(seconds: float) -> str:
    """A time that something is expected to take, with one or two digits: 40 minutes."""
    if math.isinf(seconds):
        return "1e100 years or more"
    for unit, length in _ESTIMATES:
        if seconds >= 2 * length:
            count = seconds / length
            power = f"{count:.0e}".replace("e+0", "e").replace("e+", "e")
            return f"{power if count > 1e4 else format(float(f'{count:.2g}'), ',.0f')} {unit}"
    count = float(f"{seconds:.2g}")
    return f"{count:g} second{'s' * (count != 1)}"


def measured(seconds: float) -> str:
    """A time that was measured, with three digits, or in whole seconds: 3.08 ms, 2 min 5 s."""
    if seconds < 60:
        unit, length = _unit(seconds, _TIMES)
        return f"{_three_digits(seconds / length)} {unit}"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def spread(seconds: float, low: float, high: float) -> str:
    """A time that was measured, with its bounds in the same unit: 3.08 (3.03–3.50) ms."""
    unit, length = _unit(seconds, _TIMES)
    middle, low_text, high_text = (_three_digits(x / length) for x in (seconds, low, high))
    return f"{middle} ({low_text}–{high_text}) {unit}"


def size(count: int) -> str:
    """A number of bytes with up to three digits and its unit: 2.4 MB."""
    if not count:
        return "0"
    unit, length = _unit(count, _SIZES)
    return f"{count / length:.3g} {unit}"


def _unit(value: float, units: Sequence[tuple[str, float]]) -> tuple[str, float]:
    """The largest unit of which there is one, once the value is rounded to three digits."""
    rounded = float(f"{value:.3g}")
    return next((unit for unit in units if rounded >= unit[1]), units[-1])


def _three_digits(value: float) -> str:
    """A number from 1 to 1,000 with three digits; others with as many decimals as they need."""
    rounded = float(f"{value:.3g}")
    decimals = 2 if rounded < 10 else 1 if rounded < 100 else 0
    return f"{rounded:,.{decimals}f}"
