"""The words that the formats of a trace share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tapecli.errors import together
from tapecli.features.trace.model import Adjoint, Answer, Pass, Slope, Step, Term, Trace
from tapecli.formats import words


class Section(NamedTuple):
    """Steps that belong together: the way there, or what a way back does.

    Attributes:
        heading: what they are, and who records them, where that is the same for all.
        steps: the steps.
        mixed: whether who records them differs from step to step.
    """

    heading: str
    steps: Sequence[Step]
    mixed: bool


def heading(trace: Trace) -> str:
    """What was traced."""
    return ", ".join(f"{target.name} = {target.text}" for target in trace.targets)


def about(trace: Trace) -> str:
    """Where, and how."""
    text = trace.format_.text
    at = ", ".join(f"{name} = {text(value)}" for name, value in trace.at.items())
    how = {
        "forward": "no tape",
        "single": "a single tape",
        "persistent": "a persistent tape",
    }.get(trace.method, f"{trace.method} tapes")
    return f"at {at}, {trace.format_.name}, {how}"


def section(trace: Trace, way_back: str) -> Section:
    """The steps of the way there (""), or of a tape's way back."""
    steps = [step for step in trace.steps if step.way_back == way_back]
    what = f"What the way back of {way_back} does" if way_back else "The way there"
    mixed = len({step.tapes for step in steps}) > 1
    if steps and not mixed:
        what += f", recorded by {together(steps[0].tapes) if steps[0].tapes else 'no tape'}"
    return Section(what, steps, mixed)


def recorders(step: Step) -> str:
    """Who records a step, in a cell."""
    return ", ".join(step.tapes) or "no tape"


def slope(step: Step, one: Slope) -> str:
    """A local derivative: ∂v2/∂v1 = 1/v1."""
    return f"∂{step.name}/∂{one.by}" + (f" = {one.formula}" if one.formula else "")


def slope_value(trace: Trace, one: Slope) -> str:
    """Its number."""
    return "no gradient" if one.value is None else trace.format_.text(one.value)


def target(trace: Trace, one: Pass) -> str:
    """What a way back starts from, as a derivative: y, dy/dx."""
    return words.leibniz(one.target, one.sequence, len(trace.at) > 1)


def start(one: Pass) -> str:
    """The same in the adjoints, in one short name."""
    return one.step if one.sequence or not one.target else one.target


def came(trace: Trace, one: Pass) -> str:
    """The heading of a way back."""
    of, step = target(trace, one), one.step
    named = f"{of} = {step}" if of not in ("", step) else step
    run = f"{one.operations} operation{'s' * (one.operations != 1)}"
    return f"The way back of {one.tape}, from {named}: {run}"


def adjoint(one: Pass, of: str) -> str:
    """An adjoint's name: ∂y/∂v1."""
    return f"∂{start(one)}/∂{of}"


def term(one: Pass, found: Adjoint, part: Term) -> str:
    """What a step passes on: ∂y/∂v2·∂v2/∂v1."""
    return f"{adjoint(one, part.step)}·∂{part.step}/∂{found.of}"


def numbers(trace: Trace, part: Term) -> str:
    """The same as numbers: 1·0.25."""
    return "·".join(_factor(trace.format_.text(value)) for value in (part.adjoint, part.slope))


def _factor(text: str) -> str:
    return f"({text})" if text.startswith("-") else text


def results(trace: Trace, one: Pass) -> list[str]:
    """What a way back ends with: dy/dx = 1."""
    text = trace.format_.text
    values = {found.of: found.value for found in one.adjoints}
    partial = len(trace.at) > 1
    return [
        f"{words.leibniz(one.target, (*one.sequence, source), partial)} = {text(values[source])}"
        for source in one.sources
        if one.target
    ]


def wasted(trace: Trace) -> list[str]:
    """Which tapes record what for nothing."""
    return [
        f"{tape.name} records {together(tape.wasted)} for nothing: "
        f"no gradient that it is asked for needs {'them' if len(tape.wasted) > 1 else 'it'}"
        for tape in trace.tapes
        if tape.wasted
    ]


def name(trace: Trace, one: Answer) -> str:
    """An answer's name: dy/dx."""
    return words.leibniz(one.target, one.sequence, len(trace.at) > 1)


def verdict(trace: Trace) -> str:
    """The last line: the answers, and what `diff` says of them."""
    text = trace.format_.text
    answers = ", ".join(f"{name(trace, one)} = {text(one.value)}" for one in trace.answers)
    same = "as in diff" if trace.agrees else "which diff has otherwise"
    statuses = list(dict.fromkeys(str(one.status) for one in trace.answers))
    return f"{answers}: {same}, {together(statuses)}"
