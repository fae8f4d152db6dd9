"""NumPy arrays in one file: the values, their verdicts, and what stands along each axis.

`axes` has the names of the axes of `tape`, `analytic`, `ulps` and `status`. For each of them there
is an array of that name with what stands along it; for an axis "point" the variables have one
number for each point. `status` holds places in `statuses`.
"""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any

from tapecli.result import SCHEMA, Result
from tapecli.verdict import Status

if TYPE_CHECKING:
    from numpy.typing import NDArray


def packed(result: Result) -> bytes:
    """The arrays, in NumPy's format."""
    import numpy as np

    file = io.BytesIO()
    np.savez(file, **_arrays(result))
    return file.getvalue()


def values(result: Result, tidy: NDArray[Any]) -> NDArray[Any]:
    """An array with the axes of the result, in its dtype; float32 holds what is bfloat16."""
    name = "float32" if result.dtype == "bfloat16" else result.dtype
    return result.arranged(tidy).astype(name)


def _arrays(result: Result) -> dict[str, Any]:
    import numpy as np

    places = {status: place for place, status in enumerate(Status)}
    shape = len(result.blocks), len(result.points)
    ulps = np.full(shape, math.nan)
    status = np.full(shape, places[Status.UNVERIFIED], np.uint8)
    for number, block in enumerate(result.blocks):
        for place, check in block.checks.items():
            status[number, place] = places[check.status]
            if check.ulps is not None:
                ulps[number, place] = check.ulps
    axes = result.axes
    variables = {
        name: result.points.along(name) for name in result.variables if axes.get(name) is None
    }
    return {
        "schema": SCHEMA,
        "kind": result.kind,
        "expressions": list(dict.fromkeys(f"{b.target} = {b.expression}" for b in result.blocks)),
        "axes": list(axes),
        "tape": values(result, result.tape),
        "analytic": values(result, result.analytic),
        "ulps": result.arranged(ulps.reshape(result.tape.shape)),
        "status": result.arranged(status.reshape(result.tape.shape)),
        "statuses": [str(status) for status in Status],
        "dtype": result.dtype,
        "method": result.method,
        "execution": result.execution,
        "scaled": result.scaled,
        "tensorflow": result.tensorflow,
        **{name: along for name, along in axes.items() if along is not None},
        **variables,
    }
