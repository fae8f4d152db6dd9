"""The words and the cells that the pages of a trace share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tapecli.errors import together
from tapecli.features.trace.model import Adjoint, Step, Term, Trace, TracedPass
from tapecli.floats import counted
from tapecli.formats import words


class Section(NamedTuple):
    """Steps that are shown together: the forward pass, or those of a tape's backward passes.

    Attributes:
        heading: what they are, and which tapes record them if that is the same for all.
        steps: the steps.
        mixed: whether different tapes record different steps.
    """

    heading: str
    steps: Sequence[Step]
    mixed: bool


def heading(trace: Trace) -> str:
    """The expressions."""
    return ", ".join(f"{target.name} = {target.text}" for target in trace.targets)


def setting(trace: Trace) -> str:
    """The point, the dtype and the arrangement of tapes."""
    text = trace.format_.text
    point = ", ".join(f"{name} = {text(value)}" for name, value in trace.at.items())
    return f"at {point}, {trace.format_.name}, {words.method_name(trace.method)}"


def section(trace: Trace, backward_of: str) -> Section:
    """The steps of the forward pass (""), or those that a tape's backward passes run."""
    steps = [step for step in trace.steps if step.backward_of == backward_of]
    title = f"Operations of the backward pass of {backward_of}" if backward_of else "Forward pass"
    mixed = len({step.tapes for step in steps}) > 1
    if steps and not mixed:
        title += f", recorded by {together(steps[0].tapes) if steps[0].tapes else 'no tape'}"
    return Section(title, steps, mixed)


def is_last(trace: Trace, backward: TracedPass) -> bool:
    """Whether this is the last backward pass of its tape."""
    return backward is [other for other in trace.passes if other.tape == backward.tape][-1]


def recorders(step: Step) -> str:
    """The tapes that record a step, in a cell."""
    return ", ".join(step.tapes) or "no tape"


class PageRow(NamedTuple):
    """A step, or an adjoint.

    Attributes:
        name: its name; of a step, with the formula: v2 = log(v1).
        value: its number.
        details: the local derivatives of the step, or the terms of the adjoint, each as a formula
            and as numbers.
    """

    name: str
    value: str
    details: list[tuple[str, str]]


def step_row(trace: Trace, step: Step) -> PageRow:
    """A step with its local derivatives: ∂v2/∂v1 = 1/v1 and 0.25."""
    text = trace.format_.text
    derivatives = []
    for derivative in step.local_derivatives:
        formula = f" = {derivative.formula}" if derivative.formula else ""
        number = "no gradient" if derivative.value is None else text(derivative.value)
        derivatives.append((f"∂{step.name}/∂{derivative.by}{formula}", number))
    return PageRow(f"{step.name} = {step.formula}", text(step.value), derivatives)


def pass_heading(trace: Trace, backward: TracedPass) -> str:
    """The heading of a backward pass."""
    target = words.leibniz(backward.target, backward.variables, len(trace.at) > 1)
    start = f"{target} = {backward.step}" if target not in ("", backward.step) else backward.step
    count = counted(backward.operations, "operation")
    return f"Backward pass of {backward.tape}, from {start}: {count}"


def adjoint_row(trace: Trace, backward: TracedPass, adjoint: Adjoint) -> PageRow:
    """An adjoint with its terms: ∂y/∂v2·∂v2/∂v1 and 1·0.25."""
    is_value = backward.target and not backward.variables
    target = backward.target if is_value else backward.step
    terms = [
        (f"∂{target}/∂{term.step}·∂{term.step}/∂{adjoint.of}", _numbers(trace, term))
        for term in adjoint.terms
    ]
    return PageRow(f"∂{target}/∂{adjoint.of}", trace.format_.text(adjoint.value), terms)


def _numbers(trace: Trace, term: Term) -> str:
    factors = [trace.format_.text(number) for number in (term.adjoint, term.local_derivative)]
    return "·".join(f"({text})" if text.startswith("-") else text for text in factors)


def results(trace: Trace, backward: TracedPass) -> list[str]:
    """The derivatives that a backward pass computes: dy/dx = 1."""
    values = {adjoint.of: trace.format_.text(adjoint.value) for adjoint in backward.adjoints}
    return [
        f"{derivative(trace, backward.target, (*backward.variables, source))} = {values[source]}"
        for source in backward.sources
        if backward.target
    ]


def wasted(trace: Trace) -> list[str]:
    """Which tapes record steps that none of their gradients needs."""
    return [
        f"{tape.name} records {together(tape.wasted)} for nothing: "
        f"none of its gradients needs {'them' if len(tape.wasted) > 1 else 'it'}"
        for tape in trace.tapes
        if tape.wasted
    ]


def verdict(trace: Trace) -> str:
    """The last line: the answers, and what `diff` says of them."""
    answers = ", ".join(
        f"{derivative(trace, answer.target, answer.variables)} = {trace.format_.text(answer.value)}"
        for answer in trace.answers
    )
    comparison = "as in diff" if trace.agrees else "not as in diff"
    statuses = list(dict.fromkeys(str(answer.status) for answer in trace.answers))
    return f"{answers}: {comparison}, {together(statuses)}"


def derivative(trace: Trace, target: str, variables: Sequence[str]) -> str:
    """In Leibniz's notation: dy/dx."""
    return words.leibniz(target, variables, len(trace.at) > 1)
