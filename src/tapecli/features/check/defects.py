"""What TensorFlow is known to get wrong or to lack: a table with a row for each defect.

A row says which failures the defect explains and where it was reported. It has the shortest program
in TensorFlow's public API that shows it, which is run to see whether the defect is still there.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from tapecli.expressions.functions import FUNCTIONS, limits
from tapecli.features.check.model import KnownDefect
from tapecli.features.check.plan import Trial
from tapecli.floats import FORMATS
from tapecli.result import Status

MISSING = "missing"
"""The status of a derivative that TensorFlow has no gradient or kernel for."""


class Loss(NamedTuple):
    """Where values of a derivative are lost, or off: at the sizes of x from `least` to `most`."""

    expressions: tuple[str, ...]
    dtype: str
    order: int
    least: float
    most: float
    status: Status = Status.LOST


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
        losses: where it loses values, of all numbers of a dtype.
        executions: those in which it appears; all, if there are none.
        limited: whether it explains all that is missing by the limits of the function table.
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
    losses: tuple[Loss, ...] = ()
    executions: tuple[str, ...] = ()
    limited: bool = False

    def loses(self, trial: Trial, status: Status, low: float, high: float) -> bool:
        """Whether the lost values of a trial from one number to another are this defect."""
        (expression,), dtype = trial.case.targets, trial.setting.dtype
        least, most = sorted((abs(low), abs(high)))
        rounded = FORMATS[dtype].round
        return any(
            (expression in loss.expressions and status is loss.status)
            and (dtype, trial.order) == (loss.dtype, loss.order)
            and rounded(Fraction(loss.least)) <= least
            and most <= rounded(Fraction(loss.most))
            for loss in self.losses
        )

    def reported(self, is_present: bool, met: int) -> KnownDefect:
        """What a report says of it, which has met so many values that it explains."""
        fields = self.name, self.description, self.reference, self.seen_in
        return KnownDefect(*fields, is_present, met)

    def explains(self, trial: Trial, order: int, status: str, x: float | None) -> bool:
        """Whether a failure of a trial is this defect."""
        if self.limited:
            return status == MISSING and _is_stated(trial, order)
        return (
            any(expression in self.expressions for expression in trial.case.targets)
            and status == self.status
            and (self.x is None or x == self.x)
            and order >= self.order
            and (not self.dtypes or trial.setting.dtype in self.dtypes)
            and (not self.executions or trial.setting.execution in self.executions)
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


def _is_stated(trial: Trial, order: int) -> bool:
    """Whether the limits of the row say that TensorFlow cannot do an order of a trial."""
    name, setting = trial.case.group, trial.setting
    return name in FUNCTIONS and any(
        limit.dtype == setting.dtype
        and setting.execution in limit.executions
        and not limit.where
        and limit.order <= order
        for limit in limits(name)
    )


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


_ANGLES = "atan(x)", "atan2(x, 2)", "atan2(2, x)", "atan2(x, -1)"

_GAMMAS = (
    "gamma(x)",
    "beta(x, 1.5)",
    "lbeta(x, 3/2)",
    "lgamma(x)",
    "factorial(x)",
    "gamma(1 + x^2)",
)
_DIGAMMAS = ("harmonic(x)", "digamma(x)", "polygamma(2, x)")

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
        expressions=(*_GAMMAS, *_DIGAMMAS), status=MISSING, dtypes=("bfloat16",), order=0,
    ),
    Defect(
        "lgamma-in-float16", "tf.math.polygamma has no kernel in float16",
        "try tf.math.polygamma(*tf.ones(2, tf.float16))", "2.21",
        lambda tf: _slope(tf, tf.math.lgamma, 2.0, order=2, dtype="float16"),
        expressions=_GAMMAS, status=MISSING, dtypes=("float16",), order=2,
    ),
    Defect(
        "polygamma-in-float16", "tf.math.polygamma has no kernel in float16",
        "try tf.math.polygamma(*tf.ones(2, tf.float16))", "2.21",
        lambda tf: _slope(tf, tf.math.digamma, 2.0, dtype="float16"),
        expressions=_DIGAMMAS, status=MISSING, dtypes=("float16",), order=0,
    ),
    Defect(
        "no-kernel-or-gradient", "operations of special functions have no kernel or no gradient in "
        "some dtypes: 'tapecli functions NAME' lists which",
        "try tf.math.polygamma(*tf.ones(2, tf.float16))", "2.21",
        lambda tf: tf.math.polygamma(*(tf.constant(1, "float16") for _ in range(2))),
        status=MISSING, limited=True,
    ),
    Defect(
        "incomplete-in-16-bits", "tf.math.igamma, igammac, betainc and zeta have no kernels, or no "
        "gradients, in bfloat16 and float16", "try tf.math.igamma(*tf.ones(2, tf.float16))", "2.21",
        lambda tf: tf.math.igamma(*(tf.constant(1, "float16") for _ in range(2))),
        expressions=("gammainc(5/2, x)", "gammaincc(5/2, x)", "betainc(2.5, 1.5, x)",
                     "hurwitz_zeta(2.5, x)"), status=MISSING, dtypes=("bfloat16", "float16"),
        order=0,
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
        expressions=("xlog1py(x, x)",), status="off", dtypes=("float64",), executions=("xla",),
    ),
    Defect(
        "erfinv-near-zero", "tf.math.erfinv is 0 near 0, for it is computed from x + 1",
        "try tf.math.erfinv(tf.constant(1e-9))", "2.21",
        lambda tf: tf.math.erfinv(tf.constant(1e-9)), 8.862269e-10, 1e-14,
    ),
    Defect(
        "expint-below-zero", "tf.math.special.expint is NaN below 0, where Ei has values",
        "try tf.math.special.expint(tf.constant(-2.0))", "2.21",
        lambda tf: tf.math.special.expint(tf.constant(-2.0)), -0.0489005, 1e-6,
    ),
    Defect(
        "bessel-i1-at-zero", "the gradient of tf.math.special.bessel_i1 at 0 is 1 and not 1/2",
        "try tf.math.special.bessel_i1 with a tape at 0.0", "2.21",
        lambda tf: _slope(tf, tf.math.special.bessel_i1, 0.0), 0.5, 1e-6,
        expressions=("bessel_i1(x)", "bessel_i0(x)"), status="off", x=0.0,
    ),
    Defect(
        "special-at-a-quotient", "gradients of Bessel functions at 0 and of spence at 1 divide "
        "zero by zero",
        "try tf.math.special.bessel_j1 with two nested tapes at 0.0", "2.21",
        lambda tf: _slope(tf, tf.math.special.bessel_j1, 0.0, order=2), 0.0, 1e-6,
        expressions=("bessel_j0(x)", "bessel_j1(x)", "bessel_i0(x)", "bessel_i1(x)",
                     "bessel_i1e(x)", "spence(x)"),
        status="lost",
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
    Defect(
        "leaky-relu-in-float64", "the slope of tf.nn.leaky_relu is a number of float32 in every "
        "dtype, so that 0.2 has 8 digits in float64",
        "try tf.nn.leaky_relu(tf.constant(-1, tf.float64)) + 0.2", "2.21",
        lambda tf: tf.nn.leaky_relu(tf.constant(-1, tf.float64)), -0.2, 1e-12,
    ),
    Defect(
        "xlogy-at-zero", "the derivative of tf.math.xlogy(x, y) by x at x = 0 is 0, and should be "
        "log(y); so is that of xlog1py",
        "try tf.math.xlogy(x, 3.0) with a tape at 0.0", "2.21",
        lambda tf: _slope(tf, lambda x: tf.math.xlogy(x, tf.constant(3, x.dtype)), 0.0),
        math.log(3), 1e-12,
        expressions=("xlogy(x, x + 1)", "xlog1py(x, x)"), status="off", x=0.0,
        losses=(
            Loss(("xlogy(x, x + 1)", "xlog1py(x, x)"), "bfloat16", 2, 0, 1.17e-38, Status.OFF),
            Loss(("xlogy(x, x + 1)", "xlog1py(x, x)"), "float16", 2, 0, 0, Status.OFF),
        ),
    ),
    Defect(
        "elu-tail", "the slopes of tf.nn.elu and tf.nn.selu at -40 are 0 in float64, for they are "
        "computed from the value, which is -1 there",
        "try tf.nn.elu with a tape at -40", "2.21",
        lambda tf: _slope(tf, tf.nn.elu, -40.0), math.exp(-40), 1e-20,
    ),
    Defect(
        "elu-near-zero", "the value of tf.nn.elu just below 0 is 0 in 16 bits, so that its second "
        "slope is 0 there, and the slopes of selu are those above 0",
        "try tf.nn.elu with two nested tapes at -0.001 in bfloat16", "2.21",
        lambda tf: _slope(tf, tf.nn.elu, -0.001, order=2, dtype="bfloat16"), 1.0, 0.1,
        losses=(
            Loss(("elu(x)", "selu(x)"), "bfloat16", 2, 1.17e-38, 0.00196, Status.OFF),
            Loss(("selu(x)",), "bfloat16", 1, 1.17e-38, 0.00196, Status.OFF),
            Loss(("elu(x)", "selu(x)"), "float16", 2, 6.1e-05, 0.0002443, Status.OFF),
            Loss(("selu(x)",), "float16", 1, 6.1e-05, 0.0002443, Status.OFF),
        ),
    ),
    Defect(
        "subnormal-is-zero", "subnormal numbers of float32 and bfloat16 are taken for 0, where "
        "sqrt and log have infinite slopes",
        "try tf.sqrt(tf.constant(1e-39))", "2.21",
        lambda tf: _slope(tf, tf.sqrt, 1e-39, dtype="float32"), 1.58e19, 1e17,
        losses=(
            Loss(("sqrt(x)", "log(x)", "log2(x)", "log10(x)", "x^x"), "bfloat16", 1, 0, 1.17e-38),
        ),
    ),
    Defect(
        "infinity-times-zero", "the second gradients of erf, erfc, atan, asinh and acosh are "
        "infinity times 0 where 2*x or a square overflows",
        "try tf.math.erf with two nested tapes at 3e38", "2.21",
        lambda tf: _slope(tf, tf.math.erf, 3e38, order=2, dtype="float32"), 0, 1,
        losses=(
            Loss(("erf(x)", "erfc(x)", *_ANGLES), "bfloat16", 2, 1.7e38, 3.39e38),
            Loss(("erf(x)", "erfc(x)", *_ANGLES), "float16", 2, 32770, 65500),
            Loss(("asinh(x)", "acosh(x)"), "bfloat16", 2, 2.88e38, 3.39e38),
            *(Loss(("sinc(x)",), "bfloat16", order, 1.7e38, 3.39e38) for order in (1, 2)),
            *(Loss(("sinc(x)",), "float16", order, 32770, 65500) for order in (1, 2)),
            Loss(("gelu(x)",), "bfloat16", 2, 2.39e38, 3.39e38),
            Loss(("gelu(x)",), "float16", 2, 46330, 65500),
            Loss(("gelu_tanh(x)",), "bfloat16", 1, 1.84e19, 3.39e38),
            Loss(("gelu_tanh(x)",), "bfloat16", 2, 1.46e13, 3.39e38),
            Loss(("gelu_tanh(x)",), "float16", 1, 256, 65500),
            Loss(("gelu_tanh(x)",), "float16", 2, 84.8, 65500),
        ),
    ),
    Defect(
        "overflow-inside", "a factor of a gradient overflows where the gradient has a place in the "
        "dtype",
        "try tf.math.log(x)/tf.math.log(10.0) with two nested tapes at 5e-20", "2.21",
        lambda tf: _slope(
            tf, lambda x: tf.math.log(x) / tf.math.log(tf.constant(10, x.dtype)), 5e-20, order=2,
            dtype="float32",
        ), -1.737e38, 1e36,
        losses=(
            Loss(("cbrt(x)",), "bfloat16", 2, 3.1e-24, 7e-24),
            Loss(("log2(x)",), "bfloat16", 2, 6.52e-20, 6.52e-20),
            Loss(("log10(x)",), "bfloat16", 2, 3.58e-20, 5.42e-20),
            Loss(("pow(2.5, x)",), "bfloat16", 2, 97, 97),
            Loss(("x^x",), "bfloat16", 2, 3e-39, 5.42e-20),
            Loss(("sqrt(x)",), "float16", 2, 0.0002444, 0.0002444),
            Loss(("cbrt(x)",), "float16", 1, 6e-8, 6e-8),
            Loss(("cbrt(x)",), "float16", 2, 0.000523, 0.00129),
            Loss(("log10(x)",), "float16", 1, 6.7e-06, 1.526e-05),
            Loss(("log10(x)",), "float16", 2, 0.002575, 0.003906),
            Loss(("pow(2.5, x)",), "float16", 1, 12.11, 12.195),
            Loss(("pow(2.5, x)",), "float16", 2, 12.11, 12.29),
            Loss(("x^x",), "float16", 1, 6e-8, 1.526e-05),
            Loss(("x^x",), "float16", 2, 1.53e-05, 0.003864),
        ),
    ),
)
# fmt: on
