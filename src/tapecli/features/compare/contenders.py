"""What is compared: the arrangements of tapes that can do what is asked, and separate tapes.

The operations that an arrangement records and runs are counted in its traced graph.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from tapecli.engines.tapes import arrangements
from tapecli.engines.tapes.arrangements import Run, Sources, Target, Tensor, Variables
from tapecli.engines.tapes.recording import BackwardPass, Operation, Recording, record, tape_names
from tapecli.evaluation.question import Question
from tapecli.expressions.tree import Node
from tapecli.features.compare.model import Aim, CountedPass, CountedTape, Work
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
    results = [arrangements.nested(tf, [target], xs, derivatives) for target in targets]
    return {variables: [tensors[variables][0] for tensors in results] for variables in results[0]}


def contenders(targets: int, order: int) -> list[Contender]:
    """The arrangements that can differentiate so many targets to this order, each once.

    With one target, nested and parallel tapes are a single tape, which takes part as such.
    """
    duplicates = ("parallel", "nested") if targets == order == 1 else ()
    able = [
        Contender(name, arrangement.run)
        for name, arrangement in arrangements.ARRANGEMENTS.items()
        if arrangement.can(targets, order) and name not in duplicates
    ]
    return [Contender(SEPARATE, separate, sharing=False), *able] if targets > 1 else able


def count_operations(question: Question, contender: Contender) -> Work:
    """Trace an arrangement at the one point of a question, and count.

    Raises:
        LookupError: TensorFlow has no gradient for something.
    """
    aims: dict[str, Aim] = {}

    def functions(tf: Any, trees: Sequence[Node], format_: FloatFormat) -> list[Target]:
        targets = contender.functions(tf, trees, format_)
        return [partial(_noted, aims, *pair) for pair in zip(names, targets, strict=True)]

    names = [expression.name for expression in question.targets]
    task = question.trees, question.points.columns, question.wrt, contender.run, question.format_
    return _counted(record(*task, functions_of=functions), aims, Aim(", ".join(names)))


def _noted(aims: dict[str, Aim], name: str, target: Target, xs: Sources) -> Tensor:
    """Compute a target, and note that the tensor stands for it."""
    y = target(xs)
    aims[y.name] = Aim(name)
    return y


def _counted(recording: Recording, aims: dict[str, Aim], all_targets: Aim) -> Work:
    """What the tapes recorded and computed.

    `aims` has what tensors stand for, by their names. A tensor into which all targets were stacked
    stands for `all_targets`.
    """
    names = tape_names(recording.tapes)
    backward: list[CountedPass] = []
    backward_indices: set[int] = set()
    aims_of_tapes: list[list[Aim]] = [[] for _ in names]
    for tape, gradient in recording.backward_passes:
        aim = _aim(recording, gradient.target, aims) or all_targets
        aims.update(_derivatives(recording, gradient, aim))
        aims_of_tapes[tape.number].append(aim)
        operations = recording.operations[gradient.start : gradient.stop]
        backward_indices.update(operation.index for operation in operations)
        backward.append(CountedPass(names[tape.number], aim, _kinds(operations)))
    tapes = [
        CountedTape(name, tuple(targets), _kinds(recording.recorded(tape)),
                    _kinds(recording.wasted(tape)))
        for tape, name, targets in zip(recording.tapes, names, aims_of_tapes, strict=True)
    ]  # fmt: skip
    forward = [step for step in recording.operations if step.index not in backward_indices]
    return Work(tuple(tapes), _kinds(forward), tuple(backward))


def _aim(recording: Recording, tensor: str, aims: Mapping[str, Aim]) -> Aim | None:
    """What a tensor stands for, or the one tensor with an aim that it was made from."""
    if tensor in aims:
        return aims[tensor]
    inputs = next((step.inputs for step in recording.operations if tensor in step.outputs), ())
    candidates = {aims[name] for name in inputs if name in aims}
    return candidates.pop() if len(candidates) == 1 else None


def _derivatives(
    recording: Recording, backward: BackwardPass, aim: Aim
) -> Iterator[tuple[str, Aim]]:
    """What each tensor of a gradient stands for; one source may be all variables."""
    variables = {tensor: name for name, tensor in recording.sources.items()}
    names = ",".join(recording.sources)
    all_variables = f"({names})" if len(variables) > 1 else names
    for source, gradient in zip(backward.sources, backward.gradients, strict=True):
        yield gradient, Aim(aim.target, (*aim.sequence, variables.get(source, all_variables)))


def _kinds(operations: Sequence[Operation]) -> tuple[str, ...]:
    return tuple(operation.kind for operation in operations if not operation.idle)
