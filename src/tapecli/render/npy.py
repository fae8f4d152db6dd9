"""A NumPy array: what was computed, or else the analytic values.

It has an axis for whatever there are several of.
"""

from __future__ import annotations

import io

from tapecli.render import npz
from tapecli.result import Result


def packed(result: Result) -> bytes:
    """The array, points first and matrices last, in NumPy's format."""
    import numpy as np

    file = io.BytesIO()
    np.save(file, npz.values(result, result.values))
    return file.getvalue()
