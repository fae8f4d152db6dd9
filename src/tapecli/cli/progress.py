"""The bar that a person at a terminal sees on standard error during a long computation."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from typing import TextIO

from tapecli.cli import output

MILLION = 1_000_000


@contextlib.contextmanager
def bar(title: str, color: str = "auto") -> Iterator[Callable[[int, int | None, str], None]]:
    """Show a bar until the work is done; without a terminal there is none.

    Yields:
        A function that moves the bar. Its arguments are how much is done, how much there is
        (None if that is unknown), and what is done next.
    """
    stream = sys.stderr
    if not output.watched(stream):
        yield lambda done, total, task: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.table import Column

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[share]}", style="progress.download", markup=False),
        TimeRemainingColumn(),
        TextColumn(
            "{task.fields[step]}",
            markup=False,
            table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis"),
        ),
    )
    with _copy(stream) as copy:
        console = Console(file=copy, no_color=True if color == "never" else None)
        with Progress(
            *columns,
            console=console,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
            expand=True,
        ) as progress:
            task = progress.add_task(title, total=None, step="starting TensorFlow", share="")
            yield lambda done, total, step: progress.update(
                task, completed=done, total=total, step=step, share=share(done, total)
            )


def share(done: int, total: int | None) -> str:
    """How much is done, and of how much: 3/12, 412.3/1,000 million."""
    unit, digits, name = 1, 0, ""
    if max(done, total or 0) >= MILLION:
        unit, digits, name = MILLION, 1, " million"
    number = f"{done / unit:,.{digits}f}"
    if total is None:
        return number + name
    whole = f"{total / unit:,.6g}" if digits else f"{total:,}"
    return f"{number:>{len(whole)}}/{whole}{name}"


@contextlib.contextmanager
def _copy(stream: TextIO) -> Iterator[TextIO]:
    """The terminal by another descriptor, for while TensorFlow starts that of the stream leads to
    its log.
    """
    try:
        descriptor = os.dup(stream.fileno())
    except OSError:  # no file of the system's
        yield stream
        return
    with os.fdopen(descriptor, "w", encoding=stream.encoding, errors="replace") as copy:
        yield copy
