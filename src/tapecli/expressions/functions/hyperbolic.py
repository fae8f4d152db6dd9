"""Hyperbolic functions and their inverses."""

from __future__ import annotations

from tapecli.expressions.functions.schema import Function

# fmt: off
ROWS = (
    # name, meaning, TensorFlow, SymPy, series, derivatives, domain, aliases, parameters
    Function("sinh", "hyperbolic sine", "sinh", "sinh", "sinh", ("cosh(x)",), "", ("sh", "senh")),
    Function("cosh", "hyperbolic cosine", "cosh", "cosh", "cosh", ("sinh(x)",), "", ("ch",)),
    Function("tanh", "hyperbolic tangent", "tanh", "tanh", "tanh", ("1 - tanh(x)**2",), "",
             ("th", "tgh")),
    Function("asinh", "inverse hyperbolic sine", "asinh", "asinh", "asinh",
             ("1/sqrt(x**2 + 1)",), "", ("arsinh", "arcsinh", "arsh")),
    Function("acosh", "inverse hyperbolic cosine", "acosh", "acosh", "acosh",
             ("1/sqrt(x**2 - 1)",), "x >= 1", ("arcosh", "arccosh", "arch"), rough="x = 1",
             sample=("1.5",)),
    Function("atanh", "inverse hyperbolic tangent", "atanh", "atanh", "atanh",
             ("1/(1 - x**2)",), "-1 < x < 1", ("artanh", "arctanh", "arth")),
    Function("sech", "hyperbolic secant", definition="1/cosh(x)",
             derivatives=("-sech(x)*tanh(x)",)),
)
# fmt: on
