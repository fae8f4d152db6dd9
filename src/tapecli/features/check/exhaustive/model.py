"""What is found at every number of a dtype: a Survey, which all its formats show."""

from __future__ import annotations

import functools
import itertools
import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from tapecli.features.check.model import KnownDefect, Setting
from tapecli.floats import FORMATS
from tapecli.result import Status

MOST_INTERVALS = 1_000
"""How many intervals of a status are kept for a derivative; of more, the nearest are joined."""


@dataclass(frozen=True)
class Value:
    """A derivative at a number: what the tape computed, what is right, and the ulps between."""

    x: float
    tape: float
    analytic: float
    ulps: int


@dataclass(frozen=True)
class Interval:
    """Consecutive numbers of a dtype at which all values are lost, or all are off.

    Attributes:
        start, stop: the positions of the first number, and of the one after the last.
        low, high: the first and the last number.
        count: how many values have the status; fewer than numbers if intervals were joined.
        example: the value with the largest error in ulps; of lost values, the first.
        known: the name of the known defect that explains it, or "".
    """

    status: Status
    start: int
    stop: int
    low: float
    high: float
    count: int
    example: Value
    known: str = ""

    def joined(self, after: Interval) -> Interval:
        """Both this interval and one that comes after it."""
        example = max(self.example, after.example, key=lambda value: value.ulps)
        count = self.count + after.count
        return replace(self, stop=after.stop, high=after.high, count=count, example=example)


def joined(intervals: Sequence[Interval], most: int = MOST_INTERVALS) -> list[Interval]:
    """Intervals of one status in ascending order: neighbours as one, and no more than `most`."""
    gaps = [after.start - before.stop for before, after in itertools.pairwise(intervals)]
    widest = sorted(range(len(gaps)), key=lambda number: -gaps[number])[: most - 1]
    separate = {number + 1 for number in widest if gaps[number]}
    results: list[Interval] = []
    for number, interval in enumerate(intervals):
        if results and number not in separate:
            results[-1] = results[-1].joined(interval)
        else:
            results.append(interval)
    return results


@dataclass(frozen=True)
class Tally:
    """The verdicts on one derivative at some of the numbers.

    Attributes:
        counts: how many values have each status.
        worst: the value with the largest error in ulps, of those that are finite.
        intervals: where values are lost, and where they are off.
        missing: why nothing could be computed, or "".
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    worst: Value | None = None
    intervals: tuple[Interval, ...] = ()
    missing: str = ""

    def plus(self, after: Tally) -> Tally:
        """The verdicts at these numbers and at those that follow."""
        counts = Counter(self.counts) + Counter(after.counts)
        values = [value for value in (self.worst, after.worst) if value]
        worst = max(values, key=lambda value: value.ulps, default=None)
        by_status = [
            joined([i for i in (*self.intervals, *after.intervals) if i.status is status])
            for status in (Status.LOST, Status.OFF)
        ]
        missing = self.missing or after.missing
        return Tally(counts, worst, tuple(itertools.chain(*by_status)), missing)

    @classmethod
    def of_fields(cls, fields: Mapping[str, Any]) -> Tally:
        """The tally that `asdict` made these fields of."""
        worst = fields["worst"] and Value(**fields["worst"])
        intervals = [
            Interval(**{**row, "status": Status(row["status"]), "example": Value(**row["example"])})
            for row in fields["intervals"]
        ]
        return cls(fields["counts"], worst, tuple(intervals), fields["missing"])


def total(tallies: Iterable[Tally]) -> Tally:
    """The sum of tallies at consecutive numbers."""
    return functools.reduce(Tally.plus, tallies, Tally())


@dataclass(frozen=True)
class Derivative:
    """The derivative of an expression in one setting, at every number of its dtype.

    Attributes:
        function: the row of the function table, or "composite".
        known: the name of the known defect by which it is missing, or "".
    """

    function: str
    expression: str
    order: int
    setting: Setting
    tally: Tally
    known: str = ""

    @property
    def name(self) -> str:
        """What is differentiated, and how often."""
        return f"order {self.order} of {self.expression}"

    @property
    def unknown(self) -> list[Interval]:
        """The intervals that no known defect explains."""
        return [interval for interval in self.tally.intervals if not interval.known]

    @property
    def failed(self) -> bool:
        """Whether it is missing, or values are lost or off, by no known defect."""
        return bool(self.unknown or (self.tally.missing and not self.known))

    def command(self, x: float) -> str:
        """The call of tapecli that shows it at a number, as a shell takes it."""
        expression = shlex.quote(self.expression)
        fields = asdict(self.setting).items()
        options = "".join(f" --{name} {value}" for name, value in fields if value)
        text = FORMATS[self.setting.dtype].text(x)
        return f"tapecli diff {expression} --x={text} --order {self.order}{options}"


@dataclass(frozen=True)
class Survey:
    """The answer.

    Attributes:
        versions: the versions of the libraries and of Python, and the machine, by name.
        defects: the known defects that explain something, and those that are gone.
        seconds: how long it took, without earlier calls that were resumed.
        listed: how many intervals of a derivative pages for people list.
    """

    versions: Mapping[str, str]
    derivatives: tuple[Derivative, ...]
    defects: tuple[KnownDefect, ...]
    seconds: float
    listed: int = 5

    @property
    def settings(self) -> list[Setting]:
        """The settings, each once."""
        return list(dict.fromkeys(row.setting for row in self.derivatives))

    def of_setting(self, setting: Setting) -> list[Derivative]:
        """The derivatives in one setting."""
        return [row for row in self.derivatives if row.setting == setting]

    @property
    def counts(self) -> Counter[str]:
        """How many values have each status."""
        return sum((Counter(row.tally.counts) for row in self.derivatives), Counter())

    @property
    def failed(self) -> list[Derivative]:
        """The derivatives that fail by no known defect."""
        return [row for row in self.derivatives if row.failed]

    @property
    def ok(self) -> bool:
        """Whether all is well, but for known defects: exit code 0."""
        return not self.failed
