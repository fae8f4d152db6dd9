"""The gamma function and its family."""

from __future__ import annotations

from typing import Any

from tapecli.defaults import EAGER, GRAPH, XLA
from tapecli.expressions.functions.schema import Function, Limit


def _gamma(tf: Any, x: Any) -> Any:
    """exp(lgamma(x)) with the sign of gamma, which alternates between its poles."""
    return _sign(tf, x) * tf.exp(tf.math.lgamma(x))


def _sign(tf: Any, x: Any) -> Any:
    """The sign of gamma."""
    below = 1 - 2 * tf.math.floormod(tf.math.floor(x), tf.constant(2, x.dtype))
    return tf.where(x > 0, tf.ones_like(x), below)


def _beta(tf: Any, a: Any, b: Any) -> Any:
    """The exponential of the logarithm, with the sign."""
    sign = _sign(tf, a) * _sign(tf, b) * _sign(tf, a + b)
    return sign * tf.exp(tf.math.lgamma(a) + tf.math.lgamma(b) - tf.math.lgamma(a + b))


# fmt: off
_GAMMA = (
    Limit("float64", 2, (XLA,), "x < -7.5"),
    Limit("float32", 2, (EAGER, GRAPH, XLA), "x < -7.5"),
    Limit("bfloat16", 0, (EAGER, GRAPH)),
    Limit("bfloat16", 2, (XLA,)),
    Limit("float16", 2, (EAGER, GRAPH, XLA)),
)


_DIGAMMA = (
    Limit("float64", 1, (XLA,), "x < -7.5"),
    Limit("float32", 1, (EAGER, GRAPH, XLA), "x < -7.5"),
    Limit("bfloat16", 0, (EAGER, GRAPH)),
    Limit("bfloat16", 1, (XLA,)),
    Limit("float16", 1, (EAGER, GRAPH, XLA)),
)
_POLYGAMMA = (
    Limit("float64", 0, (XLA,), "x < -7.5"),
    Limit("float32", 0, (EAGER, GRAPH, XLA), "x < -7.5"),
    Limit("bfloat16", 0, (EAGER, GRAPH, XLA)),
    Limit("float16", 0, (EAGER, GRAPH, XLA)),
)


_INCOMPLETE = (
    Limit("bfloat16", 0, (EAGER, GRAPH)),
    Limit("bfloat16", 1, (XLA,)),
    Limit("float16", 0, (EAGER, GRAPH)),
    Limit("float16", 1, (XLA,)),
)
_WIDE_ONLY = (
    Limit("bfloat16", 0, (EAGER, GRAPH, XLA)),
    Limit("float16", 0, (EAGER, GRAPH, XLA)),
)


