"""The words and the cells that the pages of a trace share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tapecli.errors import together
from tapecli.features.trace.model import Adjoint, Step, Trace, TracedPass
from tapecli.floats import counted
from tapecli.formats import words


class PageRow(NamedTuple):
    """A step with its local derivatives, or an adjoint with its terms.

    The name of a step has its formula: v2 = log(v1). Details are in words and in numbers, and as
    lines for a narrow page. A step has the kind of its operation, and the tapes that record it.
    """

    name: str
    value: str
    details: list[tuple[str, str]]
    lines: list[str]
    kind: str = ""
    recorders: str = ""


class Section(NamedTuple):
    """A table: the steps of the forward pass, the adjoints of a backward pass with its results
    (dy/dx = 1), or the steps that the backward passes of a tape run.

    Where the same tapes record all its steps, the heading names them; else they are mixed.
    """

    heading: str
    rows: list[PageRow]
    mixed: bool = False
    is_backward: bool = False
    results: Sequence[str] = ()


def heading(trace: Trace) -> str:
    """The expressions."""
    return ", ".join(f"{target.name} = {target.text}" for target in trace.targets)


def setting(trace: Trace) -> str:
    """The point, the dtype and the arrangement of tapes."""
    text = trace.format_.text
    point = ", ".join(f"{name} = {text(value)}" for name, value in trace.at.items())
    return f"at {point}, {trace.format_.name}, {words.method_name(trace.method)}"


def sections(trace: Trace) -> Iterator[Section]:
    """The tables in the order in which the operations ran.

    The steps of a tape's backward passes come after its last one.
    """
    yield from _steps(trace, "")
    last = {backward.tape: backward for backward in trace.passes}
    for backward in trace.passes:
        yield _adjoints(trace, backward)
        if backward is last[backward.tape]:
            yield from _steps(trace, backward.tape)


def _steps(trace: Trace, backward_of: str) -> Iterator[Section]:
    """The steps of the forward pass (""), or those that a tape's backward passes run, if any."""
    steps = [step for step in trace.steps if step.backward_of == backward_of]
    if not steps:
        return
    title = f"Operations of the backward pass of {backward_of}" if backward_of else "Forward pass"
    mixed = len({step.tapes for step in steps}) > 1
    if not mixed:
        title += f", recorded by {together(steps[0].tapes) if steps[0].tapes else 'no tape'}"
    yield Section(title, [_step_row(trace, step) for step in steps], mixed)


def _step_row(trace: Trace, step: Step) -> PageRow:
    """A step with its local derivatives: ∂v2/∂v1 = 1/v1 and 0.25."""
    text = trace.format_.text
    details, lines = [], []
    for derivative in step.local_derivatives:
        name = f"∂{step.name}/∂{derivative.by}"
        formula = f"{name} = {derivative.formula}" if derivative.formula else name
        number = "no gradient" if derivative.value is None else text(derivative.value)
        details.append((formula, number))
        lines.append(formula if derivative.formula == number else f"{formula} = {number}")
    name, recorders = f"{step.name} = {step.formula}", ", ".join(step.tapes) or "no tape"
    return PageRow(name, text(step.value), details, lines, step.kind, recorders)


def _adjoints(trace: Trace, backward: TracedPass) -> Section:
    """The adjoints of a backward pass, and the derivatives that it computes."""
    target = derivative(trace, backward.target, backward.variables)
    start = f"{target} = {backward.step}" if target not in ("", backward.step) else backward.step
    count = counted(backward.operations, "operation")
    values = {adjoint.of: trace.format_.text(adjoint.value) for adjoint in backward.adjoints}
    results = [
        f"{derivative(trace, backward.target, (*backward.variables, source))} = {values[source]}"
        for source in backward.sources
        if backward.target
    ]
    rows = [_adjoint_row(trace, backward, adjoint) for adjoint in backward.adjoints]
    title = f"Backward pass of {backward.tape}, from {start}: {count}"
    return Section(title, rows, is_backward=True, results=results)


def _adjoint_row(trace: Trace, backward: TracedPass, adjoint: Adjoint) -> PageRow:
    """An adjoint with its terms: ∂y/∂v2·∂v2/∂v1 and 1·0.25, with a + from the second on."""
    is_value = backward.target and not backward.variables
    target = backward.target if is_value else backward.step
    terms: list[tuple[str, str]] = []
    for term in adjoint.terms:
        sign = "+ " if terms else ""
        formula = f"{sign}∂{target}/∂{term.step}·∂{term.step}/∂{adjoint.of}"
        factors = map(trace.format_.text, (term.adjoint, term.local_derivative))
        numbers = "·".join(f"({text})" if text.startswith("-") else text for text in factors)
        terms.append((formula, numbers))
    lines = [term for term, _ in terms] or ["where it starts"] * (adjoint.of == backward.step)
    return PageRow(f"∂{target}/∂{adjoint.of}", trace.format_.text(adjoint.value), terms, lines)


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
