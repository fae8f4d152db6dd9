"""The words that the formats of a survey share: cells, sentences and the last line."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Sequence
from decimal import Decimal

from tapecli.features.check.exhaustive.model import Derivative, Interval, Survey
from tapecli.features.check.model import Setting
from tapecli.floats import FORMATS, FloatFormat, counted, measured
from tapecli.result import Status

STATUSES = Status.OK, Status.ROUNDED, Status.OFF, Status.LOST, Status.UNDEFINED

COLUMNS = ("", "order", *map(str, STATUSES), "ulps", "at x")
"""The headings of a table."""

NOTHING = "-"

LEGEND = "ulps: the largest error of all values that are not lost, and at which number it is"


def setting(survey: Survey, setting: Setting) -> str:
    """The heading of a table: what all of its rows share."""
    numbers = counted(FORMATS[setting.dtype].count, "number")
    device = f", {setting.device}" if setting.device else ""
    return f"{setting.dtype} ({setting.execution}{device}): all {numbers}"


def heading(survey: Survey) -> str:
    """The versions of what took part."""
    return ", ".join(f"{name} {number}" for name, number in survey.versions.items())


def cells(row: Derivative) -> list[str]:
    """The cells of a derivative, in `COLUMNS`."""
    name, worst, format_ = row.expression, row.tally.worst, FORMATS[row.setting.dtype]
    if row.tally.missing:
        return [name, str(row.order), "none", *[NOTHING] * (len(COLUMNS) - 3)]
    counts = [f"{row.tally.counts.get(status, 0):,}" for status in STATUSES]
    error = [f"{worst.ulps:,}", number(worst.x, format_)] if worst else ["0", NOTHING]
    return [name, str(row.order), *counts, *error]


def number(value: float, format_: FloatFormat) -> str:
    """A number in its shortest form: 1.7e+24 rather than 1700000000000000000000000."""
    text = format_.text(value)
    if "e" in text or not math.isfinite(value):
        return text
    exponent_form = f"{Decimal(text).normalize():e}"
    return min(text, exponent_form, key=len)


def legend(survey: Survey) -> Iterator[str]:
    """What the cells mean."""
    yield LEGEND
    if any(row.tally.missing for row in survey.derivatives):
        yield "none: TensorFlow has no gradient or kernel"


def interval(row: Derivative, interval: Interval) -> str:
    """An interval on one line."""
    text = functools.partial(number, format_=FORMATS[row.setting.dtype])
    example = interval.example
    low, high = text(interval.low), text(interval.high)
    where = f"from {low} to {high}" if interval.stop - interval.start > 1 else f"at {low}"
    numbers = interval.stop - interval.start
    count = counted(interval.count, "value")
    if interval.count < numbers:
        count = f"{interval.count:,} of {counted(numbers, 'value')}"
    known = f" ({interval.known})" if interval.known else ""
    at = f"at {text(example.x)} " if numbers > 1 else ""
    values = f"{at}{text(example.tape)}, and should be {text(example.analytic)}"
    return (
        f"{row.expression}, order {row.order}: {count} {interval.status} {where}: {values}{known}"
    )


def listed(survey: Survey, row: Derivative, intervals: Sequence[Interval]) -> Iterator[str]:
    """Some intervals of a derivative, each on one line, those with the most values."""
    most = sorted(intervals, key=lambda interval: -interval.count)[: survey.listed]
    yield from (interval(row, i) for i in intervals if i in most)
    if rest := len(intervals) - len(most):
        more = "interval" if rest == 1 else "intervals"
        yield f"{row.expression}, order {row.order}: {rest:,} more {more}, which --verbose lists"


def missing(row: Derivative) -> str:
    """Why a derivative could not be computed, on one line."""
    return f"{row.expression}, order {row.order}: {row.tally.missing}"


def failure(survey: Survey, row: Derivative) -> list[str]:
    """What is wrong with a derivative by no known defect, on lines of their own."""
    if row.tally.missing and not row.known:
        return [missing(row)]
    return list(listed(survey, row, row.unknown))


def command(row: Derivative) -> str:
    """The call that shows what is wrong."""
    if row.unknown:
        worst = max(row.unknown, key=lambda interval: interval.count)
        return row.command(worst.example.x)
    return row.command(1.0)


def verdict(survey: Survey) -> str:
    """The last line."""
    counts = survey.counts
    wrong = ", ".join(
        f"{counts[status]:,} {status}" for status in (Status.LOST, Status.OFF) if counts[status]
    )
    values = f"{counted(sum(counts.values()), 'value')} in {measured(survey.seconds)}"
    subject = f"TensorFlow {survey.versions['tensorflow']}"
    if survey.ok:
        known = f": {wrong}, by known defects" if wrong else ""
        return f"{subject} differentiates correctly: {values}{known}"
    fail = f"{len(survey.failed):,} of {counted(len(survey.derivatives), 'derivative')} fail"
    lost = f": {wrong}" if wrong else ""
    return f"{subject} does NOT differentiate correctly: {fail}; {values}{lost}"
