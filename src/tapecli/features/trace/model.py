"""What tapes did with an expression at one point: a Wengert list, and the ways back over it.

R. E. Wengert, "A simple automatic derivative evaluation program", Communications of the ACM 7
(1964), 463-464, gave every intermediate value a name, which is what such a list is called after.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tapecli.floats import FloatFormat
from tapecli.result import Status, all_ok, any_failed


@dataclass(frozen=True)
class Slope:
    """The derivative of a step by one of what it is made from.

    Attributes:
        by: the name of that.
        formula: in names of steps; "" where there is none to show.
        value: what TensorFlow has for it; None where it has no gradient.
    """

    by: str
    formula: str
    value: float | None


@dataclass(frozen=True)
class Step:
    """One operation.

    Attributes:
        name: what it is called: v1.
        kind: TensorFlow's name of the operation: Mul.
        formula: what it is, in names of steps before it: x*x.
        value: what came out.
        slopes: its local derivatives, by what depends on a variable.
        tapes: the names of the tapes that record it.
        way_back: the name of the tape whose way back it is a part of; "" for the way there.
    """

    name: str
    kind: str
    formula: str
    value: float
    slopes: tuple[Slope, ...]
    tapes: tuple[str, ...]
    way_back: str = ""


@dataclass(frozen=True)
class Term:
    """What a step passes on to one of what it is made from: its adjoint times the slope."""

    step: str
    adjoint: float
    slope: float

    @property
    def product(self) -> float:
        """What is passed on, in float64."""
        return self.adjoint * self.slope


@dataclass(frozen=True)
class Adjoint:
    """The derivative of what a tape was asked for by one step, as the tape had it.

    Attributes:
        of: the name of the step, or of a variable.
        value: the number.
        terms: where it came from; nothing for the target itself, where it begins with 1.
    """

    of: str
    value: float
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Pass:
    """A way back: one gradient that a tape was asked for.

    Attributes:
        tape: its name.
        step: the name of what was differentiated.
        target, sequence: the same as a derivative: of which target, by which variables.
        sources: the variables by which.
        adjoints: from the target back to the variables.
        operations: how many operations this took.
        tapes: the names of the tapes that recorded them.
    """

    tape: str
    step: str
    target: str
    sequence: tuple[str, ...]
    sources: tuple[str, ...]
    adjoints: tuple[Adjoint, ...]
    operations: int
    tapes: tuple[str, ...]


@dataclass(frozen=True)
class Tape:
    """What became of a tape.

    Attributes:
        name: what it is called.
        persistent: whether it could be asked more than once.
        records: the names of the steps that it records.
        wasted: those of them that none of its gradients needs.
    """

    name: str
    persistent: bool
    records: tuple[str, ...]
    wasted: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """A derivative as it came out here, and what `diff` says of it.

    Attributes:
        target, sequence: of which target, by which variables; () is the value.
        step: the name of the step that it is; "" for what no further tape records.
        value: what came out here.
        diff: what the tapes of `diff` return.
        analytic: the certified value; None where there is none.
        status: the verdict on what `diff` returns.
        agrees: whether the two differ by no more than the sequence in which a sum is added up.
    """

    target: str
    sequence: tuple[str, ...]
    step: str
    value: float
    diff: float | None
    analytic: float | None
    status: Status
    agrees: bool


@dataclass(frozen=True)
class Target:
    """An expression, and the step that it is."""

    name: str
    text: str
    step: str


@dataclass(frozen=True)
class Trace:
    """All of it.

    Attributes:
        targets: the expressions.
        at: the value of each variable.
        format_: the dtype.
        method: the arrangement of tapes.
        tensorflow: TensorFlow's version.
        tapes: from the outermost one.
        steps: every operation that some tape records, and what these are made from.
        passes: the ways back, in the sequence in which they were gone.
        answers: the values and derivatives.
    """

    targets: tuple[Target, ...]
    at: Mapping[str, float]
    format_: FloatFormat
    method: str
    tensorflow: str
    tapes: tuple[Tape, ...]
    steps: tuple[Step, ...]
    passes: tuple[Pass, ...]
    answers: tuple[Answer, ...]

    @property
    def agrees(self) -> bool:
        """Whether every derivative is the number that `diff` has."""
        return all(one.agrees for one in self.answers)

    @property
    def ok(self) -> bool:
        """Whether the numbers are those of `diff`, and none is off or lost: exit code 0."""
        return self.agrees and not any_failed(one.status for one in self.answers)

    @property
    def all_ok(self) -> bool:
        """Whether there is nothing to say of any number."""
        return self.agrees and all_ok(one.status for one in self.answers)
