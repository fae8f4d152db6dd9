"""The peer's program for a whole process: JAX computes derivatives at many points and saves them.

    python save.py COUNT FILE

Points from 1 to 3, first and second derivative of sin(x)*exp(-x^2), as an array (points, 2) of
float64.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any


def main() -> None:
    """Compute, and save."""
    jax: Any = importlib.import_module("jax")
    numpy: Any = importlib.import_module("jax.numpy")
    jax.config.update("jax_enable_x64", True)
    count, file = int(sys.argv[1]), sys.argv[2]

    def target(x: Any) -> Any:
        return numpy.sin(x) * numpy.exp(-x * x)

    once = jax.grad(target)
    twice = jax.grad(once)
    both = jax.jit(lambda x: numpy.stack([jax.vmap(once)(x), jax.vmap(twice)(x)], axis=1))
    numpy.save(file, both(numpy.linspace(1.0, 3.0, count)))


if __name__ == "__main__":
    main()
