"""The peer's program, run by the peer's Python: derivatives from JAX's jet, timed, as JSON.

    python jet.py ORDER X,X,...

It computes every order up to ORDER of sin(x)*exp(-x^2), in float64, and prints the seconds that
the imports, the first call (with all tracing and compilation) and a further call take.
"""

from __future__ import annotations

import importlib
import json
import statistics
import sys
import time
from typing import Any

AGAIN = 5


def main() -> None:
    """Measure, and print."""
    start = time.perf_counter()
    jax: Any = importlib.import_module("jax")  # by name: where types are checked there is none
    jet: Any = importlib.import_module("jax.experimental.jet").jet
    numpy: Any = importlib.import_module("jax.numpy")
    jax.config.update("jax_enable_x64", True)
    imports = time.perf_counter() - start

    order, points = int(sys.argv[1]), numpy.array([float(x) for x in sys.argv[2].split(",")])
    series = [numpy.ones_like(points), *[numpy.zeros_like(points)] * (order - 1)]

    def target(x: Any) -> Any:
        return numpy.sin(x) * numpy.exp(-x * x)

    def derivatives(x: Any, series: Any) -> Any:
        return jet(target, (x,), (series,))

    def timed() -> tuple[float, Any]:
        begin = time.perf_counter()
        found = jax.block_until_ready(derivatives(points, series))
        return time.perf_counter() - begin, found

    first, (_, terms) = timed()
    again = statistics.median(timed()[0] for _ in range(AGAIN))
    values = [float(value) for value in terms[-1]]
    found = {"imports": imports, "first": first, "again": again, "values": values}
    print(json.dumps({**found, "version": jax.__version__}))


if __name__ == "__main__":
    main()
