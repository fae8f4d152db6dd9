"""The tidy columns that every machine format carries: an array with a value for each point."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tapecli.result import SCHEMA, UNVERIFIED, Block, Check, Result, Status

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def names(result: Result) -> list[str]:
    """The names of the columns; the points have one for each variable."""
    shared = derivative(result.blocks[0])
    return [*shared, *result.variables, "tape", "analytic", "ulps", "status"]


def derivative(block: Block) -> dict[str, str | int]:
    """The fields that all rows of a block share."""
    return {name: getattr(block, name) for name in ("target", "expression", "wrt", "order")}


def metadata(result: Result) -> dict[str, Any]:
    """What the request was, and how it was computed."""
    request = ("scaled", "tolerance", "kind")
    method = ("tensorflow", "dtype", "method", "reason", "execution", "device")
    return {"schema": SCHEMA} | {name: getattr(result, name) for name in (*method, *request)}


def analytic(block: Block) -> NDArray[np.float64]:
    """The analytic value at each point; NaN where there is none."""
    import numpy as np

    return of_checks(block, lambda check: check.analytic, math.nan, np.float64)


def statuses(block: Block) -> NDArray[np.uint8]:
    """The status at each point, as its index among the members of `Status`."""
    import numpy as np

    index = {status: number for number, status in enumerate(Status)}
    return of_checks(block, lambda c: index[c.status], index[UNVERIFIED.status], np.uint8)


def of_checks(
    block: Block, field: Callable[[Check], Any], default: Any, dtype: type[np.generic]
) -> NDArray[Any]:
    """An array with a value for each point of a block, which `field` takes from its verdict.

    Points that are unverified, and those whose field is None, have the default. `field` must also
    take the verdict that stands for those in arrays (`Checks.plain`).
    """
    import numpy as np

    array, verdicts = np.full(len(block.points), default, dtype), block.verdicts
    plain = field(verdicts.plain) if len(verdicts.indices) else None
    if plain is not None:
        array[verdicts.indices] = plain
    fields = {index: field(check) for index, check in verdicts.special.items()}
    fields = {index: value for index, value in fields.items() if value is not None}
    indices = np.fromiter(fields, np.int64, len(fields))
    array[indices] = np.fromiter(fields.values(), dtype, len(fields))
    return array
