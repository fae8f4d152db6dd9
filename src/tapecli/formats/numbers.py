"""Columns of numbers as text, all at once: the same text as `FloatFormat.text` gives of each."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from tapecli.floats import FORMATS, FloatFormat

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MADE = 65_536
"""Texts that are kept: as many as there are numbers of 16 bits."""


def texts(values: NDArray[np.float64], format_: FloatFormat) -> list[str]:
    """The shortest decimals for the values: 2 for 2.0, 0 for -0.0, nan and inf by name."""
    import numpy as np

    with np.errstate(invalid="ignore"):  # a signalling NaN
        numbers = (shortest(values, format_) + 0.0).tolist()  # -0.0 + 0.0 is 0.0
    return [text.removesuffix(".0") for text in map(repr, numbers)]


def json_texts(values: NDArray[np.float64], format_: FloatFormat) -> list[str]:
    """The same numbers as strict JSON has them: 2.0 and -0.0, null for NaN and infinities."""
    import numpy as np

    made = list(map(repr, shortest(values, format_).tolist()))
    for place in np.flatnonzero(~np.isfinite(values)).tolist():
        made[place] = "null"
    return made


def shortest(values: NDArray[np.float64], format_: FloatFormat) -> NDArray[np.float64]:
    """`FloatFormat.shortest` of each value."""
    import numpy as np

    if format_.name == "float64":
        return values
    if format_.name == "bfloat16":
        return _distinct(values, format_)
    with np.errstate(over="ignore", invalid="ignore"):
        narrow = values.astype(format_.name)
    found = np.array(list(map(float, narrow.astype("S").tolist())), np.float64)
    wider = np.flatnonzero((narrow != values) & ~np.isnan(values))  # not of the format at all
    found[wider] = [format_.shortest(value) for value in values[wider].tolist()]
    return found


def _distinct(values: NDArray[np.float64], format_: FloatFormat) -> NDArray[np.float64]:
    """The same by way of the distinct bit patterns, so that a signed zero keeps its sign."""
    import numpy as np

    bits, places = np.unique(np.ascontiguousarray(values).view(np.int64), return_inverse=True)
    pairs = zip(bits.tolist(), bits.view(np.float64).tolist(), strict=True)
    found = np.array([_shortest(each, value, format_.name) for each, value in pairs], np.float64)
    return found[places.reshape(-1)]


@lru_cache(MADE)
def _shortest(bits: int, value: float, name: str) -> float:
    """The value's shortest; its bits keep the two zeros apart among those that are known."""
    return FORMATS[name].shortest(value)
