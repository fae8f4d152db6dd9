"""`make bench`: how long and how much memory, as ratios of things measured side by side.

Each comparison runs its two sides in turn, so that both see the same machine, and gives the
median of the ratios with their spread. The report goes to bench/, as Markdown and as JSON.
"""

from __future__ import annotations

import itertools
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROUNDS = 5
REPORT = Path("bench")
PYTHON = [sys.executable, "-c"]
TAPECLI = [sys.executable, "-m", "tapecli"]
IMPORT_CLICK = [*PYTHON, "import click"]
IMPORT_TENSORFLOW = [*PYTHON, "import tensorflow"]


@dataclass(frozen=True)
class Figure:
    """One comparison: the cost of `what` over that of `beside`."""

    what: str
    beside: str
    unit: str
    ratio: float
    least: float
    most: float
    cost: float


Cost = Callable[[], float]


def compare(what: str, beside: str, unit: str, one: Cost, other: Cost) -> Figure:
    """Run both sides in turn; the medians, and the spread of the ratios."""
    pairs = [(one(), other()) for _ in range(ROUNDS)]
    ratios = [a / b for a, b in pairs]
    cost = statistics.median(a for a, _ in pairs)
    return Figure(what, beside, unit, statistics.median(ratios), min(ratios), max(ratios), cost)


def process(command: list[str], measure: str) -> Cost:
    """The wall seconds or the peak MiB of a process of its own."""

    def cost() -> float:
        start = time.perf_counter()
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _, _, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = 0
        return seconds if measure == "s" else usage.ru_maxrss / 1024

    return cost


def seconds(function: Callable[[], Any]) -> Cost:
    """The wall seconds of a call in this process, after one to warm up."""
    function()

    def cost() -> float:
        start = time.perf_counter()
        function()
        return time.perf_counter() - start

    return cost


def of_processes() -> list[Figure]:
    """Whole calls, as a shell sees them."""
    diff = [*TAPECLI, "diff", "--order", "2", "--x", "1..3"]
    wrong = [*TAPECLI, "diff", "x*sni(x)"]
    rows = [
        ("tapecli --help", [*TAPECLI, "--help"], "import click", IMPORT_CLICK, "s"),
        ("tapecli diff 'x*sni(x)'", wrong, "import click", IMPORT_CLICK, "s"),
        ("the worked example", diff, "import tensorflow", IMPORT_TENSORFLOW, "s"),
        ("the worked example", diff, "import tensorflow", IMPORT_TENSORFLOW, "MiB"),
    ]
    return [
        compare(what, beside, unit, process(command, unit), process(other, unit))
        for what, command, beside, other, unit in rows
    ]


def of_calls() -> list[Figure]:
    """Parts of a call, in this process."""
    import numpy as np

    import tapecli
    from tapecli import tapes
    from tapecli.analytic.reference import Reference
    from tapecli.expression import parse
    from tapecli.floats import FORMATS

    typed = "sin(x)*exp(-x^2)"
    (expression,) = parse(typed)
    float64 = FORMATS["float64"]
    few, many = (list(map(float, np.linspace(0.1, 3, count))) for count in (1_000, 10_000))

    def by_x(order: int) -> list[tuple[str, ...]]:
        return [("x",) * k for k in range(1, order + 1)]

    reference = Reference(expression.tree, float64, by_x(2))

    def tape(points: list[float], order: int) -> Cost:
        return seconds(
            lambda: tapes.run(
                [expression.tree], {"x": np.array(points)}, by_x(order), "nested", float64
            )
        )

    def certified(points: list[float]) -> Cost:
        return seconds(lambda: [reference.at({"x": point}) for point in points])

    def whole(points: list[float]) -> Cost:
        return seconds(lambda: tapecli.diff(typed, x=points, order=2, formulas=False))

    figures = [
        compare(f"tapes, {typed}, order 2, 10,000 points", "1,000 points", "s",
                tape(many, 2), tape(few, 2)),
        compare(f"reference, {typed}, order 2, 10,000 points", "1,000 points", "s",
                certified(many), certified(few)),
        compare(f"diff, {typed}, order 2, 10,000 points", "its reference alone", "s",
                whole(many), certified(many)),
    ]  # fmt: skip
    for order in range(2, 7):
        beside = f"order {order - 1}"
        figures.append(
            compare(
                f"tapes, {typed}, order {order}, 1,000 points",
                beside,
                "s",
                tape(few, order),
                tape(few, order - 1),
            )
        )
    return figures


def of_variables() -> list[Figure]:
    """Gradients and Hessians of Rosenbrock's function beside one derivative by one variable."""
    import numpy as np

    from tapecli import tapes
    from tapecli.derivative import gradient, hessian
    from tapecli.expression import parse
    from tapecli.floats import FORMATS

    float64 = FORMATS["float64"]

    def tape(count: int, side: int, kind: str, method: str) -> Cost:
        """The tapes at side**2 points, of the function in so many variables."""
        names = [f"x{i}" for i in range(1, count + 1)]
        typed = "+".join(f"(1-{a})^2 + 100({b}-{a}^2)^2" for a, b in itertools.pairwise(names))
        trees = [expression.tree for expression in parse(typed)]
        asked = {"order 1": gradient(["x1"]), "gradient": gradient(names)}
        wanted = [one.sequence for one in asked.get(kind, hessian(names))]
        columns = {name: np.linspace(-2, 2, side**2) for name in names}
        return seconds(lambda: tapes.run(trees, columns, wanted, method, float64))

    rows = [
        (2, 1000, ("gradient", "single"), ("order 1", "single")),
        (2, 1000, ("Hessian", "nested"), ("order 1", "single")),
        *(
            (count, side, ("Hessian", "nested"), ("Hessian", "batch"))
            for count, side in [(2, 1), (2, 300), (10, 1), (10, 100)]
        ),
    ]
    return [
        compare(
            f"{kind}, {method}, Rosenbrock in {count} variables, {side**2:,} points",
            ", ".join(beside),
            "s",
            tape(count, side, kind, method),
            tape(count, side, *beside),
        )
        for count, side, (kind, method), beside in rows
    ]


def markdown(figures: list[Figure], machine: dict[str, str]) -> str:
    """The report as a page."""
    lines = ["# Benchmarks", "", *(f"- {name}: {value}" for name, value in machine.items()), ""]
    lines += [
        f"Medians of {ROUNDS} rounds in which both sides run in turn.",
        "",
        "| what | beside | ratio | from | to | cost |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for f in figures:
        ratios = f"{f.ratio:.2f} | {f.least:.2f} | {f.most:.2f}"
        lines.append(f"| {f.what} | {f.beside} | {ratios} | {f.cost:.3g} {f.unit} |")
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
    figures = [*of_processes(), *of_calls(), *of_variables()]
    REPORT.mkdir(exist_ok=True)
    page = markdown(figures, machine)
    (REPORT / "report.md").write_text(page, "utf-8")
    document = {"machine": machine, "figures": [asdict(figure) for figure in figures]}
    (REPORT / "report.json").write_text(json.dumps(document, indent=2) + "\n", "utf-8")
    print(page)


if __name__ == "__main__":
    main()
