"""The gamma function and its family."""

from __future__ import annotations

from typing import Any

from tapecli.defaults import EAGER, GRAPH, XLA
from tapecli.expressions.functions.schema import Function, Limit


def _gamma(tf: Any, x: Any) -> Any:
    """exp(lgamma(x)) with the sign of gamma, which alternates between its poles."""
    sign = 1 - 2 * tf.math.floormod(tf.math.floor(x), tf.constant(2, x.dtype))
    return tf.where(x > 0, tf.ones_like(x), sign) * tf.exp(tf.math.lgamma(x))


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


ROWS = (
    # name, meaning, TensorFlow, SymPy, series, derivatives, domain, aliases, parameters
    Function("gamma", "gamma function", _gamma, "gamma", "gamma",
             ("gamma(x)*digamma(x)",), "x not 0, -1, ...", ("Gamma", "Γ"), limits=_GAMMA,
             compiled=1),
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
)
# fmt: on
