"""What other systems write: each spelling gives the tree of its plain form, or is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mpmath as mp
import pytest

from tapecli.errors import ExpressionError
from tapecli.expressions import libraries, notations, tex
from tapecli.expressions.expression import parse
from tapecli.expressions.functions import CONSTANT_NAMES, FUNCTION_NAMES, FUNCTIONS
from tapecli.expressions.tree import Variable, call, text, variables

READ = {
    # libraries of Python, JavaScript and C
    "np.sin(x)": "sin(x)",
    "numpy.log(x)": "log(x)",
    "math.sqrt(x)": "sqrt(x)",
    "cmath.exp(x)": "exp(x)",
    "tf.math.log(x**2)": "log(x^2)",
    "tf.nn.sigmoid(x)": "sigmoid(x)",
    "tf.pow(x, 3)": "x^3",
    "jnp.tanh(x)": "tanh(x)",
    "jax.nn.softplus(x)": "softplus(x)",
    "torch.erf(x)": "erf(x)",
    "torch.special.erf(x)": "erf(x)",
    "sp.exp(x)*sympy.cos(x)": "exp(x)*cos(x)",
    "scipy.special.erfc(x)": "erfc(x)",
    "Math.pow(x,2)": "x^2",
    "Math.PI*x": "pi*x",
    "Math.E^x": "e^x",
    "Math.LN2*x": "log(2)*x",
    "M_PI*x": "pi*x",
    "M_PI_2 x": "pi/2*x",
    "np.pi x": "pi*x",
    "math.e**x": "e^x",
    "math.tau": "tau",
    "std::sin(x)": "sin(x)",
    "2np.sin(x)": "2*sin(x)",
    "np.sin x": "sin(x)",
    "np.maximum(x, y)": "max(x, y)",
    "np.add(x, np.multiply(2, x))": "x + 2*x",
    "tf.subtract(x, y)/tf.negative(y)": "(x - y)/-y",
    "torch.div(x, y)": "x/y",
    "sp.Rational(1, 3)*sp.Pow(x, 2)": "1/3*x^2",
    "sympy.Max(x, sympy.E)": "max(x, e)",
    "tf.math.divide_no_nan(x, y)": "where(y == 0, 0, x/y)",
    "keras.activations.exponential(x)": "exp(x)",
    "F.tanhshrink(x)": "x - tanh(x)",
    "torch.nn.functional.relu(x)": "relu(x)",
    "Times[x, Plus[x, 1]]": "x*(x+1)",
    "Divide[x, Subtract[1, x]]": "x/(1-x)",
    # capitals
    "SIN(x)": "sin(x)",
    "Exp[x]": "exp(x)",
    "Ln x": "log(x)",
    "Log(x)": "log(x)",
    "PI*x": "pi*x",
    "Pi x": "pi*x",
    # brackets
    "[x+1]*2": "(x+1)*2",
    "{x+1}*2": "(x+1)*2",
    "2[x+{y-1}]": "2*(x+(y-1))",
    "e^{-x}": "e^-x",
    "e^{-x^{2}}": "e^-x^2",
    "Sin[x]": "sin(x)",
    "Sin[2 x]^2": "sin(2*x)^2",
    "ArcTan[x]": "atan(x)",
    "Power[x, 2]": "x^2",
    "ArcTan[x, y]": "atan2(y, x)",
    # LaTeX
    "\\sin(x)": "sin(x)",
    "\\sin x": "sin(x)",
    "\\sin^{2} x": "sin(x)^2",
    "\\sin^{2}{\\left(x \\right)}": "sin(x)^2",
    "\\sin{\\left(x \\right)}": "sin(x)",
    "\\ln\\left|x\\right|": "log(|x|)",
    "2\\left|x\\right|": "2*|x|",
    "\\lvert x\\rvert": "|x|",
    "\\big(x + 1\\big)^2": "(x+1)^2",
    "\\left[x + 1\\right]^{2}": "(x+1)^2",
    "x \\cdot y \\times 2": "x*y*2",
    "x \\div 2": "x/2",
    "2\\,x\\;y\\!\\quad": "2*x*y",
    "\\operatorname{arsinh}{\\left(x \\right)}": "asinh(x)",
    "\\mathrm{e}^x": "e^x",
    "\\text{erf}(x)": "erf(x)",
    "2 \\pi x": "2*pi*x",
    "\\alpha + \\theta": "α + θ",
    "\\Gamma\\left(x\\right)": "gamma(x)",
    "\\exp\\left(x\\right)": "exp(x)",
    "\\max\\left(x, y\\right)": "max(x, y)",
    "sin^{2}(x)": "sin(x)^2",
    "\\frac{a}{b + 1}": "a/(b+1)",
    "\\frac{\\sin x}{x}": "sin(x)/x",
    "\\frac12 x": "1/2*x",
    "\\frac1{x}": "1/x",
    "\\frac{x}2": "x/2",
    "\\frac{x}y": "x/y",
    "\\dfrac{1}{x}": "1/x",
    "\\tfrac12": "1/2",
    "\\frac{x^{2}}{\\sqrt{x + 1}} y": "x^2/sqrt(x+1)*y",
    "2\\frac{x}{3}": "2*(x/3)",
    "\\frac{(x+1)}{2}": "(x+1)/2",
    "e^{-\\frac{x^2}{2}}": "e^(-(x^2/2))",
    "x^\\frac{1}{2}": "x^(1/2)",
    "x \\left(x + 1\\right)": "x*(x+1)",
    "\\pi \\left[x + 1\\right]": "pi*(x+1)",
    "\\sqrt{x}": "sqrt(x)",
    "\\sqrt x y": "sqrt(x)*y",
    "\\sqrt2 x": "sqrt(2)*x",
    "\\sqrt[3]{x}": "cbrt(x)",
    "\\sqrt[2]{x}": "sqrt(x)",
    "\\sqrt(x + 1)": "sqrt(x+1)",
    "x_{1} + x_{12}": "x1 + x12",
    "\\theta_{1} + \\alpha_2": "θ1 + α_2",
    "\\log_{2} x": "log2(x)",
    "\\log_2(x)": "log2(x)",
    "\\log_{10}{\\left(x \\right)}": "log10(x)",
    "\\log_{e} x": "log(x)",
    "log_2(x)": "log2(x)",
    "log_10 x": "log10(x)",
    "log₂ x": "log2(x)",
    "log₁₀(x)": "log10(x)",
    "\\operatorname{atan}_{2}{\\left(y,x \\right)}": "atan2(y, x)",
    "\\operatorname{atan2}{\\left(y,x \\right)}": "atan2(y, x)",
    "$x^2$": "x^2",
    "$$x^2$$": "x^2",
    "\\(x^2\\)": "x^2",
    "\\[x^2\\]": "x^2",
    # names of other countries, of SciPy, NumPy and C
    "tg x": "tan(x)",
    "tg²x": "tan(x)^2",
    "ctg(x)": "cot(x)",
    "cotg x": "cot(x)",
    "cosec(x)": "csc(x)",
    "sen x": "sin(x)",
    "arctg x": "atan(x)",
    "sh x + ch x + th x": "sinh(x) + cosh(x) + tanh(x)",
    "arsh(x)": "asinh(x)",
    "lg x + lb x + ld x": "log10(x) + log2(x) + log2(x)",
    "arcsinh(x)": "asinh(x)",
    "arccosh(2x)": "acosh(2x)",
    "arctanh(x)": "atanh(x)",
    "expit(x)": "sigmoid(x)",
    "gammaln(x)": "lgamma(x)",
    "special.gammaln(x)": "lgamma(x)",
    "tgamma(x)": "gamma(x)",
    "sgn(x)": "sign(x)",
    "fabs(x)": "|x|",
    "∛x": "cbrt(x)",
    "\\tg x": "tan(x)",
    "\\operatorname{tg} x": "tan(x)",
    "sinf(x)*powf(x, 2)": "sin(x)*x^2",
    "std::fabs(x)": "|x|",
    "\\vert x \\vert": "|x|",
    "5\\%": "5/100",
    "\\displaystyle\\frac{1}{x}": "1/x",
    "{\\rm e}^x": "e^x",
    "sin(30°)": "sin(30*pi/180)",
    "\\cos 60^\\circ": "cos(60*pi/180)",
    # floor, ceil and the remainder
    "⌊x⌋ + ⌈x⌉": "floor(x) + ceil(x)",
    "\\lfloor x \\rfloor": "floor(x)",
    "\\left\\lceil x/2 \\right\\rceil": "ceil(x/2)",
    "2⌊x⌋": "2*floor(x)",
    "x % 5": "mod(x, 5)",
    "2*x % 3": "mod(2*x, 3)",
    "x % 5 + 1": "mod(x, 5) + 1",
    "20%x": "mod(20, x)",
    "(x+1)%(x-1)": "mod(x+1, x-1)",
    "math.floor(x)": "floor(x)",
    "np.remainder(x, 2)": "mod(x, 2)",
    "np.floor_divide(x, 2)": "floor(x/2)",
    "np.fix(x) + np.rint(x)": "trunc(x) + round(x)",
    "tf.math.floormod(x, 2)": "mod(x, 2)",
    "torch.frac(x)": "x - trunc(x)",
    "std::round(x)": "sign(x)*floor(abs(x) + 1/2)",
    "math.remainder(x, 2)": "x - 2*round(x/2)",
    "special.cosdg(x)": "cosd(x)",
    "Math.round(x)": "floor(x + 1/2)",
    "Mod[x, 2] + FractionalPart[x]": "mod(x, 2) + (x - trunc(x))",
    "mpmath.fmod(x, 2)": "mod(x, 2)",
    # logarithms to any base, and the defaults of libraries
    "Log[2, x]": "log(x, 2)",
    "\\log_{3} x": "log(x, 3)",
    "log_b(x)": "log(x, b)",
    "log₃(x)": "log(x, 3)",
    "math.log(x, 2)": "log(x, 2)",
    "sp.log(x, 3)": "log(x, 3)",
    "tf.nn.leaky_relu(x)": "leaky_relu(x, 0.2)",
    "keras.activations.leaky_relu(x)": "leaky_relu(x, 0.2)",
    "F.leaky_relu(x)": "leaky_relu(x, 0.01)",
    "jax.nn.leaky_relu(x)": "leaky_relu(x, 0.01)",
    "jax.nn.gelu(x)": "gelu_tanh(x)",
    "F.gelu(x)": "gelu(x)",
    "tf.nn.gelu(x)": "gelu(x)",
    # Unicode
    "x–1": "x-1",
    "x−1": "x-1",
    "x‒1": "x-1",
    "x∙2": "x*2",
    "x•2": "x*2",
    "x∗2": "x*2",
    "x·2×y÷3": "x*2*y/3",
    "𝑥²": "x^2",
    "𝜃 + 𝜋": "θ + pi",
    "２ｘ": "2*x",
    "x₁ + x₁₂": "x1 + x12",
    "x\u2009+\u202f1": "x+1",
    # numbers
    "1_000*x": "1000*x",
    "1_000.5": "1000.5",
    # functions without a name
    "lambda x: x**2": "x^2",
    "lambda x, y: x*y": "x*y",
    "x -> x^2": "x^2",
    "x => x*x": "x*x",
    "(x, y) => x*y": "x*y",
    "x ↦ x²": "x^2",
    "x \\mapsto x^2": "x^2",
    "@(x) x.^2 + 2.*x./3": "x^2 + 2.0*x/3",
    # fractions and percent
    "½x": "1/2*x",
    "x^½": "x^(1/2)",
    "⅔": "2/3",
    "1⁄3 x": "1/3*x",
    "x⁄y": "x/y",
    "∜x": "x^(1/4)",
    "10%": "10/100",
    "10%*x": "10/100*x",
    "(x+1)%": "(x+1)/100",
    "2*%pi": "2*pi",
    "%e^x": "e^x",
    "0x+1": "0*x+1",
    "2d-3": "2*d-3",
    "2i+i": "2*i+i",
}
"""Spellings with their plain forms."""

REFUSED = {
    "os.system(x)": "unknown function 'os.system'; before a dot there may be a library, as in "
    "np.sin(x); see 'tapecli functions'",
    "np.foo(x)": "unknown function 'np.foo'; before a dot there may be a library, as in "
    "np.sin(x); see 'tapecli functions'",
    "x.y": "unknown name 'x.y'; before a dot there may be a library, as in np.sin(x); "
    "see 'tapecli functions'",
    "tf.reduce_sum(x)": "'tf.reduce_sum' is not read; it is for the elements of an array; an "
    "expression is of numbers, so leave it out",
    "leaky_relu(x)": "'leaky_relu' takes 2 arguments, not 1; write leaky_relu(x, 0.2) for "
    "TensorFlow's default, or leaky_relu(x, 0.01) for PyTorch's",
    "expint(x)": "'expint' takes 2 arguments, not 1; write Ei(x), as TensorFlow means it, or "
    "E1(x), as MATLAB does",
    "np.log(x, 2)": "'np.log' takes one argument, not 2; write np.log(x)",
    "np.float32(x)": "'np.float32' is not read; it changes the dtype; leave it out, and write "
    "--dtype float32",
    "np.inf*x": "'np.inf' is not read; infinity is no number; write 1e300",
    "sympy.I*x": "'sympy.I' is not read; complex numbers are not supported; leave it out",
    "scipy.special.fresnel(x)": "'scipy.special.fresnel' is not read; it has several values; write "
    "one of them: fresnel_s(x), airy_ai(x), Si(x)",
    "np.max(x, 0)": "'np.max' is not read; it is for arrays; write max(x, y)",
    "\\foo x": "unknown command '\\foo'; see 'tapecli functions'",
    "sin^(-1) x": "'sin^(-1)' can be read in two ways; write asin(x), or 1/sin(x)",
    "\\sin^{-1} x": "'\\sin^{-1}' can be read in two ways; write asin(x), or 1/sin(x)",
    "\\infty*x": "unknown command '\\infty'; infinity is no number; write a large one, such as "
    "1e300",
    "∞*x": "unexpected '∞'; infinity is no number; write a large one, such as 1e300",
    "±x": "unexpected '±'; write an expression for each sign: 'x + 1' 'x - 1'",
    "\\frac{\\partial f}{\\partial x}": "unknown command '\\partial'; write ∂/∂x in front of a "
    "whole expression",
    "1 + x + \\ldots": "unknown command '\\ldots'; write all terms, or sum(x^k, k = 1..5)",
    "\\frac{x}": "'\\frac' takes two groups in braces; write \\frac{1}{x}",
    "\\frac + 1": "'\\frac' takes two groups in braces; write \\frac{1}{x}",
    "\\frac{x}23": "a command of LaTeX takes one digit; write {23}",
    "10% - x": "'%' can be read in two ways; write 10/100 - x, or mod(10, -x)",
    "10% x": "'%' can be read in two ways; write 10/100*x, or mod(10, x)",
    "0x10*x": "'0x10' can be read in two ways; write 16, or 0*x10",
    "0b11": "'0b11' can be read in two ways; write 3, or 0*b11",
    "1.0f*x": "'1.0f' can be read in two ways; write 1.0, or 1.0*f",
    "2.f": "'2.f' can be read in two ways; write 2., or 2.*f",
    "1.5d0*x": "'1.5d0' can be read in two ways; write 1.5e0, or 1.5*d0",
    "1.5d-3": "'1.5d-3' can be read in two ways; write 1.5e-3, or 1.5*d-3",
    "x**2 + 3.0j": "'3.0j' is imaginary, and complex numbers are not supported; for a variable j "
    "write 3.0*j",
    "2i + 1": "'2i' is imaginary, and complex numbers are not supported; for a variable i write "
    "2*i",
    "2½": "'2½' can be read in two ways; write 2 + 1/2, or 2*(1/2)",
    "2 1/2 x": "'2 1/2' can be read in two ways; write 2 + 1/2, or 2*(1/2)",
    "2\\frac{1}{2}": "'2\\frac{1}{2}' can be read in two ways; write 2 + 1/2, or 2*(1/2)",
    "2\\frac12": "'2\\frac12' can be read in two ways; write 2 + 1/2, or 2*(1/2)",
    "sin-1(x)": "'sin-1' can be read in two ways; write asin(x), or sin(-1*(x))",
    "tan-1 x": "'tan-1' can be read in two ways; write atan(x), or tan(-1*(x))",
    "|x-1||x+1|": "a product with '|' needs its '*'; write |x-1|*|x+1|",
    "xe^x": "unknown name 'xe'; write x*e^x, or give the variable its points: --at xe=1..3",
    "xy": "unknown name 'xy'; write x*y, or give the variable its points: --at xy=1..3",
    "xsinx": "unknown name 'xsinx'; write x*sin(x), or give the variable its points: "
    "--at xsinx=1..3",
    "cos2x": "unknown name 'cos2x'; write cos(2*x), or give the variable its points: "
    "--at cos2x=1..3",
    "2pix": "unknown name 'pix'; write pi*x, or give the variable its points: --at pix=1..3",
    "lnx": "unknown name 'lnx'; did you mean 'ln(x)'?",
    "sin x (x+1)": "is 'x' a function?; write sin(x)*(x+1), or sin(x*(x+1))",
    "x^²": "a sign of a power and a raised number; write x²",
    "x^2 = y": "an equation is no expression; write y = x^2, or x^2 - (y)",
    "x^2 + 1 = 0": "an equation is no expression; write x^2 + 1",
    "x^2 = 2x": "an equation is no expression; write x^2 - (2x)",
    "0,5*x": "'0,5' has a comma for its decimals or thousands; write 0.5",
    "1,000*x": "'1,000' has a comma for its decimals or thousands; write 1.000, or 1000",
    "|x|x|": "a '|' has no partner; write abs(x) for |x|",
    "2|x|": "a product with '|' needs its '*'; write 2*|x|",
    "x 2": "a number after a factor; write x*2, or x^2",
    "(x+1)2": "a number after a factor; write (x+1)*2, or (x+1)^2",
    "f\\left(x\\right)": "is 'f' a function?; write f*\\left(x\\right), or f(x) = ...; f(x)",
    "(x]": "']' does not close '('; write ')'",
    "x[1]": "is 'x' a function?; write x*[1]",
}
"""Spellings with the message that refuses them."""


PAGE = Path(__file__).parents[2] / "docs" / "expressions.md"


def page_rows() -> list[tuple[str, list[str], list[str]]]:
    """The spellings and forms of each row of the page's tables with its heading."""
    rows = []
    for section in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        heading, _, body = section.partition("\n")
        for line in re.findall(r"^\| (`.*) \|$", body, re.MULTILINE):
            cells = re.split(r" (?<!\\)\| ", line.replace("\\|", "∣"))
            typed, forms = (re.findall("`([^`]+)`", cell) for cell in cells)
            rows.append((heading, typed, forms))
    return rows


