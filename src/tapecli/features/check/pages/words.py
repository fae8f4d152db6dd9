"""The words that the formats of a report share: cells, legends and the last line."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tapecli.features.check.model import Cell, Core, KnownDefect, Report
from tapecli.floats import counted

NOT_RUN = "-"

_MANY_ULPS = 100
"""An error from which on the legend says why so many ulps may be right."""


def cell(cell: Cell | None) -> tuple[str, str]:
    """One function in one setting: the largest error in ulps, and the marks behind it."""
    if cell is None:
        return NOT_RUN, ""
    if cell.failed:
        return f"{cell.failed} BAD", ""
    if not cell.values:
        return "none", ""
    marks = ("~" if cell.rounded else "") + ("*" if cell.known else "")
    marks += f"<{cell.missing}" if cell.missing > 1 else ""
    ulps = str(cell.worst) if cell.worst < 10_000 else f"{cell.worst:.0e}".replace("e+0", "e")
    return ulps, marks


def style(cell: Cell | None) -> str:
    """The style of a cell."""
    if cell is None or not cell.values:
        return "dim"
    if cell.failed:
        return "bold red"
    return "yellow" if cell.known else "green"


def columns(report: Report) -> list[str]:
    """What the settings are called; with the device only where there are several."""
    fields = [[s.dtype, s.execution, s.device] for s in report.settings]
    return [", ".join(field[: 2 + report.has_several_devices]) for field in fields]


def heading(report: Report) -> tuple[str, str]:
    """The versions of what took part, and how thoroughly it was checked."""
    versions = ", ".join(f"{name} {number}" for name, number in report.versions.items())
    return versions, f"level {report.level}, seed {report.seed}"


_MARKS: tuple[tuple[str, str, Callable[[Cell], object]], ...] = (
    ("~", "some values have lost digits to rounding, as they must", lambda c: c.rounded),
    ("*", "some values are wrong by a known defect", lambda c: c.known),
    ("<n", "TensorFlow has no gradient or kernel of order n", lambda c: c.missing > 1),
    ("none", "TensorFlow has no gradient or kernel", lambda c: not c.values),
)
"""What may be in a cell, what it means, and whether it is in this cell."""


def legend(report: Report) -> Iterator[str]:
    """What the numbers and marks mean that are in the cells."""
    cells = [cell for cell in report.cells.values() if not cell.failed]
    yield "numbers: the largest error in ulps, at ordinary points"
    if any(cell.worst >= _MANY_ULPS for cell in cells):
        yield "(near a zero of a derivative, many ulps are a small error)"
    if len(cells) < len(report.cells):
        yield "BAD: values that are off, lost, or could not be computed"
    for mark, meaning, has_mark in _MARKS:
        if any(map(has_mark, cells)):
            yield f"{mark}: {meaning}"
    if len(report.cells) < len(report.functions) * len(report.settings):
        yield f"{NOT_RUN}: not run at the level {report.level}"


def defect(defect: KnownDefect) -> str:
    """A known defect on one line."""
    state = f"detected {counted(defect.met, 'time')}" if defect.met else "there"
    if not defect.there:
        state = f"no longer there (last seen in {defect.seen_in})"
    return f"{defect.name}: {state}; {defect.what} ({defect.reference})"


def core(core: Core) -> str:
    """Whether the core is the public API, on one line."""
    if core.problem:
        return f"core: could not be compared with the public API: {core.problem}"
    if core.differing:
        return f"core: is NOT the public API's in {', '.join(core.differing)}; set TAPECLI_CORE=0"
    return f"core: all {core.names} names are the public API's"


def verdict(report: Report) -> str:
    """The last line."""
    subject = f"TensorFlow {report.versions['tensorflow']}"
    seconds = f"{report.seconds:.{1 if report.seconds < 10 else 0}f}"
    values = f"{counted(report.values, 'value')} in {seconds} s"
    failures = report.unknown
    if failures:
        functions = ", ".join(dict.fromkeys(failure.function for failure in failures))
        fail = "1 derivative fails" if len(failures) == 1 else f"{len(failures):,} derivatives fail"
        return f"{subject} does NOT differentiate correctly: {fail}, of {functions}; {values}"
    if not report.ok:
        return f"{subject} does NOT load correctly by its core alone; {values}"
    wrong_values = sum(cell.known for cell in report.cells.values())
    exception = f", {wrong_values:,} of them wrong by known defects" if wrong_values else ""
    return f"{subject} differentiates correctly: {values}{exception}"
