"""Circular functions and their inverses."""

from __future__ import annotations

from tapecli.expressions.functions.schema import Function

# fmt: off
ROWS = (
    # name, meaning, TensorFlow, SymPy, series, derivatives, domain, aliases, parameters
    Function("sin", "sine", "sin", "sin", "sin", ("cos(x)",), "", ("sen",)),
    Function("cos", "cosine", "cos", "cos", "cos", ("-sin(x)",)),
    Function("tan", "tangent", "tan", "tan", "tan", ("1 + tan(x)**2",), "cos(x) not 0",
             ("tg",)),
    Function("cot", "cotangent", lambda tf, x: tf.cos(x) / tf.sin(x), "cot", "cot",
             ("-1 - cot(x)**2",), "sin(x) not 0", ("ctg", "cotg", "cotan")),
    Function("sec", "secant", lambda tf, x: 1 / tf.cos(x), "sec",
             lambda s, x: s.div(s.number(1), s.cos(x)), ("sec(x)*tan(x)",), "cos(x) not 0"),
    Function("csc", "cosecant", lambda tf, x: 1 / tf.sin(x), "csc",
             lambda s, x: s.div(s.number(1), s.sin(x)), ("-csc(x)*cot(x)",), "sin(x) not 0",
             ("cosec",)),
    Function("asin", "arcsine", "asin", "asin", "asin",
             ("1/sqrt(1 - x**2)",), "-1 <= x <= 1", ("arcsin", "arcsen", "asen"),
             rough="x = -1 or 1"),
    Function("acos", "arccosine", "acos", "acos", "acos",
             ("-1/sqrt(1 - x**2)",), "-1 <= x <= 1", ("arccos",), rough="x = -1 or 1"),
    Function("atan", "arctangent", "atan", "atan", "atan", ("1/(1 + x**2)",), "",
             ("arctan", "arctg")),
    Function("atan2", "angle of the point (x, y)", "math.atan2", "atan2", "atan2",
             ("x/(x**2 + y**2)", "-y/(x**2 + y**2)"), "not both 0", ("arctan2",), ("y", "x"),
             rough="y = 0 and x < 0"),
)
# fmt: on
