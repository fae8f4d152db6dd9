"""Results that are written as they come: memory, time for each point, and formats of files."""

from __future__ import annotations

import importlib.util
import shutil
import statistics
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.commands import TAPECLI, Failed, Process
from tests.benchmarks.environment import FOLDER, ask
from tests.benchmarks.measure import (
    ROUNDS,
    Figure,
    Section,
    Target,
    amount,
    figure,
    many,
    number,
    spread,
)

TYPED = "log(x^2)"
SIZES = (many(1_000_000), many(10_000_000))
LARGEST = many(100_000_000)
"""Measured once."""
ROOM = 2 * 10**9
"""Bytes that must be free for it."""

LEVEL = Target(most=1.5)
"""For the memory, beside that of one point."""

ROWS = many(1_000_000)
"""Of the files that are compared with pyarrow's, and of the lines that are read."""
AGAIN = 3


def _points(count: int) -> str:
    return f"1..3@{count}" if count > 1 else "2"


def _writing(count: int, file: Path) -> tuple[float, float]:
    """The seconds and the MiB of a call that writes a file, which is new."""
    file.unlink(missing_ok=True)
    return Process([*TAPECLI, "diff", TYPED, "--x", _points(count), "--output", str(file)]).run()


# --- memory and time --------------------------------------------------------------------------


def of_memory() -> Section:
    """From one point to a hundred million."""
    file, notes = FOLDER / "stream.npy", []
    costs: dict[int, list[tuple[float, float]]] = {count: [] for count in (1, *SIZES)}
    try:
        for _ in range(ROUNDS):
            for count, found in costs.items():
                found.append(_writing(count, file))
        file.unlink()
        if (free := shutil.disk_usage(FOLDER).free) < ROOM:
            notes.append(f"Left out: {LARGEST:,} points, for {free / 1e9:.1f} GB are free.")
        else:
            try:
                costs[LARGEST] = [_writing(LARGEST, file)]
            except Failed as error:
                notes.append(f"Left out: {LARGEST:,} points: {error}")
    finally:
        file.unlink(missing_ok=True)
    notes.insert(
        0,
        f"`tapecli diff '{TYPED}' --x 1..3@COUNT --output FILE.npy`, the whole process. Time for "
        "each point is what the call takes beyond one for a single point, over the points. "
        f"{LARGEST:,} points are measured once, beside the medians of the others.",
    )
    return Section(notes, [*_in_memory(costs), *_in_time(costs)])


def _in_memory(costs: dict[int, list[tuple[float, float]]]) -> list[Figure]:
    one = [held for _, held in costs[1]]
    return [
        figure(
            f"memory, {count:,} points",
            "1 point",
            "MiB",
            [held for _, held in found],
            one if len(found) == len(one) else [statistics.median(one)],
            LEVEL,
        )
        for count, found in costs.items()
        if count > 1
    ]


def _in_time(costs: dict[int, list[tuple[float, float]]]) -> list[Figure]:
    """Nanoseconds for each point, beside those of the size that is ten times smaller."""
    start = statistics.median(taken for taken, _ in costs[1])
    each = {
        count: [(taken - start) / count * 1e9 for taken, _ in found]
        for count, found in costs.items()
        if count > 1
    }
    pairs = [pair for pair in ((SIZES[1], SIZES[0]), (LARGEST, SIZES[1])) if pair[0] in each]
    return [
        figure(
            f"time for each of {count:,} points",
            f"of {fewer:,}",
            "ns",
            each[count],
            each[fewer] if len(each[count]) > 1 else [statistics.median(each[fewer])],
        )
        for count, fewer in pairs
    ]


# --- formats ----------------------------------------------------------------------------------


def of_formats() -> Section:
    """CSV and Parquet, beside pyarrow's own writing of the same table."""
    figures, rows, notes = [], [], []
    for kind in ("csv", "parquet"):
        if kind == "parquet" and importlib.util.find_spec("pyarrow") is None:
            notes.append("Left out: Parquet, for pyarrow is not installed beside tapecli.")
            continue
        try:
            own, cells = _format(kind)
        except Failed as error:
            notes.append(f"Left out: {kind}: {error}")
            continue
        figures.append(own)
        rows.append(cells)
    head = ("file", "whole process", "rows a second", "those of pyarrow", "ratio of the times")
    note = (
        f"`tapecli diff '{TYPED}' --x 1..3@{ROWS} --output FILE`, the whole process; and rows over "
        "the seconds that it takes beyond a call for a single point, computing included; beside "
        "the rows that pyarrow writes of the same table when it has it in memory, the median of "
        f"{AGAIN} times. Medians of {ROUNDS} rounds."
    )
    return Section([note, *notes], figures, head if rows else (), rows)


def _format(kind: str) -> tuple[Figure, Sequence[str]]:
    """One format: tapecli's seconds for all rows but one, and pyarrow's."""
    file, copy = FOLDER / f"stream.{kind}", FOLDER / f"copy.{kind}"
    whole, ours, theirs = [], [], []
    try:
        for _ in range(ROUNDS):
            start, _ = _writing(1, file)
            taken, _ = _writing(ROWS, file)
            whole.append(taken)
            ours.append(max(taken - start, 1e-3))  # it is not less than what the clock can tell
            theirs.append(ask("arrow.py", kind, file, copy, AGAIN)["seconds"])
    finally:
        file.unlink(missing_ok=True)
        copy.unlink(missing_ok=True)
    own = figure(f"tapecli, {ROWS:,} rows as {kind}", "pyarrow", "s", ours, theirs)
    rates = (f"{number(ROWS / cost)}" for cost in (own.cost, own.other))
    return own, [kind, amount(statistics.median(whole), "s"), *rates, spread(own)]


# --- lines ------------------------------------------------------------------------------------


def of_lines() -> Section:
    """Points that another program writes, line by line."""
    asked = (*TAPECLI, "diff", TYPED, "--x", "-", "--format", "tsv")
    many_, one = (Process(asked, feed=("seq", "1", str(count))) for count in (ROWS, 1))
    rounds = [(many_.run(), one.run()) for _ in range(ROUNDS)]
    what, beside = f"seq 1 {ROWS} | tapecli diff", "seq 1 1 | tapecli diff"
    figures = [
        figure(
            what,
            beside,
            unit,
            [cost[place] for cost, _ in rounds],
            [cost[place] for _, cost in rounds],
        )
        for place, unit in enumerate(("s", "MiB"))
    ]
    note = f"`seq 1 {ROWS} | tapecli diff '{TYPED}' --x - --format tsv`, the whole process."
    return Section([note], figures)
