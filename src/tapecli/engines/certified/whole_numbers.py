"""Whole numbers in balls."""

from __future__ import annotations

from flint import arb

_HUGE_EXPONENT = 10_000
"""The power of two from which on no number is looked at."""


def unique_whole(number: arb) -> int | None:
    """The only whole number in a ball; None if there is none or are several, or it is huge.

    The library aborts the process at numbers whose exponent is too large for it, also below 1.
    """
    if abs(number) < arb(0.5):
        return 0 if number.contains(0) else None
    if not abs(number) < arb(2) ** _HUGE_EXPONENT:
        return None
    whole = number.unique_fmpz()
    return None if whole is None else int(whole)
