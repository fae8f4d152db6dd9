"""What a series costs to compute, and how much the certified values of a request may cost.

Work is counted in the seconds that a model expects, and not timed, so that an answer does not
depend on how busy a machine is. A step that no longer fits is not begun: what the library
computes cannot be interrupted.

The model is fitted to python-flint 0.9.0 at 53 to 40,960 bits, for series of 1 to 2,000 terms, on
one core: it is within a factor of 4 of the measurements, and mostly above. For an expression it is
an upper estimate: a series with zeros in it takes less.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tapecli.expressions.tree import Call, Node, Number, Variable

REQUEST_SHARE = 0.3
"""Share of `--max-seconds` for all points together beyond a first look at each: 3 of 10 seconds.
The rest is for TensorFlow's start (2.5 CPU seconds), the first looks and the formulas."""

POINT_SHARE = 0.05
"""Share of `--max-seconds` for a single point: 0.5 of 10 seconds. It is a sixth of what the request
has, so that one hopeless point leaves enough for the others."""

PLOT_SHARE = 0.4
"""Share of `--max-seconds` for all that is certified of a plot, first looks included: 4 of 10
seconds. The rest is for TensorFlow's start (2.5 CPU seconds), the tapes and the drawing."""

FIRST_BITS = 128
"""The precision of the first look at a point, which is charged to no budget."""

LEAST_CHUNK_SHARE = 1 / 12
"""Share of a request's budget that each chunk of a long run has at least: 0.25 of 3 seconds, a
tenth of what the first looks at the 8,192 points of a chunk take."""


class OverBudget(Exception):
    """A step would cost more than is left."""


@dataclass
class Budget:
    """Seconds of work that are left, for a request and for each of its points.

    Attributes:
        seconds: what is left of the request; it may be negative after `spend`.
        point_seconds: what a single point may cost.
        steps: what each step of the present point has cost.
    """

    seconds: float = math.inf
    point_seconds: float = math.inf
    steps: list[float] = field(default_factory=list)
    _point_left: float = math.inf

    @classmethod
    def of_request(cls, max_seconds: float, share: float | None = None) -> Budget:
        """The budget of a request, or of a chunk with this share of the points of a run."""
        chunk = 1.0 if share is None else min(max(share, LEAST_CHUNK_SHARE), 1.0)
        return cls(REQUEST_SHARE * max_seconds * chunk, POINT_SHARE * max_seconds)

    @classmethod
    def of_plot(cls, max_seconds: float) -> Budget:
        """The budget of a plot: its samples, and the enclosures between them."""
        return cls(PLOT_SHARE * max_seconds, POINT_SHARE * max_seconds)

    def begin_point(self) -> None:
        self.steps = []
        self._point_left = self.point_seconds

    def charge(self, seconds: float) -> None:
        """Pay for a step that is about to be done.

        Raises:
            OverBudget: the step does not fit, and must not be done.
        """
        if seconds > min(self.seconds, self._point_left):
            raise OverBudget
        self.spend(seconds)
        self._point_left -= seconds
        self.steps.append(seconds)

    def spend(self, seconds: float) -> None:
        """Pay for work that is done in any case."""
        self.seconds -= seconds

    @property
    def is_spent(self) -> bool:
        return self.seconds <= 0


# --- the cost model -------------------------------------------------------------------------------

SLOW = {"gamma", "lgamma", "digamma", "polygamma", "rgamma", "beta", "binomial",
        "pochhammer", "gammainc", "gammaincc", "lower_gamma", "upper_gamma", "betainc",
        "zeta", "hurwitz_zeta"}  # fmt: skip
"""Functions whose series take far longer. The Bernoulli numbers, which their first call at a
precision computes, take less than half as long as the call itself and are not counted."""

OPERATIONS = {
    "mul": (0, 1),
    "div": (0, 3),
    "pow": (2, 1),
    "atan2": (1, 6),
    "sinc": (1, 20),
    "acot": (1, 3),
    "logaddexp": (4, 4),
    **dict.fromkeys(("tan", "cot"), (2, 3)),
    **dict.fromkeys(("hypot",), (1, 3)),
    **dict.fromkeys(("erf", "erfc"), (5, 0)),
    **dict.fromkeys(("add", "sub", "neg", "abs", "sign", "min", "max", *SLOW), (0, 0)),
    **dict.fromkeys(("sinh", "cosh", "tanh", "asinh", "acosh", "atanh"), (4, 4)),
    **dict.fromkeys(("sigmoid", "softplus"), (4, 4)),
}
"""How many elementary functions and products the rule of a function takes, where it is not one
elementary function. A quotient costs as much as three products."""

_WHOLE_POWER = (0, 3)
"""How many elementary functions and products a power with a whole number as its exponent takes."""

_CONSTANT, _LINE, _CURVE = range(3)


def cost_model(nodes: Sequence[Node]) -> Callable[[int, int], float]:
    """How many seconds all nodes of an expression take, by the number of terms and the precision.

    Each node comes after its children; the precision is in bits.
    """
    linear = composed = products = slow = 0
    shapes: dict[Node, int] = {}
    for node in nodes:
        children = [shapes[child] for child in node.children]
        shapes[node] = _shape(node, children)
        if isinstance(node, Call):
            exponent = node.arguments[-1]
            node_functions, node_products = OPERATIONS.get(node.name, (1, 0))
            if node.name == "pow" and isinstance(exponent, Number):
                if exponent.value.denominator == 1:
                    node_functions, node_products = _WHOLE_POWER
            products += node_products
            slow += node.name in SLOW
            if _CURVE in children:
                composed += node_functions
            else:
                linear += node_functions

    @functools.cache
    def seconds(terms: int, precision: int) -> float:
        # The small numbers are seconds at 2,560 bits, and grow with powers of the precision.
        size, higher = precision / 2560, terms - 1
        levels, growth = higher * math.log2(terms + 1), math.pow(size, 1.2)
        number = 45e-6 * math.pow(size, 1.6)  # the constant term of an elementary function
        of_line = number + higher * (1e-6 + 4e-6 * growth)  # as in sin(2*x + 1)
        of_curve = number + levels * (1e-6 + 20e-6 * growth)
        of_product = levels * (1e-6 + 3e-6 * growth)
        of_slow = (330e-6 + higher * 1.5e-3) * math.pow(size, 2.2) + 0.3e-6 * terms**2
        in_python = len(nodes) * 10e-6
        elementary = in_python + linear * of_line + composed * of_curve
        return elementary + products * of_product + slow * of_slow

    return seconds


def _shape(node: Node, children: Sequence[int]) -> int:
    """Whether a node is a constant, a straight line along any direction, or anything else."""
    if isinstance(node, Variable):
        return _LINE
    highest = max(children, default=_CONSTANT)
    if not isinstance(node, Call) or highest == _CONSTANT or node.name in ("add", "sub", "neg"):
        return highest
    scaled = node.name == "mul" and min(children) == _CONSTANT
    divided = node.name == "div" and children[1] == _CONSTANT
    return highest if scaled or divided else _CURVE
