"""What `tapecli check` found out: a Report, which all its formats show."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from tapecli.defaults import TAYLOR
from tapecli.floats import FORMATS, counted
from tapecli.result import Status


@dataclass(frozen=True)
class Setting:
    """A column of the report: a dtype, an execution or "taylor", and a device."""

    dtype: str
    execution: str
    device: str


@dataclass
class Cell:
    """The values of one function in one setting.

    Attributes:
        values: how many were compared; values without a derivative are not.
        worst: the largest error of values that are ok, in ulps, awkward points left out.
        rounded: how many have lost digits to rounding, as they must.
        failed: how many are off or lost, known defects left out.
        known: how many are off or lost by known defects.
        missing: the lowest order that TensorFlow lacks a gradient or a kernel for; 0 for none.
    """

    values: int = 0
    worst: int = 0
    rounded: int = 0
    failed: int = 0
    known: int = 0
    missing: int = 0


@dataclass(frozen=True)
class Failure:
    """One derivative that is wrong, at the point that shows it best.

    Attributes:
        function: the row of the function table, or "composite".
        target: the expression that is wrong, in its explicit form.
        status: off or lost; None where nothing could be computed.
        points: at how many points the same derivative is wrong.
        note: how many digits are right, or what error TensorFlow raised.
        known: the name of the known defect that explains it, or "".
    """

    function: str
    expressions: tuple[str, ...]
    target: str
    order: int
    method: str
    setting: Setting
    status: Status | None
    x: float
    tape: float | None = None
    analytic: float | None = None
    points: int = 1
    note: str = ""
    known: str = ""

    @property
    def _options(self) -> dict[str, str]:
        """How it was computed; Taylor series have neither an execution nor a device."""
        if self.method == TAYLOR:
            return {"method": TAYLOR, "dtype": self.setting.dtype}
        return {"method": self.method, **asdict(self.setting)}

    @property
    def command(self) -> str:
        """The call of tapecli that shows it, as a shell takes it."""
        x = FORMATS[self.setting.dtype].text(self.x)
        call = shlex.join(["tapecli", "diff", *self.expressions, f"--x={x}"])
        options = "".join(f" --{name} {value}" for name, value in self._options.items())
        return f"{call} --order {self.order}{options}"

    def described(self) -> str:
        """What is wrong, on one line."""
        options = ", ".join(self._options.values())
        start = f"{self.function}: order {self.order} of {self.target} ({options})"
        if self.status is None:
            return f"{start}: {self.note}"
        x, tape, analytic = (
            "nothing" if value is None else FORMATS[self.setting.dtype].text(value)
            for value in (self.x, self.tape, self.analytic)
        )
        others = f", and at {counted(self.points - 1, 'more point')}" if self.points > 1 else ""
        return f"{start} is {self.status} at x = {x}{others}: {tape}, and should be {analytic}"


@dataclass(frozen=True)
class KnownDefect:
    """A known defect of TensorFlow, whether it is still there, and how many values have met it."""

    name: str
    what: str
    reference: str
    seen_in: str
    there: bool
    met: int


@dataclass(frozen=True)
class Core:
    """Whether the core of TensorFlow, which the command line loads alone, is its public API.

    That is so if none of `names` is `differing`, and no `problem` kept them from being compared.
    """

    names: int
    differing: tuple[str, ...] = ()
    problem: str = ""

    @property
    def ok(self) -> bool:
        """Whether all names are the same."""
        return not self.differing and not self.problem


@dataclass(frozen=True)
class Report:
    """The answer.

    Attributes:
        versions: the versions of the libraries and of Python, and the machine, by name.
        cells: the values of each function in each setting in which it was run.
        failures: every derivative that is off or lost, those of known defects as well.
        seconds: how long it took, without the start of TensorFlow.
        core: whether the core is the public API; None if that was not compared.
    """

    level: str
    seed: int
    versions: Mapping[str, str]
    settings: tuple[Setting, ...]
    cells: Mapping[tuple[str, Setting], Cell]
    failures: tuple[Failure, ...]
    defects: tuple[KnownDefect, ...]
    values: int
    seconds: float
    core: Core | None = None

    @property
    def functions(self) -> list[str]:
        """The rows."""
        return list(dict.fromkeys(function for function, _ in self.cells))

    @property
    def has_several_devices(self) -> bool:
        """Whether the columns must say on which device they were computed."""
        return len({setting.device for setting in self.settings}) > 1

    def column(self, setting: Setting) -> list[Cell | None]:
        """The cells of a setting, one for each function; None where it was not run."""
        return [self.cells.get((function, setting)) for function in self.functions]

    @property
    def unknown(self) -> list[Failure]:
        """The failures that are no known defect."""
        return [failure for failure in self.failures if not failure.known]

    @property
    def cured(self) -> list[KnownDefect]:
        """The known defects that this TensorFlow does not have."""
        return [defect for defect in self.defects if not defect.there]

    @property
    def ok(self) -> bool:
        """Whether all is well, but for known defects: exit code 0."""
        return not self.unknown and (self.core is None or self.core.ok)
