"""The words that the formats of a comparison share: the answer, the findings behind it, tables."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tapecli.errors import together
from tapecli.features.compare.model import Aim, Cost, CostComparison, Scenario, Time
from tapecli.floats import FORMATS, counted, measured, size, spread
from tapecli.formats import words as result_words

NOTHING = "-"


# --- the answer -------------------------------------------------------------------------------


def answer(comparison: CostComparison) -> str:
    """Whether nesting targets avoids derivative work, as far as this comparison can tell."""
    order, has_many = comparison.order, len(comparison.expressions) > 1
    if has_many and order == 1:
        return " ".join(_nesting(comparison))
    if has_many:
        reason = f"At order {order} the orders are nested, and not the targets."
    else:
        others = "no others to nest: each order takes a tape of its own"
        reason = f"There is only one target, and {'nothing to nest' if order == 1 else others}."
    return " ".join([reason, *_extremes(comparison)])


def _extremes(comparison: CostComparison) -> Iterator[str]:
    """Which arrangement runs the fewest operations, and which the most."""
    runs = {name: work.run for name, work in comparison.works().items()}
    if not runs:
        return
    least, most = min(runs.values()), max(runs.values())
    fewest, highest = ([name for name in runs if runs[name] == run] for run in (least, most))
    if len(runs) == 1:
        yield f"Only '{fewest[0]}' can do this: {counted(least, 'operation')} run."
    elif least == most:
        yield f"{counted(least, 'operation')} run in each arrangement."
    else:
        yield (
            f"The fewest operations run in {together(fewest)}: {least:,}; "
            f"the most in {together(highest)}: {most:,}."
        )


def _nesting(comparison: CostComparison) -> Iterator[str]:
    """What nested tapes of several targets avoid, compared with parallel ones."""
    nested, parallel = comparison.cost("nested"), comparison.cost("parallel")
    if not (nested and parallel and nested.work and parallel.work):
        yield "Whether nesting avoids work cannot be said: not all arrangements could be traced."
        return
    run, parallel_run = nested.work.run, parallel.work.run
    if run == parallel_run:
        names = [name for name, work in comparison.works().items() if work.run == run]
        effect = f"run in {together(names)} alike"
        yield f"Nesting targets avoids no derivative work: {counted(run, 'operation')} {effect}."
    else:
        effect = "avoids" if run < parallel_run else "adds"
        instead = f"run instead of {parallel_run:,} with parallel tapes"
        yield f"Nesting targets {effect} work: {counted(run, 'operation')} {instead}."
    recorded, parallel_recorded = nested.work.recorded, parallel.work.recorded
    operations = counted(recorded, "operation")
    if recorded == parallel_recorded:
        yield f"Nor does it avoid recording: {operations} in either case."
    else:
        effect = "avoids" if recorded < parallel_recorded else "adds"
        instead = f"on the tapes instead of {parallel_recorded:,}"
        yield f"It {effect} recording: {operations} {instead}."
    yield from _times(comparison, nested, parallel)


def _times(comparison: CostComparison, nested: Cost, parallel: Cost) -> Iterator[str]:
    """Where nesting is quicker or slower by more than the noise."""
    pairs = {s: (nested.times[s], parallel.times[s]) for s in nested.times if s in parallel.times}
    different = {s: (a, b) for s, (a, b) in pairs.items() if a.differs(b)}
    if pairs and not different:
        yield "Times differ by no more than noise."
    elsewhere = "" if len(different) == len(pairs) else "; elsewhere the difference is noise"
    for word, sign in (("quicker", 1), ("slower", -1)):
        phrases = [
            f"{scenario.execution} at {counted(scenario.points, 'point')} "
            f"({measured(a.median)} instead of {measured(b.median)})"
            for scenario, (a, b) in different.items()
            if sign * (b.median - a.median) > 0
        ]
        if phrases:
            yield f"It is {word} beyond the noise {together(phrases)}{elsewhere}."


# --- what is behind it ------------------------------------------------------------------------


def findings(comparison: CostComparison) -> Iterator[str]:
    """What was recorded for nothing, computed twice, or is held for longer than needed."""
    for cost in comparison.costs:
        for tape in cost.work.tapes if cost.work else ():
            if tape.wasted:
                names = [aimed(comparison, aim) for aim in dict.fromkeys(tape.asked)]
                task = f", asked to differentiate {together(names)}," if names else ""
                yield f"{cost.name}: {tape.name}{task} records {kinds(tape.wasted)} for nothing"
    works = comparison.works()
    separate, nested = works.get("separate"), works.get("nested")
    if separate and nested and separate.run > nested.run:
        surplus = counted(separate.run - nested.run, "operation")
        reason = "because what the targets share is computed for each of them"
        yield f"separate: {surplus} more than nested, {reason}"
    for cost in comparison.costs:
        if cost.memory and cost.memory.after:
            yield f"{cost.name}: still holds {size(cost.memory.after)} after the last gradient"
    for cost in comparison.costs:
        if cost.work and cost.work.calls:
            calls = together(sorted(set(cost.work.calls)))
            yield f"{cost.name}: {calls} run further operations, which are not counted"
        if cost.problem:
            yield f"{cost.name}: not everything could be measured: {cost.problem}"


def legend(comparison: CostComparison) -> Iterator[str]:
    """What the numbers mean, and how they were measured."""
    yield (
        "forward, backward: the operations in the graph that TensorFlow traces of an arrangement, "
        "with one point; Placeholder, Const and Identity compute nothing and do not count"
    )
    yield (
        "held: what the tapes alone keep alive before a gradient, eager, "
        f"{comparison.points:,} points; after: what they keep alive after the last gradient"
    )
    runs = [time.runs for cost in comparison.costs for time in cost.times.values()]
    if runs:
        repeats = f"{min(runs)}" if min(runs) == max(runs) else f"{min(runs)} to {max(runs)}"
        yield (
            f"times: the median (and quartiles, or how far they are from it) of {repeats} runs, "
            f"the arrangements in turn; many points are one point, repeated"
        )
        yield "*: the quickest, and what differs from it by noise: the quartiles overlap"
    if comparison.cost("separate"):
        yield "separate: tapes around each target alone, one target after the other"
    nested = comparison.works().get("nested")
    if nested and len(nested.tapes) > 1 and nested.tapes[0].name == "tape1":
        yield "nested: tape1 is the outermost"


def aimed(comparison: CostComparison, aim: Aim) -> str:
    """What a tape differentiates: u, dy/dx."""
    return result_words.leibniz(aim.target, aim.sequence, len(comparison.at) > 1)


def conditions(comparison: CostComparison) -> str:
    """At what order and point, in what dtype, and by what TensorFlow it was measured."""
    text = FORMATS[comparison.dtype].text
    at = ", ".join(f"{name} = {text(value)}" for name, value in comparison.at.items())
    version = comparison.versions["tensorflow"]
    return f"order {comparison.order}, at {at}, {comparison.dtype}, TensorFlow {version}"


def kinds(operations: Sequence[str]) -> str:
    """Kinds with their numbers: Log, 3 Mul."""
    counts = Counter(operations)
    return ", ".join(f"{n:,} {kind}" if n > 1 else kind for kind, n in counts.items())


# --- the tables -------------------------------------------------------------------------------


class Grid(NamedTuple):
    """A table, and how many of its columns are left-aligned; a second one may be broken."""

    headings: list[str]
    left: int
    rows: list[list[str]]


def grids(comparison: CostComparison, full: bool) -> Iterator[Grid]:
    """The tables from top to bottom; `full` times have quartiles."""
    costs = comparison.costs
    counts = ["forward", "backward", "all", "held", "after"]
    rows = [[cost.name, *work_cells(cost)] for cost in costs]
    yield Grid(["", "recorded on the tapes", *counts], 2, rows)
    for points, group in itertools.groupby(comparison.scenarios, lambda s: s.points):
        scenarios = list(group)
        headings = [counted(points, "point"), *(f"{s.execution}  " for s in scenarios)]
        rows = [[c.name, *(time_cell(comparison, c, s, full) for s in scenarios)] for c in costs]
        yield Grid(headings, 1, rows)
    for name, work in comparison.works().items() if comparison.with_operations else ():
        rows = [["forward", " ".join(work.forward) or NOTHING]]
        for gradient in work.backward:
            source = f"{gradient.tape}, backward from {aimed(comparison, gradient.aim)}"
            rows.append([source, " ".join(gradient.operations) or NOTHING])
        yield Grid([name, "operations"], 2, rows)


def work_cells(cost: Cost) -> list[str]:
    """Operations recorded (tape1 2 + tape2 2 = 4), forward, backward and all; bytes held, after."""
    work, memory = cost.work, cost.memory
    cells = [NOTHING] * 4
    if work:
        terms = " + ".join(f"{tape.name} {len(tape.recorded):,}" for tape in work.tapes)
        recorded = terms if len(work.tapes) == 1 else f"{terms} = {work.recorded:,}"
        counts = (len(work.forward), len(work.kinds_backward), work.run)
        cells = [recorded, *(f"{count:,}" for count in counts)]
        cells[-1] += "+" if work.calls else ""
    return cells + ([size(memory.most), size(memory.after)] if memory else [NOTHING] * 2)


def time_cell(comparison: CostComparison, cost: Cost, scenario: Scenario, full: bool) -> str:
    """Median and spread; a star where nothing is quicker by more than noise."""
    if not (time := cost.times.get(scenario)):
        return f"{NOTHING}  "
    mark = "*" if cost.name in comparison.quickest(scenario) else " "
    return f"{spread(time.median, time.low, time.high) if full else short(time)} {mark}"


def short(time: Time) -> str:
    """The median, and how far the further quartile is from it: 3.08 ms ±14%."""
    distance = max(time.high - time.median, time.median - time.low)
    percent = 100 * distance / time.median if time.median else 0
    return f"{measured(time.median)} ±{percent:.0f}%"
