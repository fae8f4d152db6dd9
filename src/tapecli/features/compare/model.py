"""What `tapecli compare` measured: one Comparison, which every format of it is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

CALLS = frozenset(
    {"PartitionedCall", "StatefulPartitionedCall", "If", "StatelessIf", "While", "StatelessWhile"}
)
"""Kinds of operations that run others, of which the graph around them shows nothing."""


@dataclass(frozen=True)
class Aim:
    """What a tape is asked to differentiate: a target, or its derivative by these variables."""

    target: str
    sequence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Taped:
    """One tape.

    Attributes:
        name: what people call it: tape, tape1, outer.
        asked: what it was asked to differentiate.
        recorded: the kinds of the operations that it records, in their sequence.
        wasted: of those that nothing it was asked for needs.
    """

    name: str
    asked: tuple[Aim, ...]
    recorded: tuple[str, ...]
    wasted: tuple[str, ...]


@dataclass(frozen=True)
class WayBack:
    """One gradient: the tape, what it was asked to differentiate, and the kinds of operations."""

    tape: str
    aim: Aim
    operations: tuple[str, ...]


@dataclass(frozen=True)
class Work:
    """The operations of an arrangement.

    Attributes:
        tapes: in the sequence in which they are opened.
        forward: the kinds of the operations that are run outside of all gradients.
        back: the gradients, in their sequence.
    """

    tapes: tuple[Taped, ...]
    forward: tuple[str, ...]
    back: tuple[WayBack, ...]

    @property
    def recorded(self) -> int:
        """How many operations are recorded; one that two tapes record counts twice."""
        return sum(len(tape.recorded) for tape in self.tapes)

    @property
    def going_back(self) -> int:
        """How many operations the gradients run."""
        return sum(len(way.operations) for way in self.back)

    @property
    def run(self) -> int:
        """How many operations are run, there and back."""
        return len(self.forward) + self.going_back

    @property
    def calls(self) -> int:
        """How many of them run others, which are not counted."""
        kinds = [*self.forward, *(kind for way in self.back for kind in way.operations)]
        return sum(kind in CALLS for kind in kinds)


@dataclass(frozen=True)
class Held:
    """Bytes that nothing but the tapes keeps alive.

    Attributes:
        most: before a gradient, the one before which it is most.
        after: after the last gradient, until the tapes are deleted.
    """

    most: int
    after: int


@dataclass(frozen=True)
class Setting:
    """How it was run, and at how many points."""

    execution: str
    points: int


@dataclass(frozen=True)
class Time:
    """Seconds that a run took.

    Attributes:
        median: of all runs.
        low, high: the quartiles: half of the runs lie between them.
        least, most: the shortest and the longest run.
        runs: how many there were.
    """

    median: float
    low: float
    high: float
    least: float
    most: float
    runs: int

    def apart(self, other: Time) -> bool:
        """Whether the difference is beyond the spread: the quartiles do not overlap."""
        return self.low > other.high or other.low > self.high


@dataclass(frozen=True)
class Cost:
    """What an arrangement costs.

    Attributes:
        name: of the arrangement.
        work: its operations; None where it could not be traced.
        held: what its tapes hold; None where it could not be run.
        times: in each setting in which it could be run.
        problem: why something could not be measured, or "".
    """

    name: str
    work: Work | None
    held: Held | None
    times: Mapping[Setting, Time] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True)
class Comparison:
    """The answer.

    Attributes:
        expressions: the targets as they were understood.
        targets: their names.
        at: the point: a number of the dtype for each variable.
        wrt: what was differentiated by: "x", "x,x".
        dtype: the precision.
        settings: those in which times were taken.
        costs: of each arrangement.
        versions: of what took part, by name.
        seconds: how long it took, TensorFlow's start not counted.
        listed: whether the operations themselves are to be shown, where there is a choice.
    """

    expressions: tuple[str, ...]
    targets: tuple[str, ...]
    at: Mapping[str, float]
    wrt: tuple[str, ...]
    dtype: str
    settings: tuple[Setting, ...]
    costs: tuple[Cost, ...]
    versions: Mapping[str, str]
    seconds: float
    listed: bool = False

    @property
    def order(self) -> int:
        """The highest order."""
        return max(len(names.split(",")) for names in self.wrt)

    @property
    def points(self) -> int:
        """The highest number of points."""
        return max(setting.points for setting in self.settings)

    def cost(self, name: str) -> Cost | None:
        """That of an arrangement, if it took part."""
        return next((cost for cost in self.costs if cost.name == name), None)

    def works(self) -> dict[str, Work]:
        """The operations of each arrangement that has some."""
        return {cost.name: cost.work for cost in self.costs if cost.work}

    def quickest(self, setting: Setting) -> list[str]:
        """The arrangement with the lowest median, and those that differ from it by noise."""
        times = {cost.name: cost.times[setting] for cost in self.costs if setting in cost.times}
        if not times:
            return []
        best = min(times.values(), key=lambda time: time.median)
        return [name for name, time in times.items() if not time.apart(best)]
