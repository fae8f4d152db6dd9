"""NumPy arrays in one file: the values, their verdicts, and what stands along each axis.

`axes` has the names of the axes of `tape`, `analytic`, `ulps` and `status`. For each of them there
is an array of that name with what stands along it; for an axis "point" the variables have one
number for each point. `status` holds indices into `statuses`.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tapecli.formats import columns
from tapecli.result import SCHEMA, Result, Status

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def encode(result: Result) -> bytes:
    """The arrays, in NumPy's format."""
    import numpy as np

    file = io.BytesIO()
    np.savez(file, **_arrays(result))
    return file.getvalue()


def array_dtype(result: Result) -> np.dtype[Any]:
    """The dtype of the arrays: the result's, or float32 for bfloat16, which NumPy does not have."""
    import numpy as np

    return np.dtype("float32" if result.dtype == "bfloat16" else result.dtype)


def _arrays(result: Result) -> dict[str, Any]:
    import numpy as np

    def arranged(arrays: Iterable[NDArray[Any]]) -> NDArray[Any]:
        return result.arranged(np.stack(list(arrays)))

    verdicts = list(map(columns.verdicts, result.blocks))
    dtype, axes, metadata = array_dtype(result), result.axes, columns.metadata(result)
    return {
        "schema": SCHEMA,
        "kind": result.kind,
        "expressions": list(dict.fromkeys(f"{b.target} = {b.expression}" for b in result.blocks)),
        "axes": list(axes),
        "tape": result.arranged(result.tape).astype(dtype),
        "analytic": arranged(v.analytic for v in verdicts).astype(dtype),
        "ulps": arranged(np.where(v.has_ulps, v.ulps, math.nan) for v in verdicts),
        "status": arranged(v.statuses for v in verdicts),
        "statuses": [str(status) for status in Status],
        **{
            name: metadata[name]
            for name in ("dtype", "method", "execution", "scaled", "tensorflow")
        },
        **{name: labels for name, labels in axes.items() if labels is not None},
        **{name: result.points.along(name) for name in result.variables if axes.get(name) is None},
    }
