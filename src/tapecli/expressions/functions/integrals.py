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

_BELOW_ZERO = (
    Limit("float64", 0, (EAGER, GRAPH), "x < 0"),
    Limit("float32", 0, (EAGER, GRAPH), "x < 0"),
)

_AT_ONE = (
    Limit("float64", 2, (EAGER, GRAPH), "x = 1"),
    Limit("float32", 2, (EAGER, GRAPH), "x = 1"),
)

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
    Function("Ei", "exponential integral Ei", "math.special.expint", "Ei", "ei", ("exp(x)/x",),
             "x not 0", ("expi", "ExpIntegralEi"), limits=_WIDE + _BELOW_ZERO),
    Function("expint", "exponential integral E_n, of which E1(x) is expint(1, x)", None, "expint",
             "expint", ("", "-expint(n - 1, x)"), "x > 0", ("expn", "ExpIntegralE"), ("n", "x"),
             sample=("1.5", "2"), fixed=("n",)),
    Function("li", "logarithmic integral", None, "li", "li", ("1/log(x)",), "x > 0, x not 1",
             ("LogIntegral",)),
    Function("Si", "sine integral", None, "Si", "si", ("sin(x)/x",), aliases=("SinIntegral",)),
    Function("Ci", "cosine integral", None, "Ci", "ci", ("cos(x)/x",), "x > 0", ("CosIntegral",)),
    Function("Shi", "hyperbolic sine integral", None, "Shi", "shi", ("sinh(x)/x",),
             aliases=("SinhIntegral",)),
    Function("Chi", "hyperbolic cosine integral", None, "Chi", "chi", ("cosh(x)/x",), "x > 0",
             ("CoshIntegral",)),
    Function("fresnel_s", "Fresnel integral of sin(pi*t**2/2) from 0", "math.special.fresnel_sin",
             "fresnels", "fresnel_s", ("sin(pi*x**2/2)",), aliases=("fresnel_sin", "fresnels"),
             limits=_WIDE),
    Function("fresnel_c", "Fresnel integral of cos(pi*t**2/2) from 0", "math.special.fresnel_cos",
             "fresnelc", "fresnel_c", ("cos(pi*x**2/2)",), aliases=("fresnel_cos", "fresnelc"),
             limits=_WIDE),
    Function("spence", "dilogarithm of 1 - x, the integral of log(t)/(1 - t) from 1",
             "math.special.spence", "tapecli.spence", "spence", ("log(x)/(1 - x)",), "x >= 0",
             rough="x = 0", limits=_WIDE + _AT_ONE),
    Function("lambertw", "Lambert's W, the inverse of w*exp(w)", None, "LambertW", "lambertw",
             ("exp(-lambertw(x))/(1 + lambertw(x))",), "x >= -1/e", ("ProductLog",)),
    Function("ellipk", "elliptic integral K of the parameter m = k**2", None, "elliptic_k",
             "ellipk", ("(ellipe(x) - (1 - x)*ellipk(x))/(2*x*(1 - x))",), "x < 1",
             ("elliptic_k", "EllipticK"), sample=("0.5",)),
    Function("ellipe", "elliptic integral E of the parameter m = k**2", None, "elliptic_e",
             "ellipe", ("(ellipe(x) - ellipk(x))/(2*x)",), "x <= 1", ("elliptic_e", "EllipticE"),
             rough="x = 1", sample=("0.5",)),
    Function("agm", "arithmetic-geometric mean", derivatives=(
                 "agm(x, y)*(1 - 2*agm(x, y)*ellipe(((x - y)/(x + y))**2)/(pi*x))/(x - y)",
                 "agm(x, y)*(1 - 2*agm(x, y)*ellipe(((x - y)/(x + y))**2)/(pi*y))/(y - x)"),
             domain="x*y > 0", aliases=("ArithmeticGeometricMean",), parameters=("x", "y"),
             symbol="tapecli.agm", definition="pi/4*(x + y)/ellipk(((x - y)/(x + y))^2)"),
)
# fmt: on
