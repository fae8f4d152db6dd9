"""Bessel and Airy functions."""

from __future__ import annotations

from tapecli.defaults import EAGER, GRAPH, XLA
from tapecli.expressions.functions.schema import Function, Limit

_SCALED = (Limit("bfloat16", 0, (EAGER, GRAPH)),)

_BESSEL = (
    Limit("float64", 0, (XLA,)),
    Limit("float32", 0, (XLA,)),
    Limit("bfloat16", 0, (EAGER, GRAPH, XLA)),
    Limit("float16", 0, (XLA,)),
)
"""Operations that XLA does not have, nor bfloat16."""


def _at_zero(order: int) -> tuple[Limit, ...]:
    """TensorFlow divides by x from this order on."""
    dtypes = ("float64", "float32", "float16")
    return _BESSEL + tuple(Limit(dtype, order, (EAGER, GRAPH), "x = 0") for dtype in dtypes)


# fmt: off
ROWS = (
    # name, meaning, TensorFlow, SymPy, series, derivatives, domain, aliases, parameters
    Function("besselj", "Bessel function J of order v", None, "besselj", "besselj",
             ("", "(besselj(v - 1, x) - besselj(v + 1, x))/2"), "x > 0, or v whole",
             aliases=("jv",), parameters=("v", "x"), sample=("1.5", "2"), fixed=("v",),
             of_orders=("bessel_j0", "bessel_j1")),
    Function("bessely", "Bessel function Y of order v", None, "bessely", "bessely",
             ("", "(bessely(v - 1, x) - bessely(v + 1, x))/2"), "x > 0",
             aliases=("yv",), parameters=("v", "x"), sample=("1.5", "2"), fixed=("v",),
             of_orders=("bessel_y0", "bessel_y1")),
    Function("besseli", "modified Bessel function I of order v", None, "besseli", "besseli",
             ("", "(besseli(v - 1, x) + besseli(v + 1, x))/2"), "x > 0, or v whole",
             aliases=("iv",), parameters=("v", "x"), sample=("1.5", "2"), fixed=("v",),
             of_orders=("bessel_i0", "bessel_i1")),
    Function("besselk", "modified Bessel function K of order v", None, "besselk", "besselk",
             ("", "-(besselk(v - 1, x) + besselk(v + 1, x))/2"), "x > 0",
             aliases=("kv",), parameters=("v", "x"), sample=("1.5", "2"), fixed=("v",),
             of_orders=("bessel_k0", "bessel_k1")),
    Function("bessel_j0", "besselj(0, x)", "math.special.bessel_j0",
             lambda sp, x: sp.besselj(0, x), "j0", ("-bessel_j1(x)",), limits=_at_zero(3)),
    Function("bessel_j1", "besselj(1, x)", "math.special.bessel_j1",
             lambda sp, x: sp.besselj(1, x), "j1", ("(bessel_j0(x) - besselj(2, x))/2",),
             limits=_at_zero(2)),
    Function("bessel_y0", "bessely(0, x)", "math.special.bessel_y0",
             lambda sp, x: sp.bessely(0, x), "y0", ("-bessel_y1(x)",), "x > 0", limits=_BESSEL),
    Function("bessel_y1", "bessely(1, x)", "math.special.bessel_y1",
             lambda sp, x: sp.bessely(1, x), "y1", ("(bessel_y0(x) - bessely(2, x))/2",), "x > 0",
             limits=_BESSEL),
    Function("bessel_i0", "besseli(0, x)", "math.special.bessel_i0",
             lambda sp, x: sp.besseli(0, x), "i0", ("bessel_i1(x)",), limits=_at_zero(2)),
    Function("bessel_i1", "besseli(1, x)", "math.special.bessel_i1",
             lambda sp, x: sp.besseli(1, x), "i1", ("(bessel_i0(x) + besseli(2, x))/2",),
             limits=_at_zero(1)),
    Function("bessel_k0", "besselk(0, x)", "math.special.bessel_k0",
             lambda sp, x: sp.besselk(0, x), "k0", ("-bessel_k1(x)",), "x > 0", limits=_BESSEL),
    Function("bessel_k1", "besselk(1, x)", "math.special.bessel_k1",
             lambda sp, x: sp.besselk(1, x), "k1", ("-(bessel_k0(x) + besselk(2, x))/2",), "x > 0",
             limits=_BESSEL),
    Function("bessel_i0e", "exp(-abs(x))*besseli(0, x)", "math.special.bessel_i0e",
             lambda sp, x: sp.exp(-sp.Abs(x)) * sp.besseli(0, x), lambda s, x: s.i0e(s.abs(x)),
             ("bessel_i1e(x) - sign(x)*bessel_i0e(x)",), rough="x = 0", limits=_SCALED),
    Function("bessel_i1e", "exp(-abs(x))*besseli(1, x)", "math.special.bessel_i1e",
             lambda sp, x: sp.exp(-sp.Abs(x)) * sp.besseli(1, x),
             lambda s, x: s.mul(s.sign(x), s.i1e(s.abs(x))),
             ("(bessel_i0e(x) + exp(-abs(x))*besseli(2, x))/2 - sign(x)*bessel_i1e(x)",),
             limits=_SCALED),
    Function("bessel_k0e", "exp(x)*besselk(0, x)", "math.special.bessel_k0e",
             lambda sp, x: sp.exp(x) * sp.besselk(0, x), "k0e",
             ("bessel_k0e(x) - bessel_k1e(x)",), "x > 0", limits=_BESSEL),
    Function("bessel_k1e", "exp(x)*besselk(1, x)", "math.special.bessel_k1e",
             lambda sp, x: sp.exp(x) * sp.besselk(1, x), "k1e",
             ("bessel_k1e(x) - (bessel_k0e(x) + exp(x)*besselk(2, x))/2",), "x > 0",
             limits=_BESSEL),
    Function("airyai", "Airy function Ai", None, "airyai", "airyai", ("airyaiprime(x)",)),
    Function("airybi", "Airy function Bi", None, "airybi", "airybi", ("airybiprime(x)",)),
    Function("airyaiprime", "derivative of Ai", None, "airyaiprime", "airyaiprime",
             ("x*airyai(x)",)),
    Function("airybiprime", "derivative of Bi", None, "airybiprime", "airybiprime",
             ("x*airybi(x)",)),
)
# fmt: on
