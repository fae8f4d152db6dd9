"""The libraries whose names may be typed, and the names by which they mean something else.

A function behind the name of a library, such as `np.sin`, means what it means in the table of
functions, unless `DIFFERENT` has another meaning. The meanings are those of the documentation of
each library: NumPy 2, SciPy 1, TensorFlow 2.21 and Keras 3, PyTorch 2, JAX, SymPy 1, mpmath 1.
"""

from __future__ import annotations

from typing import NamedTuple

from tapecli.expressions.functions import FUNCTION_NAMES


class Template(NamedTuple):
    """A name that is read as an expression of its arguments, whose names are `parameters`."""

    parameters: tuple[str, ...]
    text: str


class Refused(NamedTuple):
    """A name that is known elsewhere and is not read here, and what to do instead."""

    hint: str


Meaning = str | Template | Refused
"""What a name means; a text is the name of a row in the table."""

MATHEMATICA = "Mathematica"
"""The library of a function whose argument is in square brackets."""

_PREFIXES = {
    "NumPy": "np numpy jnp jax.numpy",
    "Python": "math cmath",
    "TensorFlow": "tf tf.math tf.math.special tf.nn tensorflow tensorflow.math tensorflow.nn",
    "Keras": "keras.activations tf.keras.activations keras.ops",
    "JAX": "jax.nn",
    "PyTorch": "torch torch.special torch.nn.functional F",
    "SymPy": "sp sympy",
    "SciPy": "scipy.special sc special sp.special jax.scipy.special",
    "mpmath": "mpmath mp",
    "JavaScript": "Math",
    "C": "std",
}

LIBRARIES = {prefix: name for name, words in _PREFIXES.items() for prefix in words.split()}
"""The libraries by what is written before a name."""

# --- what several libraries have ------------------------------------------------------------------

_X, _XY = ("x",), ("x", "y")

_ARRAY = Refused("it is for the elements of an array; an expression is of numbers, so leave it out")
_TYPE = Refused("it changes the dtype; leave it out, and write --dtype float32")
_PAIR = Refused("it has several values; write one of them: fresnel_s(x), airy_ai(x), Si(x)")

_SUM, _DIFFERENCE = Template(_XY, "x + y"), Template(_XY, "x - y")
_PRODUCT, _QUOTIENT = Template(_XY, "x*y"), Template(_XY, "x/y")
_FLOOR_QUOTIENT = Template(_XY, "floor(x/y)")
_OPPOSITE, _IDENTITY = Template(_X, "-x"), Template(_X, "x")
_WITHOUT_ZERO = Template(_XY, "where(y == 0, 0, x/y)")

_ARITHMETIC: dict[str, Meaning] = {
    **dict.fromkeys(("add",), _SUM),
    **dict.fromkeys(("subtract", "sub"), _DIFFERENCE),
    **dict.fromkeys(("multiply", "mul"), _PRODUCT),
    **dict.fromkeys(("divide", "div", "true_divide", "truediv"), _QUOTIENT),
    **dict.fromkeys(("floor_divide", "floordiv"), _FLOOR_QUOTIENT),
    **dict.fromkeys(("negative", "neg"), _OPPOSITE),
    **dict.fromkeys(("positive", "identity"), _IDENTITY),
    "remainder": Template(_XY, "mod(x, y)"),
    "log": Template(_X, "log(x)"),  # a second argument is no base
    **dict.fromkeys(("rint", "around"), Template(_X, "round(x)")),
    "fix": Template(_X, "trunc(x)"),
    "heaviside": Template(_XY, "where(x == 0, y, step(x))"),
    **dict.fromkeys(("sum", "prod", "mean", "cumsum", "cumprod", "softmax", "log_softmax"), _ARRAY),
    **dict.fromkeys(("array", "asarray", "float16", "float32", "float64"), _TYPE),
}
"""What is alike in the libraries of arrays."""

_NORMALISED_SINC = Template(_X, "sincpi(x)")
_LEAKY_RELU = {slope: Template(_X, f"leaky_relu(x, {slope})") for slope in ("0.01", "0.2")}

_HALF_AWAY = Template(_X, "sign(x)*floor(abs(x) + 1/2)")
_IEEE_REMAINDER = Template(_XY, "x - y*round(x/y)")

