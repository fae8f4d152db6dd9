"""The words that options choose from, and what stands where an option is left out.

They are here, and not beside what carries them out, so that help and completion need no more.
"""

from __future__ import annotations

AUTO = "auto"
TAYLOR = "taylor"
NONE = "none"

METHODS = (AUTO, "single", "parallel", "nested", "persistent", "batch", TAYLOR, NONE)
"""How derivatives are computed; auto is whichever of the others suits what is asked."""

EAGER = "eager"
GRAPH = "graph"
XLA = "xla"

EXECUTIONS = {
    EAGER: "operation by operation, as written",
    GRAPH: "as a graph, by tf.function",
    XLA: "compiled, by tf.function with jit_compile=True",
}
"""How TensorFlow runs tapes."""

VERIFY = ("auto", "all", "sample", "none")
"""Which values are compared with certified ones; auto is all of them, or a sample of many."""

SHORT = ("x", "y", "z", "t")
"""The variables with an option of their own name."""

EXPRESSION = "log(x^2)"
"""The target of the worked example, for whoever gives none."""

POINTS = "1..3"
"""The points of the worked example, for whoever gives none."""

POINT = "2"
"""The one of them that is taken where there can be but one."""

MAX_ORDER = 1_000
"""The highest order: far above, coefficients are too small for any float."""

MAX_SECONDS = 10.0
"""Seconds beyond which nothing is begun, unless more are allowed."""
