"""Which pitfalls of tapes the values of a result have met: what there is more to read of."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tapecli.result import Check, Result, Status


@dataclass(frozen=True)
class Met:
    """When a value has met a pitfall.

    Attributes:
        pitfall: its name.
        status: the verdict on the value.
        notes: what the reason begins with, if that matters.
        computed: what was computed, if that matters: finite, inf or nan.
        function: what the expression has, if that matters.
    """

    pitfall: str
    status: Status
    notes: tuple[str, ...] = ("",)
    computed: tuple[str, ...] = ("finite", "inf", "nan")
    function: str = ""

    def by(self, check: Check, value: float, expression: str) -> bool:
        """Whether this value of an expression has, which was judged so."""
        return (
            check.status is self.status
            and check.note.startswith(self.notes)
            and _kind(value) in self.computed
            and (not self.function or bool(re.search(rf"\b{self.function}\(", expression)))
        )


MET = (
    Met("nan-value", Status.UNDEFINED, ("outside the", "a negative number"), ("finite",)),
    Met("kink", Status.UNDEFINED, ("a kink",), ("finite",)),
    Met("singular-point", Status.UNDEFINED, ("a kink",), ("inf", "nan")),
    Met("singular-point", Status.UNDEFINED, ("a pole", "the edge of the domain")),
    Met("singular-point", Status.UNDEFINED, ("outside the domain of log",), ("inf", "nan")),
    Met("tanh-tails", Status.ROUNDED, tuple("0123456789"), ("finite",), "tanh"),
    Met("cancellation", Status.ROUNDED, tuple("0123456789"), ("finite",)),
    Met("underflow-inside", Status.LOST),
    Met("singular-point", Status.LOST, computed=("nan",)),
)
"""Outside of their domains most functions are NaN on the way back as well, and rightly; the
logarithm is not, unless what it is given is 0. Where a tape returned NaN, and the derivative
exists, either a number inside has left the dtype or a step is singular. Of a rounded value the
reason is how many digits are right, or else that the derivative is too large.
"""


def pitfalls(result: Result) -> list[str]:
    """Their names, in the order of the table."""
    values = list(_noted(result))
    rows = (row for row in MET if any(row.by(*value) for value in values))
    return list(dict.fromkeys(row.pitfall for row in rows))


def _noted(result: Result) -> Iterator[tuple[Check, float, str]]:
    """What tapes returned that is not ok, and of which expression; Taylor series have pitfalls
    of their own.
    """
    if result.method == "taylor":
        return
    for block in result.blocks:
        for place, check in block.checks.items():
            if block.tape is not None and check.status not in (Status.OK, Status.UNVERIFIED):
                yield check, float(block.tape[place]), block.expression


def _kind(value: float) -> str:
    return "nan" if math.isnan(value) else "inf" if math.isinf(value) else "finite"
