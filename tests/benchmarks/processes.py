"""Whole calls, as a shell sees them: processes, from their start to their end."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence

from tests.benchmarks.commands import TAPECLI, Failed, Process
from tests.benchmarks.measure import CHEAP, ROUNDS, Costs, Figure, Section, Target, figure

HIGH = ("diff", "sin(x)*exp(-x^2)", "--x", "1..3@5")

COMPLETION = {
    "_TAPECLI_COMPLETE": "bash_complete",
    "COMP_WORDS": "tapecli diff --or",
    "COMP_CWORD": "2",
}
"""What bash sets when Tab is pressed after `tapecli diff --or`."""

NEW = {"PYTHONDONTWRITEBYTECODE": "1"}
"""With this no formula of an earlier call is read: SymPy makes it."""

LIGHT = Target(most=2)
"""What only has to find its words, beside the import of click."""
REFUSED = Target(most=2.5)
"""A wrong call: it is read before it is refused."""
WORKED = Target(most=0.35)
"""The worked example, beside the import of TensorFlow."""
ANALYTIC = Target(most=0.1)
"""The same without TensorFlow."""


def _tapecli(*arguments: str, exits: Collection[int] = (0,)) -> Process:
    return Process([*TAPECLI, *arguments], exits)


def _wrong(*arguments: str) -> Process:
    return _tapecli("diff", *arguments, exits=(2,))


def _python(program: str) -> Process:
    return Process([sys.executable, "-c", program])


QUICK = {
    "import click": _python("import click"),
    "tapecli --help": _tapecli("--help"),
    "tapecli --version": _tapecli("--version"),
    "completion of tapecli diff --or": Process(TAPECLI, environment=COMPLETION),
    "tapecli diff 'x*sni(x)'": _wrong("x*sni(x)"),
    "tapecli diff 'x^2' --ordre 2": _wrong("x^2", "--ordre", "2"),
    "tapecli diff 'x^2' --x 1..b": _wrong("x^2", "--x", "1..b"),
}

WORKED_EXAMPLE = ("diff", "--order", "2", "--x", "1..3")
ANALYTIC_TABLE = (*HIGH, "--order", "2", "--method", "none")

SLOW = {
    "import tensorflow": _python("import tensorflow"),
    "the worked example": _tapecli(*WORKED_EXAMPLE),
    "the same with --method none": _tapecli(*WORKED_EXAMPLE, "--method", "none"),
    "sin(x)*exp(-x^2), --method none": _tapecli(*ANALYTIC_TABLE),
    "the same with formulas that are new": Process([*TAPECLI, *ANALYTIC_TABLE], environment=NEW),
    "sin(x)*exp(-x^2) at 5 points, --order 1": _tapecli(*HIGH, "--order", "1"),
    "sin(x)*exp(-x^2) at 5 points, --order 40": _tapecli(*HIGH, "--order", "40"),
    "tapecli check --quick": _tapecli("check", "--quick", exits=(0, 1)),
}

BESIDE = (
    ("tapecli --help", "import click", LIGHT),
    ("tapecli --version", "import click", LIGHT),
    ("completion of tapecli diff --or", "import click", LIGHT),
    ("tapecli diff 'x*sni(x)'", "import click", REFUSED),
    ("tapecli diff 'x^2' --ordre 2", "import click", REFUSED),
    ("tapecli diff 'x^2' --x 1..b", "import click", REFUSED),
    ("the worked example", "import tensorflow", WORKED),
    ("the same with --method none", "import tensorflow", ANALYTIC),
    ("sin(x)*exp(-x^2), --method none", "import tensorflow", ANALYTIC),
    ("the same with formulas that are new", "import tensorflow", None),
    ("sin(x)*exp(-x^2) at 5 points, --order 1", "import tensorflow", None),
    (
        "sin(x)*exp(-x^2) at 5 points, --order 40",
        "sin(x)*exp(-x^2) at 5 points, --order 1",
        None,
    ),
    ("tapecli check --quick", "import tensorflow", None),
)
"""Which is shown beside which, in seconds, and what the ratio should be."""

IN_MEMORY = (
    ("the worked example", "import tensorflow", None),
    ("the same with --method none", "import tensorflow", None),
)


def section() -> Section:
    """Those that are quick in turn, and then the others."""
    seconds: dict[str, Costs] = {}
    memory: dict[str, Costs] = {}
    notes = [
        "From the start of a process to its end; order 40 is Taylor arithmetic, order 1 a tape."
    ]
    for processes, rounds in ((QUICK, CHEAP), (SLOW, ROUNDS)):
        measured, failed = in_turn(processes, rounds)
        for name, costs in measured.items():
            seconds[name], memory[name] = zip(*costs, strict=True)
        notes += [f"Left out: {name}: {words}" for name, words in failed.items()]
    figures = [*_figures(BESIDE, "s", seconds), *_figures(IN_MEMORY, "MiB", memory)]
    return Section(notes, figures)


def in_turn(
    processes: dict[str, Process], rounds: int
) -> tuple[dict[str, list[tuple[float, float]]], dict[str, str]]:
    """Seconds and MiB in each round; and of those that fail, which are tried but once, why."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in processes}
    failed: dict[str, str] = {}
    for _ in range(rounds):
        for name in list(found):
            try:
                found[name].append(processes[name].run())
            except Failed as error:
                failed[name] = str(error)
                del found[name]
    return found, failed


def _figures(
    pairs: Sequence[tuple[str, str, Target | None]], unit: str, costs: dict[str, Costs]
) -> list[Figure]:
    return [
        figure(what, beside, unit, costs[what], costs[beside], target)
        for what, beside, target in pairs
        if what in costs and beside in costs
    ]
