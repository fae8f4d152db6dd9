"""What computes derivatives: `tapes`, `taylor` series, and `certified` values.

Engines take trees and points and return numbers; which engine answers a question is decided in
`evaluation`.
"""

from collections.abc import Callable
from typing import TypeVar

_Value = TypeVar("_Value")


def whole_power(
    base: _Value, exponent: int, times: Callable[[_Value, _Value], _Value], one: _Value
) -> _Value:
    """A power with a whole exponent that is not negative, by repeated squaring."""
    power = None
    while exponent:
        if exponent % 2:
            power = base if power is None else times(power, base)
        exponent //= 2
        base = times(base, base) if exponent else base
    return one if power is None else power
