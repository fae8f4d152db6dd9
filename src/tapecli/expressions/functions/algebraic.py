"""Roots, powers, signs and sizes."""

from __future__ import annotations

from typing import Any

from tapecli.expressions.functions.schema import Function


def _cbrt(tf: Any, x: Any) -> Any:
    """The real cube root, also of negative numbers."""
    return tf.sign(x) * tf.pow(tf.abs(x), tf.constant(1 / 3, x.dtype))


def _hypot(tf: Any, x: Any, y: Any) -> Any:
    """sqrt(x*x + y*y), divided by a constant scale so that the squares do not overflow."""
    largest = tf.maximum(tf.abs(x), tf.abs(y))
    scale = tf.stop_gradient(tf.where(largest > 0, largest, tf.ones_like(largest)))
    return scale * tf.sqrt(tf.square(x / scale) + tf.square(y / scale))


# fmt: off
ROWS = (
    # name, meaning, TensorFlow, SymPy, series, derivatives, domain, aliases, parameters
    Function("abs", "absolute value, also |x|", "abs", "Abs", "abs", ("sign(x)",), "",
             ("fabs", "absolute"), rough="x = 0"),
    Function("sign", "-1, 0 or 1", "sign", "sign", "sign", ("0",), "", ("sgn", "signum"),
             rough="x = 0"),
    Function("sqrt", "square root", "sqrt", "sqrt", "sqrt",
             ("1/(2*sqrt(x))",), "x >= 0", ("√",), rough="x = 0"),
    Function("cbrt", "real cube root", _cbrt, "tapecli.cbrt", "cbrt",
             ("1/(3*cbrt(x)**2)",), "", ("∛",), rough="x = 0"),
    Function("hypot", "sqrt(x**2 + y**2)", _hypot, lambda sp, x, y: sp.sqrt(x**2 + y**2), "hypot",
             ("x/hypot(x, y)", "y/hypot(x, y)"), "", ("norm",), ("x", "y"),
             rough="both 0", repeats=True),
    Function("min", "the smaller of two", "minimum", "Min", "min",
             ("(1 - sign(x - y))/2", "(1 + sign(x - y))/2"), "", ("minimum", "fmin"), ("x", "y"),
             rough="x = y", repeats=True),
    Function("max", "the larger of two", "maximum", "Max", "max",
             ("(1 + sign(x - y))/2", "(1 - sign(x - y))/2"), "", ("maximum", "fmax"), ("x", "y"),
             rough="x = y", repeats=True),
    Function("pow", "power, also x**y", "pow", "Pow", "power",
             ("y*x**(y - 1)", "x**y*log(x)"), "x > 0, or y whole", ("power",), ("x", "y"),
             rough="x <= 0, by y"),
    Function("root", "real root of degree n", None,
             lambda sp, x, n: sp.sign(x) * sp.Abs(x) ** (1 / n), None,
             ("root(x, n)/(n*x)", "-root(x, n)*log(x)/n**2"), "x >= 0, or n odd",
             ("nthroot", "surd"), ("x", "n"), rough="x = 0", sample=("0.5", "5"),
             definition="where(mod(n, 2) == 1, sign(x), 1)"
                        "*where(mod(n, 2) == 1, abs(x), x)**(1/n)"),
    Function("square", "x**2", "square", definition="x**2", derivatives=("2*x",)),
    Function("reciprocal", "1/x", "math.reciprocal", definition="1/x", derivatives=("-1/x**2",),
             domain="x not 0"),
    Function("rsqrt", "1/sqrt(x)", "math.rsqrt", definition="1/sqrt(x)",
             derivatives=("-1/(2*x*sqrt(x))",), domain="x > 0"),
    Function("clip", "min(max(x, a), b)", "clip_by_value", definition="min(max(x, a), b)",
             derivatives=("(1 + sign(x - a))*(1 - sign(max(x, a) - b))/4",
                          "(1 - sign(x - a))*(1 - sign(max(x, a) - b))/4",
                          "(1 + sign(max(x, a) - b))/2"),
             aliases=("clamp", "clip_by_value"), parameters=("x", "a", "b"), rough="x = a or b",
             sample=("0.5", "0.25", "2")),
)
# fmt: on
