"""What TensorFlow is known to get wrong or to lack: a table with a row for each defect.

A row says which failures the defect explains and where it was reported. It has the shortest program
in TensorFlow's public API that shows it, which is run to see whether the defect is still there.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tapecli.features.check.plan import Trial

MISSING = "missing"
"""The status of a derivative that TensorFlow has no gradient or kernel for."""


@dataclass(frozen=True)
class Defect:
    """One known defect of TensorFlow.

    Attributes:
        name: what it is called.
        description: the defect in one sentence.
        reference: where it is reported, or the shortest call that shows it.
        seen_in: the version of TensorFlow that it was last seen in.
        program: takes TensorFlow, and computes a number that it gets wrong or cannot compute.
        right: the right number.
        tolerance: how far from it a right answer may be; infinite if any number is a cure.
        expressions: the checked expressions that fail by it; none if tapecli itself avoids it.
        status: the status of the failures that it explains: off, lost or missing.
        x: the only point at which it appears; None for any.
        dtypes: those in which it appears; all, if there are none.
        order: the lowest order at which it appears.
    """

    name: str
    description: str
    reference: str
    seen_in: str
    program: Callable[[Any], Any]
    right: float = 0.0
    tolerance: float = math.inf
    expressions: tuple[str, ...] = ()
    status: str = ""
    x: float | None = None
    dtypes: tuple[str, ...] = ()
    order: int = 1

    def explains(self, trial: Trial, order: int, status: str, x: float | None) -> bool:
        """Whether a failure of a trial is this defect."""
        return (
            any(expression in self.expressions for expression in trial.case.targets)
            and status == self.status
            and (self.x is None or x == self.x)
            and order >= self.order
            and (not self.dtypes or trial.setting.dtype in self.dtypes)
        )

    def shows(self, tf: Any) -> bool:
        """Whether the program shows the defect."""
        try:
            value = self.program(tf)
        except (LookupError, tf.errors.OpError):  # there is no gradient, or no kernel
            return True
        return value is None or not abs(float(value) - self.right) <= self.tolerance

    def is_present(self, tf: Any) -> bool:
        """Whether this TensorFlow has the defect; a program that does not run shows no cure."""
        try:
            return self.shows(tf)
        except Exception:
            return True


def _slope(
    tf: Any, function: Callable[[Any], Any], x: float, order: int = 1, dtype: str = "float64"
) -> Any:
    """A derivative of a function by nested tapes."""

    def derivative(x: Any, order: int) -> Any:
        if order == 0:
            return function(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = derivative(x, order - 1)
        return tape.gradient(y, x)

    return derivative(tf.constant(x, dtype), order)


def _second_by_nested_forward(tf: Any) -> Any:
    """The second derivative of x**3 at 0.5."""
    forward, x = tf.autodiff.ForwardAccumulator, tf.constant(0.5, tf.float64)
    with forward(x, tf.ones_like(x)) as outer:
        with forward(x, tf.ones_like(x)) as inner:
            copy = tf.identity(x)
            y = copy * copy * copy
        slope = inner.jvp(y)
    return outer.jvp(slope)


# fmt: off
DEFECTS = (
    Defect(
        "root-of-zero", "the gradient of a root of zero is 0 times infinity, where the root of a "
        "square or of a higher power has a derivative", "tensorflow/tensorflow#4914", "2.21",
        lambda tf: _slope(tf, lambda x: tf.sqrt(x * x * x * x), 0.0),
        expressions=("sqrt(x^4)",), status="lost", x=0.0,
    ),
    Defect(
        "lgamma-in-bfloat16", "tf.math.lgamma and tf.math.digamma have no kernels in bfloat16",
        "tensorflow/tensorflow#59624", "2.21",
        lambda tf: _slope(tf, tf.math.lgamma, 2.0, dtype="bfloat16"),
        expressions=("gamma(x)", "lgamma(x)", "gamma(1 + x^2)"), status=MISSING,
        dtypes=("bfloat16",),
    ),
    Defect(
        "lgamma-in-float16", "tf.math.polygamma has no kernel in float16",
        "try tf.math.polygamma(*tf.ones(2, tf.float16))", "2.21",
        lambda tf: _slope(tf, tf.math.lgamma, 2.0, order=2, dtype="float16"),
        expressions=("gamma(x)", "lgamma(x)", "gamma(1 + x^2)"), status=MISSING,
        dtypes=("float16",), order=2,
    ),
    Defect(
        "polygamma-below-zero", "tf.math.polygamma is wrong below -7.5 in float32, and by XLA in "
        "float64: so are derivatives of lgamma from order 2 on",
        "try tf.math.polygamma(1.0, -12.3) - 15.0013", "2.21",
        lambda tf: _slope(tf, tf.math.lgamma, -12.3, order=2, dtype="float32"), 15.0013, 1,
    ),
    Defect(
        "log1p-by-xla", "tf.math.log1p by XLA has lost two digits in float64 from -0.415 to -0.366",
        "try tf.function(tf.math.log1p, jit_compile=True)(tf.constant(-0.41, tf.float64))", "2.21",
        lambda tf: tf.function(tf.math.log1p, jit_compile=True)(tf.constant(-0.41, tf.float64)),
        math.log1p(-0.41), 2e-15,
    ),
    Defect(
        "tanh-tail", "tanh'(20) is 0 in float64, for it is computed as 1 - tanh(20)**2",
        "tensorflow/tensorflow#126524", "2.21",
        lambda tf: _slope(tf, tf.tanh, 20.0), math.cosh(20) ** -2, 1e-17,
    ),
    Defect(
        "softsign-second", "tf.nn.softsign has no second gradient",
        "tensorflow/tensorflow#126092", "2.21",
        lambda tf: _slope(tf, tf.nn.softsign, 0.5, order=2),
    ),
    Defect(
        "pow-at-zero", "derivatives of tf.pow(x, n) of orders above n are NaN at 0",
        "tensorflow/tensorflow#35011", "2.21",
        lambda tf: _slope(tf, lambda x: tf.pow(x, 2.0), 0.0, order=3),
    ),
    Defect(
        "nested-forward", "nested ForwardAccumulators give wrong numbers",
        "tensorflow/tensorflow#127753", "2.21", _second_by_nested_forward, 3.0, 1e-9,
    ),
    Defect(
        "gelu-in-float64", "tf.nn.gelu has a constant of float32 inside, and 9 digits in float64",
        "try tf.nn.gelu(tf.ones(1, tf.float64)) - 0.8413447460685429", "2.21",
        lambda tf: tf.nn.gelu(tf.constant(1.0, tf.float64)),
        0.5 * (1 + math.erf(math.sqrt(0.5))), 1e-12,
    ),
)
# fmt: on
