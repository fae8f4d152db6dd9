"""Exponentials and logarithms."""

from __future__ import annotations

from tapecli.defaults import XLA
from tapecli.expressions.functions.schema import Function, Limit

# fmt: off
ROWS = (
    # name, meaning, TensorFlow, SymPy, series, derivatives, domain, aliases, parameters
    Function("exp", "exponential", "exp", "exp", "exp", ("exp(x)",)),
    Function("expm1", "exp(x) - 1", "math.expm1", lambda sp, x: sp.exp(x) - 1, "expm1",
             ("exp(x)",)),
    Function("log", "natural logarithm", "math.log", "log", "log", ("1/x",), "x > 0", ("ln",)),
    Function("log2", "logarithm to base 2",
             lambda tf, x: tf.math.log(x) / tf.math.log(tf.constant(2, x.dtype)),
             lambda sp, x: sp.log(x) / sp.log(2), lambda s, x: s.div(s.log(x), s.log(s.number(2))),
             ("1/(x*log(2))",), "x > 0", ("lb", "ld")),
    Function("log10", "logarithm to base 10",
             lambda tf, x: tf.math.log(x) / tf.math.log(tf.constant(10, x.dtype)),
             lambda sp, x: sp.log(x) / sp.log(10),
             lambda s, x: s.div(s.log(x), s.log(s.number(10))),
             ("1/(x*log(10))",), "x > 0", ("lg",)),
    Function("log1p", "log(1 + x)", "math.log1p", lambda sp, x: sp.log(1 + x), "log1p",
             ("1/(1 + x)",), "x > -1",
             limits=(Limit("float64", 0, (XLA,), "-0.415 < x < -0.366"),), compiled=-1),
)
# fmt: on
