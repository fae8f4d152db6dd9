"""Activations of networks."""

from __future__ import annotations

from fractions import Fraction

from tapecli.expressions.functions.schema import Function

_SELU = Fraction("1.0507009873554805"), Fraction("1.7580993408473768")
"""What selu multiplies x and exp(x) - 1 by."""

# fmt: off
# TensorFlow's own gelu and leaky_relu have numbers of float32 inside, and its softsign has no
# second gradient: tapes compute their definitions.
ROWS = (
    # name, meaning, TensorFlow, SymPy, series, derivatives, domain, aliases, parameters
    Function("sigmoid", "1/(1 + exp(-x))", "sigmoid", lambda sp, x: 1 / (1 + sp.exp(-x)), "sigmoid",
             ("sigmoid(x)*(1 - sigmoid(x))",), "", ("expit", "logistic")),
    Function("log_sigmoid", "log(sigmoid(x))", "math.log_sigmoid", definition="-softplus(-x)",
             derivatives=("sigmoid(-x)",), aliases=("logsigmoid",)),
    Function("logit", "log(x/(1 - x))", definition="log(x/(1 - x))",
             derivatives=("1/(x*(1 - x))",), domain="0 < x < 1"),
    Function("softplus", "log(1 + exp(x))", "math.softplus",
             lambda sp, x: sp.log(1 + sp.exp(x)), "softplus", ("sigmoid(x)",)),
    Function("softsign", "x/(1 + |x|)", definition="x/(1 + abs(x))",
             derivatives=("1/(1 + abs(x))**2",)),
    Function("relu", "max(x, 0)", "nn.relu", definition="max(x, 0)",
             derivatives=("(1 + sign(x))/2",), rough="x = 0"),
    Function("relu6", "min(max(x, 0), 6)", "nn.relu6", definition="min(max(x, 0), 6)",
             derivatives=("(sign(x) - sign(x - 6))/2",), rough="x = 0 or 6"),
    Function("leaky_relu", "x, or a*x where x < 0",
             definition="max(x, 0) + a*min(x, 0)",
             derivatives=("(1 + sign(x))/2 + a*(1 - sign(x))/2", "min(x, 0)"),
             aliases=("leakyrelu",), parameters=("x", "a"), rough="x = 0"),
    Function("elu", "x, or exp(x) - 1 where x < 0", "nn.elu", None, "elu",
             ("exp(min(x, 0))",), definition="max(x, 0) + expm1(min(x, 0))", longer="elu_alpha"),
    Function("elu_alpha", "x, or a*(exp(x) - 1) where x < 0; also elu(x, a)",
             definition="max(x, 0) + a*expm1(min(x, 0))",
             derivatives=("(1 + sign(x))/2 + a*(1 - sign(x))*exp(min(x, 0))/2", "expm1(min(x, 0))"),
             parameters=("x", "a"), rough="x = 0"),
    Function("selu", "1.0507009873554805*elu(x, 1.6732632423543772)", "nn.selu", None,
             lambda s, x: s.elu(x, *_SELU),
             ("1.0507009873554805*(1 + sign(x))/2"
              " + 1.7580993408473768*(1 - sign(x))*exp(min(x, 0))/2",), rough="x = 0",
             definition="1.0507009873554805*max(x, 0) + 1.7580993408473768*expm1(min(x, 0))"),
    Function("silu", "x*sigmoid(x)", "nn.silu", definition="x*sigmoid(x)",
             derivatives=("sigmoid(x)*(1 + x*(1 - sigmoid(x)))",), aliases=("swish",)),
    Function("gelu", "x*(1 + erf(x/sqrt(2)))/2", definition="x*erfc(-x/sqrt(2))/2",
             derivatives=("erfc(-x/sqrt(2))/2 + x*exp(-x**2/2)/sqrt(tau)",)),
    Function("gelu_tanh", "gelu with tanh in place of erf",
             definition="x*(1 + tanh(sqrt(2/pi)*(x + 0.044715*x**3)))/2",
             derivatives=("(1 + tanh(sqrt(2/pi)*(x + 0.044715*x**3)))/2"
                          " + (1 - tanh(sqrt(2/pi)*(x + 0.044715*x**3))**2)"
                          "*(x + 0.134145*x**3)/sqrt(tau)",)),
    Function("mish", "x*tanh(softplus(x))", definition="x*tanh(softplus(x))",
             derivatives=("tanh(softplus(x)) + (1 - tanh(softplus(x))**2)*silu(x)",)),
    Function("hard_sigmoid", "relu6(x + 3)/6, in old Keras clip(0.2*x + 0.5, 0, 1)",
             definition="relu6(x + 3)/6", derivatives=("(sign(x + 3) - sign(x - 3))/12",),
             aliases=("hardsigmoid",), rough="x = -3 or 3"),
    Function("hard_tanh", "clip(x, -1, 1)", definition="clip(x, -1, 1)",
             derivatives=("(sign(x + 1) - sign(x - 1))/2",), aliases=("hardtanh",),
             rough="x = -1 or 1"),
    Function("hard_swish", "x*hard_sigmoid(x)", definition="x*relu6(x + 3)/6",
             derivatives=("hard_sigmoid(x) + x*(sign(x + 3) - sign(x - 3))/12",),
             aliases=("hardswish", "hard_silu"), rough="x = -3 or 3"),
)
# fmt: on
