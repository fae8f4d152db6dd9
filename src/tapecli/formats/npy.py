"""A NumPy array: what was computed, or else the analytic values.

It has an axis for whatever there are several of.
"""

from __future__ import annotations

import io
from collections.abc import Mapping

from tapecli.formats import columns
from tapecli.formats.npz import held
from tapecli.result import Result


def packed(result: Result) -> bytes:
    """The array, points first and matrices last, in NumPy's format."""
    return b"".join((head(result, result.points.dimensions), body(result)))


def head(result: Result, dimensions: Mapping[str, int]) -> bytes:
    """What stands before the values of a whole array.

    It is as long for every length of the first axis, so that it can be written again in its
    place once that is known.

    Args:
        result: any part of the whole.
        dimensions: the axes of all points by name, with their lengths.
    """
    from numpy.lib import format as npy

    own = result.points.dimensions
    entries = [len(along) for name, along in result.axes.items()
               if along is not None and name not in own]  # fmt: skip
    file = io.BytesIO()
    about = {
        "descr": npy.dtype_to_descr(held(result)),
        "fortran_order": False,
        "shape": (*dimensions.values(), *entries),
    }
    npy.write_array_header_1_0(file, about)
    return file.getvalue()


def body(result: Result) -> memoryview:
    """The values of a result, or of a part of a longer one, point by point."""
    import numpy as np

    whole = np.empty((len(result.points), len(result.blocks)), held(result))
    with np.errstate(over="ignore", invalid="ignore"):
        for place, block in enumerate(result.blocks):
            whole[:, place] = columns.values(block)
    return whole.reshape(-1).view(np.uint8).data
