"""Circular functions and their inverses."""

from __future__ import annotations

from typing import Any

from tapecli.expressions.functions.schema import Function


def _sinc(tf: Any, x: Any) -> Any:
    """sin(x)/x, or its series near 0, where the quotient has no derivatives.

    What its 12 terms leave out is below the last digit of float64 up to order 8.
    """
    near = tf.abs(x) < 1
    far = tf.where(near, tf.ones_like(x), x)
    square = tf.where(near, tf.square(x), tf.zeros_like(x))
    factors = [1.0]
    for k in range(2, 24, 2):
        factors.append(-factors[-1] / (k * (k + 1)))
    series = tf.zeros_like(x)
    for factor in reversed(factors):
        series = series * square + factor
    return tf.where(near, series, tf.sin(far) / far)


# fmt: off
ROWS = (
    # name, meaning, TensorFlow, SymPy, series, derivatives, domain, aliases, parameters
    Function("sin", "sine", "sin", "sin", "sin", ("cos(x)",), "", ("sen",)),
    Function("cos", "cosine", "cos", "cos", "cos", ("-sin(x)",)),
    Function("tan", "tangent", "tan", "tan", "tan", ("1 + tan(x)**2",), "cos(x) not 0",
             ("tg",)),
    Function("cot", "cotangent", None, "cot", "cot", ("-1 - cot(x)**2",), "sin(x) not 0",
             ("ctg", "cotg", "cotan"), definition="cos(x)/sin(x)"),
    Function("sec", "secant", None, "sec", None, ("sec(x)*tan(x)",), "cos(x) not 0",
             definition="1/cos(x)"),
    Function("csc", "cosecant", None, "csc", None, ("-csc(x)*cot(x)",), "sin(x) not 0",
             ("cosec",), definition="1/sin(x)"),
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
    Function("acot", "atan(1/x), not pi/2 - atan(x)", None, "acot", "acot", ("-1/(1 + x**2)",),
             "x not 0", ("arccot", "arcctg"), definition="atan(1/x)"),
    Function("asec", "acos(1/x)", None, "asec", None, ("1/(abs(x)*sqrt(x**2 - 1))",),
             "x <= -1 or x >= 1", ("arcsec",), rough="x = -1 or 1", sample=("1.5",),
             definition="acos(1/x)"),
    Function("acsc", "asin(1/x)", None, "acsc", None, ("-1/(abs(x)*sqrt(x**2 - 1))",),
             "x <= -1 or x >= 1", ("arccsc", "acosec", "arccosec"), rough="x = -1 or 1",
             sample=("1.5",), definition="asin(1/x)"),
    Function("degrees", "radians as degrees", definition="180*x/pi", derivatives=("180/pi",),
             aliases=("rad2deg", "toDegrees")),
    Function("radians", "degrees as radians", definition="pi*x/180", derivatives=("pi/180",),
             aliases=("deg2rad", "toRadians")),
    Function("sind", "sine of degrees", definition="sin(pi*x/180)",
             derivatives=("pi*cosd(x)/180",)),
    Function("cosd", "cosine of degrees", definition="cos(pi*x/180)",
             derivatives=("-pi*sind(x)/180",)),
    Function("tand", "tangent of degrees", definition="tan(pi*x/180)",
             derivatives=("pi*(1 + tand(x)**2)/180",), domain="cosd(x) not 0"),
    Function("asind", "arcsine in degrees", definition="180*asin(x)/pi",
             derivatives=("180/(pi*sqrt(1 - x**2))",), domain="-1 <= x <= 1",
             aliases=("arcsind",), rough="x = -1 or 1"),
    Function("acosd", "arccosine in degrees", definition="180*acos(x)/pi",
             derivatives=("-180/(pi*sqrt(1 - x**2))",), domain="-1 <= x <= 1",
             aliases=("arccosd",), rough="x = -1 or 1"),
    Function("atand", "arctangent in degrees", definition="180*atan(x)/pi",
             derivatives=("180/(pi*(1 + x**2))",), aliases=("arctand",)),
    Function("sinc", "sin(x)/x, 1 at 0", _sinc, lambda sp, x: sp.sin(x) / x, "sinc",
             ("(cos(x) - sinc(x))/x",)),
    Function("sincpi", "sin(pi*x)/(pi*x), 1 at 0", definition="sinc(pi*x)",
             derivatives=("(cospi(x) - sincpi(x))/x",)),
    Function("sinpi", "sin(pi*x)", definition="sin(pi*x)", derivatives=("pi*cospi(x)",)),
    Function("cospi", "cos(pi*x)", definition="cos(pi*x)", derivatives=("-pi*sinpi(x)",)),
    Function("versin", "1 - cos(x)", definition="2*sin(x/2)**2", derivatives=("sin(x)",),
             aliases=("vers",)),
    Function("haversin", "(1 - cos(x))/2", definition="sin(x/2)**2", derivatives=("sin(x)/2",),
             aliases=("hav",)),
)
# fmt: on
