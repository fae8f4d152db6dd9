"""What is checked: expressions for every row of the function table, and composite ones.

A case has fixed points, random points from its intervals, and awkward points: zeros, kinks, poles,
the ends of the domain, and points far out where functions saturate. At ordinary points every
derivative keeps its digits in every dtype; what happens at awkward points is known for each dtype.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from fractions import Fraction

from tapecli.floats import FloatFormat


@dataclass(frozen=True)
class Case:
    """An expression in x, or several targets, and fixed points and intervals of random ones.

    The group is the name of a row of the function table, or `COMPOSITE`.
    """

    group: str
    expressions: str | tuple[str, ...]
    intervals: tuple[tuple[float, float], ...]
    fixed: tuple[float, ...] = ()
    awkward: tuple[float, ...] = ()

    @property
    def targets(self) -> tuple[str, ...]:
        """The expressions, one or several."""
        return (self.expressions,) if isinstance(self.expressions, str) else self.expressions

    def points(self, format_: FloatFormat, seed: int, count: int, awkward: bool) -> list[float]:
        """Numbers of the dtype, each once: fixed, `count` random and, if wanted, awkward points."""
        generator = random.Random(f"{seed} {self.expressions} {format_.name}")
        randoms = (generator.uniform(*generator.choice(self.intervals)) for _ in range(count))
        values = [*self.fixed, *randoms, *(self.awkward if awkward else ())]
        return list(dict.fromkeys(format_.round(Fraction(value)) for value in values))


COMPOSITE = "composite"
"""The group of the expressions that are made of several functions."""

_ALL = ((-2.5, 2.5),)
_POSITIVE = ((0.3, 4.0),)
_INSIDE = ((-0.8, 0.8),)

# fmt: off
CASES = (
    Case("abs", "abs(x)", _ALL, (-2.5, 0.3, 7.0), (0.0,)),
    Case("sign", "sign(x)", _ALL, (-2.5, 0.3), (0.0,)),
    Case("sqrt", "sqrt(x)", _POSITIVE, (0.25, 2.0, 50.0), (0.0, 1e-4, -1.0)),
    Case("cbrt", "cbrt(x)", ((-4.0, -0.3), (0.3, 4.0)), (-8.0, 0.3, 2.0), (0.0, 0.01)),
    Case("hypot", "hypot(x, 3)", _ALL, (-2.0, 0.3, 5.0), (0.0, 100.0)),
    Case("hypot", "hypot(3, x)", _ALL, (-2.0, 0.3, 5.0), (0.0,)),
    Case("min", "min(x^2, x)", ((-2.0, 0.8), (1.2, 4.0)), (-2.0, 0.3, 5.0), (0.0, 1.0)),
    Case("max", "max(x^2, x)", ((-2.0, -0.2), (0.2, 0.8)), (-2.0, 0.3, 5.0), (0.0, 1.0)),
    Case("pow", "pow(x, 2.5)", _POSITIVE, (0.3, 2.0, 5.0), (0.0, -1.0)),
    Case("pow", "pow(2.5, x)", _ALL, (-2.0, 0.3, 3.0), (0.0,)),
    Case("pow", "x^3", _ALL, (-2.0, 0.3, 3.0), (0.0,)),
    Case("pow", "x^-2", ((0.5, 3.0), (-3.0, -0.5)), (-2.0, 0.5, 3.0), (0.0,)),
    Case("pow", "x^x", ((0.5, 2.5),), (0.5, 1.75), (0.0,)),
    Case("root", "root(x, 5)", ((-4.0, -0.3), (0.3, 4.0)), (-8.0, 0.3, 2.0), (0.0,)),
    Case("square", "square(x)", _ALL, (-2.5, 0.3, 7.0), (0.0,)),
    Case("reciprocal", "reciprocal(x)", ((0.5, 3.0), (-3.0, -0.5)), (-2.5, 0.5, 7.0), (0.0,)),
    Case("rsqrt", "rsqrt(x)", _POSITIVE, (0.25, 2.0, 50.0), (0.0, -1.0)),
    Case("clip", "clip(x, -1, 1)", ((-0.8, 0.8),), (-2.5, 0.3, 7.0), (-1.0, 1.0)),
    Case("clip", "clip(x^2, x, 2)", ((-1.2, -0.3), (1.6, 1.9)), (-2.5, 0.3), (0.0, 1.0)),
    Case("where", "where(x > 0, x^2, sin(x))", _ALL, (-2.5, 0.3, 2.0), (0.0,)),
    Case("floor", "floor(x)", ((0.1, 0.9), (-1.9, -1.1)), (-1.5, 0.3, 7.625), (0.0, 1.0)),
    Case("ceil", "ceil(x)", ((0.1, 0.9), (-1.9, -1.1)), (-1.5, 0.3, 7.625), (0.0, 1.0)),
    Case("round", "round(x)", ((0.6, 1.4), (-0.4, 0.4)), (-1.75, 0.3, 7.625), (0.5, 2.5)),
    Case("trunc", "trunc(x)", ((0.1, 0.9), (-1.9, -1.1)), (-1.5, 0.3, 7.625), (0.0, 1.0)),
    Case("frac", "frac(x)", ((0.1, 0.9), (-1.9, -1.1)), (-1.5, 0.3, 7.625), (0.0, 1.0)),
    Case("step", "step(x)", _ALL, (-2.5, 0.3), (0.0,)),
    Case("mod", "mod(x, 3)", ((0.2, 2.8), (-2.8, -0.2)), (-1.5, 0.25, 7.625), (0.0, 3.0)),
    Case("mod", "mod(7, x)", ((1.2, 1.3), (2.4, 3.4)), (1.25, 2.5), (3.5, 7.0)),
    Case("fmod", "fmod(x, 3)", ((0.2, 2.8), (-2.8, -0.2)), (-1.5, 0.25, 7.625), (0.0, 3.0)),
    Case("copysign", "copysign(x, -2)", _ALL, (-2.5, 0.3, 7.0), (0.0,)),
    Case("exp", "exp(x)", _ALL, (-3.0, 0.1, 2.5), (0.0, -10.0, 9.0)),
    Case("expm1", "expm1(x)", _ALL, (-3.0, 0.1, 2.5), (0.0, 1e-4, -10.0)),
    Case("log", "log(x)", _POSITIVE, (0.3, 2.0, 50.0), (1.0, 0.0, -1.0, 1e-4)),
    Case("log2", "log2(x)", _POSITIVE, (0.3, 2.0, 50.0), (1.0, 0.0)),
    Case("log10", "log10(x)", _POSITIVE, (0.3, 2.0, 50.0), (1.0, 0.0)),
    Case("log_base", "log(x, 3)", _POSITIVE, (0.3, 2.0, 50.0), (1.0, 0.0)),
    Case("log_base", "log(3, x)", ((1.5, 4.0),), (0.3, 2.0, 50.0), (1.0, 0.0)),
    Case("log1p", "log1p(x)", ((-0.6, 3.0),), (-0.4, 0.3, 9.0), (0.0, 1e-4, -1.0)),
    Case("logaddexp", "logaddexp(x, 2)", _ALL, (-1.0, 0.3, 2.5), (2.0, -30.0)),
    Case("exp2", "exp2(x)", _ALL, (-3.0, 0.1, 2.5), (0.0, -10.0, 9.0)),
    Case("exp10", "exp10(x)", ((-1.5, 1.5),), (-1.5, 0.1, 1.25), (0.0, -3.0)),
    Case("xlogy", "xlogy(x, x + 1)", ((-0.5, 3.0),), (-0.4, 0.3, 9.0), (0.0, -1.0)),
    Case("xlog1py", "xlog1py(x, x)", ((-0.5, 3.0),), (-0.4, 0.3, 3.0), (0.0, -1.0)),
    Case("xlogx", "xlogx(x)", _POSITIVE, (0.3, 2.0, 50.0), (1.0, 0.0)),
    Case("entr", "entr(x)", _POSITIVE, (0.3, 2.0, 50.0), (1.0, 0.0)),
    Case("sin", "sin(x)", _ALL, (-2.0, 0.5, 10.0), (0.0, 1e-4, 3.141592653589793, 100.0)),
    Case("cos", "cos(x)", _ALL, (-2.0, 0.5, 10.0), (0.0, 1.5707963267948966, 100.0)),
    Case("tan", "tan(x)", ((-1.2, 1.2),), (-1.0, 0.5, 4.0), (0.0, 1e-4, 1.5)),
    Case("cot", "cot(x)", ((0.5, 2.5), (-2.5, -0.5)), (-1.0, 0.5, 4.0), (0.0, 1.5707963267948966)),
    Case("sec", "sec(x)", ((-1.2, 1.2),), (-1.0, 0.5, 4.0), (0.0, 1.5)),
    Case("csc", "csc(x)", ((0.5, 2.5), (-2.5, -0.5)), (-1.0, 0.5, 4.0), (0.0, 1.5707963267948966)),
    Case("asin", "asin(x)", _INSIDE, (-0.6, 0.1, 0.8), (0.0, 1.0, -1.0, 2.0, 0.99)),
    Case("acos", "acos(x)", _INSIDE, (-0.6, 0.1, 0.8), (0.0, 1.0, -1.0, 2.0, 0.99)),
    Case("atan", "atan(x)", _ALL, (-2.0, 0.3, 5.0), (0.0, 1e-4, 100.0)),
    Case("atan2", "atan2(x, 2)", _ALL, (-1.5, 0.3, 5.0), (0.0, 20.0)),
    Case("atan2", "atan2(2, x)", _ALL, (-1.5, 0.3, 5.0), (0.0,)),
    Case("atan2", "atan2(x, -1)", ((0.3, 2.5),), (-1.5, 0.5), (0.0,)),
    Case("acot", "acot(x)", ((0.3, 2.5), (-2.5, -0.3)), (-2.0, 0.3, 5.0), (0.0, 100.0)),
    Case("asec", "asec(x)", ((1.4, 4.0), (-4.0, -1.4)), (-4.0, 1.5, 2.5), (1.0, 0.5, 1.01)),
    Case("acsc", "acsc(x)", ((1.4, 4.0), (-4.0, -1.4)), (-4.0, 1.5, 2.5), (1.0, 0.5, 1.01)),
    Case("degrees", "degrees(x)", _ALL, (-2.5, 0.3, 7.0), (0.0,)),
    Case("radians", "radians(x)", _ALL, (-2.5, 0.3, 7.0), (0.0,)),
    Case("sind", "sind(x)", ((-150.0, 150.0),), (-100.0, 20.0, 400.0), (0.0, 30.0, 180.0)),
    Case("cosd", "cosd(x)", ((-150.0, 150.0),), (-100.0, 20.0, 400.0), (0.0, 60.0, 90.0)),
    Case("tand", "tand(x)", ((-60.0, 60.0),), (-50.0, 20.0, 200.0), (0.0, 45.0, 90.0)),
    Case("asind", "asind(x)", _INSIDE, (-0.6, 0.1, 0.8), (0.0, 1.0, -1.0, 2.0, 0.99)),
    Case("acosd", "acosd(x)", _INSIDE, (-0.6, 0.1, 0.8), (0.0, 1.0, -1.0, 2.0, 0.99)),
    Case("atand", "atand(x)", _ALL, (-2.0, 0.3, 5.0), (0.0, 100.0)),
    Case("sinc", "sinc(x)", ((-3.0, 3.0),), (-2.0, 0.5, 2.5), (0.0, 1e-4)),
    Case("sincpi", "sincpi(x)", ((-0.9, 0.9),), (-0.7, 0.2), (0.0, 1e-4, 1.0)),
    Case("sinpi", "sinpi(x)", ((-1.5, 1.5),), (-0.7, 0.2, 3.3), (0.0, 1.0, 0.5)),
    Case("cospi", "cospi(x)", ((-1.5, 1.5),), (-0.7, 0.2, 3.3), (0.0, 1.0, 0.5)),
    Case("versin", "versin(x)", _ALL, (-2.0, 0.5, 10.0), (0.0, 1e-4)),
    Case("haversin", "haversin(x)", _ALL, (-2.0, 0.5, 10.0), (0.0, 1e-4)),
    Case("sinh", "sinh(x)", _ALL, (-2.0, 0.3, 3.0), (0.0, 1e-4, -9.0)),
    Case("cosh", "cosh(x)", _ALL, (-2.0, 0.3, 3.0), (0.0, -9.0)),
    Case("tanh", "tanh(x)", ((-1.5, 1.5),), (-1.0, 0.3, 1.5), (0.0, 1e-4, 5.0, 20.0)),
    Case("asinh", "asinh(x)", _ALL, (-2.0, 0.3, 5.0), (0.0, 1e-4, 100.0)),
    Case("acosh", "acosh(x)", ((1.3, 5.0),), (1.3, 2.0, 9.0), (1.0, 1.01, 0.5)),
    Case("atanh", "atanh(x)", _INSIDE, (-0.6, 0.1, 0.8), (0.0, 1.0, 0.99, 2.0)),
    Case("sech", "sech(x)", _ALL, (-2.0, 0.3, 3.0), (0.0, -9.0)),
    Case("csch", "csch(x)", ((0.3, 2.5), (-2.5, -0.3)), (-2.0, 0.3, 3.0), (0.0, -9.0)),
    Case("coth", "coth(x)", ((0.3, 1.5), (-1.5, -0.3)), (-1.0, 0.3, 1.5), (0.0, 5.0)),
    Case("asech", "asech(x)", ((0.2, 0.8),), (0.2, 0.5, 0.8), (0.0, 1.0, 0.99, 2.0)),
    Case("acsch", "acsch(x)", ((0.3, 2.5), (-2.5, -0.3)), (-2.0, 0.3, 5.0), (0.0, 100.0)),
    Case("acoth", "acoth(x)", ((1.4, 4.0), (-4.0, -1.4)), (-4.0, 1.5, 2.5), (1.0, 0.5, 1.01)),
    Case("sigmoid", "sigmoid(x)", _ALL, (-3.0, 0.3, 2.5), (0.0, -9.0, 20.0)),
    Case("log_sigmoid", "log_sigmoid(x)", _ALL, (-3.0, 0.3, 2.5), (0.0, -9.0, 20.0)),
    Case("logit", "logit(x)", ((0.2, 0.8),), (0.2, 0.3, 0.8), (0.0, 0.5, 1.0)),
    Case("softplus", "softplus(x)", _ALL, (-3.0, 0.3, 2.5), (0.0, -9.0, 20.0)),
    Case("softsign", "softsign(x)", _ALL, (-2.5, 0.3, 7.0), (0.0,)),
    Case("relu", "relu(x)", _ALL, (-2.5, 0.3, 7.0), (0.0,)),
    Case("relu6", "relu6(x)", ((0.5, 5.5),), (-2.5, 0.3, 7.0), (0.0, 6.0)),
    Case("leaky_relu", "leaky_relu(x, 0.25)", _ALL, (-2.5, 0.3, 7.0), (0.0,)),
    Case("leaky_relu", "leaky_relu(x, 0.2)", ((0.5, 2.0),), (-2.5, 7.0)),
    Case("elu", "elu(x)", _ALL, (-2.5, 0.3, 7.0), (0.0,)),
    Case("elu_alpha", "elu(x, 2)", _ALL, (-2.5, 0.3, 7.0), (0.0,)),
    Case("selu", "selu(x)", _ALL, (-2.5, 0.3, 7.0), (0.0,)),
    Case("silu", "silu(x)", _ALL, (-2.5, 0.3, 2.5), (0.0, -9.0)),
    Case("gelu", "gelu(x)", ((-1.5, 2.0),), (-1.5, 0.3, 2.0), (0.0, -5.0)),
    Case("gelu_tanh", "gelu_tanh(x)", ((-1.5, 2.0),), (-1.5, 0.3, 2.0), (0.0, -5.0)),
    Case("mish", "mish(x)", _ALL, (-2.5, 0.3, 2.5), (0.0, -9.0)),
    Case("hard_sigmoid", "hard_sigmoid(x)", _ALL, (-2.5, 0.3, 7.0), (-3.0, 3.0)),
    Case("hard_tanh", "hard_tanh(x)", ((-0.8, 0.8),), (-2.5, 0.3, 7.0), (-1.0, 1.0)),
    Case("hard_swish", "hard_swish(x)", _ALL, (-2.5, 0.3, 7.0), (-3.0, 3.0)),
    Case("gamma", "gamma(x)", ((0.5, 4.0),), (0.5, 2.5, 6.25), (-0.5, 0.0, -1.0, 1.0)),
    Case("lgamma", "lgamma(x)", ((0.5, 4.0),), (0.5, 2.5, 6.25), (-0.5, 0.0, -1.0, 1.0, 2.0)),
    Case("digamma", "digamma(x)", ((0.5, 4.0),), (0.5, 2.5, 6.25), (-0.5, 0.0, -1.0, 1.0)),
    Case("polygamma", "polygamma(2, x)", ((0.5, 4.0),), (0.5, 2.5, 6.25), (-0.5, 0.0, -1.0, 1.0)),
    Case("factorial", "factorial(x)", ((0.5, 3.0),), (0.5, 1.5, 5.25), (-1.5, -1.0, 0.0)),
    Case("rgamma", "rgamma(x)", ((0.5, 4.0),), (0.5, 2.5, 6.25), (-0.5,)),
    Case("beta", "beta(x, 1.5)", ((0.5, 4.0),), (0.5, 2.5, 6.25), (-0.25, 0.0)),
    Case("lbeta", "lbeta(x, 3/2)", ((0.5, 4.0),), (0.5, 2.5, 6.25), (-0.25, 0.0)),
    Case("binomial", "binomial(x, 1.5)", ((0.5, 4.0),), (0.5, 2.5, 6.25), (-0.25, -1.0)),
    Case("pochhammer", "pochhammer(x, 1.5)", ((0.5, 4.0),), (0.5, 2.5, 6.25), (-0.25, -1.5)),
    Case("harmonic", "harmonic(x)", ((0.5, 4.0),), (0.5, 2.5, 6.25), (-0.5, -1.0)),
    Case("gammainc", "gammainc(5/2, x)", ((0.5, 6.0),), (0.5, 2.0, 6.25), (0.0, 40.0)),
    Case("gammaincc", "gammaincc(5/2, x)", ((0.5, 6.0),), (0.5, 2.0, 6.25), (0.0,)),
    Case("lower_gamma", "lower_gamma(5/2, x)", ((0.5, 6.0),), (0.5, 2.0, 6.25), (0.0,)),
    Case("upper_gamma", "upper_gamma(5/2, x)", ((0.5, 6.0),), (0.5, 2.0, 6.25), (0.0,)),
    Case("betainc", "betainc(2.5, 1.5, x)", ((0.2, 0.8),), (0.25, 0.5), (0.0, 1.0)),
    Case("zeta", "zeta(x)", ((1.25, 6.0),), (1.5, 2.5), (0.5, 1.0)),
    Case("hurwitz_zeta", "hurwitz_zeta(2.5, x)", ((0.5, 6.0),), (0.5, 2.0), (0.0,)),
    Case("erf", "erf(x)", ((-2.0, 2.0),), (-1.5, 0.3, 2.0), (0.0, 1e-4, 3.0)),
    Case("erfc", "erfc(x)", ((-2.0, 2.0),), (-1.5, 0.3, 2.0), (0.0, 3.0)),
    Case("erfi", "erfi(x)", ((-2.0, 2.0),), (-1.5, 0.3, 2.0), (0.0, 3.0)),
    Case("erfcx", "erfcx(x)", ((-2.0, 4.0),), (-1.5, 0.3, 2.0), (0.0, 4.0, 20.0)),
    Case("dawsn", "dawsn(x)", ((-1.2, 1.2),), (-0.7, 0.3, 1.1), (0.0, 5.0)),
    Case("erfinv", "erfinv(x)", ((0.2, 0.8), (-0.8, -0.2)), (-0.6, 0.25, 0.8), (0.0, 1.0, 2.0)),
    Case("erfcinv", "erfcinv(x)", ((0.2, 0.8), (1.2, 1.8)), (0.2, 0.75, 1.6), (0.0, 1.0, 2.0)),
    Case("ndtr", "ndtr(x)", _ALL, (-1.5, 0.3, 2.0), (0.0, 9.0)),
    Case("norm_pdf", "norm_pdf(x)", _ALL, (-1.5, 0.3, 2.0), (0.0, 9.0)),
    Case("ndtri", "ndtri(x)", ((0.1, 0.4), (0.6, 0.9)), (0.1, 0.4, 0.8), (0.0, 0.5, 1.0)),
    Case("log_ndtr", "log_ndtr(x)", ((-1.2, 1.2),), (-0.7, 0.3, 1.1), (0.0, -9.0, 3.0)),
    Case("Ei", "Ei(x)", ((0.3, 3.0),), (0.3, 1.75, 5.5), (0.0, -2.0, 30.0)),
    Case("expint", "expint(2, x)", ((0.3, 3.0),), (0.3, 1.75, 5.5), (0.0, 30.0)),
    Case("li", "li(x)", ((0.2, 0.8), (1.3, 4.0)), (0.3, 1.75, 5.5), (0.0, 1.0)),
    Case("Si", "Si(x)", _ALL, (-1.75, 0.3, 5.5), (0.0, 30.0)),
    Case("Ci", "Ci(x)", _POSITIVE, (0.3, 1.75, 5.5), (0.0, 30.0)),
    Case("Shi", "Shi(x)", _ALL, (-1.75, 0.3, 5.5), (0.0, 10.0)),
    Case("Chi", "Chi(x)", _POSITIVE, (0.3, 1.75, 5.5), (0.0, 10.0)),
    Case("fresnel_s", "fresnel_s(x)", ((0.3, 1.2),), (-1.2, 0.6, 2.1), (0.0, 10.0)),
    Case("fresnel_c", "fresnel_c(x)", ((0.3, 1.2),), (-1.2, 0.6, 2.1), (0.0, 10.0)),
    Case("spence", "spence(x)", ((0.1, 0.4), (2.5, 4.0)), (0.2, 2.75, 5.5), (0.0, 1.0, 100.0)),
    Case("lambertw", "lambertw(x)", ((-0.2, 3.0),), (-0.2, 0.3, 5.5), (0.0, -1.0, 100.0)),
    Case("ellipk", "ellipk(x)", ((-1.5, 0.7),), (-1.5, 0.3, 0.7), (0.0, 1.0)),
    Case("ellipe", "ellipe(x)", ((-1.5, 0.7),), (-1.5, 0.3, 0.7), (0.0, 1.0)),
    Case("agm", "agm(x, 2)", ((0.3, 4.0),), (0.3, 1.75, 5.5), (0.0, 2.0)),
    Case("besselj", "besselj(2.5, x)", ((0.5, 4.0),), (0.5, 1.75, 5.5), (0.0,)),
    Case("bessely", "bessely(2.5, x)", ((0.5, 4.0),), (0.5, 1.75, 5.5), (0.0,)),
    Case("besseli", "besseli(2.5, x)", ((0.5, 4.0),), (0.5, 1.75, 5.5), (0.0,)),
    Case("besselk", "besselk(2.5, x)", ((0.5, 4.0),), (0.5, 1.75, 5.5), (0.0,)),
    Case("bessel_j0", "bessel_j0(x)", ((1.0, 4.0),), (1.25, 2.75, 5.5), (0.0, 10.0)),
    Case("bessel_j1", "bessel_j1(x)", ((1.0, 4.0),), (1.25, 2.75, 5.5), (0.0, 10.0)),
    Case("bessel_y0", "bessel_y0(x)", ((1.0, 4.0),), (1.25, 2.75, 5.5), (0.0, 10.0)),
    Case("bessel_y1", "bessel_y1(x)", ((1.0, 4.0),), (1.25, 2.75, 5.5), (0.0, 10.0)),
    Case("bessel_i0", "bessel_i0(x)", ((1.0, 4.0),), (1.25, 2.75, 5.5), (0.0, 10.0)),
    Case("bessel_i1", "bessel_i1(x)", ((1.0, 4.0),), (1.25, 2.75, 5.5), (0.0, 10.0)),
    Case("bessel_k0", "bessel_k0(x)", ((1.0, 4.0),), (1.25, 2.75, 5.5), (0.0, 10.0)),
    Case("bessel_k1", "bessel_k1(x)", ((1.0, 4.0),), (1.25, 2.75, 5.5), (0.0, 10.0)),
    Case("bessel_i0e", "bessel_i0e(x)", ((0.9, 1.1),), (0.9, 1.0, 1.1), (0.0, 10.0)),
    Case("bessel_i1e", "bessel_i1e(x)", ((0.9, 1.1),), (0.9, 1.0, 1.1), (0.0, 10.0)),
    Case("bessel_k0e", "bessel_k0e(x)", ((0.9, 1.1),), (0.9, 1.0, 1.1), (0.0, 10.0)),
    Case("bessel_k1e", "bessel_k1e(x)", ((0.9, 1.1),), (0.9, 1.0, 1.1), (0.0, 10.0)),
    Case("airyai", "airyai(x)", _ALL, (-2.7, 0.3, 1.7), (0.0, 5.0)),
    Case("airybi", "airybi(x)", _ALL, (-2.7, 0.3, 1.7), (0.0, 5.0)),
    Case("airyaiprime", "airyaiprime(x)", _ALL, (-2.7, 0.3, 1.7), (0.0, 5.0)),
    Case("airybiprime", "airybiprime(x)", _ALL, (-2.7, 0.3, 1.7), (0.0, 5.0)),
    Case("add", "x + x^2", _ALL, (0.4, 2.0), (0.0,)),
    Case("sub", "x^2 - 3x", _ALL, (0.4, 2.0), (0.0, 1.5)),
    Case("mul", "x*sin(x)", _ALL, (0.4, 2.0), (0.0,)),
    Case("div", "x/(1 + x)", ((0.2, 3.0),), (0.4, 2.0), (0.0, -1.0)),
    Case("neg", "-x^3", _ALL, (0.4, 2.0), (0.0,)),
    Case(COMPOSITE, "log(x^2)", ((0.4, 3.0), (-3.0, -0.4)), (1.0, 2.0, 3.0), (0.0,)),
    Case(COMPOSITE, "sin(x)*exp(-x^2)", ((-2.0, 2.0),), (-1.2, 0.4, 2.1), (0.0,)),
    Case(COMPOSITE, "1/(1 + x^2)", ((-3.0, 3.0),), (-1.5, 0.25, 3.0), (0.0,)),
    Case(COMPOSITE, "exp(sin(x)^2)/(1 + x^4)", ((0.2, 2.0),), (0.7, 1.9)),
    Case(COMPOSITE, "atan2(sin x, 1 + x)", ((0.2, 2.0),), (0.5, 2.0)),
    Case(COMPOSITE, "log(1 + sqrt(1 + x^2))", ((-3.0, 3.0),), (-1.5, 0.6), (0.0,)),
    Case(COMPOSITE, "2^x*x^(1/3)", ((0.4, 2.0),), (0.5, 2.0)),
    Case(COMPOSITE, "sigmoid(3x)*softplus(1 - x)", ((-1.0, 1.0),), (-0.5, 0.4), (0.0,)),
    Case(COMPOSITE, "erf(cos x)", ((0.2, 2.5),), (0.5, 2.0), (0.0,)),
    Case(COMPOSITE, "gamma(1 + x^2)", ((0.3, 1.5),), (0.5, 1.25), (0.0,)),
    Case(COMPOSITE, "tanh(x)/cosh(x)", ((-1.2, 1.2),), (-0.7, 0.9), (0.0,)),
    Case(COMPOSITE, "|x^3 - 2|", ((-1.2, 1.0), (1.5, 2.5)), (-1.0, 0.5, 2.0), (0.0,)),
    Case(COMPOSITE, "acos(x/3)*log2(x)", ((0.5, 2.3),), (0.7, 2.0)),
    Case(COMPOSITE, "sin(x)/x", ((0.8, 3.0),), (1.0, 2.0), (0.0, 0.1)),
    Case(COMPOSITE, "sqrt(x^4)", ((0.4, 2.0),), (0.5, 2.0), (0.0,)),
)

SEVERAL_TARGETS = (
    Case(COMPOSITE, ("u = x^2", "y = log(u)"), _POSITIVE, (1.0, 2.0, 3.0)),
    Case(COMPOSITE, ("u = sin(x)", "v = exp(-x^2)", "u*v"), ((-1.5, 1.5),), (-1.2, 0.4)),
    Case(COMPOSITE, ("r = sqrt(1 + x^2)", "log(1 + r)", "atan(x)/r"), _ALL, (-1.5, 0.6)),
)
"""Targets that share parts, for the arrangements of several tapes."""
# fmt: on
