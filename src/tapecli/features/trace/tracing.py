"""Follow the tapes at one point: what they record, and how they go back, step by step."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tapecli.defaults import NONE, TAYLOR
from tapecli.engines.tapes import loading, recording
from tapecli.engines.tapes.recording import BackwardPass, Operation, Recording, record
from tapecli.errors import RequestError
from tapecli.evaluation import compute
from tapecli.evaluation.planner import operations
from tapecli.evaluation.question import Request
from tapecli.evaluation.verdict import STABLE_ULPS
from tapecli.features.trace import rules
from tapecli.features.trace.model import (
    Adjoint,
    Answer,
    Pass,
    Slope,
    Step,
    Tape,
    Target,
    Term,
    Trace,
)
from tapecli.result import Result

MAX_OPERATIONS = 1_000
"""Operations that may be expected to run; more of them are no reading."""

_CONSTANT = recording.IDLE | {"Fill", "OnesLike", "ZerosLike"}
"""Kinds of operations that are shown as the number that they make."""

_NOT_FOLLOWED = {
    TAYLOR: "has no tapes to follow",
    NONE: "has no tapes to follow",
    "batch": "goes back in one vectorised operation",
}
"""Methods that cannot be traced, and why."""

_LETTERS = "vwusabc"


def check(request: Request) -> None:
    """See that this can be followed, before TensorFlow is loaded.

    Raises:
        RequestError: there are several points, no tapes, or far too many operations.
    """
    if len(request.points) != 1:
        raise RequestError(
            f"a trace is of one point, and {len(request.points):,} are given; --x 2 is one"
        )
    expected = operations(
        [expression.tree for expression in request.expressions],
        [one.variables for one in request.derivatives],
    )
    if expected > MAX_OPERATIONS:
        raise RequestError(
            f"a trace of this would have thousands of operations, and {MAX_OPERATIONS:,} are "
            "the most that can be read; ask for a lower order"
        )
    why = _NOT_FOLLOWED.get(request.choice.method)
    if why:
        raise RequestError(
            f"'--method {request.choice.method}' {why}; 'single', 'parallel', 'nested' and "
            "'persistent' can be followed step by step"
        )


def trace(request: Request) -> Trace:
    """Follow the tapes of a request.

    Raises:
        RequestError: as `check`, or TensorFlow lacks a gradient.
        TensorFlowError: TensorFlow is missing or does not start.
    """
    import numpy as np

    check(request)
    result = compute.run(request, formulas=False, load=loading.load)
    recorded = record(
        [expression.tree for expression in request.expressions],
        {name: np.float64(value) for name, value in request.points.at(0).items()},
        [one.variables for one in request.derivatives],
        request.choice.method,
        request.how.format_,
        steps=True,
    )
    return _Teller(request, recorded).told(result)


@dataclass
class _Teller:
    """A recording in words: every tensor gets a name that a person can follow.

    Attributes:
        names: of each tensor that is a variable or a step.
    """

    request: Request
    recording: Recording

    def __post_init__(self) -> None:
        self.tapes = recording.tape_names(self.recording.tapes)
        self._records = {
            name: {one.index for one in self.recording.recorded(tape)}
            for name, tape in zip(self.tapes, self.recording.tapes, strict=True)
        }
        self._by_output = {name: one for one in self.recording.operations for name in one.outputs}
        sources = self.recording.sources.values()
        reached = recording.dependent(self.recording.operations, sources)
        self._varying = {*sources, *(name for one in reached for name in one.outputs)}
        self._listed = self._shown()
        letter = _free_letter(self.recording.sources)
        self.names = {tensor: name for name, tensor in self.recording.sources.items()}
        for number, one in enumerate(self._listed, 1):
            self.names[one.outputs[0]] = f"{letter}{number}"

    def _shown(self) -> list[Operation]:
        """What some tape records, and the targets, with all that these are made from."""
        asked = (one.target for _, one in self.recording.backward_passes)
        targets = [*self.recording.results.get((), ()), *asked]
        outputs = [
            name
            for one in self.recording.operations
            if any(one.index in places for places in self._records.values())
            for name in one.outputs
        ]
        needed = recording.made_from(self.recording.operations, [*outputs, *targets])
        return [
            one
            for one in self.recording.operations
            if one.real and one.kind not in _CONSTANT and needed.intersection(one.outputs)
        ]

    def told(self, result: Result) -> Trace:
        """The whole story."""
        targets = self._targets()
        passes = tuple(self._passes())
        return Trace(
            targets,
            self.request.points.at(0),
            self.request.how.format_,
            self.request.choice.method,
            result.tensorflow,
            tuple(self._tape(number) for number in range(len(self.tapes))),
            tuple(map(self._step, self._listed)),
            passes,
            tuple(self._answers(result, targets, passes)),
        )

    def _targets(self) -> tuple[Target, ...]:
        """Where each expression is in the list: what was asked first, where no result says it."""
        values = self.recording.results.get(()) or [
            backward.target
            for _, backward in self.recording.backward_passes[: len(self.request.expressions)]
        ]
        return tuple(
            Target(expression.name, expression.text, self._called(name))
            for expression, name in zip(self.request.expressions, values, strict=True)
        )

    def _tape(self, number: int) -> Tape:
        tape = self.recording.tapes[number]
        wasted = self.recording.wasted(tape)
        return Tape(
            self.tapes[number],
            tape.persistent,
            tuple(self.names[one.outputs[0]] for one in self.recording.recorded(tape)),
            tuple(self.names[one.outputs[0]] for one in wasted),
        )

    def _step(self, one: Operation) -> Step:
        name = self.names[one.outputs[0]]
        made_from = [self._called(tensor) for tensor in one.inputs]
        return Step(
            name,
            one.kind,
            rules.formula(one.kind, made_from),
            self._number(one.outputs[0]),
            tuple(
                Slope(
                    self._called(tensor),
                    rules.slope(one.kind, made_from, self._called(tensor), name),
                    self.recording.slopes.get((one.outputs[0], tensor)),
                )
                for tensor in dict.fromkeys(one.inputs)
                if tensor in self._varying
            ),
            self._recorders(one),
            self._way_back(one),
        )

    def _recorders(self, one: Operation) -> tuple[str, ...]:
        return tuple(name for name in self.tapes if one.index in self._records[name])

    def _way_back(self, one: Operation) -> str:
        """The tape whose way back an operation is a part of."""
        found = (
            t for t, back in self.recording.backward_passes if back.start <= one.index < back.stop
        )
        tape = next(found, None)
        return self.tapes[tape.number] if tape else ""

    def _called(self, tensor: str) -> str:
        """The name of a tensor, or the number that a constant is, or how it is made."""
        if tensor in self.names:
            return self.names[tensor]
        if tensor in self.recording.values:
            text = self.request.how.format_.text(self._number(tensor))
            return f"({text})" if text.startswith("-") else text
        one = self._by_output[tensor]
        return rules.formula(one.kind, [self._called(name) for name in one.inputs])

    def _number(self, tensor: str) -> float:
        return float(self.recording.values[tensor])

    def _passes(self) -> list[Pass]:
        """The ways back, each with the derivative that it starts from."""
        names = [expression.name for expression in self.request.expressions]
        derivatives = {
            tensor: (name, sequence)
            for sequence, tensors in self.recording.results.items()
            for name, tensor in zip(names, tensors, strict=True)
        }
        passes = []
        for number, (tape, backward) in enumerate(self.recording.backward_passes):
            start = (names[number], ()) if number < len(names) else ("", ())
            target, sequence = derivatives.get(backward.target, start)
            passes.append(self._pass(self.tapes[tape.number], backward, target, sequence))
        return passes

    def _pass(
        self, tape: str, backward: BackwardPass, target: str, sequence: tuple[str, ...]
    ) -> Pass:
        run = [
            one for one in self.recording.operations[backward.start : backward.stop] if not one.idle
        ]
        return Pass(
            tape,
            self._called(backward.target),
            target,
            sequence,
            tuple(self.names[source] for source in backward.sources),
            tuple(self._adjoints(backward)),
            len(run),
            tuple(dict.fromkeys(name for one in run for name in self._recorders(one))),
        )

    def _adjoints(self, backward: BackwardPass) -> list[Adjoint]:
        """From the target back to the sources, each after those that it came from."""
        places = {tensor: self._by_output[tensor].index for tensor in backward.adjoints}
        found = []
        for tensor in sorted(backward.adjoints, key=lambda one: -places[one]):
            terms = tuple(
                Term(
                    self.names[above],
                    self._number(backward.adjoints[above]),
                    self.recording.slopes[above, tensor],
                )
                for above in sorted(backward.adjoints, key=lambda one: -places[one])
                if (above, tensor) in self.recording.slopes and above in self.names
            )
            found.append(
                Adjoint(self._called(tensor), self._number(backward.adjoints[tensor]), terms)
            )
        return found

    def _answers(
        self, result: Result, targets: Sequence[Target], passes: Sequence[Pass]
    ) -> list[Answer]:
        """Each derivative as it came out here, beside what `diff` says of it."""
        rows = {(row.target, block.derivative.variables): row
                for block in result.blocks for row in block.rows}  # fmt: skip
        answers = []
        for (name, sequence), row in rows.items():
            number = [target.name for target in targets].index(name)
            tensor = self.recording.results[sequence][number]
            value = self._number(tensor)
            answers.append(
                Answer(
                    name,
                    sequence,
                    self.names.get(tensor, ""),
                    value,
                    row.tape,
                    row.analytic,
                    row.status,
                    self._agree(value, row.tape, _summed(passes, name, sequence)),
                )
            )
        return answers

    def _agree(self, value: float, other: float | None, summed: float) -> bool:
        """Whether two numbers differ by no more than a sum of terms of this size may."""
        if other is None or value == other or (math.isnan(value) and math.isnan(other)):
            return True
        unit = float(self.request.how.format_.unit_roundoff)
        return abs(value - other) <= STABLE_ULPS * unit * max(summed, abs(value))


def _summed(passes: Sequence[Pass], target: str, sequence: Sequence[str]) -> float:
    """The sum of the sizes of all that a derivative was added up from."""
    *before, last = sequence or [""]
    return sum(
        abs(term.product)
        for one in passes
        if (one.target, one.sequence) == (target, tuple(before))
        for adjoint in one.adjoints
        if adjoint.of == last
        for term in adjoint.terms
    )


def _free_letter(sources: Mapping[str, str]) -> str:
    """A letter for the names of steps with which no variable's name begins."""
    return next(
        letter
        for letter in _LETTERS
        if not any(re.fullmatch(rf"{letter}_?\d+", name) for name in sources)
    )
