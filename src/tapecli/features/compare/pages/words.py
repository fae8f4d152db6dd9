"""The words that the formats of a comparison share: the answer, what is behind it, and cells."""

from __future__ import annotations

import itertools
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence

from tapecli.errors import together
from tapecli.features.compare.model import CALLS, Aim, Comparison, Cost, Setting, Time, Work
from tapecli.floats import FORMATS
from tapecli.formats import words as result_words

NOTHING = "-"

_TIMES = (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9))
_SIZES = (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("B", 1.0))


# --- the answer -------------------------------------------------------------------------------


def answer(comparison: Comparison) -> str:
    """Whether nesting targets avoids derivative work, as far as this comparison can tell."""
    if len(comparison.targets) == 1:
        return " ".join([_single(comparison), *_extremes(comparison)])
    if comparison.order > 1:
        start = f"At order {comparison.order} the orders are nested, and not the targets."
        return " ".join([start, *_extremes(comparison)])
    nested, beside = comparison.cost("nested"), comparison.cost("parallel")
    if not (nested and beside and nested.work and beside.work):
        return "Whether nesting avoids work cannot be told: not all arrangements could be traced."
    return " ".join(
        [
            _operations(comparison, nested.work, beside.work),
            _recording(nested.work.recorded, beside.work.recorded),
            *_times(comparison, nested, beside),
        ]
    )


def _single(comparison: Comparison) -> str:
    if comparison.order == 1:
        return "There is but one target, and nothing to nest."
    return "There is but one target, and no others to nest: each order takes a tape of its own."


def _extremes(comparison: Comparison) -> Iterator[str]:
    """Which arrangement runs the fewest operations, and which the most."""
    runs = {name: work.run for name, work in comparison.works().items()}
    if not runs:
        return
    least, most = min(runs.values()), max(runs.values())
    fewest = [name for name, run in runs.items() if run == least]
    if len(runs) == 1:
        yield f"Only '{fewest[0]}' can do this: {counted(least, 'operation')} run."
    elif least == most:
        yield f"{counted(least, 'operation')} run in each arrangement."
    else:
        highest = [name for name, run in runs.items() if run == most]
        yield (
            f"The fewest operations run in {together(fewest)}: {least:,}; "
            f"the most in {together(highest)}: {most:,}."
        )


def _operations(comparison: Comparison, nested: Work, beside: Work) -> str:
    if nested.run == beside.run:
        same = [name for name, work in comparison.works().items() if work.run == nested.run]
        return (
            f"Nesting targets avoids no derivative work: {counted(nested.run, 'operation')} run "
            f"in {together(same)} alike."
        )
    effect = "avoids" if nested.run < beside.run else "adds"
    return (
        f"Nesting targets {effect} work: {counted(nested.run, 'operation')} run instead of "
        f"{beside.run:,} side by side."
    )


def _recording(nested: int, beside: int) -> str:
    if nested == beside:
        return f"Nor does it avoid recording: {counted(nested, 'operation')} in either case."
    effect = "avoids" if nested < beside else "adds"
    return (
        f"It {effect} recording: {counted(nested, 'operation')} on the tapes instead of {beside:,}."
    )


def _times(comparison: Comparison, nested: Cost, beside: Cost) -> Iterator[str]:
    """Where nesting is quicker or slower by more than the spread."""
    both = [s for s in comparison.settings if s in nested.times and s in beside.times]
    apart = [s for s in both if nested.times[s].apart(beside.times[s])]
    if both and not apart:
        yield "Times differ by no more than noise."
    for word, sign in (("quicker", 1), ("slower", -1)):
        where = [
            f"{place(s)} ({seconds(nested.times[s].median)} instead of "
            f"{seconds(beside.times[s].median)})"
            for s in apart
            if sign * (beside.times[s].median - nested.times[s].median) > 0
        ]
        if where:
            rest = "" if len(apart) == len(both) else "; elsewhere the difference is noise"
            yield f"It is {word} beyond the noise {together(where)}{rest}."


# --- what is behind it ------------------------------------------------------------------------


def findings(comparison: Comparison) -> Iterator[str]:
    """What was recorded for nothing, computed twice, or is held for longer."""
    for cost in comparison.costs:
        yield from _wasted(comparison, cost)
    works = comparison.works()
    apart, nested = works.get("separate"), works.get("nested")
    if apart and nested and apart.run > nested.run:
        yield (
            f"separate: {counted(apart.run - nested.run, 'operation')} more than nested, for "
            "what the targets share is computed for each of them"
        )
    for cost in comparison.costs:
        if cost.held and cost.held.after:
            yield f"{cost.name}: still holds {size(cost.held.after)} after the last gradient"
    for cost in comparison.costs:
        if cost.work and cost.work.calls:
            kinds = [*cost.work.forward, *(k for way in cost.work.back for k in way.operations)]
            names = together(sorted(CALLS.intersection(kinds)))
            yield f"{cost.name}: {names} run further operations, which are not counted"
        if cost.problem:
            yield f"{cost.name}: not everything could be measured: {cost.problem}"


def _wasted(comparison: Comparison, cost: Cost) -> Iterator[str]:
    for tape in cost.work.tapes if cost.work else ():
        if tape.wasted:
            aims = [aimed(comparison, aim) for aim in dict.fromkeys(tape.asked)]
            asked = f", asked to differentiate {together(aims)}," if aims else ""
            yield f"{cost.name}: {tape.name}{asked} records {kinds(tape.wasted)} for nothing"


