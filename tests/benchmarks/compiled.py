"""The same as derivatives.py from tapecli's tapes, compiled by XLA: timed, as JSON.

python -m tests.benchmarks.compiled COUNT AGAIN ROWS
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from typing import Any


def main() -> None:
    """Measure, and print."""
    import numpy as np

    from tapecli.engines.tapes import arrangements, loading
    from tapecli.expressions.expression import parse
    from tapecli.floats import FORMATS

    count, again, rows = map(int, sys.argv[1:])
    points = np.linspace(1.0, 3.0, count)
    (target,) = parse("sin(x)*exp(-x^2)")
    wanted = [("x",), ("x", "x")]
    loading.load(quietly=True)

    def derivatives() -> Any:
        """Both, of shape (derivatives, points)."""
        columns, format_ = {"x": points}, FORMATS["float64"]
        return arrangements.tape_derivatives(
            [target.tree], columns, wanted, "nested", format_, "xla"
        )[0]

    def timed() -> float:
        start = time.perf_counter()
        derivatives()
        return time.perf_counter() - start

    first = timed()
    further = statistics.median(timed() for _ in range(again))
    places = np.linspace(0, count - 1, rows).astype(int)
    values = [derivative[places].tolist() for derivative in derivatives()]
    found = {"first": first, "again": further, "values": values}
    print(json.dumps({**found, "points": points[places].tolist()}))


if __name__ == "__main__":
    main()
