"""What an arrangement records and runs, counted in its traced graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tapecli.engines.tapes import recording
from tapecli.engines.tapes.arrangements import Sources, Target, Tensor, Variables
from tapecli.engines.tapes.recording import BackwardPass, Operation, Recording, record
from tapecli.expressions.expression import Expression
from tapecli.expressions.tree import Node
from tapecli.features.compare.contenders import Contender
from tapecli.features.compare.model import Aim, Taped, WayBack, Work
from tapecli.floats import FloatFormat

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def work(
    contender: Contender,
    expressions: Sequence[Expression],
    columns: Mapping[str, NDArray[np.float64]],
    wanted: Sequence[Variables],
    format_: FloatFormat,
) -> Work:
    """Trace an arrangement, and count.

    Raises:
        LookupError: TensorFlow has no gradient for something.
    """
    labels: dict[str, Aim] = {}

    def functions(tf: Any, trees: Sequence[Node], format_: FloatFormat) -> list[Target]:
        made = contender.functions(tf, trees, format_)
        named = zip(made, expressions, strict=True)
        return [_labelled(function, one.name, labels) for function, one in named]

    trees = [one.tree for one in expressions]
    recorded = record(trees, columns, wanted, contender.run, format_, functions_of=functions)
    return _counted(recorded, labels, Aim(", ".join(one.name for one in expressions)))


def _labelled(function: Target, name: str, labels: dict[str, Aim]) -> Target:
    """The same function, which notes the tensor that it returns."""

    def labelled(xs: Sources) -> Tensor:
        y = function(xs)
        labels[y.name] = Aim(name)
        return y

    return labelled


def _counted(one: Recording, labels: dict[str, Aim], together: Aim) -> Work:
    """What the tapes recorded and were asked for; `together` is all targets as one tensor."""
    names = dict(
        zip((tape.number for tape in one.tapes), recording.tape_names(one.tapes), strict=True)
    )
    ways: list[WayBack] = []
    inside: set[int] = set()
    aims: dict[int, list[Aim]] = {}
    for tape, each in one.backward_passes:
        aim = _aim(one, each.target, labels) or together
        labels.update(_derivatives(one, each, aim))
        aims.setdefault(tape.number, []).append(aim)
        operations = one.operations[each.start : each.stop]
        inside.update(operation.index for operation in operations)
        ways.append(WayBack(names[tape.number], aim, _kinds(operations)))
    taped = [
        Taped(
            names[tape.number],
            tuple(aims.get(tape.number, ())),
            _kinds(one.recorded(tape)),
            _kinds(one.wasted(tape)),
        )
        for tape in one.tapes
    ]
    forward = [operation for operation in one.operations if operation.index not in inside]
    return Work(tuple(taped), _kinds(forward), tuple(ways))


def _aim(one: Recording, tensor: str, labels: dict[str, Aim]) -> Aim | None:
    """What a tensor is: what it was noted as, or the one noted tensor that it was made from."""
    if tensor in labels:
        return labels[tensor]
    inputs = next((each.inputs for each in one.operations if tensor in each.outputs), ())
    found = {labels[name] for name in inputs if name in labels}
    return found.pop() if len(found) == 1 else None


def _derivatives(one: Recording, backward: BackwardPass, aim: Aim) -> Iterator[tuple[str, Aim]]:
    """What each tensor is that came out of a gradient; one source may be all variables."""
    variables = {tensor: name for name, tensor in one.sources.items()}
    every = ",".join(one.sources)
    every = f"({every})" if len(one.sources) > 1 else every
    for source, gradient in zip(backward.sources, backward.gradients, strict=True):
        yield gradient, Aim(aim.target, (*aim.sequence, variables.get(source, every)))


def _kinds(operations: Sequence[Operation]) -> tuple[str, ...]:
    return tuple(operation.kind for operation in operations if not operation.idle)
