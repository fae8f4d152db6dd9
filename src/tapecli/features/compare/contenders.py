"""What is compared: the arrangements of tapes that can do what is asked, and separate tapes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tapecli.engines.tapes import arrangements
from tapecli.engines.tapes.arrangements import Run, Sources, Target, Tensor, Variables
from tapecli.expressions.tree import Node
from tapecli.floats import FloatFormat

SEPARATE = "separate"


@dataclass(frozen=True)
class Contender:
    """An arrangement that takes part in a comparison, and whether its targets share their parts."""

    name: str
    run: Run
    sharing: bool = True

    def functions(self, tf: Any, targets: Sequence[Node], format_: FloatFormat) -> list[Target]:
        """The targets as functions."""
        groups = [targets] if self.sharing else [[target] for target in targets]
        return [f for group in groups for f in arrangements.functions_of(tf, group, format_)]


def separate(
    tf: Any, targets: Sequence[Target], xs: Sources, derivatives: Sequence[Variables]
) -> dict[Variables, list[Tensor]]:
    """Tapes around each target alone, one target after the other."""
    results: dict[Variables, list[Tensor]] = {}
    for target in targets:
        for variables, tensors in arrangements.nested(tf, [target], xs, derivatives).items():
            results.setdefault(variables, []).extend(tensors)
    return results


def contenders(targets: int, order: int) -> list[Contender]:
    """The arrangements that can differentiate so many targets to this order, each once.

    With one target, nested and parallel tapes are a single tape, which takes part as such.
    """
    same = ("parallel", "nested") if targets == order == 1 else ()
    able = [
        Contender(name, arrangement.run)
        for name, arrangement in arrangements.ARRANGEMENTS.items()
        if arrangement.can(targets, order) and name not in same
    ]
    return [Contender(SEPARATE, separate, sharing=False), *able] if targets > 1 else able
