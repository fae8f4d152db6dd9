"""What an arrangement records and runs, counted in its traced graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from tapecli.engines.tapes.arrangements import Sources, Target, Tensor
from tapecli.engines.tapes.recording import BackwardPass, Operation, Recording, record, tape_names
from tapecli.evaluation.question import Question
from tapecli.expressions.tree import Node
from tapecli.features.compare.contenders import Contender
from tapecli.features.compare.model import Aim, CountedPass, CountedTape, Work
from tapecli.floats import FloatFormat

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def count_operations(
    contender: Contender, question: Question, columns: Mapping[str, NDArray[np.float64]]
) -> Work:
    """Trace an arrangement, and count.

    Raises:
        LookupError: TensorFlow has no gradient for something.
    """
    aims: dict[str, Aim] = {}

    def functions(tf: Any, trees: Sequence[Node], format_: FloatFormat) -> list[Target]:
        targets = contender.functions(tf, trees, format_)
        return [partial(_noted, aims, *pair) for pair in zip(names, targets, strict=True)]

    names = [expression.name for expression in question.targets]
    task = question.trees, columns, question.wrt, contender.run, question.format_
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
    all_variables = ",".join(recording.sources)
    all_variables = f"({all_variables})" if len(recording.sources) > 1 else all_variables
    for source, gradient in zip(backward.sources, backward.gradients, strict=True):
        yield gradient, Aim(aim.target, (*aim.sequence, variables.get(source, all_variables)))


def _kinds(operations: Sequence[Operation]) -> tuple[str, ...]:
    return tuple(operation.kind for operation in operations if not operation.idle)