_SINGLE = (
    *("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh"),
    *("atanh", "exp", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt", "pow", "fabs"),
    *("fmin", "fmax", "atan2", "hypot", "erf", "erfc", "lgamma", "floor", "ceil", "trunc"),
)
"""Functions that C has in single precision as well, with an f: sinf."""

_C: dict[str, Meaning] = {
    "M_PI": "pi",
    "M_E": "e",
    "M_PI_2": Template((), "pi/2"),
    "M_PI_4": Template((), "pi/4"),
    "M_LN2": Template((), "log(2)"),
    "M_LN10": Template((), "log(10)"),
    "M_SQRT2": Template((), "sqrt(2)"),
    "M_SQRT1_2": Template((), "sqrt(1/2)"),
    "tgamma": "gamma",
    "roundf": _HALF_AWAY,
    **{f"{name}f": name for name in _SINGLE if name in FUNCTION_NAMES},
}

DIFFERENT: dict[str, dict[str, Meaning]] = {
    "": _C,
    "C": {
        **_C,
        "log": Template(_X, "log(x)"),
        "round": _HALF_AWAY,
        "remainder": _IEEE_REMAINDER,
    },
    "NumPy": {
        **_ARITHMETIC,
        "sinc": _NORMALISED_SINC,
        "max": Refused("it is for arrays; write max(x, y)"),
        "min": Refused("it is for arrays; write min(x, y)"),
        "dot": _ARRAY,
        "piecewise": Refused("write where(x > 0, a, b)"),
    },
    "Python": {
        "remainder": _IEEE_REMAINDER,
        **dict.fromkeys(("fsum", "prod"), _ARRAY),
    },
    "TensorFlow": {
        **_ARITHMETIC,
        "expint": Template(_X, "Ei(x)"),
        "mod": Template(_XY, "mod(x, y)"),
        "floormod": Template(_XY, "mod(x, y)"),
        "leaky_relu": _LEAKY_RELU["0.2"],
        **dict.fromkeys(("divide_no_nan", "div_no_nan"), _WITHOUT_ZERO),
        **dict.fromkeys(("reduce_sum", "reduce_mean", "reduce_prod"), _ARRAY),
        **dict.fromkeys(("reduce_max", "reduce_min", "reduce_logsumexp", "l2_loss"), _ARRAY),
        **dict.fromkeys(("constant", "Variable", "cast", "convert_to_tensor"), _TYPE),
    },
    "Keras": {
        **_ARITHMETIC,
        "leaky_relu": _LEAKY_RELU["0.2"],
        "linear": _IDENTITY,
        "exponential": "exp",
    },
    "JAX": {**_ARITHMETIC, "leaky_relu": _LEAKY_RELU["0.01"], "gelu": Template(_X, "gelu_tanh(x)")},
    "PyTorch": {
        **_ARITHMETIC,
        "sinc": _NORMALISED_SINC,
        "leaky_relu": _LEAKY_RELU["0.01"],
        "frac": Template(_X, "x - trunc(x)"),
        "tanhshrink": Template(_X, "x - tanh(x)"),
        **dict.fromkeys(("tensor", "as_tensor"), _TYPE),
    },
    "SymPy": {
        "Add": _SUM,
        "Mul": _PRODUCT,
        "Pow": "pow",
        "Rational": _QUOTIENT,
        **dict.fromkeys(("Integer", "Float", "S", "sympify", "simplify"), _IDENTITY),
    },
    "SciPy": {
        **_ARITHMETIC,
        "sinc": _NORMALISED_SINC,
        **{f"{name}dg": Template(_X, f"{name}d(x)") for name in ("sin", "cos", "tan")},
        **dict.fromkeys(("fresnel", "airy", "sici", "shichi", "ellipj"), _PAIR),
    },
    "mpmath": {
        "fmod": Template(_XY, "mod(x, y)"),
        "gammainc": Refused("write upper_gamma(a, x) or lower_gamma(a, x)"),
        "mpf": _IDENTITY,
    },
    "JavaScript": {
        "log": Template(_X, "log(x)"),
        "round": Template(_X, "floor(x + 1/2)"),
        "fround": _TYPE,
        "LN2": Template((), "log(2)"),
        "LN10": Template((), "log(10)"),
        "LOG2E": Template((), "1/log(2)"),
        "LOG10E": Template((), "1/log(10)"),
        "SQRT2": Template((), "sqrt(2)"),
        "SQRT1_2": Template((), "sqrt(1/2)"),
    },
    MATHEMATICA: {
        "Plus": _SUM,
        "Subtract": _DIFFERENCE,
        "Times": _PRODUCT,
        "Divide": _QUOTIENT,
        "Minus": _OPPOSITE,
        "FractionalPart": Template(_X, "x - trunc(x)"),
        "IntegerPart": Template(_X, "trunc(x)"),
        "Quotient": _FLOOR_QUOTIENT,
        "Surd": Template(_XY, "root(x, y)"),
    },
}
"""For each library the names whose meaning is another one than in the table; "" is for none."""

DEFAULTS = {
    ("leaky_relu", 1): "write leaky_relu(x, 0.2) for TensorFlow's default, or leaky_relu(x, 0.01) "
    "for PyTorch's",
    ("hypot", 1): "write abs(x), or hypot(x, y)",
    ("expint", 1): "write Ei(x), as TensorFlow means it, or E1(x), as MATLAB does",
}
"""What to write for a function with so few arguments that its libraries differ."""

CONSTANTS_OF_LIBRARIES: dict[str, Meaning] = {
    "E": "e",
    **dict.fromkeys(
        ("inf", "infty", "oo", "Infinity"), Refused("infinity is no number; write 1e300")
    ),
    **dict.fromkeys(("I", "j"), Refused("complex numbers are not supported; leave it out")),
    **dict.fromkeys(("nan", "NaN"), Refused("it is no number; leave it out")),
}
"""Names that stand behind the name of a library alone: Math.E."""