ROWS = (
    # name, meaning, TensorFlow, SymPy, series, derivatives, domain, aliases, parameters
    Function("gamma", "gamma function", _gamma, "gamma", "gamma",
             ("gamma(x)*digamma(x)",), "x not 0, -1, ...", ("Gamma", "Γ"), limits=_GAMMA,
             compiled=1, longer="upper_gamma"),
    Function("lgamma", "log(|gamma(x)|)", "math.lgamma", "tapecli.lgamma", "lgamma",
             ("digamma(x)",), "x not 0, -1, ...", ("gammaln", "loggamma"), limits=_GAMMA,
             compiled=1),
    Function("digamma", "derivative of lgamma(x)", "math.digamma", "tapecli.digamma", "digamma",
             ("polygamma(1, x)",), "x not 0, -1, ...", ("psi",), limits=_DIGAMMA, compiled=0,
             longer="polygamma"),
    Function("polygamma", "derivative of order n of digamma(x)", "math.polygamma",
             "tapecli.polygamma", "polygamma", ("", "polygamma(n + 1, x)"),
             "n = 0, 1, ...; x not 0, -1, ...", (), ("n", "x"), sample=("1", "2"),
             limits=_POLYGAMMA, compiled=-1, untaped=(("n", 1),), certified_by=("n",),
             rough="every n, by n"),
    Function("factorial", "gamma(x + 1), also x!", definition="gamma(x + 1)",
             derivatives=("gamma(x + 1)*digamma(x + 1)",), domain="x not -1, -2, ..."),
    Function("rgamma", "1/gamma(x)", None, "tapecli.rgamma", "rgamma",
             ("-digamma(x)/gamma(x)",)),
    Function("beta", "gamma(a)*gamma(b)/gamma(a + b)", _beta, "tapecli.beta", "beta",
             ("beta(a, b)*(digamma(a) - digamma(a + b))",
              "beta(a, b)*(digamma(b) - digamma(a + b))"),
             "a, b not 0, -1, ...", (), ("a", "b"), limits=_GAMMA, compiled=1,
             definition="gamma(a)*gamma(b)/gamma(a + b)"),
    Function("lbeta", "log(|beta(a, b)|)", definition="lgamma(a) + lgamma(b) - lgamma(a + b)",
             derivatives=("digamma(a) - digamma(a + b)", "digamma(b) - digamma(a + b)"),
             domain="a, b not 0, -1, ...", aliases=("betaln", "logbeta"), parameters=("a", "b")),
    Function("binomial", "n choose k", symbol="tapecli.binomial", series="binomial",
             derivatives=("binomial(n, k)*(harmonic(n) - harmonic(n - k))",
                          "binomial(n, k)*(harmonic(n - k) - harmonic(k))"),
             domain="n not -1, -2, ..., or k = 0, 1, ...",
             aliases=("binom", "comb", "nCr", "choose"), parameters=("n", "k"),
             sample=("2.5", "0.5")),
    Function("pochhammer", "rising factorial", symbol="tapecli.pochhammer",
             series="pochhammer",
             derivatives=("pochhammer(x, n)*(digamma(x + n) - digamma(x))",
                          "pochhammer(x, n)*digamma(x + n)"),
             domain="x + n not 0, -1, ..., or n = 0, 1, ...",
             aliases=("poch", "rf", "risingfactorial"), parameters=("x", "n")),
    Function("harmonic", "1 + 1/2 + ... + 1/n", definition="digamma(n + 1) - digamma(1)",
             derivatives=("polygamma(1, n + 1)",), domain="n not -1, -2, ...",
             aliases=("harmonicnumber",), parameters=("n",)),
    Function("gammainc", "lower_gamma(a, x)/gamma(a), regularised", "math.igamma",
             "tapecli.gammainc", "gammainc", ("", "x**(a - 1)*exp(-x)/gamma(a)"),
             "a > 0, x >= 0", ("igamma",), ("a", "x"), sample=("2.5", "2"), limits=_INCOMPLETE,
             untaped=(("a", 2),), certified_by=("a",)),
    Function("gammaincc", "1 - gammainc(a, x)", "math.igammac", "tapecli.gammaincc", "gammaincc",
             ("", "-x**(a - 1)*exp(-x)/gamma(a)"), "a > 0, x >= 0",
             ("igammac", "gammaregularized"), ("a", "x"), sample=("2.5", "2"), limits=_INCOMPLETE,
             untaped=(("a", 2),), certified_by=("a",)),
    Function("lower_gamma", "integral of t**(a - 1)*exp(-t) from 0 to x", None,
             "tapecli.lower_gamma", "lower_gamma", ("", "x**(a - 1)*exp(-x)"), "a > 0, x >= 0",
             ("lowergamma",), ("a", "x"), sample=("2.5", "2"), certified_by=("a",)),
    Function("upper_gamma", "integral of t**(a - 1)*exp(-t) from x on", None,
             "tapecli.upper_gamma", "upper_gamma", ("", "-x**(a - 1)*exp(-x)"),
             "x > 0, or x = 0 and a > 0", ("uppergamma",), ("a", "x"), sample=("2.5", "2"),
             certified_by=("a",)),
    Function("betainc", "incomplete beta function, regularised", "math.betainc",
             "tapecli.betainc", "betainc",
             ("", "", "x**(a - 1)*(1 - x)**(b - 1)/beta(a, b)"), "a, b > 0, 0 <= x <= 1",
             ("betaregularized",), ("a", "b", "x"), sample=("2.5", "1.5", "0.3"),
             limits=_WIDE_ONLY, untaped=(("a", 1), ("b", 1)), certified_by=("a", "b")),
    Function("zeta", "1 + 2**-s + 3**-s + ...", None, "tapecli.zeta", "zeta", ("",), "s not 1",
             (), ("s",), sample=("2.5",), only_certified=True, longer="hurwitz_zeta"),
    Function("hurwitz_zeta", "a**-s + (a + 1)**-s + ...", "math.zeta", "tapecli.hurwitz_zeta",
             "hurwitz_zeta", ("", "-s*hurwitz_zeta(s + 1, a)"), "s not 1, a > 0",
             ("hurwitzzeta",), ("s", "a"), sample=("2.5", "0.5"), limits=_WIDE_ONLY,
             untaped=(("s", 1),), certified_by=("s",)),
)
# fmt: on
