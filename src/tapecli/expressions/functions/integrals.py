"""Functions that are integrals: error functions, the normal distribution, Fresnel and the like."""

from __future__ import annotations

from tapecli.defaults import EAGER, GRAPH, XLA
from tapecli.expressions.functions.schema import Function, Limit

_INVERSES = (
    Limit("bfloat16", 0, (EAGER, GRAPH)),
    Limit("float16", 0, (EAGER, GRAPH)),
)

_NEAR_ZERO = (
    Limit("float64", 0, (EAGER, GRAPH), "-0.01 < x < 0.01"),
    Limit("float32", 0, (EAGER, GRAPH), "-0.01 < x < 0.01"),
)
"""TensorFlow adds 1 to the argument of erfinv."""

_WIDE = (
    Limit("float64", 0, (XLA,)),
    Limit("float32", 0, (XLA,)),
    Limit("bfloat16", 0, (EAGER, GRAPH, XLA)),
    Limit("float16", 0, (EAGER, GRAPH, XLA)),
)
"""Operations that TensorFlow has in float64 and float32 alone, and XLA does not have."""

# fmt: off
ROWS = (
    # name, meaning, TensorFlow, SymPy, series, derivatives, domain, aliases, parameters
    Function("erf", "error function", "math.erf", "erf", "erf", ("2*exp(-x**2)/sqrt(pi)",)),
    Function("erfc", "1 - erf(x)", "math.erfc", "erfc", "erfc", ("-2*exp(-x**2)/sqrt(pi)",)),
    Function("erfi", "imaginary error function, -i*erf(i*x)", None, "erfi", "erfi",
             ("2*exp(x**2)/sqrt(pi)",)),
    Function("erfcx", "exp(x**2)*erfc(x)", None, "tapecli.erfcx", "erfcx",
             ("2*x*erfcx(x) - 2/sqrt(pi)",)),
    Function("dawsn", "Dawson function, sqrt(pi)/2*exp(-x**2)*erfi(x)", "math.special.dawsn",
             "tapecli.dawsn", "dawsn", ("1 - 2*x*dawsn(x)",), aliases=("dawson", "DawsonF"),
             limits=_WIDE),
    Function("erfinv", "inverse of erf", "math.erfinv", "erfinv", "erfinv",
             ("sqrt(pi)*exp(erfinv(x)**2)/2",), "-1 < x < 1", ("InverseErf",), sample=("0.5",),
             limits=_INVERSES + _NEAR_ZERO),
    Function("erfcinv", "inverse of erfc", "math.erfcinv", "tapecli.erfcinv", "erfcinv",
             ("-sqrt(pi)*exp(erfcinv(x)**2)/2",), "0 < x < 2", ("InverseErfc",), sample=("0.5",),
             limits=_INVERSES),
    Function("ndtr", "normal distribution, erfc(-x/sqrt(2))/2", derivatives=("norm_pdf(x)",),
             aliases=("norm_cdf", "normcdf"), definition="erfc(-x/sqrt(2))/2"),
    Function("norm_pdf", "density of the normal distribution, exp(-x**2/2)/sqrt(2*pi)",
             derivatives=("-x*norm_pdf(x)",), aliases=("normpdf",),
             definition="exp(-x^2/2)/sqrt(2pi)"),
    Function("ndtri", "quantile of the normal distribution, the inverse of ndtr", "math.ndtri",
             derivatives=("1/norm_pdf(ndtri(x))",), domain="0 < x < 1",
             aliases=("norm_ppf", "probit"), sample=("0.25",), limits=_INVERSES,
             definition="-sqrt(2)*erfcinv(2x)"),
    Function("log_ndtr", "log(ndtr(x))", series="log_ndtr",
             derivatives=("norm_pdf(x)/ndtr(x)",), aliases=("norm_logcdf",),
             definition="log(ndtr(x))"),
)
# fmt: on
