"""What tapes did with an expression at one point: a Wengert list and the backward passes over it.

A Wengert list names every intermediate value. R. E. Wengert, "A simple automatic derivative
evaluation program", Communications of the ACM 7 (1964), 463-464. Steps, tapes and variables are
given by their names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tapecli.floats import FloatFormat
from tapecli.result import Status, any_failed


@dataclass(frozen=True)
class LocalDerivative:
    """The derivative of a step by one of its arguments.

    The formula is "" where no rule has it; the value is None where TensorFlow has no gradient.
    """

    by: str
    formula: str
    value: float | None


@dataclass(frozen=True)
class Step:
    """One operation: v1 = x*x, of the kind Mul.

    Attributes:
        local_derivatives: by each argument that depends on a variable.
        tapes: the tapes that record it.
        backward_of: the tape in whose backward pass it runs; "" in the forward pass.
    """

    name: str
    kind: str
    formula: str
    value: float
    local_derivatives: tuple[LocalDerivative, ...]
    tapes: tuple[str, ...]
    backward_of: str = ""


@dataclass(frozen=True)
class Term:
    """What a step adds to the adjoint of one of its arguments: its adjoint times its derivative."""

    step: str
    adjoint: float
    local_derivative: float

    @property
    def product(self) -> float:
        """The number that is added, in float64."""
        return self.adjoint * self.local_derivative


@dataclass(frozen=True)
class Adjoint:
    """The derivative of the target of a backward pass by one step or variable.

    It is the sum of its terms; the target itself has none, and its adjoint is 1.
    """

    of: str
    value: float
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class TracedPass:
    """A backward pass: one call of a tape's gradient().

    Attributes:
        step: the step that it differentiates.
        target, variables: that step as a derivative: of this target by these variables.
        sources: the variables that it differentiates by.
        adjoints: from the target back to the variables.
        operations: how many operations TensorFlow ran.
        tapes: the tapes that recorded these operations.
    """

    tape: str
    step: str
    target: str
    variables: tuple[str, ...]
    sources: tuple[str, ...]
    adjoints: tuple[Adjoint, ...]
    operations: int
    tapes: tuple[str, ...]


@dataclass(frozen=True)
class TracedTape:
    """A tape, the steps that it records, and those of them that none of its gradients needs."""

    name: str
    persistent: bool
    records: tuple[str, ...]
    wasted: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """A value or derivative as the trace computed it, and what `diff` says of it.

    Attributes:
        target, variables: of which target, by which variables; by none for the value.
        step: the step that computed it; "" for what no tape records.
        diff: what the tapes of `diff` return.
        analytic: the certified value; None where there is none.
        status: the verdict on what `diff` returns.
        agrees: whether `value` and `diff` differ by no more than the order of a sum explains.
    """

    target: str
    variables: tuple[str, ...]
    step: str
    value: float
    diff: float | None
    analytic: float | None
    status: Status
    agrees: bool


@dataclass(frozen=True)
class TracedTarget:
    """An expression, and the name of the step that computes its value."""

    name: str
    text: str
    step: str


@dataclass(frozen=True)
class Trace:
    """Everything that the tapes did.

    Attributes:
        at: the value of each variable.
        tensorflow: TensorFlow's version.
        tapes: the tapes, the outermost one first.
        steps: every operation that some tape records, and the operations that these need.
        passes: the backward passes, in the order in which they ran.
    """

    targets: tuple[TracedTarget, ...]
    at: Mapping[str, float]
    format_: FloatFormat
    method: str
    tensorflow: str
    tapes: tuple[TracedTape, ...]
    steps: tuple[Step, ...]
    passes: tuple[TracedPass, ...]
    answers: tuple[Answer, ...]

    @property
    def agrees(self) -> bool:
        """Whether every number agrees with that of `diff`."""
        return all(answer.agrees for answer in self.answers)

    @property
    def ok(self) -> bool:
        """Whether the numbers agree with `diff`, and none is off or lost: exit code 0."""
        return self.agrees and not any_failed(answer.status for answer in self.answers)
