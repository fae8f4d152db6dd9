"""Activations of networks."""

from __future__ import annotations

from tapecli.expressions.functions.schema import Function

# fmt: off
ROWS = (
    # name, meaning, TensorFlow, SymPy, series, derivatives, domain, aliases, parameters
    Function("sigmoid", "1/(1 + exp(-x))", "sigmoid", lambda sp, x: 1 / (1 + sp.exp(-x)), "sigmoid",
             ("sigmoid(x)*(1 - sigmoid(x))",), "", ("expit", "logistic")),
    Function("softplus", "log(1 + exp(x))", "math.softplus",
             lambda sp, x: sp.log(1 + sp.exp(x)), "softplus", ("sigmoid(x)",)),
    Function("relu", "max(x, 0)", "nn.relu", definition="max(x, 0)",
             derivatives=("(1 + sign(x))/2",), rough="x = 0"),
)
# fmt: on
