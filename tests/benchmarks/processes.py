"""Whole calls, as a shell sees them: processes, from their start to their end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tests.benchmarks.measure import ROUNDS, Costs, Figure, Section, figure

TAPECLI = (sys.executable, "-m", "tapecli")
HIGH = ("diff", "sin(x)*exp(-x^2)", "--x", "1..3@5")


@dataclass(frozen=True)
class Process:
    """A command.

    Attributes:
        command: it, word by word.
        exits: the exit codes that it may end with.
    """

    command: Sequence[str]
    exits: Collection[int] = (0,)

    def run(self) -> tuple[float, float]:
        """Run it once; its wall seconds, and the MiB of memory it had at most."""
        start = time.perf_counter()
        child = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in self.exits:
            raise RuntimeError(f"{' '.join(self.command)} ended with {child.returncode}")
        return seconds, usage.ru_maxrss / 1024


def _tapecli(*arguments: str, exits: Collection[int] = (0,)) -> Process:
    return Process([*TAPECLI, *arguments], exits)


def _python(program: str) -> Process:
    return Process([sys.executable, "-c", program])


PROCESSES = {
    "import click": _python("import click"),
    "import tensorflow": _python("import tensorflow"),
    "tapecli --help": _tapecli("--help"),
    "tapecli diff 'x*sni(x)'": _tapecli("diff", "x*sni(x)", exits=(2,)),
    "the worked example": _tapecli("diff", "--order", "2", "--x", "1..3"),
    "the same with --method none": _tapecli(
        "diff", "--order", "2", "--x", "1..3", "--method", "none"
    ),
    "sin(x)*exp(-x^2) at 5 points, --order 1": _tapecli(*HIGH, "--order", "1"),
    "sin(x)*exp(-x^2) at 5 points, --order 40": _tapecli(*HIGH, "--order", "40"),
    "tapecli check --quick": _tapecli("check", "--quick", exits=(0, 1)),
}

BESIDE = (
    ("tapecli --help", "import click"),
    ("tapecli diff 'x*sni(x)'", "import click"),
    ("the worked example", "import tensorflow"),
    ("the same with --method none", "import tensorflow"),
    ("sin(x)*exp(-x^2) at 5 points, --order 1", "import tensorflow"),
    (
        "sin(x)*exp(-x^2) at 5 points, --order 40",
        "sin(x)*exp(-x^2) at 5 points, --order 1",
    ),
    ("tapecli check --quick", "import tensorflow"),
)
"""Which is shown beside which, in seconds."""

IN_MEMORY = (
    ("the worked example", "import tensorflow"),
    ("the same with --method none", "import tensorflow"),
)


def section() -> Section:
    """All of them in turn."""
    seconds: dict[str, list[float]] = {name: [] for name in PROCESSES}
    memory: dict[str, list[float]] = {name: [] for name in PROCESSES}
    for _ in range(ROUNDS):
        for name, process in PROCESSES.items():
            taken, held = process.run()
            seconds[name].append(taken)
            memory[name].append(held)
    figures = [
        *_figures(BESIDE, "s", seconds),
        *_figures(IN_MEMORY, "MiB", memory),
    ]
    note = "From the start of a process to its end; order 40 is Taylor arithmetic, order 1 a tape."
    return Section("Whole processes", [note], figures)


def _figures(
    pairs: Sequence[tuple[str, str]], unit: str, costs: dict[str, list[float]]
) -> list[Figure]:
    def of(what: str, beside: str) -> Figure:
        ones: Costs = costs[what]
        return figure(what, beside, unit, ones, costs[beside])

    return [of(what, beside) for what, beside in pairs]
