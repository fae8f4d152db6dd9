"""Names for the tensors of a recording: variables have their own, and operations are v1, v2, ..."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tapecli.engines.tapes import recording as recordings
from tapecli.engines.tapes.recording import Operation, Recording
from tapecli.features.trace import rules
from tapecli.floats import FloatFormat

CONSTANT = recordings.IDLE | {"Fill", "OnesLike", "ZerosLike"}
"""Kinds of operations that are written as the number that they make."""

_LETTERS = "vwusabc"


class NamedRecording:
    """A recording, made with steps, whose tensors have names that a person can follow.

    Attributes:
        tapes: the name of each tape.
        recorders: for each operation, by its index, the names of the tapes that record it.
        steps: the operations that have a name: those that some tape records, the targets of
            backward passes, and all that these are computed from.
        varying: the tensors that depend on a variable.
    """

    def __init__(self, recording: Recording, format_: FloatFormat) -> None:
        self.recording = recording
        self._format = format_
        self.tapes = recordings.tape_names(recording.tapes)
        self.recorders: dict[int, list[str]] = {step.index: [] for step in recording.operations}
        for name, tape in zip(self.tapes, recording.tapes, strict=True):
            for step in recording.recorded(tape):
                self.recorders[step.index].append(name)
        self.producers = {tensor: step for step in recording.operations for tensor in step.outputs}
        sources = recording.sources.values()
        self.varying = {*sources, *_outputs(recordings.dependent(recording.operations, sources))}
        self.steps = self._choose_steps()
        letter = next(  # no variable may have the name of a step
            letter
            for letter in _LETTERS
            if not any(re.fullmatch(rf"{letter}_?\d+", variable) for variable in recording.sources)
        )
        self._names = {tensor: name for name, tensor in recording.sources.items()}
        for number, step in enumerate(self.steps, 1):
            self._names[step.outputs[0]] = f"{letter}{number}"

    def _choose_steps(self) -> list[Operation]:
        operations = self.recording.operations
        recorded = [step for step in operations if self.recorders[step.index]]
        values = self.recording.results.get((), ())
        targets = [backward.target for _, backward in self.recording.backward_passes]
        ancestors = recordings.made_from(operations, [*_outputs(recorded), *values, *targets])
        return [
            step
            for step in operations
            if step.real and step.kind not in CONSTANT and ancestors.intersection(step.outputs)
        ]

    def name(self, tensor: str) -> str:
        """The name of a variable or of a step; "" for any other tensor."""
        return self._names.get(tensor, "")

    def text(self, tensor: str) -> str:
        """The name of a tensor, or else its number if it is constant, or else its formula."""
        if tensor in self._names:
            return self._names[tensor]
        if tensor in self.recording.values:
            text = self._format.text(self.number(tensor))
            return f"({text})" if text.startswith("-") else text
        step = self.producers[tensor]
        return rules.formula(step.kind, list(map(self.text, step.inputs)))

    def number(self, tensor: str) -> float:
        """The number in a tensor."""
        return float(self.recording.values[tensor])


def _outputs(operations: Iterable[Operation]) -> list[str]:
    return [tensor for step in operations for tensor in step.outputs]
