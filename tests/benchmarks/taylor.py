"""The same as jet.py from tapecli's Taylor arithmetic: derivatives, timed, as JSON.

python -m tests.benchmarks.taylor ORDER X,X,...
"""

from __future__ import annotations

import json
import statistics
import sys
import time

AGAIN = 5


def main() -> None:
    """Measure, and print."""
    start = time.perf_counter()
    import numpy as np

    from tapecli.engines.taylor import engine
    from tapecli.expressions.expression import parse
    from tapecli.floats import FORMATS

    (target,) = parse("sin(x)*exp(-x^2)")
    imports = time.perf_counter() - start

    order, points = int(sys.argv[1]), np.array([float(x) for x in sys.argv[2].split(",")])
    wanted = [("x",) * k for k in range(1, order + 1)]

    def timed() -> tuple[float, list[float]]:
        begin = time.perf_counter()
        found = engine.taylor_derivatives([target.tree], {"x": points}, wanted, FORMATS["float64"])
        return time.perf_counter() - begin, found[0, -1].tolist()

    first, values = timed()
    again = statistics.median(timed()[0] for _ in range(AGAIN))
    print(json.dumps({"imports": imports, "first": first, "again": again, "values": values}))


if __name__ == "__main__":
    main()
