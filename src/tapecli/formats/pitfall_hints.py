"""The pitfalls of tapes that explain values of a result, and that one can read about."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from tapecli.result import Check, Result, Status


@dataclass(frozen=True)
class PitfallHint:
    """The name of a pitfall, and the values that it explains.

    Attributes:
        status: the verdict on the value.
        notes: the beginnings that the reason may have.
        computed: what the value may be: finite, inf or nan.
        function: the function that the expression must have, or "".
        without: the function that it must not have, or "".
    """

    pitfall: str
    status: Status
    notes: tuple[str, ...] = ("",)
    computed: tuple[str, ...] = ("finite", "inf", "nan")
    function: str = ""
    without: str = ""

    def explains(self, check: Check, value: float, expression: str) -> bool:
        """Whether it explains this value of an expression, which has this verdict."""
        kind = "nan" if math.isnan(value) else "inf" if math.isinf(value) else "finite"
        return (
            check.status is self.status
            and check.note.startswith(self.notes)
            and kind in self.computed
            and (not self.function or _has(expression, self.function))
            and not (self.without and _has(expression, self.without))
        )


def _has(expression: str, function: str) -> bool:
    return bool(re.search(rf"\b{function}\(", expression))


_KINKS = ("a kink", "the branches meet", "the value jumps")

HINTS = (
    PitfallHint("nan-value", Status.UNDEFINED, ("outside the", "a negative number"), ("finite",)),
    PitfallHint("kink", Status.UNDEFINED, _KINKS, ("finite",)),
    PitfallHint("singular-point", Status.UNDEFINED, _KINKS, ("inf", "nan")),
    PitfallHint("singular-point", Status.UNDEFINED, ("a pole", "the edge of the domain")),
    PitfallHint("singular-point", Status.UNDEFINED, ("outside the domain of log",), ("inf", "nan")),
    PitfallHint("tanh-tails", Status.ROUNDED, tuple("0123456789"), ("finite",), "tanh"),
    PitfallHint("cancellation", Status.ROUNDED, tuple("0123456789"), ("finite",)),
    PitfallHint("where-nan", Status.LOST, computed=("nan",), function="where"),
    PitfallHint("where-nan", Status.UNDEFINED, ("not certified",), ("nan",), "where"),
    PitfallHint("underflow-inside", Status.LOST, without="where"),
    PitfallHint("singular-point", Status.LOST, computed=("nan",), without="where"),
)
"""Most functions have NaN in the backward pass as well when they are outside of their domains, and
rightly; the logarithm has it only at 0. Where a tape returned NaN, and the derivative exists,
either a number inside has left the dtype or a step is singular. The note of a rounded value says
how many digits are right, or else that the derivative is too large.
"""


def pitfalls(result: Result) -> list[str]:
    """The names of the pitfalls that explain values, in the order of the table."""
    if result.method == "taylor":  # whose series do not share the pitfalls of tapes
        return []
    values = [
        (check, float(block.tape[index]), block.expression)
        for block in result.blocks
        if block.tape is not None
        for index, check in block.verdicts.special.items()
        if check.status not in (Status.OK, Status.UNVERIFIED)
    ]
    hints = (hint for hint in HINTS if any(hint.explains(*value) for value in values))
    return list(dict.fromkeys(hint.pitfall for hint in hints))
