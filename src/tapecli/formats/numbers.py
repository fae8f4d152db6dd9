"""Columns of numbers as text, all at once: the text that `FloatFormat.text` gives for each."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from tapecli.floats import FORMATS, FloatFormat

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CACHED = 65_536
"""Numbers in the cache: as many as there are of 16 bits."""


def texts(values: NDArray[np.float64], format_: FloatFormat) -> list[str]:
    """The shortest decimals for the values: 2 for 2.0, 0 for -0.0, nan and inf by name."""
    import numpy as np

    with np.errstate(invalid="ignore"):  # a signalling NaN
        numbers = (shortest(values, format_) + 0.0).tolist()  # -0.0 + 0.0 is 0.0
    return [text.removesuffix(".0") for text in map(repr, numbers)]


def json_texts(values: NDArray[np.float64], format_: FloatFormat) -> list[str]:
    """The shortest decimals as strict JSON has them: 2.0 and -0.0, null for NaN and infinities."""
    import numpy as np

    numbers = list(map(repr, shortest(values, format_).tolist()))
    for index in np.flatnonzero(~np.isfinite(values)).tolist():
        numbers[index] = "null"
    return numbers


def shortest(values: NDArray[np.float64], format_: FloatFormat) -> NDArray[np.float64]:
    """`FloatFormat.shortest` of each value."""
    import numpy as np

    if format_.name == "float64":
        return values
    if format_.name == "bfloat16":
        return _of_bits(values, format_)
    with np.errstate(over="ignore", invalid="ignore"):
        narrow = values.astype(format_.name)
    numbers = np.array(list(map(float, narrow.astype("S").tolist())), np.float64)
    wider = np.flatnonzero((narrow != values) & ~np.isnan(values))  # not of the format at all
    numbers[wider] = [format_.shortest(value) for value in values[wider].tolist()]
    return numbers


def _of_bits(values: NDArray[np.float64], format_: FloatFormat) -> NDArray[np.float64]:
    """`FloatFormat.shortest`, once for each bit pattern, so that a zero keeps its sign."""
    import numpy as np

    bits, indices = np.unique(np.ascontiguousarray(values).view(np.int64), return_inverse=True)
    pairs = zip(bits.tolist(), bits.view(np.float64).tolist(), strict=True)
    numbers = np.array([_shortest(*pair, format_.name) for pair in pairs], np.float64)
    return numbers[indices.reshape(-1)]


@lru_cache(CACHED)
def _shortest(bits: int, value: float, name: str) -> float:
    """The shortest of a value; its bits tell the two zeros apart in the cache."""
    return FORMATS[name].shortest(value)
