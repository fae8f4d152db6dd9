"""What is compared: the arrangements of tapes that can do what is asked, and what people write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tapecli.engines.tapes.arrangements import (
    ARRANGEMENTS,
    Run,
    Sources,
    Target,
    Tensor,
    Variables,
    functions_of,
    nested,
)
from tapecli.expressions.tree import Node
from tapecli.floats import FloatFormat

SEPARATE = "separate"


@dataclass(frozen=True)
class Contender:
    """One arrangement.

    Attributes:
        name: what it is called.
        run: as in `tapes.ARRANGEMENTS`.
        sharing: whether its targets share what they compute.
    """

    name: str
    run: Run
    sharing: bool = True

    def functions(self, tf: Any, targets: Sequence[Node], format_: FloatFormat) -> list[Target]:
        """The targets as functions."""
        if self.sharing:
            return functions_of(tf, targets, format_)
        return [function for one in targets for function in functions_of(tf, [one], format_)]


def separate(
    tf: Any, targets: Sequence[Target], xs: Sources, wanted: Sequence[Variables]
) -> dict[Variables, list[Tensor]]:
    """Tapes around each target alone, one target after the other."""
    found: dict[Variables, list[Tensor]] = {}
    for target in targets:
        for sequence, tensors in nested(tf, [target], xs, wanted).items():
            found.setdefault(sequence, []).extend(tensors)
    return found


def contenders(targets: int, order: int) -> list[Contender]:
    """Those that can do so many targets to this order, each once.

    A single tape is what is nested or side by side if there is but one target.
    """
    found = [Contender(SEPARATE, separate, sharing=False)] if targets > 1 else []
    for name, row in ARRANGEMENTS.items():
        same = targets == 1 and (name == "parallel" or (name == "nested" and order == 1))
        if row.can(targets, order) and not same:
            found.append(Contender(name, row.run))
    return found
