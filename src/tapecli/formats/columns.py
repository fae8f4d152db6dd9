"""The tidy columns that every machine format carries: an array with a value for each point."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

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


STATUSES = [status.value for status in Status]
"""The words of all statuses."""

_NUMBERS = {status: number for number, status in enumerate(Status)}


class Verdicts(NamedTuple):
    """The verdicts on a block: arrays with a value for each point.

    Attributes:
        analytic: the analytic value; NaN where there is none.
        has_analytic: whether there is one.
        ulps: the distance in ulps; 0 where there is none.
        has_ulps: whether there is one.
        statuses: the status, as its index among the members of `Status`.
    """

    analytic: NDArray[np.float64]
    has_analytic: NDArray[np.bool_]
    ulps: NDArray[np.uint64]
    has_ulps: NDArray[np.bool_]
    statuses: NDArray[np.uint8]

    @property
    def verified(self) -> NDArray[np.intp]:
        """The indices of the points that were verified."""
        import numpy as np

        return np.flatnonzero(self.statuses != _NUMBERS[UNVERIFIED.status])

    def at(self, part: Any) -> Verdicts:
        """Those at some points: a slice or indices."""
        arrays: tuple[Any, ...] = self
        return Verdicts(*(array[part] for array in arrays))


def verdicts(block: Block) -> Verdicts:
    """The verdicts on a block, as arrays."""
    import numpy as np

    count, checks = len(block.points), block.verdicts
    columns = Verdicts(
        np.full(count, math.nan),
        np.zeros(count, np.bool_),
        np.zeros(count, np.uint64),
        np.zeros(count, np.bool_),
        np.full(count, _NUMBERS[UNVERIFIED.status], np.uint8),
    )
    groups: list[tuple[Any, Check]] = list(checks.special.items())
    if len(checks.indices):
        groups.append((checks.indices, checks.in_arrays))
    for index, check in groups:
        columns.statuses[index] = _NUMBERS[check.status]
        if check.analytic is not None:
            columns.analytic[index], columns.has_analytic[index] = check.analytic, True
        if check.ulps is not None:
            columns.ulps[index], columns.has_ulps[index] = check.ulps, True
    return columns
