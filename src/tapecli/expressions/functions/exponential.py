"""Exponentials and logarithms."""

from __future__ import annotations

from typing import Any

from tapecli.defaults import XLA
from tapecli.expressions.functions.schema import Function, Limit


def _logaddexp(tf: Any, x: Any, y: Any) -> Any:
    """As tf.reduce_logsumexp: what is subtracted from both exponents is constant."""
    largest = tf.stop_gradient(tf.maximum(x, y))
    return largest + tf.math.log(tf.exp(x - largest) + tf.exp(y - largest))


# fmt: off
ROWS = (
    # name, meaning, TensorFlow, SymPy, series, derivatives, domain, aliases, parameters
    Function("exp", "exponential", "exp", "exp", "exp", ("exp(x)",)),
    Function("expm1", "exp(x) - 1", "math.expm1", lambda sp, x: sp.exp(x) - 1, "expm1",
             ("exp(x)",)),
    Function("log", "natural logarithm", "math.log", "log", "log", ("1/x",), "x > 0", ("ln",),
             longer="log_base"),
    Function("log2", "logarithm to base 2", definition="log(x)/log(2)",
             derivatives=("1/(x*log(2))",), domain="x > 0", aliases=("lb", "ld")),
    Function("log10", "logarithm to base 10", definition="log(x)/log(10)",
             derivatives=("1/(x*log(10))",), domain="x > 0", aliases=("lg",)),
    Function("log_base", "logarithm to base b, also log(x, b)", definition="log(x)/log(b)",
             derivatives=("1/(x*log(b))", "-log(x)/(b*log(b)**2)"),
             domain="x > 0, b > 0, b not 1", parameters=("x", "b")),
    Function("log1p", "log(1 + x)", "math.log1p", lambda sp, x: sp.log(1 + x), "log1p",
             ("1/(1 + x)",), "x > -1",
             limits=(Limit("float64", 0, (XLA,), "-0.415 < x < -0.366"),), compiled=-1),
    Function("logaddexp", "log(exp(x) + exp(y))", _logaddexp,
             lambda sp, x, y: sp.log(sp.exp(x) + sp.exp(y)), "logaddexp",
             ("sigmoid(x - y)", "sigmoid(y - x)"), "", ("logsumexp",), ("x", "y"), repeats=True),
    Function("exp2", "2**x", definition="2**x", derivatives=("exp2(x)*log(2)",)),
    Function("exp10", "10**x", definition="10**x", derivatives=("exp10(x)*log(10)",)),
    Function("xlogy", "x*log(y)", "math.xlogy", definition="x*log(y)",
             derivatives=("log(y)", "x/y"), domain="y > 0", parameters=("x", "y")),
    Function("xlog1py", "x*log(1 + y)", "math.xlog1py", definition="x*log1p(y)",
             derivatives=("log1p(y)", "x/(1 + y)"), domain="y > -1", parameters=("x", "y"),
             limits=(Limit("float64", 0, (XLA,), "-0.415 < y < -0.366"),), compiled=-1),
    Function("xlogx", "x*log(x)", definition="xlogy(x, x)", derivatives=("1 + log(x)",),
             domain="x > 0"),
    Function("entr", "-x*log(x)", definition="-xlogy(x, x)", derivatives=("-1 - log(x)",),
             domain="x > 0"),
)
# fmt: on
