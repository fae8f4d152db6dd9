"""The tidy columns that every machine format carries: an array with a value for each point, and
the text of its numbers, the same that `FloatFormat.text` gives for each.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tapecli.floats import FORMATS, FloatFormat
from tapecli.result import SCHEMA, UNVERIFIED, Block, Check, Result, Status

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def names(result: Result) -> list[str]:
    """The names of the columns; the points have one for each variable."""
    before = derivative(result.blocks[0])
    return [*before, *result.variables, "tape", "analytic", "ulps", "status"]


def derivative(block: Block) -> dict[str, str | int]:
    """The fields that all rows of a block share."""
    names = ("target", "expression", "wrt", "order")
    return {name: getattr(block, name) for name in names}


def metadata(result: Result) -> dict[str, Any]:
    """What the request was, and how it was computed."""
    return {
        "schema": SCHEMA,
        "tensorflow": result.tensorflow,
        "dtype": result.dtype,
        "method": result.method,
        "reason": result.reason,
        "execution": result.execution,
        "device": result.device,
        "scaled": result.scaled,
        "tolerance": result.tolerance,
        "kind": result.kind,
    }


def points(result: Result) -> list[NDArray[np.float64]]:
    """The values of each variable at all points."""
    return [result.points.columns[name] for name in result.variables]


def point_texts(result: Result) -> list[list[str]]:
    """The values of each variable at all points, as text."""
    return [texts(column, result.format_) for column in points(result)]


def analytic(block: Block) -> NDArray[np.float64]:
    """The analytic value at each point; NaN where there is none."""
    import numpy as np

    return of_checks(block, lambda check: check.analytic, math.nan, np.float64)


def values(block: Block) -> NDArray[np.float64]:
    """The answer at each point: what was computed, or else the analytic value."""
    return analytic(block) if block.tape is None else block.tape


def statuses(block: Block) -> NDArray[np.uint8]:
    """The status at each point, as its index among the members of `Status`."""
    import numpy as np

    indices = {status: index for index, status in enumerate(Status)}
    unverified = indices[UNVERIFIED.status]
    return of_checks(block, lambda check: indices[check.status], unverified, np.uint8)


def of_checks(
    block: Block, field: Callable[[Check], Any], default: Any, dtype: type[np.generic]
) -> NDArray[Any]:
    """An array with a value for each point of a block, taken from the verdicts.

    Args:
        block: the block.
        field: the value for a verdict, or None.
        default: the value of points that are unverified, and of those whose field is None.
        dtype: the dtype of the array.
    """
    import numpy as np

    array = np.full(len(block.points), default, dtype)
    fields = {index: field(check) for index, check in block.checks.items()}
    fields = {index: value for index, value in fields.items() if value is not None}
    indices = np.fromiter(fields, np.int64, len(fields))
    array[indices] = np.fromiter(fields.values(), dtype, len(fields))
    return array


# --- numbers as text --------------------------------------------------------------------------

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
