"""Functions that are integrals."""

from __future__ import annotations

from tapecli.expressions.functions.schema import Function

# fmt: off
ROWS = (
    # name, meaning, TensorFlow, SymPy, series, derivatives, domain, aliases, parameters
    Function("erf", "error function", "math.erf", "erf", "erf", ("2*exp(-x**2)/sqrt(pi)",)),
    Function("erfc", "1 - erf(x)", "math.erfc", "erfc", "erfc", ("-2*exp(-x**2)/sqrt(pi)",)),
)
# fmt: on
