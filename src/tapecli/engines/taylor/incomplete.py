"""Values of incomplete gamma and beta functions and of zeta in float64, from mpmath."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

_POSITIVE = ("gammainc", "gammaincc", "lower_gamma", "betainc")
"""The functions whose parameters are above 0."""

_DIGITS = 30
"""Working precision: enough for values near 1 and for differences from 1."""


def _values(name: str, *arguments: Any) -> Any:
    """A function of arrays by its name here; NaN where it has no real value."""
    import mpmath as mp

    def value(*numbers: float) -> float:
        *parameters, x = numbers
        if x < 0 or (name in _POSITIVE and min(parameters) <= 0):  # mpmath may take for ever there
            return np.nan
        try:
            with mp.workdps(_DIGITS):
                return float(_functions(mp)[name](*map(mp.mpf, numbers)))
        except (ValueError, ZeroDivisionError, TypeError, OverflowError, mp.libmp.NoConvergence):
            return np.nan

    return np.asarray(np.frompyfunc(value, len(arguments), 1)(*arguments), np.float64)


def _functions(mp: Any) -> dict[str, Callable[..., Any]]:
    return {
        "gammainc": lambda a, x: mp.gammainc(a, 0, x, regularized=True),
        "gammaincc": lambda a, x: mp.gammainc(a, x, regularized=True),
        "lower_gamma": lambda a, x: mp.gammainc(a, 0, x),
        "upper_gamma": lambda a, x: mp.gammainc(a, x),
        "betainc": lambda a, b, x: mp.betainc(a, b, 0, x, regularized=True),
        "gamma_kernel": lambda a, x: mp.exp((a - 1) * mp.log(x) - x),
        "gamma_density": lambda a, x: mp.exp((a - 1) * mp.log(x) - x - mp.loggamma(a)),
        "beta_density": lambda a, b, x: x ** (a - 1) * (1 - x) ** (b - 1) / mp.beta(a, b),
        "hurwitz_zeta": mp.zeta,
    }


NAMES = (
    *("gammainc", "gammaincc", "lower_gamma", "upper_gamma", "betainc", "gamma_kernel"),
    *("gamma_density", "beta_density", "hurwitz_zeta"),
)


def method(name: str) -> Any:
    """The function as a method of numbers."""
    return staticmethod(lambda *arguments: _values(name, *arguments))
