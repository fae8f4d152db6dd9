"""The second oracle: every row of the function table in mpmath, written by hand.

It shares no code with TensorFlow, nor with python-flint: mpmath's own functions in Python, and
finite differences at a precision far above the wanted one.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath as mp

DIGITS = 50

Real = Any  # mpmath has no types


@dataclass(frozen=True)
class Case:
    """A function of the table as a function of x alone.

    Attributes:
        expression: how it is typed.
        function: the same in mpmath.
        ordinary: points at which every derivative keeps its digits.
        edges: points near the ends of the domain, zeros, poles and cancellations.
    """

    expression: str
    function: Callable[[Real], Real]
    ordinary: tuple[float, ...]
    edges: tuple[float, ...] = ()


def cbrt(x: Real) -> Real:
    return mp.sign(x) * mp.cbrt(abs(x))


def erfcx(x: Real) -> Real:
    return mp.exp(x**2) * mp.erfc(x)


def dawson(x: Real) -> Real:
    return mp.sqrt(mp.pi) / 2 * mp.exp(-(x**2)) * mp.erfi(x)


def erfcinv(x: Real) -> Real:
    with mp.extradps(int(2 - min(mp.log10(x), 0))):  # 1 - x keeps the digits of x
        return mp.erfinv(1 - x)


def normal(x: Real) -> Real:
    return mp.erfc(-x / mp.sqrt(2)) / 2


def trunc(x: Real) -> Real:
    return mp.sign(x) * mp.floor(abs(x))


with mp.workdps(60):  # with fixed digits, the products with them are exact
    DEGREE, RADIAN, SIXTH = mp.pi / 180, 180 / mp.pi, mp.mpf(1) / 6
    SELU = mp.mpf("1.0507009873554805"), mp.mpf("1.7580993408473768")


def selu(x: Real) -> Real:
    scale, scaled_alpha = SELU
    return scale * x if x > 0 else scaled_alpha * mp.expm1(x)


def gelu_tanh(x: Real) -> Real:
    return x * (1 + mp.tanh(mp.sqrt(2 / mp.pi) * (x + mp.mpf(0.044715) * x**3))) / 2


def second_kind(first: Callable[[Real, Real], Real], order: Real, x: Real) -> Real:
    """Y or K, beside J or I: mpmath takes long at the orders 0 and 1.

    The formulas are 10.8.2, 10.31.2, 10.5.2 and 10.28.2 of the NIST Handbook.
    """
    sign = -1 if first is mp.besselj else 1
    if order not in (0, 1):
        return (mp.bessely if sign < 0 else mp.besselk)(order, x)
    with mp.extradps(int(x) + 10):
        harmonic = total = mp.mpf(0)
        k, term = 0, mp.mpf(1)
        while abs(term) > mp.mpf(10) ** -mp.mp.dps:
            k += 1
            term *= sign * (x / 2) ** 2 / k**2
            harmonic += mp.mpf(1) / k
            total += harmonic * term
        zeroth = total - (mp.log(x / 2) + mp.euler) * first(0, x)
        if sign < 0:
            zeroth *= -2 / mp.pi
        if order == 0:
            return +zeroth
        if sign < 0:
            return (first(1, x) * zeroth - 2 / (mp.pi * x)) / first(0, x)
        return (1 / x - first(1, x) * zeroth) / first(0, x)


BESSEL = {
    "j": mp.besselj,
    "y": functools.partial(second_kind, mp.besselj),
    "i": mp.besseli,
    "k": functools.partial(second_kind, mp.besseli),
}


def scaled(function: Callable[[Real, Real], Real], order: int, sign: int, x: Real) -> Real:
    return mp.exp(sign * x) * function(order, x)


CASES = {
    "abs": Case("abs(x)", abs, (-2.5, 0.3, 7.0), (-1e-300, 1e300)),
    "sign": Case("sign(x)", mp.sign, (-2.5, 0.3), (-1e-300, 1e300)),
    "sqrt": Case("sqrt(x)", mp.sqrt, (0.3, 2.0, 50.0), (1e-12, 1e-60, 1e60)),
    "cbrt": Case("cbrt(x)", cbrt, (-8.0, 0.3, 2.0), (-1e-12, 1e-40, 1e60)),
    "exp": Case("exp(x)", mp.exp, (-3.0, 0.1, 2.5), (-700.0, 1e-18, 700.0)),
    "expm1": Case("expm1(x)", mp.expm1, (-3.0, 0.1, 2.5), (-40.0, 1e-18, 700.0)),
    "log": Case("log(x)", mp.log, (0.3, 2.0, 50.0), (1e-60, 1.0000001, 1e60)),
    "log2": Case("log2(x)", lambda x: mp.log(x, 2), (0.3, 2.0, 50.0), (1e-60, 1e60)),
    "log10": Case("log10(x)", mp.log10, (0.3, 2.0, 50.0), (1e-60, 1e60)),
    "log1p": Case("log1p(x)", mp.log1p, (-0.4, 0.3, 9.0), (-0.9999999, 1e-18, 1e60)),
    "sin": Case("sin(x)", mp.sin, (-2.0, 0.5, 10.0), (1e-18, 3.141592653589793, 1e5)),
    "cos": Case("cos(x)", mp.cos, (-2.0, 0.5, 10.0), (1e-18, 1.5707963267948966, 1e5)),
    "tan": Case("tan(x)", mp.tan, (-1.0, 0.5, 4.0), (1e-18, 1.57, 1e5)),
    "cot": Case("cot(x)", mp.cot, (-1.0, 0.5, 4.0), (1e-12, 3.14, 1e5)),
    "sec": Case("sec(x)", mp.sec, (-1.0, 0.5, 4.0), (1e-12, 1.57, 1e5)),
    "csc": Case("csc(x)", mp.csc, (-1.0, 0.5, 4.0), (1e-12, 3.14, 1e5)),
    "asin": Case("asin(x)", mp.asin, (-0.6, 0.1, 0.8), (1e-18, 0.999999, -0.9999999999)),
    "acos": Case("acos(x)", mp.acos, (-0.6, 0.1, 0.8), (1e-18, 0.999999, -0.9999999999)),
    "atan": Case("atan(x)", mp.atan, (-2.0, 0.3, 5.0), (1e-18, -1e8, 1e60)),
    "sinh": Case("sinh(x)", mp.sinh, (-2.0, 0.3, 3.0), (1e-18, -30.0, 700.0)),
    "cosh": Case("cosh(x)", mp.cosh, (-2.0, 0.3, 3.0), (1e-18, -30.0, 700.0)),
    "tanh": Case("tanh(x)", mp.tanh, (-1.0, 0.3, 1.5), (1e-18, -15.0, 20.0)),
    "asinh": Case("asinh(x)", mp.asinh, (-2.0, 0.3, 5.0), (1e-18, -1e8, 1e60)),
    "acosh": Case("acosh(x)", mp.acosh, (1.3, 2.0, 9.0), (1.000001, 1e8)),
    "atanh": Case("atanh(x)", mp.atanh, (-0.6, 0.1, 0.8), (1e-18, 0.999999, -0.9999999999)),
    "sigmoid": Case(
        "sigmoid(x)", lambda x: 1 / (1 + mp.exp(-x)), (-3.0, 0.3, 2.5), (-700.0, 1e-18, 30.0)
    ),
    "softplus": Case(
        "softplus(x)", lambda x: mp.log1p(mp.exp(x)), (-3.0, 0.3, 2.5), (-700.0, 1e-18, 30.0)
    ),
    "erf": Case("erf(x)", mp.erf, (-1.5, 0.3, 2.0), (1e-18, -5.0, 20.0)),
    "erfc": Case("erfc(x)", mp.erfc, (-1.5, 0.3, 2.0), (1e-18, -5.0, 20.0)),
    "erfi": Case("erfi(x)", mp.erfi, (-1.5, 0.3, 2.0), (1e-18, -5.0, 20.0)),
    "erfcx": Case("erfcx(x)", erfcx, (-1.5, 0.3, 2.0, 20.0), (1e-18, -20.0, 3.99, 4.01)),
    "dawsn": Case("dawsn(x)", dawson, (-0.7, 0.3, 1.1), (1e-18, 3.99, -4.01, 20.0)),
    "erfinv": Case("erfinv(x)", mp.erfinv, (-0.6, 0.2, 0.8), (0.999999, -0.9999999999)),
    "erfcinv": Case("erfcinv(x)", erfcinv, (0.2, 0.9, 1.6), (1e-18, 0.99, 1.999999, 1e-40)),
    "ndtr": Case("ndtr(x)", normal, (-1.5, 0.3, 2.0), (1e-18, -20.0, 8.0)),
    "norm_pdf": Case(
        "norm_pdf(x)",
        lambda x: mp.exp(-(x**2) / 2) / mp.sqrt(2 * mp.pi),
        (-1.5, 0.3, 2.0),
        (1e-18, -20.0, 8.0),
    ),
    "ndtri": Case(
        "ndtri(x)", lambda x: -mp.sqrt(2) * erfcinv(2 * x), (0.1, 0.4, 0.8), (1e-18, 0.999999)
    ),
    "log_ndtr": Case(
        "log_ndtr(x)", lambda x: mp.log(normal(x)), (-0.2, 0.3, 1.1), (1e-18, -20.0, 8.0)
    ),
    "Ei": Case("Ei(x)", mp.ei, (0.3, 1.7, 5.5), (1e-9, 40.0)),
    "expint": Case("expint(2, x)", lambda x: mp.expint(2, x), (0.3, 1.7, 5.5), (1e-6, 40.0)),
    "li": Case("li(x)", mp.li, (0.3, 1.7, 5.5), (1e-9, 0.9999, 1e6)),
    "Si": Case("Si(x)", mp.si, (-1.7, 0.3, 5.5), (1e-3, 40.0)),
    "Ci": Case("Ci(x)", mp.ci, (0.3, 1.7, 5.5), (1e-6, 40.0)),
    "Shi": Case("Shi(x)", mp.shi, (-1.7, 0.3, 5.5), (1e-3, 40.0)),
    "Chi": Case("Chi(x)", mp.chi, (0.3, 1.7, 5.5), (1e-6, 40.0)),
    "fresnel_s": Case("fresnel_s(x)", mp.fresnels, (-1.2, 0.6, 2.1), (1e-3, 10.3)),
    "fresnel_c": Case("fresnel_c(x)", mp.fresnelc, (-1.2, 0.6, 2.1), (1e-3, 10.3)),
    "spence": Case(
        "spence(x)", lambda x: mp.re(mp.polylog(2, 1 - x)), (0.2, 2.7, 5.5), (1e-9, 100.0)
    ),
    "lambertw": Case(
        "lambertw(x)", lambda x: mp.re(mp.lambertw(x)), (-0.2, 0.3, 5.5), (-0.3678, 1e-9, 1e30)
    ),
    "ellipk": Case("ellipk(x)", mp.ellipk, (-1.5, 0.3, 0.7), (1e-9, 0.999999, -1e6)),
    "ellipe": Case("ellipe(x)", mp.ellipe, (-1.5, 0.3, 0.7), (1e-9, 0.999999, -1e6)),
    "agm": Case("agm(x, 2)", lambda x: mp.agm(x, 2), (0.3, 1.7, 5.5), (1e-9, 1e6)),
    **{
        f"bessel{kind}": Case(
            f"bessel{kind}(2.5, x)", functools.partial(rule, 2.5), (0.3, 1.7, 5.5), (1e-3, 40.0)
        )
        for kind, rule in BESSEL.items()
    },
    **{
        f"bessel_{kind}{order}": Case(
            f"bessel_{kind}{order}(x)",
            functools.partial(rule, order),
            (1.3, 2.7, 5.5),
            (0.02, 9.0),
        )
        for kind, rule in BESSEL.items()
        for order in (0, 1)
    },
    **{
        f"bessel_{kind}{order}e": Case(
            f"bessel_{kind}{order}e(x)",
            functools.partial(scaled, BESSEL[kind], order, -1 if kind == "i" else 1),
            (0.9, 1.0, 1.1),
            (0.02, 9.0),
        )
        for kind in "ik"
        for order in (0, 1)
    },
    "airyai": Case("airyai(x)", mp.airyai, (-2.7, 0.3, 1.7), (1e-6, -20.0, 10.0)),
    "airybi": Case("airybi(x)", mp.airybi, (-2.7, 0.3, 1.7), (1e-6, -20.0, 10.0)),
    "airyaiprime": Case(
        "airyaiprime(x)", lambda x: mp.airyai(x, derivative=1), (-2.7, 0.3, 1.7), (-20.0, 10.0)
    ),
    "airybiprime": Case(
        "airybiprime(x)", lambda x: mp.airybi(x, derivative=1), (-2.7, 0.3, 1.7), (-20.0, 10.0)
    ),
    "relu": Case("relu(x)", lambda x: max(x, 0), (-2.5, 0.3, 7.0), (-1e-300, 1e300)),
    "sech": Case("sech(x)", mp.sech, (-0.7, 0.3, 3.0), (1e-12, -30.0, 60.0)),
    "csch": Case("csch(x)", mp.csch, (-0.7, 0.3, 3.0), (1e-12, -30.0, 60.0)),
    "coth": Case("coth(x)", mp.coth, (-0.7, 0.3, 1.5), (1e-12, -15.0, 20.0)),
    "asech": Case("asech(x)", mp.asech, (0.2, 0.5, 0.8), (1e-12, 0.999999)),
    "acsch": Case("acsch(x)", mp.acsch, (-2.0, 0.3, 5.0), (1e-12, -1e8, 1e60)),
    "acoth": Case("acoth(x)", mp.acoth, (-4.0, 1.5, 2.5), (-1.000001, 1e8)),
    "acot": Case("acot(x)", mp.acot, (-2.0, 1.5, 5.0), (1e-12, -1e8, 1e60)),
    "asec": Case("asec(x)", mp.asec, (-4.0, 1.5, 2.5), (-1.000001, 1e8)),
    "acsc": Case("acsc(x)", mp.acsc, (-4.0, 1.5, 2.5), (-1.000001, 1e8)),
    "degrees": Case("degrees(x)", lambda x: x * RADIAN, (-2.5, 0.3, 7.0), (1e-18, 1e300)),
    "radians": Case("radians(x)", lambda x: x * DEGREE, (-2.5, 0.3, 7.0), (1e-18, 1e300)),
    "sind": Case("sind(x)", lambda x: mp.sinpi(x / 180), (-100.0, 20.0, 400.0), (1e-18, 179.9)),
    "cosd": Case("cosd(x)", lambda x: mp.cospi(x / 180), (-100.0, 20.0, 400.0), (1e-18, 89.9)),
    "tand": Case("tand(x)", lambda x: mp.tan(x * mp.pi / 180), (-50.0, 20.0), (1e-18, 89.9)),
    "asind": Case(
        "asind(x)", lambda x: mp.asin(x) * 180 / mp.pi, (-0.6, 0.1, 0.8), (1e-18, 0.999999)
    ),
    "acosd": Case(
        "acosd(x)", lambda x: mp.acos(x) * 180 / mp.pi, (-0.6, 0.1, 0.8), (1e-18, 0.999999)
    ),
    "atand": Case("atand(x)", lambda x: mp.atan(x) * 180 / mp.pi, (-2.0, 0.3, 5.0), (1e-18, -1e8)),
    "sinpi": Case("sinpi(x)", mp.sinpi, (-0.7, 0.2, 3.3), (1e-18, 2.01, 1e5 + 0.1)),
    "cospi": Case("cospi(x)", mp.cospi, (-0.7, 0.2, 3.3), (1e-18, 2.51, 1e5 + 0.1)),
    "versin": Case("versin(x)", lambda x: 1 - mp.cos(x), (-2.0, 0.5, 10.0), (1e-8, 1e5)),
    "haversin": Case("haversin(x)", lambda x: (1 - mp.cos(x)) / 2, (-2.0, 0.5, 10.0), (1e-8,)),
    "sinc": Case("sinc(x)", mp.sinc, (-2.0, 0.5, 10.0), (1e-18, 0.999, 1.001, 1e5)),
    "sincpi": Case("sincpi(x)", mp.sincpi, (-0.7, 0.2, 3.3), (1e-18, 0.31, 0.32, 1e5 + 0.1)),
    "logaddexp": Case(
        "logaddexp(x, 2)", lambda x: mp.log(mp.exp(x) + mp.exp(2)), (-1.0, 0.3, 2.5), (-30.0, 60.0)
    ),
    "root": Case(
        "root(x, 5)", lambda x: mp.sign(x) * mp.root(abs(x), 5), (-8.0, 0.3, 2.0), (-1e-12, 1e60)
    ),
    "exp2": Case("exp2(x)", lambda x: mp.power(2, x), (-3.0, 0.1, 2.5), (-1000.0, 1e-18, 1000.0)),
    "exp10": Case("exp10(x)", lambda x: mp.power(10, x), (-3.0, 0.1, 2.5), (-300.0, 1e-18, 300.0)),
    "log_base": Case("log(x, 3)", lambda x: mp.log(x) / mp.log(3), (0.3, 2.0, 50.0), (1e-60, 1e60)),
    "xlogy": Case("xlogy(x, x + 1)", lambda x: x * mp.log(x + 1), (-0.4, 0.3, 9.0), (1e-12, 1e30)),
    "xlog1py": Case("xlog1py(x, x)", lambda x: x * mp.log1p(x), (-0.3, 0.3, 1.5), (1e-12, 1e30)),
    "xlogx": Case("xlogx(x)", lambda x: x * mp.log(x), (0.3, 2.0, 50.0), (1e-30, 1e30)),
    "entr": Case("entr(x)", lambda x: -x * mp.log(x), (0.3, 2.0, 50.0), (1e-30, 1e30)),
    "square": Case("square(x)", lambda x: x * x, (-2.5, 0.3, 7.0), (1e-18, 1e100)),
    "reciprocal": Case("reciprocal(x)", lambda x: 1 / x, (-2.5, 0.3, 7.0), (1e-12, 1e40)),
    "rsqrt": Case("rsqrt(x)", lambda x: 1 / mp.sqrt(x), (0.3, 2.0, 50.0), (1e-12, 1e40)),
    "clip": Case("clip(x, -1, 1)", lambda x: min(max(x, -1), 1), (-0.6, 0.3, 0.8), (-5.0, 1e60)),
    "log_sigmoid": Case(
        "log_sigmoid(x)", lambda x: -mp.log1p(mp.exp(-x)), (-3.0, 0.3, 2.5), (-700.0, 1e-18, 30.0)
    ),
    "logit": Case("logit(x)", lambda x: mp.log(x / (1 - x)), (0.2, 0.3, 0.8), (1e-12, 0.999999)),
    "softsign": Case("softsign(x)", lambda x: x / (1 + abs(x)), (-2.0, 0.3, 5.0), (-1e-9, 1e8)),
    "relu6": Case("relu6(x)", lambda x: min(max(x, 0), 6), (0.3, 2.0, 5.0), (-2.0, 7.0, 1e300)),
    "leaky_relu": Case(
        "leaky_relu(x, 0.25)", lambda x: x if x > 0 else x / 4, (-2.5, 0.3, 7.0), (-1e-300, 1e300)
    ),
    "elu": Case("elu(x)", lambda x: x if x > 0 else mp.expm1(x), (-3.0, 0.3, 2.5), (-40.0, 1e300)),
    "elu_alpha": Case(
        "elu(x, 2)", lambda x: x if x > 0 else 2 * mp.expm1(x), (-3.0, 0.3, 2.5), (-40.0, 1e300)
    ),
    "selu": Case("selu(x)", selu, (-3.0, 0.3, 2.5), (-40.0, 1e300)),
    "silu": Case("silu(x)", lambda x: x / (1 + mp.exp(-x)), (-3.0, 0.3, 2.5), (-700.0, 30.0)),
    "gelu": Case("gelu(x)", lambda x: x * mp.ncdf(x), (-1.5, 0.3, 1.75), (1e-18, -5.0, 20.0)),
    "gelu_tanh": Case("gelu_tanh(x)", gelu_tanh, (-1.5, 0.3, 1.5), (1e-18, -5.0, 20.0)),
    "mish": Case("mish(x)", lambda x: x * mp.tanh(mp.log1p(mp.exp(x))), (-3.0, 0.3, 2.5), (-30.0,)),
    "hard_sigmoid": Case(
        "hard_sigmoid(x)", lambda x: min(max(x + 3, 0), 6) * SIXTH, (-2.0, 0.3, 2.5), (-4.0, 1e300)
    ),
    "hard_tanh": Case("hard_tanh(x)", lambda x: min(max(x, -1), 1), (-0.6, 0.3, 0.8), (-5.0, 2.0)),
    "hard_swish": Case(
        "hard_swish(x)",
        lambda x: x * min(max(x + 3, 0), 6) * SIXTH,
        (-2.0, 0.3, 2.5),
        (-4.0, 1e100),
    ),
    "factorial": Case("factorial(x)", mp.factorial, (-0.5, 1.5, 5.3), (-4.3, 1e-6, 100.0)),
    "digamma": Case("digamma(x)", mp.digamma, (0.5, 2.5, 6.3), (-0.5, -3.3, 1e-6, 1e6)),
    "polygamma": Case(
        "polygamma(2, x)", lambda x: mp.psi(2, x), (0.5, 2.5, 6.3), (-0.5, -3.3, 1e-6, 1e6)
    ),
    "rgamma": Case("rgamma(x)", mp.rgamma, (0.5, 3.2, 6.3), (-0.5, -3.3, 1e-6, 100.0)),
    "beta": Case("beta(x, 1.5)", lambda x: mp.beta(x, 1.5), (0.5, 2.5, 6.3), (-0.3, 1e-6, 300.0)),
    "lbeta": Case(
        "lbeta(x, 3/2)", lambda x: mp.log(abs(mp.beta(x, 1.5))), (0.5, 2.5, 6.3), (-0.3, 300.0)
    ),
    "binomial": Case(
        "binomial(x, 1.5)", lambda x: mp.binomial(x, 1.5), (0.7, 2.2, 6.3), (-0.3, -3.3, 300.0)
    ),
    "pochhammer": Case(
        "pochhammer(x, 1.5)", lambda x: mp.rf(x, 1.5), (0.5, 2.5), (-0.3, -3.3, 300.0)
    ),
    "harmonic": Case("harmonic(x)", mp.harmonic, (0.5, 2.5, 6.3), (-3.3, 1e-6, 1e6)),
    "gammainc": Case(
        "gammainc(5/2, x)",
        lambda x: mp.gammainc(2.5, 0, x, regularized=True),
        (0.5, 2.0, 6.3),
        (1e-6, 40.0),
    ),
    "gammaincc": Case(
        "gammaincc(5/2, x)",
        lambda x: mp.gammainc(2.5, x, regularized=True),
        (0.5, 2.0, 6.3),
        (1e-6, 40.0),
    ),
    "lower_gamma": Case(
        "lower_gamma(5/2, x)", lambda x: mp.gammainc(2.5, 0, x), (0.5, 2.0, 6.3), (1e-6, 40.0)
    ),
    "upper_gamma": Case(
        "upper_gamma(5/2, x)", lambda x: mp.gammainc(2.5, x), (0.5, 2.0, 6.3), (1e-6, 40.0)
    ),
    "betainc": Case(
        "betainc(2.5, 1.5, x)",
        lambda x: mp.betainc(2.5, 1.5, 0, x, regularized=True),
        (0.2, 0.5, 0.7),
        (1e-6, 0.99),
    ),
    "zeta": Case("zeta(x)", mp.zeta, (1.5, 2.5, 6.3), (-3.3, 0.5, 30.0)),
    "hurwitz_zeta": Case(
        "hurwitz_zeta(2.5, x)", lambda x: mp.zeta(2.5, x), (0.5, 2.0, 6.3), (1e-3, 1e3)
    ),
    "gamma": Case("gamma(x)", mp.gamma, (0.5, 2.5, 6.3), (-0.5, -3.3, 1e-6, 100.0)),
    "lgamma": Case(
        "lgamma(x)", lambda x: mp.log(abs(mp.gamma(x))), (0.5, 2.5, 6.3), (-0.5, -3.3, 1e-6, 1e6)
    ),
    "atan2": Case("atan2(x, 2)", lambda x: mp.atan2(x, 2), (-1.5, 0.3, 5.0), (1e-18, 1e8)),
    "hypot": Case("hypot(x, 3)", lambda x: mp.hypot(x, 3), (-2.0, 0.3, 5.0), (1e-18, 1e8)),
    "min": Case("min(x^2, x)", lambda x: min(x**2, x), (-2.0, 0.3, 5.0), (1e-18, 0.999999)),
    "max": Case("max(x^2, x)", lambda x: max(x**2, x), (-2.0, 0.3, 5.0), (1e-18, 0.999999)),
    "floor": Case("floor(x)", mp.floor, (-1.5, 0.3, 7.6), (-1e-300, 0.999999)),
    "ceil": Case("ceil(x)", mp.ceil, (-1.5, 0.3, 7.6), (-1e-300, 1.000001)),
    "round": Case("round(x)", mp.nint, (-1.7, 0.3, 7.6), (0.49999999999999994,)),
    "trunc": Case("trunc(x)", trunc, (-1.5, 0.3, 7.6), (-1e-300, -0.999999)),
    "frac": Case("frac(x)", lambda x: x - mp.floor(x), (-1.25, 0.3, 7.6), (0.999, 12.3)),
    "step": Case("step(x)", lambda x: (1 + mp.sign(x)) / 2, (-1.5, 0.3, 7.6), (-1e-300, 1e300)),
    "mod": Case("mod(x, 3)", lambda x: x - 3 * mp.floor(x / 3), (-1.5, 0.25, 7.6), (2.999, 100.5)),
    "fmod": Case("fmod(x, 3)", lambda x: x - 3 * trunc(x / 3), (-1.5, 0.25, 7.6), (-2.999, 100.5)),
    "copysign": Case("copysign(x, -2)", lambda x: -abs(x), (-1.5, 0.3, 7.6), (1e-300, 1e300)),
    "where": Case(
        "where(x > 0, x^2, sin(x))",
        lambda x: x**2 if x > 0 else mp.sin(x),
        (-1.5, 0.3, 2.0),
        (-1e-18, 1e-18, 1e20),
    ),
    "pow": Case("pow(x, 2.5)", lambda x: x ** mp.mpf(2.5), (0.3, 2.0, 5.0), (1e-12, 1e20)),
}

COMPOSITES = (
    Case("log(x^2)", lambda x: mp.log(x**2), (1.0, 2.0, -3.0)),
    Case("sin(x)*exp(-x^2)", lambda x: mp.sin(x) * mp.exp(-(x**2)), (-1.2, 0.4, 2.1)),
    Case("x^x", lambda x: x**x, (0.5, 1.7, 3.0)),
    Case("1/(1 + x^2)", lambda x: 1 / (1 + x**2), (-1.5, 0.25, 3.0)),
    Case("exp(sin(x)^2)/(1 + x^4)", lambda x: mp.exp(mp.sin(x) ** 2) / (1 + x**4), (0.7, 1.9)),
    Case("atan2(sin x, 1 + x)", lambda x: mp.atan2(mp.sin(x), 1 + x), (0.5, 2.0)),
    Case("log(1 + sqrt(1 + x^2))", lambda x: mp.log(1 + mp.sqrt(1 + x**2)), (-1.5, 0.6, 4.0)),
    Case("2^x*x^(1/3)", lambda x: 2**x * mp.cbrt(x), (0.5, 2.0)),
    Case("pi*x^-3 + e^(2x)/tau", lambda x: mp.pi / x**3 + mp.exp(2 * x) / (2 * mp.pi), (0.5, 1.5)),
    Case("sigmoid(3x)*softplus(1 - x)",
         lambda x: 1 / (1 + mp.exp(-3 * x)) * mp.log(1 + mp.exp(1 - x)), (-0.5, 0.4)),
    Case("erf(cos x)", lambda x: mp.erf(mp.cos(x)), (0.5, 2.0)),
    Case("gamma(1 + x^2)", lambda x: mp.gamma(1 + x**2), (0.5, 1.3)),
    Case("tanh(x)/cosh(x)", lambda x: mp.tanh(x) / mp.cosh(x), (-0.7, 0.9)),
    Case("|x^3 - 2|", lambda x: abs(x**3 - 2), (-1.0, 0.5, 2.0)),
    Case("hypot(x, sin x)", lambda x: mp.hypot(x, mp.sin(x)), (1.0, 2.0)),
    Case("acos(x/3)*log2(x)", lambda x: mp.acos(x / 3) * mp.log(x, 2), (0.7, 2.0)),
)  # fmt: skip


STEPS = (30, 60), (40, 100), (50, 400), (60, 800)
"""For each try: the digits of a step of differences relative to the point, and more digits that
values have beyond those that the differences lose. A small number beside a large one, as in
erf(20), needs many more.
"""

AGREEING = Fraction(1, 10**22)
"""How far apart two tries may be, relative to the derivative."""

SHARED = 4
"""The highest order of the derivatives that are computed together."""


def derivative(function: Callable[[Real], Real], point: float, order: int) -> Fraction:
    """The derivative at this very float, to 20 digits at least.

    Raises:
        ArithmeticError: two precisions do not agree.
    """
    return derivatives(function, point, max(order, SHARED))[order]


@functools.cache
def derivatives(
    function: Callable[[Real], Real], point: float, highest: int
) -> tuple[Fraction, ...]:
    """The derivatives of the orders from 0: two tries that agree; a zero is believed of the last.

    The steps go to the right of a positive point and to the left of a negative one.
    """
    last: tuple[Fraction, ...] = ()
    for step_digits, more in STEPS:
        tried = _differences(function, point, highest, step_digits, more)
        if last and all(
            (a or (step_digits, more) == STEPS[-1]) and abs(a - b) <= AGREEING * abs(a)
            for a, b in zip(tried, last, strict=True)
        ):
            return tried
        last = tried
    raise ArithmeticError(f"the oracle is not sure of a derivative at {point}")


def _differences(
    function: Callable[[Real], Real], point: float, highest: int, step_digits: int, more: int
) -> tuple[Fraction, ...]:
    """Forward differences of a step that is small beside the point, divided by its powers."""
    with mp.workdps(step_digits * highest + more):
        x = mp.mpf(point)
        step = mp.ldexp(x or 1, -int(step_digits * 3.33))
        values = [function(x + k * step) for k in range(highest + 1)]
        results = []
        for order in range(highest + 1):
            results.append(_exact(mp.mpf(values[0]) / step**order))
            values = [after - before for before, after in itertools.pairwise(values)]
        return tuple(results)


def _exact(value: Real) -> Fraction:
    sign, mantissa, exponent = (int(part) for part in value._mpf_[:3])
    return (1 - 2 * sign) * mantissa * Fraction(2) ** exponent