def test_the_page_says_what_is_read_and_what_is_refused() -> None:
    rows = page_rows()
    assert len(rows) > 30
    for heading, spellings, forms in rows:
        if heading.startswith("What has two readings"):
            for typed in spellings:
                with pytest.raises(ExpressionError, match="write"):
                    parse(typed, with_operators=True)
            continue
        forms = forms * len(spellings) if len(forms) == 1 else forms
        for typed, form in zip(spellings, forms, strict=True):
            assert parse(typed)[0].text == form, typed


@pytest.mark.parametrize("typed", READ)
def test_a_spelling_of_another_system_is_read_as_its_plain_form(typed: str) -> None:
    assert parse(typed)[0].tree is parse(READ[typed])[0].tree


@pytest.mark.parametrize("typed", REFUSED)
def test_what_cannot_be_read_is_refused_with_what_to_write(typed: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(typed)
    assert str(caught.value) == REFUSED[typed]


def test_a_name_that_the_user_has_given_is_never_a_function() -> None:
    assert variables(parse("Ln*x", ["Ln"])[0].tree) == ("Ln", "x")
    *_, last = parse(["Exp = x^2", "Exp + 1"])
    assert last.text == "Exp + 1"


def test_a_caret_stands_under_what_was_typed() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse("𝑦 = 2 \\cdot 𝑠ni(x)")
    error = caught.value
    assert error.expression[error.start : error.end] == "𝑠ni"


@pytest.mark.parametrize("typed", [typed for typed in REFUSED if ", or " in REFUSED[typed]])
def test_each_offer_can_be_typed(typed: str) -> None:
    offers = REFUSED[typed].partition("write ")[2].partition(", or give ")[0]
    for offer in offers.split(", or "):
        if "..." not in offer and "all terms" not in offer and "expint" not in typed:
            parse(offer.partition(" for ")[0])


@pytest.mark.parametrize("library", notations.DIFFERENT)
def test_each_other_meaning_is_one_that_can_be_read(library: str) -> None:
    for name, meaning in notations.DIFFERENT[library].items():
        if isinstance(meaning, libraries.Template):
            assert set(variables(parse(meaning.text, meaning.parameters)[0].tree)) == {
                *meaning.parameters
            }
        elif isinstance(meaning, libraries.Refused):
            assert meaning.hint
        else:
            assert meaning in (*FUNCTION_NAMES, *CONSTANT_NAMES), name


def test_look_alikes_keep_the_length_of_a_text() -> None:
    typed = "𝑥–１ 𝜋’"
    assert notations.with_ordinary_characters(typed) == "x-1 π'"


# --- a second oracle: the numbers that the other systems mean -----------------------------------

POINTS = ("0.37", "0.81", "1.63")


class _Namespace:
    """The functions of mpmath behind any name of a library: np.sin, tf.math.log, torch.erf."""

    def __init__(self, **others: Callable[..., Any]) -> None:
        self._others = others

    def __getattr__(self, name: str) -> Any:
        if name in ("math", "nn", "special", "numpy"):
            return self
        return self._others.get(name) or getattr(mp, name)


LIBRARY = _Namespace(
    arcsin=mp.asin,
    arctan=mp.atan,
    arcsinh=mp.asinh,
    arctanh=mp.atanh,
    arctan2=mp.atan2,
    abs=abs,
    fabs=abs,
    pow=lambda x, y: x**y,
    power=lambda x, y: x**y,
    sigmoid=lambda x: 1 / (1 + mp.exp(-x)),
    expit=lambda x: 1 / (1 + mp.exp(-x)),
    softplus=lambda x: mp.log(1 + mp.exp(x)),
    maximum=max,
    minimum=min,
    lgamma=lambda x: mp.log(abs(mp.gamma(x))),
    gammaln=lambda x: mp.log(abs(mp.gamma(x))),
    log2=lambda x: mp.log(x, 2),
    log1p=lambda x: mp.log(1 + x),
    cbrt=mp.cbrt,
    PI=mp.pi,
    E=mp.e,
    LN2=mp.log(2),
    tau=2 * mp.pi,
    atan2=mp.atan2,
    erf=mp.erf,
)

PYTHON = (
    "np.sin(x)*np.exp(-x**2)",
    "np.arctan2(x, 2)/np.pi",
    "math.sqrt(1 + x**2) - math.log(x)",
    "math.pow(x, 3) + math.e**x",
    "numpy.log2(x) + numpy.log1p(x)",
    "tf.math.log(x**2) + tf.nn.sigmoid(x)",
    "tf.maximum(x, 1.0)*tf.tanh(x)",
    "tf.nn.softplus(-x)/tf.abs(x)",
    "jnp.arctanh(x/2) + jnp.arcsinh(x)",
    "torch.special.gammaln(x) + torch.special.expit(x)",
    "scipy.special.erf(x)*special.expit(-x)",
    "sympy.cosh(x)**-2",
    "Math.LN2*Math.PI/Math.E**x",
    "np.power(x, 2.5)*np.cbrt(x)",
    "2*np.tau*x - -x**2",
)

MATHEMATICA = (
    "Sin[x]^2 + Log[x]",
    "ArcTan[x, 2] + ArcTan[x]",
    "Exp[-x^2] Cosh[x]",
    "Sqrt[1 + x^2]/(2 x)",
    "2 Pi x + Sign[x]",
    "Log[x]/(x + 1)^2",
    "Cos[Log[x]] Sec[x]",
    "Tan[x]/Sin[2 x]",
    "Power[x, 3/2]",
    "ArcSinh[x] + ArcCosh[x + 1] ArcTanh[x/2]",
)

LATEX = (
    "sin(x)**2/x",
    "sqrt(x + 1)*cbrt(x)",
    "exp(-x**2/2)/sqrt(2*pi)",
    "log(x)**2 - log(x + 1)/log(10)",
    "Abs(x - 1) + Max(x, 1)",
    "x**Rational(5, 2) + x**-3",
    "(x**2 + 1)/(x**3 - 5*x + 9)",
    "asin(x/2) + acos(x/2)*atan(x)",
    "atan2(x, 2) + asinh(x)",
    "gamma(x) + erf(x)*erfc(x)",
    "cosh(x)**3*tanh(x) - sinh(x)",
    "sec(x)**2 + csc(x) + cot(x)",
    "1/(1 + exp(-x))",
    "x*(x + 1)*(x + 2)/3",
    "-x**2*exp(x)*cos(3*x)",
    "sqrt(sqrt(x) + sqrt(x + sqrt(x)))",
    "Min(x, 1 - x)*sign(x)",
    "exp(exp(-x))*pi**x",
)


def value(typed: str, point: str) -> Any:
    """The value of an expression by mpmath, from its explicit form."""
    tree = parse(typed)[0].tree
    names: dict[str, Any] = {name: getattr(LIBRARY, name, None) for name in FUNCTION_NAMES}
    names |= {"min": min, "max": max, "sign": mp.sign, "cbrt": mp.cbrt, "pi": mp.pi, "e": mp.e}
    return eval(text(tree), {"__builtins__": {}}, {**names, "tau": 2 * mp.pi, "x": mp.mpf(point)})


def expected(typed: str, point: str) -> Any:
    """What Python means by it, if all libraries are mpmath."""
    heads = ["np", "numpy", "math", "tf", "jnp", "torch", "scipy", "special", "sympy", "Math"]
    return eval(typed, dict.fromkeys(heads, LIBRARY), {"x": mp.mpf(point)})


@pytest.mark.parametrize("typed", PYTHON)
def test_python_means_the_same_number(typed: str) -> None:
    for point in POINTS:
        assert mp.almosteq(value(typed, point), expected(typed, point), 1e-12)


@pytest.mark.parametrize("typed", MATHEMATICA)
def test_mathematica_means_the_same_number(typed: str) -> None:
    import sympy
    from sympy.parsing.mathematica import parse_mathematica

    form = parse_mathematica(typed)
    for point in POINTS:
        number = form.subs(sympy.Symbol("x"), sympy.Float(point, 30)).evalf(25)
        assert mp.almosteq(value(typed, point), mp.mpf(str(number)), 1e-12)


@pytest.mark.parametrize("python", LATEX)
def test_what_sympy_writes_as_latex_is_the_same_number(python: str) -> None:
    import sympy

    form = sympy.sympify(python)
    for point in POINTS:
        number = form.subs(sympy.Symbol("x"), sympy.Float(point, 30)).evalf(25)
        assert mp.almosteq(value(sympy.latex(form), point), mp.mpf(str(number)), 1e-12)


ONLY_WRITTEN = {"besselj", "bessely", "besseli", "besselk", "expint", "lambertw"}
"""What LaTeX writes with one letter, as J_v(x), which is refused when it is typed."""


@pytest.mark.parametrize("name", sorted(FUNCTIONS.keys() - {"where"}))
def test_what_is_written_as_latex_is_never_read_as_another_function(name: str) -> None:
    letters = [Variable(letter) for letter in "xyzabc"]
    tree = call(name, *letters[: FUNCTIONS[name].arity])
    formula = tex.expression(tree)
    if "}^{-1}" in formula or "varphi" in formula:
        with pytest.raises(ExpressionError, match="write"):
            parse(formula)
        return
    if name in ONLY_WRITTEN:
        with pytest.raises(ExpressionError):
            parse(formula)
        return
    if name in ("airyaiprime", "airybiprime"):  # read as the derivative of a function
        assert parse(formula)[0].text == f"{name[:6]}'(x)"
        return
    read = parse(formula)[0].tree
    if variables(read) == variables(tree):  # else it has a letter such as ψ, which needs a value
        assert tex.expression(read) == formula
