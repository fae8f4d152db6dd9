"""NumPy arrays in one file: the values, their verdicts, and what stands along each axis.

`axes` has the names of the axes of `tape`, `analytic`, `ulps` and `status`. For each of them there
is an array of that name with what stands along it; for an axis "point" the variables have one
number for each point. `status` holds places in `statuses`.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tapecli.formats import columns
from tapecli.result import SCHEMA, Check, Result, Status

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def packed(result: Result) -> bytes:
    """The arrays, in NumPy's format."""
    import numpy as np

    file = io.BytesIO()
    np.savez(file, **_arrays(result))
    return file.getvalue()


def held(result: Result) -> np.dtype[Any]:
    """The dtype of the arrays: the result's, or float32, which holds what is bfloat16."""
    import numpy as np

    return np.dtype("float32" if result.dtype == "bfloat16" else result.dtype)


def _arranged(result: Result, tidy: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """An array with the axes of the result, from one for each block."""
    import numpy as np

    targets = len({block.target for block in result.blocks})
    stacked = np.stack(tidy)
    return result.arranged(stacked.reshape(targets, -1, stacked.shape[1]))


def _ulps(check: Check) -> float:
    return math.nan if check.ulps is None else check.ulps


def _arrays(result: Result) -> dict[str, Any]:
    import numpy as np

    ranks = {status: rank for rank, status in enumerate(Status)}
    shape = len(result.blocks), len(result.points)
    ulps = np.full(shape, math.nan)
    status = np.full(shape, ranks[Status.UNVERIFIED], np.uint8)
    nothing = np.full(len(result.points), math.nan)
    tapes = []
    for number, block in enumerate(result.blocks):
        tape = columns.tape(block)
        tapes.append(nothing if tape is None else tape)
        checks, count = block.checks.values(), len(block.checks)
        places = np.fromiter(block.checks, np.int64, count)
        status[number, places] = np.fromiter((ranks[c.status] for c in checks), np.uint8, count)
        ulps[number, places] = np.fromiter(map(_ulps, checks), np.float64, count)
    analytic = [columns.analytic(block) for block in result.blocks]
    axes = result.axes
    variables = {
        name: result.points.along(name) for name in result.variables if axes.get(name) is None
    }
    return {
        "schema": SCHEMA,
        "kind": result.kind,
        "expressions": list(dict.fromkeys(f"{b.target} = {b.expression}" for b in result.blocks)),
        "axes": list(axes),
        "tape": _arranged(result, tapes).astype(held(result)),
        "analytic": _arranged(result, analytic).astype(held(result)),
        "ulps": _arranged(result, list(ulps)),
        "status": _arranged(result, list(status)),
        "statuses": [str(status) for status in Status],
        "dtype": result.dtype,
        "method": result.method,
        "execution": result.execution,
        "scaled": result.scaled,
        "tensorflow": result.tensorflow,
        **{name: along for name, along in axes.items() if along is not None},
        **variables,
    }
