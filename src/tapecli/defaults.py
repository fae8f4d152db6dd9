"""The values that options can have, and the default values.

They are here, and not in the modules that implement them, so that help and completion need not
import those.
"""

from __future__ import annotations

AUTO = "auto"
TAYLOR = "taylor"
NONE = "none"

METHODS = {
    AUTO: "tapes where they take no longer than a moment, else taylor",
    "single": "one tape",
    "parallel": "tapes side by side",
    "nested": "tapes inside one another",
    "persistent": "one tape, asked often",
    "batch": "TensorFlow's batch Jacobian",
    TAYLOR: "series, for high orders, without TensorFlow",
    NONE: "the analytic values alone",
}
"""How derivatives are computed; auto chooses whichever method suits the question."""

EAGER = "eager"
GRAPH = "graph"
XLA = "xla"

EXECUTIONS = {
    EAGER: "operation by operation, as written",
    GRAPH: "as a graph, by tf.function",
    XLA: "compiled, by tf.function with jit_compile=True",
}
"""How TensorFlow runs tapes."""

VERIFY = {
    "auto": "all, or a sample of many",
    "all": "every point",
    "sample": "some of the points",
    "none": "none of them",
}
"""Which values are compared with certified ones."""

SHORT = ("x", "y", "z", "t")
"""The variables with an option of their own name."""

EXPRESSION = "log(x^2)"
"""The default target: that of the worked example."""

POINTS = "1..3"
"""The default points: those of the worked example."""

POINT = "2"
"""The default point of commands that take a single one."""

MAX_ORDER = 1_000
"""The highest order; far above it, Taylor coefficients are too small for any float."""

MAX_SECONDS = 10.0
"""The default of `--max-seconds`: what is expected to take longer is refused."""

MAX_JOBS = 256
"""The most processes that a call may be told to start, of half a gigabyte each."""
