"""Functions that jump: whole parts, remainders and steps."""

from __future__ import annotations

from tapecli.expressions.functions.schema import Function

_XY = ("x", "y")

# fmt: off
ROWS = (
    # name, meaning, TensorFlow, SymPy, series, derivatives, domain, aliases, parameters
    Function("floor", "largest whole number <= x", "math.floor", "tapecli.floor", "floor",
             ("0",), rough="x = 0, 1, -1, ..."),
    Function("ceil", "smallest whole number >= x", "math.ceil", "tapecli.ceil",
             lambda s, x: s.neg(s.floor(s.neg(x))), ("0",), "", ("ceiling",),
             rough="x = 0, 1, -1, ..."),
    Function("round", "nearest whole number, half to even", "round", "tapecli.round", "round",
             ("0",), "", ("rint",), rough="x = 0.5, -0.5, 1.5, ...", sample=("0.3",)),
    Function("trunc", "whole part, towards 0", None, "tapecli.trunc", None,
             ("0",), "", ("fix",), rough="x = 1, -1, 2, ...", definition="sign(x)*floor(abs(x))"),
    Function("frac", "x - floor(x)", derivatives=("1",), definition="x - floor(x)",
             aliases=("fract",), rough="x = 0, 1, -1, ..."),
    Function("step", "0 below 0, 1/2 at 0, 1 above", derivatives=("0",),
             definition="(1 + sign(x))/2", aliases=("heaviside", "HeavisideTheta"), rough="x = 0"),
    Function("mod", "x - y*floor(x/y), also x % y", "math.floormod", None, "mod",
             ("1", "-floor(x/y)"), "y not 0", ("floormod",), _XY, rough="x/y whole",
             sample=("5.5", "2"), definition="x - y*floor(x/y)"),
    Function("fmod", "x - y*trunc(x/y), of the sign of x", derivatives=("1", "-trunc(x/y)"),
             domain="y not 0", aliases=("rem", "truncatemod"), parameters=_XY, rough="x/y whole",
             sample=("5.5", "2"), definition="x - y*trunc(x/y)"),
    Function("copysign", "|x| with the sign of y",
             derivatives=("where(y >= 0, sign(x), -sign(x))", "0"), parameters=_XY,
             rough="x = 0, or y = 0", definition="where(y >= 0, abs(x), -abs(x))"),
)
# fmt: on
