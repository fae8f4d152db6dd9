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
    Function("sech", "1/cosh(x)", definition="1/cosh(x)", derivatives=("-sech(x)*tanh(x)",)),
    Function("csch", "1/sinh(x)", definition="1/sinh(x)", derivatives=("-csch(x)*coth(x)",),
             domain="x not 0", aliases=("cosech",)),
    Function("coth", "1/tanh(x)", definition="1/tanh(x)", derivatives=("-csch(x)**2",),
             domain="x not 0", aliases=("cth",)),
    Function("asech", "acosh(1/x)", definition="acosh(1/x)",
             derivatives=("-1/(x*sqrt(1 - x**2))",), domain="0 < x <= 1",
             aliases=("arsech", "arcsech"), rough="x = 1", sample=("0.5",)),
    Function("acsch", "asinh(1/x)", definition="asinh(1/x)",
             derivatives=("-1/(abs(x)*sqrt(1 + x**2))",), domain="x not 0",
             aliases=("arcsch", "arccsch", "arcosech")),
    Function("acoth", "atanh(1/x)", definition="atanh(1/x)", derivatives=("1/(1 - x**2)",),
             domain="x < -1 or x > 1", aliases=("arcoth", "arccoth"), sample=("1.5",)),
)
# fmt: on
