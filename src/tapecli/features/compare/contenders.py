"""What is compared: the arrangements of tapes that can do what is asked, and separate tapes."""

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
    """An arrangement that takes part in a comparison.

    Attributes:
        name: what it is called.
        run: as in `engines.tapes.arrangements`.
        sharing: whether its targets share what they compute.
    """

    name: str
    run: Run
    sharing: bool = True

    def functions(self, tf: Any, targets: Sequence[Node], format_: FloatFormat) -> list[Target]:
        """The targets as functions."""
        groups = [targets] if self.sharing else [[target] for target in targets]
        return [function for group in groups for function in functions_of(tf, group, format_)]


def separate(
    tf: Any, targets: Sequence[Target], xs: Sources, derivatives: Sequence[Variables]
) -> dict[Variables, list[Tensor]]:
    """Tapes around each target alone, one target after the other."""
    results: dict[Variables, list[Tensor]] = {}
    for target in targets:
        for variables, tensors in nested(tf, [target], xs, derivatives).items():
            results.setdefault(variables, []).extend(tensors)
    return results


def contenders(targets: int, order: int) -> list[Contender]:
    """The arrangements that can differentiate so many targets to this order, each once.

    With one target, nested and parallel tapes are a single tape, which takes part as such.
    """
    is_single = {"parallel", "nested"} if order == 1 else {"parallel"}
    return [
        *[Contender(SEPARATE, separate, sharing=False)] * (targets > 1),
        *(
            Contender(name, arrangement.run)
            for name, arrangement in ARRANGEMENTS.items()
            if arrangement.can(targets, order) and not (targets == 1 and name in is_single)
        ),
    ]
