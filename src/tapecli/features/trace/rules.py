"""The formula and the local derivatives of TensorFlow's operations: a row for each kind.

In a row, {0} and {1} are the arguments of the operation, and {v} is its value. An operation without
a row is shown by its name, and its local derivatives by their numbers alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Rule(NamedTuple):
    """What one kind of operation computes, and its derivative by each argument, "" for none."""

    formula: str
    local_derivatives: tuple[str, ...] = ()


_CHOICE = Rule("{1} if {0} else {2}", ("", "1 if {0} else 0", "0 if {0} else 1"))
_ERROR = "2/sqrt(pi)*exp(-{0}**2)"

# fmt: off
RULES = {
    # arithmetic
    "AddV2": Rule("{0} + {1}", ("1", "1")),
    "Sub": Rule("{0} - {1}", ("1", "-1")),
    "Mul": Rule("{0}*{1}", ("{1}", "{0}")),
    "RealDiv": Rule("{0}/{1}", ("1/{1}", "-{0}/{1}**2")),
    "FloorDiv": Rule("floor({0}/{1})"),
    "FloorMod": Rule("{0} mod {1}", ("1", "-floor({0}/{1})")),
    "Neg": Rule("-{0}", ("-1",)),
    "Square": Rule("{0}**2", ("2*{0}",)),
    "Reciprocal": Rule("1/{0}", ("-1/{0}**2",)),
    "Pow": Rule("{0}**{1}", ("{1}*{0}**({1} - 1)", "{v}*log({0})")),
    "Sqrt": Rule("sqrt({0})", ("1/(2*sqrt({0}))",)),
    # with cases
    "Abs": Rule("abs({0})", ("sign({0})",)),
    "Sign": Rule("sign({0})", ("0",)),
    "Floor": Rule("floor({0})"),
    "Maximum": Rule("max({0}, {1})", ("1 if {0} >= {1} else 0", "0 if {0} >= {1} else 1")),
    "Minimum": Rule("min({0}, {1})", ("1 if {0} <= {1} else 0", "0 if {0} <= {1} else 1")),
    "SelectV2": _CHOICE,
    "Select": _CHOICE,
    "Greater": Rule("{0} > {1}"),
    "GreaterEqual": Rule("{0} >= {1}"),
    "Less": Rule("{0} < {1}"),
    "LessEqual": Rule("{0} <= {1}"),
    "Equal": Rule("{0} == {1}"),
    "NotEqual": Rule("{0} != {1}"),
    "LogicalAnd": Rule("({0} and {1})"),
    "LogicalOr": Rule("({0} or {1})"),
    "LogicalNot": Rule("not ({0})"),
    "StopGradient": Rule("constant({0})"),
    # elementary functions
    "Exp": Rule("exp({0})", ("{v}",)),
    "Expm1": Rule("expm1({0})", ("{v} + 1",)),
    "Log": Rule("log({0})", ("1/{0}",)),
    "Log1p": Rule("log1p({0})", ("1/(1 + {0})",)),
    "Sin": Rule("sin({0})", ("cos({0})",)),
    "Cos": Rule("cos({0})", ("-sin({0})",)),
    "Tan": Rule("tan({0})", ("1 + {v}**2",)),
    "Asin": Rule("asin({0})", ("1/sqrt(1 - {0}**2)",)),
    "Acos": Rule("acos({0})", ("-1/sqrt(1 - {0}**2)",)),
    "Atan": Rule("atan({0})", ("1/(1 + {0}**2)",)),
    "Atan2": Rule("atan2({0}, {1})", ("{1}/({0}**2 + {1}**2)", "-{0}/({0}**2 + {1}**2)")),
    "Sinh": Rule("sinh({0})", ("cosh({0})",)),
    "Cosh": Rule("cosh({0})", ("sinh({0})",)),
    "Tanh": Rule("tanh({0})", ("1 - {v}**2",)),
    "Asinh": Rule("asinh({0})", ("1/sqrt({0}**2 + 1)",)),
    "Acosh": Rule("acosh({0})", ("1/sqrt({0}**2 - 1)",)),
    "Atanh": Rule("atanh({0})", ("1/(1 - {0}**2)",)),
    "Sigmoid": Rule("sigmoid({0})", ("{v}*(1 - {v})",)),
    "Softplus": Rule("softplus({0})", ("sigmoid({0})",)),
    "Erf": Rule("erf({0})", (_ERROR,)),
    "Erfc": Rule("erfc({0})", ("-" + _ERROR,)),
    "Erfinv": Rule("erfinv({0})", ("sqrt(pi)/2*exp({v}**2)",)),
    "Ndtri": Rule("ndtri({0})", ("sqrt(2*pi)*exp({v}**2/2)",)),
    "Dawsn": Rule("dawsn({0})", ("1 - 2*{0}*{v}",)),
    "Expint": Rule("Ei({0})", ("exp({0})/{0}",)),
    "FresnelSin": Rule("fresnel_s({0})", ("sin(pi/2*{0}**2)",)),
    "FresnelCos": Rule("fresnel_c({0})", ("cos(pi/2*{0}**2)",)),
    "Spence": Rule("spence({0})", ("log({0})/(1 - {0})",)),
    "BesselJ0": Rule("bessel_j0({0})", ("-bessel_j1({0})",)),
    "BesselJ1": Rule("bessel_j1({0})", ("bessel_j0({0}) - {v}/{0}",)),
    "BesselY0": Rule("bessel_y0({0})", ("-bessel_y1({0})",)),
    "BesselY1": Rule("bessel_y1({0})", ("bessel_y0({0}) - {v}/{0}",)),
    "BesselI0": Rule("bessel_i0({0})", ("bessel_i1({0})",)),
    "BesselI1": Rule("bessel_i1({0})", ("bessel_i0({0}) - {v}/{0}",)),
    "BesselK0": Rule("bessel_k0({0})", ("-bessel_k1({0})",)),
    "BesselK1": Rule("bessel_k1({0})", ("-bessel_k0({0}) - {v}/{0}",)),
    "BesselI0e": Rule("bessel_i0e({0})", ("bessel_i1e({0}) - sign({0})*{v}",)),
    "BesselI1e": Rule("bessel_i1e({0})", ("bessel_i0e({0}) - {v}*(sign({0}) + 1/{0})",)),
    "BesselK0e": Rule("bessel_k0e({0})", ("{v} - bessel_k1e({0})",)),
    "BesselK1e": Rule("bessel_k1e({0})", ("{v}*(1 - 1/{0}) - bessel_k0e({0})",)),
    "Lgamma": Rule("lgamma({0})", ("digamma({0})",)),
    "Digamma": Rule("digamma({0})", ("polygamma(1, {0})",)),
    "Igamma": Rule("gammainc({0}, {1})", ("", "{1}**({0} - 1)*exp(-{1})/gamma({0})")),
    "Igammac": Rule("gammaincc({0}, {1})", ("", "-{1}**({0} - 1)*exp(-{1})/gamma({0})")),
    "Zeta": Rule("hurwitz_zeta({0}, {1})", ("", "-{0}*hurwitz_zeta({0} + 1, {1})")),
    "Polygamma": Rule("polygamma({0}, {1})", ("", "polygamma({0} + 1, {1})")),
    # operations of backward passes: their arguments are a value of the forward pass and an adjoint
    "ReciprocalGrad": Rule("-{1}*{0}**2", ("-2*{1}*{0}", "-{0}**2")),
    "SqrtGrad": Rule("{1}/(2*{0})", ("-{v}/{0}", "1/(2*{0})")),
    "TanhGrad": Rule("{1}*(1 - {0}**2)", ("-2*{1}*{0}", "1 - {0}**2")),
    "SigmoidGrad": Rule("{1}*{0}*(1 - {0})", ("{1}*(1 - 2*{0})", "{0}*(1 - {0})")),
    "Rsqrt": Rule("1/sqrt({0})", ("-{v}**3/2",)),
    "RsqrtGrad": Rule("-{1}*{0}**3/2", ("-3*{1}*{0}**2/2", "-{0}**3/2")),
    "Xlogy": Rule("xlogy({0}, {1})", ("log({1})", "{0}/{1}")),
    "Xlog1py": Rule("xlog1py({0}, {1})", ("log1p({1})", "{0}/(1 + {1})")),
    "Xdivy": Rule("{0}/{1}", ("1/{1}", "-{0}/{1}**2")),
    "ClipByValue": Rule("clip({0}, {1}, {2})"),
    "Softsign": Rule("softsign({0})", ("1/(1 + abs({0}))**2",)),
    "SoftsignGrad": Rule("{0}/(1 + abs({1}))**2"),
    "Relu": Rule("max({0}, 0)", ("1 if {0} > 0 else 0",)),
    "Relu6": Rule("min(max({0}, 0), 6)", ("1 if 0 < {0} < 6 else 0",)),
    "LeakyRelu": Rule("leaky_relu({0})"),
    "Elu": Rule("elu({0})", ("1 if {0} >= 0 else {v} + 1",)),
    "Selu": Rule("selu({0})"),
    "ReluGrad": Rule("{0} if {1} > 0 else 0", ("1 if {1} > 0 else 0", "0")),
    "Relu6Grad": Rule("{0} if 0 < {1} < 6 else 0", ("1 if 0 < {1} < 6 else 0", "0")),
    "EluGrad": Rule(
        "{0} if {1} >= 0 else {0}*({1} + 1)",
        ("1 if {1} >= 0 else {1} + 1", "0 if {1} >= 0 else {0}"),
    ),
    # shapes: these change no number at one point
    **dict.fromkeys(("Sum", "Reshape", "BroadcastTo"), Rule("{0}", ("1",))),
}
# fmt: on


def formula(kind: str, names: Sequence[str]) -> str:
    """What an operation computes, written with the names of its arguments."""
    if kind == "AddN":
        return " + ".join(names)
    rule = RULES.get(kind)
    return rule.formula.format(*names) if rule else f"{kind}({', '.join(names)})"


def local_derivative(kind: str, names: Sequence[str], by: str, value: str) -> str:
    """The derivative of an operation by the argument of a name, or "" if no row has it.

    A name may occur more than once among those of the arguments; `value` is that of the result.
    """
    if kind == "AddN":
        return str(names.count(by))
    templates = RULES[kind].local_derivatives if kind in RULES else ()
    terms = [
        template.format(*names, v=value)
        for template, name in zip(templates, names, strict=False)
        if name == by
    ]
    if len(terms) > 1 and len(set(terms)) == 1:
        return f"{len(terms)}*{terms[0]}"
    return " + ".join(terms) if all(terms) else ""
