"""Many small requests to one process, beside one call."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.commands import TAPECLI, Failed, Process
from tests.benchmarks.environment import FOLDER
from tests.benchmarks.measure import ROUNDS, Figure, Section, Target, figure, number

REQUESTS = 1_000
ENOUGH = Target(most=3)
"""For all of them beside one call."""

SAME = ("log(x^2)",)
MIXED = (
    "log(x^2)",
    "sin(x)*exp(-x^2)",
    "1/(1+x^2)",
    "tan(x)",
    "x^x",
    "sqrt(x^2+1)",
    "exp(-x)*cos(2x)",
    "x^3-2x+1",
    "atan(x)/x",
    "log(1+exp(x))",
    "sinh(x)/cosh(2x)",
    "x*log(x)",
    "cos(x^2)",
    "exp(sin(x))",
    "1/(x+sqrt(x))",
    "tanh(x/2)",
    "asinh(x)*x",
    "2^x-x^2",
    "sin(x)/x",
    "(x^2-1)/(x^2+1)",
)


CORPUS = Path(__file__).parents[1] / "corpus"
"""Formulas of science and engineering, a line each."""


def section() -> Section:
    """The same expression in each request, several in turn, and a formula of its own in each."""
    one = Process([*TAPECLI, "diff", "--order", "2", "--x", "1..3"])
    requests, answers = FOLDER / "requests.jsonl", FOLDER / "answers.jsonl"
    batch = Process([*TAPECLI, "batch"], exits=(0, 1), feed=("cat", str(requests)), output=answers)
    mixes = {
        "the same expression": _cycled(SAME),
        f"{len(MIXED)} in turn": _cycled(MIXED),
        "all different": _different(),
    }
    figures = []
    try:
        for mix, lines in mixes.items():
            requests.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
            costs = [(batch.run(), one.run()) for _ in range(ROUNDS)]
            _check(answers)
            figures += _figures(mix, costs)
    finally:
        requests.unlink(missing_ok=True)
        answers.unlink(missing_ok=True)
    note = (
        f"{REQUESTS:,} requests as JSON lines to one process of `tapecli batch`: of order 2 at the "
        "points 1, 2 and 3; those that are all different are formulas of science and engineering, "
        "each at a point of its own. Beside one `tapecli diff --order 2 --x 1..3`. All were "
        "answered: "
        + ", ".join(f"{number(REQUESTS / one.cost)} a second" for one in figures if one.unit == "s")
        + ", start included. The memory is that of the process that answers."
    )
    return Section([note], figures)


def _cycled(expressions: Sequence[str]) -> list[Mapping[str, Any]]:
    """Requests of these expressions in turn."""
    numbered = enumerate(itertools.islice(itertools.cycle(expressions), REQUESTS), 1)
    return [{"id": n, "expr": typed, "order": 2, "x": [1, 2, 3]} for n, typed in numbered]


def _different() -> list[Mapping[str, Any]]:
    """Second derivatives of all formulas of the corpus, and then gradients of the first ones."""
    lines = [
        line.split("\t")
        for path in sorted(CORPUS.glob("*.txt"))
        for line in path.read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    requests: list[Mapping[str, Any]] = []
    for kind in ("diff", "grad"):
        for _, typed, variables, values in lines:
            at = dict(zip(variables.split(), values.split(), strict=True))
            fields = {"order": 2, "wrt": next(iter(at))} if kind == "diff" else {"kind": kind}
            requests.append({"id": len(requests) + 1, "expr": typed, "at": at, **fields})
    return requests[:REQUESTS]


def _check(answers: Path) -> None:
    """Make sure that each request has its answer, and that none is an error."""
    found = [json.loads(line) for line in answers.read_text("utf-8").splitlines()]
    if len(found) != REQUESTS:
        raise Failed(f"{REQUESTS:,} requests got {len(found):,} answers")
    for number_, answer in enumerate(found, 1):
        if answer.get("id", number_) != number_:
            raise Failed(f"answer {number_} is that of request {answer['id']}")
        if "error" in answer:
            raise Failed(f"request {number_} was refused: {answer['error']}")


def _figures(
    mix: str, costs: Sequence[tuple[tuple[float, float], tuple[float, float]]]
) -> list[Figure]:
    return [
        figure(
            f"{REQUESTS:,} requests, {mix}",
            "one call",
            unit,
            [batch[place] for batch, _ in costs],
            [one[place] for _, one in costs],
            target,
        )
        for place, unit, target in ((0, "s", ENOUGH), (1, "MiB", None))
    ]
