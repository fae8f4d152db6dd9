"""The peers' program: two derivatives of sin(x)*exp(-x^2) at many points, timed, as JSON.

    python derivatives.py PEER COUNT AGAIN ROWS

It prints the seconds of the first call, tracing and compilation included, the median of so many
further ones, and the values at so many rows, evenly spaced. Imports are not timed.
"""

from __future__ import annotations

import importlib
import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

Call = Callable[[], Any]
"""Computes derivatives at all points, and returns when they are there."""


def of_jax(points: Any) -> Call:
    """First and second, from grad and grad of grad, compiled."""
    jax, numpy = load("jax"), load("jax.numpy")
    jax.config.update("jax_enable_x64", True)

    def target(x: Any) -> Any:
        return numpy.sin(x) * numpy.exp(-x * x)

    once = jax.grad(target)
    twice = jax.grad(once)
    both = jax.jit(lambda x: (jax.vmap(once)(x), jax.vmap(twice)(x)))
    ready = numpy.asarray(points)
    return lambda: jax.block_until_ready(both(ready))


def of_numpy(x: Any) -> Call:
    """First and second, by hand: what both share is computed once."""
    numpy = load("numpy")

    def both() -> Any:
        sine, cosine, bell = numpy.sin(x), numpy.cos(x), numpy.exp(-x * x)
        first = (cosine - 2 * x * sine) * bell
        second = ((4 * x * x - 3) * sine - 4 * x * cosine) * bell
        return first, second

    return both


def of_sympy(points: Any) -> Call:
    """The second: differentiated symbolically, and made a function of NumPy's."""
    sympy = load("sympy")
    x = sympy.Symbol("x")
    second = sympy.lambdify(x, sympy.diff(sympy.sin(x) * sympy.exp(-(x**2)), x, 2), "numpy")
    return lambda: (second(points),)


def of_numdifftools(points: Any) -> Call:
    """The second, from differences, extrapolated."""
    numdifftools, numpy = load("numdifftools"), load("numpy")
    second = numdifftools.Derivative(lambda x: numpy.sin(x) * numpy.exp(-x * x), n=2)
    return lambda: (second(points),)


PEERS = {
    "jax": of_jax,
    "numpy": of_numpy,
    "sympy": of_sympy,
    "numdifftools": of_numdifftools,
}


def load(name: str) -> Any:
    """A module by its name: where types are checked there is none of them."""
    return importlib.import_module(name)


def timed(call: Call) -> float:
    """The seconds of a call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main() -> None:
    """Measure, and print."""
    numpy = load("numpy")
    peer, count, again, rows = sys.argv[1], *map(int, sys.argv[2:])
    points = numpy.linspace(1.0, 3.0, count)
    call = PEERS[peer](points)
    first = timed(call)
    further = statistics.median(timed(call) for _ in range(again))
    places = numpy.linspace(0, count - 1, rows).astype(int)
    values = [numpy.asarray(derivative)[places].tolist() for derivative in call()]
    print(json.dumps({"first": first, "again": further, "values": values}))


if __name__ == "__main__":
    main()
