"""A million requests to one `tapecli batch`: none lost, none out of turn, and memory that is level.

It takes half an hour, and is measured only when it is asked for by name.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from tests.benchmarks.batch import MIXED
from tests.benchmarks.commands import TAPECLI, Failed
from tests.benchmarks.measure import Figure, Section, Target, figure, many, number

REQUESTS = many(1_000_000)
EARLY = REQUESTS // 100
"""Answers after which the memory is looked at for the first time."""

LEVEL = Target(most=1.2)
"""For the memory at the end, beside that of the first time."""

NEW = 20
"""Of so many requests one has an expression that was never there."""

METHODS = ("auto", "taylor", "none", "auto", "taylor")

BAD = (
    "no JSON",
    '{{"id": {0}, "expr": "sni(x)", "x": 1}}',
    '{{"id": {0}, "expr": "x^", "x": 1}}',
    '{{"id": {0}, "expr": "x", "x": "3..1"}}',
    '{{"id": {0}, "expr": "x", "x": 1, "order": -1}}',
    '{{"id": {0}, "expr": "((((((((((x", "x": 1}}',
    '{{"id": {0}}}',
    "[{0}]",
)
"""One in a hundred; the first and the last have no id that could stand in the answer."""


def section() -> Section:
    """The memory after a hundredth and after all."""
    command = [*TAPECLI, "batch"]
    start = time.perf_counter()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin
        assert child.stdout
        assert child.stderr
        asking = threading.Thread(target=_ask, args=(child.stdin,), daemon=True)
        asking.start()
        early = late = 0.0
        errors = 0
        for place, line in enumerate(itertools.islice(child.stdout, REQUESTS)):
            errors += _judged(place, json.loads(line))
            if place + 1 == EARLY:
                early = _memory(child.pid)
        late = _memory(child.pid)
        asking.join()
        child.stdin.close()
        more, said = child.stdout.read(), child.stderr.read()
        code = child.wait()
    if (more, said, code) != ("", "", 0):
        raise Failed(f"it ended with exit code {code}, {more[:100]!r} and {said[:100]!r}")
    taken = time.perf_counter() - start
    return Section(
        [
            f"{REQUESTS:,} requests to one process of `tapecli batch`, {len(MIXED)} expressions in "
            f"turn, one in {NEW} with one of its own, by tapes, by Taylor series and certified "
            f"values alone, one in a hundred bad. Each had its answer, in turn; {errors:,} were "
            f"errors, and all of those were to be. {number(REQUESTS / taken)} a second."
        ],
        [_figure(late, early)],
    )


def _figure(late: float, early: float) -> Figure:
    what = f"memory after {REQUESTS:,} requests"
    return figure(what, f"after {EARLY:,}", "MiB", [late], [early], LEVEL)


def _ask(stream: IO[str]) -> None:
    for request in _requests():
        stream.write(request + "\n")
    stream.flush()


def _requests() -> Iterator[str]:
    for place in range(REQUESTS):
        if _is_bad(place):
            yield BAD[place // 100 % len(BAD)].format(place)
            continue
        typed = MIXED[place % len(MIXED)]
        request = {"id": place, "expr": typed, "x": 1 + place % 997 / 1000}
        if place % NEW == 7:
            request["expr"] = f"{typed} + {place}x"
        yield json.dumps({**request, "method": METHODS[place % len(METHODS)]})


def _is_bad(place: int) -> bool:
    return place % 100 == 50


def _judged(place: int, answer: dict[str, object]) -> bool:
    """Whether an answer is an error.

    Raises:
        Failed: it is that of another request, or an error that should be none, or none that
            should be one.
    """
    error = answer.get("error")
    if bool(error) != _is_bad(place) or answer.get("id", place) != place:
        raise Failed(f"request {place:,} has the answer {json.dumps(answer)[:200]}")
    return bool(error)


def _memory(process: int) -> float:
    """The MiB that a process and those that it has forked hold."""
    folder = Path(f"/proc/{process}")
    status = (folder / "status").read_text("ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    children = (folder / "task" / str(process) / "children").read_text("ascii").split()
    return int(line.split()[1]) / 1024 + sum(map(_memory, map(int, children)))
