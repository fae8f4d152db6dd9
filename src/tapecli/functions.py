"""The table: one frozen row per elementary function, operator and constant.

Parser, tapes, reference, formula, `tapecli functions`, completion and tests all loop over
these rows; adding a function is adding a row. The rules of the heavy libraries are named by
dotted string (looked up in the library when first used) or are tiny functions that get the
library as their first argument, so that this module imports none of them:

* `tape`: in TensorFlow, on tensors of the wanted dtype;
* `symbol`: in SymPy (or `tapecli.analytic.formula`, for what SymPy lacks), on real symbols;
* `series`: on truncated power series, of which there are two kinds with rules of the same names:
  in balls with error bounds (`tapecli.analytic.balls.Balls`) and in plain numbers
  (`tapecli.taylor.rules.Taylor`).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

Rule = str | Callable[..., Any]

STEADY = 1.2
"""How many times more operations each further order of tapes runs at least: x**5, sin and exp."""


class Function(NamedTuple):
    """One elementary function.

    Attributes:
        name: what the explicit form of an expression calls it.
        meaning: in a few words, for people.
        tape, symbol, series: its rules.
        domain: where it is defined, in the words of a message; "" for everywhere.
        aliases: other names that may be typed.
        parameters: its arguments, as they are called in its meaning and domain.
        growth: how many times more operations each further order of nested tapes runs, measured
            at orders up to 8.
        compiled: the highest order that XLA has right everywhere, None for any: its polygamma
            is wrong below -7.5.
    """

    name: str
    meaning: str
    tape: Rule
    symbol: Rule
    series: Rule
    domain: str = ""
    aliases: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ("x",)
    growth: float = STEADY
    compiled: int | None = None

    @property
    def arity(self) -> int:
        """How many arguments it takes."""
        return len(self.parameters)

    @property
    def signature(self) -> str:
        """How it is called: atan2(y, x)."""
        return f"{self.name}({', '.join(self.parameters)})"


class Operator(NamedTuple):
    """One operator: how it is written, and how tightly it binds.

    Attributes:
        name: the tree's name for it.
        sign: what the explicit form writes.
        binding: larger binds tighter.
        tape, symbol, series: its rules.
        arity: 1 for a prefix, 2 for an infix.
        growth, compiled: as those of a function.
    """

    name: str
    sign: str
    binding: int
    tape: Rule
    symbol: Rule
    series: Rule
    arity: int = 2
    growth: float = STEADY
    compiled: int | None = None


class Constant(NamedTuple):
    """A named number: `digits` are its first 120 decimals, for points; engines use their own."""

    name: str
    meaning: str
    digits: str
    symbol: str
    series: str
    aliases: tuple[str, ...] = ()


def _gamma(tf: Any, x: Any) -> Any:
    """exp(lgamma(x)) with the sign that Γ has between its poles on the left."""
    below = 1 - 2 * tf.math.floormod(tf.math.floor(x), tf.constant(2, x.dtype))
    return tf.where(x > 0, tf.ones_like(x), below) * tf.exp(tf.math.lgamma(x))


def _cbrt(tf: Any, x: Any) -> Any:
    """The real cube root, of negative numbers as well."""
    return tf.sign(x) * tf.pow(tf.abs(x), tf.constant(1 / 3, x.dtype))


def _hypot(tf: Any, x: Any, y: Any) -> Any:
    """sqrt(x*x + y*y), scaled so that the squares do not overflow; the scale is a constant."""
    largest = tf.maximum(tf.abs(x), tf.abs(y))
    scale = tf.stop_gradient(tf.where(largest > 0, largest, tf.ones_like(largest)))
    return scale * tf.sqrt(tf.square(x / scale) + tf.square(y / scale))


# fmt: off
_FUNCTIONS = (
    # name, meaning, TensorFlow, SymPy, series
    Function("abs", "absolute value, also |x|", "abs", "Abs", "abs"),
    Function("sign", "-1, 0 or 1", "sign", "sign", "sign"),
    Function("sqrt", "square root, also √x", "sqrt", "sqrt", "sqrt", "x >= 0", ("√",),
             growth=4),
    Function("cbrt", "real cube root", _cbrt, "tapecli.cbrt", "cbrt", growth=1.5),
    Function("exp", "exponential", "exp", "exp", "exp"),
    Function("expm1", "exp(x) - 1", "math.expm1", lambda sp, x: sp.exp(x) - 1, "expm1"),
    Function("log", "natural logarithm", "math.log", "log", "log", "x > 0", ("ln",), growth=3),
    Function("log2", "logarithm to base 2",
             lambda tf, x: tf.math.log(x) / tf.math.log(tf.constant(2, x.dtype)),
             lambda sp, x: sp.log(x) / sp.log(2),
             lambda s, x: s.div(s.log(x), s.log(s.number(2))), "x > 0", growth=3),
    Function("log10", "logarithm to base 10",
             lambda tf, x: tf.math.log(x) / tf.math.log(tf.constant(10, x.dtype)),
             lambda sp, x: sp.log(x) / sp.log(10),
             lambda s, x: s.div(s.log(x), s.log(s.number(10))), "x > 0", growth=3),
    Function("log1p", "log(1 + x)", "math.log1p", lambda sp, x: sp.log(1 + x), "log1p", "x > -1",
             growth=3),
    Function("sin", "sine", "sin", "sin", "sin"),
    Function("cos", "cosine", "cos", "cos", "cos"),
    Function("tan", "tangent", "tan", "tan", "tan",
             "cos(x) not 0", growth=3.3),
    Function("cot", "cotangent", lambda tf, x: tf.cos(x) / tf.sin(x), "cot",
             "cot", "sin(x) not 0", growth=4.3),
    Function("sec", "secant", lambda tf, x: 1 / tf.cos(x), "sec",
             "sec", "cos(x) not 0", growth=4.3),
    Function("csc", "cosecant", lambda tf, x: 1 / tf.sin(x), "csc",
             "csc", "sin(x) not 0", growth=4.3),
    Function("asin", "arcsine", "asin", "asin", "asin", "-1 <= x <= 1", ("arcsin",), growth=3.6),
    Function("acos", "arccosine", "acos", "acos", "acos", "-1 <= x <= 1", ("arccos",), growth=3.6),
    Function("atan", "arctangent", "atan", "atan", "atan", "", ("arctan",), growth=2.5),
    Function("sinh", "hyperbolic sine", "sinh", "sinh", "sinh"),
    Function("cosh", "hyperbolic cosine", "cosh", "cosh", "cosh"),
    Function("tanh", "hyperbolic tangent", "tanh", "tanh", "tanh", growth=3.2),
    Function("asinh", "inverse hyperbolic sine", "asinh", "asinh", "asinh", "", ("arsinh",),
             growth=4.3),
    Function("acosh", "inverse hyperbolic cosine", "acosh", "acosh", "acosh", "x >= 1",
             ("arcosh",), growth=4.3),
    Function("atanh", "inverse hyperbolic tangent", "atanh", "atanh", "atanh", "-1 < x < 1",
             ("artanh",), growth=2.5),
    Function("sigmoid", "1/(1 + exp(-x))", "sigmoid", lambda sp, x: 1 / (1 + sp.exp(-x)),
             "sigmoid", growth=3.2),
    Function("softplus", "log(1 + exp(x))", "math.softplus",
             lambda sp, x: sp.log(1 + sp.exp(x)), "softplus", growth=2.8),
    Function("erf", "error function", "math.erf", "erf", "erf", growth=2),
    Function("erfc", "1 - erf(x)", "math.erfc", "erfc", "erfc", growth=2),
    Function("gamma", "gamma function", _gamma, "gamma", "gamma", "x not 0, -1, ...",
             ("Gamma", "Γ"), growth=3.3, compiled=1),
    Function("lgamma", "log(|gamma(x)|)", "math.lgamma", "tapecli.lgamma", "lgamma",
             "x not 0, -1, ...", growth=1.4, compiled=1),
    Function("atan2", "angle of the point (x, y)", "math.atan2", "atan2", "atan2",
             "not both 0", ("arctan2",), ("y", "x"), growth=4),
    Function("hypot", "sqrt(x**2 + y**2)", _hypot,
             lambda sp, x, y: sp.sqrt(x**2 + y**2),
             "hypot", "", (), ("x", "y"), growth=4),
    Function("min", "the smaller of two", "minimum", "Min", "min", "", ("minimum",), ("x", "y")),
    Function("max", "the larger of two", "maximum", "Max", "max", "", ("maximum",), ("x", "y")),
    Function("pow", "power, also x**y", "pow", "Pow", "power",
             "x > 0, or y whole", (), ("x", "y")),
)

_OPERATORS = (
    Operator("add", " + ", 1, "add", "Add", "add"),
    Operator("sub", " - ", 1, "subtract", lambda sp, a, b: a - b, "sub"),
    Operator("mul", "*", 2, "multiply", "Mul", "mul"),
    Operator("div", "/", 2, "divide", lambda sp, a, b: a / b, "div", growth=4),
    Operator("neg", "-", 3, "negative", lambda sp, a: -a, "neg", 1),
)

_CONSTANTS = (
    Constant("pi", "circumference over diameter",
             "3.14159265358979323846264338327950288419716939937510582097494459230781640628620899"
             "8628034825342117067982148086513282306647", "pi", "pi", ("π",)),
    Constant("tau", "2*pi",
             "6.28318530717958647692528676655900576839433879875021164194988918461563281257241799"
             "7256069650684234135964296173026564613294", "tapecli.tau", "tau", ("τ",)),
    Constant("e", "base of the natural logarithm",
             "2.71828182845904523536028747135266249775724709369995957496696762772407663035354759"
             "4571382178525166427427466391932003059921", "E", "e"),
)
# fmt: on

FUNCTIONS = {row.name: row for row in _FUNCTIONS}
OPERATORS = {row.name: row for row in _OPERATORS}
CONSTANTS = {row.name: row for row in _CONSTANTS}

POWER_SIGN = "**"
POWER_BINDING = 4

INVERSES = {"sin": "asin", "cos": "acos", "tan": "atan",
            "sinh": "asinh", "cosh": "acosh", "tanh": "atanh"}  # fmt: skip
"""What sin^-1 may have been meant to be."""

FUNCTION_NAMES = {name: row.name for row in _FUNCTIONS for name in (row.name, *row.aliases)}
CONSTANT_NAMES = {name: row.name for row in _CONSTANTS for name in (row.name, *row.aliases)}


def rule_of(rule: Rule, library: Any) -> Callable[..., Any]:
    """The rule of a row in a library, as a function of its arguments."""
    if isinstance(rule, str):
        found: Callable[..., Any] = functools.reduce(getattr, rule.split("."), library)
        return found
    return functools.partial(rule, library)


def row(name: str) -> Function | Operator:
    """Return the row of a tree's function or operator by its name."""
    return FUNCTIONS.get(name) or OPERATORS[name]
