"""`make bench`: how long and how much memory, as ratios of things measured side by side.

What is compared runs in turn, so that all sides see the same machine; the figures are medians of
the ratios, with their spread. The report goes to bench/, as Markdown and as JSON.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from tests.benchmarks import calls, orders, peers, processes
from tests.benchmarks.measure import Section

REPORT = Path("bench")

SECTIONS: dict[str, Callable[[], Section]] = {
    "processes": processes.section,
    "points": calls.of_points,
    "variables": calls.of_variables,
    "executions": calls.of_executions,
    "taylor": orders.of_taylor,
    "model": orders.of_the_model,
    "peers": lambda: peers.section(REPORT / "peers"),
}
"""By the names that the command takes: `python -m tests.benchmarks taylor model`."""


def markdown(sections: Sequence[Section], machine: dict[str, str]) -> str:
    """The report as a page."""
    lines = ["# Benchmarks", "", *(f"- {name}: {value}" for name, value in machine.items()), ""]
    lines += ["A ratio is the cost of one thing over that of the other, the median of all rounds."]
    for section in sections:
        lines += ["", f"## {section.title}", "", "\n\n".join(section.notes), ""]
        for place, cells in enumerate(section.table):
            lines.append(f"| {' | '.join(cells)} |")
            if place == 0:
                words = 1 if section.head else 2
                lines.append("| --- " * words + "| ---: " * (len(cells) - words) + "|")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print the report, and write it to bench/."""
    names = ("tapecli", "tensorflow", "numpy", "python-flint", "sympy", "click", "rich", "lark")
    machine = {
        "date": time.strftime("%Y-%m-%d"),
        "system": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        **{name: version(name) for name in names},
    }
    REPORT.mkdir(exist_ok=True)
    load = os.getloadavg()[0]
    sections = []
    for name in sys.argv[1:] or SECTIONS:
        print(f"measuring: {name}", file=sys.stderr)
        sections.append(SECTIONS[name]())
    machine["load"] = f"{load:.1f} at the start, {os.getloadavg()[0]:.1f} at the end"
    page = markdown(sections, machine)
    (REPORT / "report.md").write_text(page, "utf-8")
    figures = {section.title: [one.document for one in section.figures] for section in sections}
    document = {"machine": machine, "figures": figures}
    (REPORT / "report.json").write_text(json.dumps(document, indent=2) + "\n", "utf-8")
    print(page)


if __name__ == "__main__":
    main()
