"""The words that the formats of a report share: cells, legends and the last line."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tapecli.features.check.model import Cell, Core, KnownDefect, Report, Setting

NOT_RUN = "-"

_MANY_ULPS = 100
"""Ulps from which on it is said why so many may be right."""


def cell(found: Cell | None) -> tuple[str, str]:
    """One function in one setting: the worst ulps, and marks for what else there is to say."""
    if found is None:
        return NOT_RUN, ""
    if found.failed:
        return f"{found.failed} BAD", ""
    if not found.values:
        return "none", ""
    marks = ("~" if found.rounded else "") + ("*" if found.known else "")
    marks += f"<{found.missing}" if found.missing > 1 else ""
    return _short(found.worst), marks


def _short(number: int) -> str:
    return str(number) if number < 10_000 else f"{number:.0e}".replace("e+0", "e")


def columns(report: Report) -> list[str]:
    """What the settings are called; the device only where there are several."""
    several = len({setting.device for setting in report.settings}) > 1
    return [_column(setting, several) for setting in report.settings]


def _column(setting: Setting, with_device: bool) -> str:
    device = f", {setting.device}" if with_device else ""
    return f"{setting.dtype}, {setting.execution}{device}"


_MARKS: tuple[tuple[str, str, Callable[[Cell], object]], ...] = (
    ("~", "some values have lost digits to rounding, as they must", lambda c: c.rounded),
    ("*", "meets a known defect", lambda c: c.known),
    ("<n", "TensorFlow has no gradient or kernel of order n", lambda c: c.missing > 1),
    ("none", "TensorFlow has no gradient or kernel", lambda c: not c.values),
)
"""What may stand in a cell, what it means, and in which cells it stands."""


def legend(report: Report) -> Iterator[str]:
    """What the marks in the cells mean, of those that are there."""
    cells = [found for found in report.cells.values() if not found.failed]
    yield "numbers: the largest error in ulps, at ordinary points"
    if any(found.worst >= _MANY_ULPS for found in cells):
        yield "(near a zero of a derivative many ulps are little, and right)"
    if len(cells) < len(report.cells):
        yield "BAD: values that are off, lost, or could not be computed"
    for mark, meaning, stands in _MARKS:
        if any(stands(found) for found in cells):
            yield f"{mark}: {meaning}"
    if len(report.cells) < len(report.functions) * len(report.settings):
        yield f"{NOT_RUN}: not run at the level {report.level}"


def defect(known: KnownDefect) -> str:
    """A known defect on one line."""
    state = f"met at {known.met} place{'s' * (known.met != 1)}" if known.met else "there"
    state = state if known.there else f"no longer there (last seen in {known.seen_in})"
    return f"{known.name}: {state}; {known.what} ({known.reference})"


def core(found: Core) -> str:
    """What became of the core on one line."""
    if found.problem:
        return f"core: could not be compared with the public API: {found.problem}"
    if found.differing:
        return f"core: is NOT the public API's in {', '.join(found.differing)}; set TAPECLI_CORE=0"
    return f"core: all {found.names} names are the public API's"


def verdict(report: Report) -> str:
    """The last line."""
    about = f"TensorFlow {report.versions['tensorflow']}"
    seconds = f"{report.seconds:.{1 if report.seconds < 10 else 0}f}"
    values = f"{report.values:,} value{'s' * (report.values != 1)} in {seconds} s"
    unknown = report.unknown
    if not unknown and not report.ok:
        return f"{about} does NOT load correctly by its core alone; {values}"
    if not unknown:
        known = sum(cell.known for cell in report.cells.values())
        rest = f", {known:,} of them wrong by known defects" if known else ""
        return f"{about} differentiates correctly: {values}{rest}"
    functions = ", ".join(dict.fromkeys(failure.function for failure in unknown))
    fail = "1 derivative fails" if len(unknown) == 1 else f"{len(unknown):,} derivatives fail"
    return f"{about} does NOT differentiate correctly: {fail}, of {functions}; {values}"
