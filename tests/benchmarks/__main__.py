"""`make bench`: how long and how much memory, as ratios of things measured side by side.

What is compared runs in turn, so that all sides see the same machine; the figures are medians of
the ratios, with their spread. The report goes to bench/, as Markdown and as JSON, with a picture.
`make bench TRIAL=1` takes a hundredth of many points and two rounds, to see that all runs.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.benchmarks import (
    batch,
    bulk,
    calls,
    certified,
    curves,
    environment,
    load,
    orders,
    peers,
    processes,
    stream,
)
from tests.benchmarks.commands import HERE, Failed, Process
from tests.benchmarks.environment import FOLDER
from tests.benchmarks.measure import TRIAL, Curve, Section, number

from tapecli.engines.tapes import loading

SECTIONS: dict[str, dict[str, Callable[[], Section]]] = {
    "processes": {"Whole processes": processes.section},
    "executions": {"How TensorFlow runs it": calls.of_executions},
    "model": {"Nested tapes by order, and the model": orders.of_the_model},
    "certified": {"Certified values": certified.section},
    "curves": {"Growth of costs": curves.section},
    "peers": {f"Order {peers.ORDER} beside JAX's jet": peers.section},
    "bulk": {
        f"{bulk.POINTS:,} points, whole processes": bulk.of_processes,
        f"{bulk.POINTS:,} points, computing alone": bulk.of_computing,
    },
    "stream": {
        "Results as they come: memory and time": stream.of_memory,
        "Results as they come: files": stream.of_formats,
        "Points as they come": stream.of_lines,
    },
    "batch": {"Many small requests": batch.section},
    "load": {"A million requests": load.section},
}
"""By the names that the command takes, `python -m tests.benchmarks curves model`: the sections of
the report, with their titles."""

ONLY_BY_NAME = {"load"}
"""Those that take too long to be measured with the others."""

REPORT, PICTURE = ("trial", "trial") if TRIAL else ("report", "growth")
"""What the files in bench/ are called, but for their endings."""

Sections = Mapping[str, Section]
"""Sections by their titles."""


# --- measuring --------------------------------------------------------------------------------


def measured(names: Sequence[str]) -> dict[str, Section]:
    """The sections of these names, one after the other."""
    sections: dict[str, Section] = {}
    for place, name in enumerate(names, 1):
        start = time.perf_counter()
        _tell(f"measuring {name} ({place} of {len(names)})")
        sections |= {title: _section(measure) for title, measure in SECTIONS[name].items()}
        _tell(f"measured {name} in {time.perf_counter() - start:.0f} s")
    return sections


def _section(measure: Callable[[], Section]) -> Section:
    """A section; if it cannot be measured it says why, and the others go on."""
    try:
        return measure()
    except Failed as error:
        return _left_out(str(error))
    except Exception as error:
        traceback.print_exc()
        return _left_out(f"{type(error).__name__}: {error}")


def _left_out(why: str) -> Section:
    _tell(f"left out: {why}")
    return Section([f"Left out: {why}"])


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


# --- the report -------------------------------------------------------------------------------


def markdown(sections: Sections, machine: Mapping[str, str]) -> str:
    """The report as a page."""
    lines = ["# Benchmarks", "", *(f"- {name}: {value}" for name, value in machine.items()), ""]
    lines += ["A ratio is the cost of one thing over that of the other, the median of all rounds."]
    if TRIAL:
        lines += ["", "This was a trial, with few points and rounds: its figures mean nothing."]
    lines += ["", *targets(sections)]
    for title, section in sections.items():
        lines += ["", f"## {title}", "", "\n\n".join(section.notes)]
        lines += [""] if section.table else []
        for place, cells in enumerate(section.table):
            lines.append(f"| {' | '.join(map(_cell, cells))} |")
            if place == 0:
                words = 1 if section.head else 2
                lines.append("| --- " * words + "| ---: " * (len(cells) - words) + "|")
    return "\n".join(lines) + "\n"


def _cell(words: str) -> str:
    """A cell, in which a bar is no border."""
    return words.replace("|", r"\|")


def targets(sections: Sections) -> list[str]:
    """How many targets are met, and which are missed."""
    asked = [
        (title, figure)
        for title, section in sections.items()
        for figure in section.figures
        if figure.target
    ]
    missed = [
        f"- missed: {title}: {figure.what} beside {figure.beside}: {number(figure.ratio)} "
        f"instead of {figure.target}"
        for title, figure in asked
        if not figure.met
    ]
    met = f"Targets: {len(asked) - len(missed)} of {len(asked)} are met."
    return [met, "", *missed] if missed else [met]


def document(sections: Sections, machine: Mapping[str, str]) -> dict[str, object]:
    """The report as JSON."""
    curves = [curve for section in sections.values() for curve in section.curves]
    return {
        "machine": machine,
        "trial": TRIAL,
        "figures": {
            title: [figure.document for figure in section.figures]
            for title, section in sections.items()
        },
        "notes": {title: list(section.notes) for title, section in sections.items()},
        "curves": [_curve(curve) for curve in curves],
    }


def _curve(curve: Curve) -> dict[str, object]:
    points = {str(size): costs for size, costs in curve.points.items()}
    return {"by": curve.by, "name": curve.name, "points": points}


def picture(report: Path) -> list[str]:
    """Draw the curves of the report; the lines that show the picture."""
    try:
        files = [str(FOLDER / f"{PICTURE}.{ending}") for ending in ("svg", "png")]
        Process([str(environment.python()), "-I", str(HERE / "draw.py"), str(report), *files]).run()
    except Failed as error:
        return ["", f"Left out: the picture of growth: {error}"]
    return ["", f"![CPU time by points, order, variables, operations and targets]({PICTURE}.svg)"]


def main() -> None:
    """Measure, print the report, and write it to bench/."""
    names = sys.argv[1:] or [name for name in SECTIONS if name not in ONLY_BY_NAME]
    if unknown := [name for name in names if name not in SECTIONS]:
        sys.exit(f"there is no section '{unknown[0]}'; there are {', '.join(SECTIONS)}")
    FOLDER.mkdir(exist_ok=True)
    load = os.getloadavg()[0]
    loading.load(quietly=True)  # before a section does, with all that it logs
    sections = measured(names)
    machine = environment.machine() | environment.peers()
    machine["load"] = f"{load:.1f} at the start, {os.getloadavg()[0]:.1f} at the end"
    report, found = FOLDER / f"{REPORT}.json", document(sections, machine)
    report.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    page = markdown(sections, machine)
    if found["curves"]:
        page += "\n".join(picture(report)) + "\n"
    (FOLDER / f"{REPORT}.md").write_text(page, "utf-8")
    print(page)


if __name__ == "__main__":
    main()
