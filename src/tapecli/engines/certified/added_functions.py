"""Special functions that SymPy lacks, or knows by other names."""

from __future__ import annotations

from typing import Any

import sympy
from sympy.core.evalf import prec_to_dps


class _Special(sympy.Function):  # type: ignore[misc]
    """A function with its form in SymPy, which gives its numbers."""

    def form(self, *arguments: Any) -> Any:
        raise NotImplementedError

    def _eval_evalf(self, prec: int) -> Any:
        return self.form(*self.args).evalf(prec_to_dps(prec))


class erfcx(_Special):
    """exp(x**2)*erfc(x)."""

    def form(self, x: Any) -> Any:
        return sympy.exp(x**2) * sympy.erfc(x)

    def fdiff(self, argindex: int = 1) -> Any:
        return 2 * self.args[0] * erfcx(self.args[0]) - 2 / sympy.sqrt(sympy.pi)


class dawsn(_Special):
    """Dawson's function."""

    def form(self, x: Any) -> Any:
        return sympy.sqrt(sympy.pi) / 2 * sympy.exp(-(x**2)) * sympy.erfi(x)

    def fdiff(self, argindex: int = 1) -> Any:
        return 1 - 2 * self.args[0] * dawsn(self.args[0])


class erfcinv(_Special):
    """The inverse of erfc, which SymPy has without its numbers."""

    def form(self, x: Any) -> Any:
        return sympy.erfinv(1 - x)

    def fdiff(self, argindex: int = 1) -> Any:
        return -sympy.sqrt(sympy.pi) / 2 * sympy.exp(self.func(self.args[0]) ** 2)


class spence(_Special):
    """The dilogarithm of 1 - x."""

    def form(self, x: Any) -> Any:
        return sympy.polylog(2, 1 - x)

    def fdiff(self, argindex: int = 1) -> Any:
        return sympy.log(self.args[0]) / (1 - self.args[0])


class agm(_Special):
    """The arithmetic-geometric mean."""

    def form(self, x: Any, y: Any) -> Any:
        return sympy.pi / 4 * (x + y) / sympy.elliptic_k(((x - y) / (x + y)) ** 2)

    def fdiff(self, argindex: int = 1) -> Any:
        by, other = self.args if argindex == 1 else reversed(self.args)
        elliptic = sympy.elliptic_e(((by - other) / (by + other)) ** 2)
        return self * (1 - 2 * self * elliptic / (sympy.pi * by)) / (by - other)


ADDED = {function.__name__: function for function in (erfcx, dawsn, erfcinv, spence, agm)}
"""The functions by their names in the table."""