def legend(comparison: Comparison) -> Iterator[str]:
    """What the numbers are, and how they came about."""
    many = f"{comparison.points:,} points"
    yield (
        "forward, back: the operations in the graph that TensorFlow traces of an arrangement, "
        "with one point; Placeholder, Const and Identity compute nothing and do not count"
    )
    yield (
        f"held: what the tapes alone keep alive before a gradient, eager, {many}; "
        "after: the same after the last one, until they are deleted"
    )
    runs = [time.runs for cost in comparison.costs for time in cost.times.values()]
    if runs:
        repeats = f"{min(runs)}" if min(runs) == max(runs) else f"{min(runs)} to {max(runs)}"
        yield (
            f"times: the median (and quartiles, or how far they are from it) of {repeats} runs, "
            f"the arrangements in turn; many points are the one point again and again"
        )
        yield "*: the quickest, and what differs from it by noise: the quartiles overlap"
    if comparison.cost("separate"):
        yield "separate: tapes around each target alone, one target after the other"
    nested = comparison.works().get("nested")
    if nested and len(nested.tapes) > 1 and nested.tapes[0].name == "tape1":
        yield "nested: tape1 is the outermost"


def operations(comparison: Comparison, work: Work) -> Iterator[tuple[str, str]]:
    """All operations that are counted: where they are, and their kinds."""
    yield "forward", " ".join(work.forward) or NOTHING
    for way in work.back:
        yield (
            f"{way.tape}, back from {aimed(comparison, way.aim)}",
            " ".join(way.operations) or NOTHING,
        )


def aimed(comparison: Comparison, aim: Aim) -> str:
    """What a tape differentiates: u, dy/dx."""
    return result_words.leibniz(aim.target, aim.sequence, len(comparison.at) > 1)


def about(comparison: Comparison) -> str:
    """What was compared, and on what."""
    text = FORMATS[comparison.dtype].text
    at = ", ".join(f"{name} = {text(value)}" for name, value in comparison.at.items())
    version = comparison.versions["tensorflow"]
    return f"order {comparison.order}, at {at}, {comparison.dtype}, TensorFlow {version}"


def command(comparison: Comparison) -> str:
    """The expressions as they were understood."""
    return "  ".join(map(shlex.quote, comparison.expressions))


# --- cells ------------------------------------------------------------------------------------


def tapes(work: Work | None) -> str:
    """How many operations each tape records: tape1 2 + tape2 2 = 4."""
    if work is None:
        return NOTHING
    each = " + ".join(f"{tape.name} {len(tape.recorded):,}" for tape in work.tapes)
    return each if len(work.tapes) == 1 else f"{each} = {work.recorded:,}"


def work_cells(cost: Cost) -> list[str]:
    """Operations forward, back and together, and bytes held and held after."""
    counts = [NOTHING] * 3
    if cost.work:
        more = "+" if cost.work.calls else ""
        found = (len(cost.work.forward), cost.work.going_back, cost.work.run)
        counts = [f"{count:,}" for count in found]
        counts[-1] += more
    held = [size(cost.held.most), size(cost.held.after)] if cost.held else [NOTHING] * 2
    return [*counts, *held]


def time_cell(comparison: Comparison, cost: Cost, setting: Setting, full: bool) -> str:
    """Median and spread; a star where nothing is quicker by more than noise."""
    time = cost.times.get(setting)
    if time is None:
        return f"{NOTHING}  "
    mark = "*" if cost.name in comparison.quickest(setting) else " "
    return f"{spread(time) if full else short(time)} {mark}"


def spread(time: Time) -> str:
    """The median with its quartiles: 3.08 (3.03-3.50) ms."""
    unit, length = _unit(time.median, _TIMES)
    median, low, high = (_digits(x / length) for x in (time.median, time.low, time.high))
    return f"{median} ({low}–{high}) {unit}"


def short(time: Time) -> str:
    """The median, and how far the further quartile is from it: 3.08 ms ±14%."""
    far = max(time.high - time.median, time.median - time.low)
    return f"{seconds(time.median)} ±{100 * far / time.median if time.median else 0:.0f}%"


def seconds(time: float) -> str:
    """A time with three digits and its unit."""
    unit, length = _unit(time, _TIMES)
    return f"{_digits(time / length)} {unit}"


def size(count: int) -> str:
    """A number of bytes with up to three digits and its unit."""
    if not count:
        return "0"
    unit, length = _unit(count, _SIZES)
    return f"{count / length:.3g} {unit}"


def _unit(value: float, units: Sequence[tuple[str, float]]) -> tuple[str, float]:
    """The largest unit of which there is one, once the value is rounded to three digits."""
    rounded = float(f"{value:.3g}")
    return next((unit for unit in units if rounded >= unit[1]), units[-1])


def _digits(value: float) -> str:
    """A number from 1 to 1,000 with three digits; others with as many decimals as they need."""
    rounded = float(f"{value:.3g}")
    decimals = 2 if rounded < 10 else 1 if rounded < 100 else 0
    return f"{rounded:,.{decimals}f}"


def place(setting: Setting) -> str:
    """How and at how many points: eager at 1 point."""
    return f"{setting.execution} at {counted(setting.points, 'point')}"


def kinds(operations: Sequence[str]) -> str:
    """Kinds with their numbers: Log, 3 Mul."""
    found = Counter(operations)
    return ", ".join(f"{n:,} {kind}" if n > 1 else kind for kind, n in found.items())


def counted(count: int, what: str) -> str:
    """So many of them: 1 point, 3 points."""
    return f"{count:,} {what}{'s' * (count != 1)}"


def groups(comparison: Comparison) -> Iterator[tuple[int, list[Setting]]]:
    """The settings by their number of points."""
    for points, settings in itertools.groupby(comparison.settings, lambda s: s.points):
        yield points, list(settings)
