"""What tapes did with an expression at one point: a Wengert list and the backward passes over it.

A Wengert list names every intermediate value. R. E. Wengert, "A simple automatic derivative
evaluation program", Communications of the ACM 7 (1964), 463-464.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tapecli.floats import FloatFormat
from tapecli.result import Status, all_ok, any_failed


@dataclass(frozen=True)
class LocalDerivative:
    """The derivative of a step by one of its arguments.

    Attributes:
        by: the name of the argument.
        formula: the derivative in names of steps; "" where there is no rule for it.
        value: TensorFlow's value of it; None where TensorFlow has no gradient.
    """

    by: str
    formula: str
    value: float | None


@dataclass(frozen=True)
class Step:
    """One operation.

    Attributes:
        name: the name of its value: v1.
        kind: TensorFlow's name of the operation: Mul.
        formula: what it computes, in names of earlier steps and of variables: x*x.
        value: what it returned.
        local_derivatives: by each argument that depends on a variable.
        tapes: the names of the tapes that record it.
        backward_of: the name of the tape in whose backward pass it runs; "" in the forward pass.
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
    """What a step adds to the adjoint of one of its arguments.

    Attributes:
        step: the name of the step.
        adjoint: the adjoint of the step.
        local_derivative: the derivative of the step by the argument.
    """

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

    Attributes:
        of: the name of the step or variable.
        value: the number that the tape computed.
        terms: what it is the sum of; empty for the target itself, whose adjoint is 1.
    """

    of: str
    value: float
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class TracedPass:
    """A backward pass: one call of a tape's gradient().

    Attributes:
        tape: the name of the tape.
        step: the name of the step that it differentiates.
        target, variables: that step as a derivative: of this target by these variables.
        sources: the variables that it differentiates by.
        adjoints: from the target back to the variables.
        operations: how many operations TensorFlow ran.
        tapes: the names of the tapes that recorded these operations.
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
    """A tape, and what it recorded.

    Attributes:
        name: the name of the tape.
        persistent: whether it may be used for more than one backward pass.
        records: the names of the steps that it records.
        wasted: the names of the recorded steps that no backward pass of the tape needs.
    """

    name: str
    persistent: bool
    records: tuple[str, ...]
    wasted: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """A value or derivative as the trace computed it, and what `diff` says of it.

    Attributes:
        target, variables: of which target, by which variables; by none for the value.
        step: the name of the step that computed it; "" for what no tape records.
        value: what the trace computed.
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
        targets: the expressions.
        at: the value of each variable.
        format_: the dtype.
        method: the arrangement of tapes.
        tensorflow: TensorFlow's version.
        tapes: the tapes, the outermost one first.
        steps: every operation that some tape records, and the operations that these need.
        passes: the backward passes, in the order in which they ran.
        answers: the values and derivatives.
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

    @property
    def all_ok(self) -> bool:
        """Whether the numbers agree with `diff`, and each is ok."""
        return self.agrees and all_ok(answer.status for answer in self.answers)
