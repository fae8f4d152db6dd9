"""The bar that a person at a terminal sees on standard error during a long computation."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator

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

    with contextlib.ExitStack() as closing:
        with contextlib.suppress(OSError):  # a stream without a descriptor
            # While TensorFlow starts, the descriptor of standard error leads to its log.
            copy = os.dup(stream.fileno())
            text = os.fdopen(copy, "w", encoding=stream.encoding, errors="replace")
            stream = closing.enter_context(text)
        console = Console(file=stream, no_color=True if color == "never" else None)
        progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[share]}", style="progress.download", markup=False),
            TimeRemainingColumn(),
            TextColumn(
                "{task.fields[step]}",
                markup=False,
                table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis"),
            ),
            console=console,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
            expand=True,
        )
        closing.enter_context(progress)
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
