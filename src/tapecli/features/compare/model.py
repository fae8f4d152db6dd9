"""What `tapecli compare` measured: a CostComparison, which all its formats show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

CALLS = frozenset(
    {"PartitionedCall", "StatefulPartitionedCall", "If", "StatelessIf", "While", "StatelessWhile"}
)
"""Kinds of operations that run others, of which the graph around them shows nothing."""


@dataclass(frozen=True)
class Aim:
    """What a tape differentiates: a target, or its derivative by these variables."""

    target: str
    sequence: tuple[str, ...] = ()


@dataclass(frozen=True)
class CountedTape:
    """What a tape differentiates, and the kinds of the operations that it records, in order.

    The name is what people call it: tape, tape1, outer. `wasted` are the kinds of the operations
    that none of its gradients needs.
    """

    name: str
    asked: tuple[Aim, ...]
    recorded: tuple[str, ...]
    wasted: tuple[str, ...]


@dataclass(frozen=True)
class CountedPass:
    """One backward pass: the tape, what it differentiates, and the kinds of the operations."""

    tape: str
    aim: Aim
    operations: tuple[str, ...]


@dataclass(frozen=True)
class Work:
    """The operations of an arrangement: its tapes in the order in which they are opened, the kinds
    of the operations that run outside of all gradients, and the backward passes in order.
    """

    tapes: tuple[CountedTape, ...]
    forward: tuple[str, ...]
    backward: tuple[CountedPass, ...]

    @property
    def recorded(self) -> int:
        """How many operations are recorded; one that two tapes record counts twice."""
        return sum(len(tape.recorded) for tape in self.tapes)

    @property
    def kinds_backward(self) -> list[str]:
        """The kinds of the operations of all backward passes."""
        return [kind for gradient in self.backward for kind in gradient.operations]

    @property
    def run(self) -> int:
        """How many operations run, in the forward pass and the backward passes."""
        return len(self.forward) + len(self.kinds_backward)

    @property
    def calls(self) -> list[str]:
        """The kinds of the operations that run others, which are not counted."""
        return [kind for kind in (*self.forward, *self.kinds_backward) if kind in CALLS]


@dataclass(frozen=True)
class TapeMemory:
    """Bytes that the tapes alone keep alive: the most before a gradient, and after the last one."""

    most: int
    after: int


@dataclass(frozen=True)
class Scenario:
    """How an arrangement is run, and at how many points."""

    execution: str
    points: int


@dataclass(frozen=True)
class Time:
    """Seconds that a run took.

    Attributes:
        low, high: the quartiles: half of the runs lie between them.
        least, most: the shortest and the longest run.
        runs: how many runs there were.
    """

    median: float
    low: float
    high: float
    least: float
    most: float
    runs: int

    def differs(self, other: Time) -> bool:
        """Whether the difference is beyond the noise: the quartiles do not overlap."""
        return self.low > other.high or other.low > self.high


@dataclass(frozen=True)
class Cost:
    """What an arrangement costs.

    Attributes:
        work: its operations; None where it could not be traced.
        memory: what its tapes hold; None where it could not be run.
        times: the times in each scenario in which it could be run.
        problem: why something could not be measured, or "".
    """

    name: str
    work: Work | None
    memory: TapeMemory | None
    times: Mapping[Scenario, Time] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True)
class CostComparison:
    """The answer.

    Attributes:
        expressions: the targets as they were understood.
        at: the point: a number of the dtype for each variable.
        wrt: the variables of each derivative: "x", "x,x".
        versions: the versions of tapecli and TensorFlow, by name.
        seconds: how long it took, without the start of TensorFlow.
        with_operations: whether the operations themselves are shown, where there is a choice.
    """

    expressions: tuple[str, ...]
    at: Mapping[str, float]
    wrt: tuple[str, ...]
    dtype: str
    scenarios: tuple[Scenario, ...]
    costs: tuple[Cost, ...]
    versions: Mapping[str, str]
    seconds: float
    with_operations: bool = False

    @property
    def order(self) -> int:
        """The highest order."""
        return max(len(names.split(",")) for names in self.wrt)

    @property
    def points(self) -> int:
        """The highest number of points."""
        return max(scenario.points for scenario in self.scenarios)

    def cost(self, name: str) -> Cost | None:
        """The cost of an arrangement; None if it took no part."""
        return next((cost for cost in self.costs if cost.name == name), None)

    def works(self) -> dict[str, Work]:
        """The operations of each arrangement that could be traced."""
        return {cost.name: cost.work for cost in self.costs if cost.work}

    def quickest(self, scenario: Scenario) -> list[str]:
        """The arrangement with the lowest median, and those that differ from it by noise."""
        times = {cost.name: cost.times[scenario] for cost in self.costs if scenario in cost.times}
        best = min(times.values(), key=lambda time: time.median, default=None)
        return [name for name, time in times.items() if best and not time.differs(best)]
