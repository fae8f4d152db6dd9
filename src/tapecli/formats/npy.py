"""A NumPy array: what was computed, or else the analytic values.

It has an axis for whatever there are several of.
"""

from __future__ import annotations

import io
from collections.abc import Mapping

from tapecli.formats import columns
from tapecli.formats.npz import array_dtype
from tapecli.result import Result


def encode(result: Result) -> bytes:
    """The array, points first and matrices last, in NumPy's format."""
    return b"".join((head(result, result.points.dimensions), body(result)))


def head(result: Result, dimensions: Mapping[str, int]) -> bytes:
    """What stands before the values of a whole array.

    It has the same length for every length of the first axis, so that it can be written again
    in its place once that is known. `dimensions` has the axes of all points with their lengths.
    """
    from numpy.lib import format as npy

    entries = [
        len(labels)
        for name, labels in result.axes.items()
        if labels is not None and name not in result.points.dimensions
    ]
    file = io.BytesIO()
    header = {
        "descr": npy.dtype_to_descr(array_dtype(result)),
        "fortran_order": False,
        "shape": (*dimensions.values(), *entries),
    }
    npy.write_array_header_1_0(file, header)
    return file.getvalue()


def body(result: Result) -> memoryview:
    """The values of a result, or of one chunk of a longer one, point by point."""
    import numpy as np

    values = np.empty((len(result.points), len(result.blocks)), array_dtype(result))
    with np.errstate(over="ignore", invalid="ignore"):
        for number, block in enumerate(result.blocks):
            values[:, number] = (
                columns.verdicts(block).analytic if block.tape is None else block.tape
            )
    return values.reshape(-1).view(np.uint8).data
