"""The table: one frozen row for each elementary function, operator and constant.

Parser, tapes, reference, formula, `tapecli functions`, completion and tests all loop over these
rows; to add a function is to add a row. The rules for the heavy libraries are dotted names, which
are looked up in the library when they are first used, or small functions that get the library as
their first argument, so that this module imports none of them:

* `tape`: in TensorFlow, on tensors of the dtype;
* `symbol`: in SymPy (or `certified.symbols`, for what SymPy lacks), on real symbols;
* `series`: on truncated power series, of which there are two kinds with rules of the same names:
  in balls with error bounds (`certified.balls.Balls`) and in plain numbers
  (`taylor.rules.Taylor`).

The other fields of a row are for people: nothing is computed from `derivatives`, except the
formulas of `chain_rule`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from tapecli.defaults import EAGER, GRAPH, XLA

_Value = TypeVar("_Value")

Rule = str | Callable[..., Any]


class Limit(NamedTuple):
    """What TensorFlow cannot do in a dtype.

    Attributes:
        order: the lowest order that it cannot do; 0 is the value itself.
        executions: the ways of running it to which the limit applies.
        where: the points at which it is wrong, in the words of a message; "" if it cannot run.
    """

    dtype: str
    order: int
    executions: tuple[str, ...]
    where: str = ""


MEASURED_ON = "2.21"
"""The version of TensorFlow whose limits these are, measured at orders up to 4."""


class Function(NamedTuple):
    """One elementary function or operator.

    Attributes:
        name: what the explicit form of an expression calls it.
        meaning: in a few words, for people.
        tape, symbol, series: its rules.
        derivatives: its derivative by each argument, as an expression; digamma is the only
            function in them that is not in the table.
        domain: where it is defined, in the words of a message; "" for everywhere.
        aliases: other names that may be typed.
        parameters: the names of its arguments in its meaning and domain.
        rough: where it is defined and has no derivative, in words like `domain`; "" for nowhere.
        sample: values of its arguments at which it and its derivatives are ordinary.
        limits: what TensorFlow cannot do; all else it can, to any order.
        compiled: the highest order that XLA has right everywhere, None for any, -1 for none:
            its polygamma is wrong below -7.5, and its log1p has lost digits near -0.4.
        sign: what the explicit form writes for an operator, before its one argument or between
            two; "" for any other function.
        binding: how tightly an operator binds; larger binds tighter.
    """

    name: str
    meaning: str
    tape: Rule
    symbol: Rule
    series: Rule
    derivatives: tuple[str, ...] = ()
    domain: str = ""
    aliases: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ("x",)
    rough: str = ""
    sample: tuple[str, ...] = ("0.5", "2")
    limits: tuple[Limit, ...] = ()
    compiled: int | None = None
    sign: str = ""
    binding: int = 0

    @property
    def arity(self) -> int:
        """How many arguments it takes."""
        return len(self.parameters)

    @property
    def signature(self) -> str:
        """How it is written: atan2(y, x), x + y, -x."""
        if not self.sign:
            return f"{self.name}({', '.join(self.parameters)})"
        return (
            self.sign + self.parameters[0] if self.arity == 1 else self.sign.join(self.parameters)
        )


class Constant(NamedTuple):
    """A named number: `digits` are its first 120 decimals, for points; engines use their own."""

    name: str
    meaning: str
    digits: str
    symbol: str
    aliases: tuple[str, ...] = ()


Row = Function | Constant


class Listing(NamedTuple):
    """Rows to be shown, in a line each or in detail."""

    rows: tuple[Row, ...]
    detailed: bool = False


def _gamma(tf: Any, x: Any) -> Any:
    """exp(lgamma(x)) with the sign of gamma, which alternates between its poles."""
    sign = 1 - 2 * tf.math.floormod(tf.math.floor(x), tf.constant(2, x.dtype))
    return tf.where(x > 0, tf.ones_like(x), sign) * tf.exp(tf.math.lgamma(x))


def _cbrt(tf: Any, x: Any) -> Any:
    """The real cube root, also of negative numbers."""
    return tf.sign(x) * tf.pow(tf.abs(x), tf.constant(1 / 3, x.dtype))


def _hypot(tf: Any, x: Any, y: Any) -> Any:
    """sqrt(x*x + y*y), divided by a constant scale so that the squares do not overflow."""
    largest = tf.maximum(tf.abs(x), tf.abs(y))
    scale = tf.stop_gradient(tf.where(largest > 0, largest, tf.ones_like(largest)))
    return scale * tf.sqrt(tf.square(x / scale) + tf.square(y / scale))


# fmt: off
_GAMMA = (
    Limit("float64", 2, (XLA,), "x < -7.5"),
    Limit("float32", 2, (EAGER, GRAPH, XLA), "x < -7.5"),
    Limit("bfloat16", 0, (EAGER, GRAPH)),
    Limit("bfloat16", 2, (XLA,)),
    Limit("float16", 2, (EAGER, GRAPH, XLA)),
)

_FUNCTIONS = (
    # name, meaning, TensorFlow, SymPy, series, derivatives, domain, aliases, parameters
    Function("abs", "absolute value, also |x|", "abs", "Abs", "abs", ("sign(x)",), rough="x = 0"),
    Function("sign", "-1, 0 or 1", "sign", "sign", "sign", ("0",), rough="x = 0"),
    Function("sqrt", "square root", "sqrt", "sqrt", "sqrt",
             ("1/(2*sqrt(x))",), "x >= 0", ("√",), rough="x = 0"),
    Function("cbrt", "real cube root", _cbrt, "tapecli.cbrt", "cbrt",
             ("1/(3*cbrt(x)**2)",), rough="x = 0"),
    Function("exp", "exponential", "exp", "exp", "exp", ("exp(x)",)),
    Function("expm1", "exp(x) - 1", "math.expm1", lambda sp, x: sp.exp(x) - 1, "expm1",
             ("exp(x)",)),
    Function("log", "natural logarithm", "math.log", "log", "log", ("1/x",), "x > 0", ("ln",)),
    Function("log2", "logarithm to base 2",
             lambda tf, x: tf.math.log(x) / tf.math.log(tf.constant(2, x.dtype)),
             lambda sp, x: sp.log(x) / sp.log(2), lambda s, x: s.div(s.log(x), s.log(s.number(2))),
             ("1/(x*log(2))",), "x > 0"),
    Function("log10", "logarithm to base 10",
             lambda tf, x: tf.math.log(x) / tf.math.log(tf.constant(10, x.dtype)),
             lambda sp, x: sp.log(x) / sp.log(10),
             lambda s, x: s.div(s.log(x), s.log(s.number(10))),
             ("1/(x*log(10))",), "x > 0"),
    Function("log1p", "log(1 + x)", "math.log1p", lambda sp, x: sp.log(1 + x), "log1p",
             ("1/(1 + x)",), "x > -1",
             limits=(Limit("float64", 0, (XLA,), "-0.415 < x < -0.366"),), compiled=-1),
    Function("sin", "sine", "sin", "sin", "sin", ("cos(x)",)),
    Function("cos", "cosine", "cos", "cos", "cos", ("-sin(x)",)),
    Function("tan", "tangent", "tan", "tan", "tan", ("1 + tan(x)**2",), "cos(x) not 0"),
    Function("cot", "cotangent", lambda tf, x: tf.cos(x) / tf.sin(x), "cot", "cot",
             ("-1 - cot(x)**2",), "sin(x) not 0"),
    Function("sec", "secant", lambda tf, x: 1 / tf.cos(x), "sec",
             lambda s, x: s.div(s.number(1), s.cos(x)), ("sec(x)*tan(x)",), "cos(x) not 0"),
    Function("csc", "cosecant", lambda tf, x: 1 / tf.sin(x), "csc",
             lambda s, x: s.div(s.number(1), s.sin(x)), ("-csc(x)*cot(x)",), "sin(x) not 0"),
    Function("asin", "arcsine", "asin", "asin", "asin",
             ("1/sqrt(1 - x**2)",), "-1 <= x <= 1", ("arcsin",), rough="x = -1 or 1"),
    Function("acos", "arccosine", "acos", "acos", "acos",
             ("-1/sqrt(1 - x**2)",), "-1 <= x <= 1", ("arccos",), rough="x = -1 or 1"),
    Function("atan", "arctangent", "atan", "atan", "atan", ("1/(1 + x**2)",), "", ("arctan",)),
    Function("sinh", "hyperbolic sine", "sinh", "sinh", "sinh", ("cosh(x)",)),
    Function("cosh", "hyperbolic cosine", "cosh", "cosh", "cosh", ("sinh(x)",)),
    Function("tanh", "hyperbolic tangent", "tanh", "tanh", "tanh", ("1 - tanh(x)**2",)),
    Function("asinh", "inverse hyperbolic sine", "asinh", "asinh", "asinh",
             ("1/sqrt(x**2 + 1)",), "", ("arsinh",)),
    Function("acosh", "inverse hyperbolic cosine", "acosh", "acosh", "acosh",
             ("1/sqrt(x**2 - 1)",), "x >= 1", ("arcosh",), rough="x = 1", sample=("1.5",)),
    Function("atanh", "inverse hyperbolic tangent", "atanh", "atanh", "atanh",
             ("1/(1 - x**2)",), "-1 < x < 1", ("artanh",)),
    Function("sigmoid", "1/(1 + exp(-x))", "sigmoid", lambda sp, x: 1 / (1 + sp.exp(-x)), "sigmoid",
             ("sigmoid(x)*(1 - sigmoid(x))",)),
    Function("softplus", "log(1 + exp(x))", "math.softplus",
             lambda sp, x: sp.log(1 + sp.exp(x)), "softplus", ("sigmoid(x)",)),
    Function("erf", "error function", "math.erf", "erf", "erf", ("2*exp(-x**2)/sqrt(pi)",)),
    Function("erfc", "1 - erf(x)", "math.erfc", "erfc", "erfc", ("-2*exp(-x**2)/sqrt(pi)",)),
    Function("gamma", "gamma function", _gamma, "gamma", "gamma",
             ("gamma(x)*digamma(x)",), "x not 0, -1, ...", ("Gamma", "Γ"), limits=_GAMMA,
             compiled=1),
    Function("lgamma", "log(|gamma(x)|)", "math.lgamma", "tapecli.lgamma", "lgamma",
             ("digamma(x)",), "x not 0, -1, ...", limits=_GAMMA, compiled=1),
    Function("atan2", "angle of the point (x, y)", "math.atan2", "atan2", "atan2",
             ("x/(x**2 + y**2)", "-y/(x**2 + y**2)"), "not both 0", ("arctan2",), ("y", "x"),
             rough="y = 0 and x < 0"),
    Function("hypot", "sqrt(x**2 + y**2)", _hypot, lambda sp, x, y: sp.sqrt(x**2 + y**2), "hypot",
             ("x/hypot(x, y)", "y/hypot(x, y)"), "", (), ("x", "y"), rough="both 0"),
    Function("min", "the smaller of two", "minimum", "Min", "min",
             ("(1 - sign(x - y))/2", "(1 + sign(x - y))/2"), "", ("minimum",), ("x", "y"),
             rough="x = y"),
    Function("max", "the larger of two", "maximum", "Max", "max",
             ("(1 + sign(x - y))/2", "(1 - sign(x - y))/2"), "", ("maximum",), ("x", "y"),
             rough="x = y"),
    Function("pow", "power, also x**y", "pow", "Pow", "power",
             ("y*x**(y - 1)", "x**y*log(x)"), "x > 0, or y whole", (), ("x", "y"),
             rough="x <= 0, by y"),
)

_XY = ("x", "y")

_OPERATORS = (
    Function("add", "sum", "add", "Add", "add", ("1", "1"), parameters=_XY, sign=" + ", binding=1),
    Function("sub", "difference", "subtract", lambda sp, a, b: a - b, "sub",
             ("1", "-1"), parameters=_XY, sign=" - ", binding=1),
    Function("mul", "product", "multiply", "Mul", "mul",
             ("y", "x"), parameters=_XY, sign="*", binding=2),
    Function("div", "quotient", "divide", lambda sp, a, b: a / b, "div",
             ("1/y", "-x/y**2"), "y not 0", parameters=_XY, sign="/", binding=2),
    Function("neg", "opposite", "negative", lambda sp, a: -a, "neg", ("-1",), sign="-", binding=3),
)

_CONSTANTS = (
    Constant("pi", "circumference over diameter",
             "3.14159265358979323846264338327950288419716939937510582097494459230781640628620899"
             "8628034825342117067982148086513282306647", "pi", ("π",)),
    Constant("tau", "2*pi",
             "6.28318530717958647692528676655900576839433879875021164194988918461563281257241799"
             "7256069650684234135964296173026564613294", "tapecli.tau", ("τ",)),
    Constant("e", "base of the natural logarithm",
             "2.71828182845904523536028747135266249775724709369995957496696762772407663035354759"
             "4571382178525166427427466391932003059921", "E"),
)
# fmt: on

FUNCTIONS = {row.name: row for row in _FUNCTIONS}
OPERATORS = {row.name: row for row in _OPERATORS}
CONSTANTS = {row.name: row for row in _CONSTANTS}

POWER_SIGN = "**"
POWER_BINDING = 4
ATOM_BINDING = 9

INVERSES = {"sin": "asin", "cos": "acos", "tan": "atan",
            "sinh": "asinh", "cosh": "acosh", "tanh": "atanh"}  # fmt: skip
"""What sin^-1 may mean."""

FUNCTION_NAMES = {name: row.name for row in _FUNCTIONS for name in (row.name, *row.aliases)}
CONSTANT_NAMES = {name: row.name for row in _CONSTANTS for name in (row.name, *row.aliases)}

ROWS: dict[str, Row] = {**FUNCTIONS, **OPERATORS, **CONSTANTS}
"""Everything that an expression may contain besides numbers and variables."""

NAMES: dict[str, tuple[Row, ...]] = {
    **{name: (row,) for row in ROWS.values() for name in (row.name, *row.aliases)},
    "+": (OPERATORS["add"],),
    "-": (OPERATORS["sub"], OPERATORS["neg"]),
    "*": (OPERATORS["mul"],),
    "/": (OPERATORS["div"],),
    "^": (FUNCTIONS["pow"],),
    POWER_SIGN: (FUNCTIONS["pow"],),
    "|x|": (FUNCTIONS["abs"],),
}
"""The rows that a name or sign can mean."""


def whole_power(
    base: _Value, exponent: int, times: Callable[[_Value, _Value], _Value], one: _Value
) -> _Value:
    """A power with a whole exponent that is not negative, by repeated squaring."""
    power = None
    while exponent:
        if exponent % 2:
            power = base if power is None else times(power, base)
        exponent //= 2
        base = times(base, base) if exponent else base
    return one if power is None else power


def rule_of(rule: Rule, library: Any) -> Callable[..., Any]:
    """The rule of a row in a library, as a function of its arguments."""
    if isinstance(rule, str):
        function: Callable[..., Any] = functools.reduce(getattr, rule.split("."), library)
        return function
    return functools.partial(rule, library)


def row(name: str) -> Function:
    """The row of a function or operator of a tree."""
    return FUNCTIONS.get(name) or OPERATORS[name]
