"""Follow the tapes at one point: what they record, and each backward pass, step by step."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from tapecli.defaults import NONE, TAYLOR
from tapecli.engines.tapes import loading
from tapecli.engines.tapes.recording import BackwardPass, Operation, record
from tapecli.errors import RequestError
from tapecli.evaluation import answering
from tapecli.evaluation.planner import Workload, require_tapes
from tapecli.evaluation.question import Question
from tapecli.evaluation.verdict import STABLE_ULPS
from tapecli.features.trace import model, rules
from tapecli.features.trace.naming import NamedRecording
from tapecli.result import Result

MAX_OPERATIONS = 1_000
"""The most operations of a trace; a longer one cannot be read."""

_NOT_TRACEABLE = {
    TAYLOR: "has no tapes to follow",
    NONE: "has no tapes to follow",
    "batch": "runs its backward pass in one vectorised operation",
}
"""Methods that cannot be traced, and why."""


def check(question: Question) -> None:
    """Check that a question can be traced, before TensorFlow is loaded.

    Raises:
        RequestError: there are several points, no tapes, or far too many operations.
    """
    if len(question.points) != 1:
        raise RequestError(f"a trace takes one point, such as --x 2, not {len(question.points):,}")
    require_tapes(question)
    if Workload.of(question, 1).operations > MAX_OPERATIONS:
        raise RequestError(
            f"a trace of more than {MAX_OPERATIONS:,} operations cannot be read; "
            "ask for a lower order"
        )
    method = question.choice.method
    if method in _NOT_TRACEABLE:
        raise RequestError(
            f"'--method {method}' {_NOT_TRACEABLE[method]}; 'single', 'parallel', 'nested' and "
            "'persistent' can be followed step by step"
        )


def trace(question: Question) -> model.Trace:
    """Follow the tapes of a question that `check` has passed.

    Raises:
        RequestError: TensorFlow lacks a gradient.
        TensorFlowError: TensorFlow is missing or does not start.
    """
    import numpy as np

    result = answering.answer(question, formulas=False, load=loading.load)
    at = question.points.at(0)
    task = question.trees, {name: np.float64(value) for name, value in at.items()}, question.wrt
    recording = record(*task, question.choice.method, question.format_, steps=True)
    names = NamedRecording(recording, question.format_)
    passes = tuple(_passes(question, names))
    return model.Trace(
        targets=tuple(_targets(question, names)),
        at=at,
        format_=question.format_,
        method=question.choice.method,
        tensorflow=result.tensorflow,
        tapes=tuple(_tapes(names)),
        steps=tuple(_step(operation, names) for operation in names.steps),
        passes=passes,
        answers=tuple(_answers(question, result, names, passes)),
    )


def _targets(question: Question, names: NamedRecording) -> Iterator[model.TracedTarget]:
    """Each expression with its step.

    If the values were not asked for, the first backward passes start at the targets in order.
    """
    recording = names.recording
    passes = recording.backward_passes
    tensors = recording.results.get(()) or [backward.target for _, backward in passes]
    for expression, tensor in zip(question.targets, tensors, strict=False):
        yield model.TracedTarget(expression.name, expression.text, names.text(tensor))


def _tapes(names: NamedRecording) -> Iterator[model.TracedTape]:
    for name, tape in zip(names.tapes, names.recording.tapes, strict=True):
        records, wasted = (
            tuple(names.name(step.outputs[0]) for step in steps)
            for steps in (names.recording.recorded(tape), names.recording.wasted(tape))
        )
        yield model.TracedTape(name, tape.persistent, records, wasted)


def _step(operation: Operation, names: NamedRecording) -> model.Step:
    kind, (output, *_) = operation.kind, operation.outputs
    arguments = list(map(names.text, operation.inputs))
    local_derivatives = []
    for tensor in dict.fromkeys(operation.inputs):
        if tensor in names.varying:
            by, slope = names.text(tensor), names.recording.slopes.get((output, tensor))
            formula = rules.local_derivative(kind, arguments, by, names.text(output))
            local_derivatives.append(model.LocalDerivative(by, formula, slope))
    tapes_of_passes = (
        names.tapes[tape.number]
        for tape, backward in names.recording.backward_passes
        if backward.start <= operation.index < backward.stop
    )
    return model.Step(
        names.text(output),
        kind,
        rules.formula(kind, arguments),
        names.number(output),
        tuple(local_derivatives),
        tuple(names.recorders[operation.index]),
        next(tapes_of_passes, ""),
    )


def _passes(question: Question, names: NamedRecording) -> Iterator[model.TracedPass]:
    """Each backward pass with the derivative that it starts from."""
    targets = [expression.name for expression in question.targets]
    derivatives = {
        tensor: (target, variables)
        for variables, tensors in names.recording.results.items()
        for target, tensor in zip(targets, tensors, strict=True)
    }
    for number, (tape, backward) in enumerate(names.recording.backward_passes):
        default = targets[number] if number < len(targets) else "", ()
        target, variables = derivatives.get(backward.target, default)
        steps = names.recording.operations[backward.start : backward.stop]
        ran = [step for step in steps if not step.idle]
        recorders = (name for step in ran for name in names.recorders[step.index])
        yield model.TracedPass(
            names.tapes[tape.number],
            names.text(backward.target),
            target,
            variables,
            tuple(map(names.name, backward.sources)),
            tuple(_adjoints(backward, names)),
            len(ran),
            tuple(dict.fromkeys(recorders)),
        )


def _adjoints(backward: BackwardPass, names: NamedRecording) -> Iterator[model.Adjoint]:
    """From the target back to the sources, each adjoint after those that it is made from."""
    slopes = names.recording.slopes
    tensors = sorted(backward.adjoints, key=lambda name: -names.producers[name].index)
    numbers = {tensor: names.number(backward.adjoints[tensor]) for tensor in tensors}
    for argument in tensors:
        terms = tuple(
            model.Term(names.name(tensor), numbers[tensor], slopes[tensor, argument])
            for tensor in tensors
            if (tensor, argument) in slopes and names.name(tensor)
        )
        yield model.Adjoint(names.text(argument), numbers[argument], terms)


def _answers(
    question: Question, result: Result, names: NamedRecording, passes: Sequence[model.TracedPass]
) -> Iterator[model.Answer]:
    """Each value and derivative as the trace computed it, with what `diff` says of it."""
    targets = [expression.name for expression in question.targets]
    for block in result.blocks:
        target, variables = block.target, block.derivative.variables
        tensor = names.recording.results[variables][targets.index(target)]
        value = names.number(tensor)
        (row,) = block.rows
        tolerance = STABLE_ULPS * float(question.format_.unit_roundoff)
        tolerance *= max(_sum_of_sizes(passes, target, variables), abs(value))
        yield model.Answer(
            target,
            variables,
            names.name(tensor),
            value,
            row.tape,
            row.analytic,
            row.status,
            row.tape is None
            or math.isclose(value, row.tape, rel_tol=0, abs_tol=tolerance)
            or (math.isnan(value) and math.isnan(row.tape)),
        )


def _sum_of_sizes(
    passes: Sequence[model.TracedPass], target: str, variables: Sequence[str]
) -> float:
    """The sum of the sizes of all terms of a derivative, which bounds its round-off."""
    *earlier, last = variables or [""]
    return sum(
        abs(term.product)
        for backward in passes
        if (backward.target, backward.variables) == (target, tuple(earlier))
        for adjoint in backward.adjoints
        if adjoint.of == last
        for term in adjoint.terms
    )
