"""A bar on standard error while something long runs, for a person at a terminal."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from typing import TextIO

from tapecli.cli.waiting import watched


@contextlib.contextmanager
def bar(title: str, color: str = "auto") -> Iterator[Callable[[int, int | None, str], None]]:
    """A function that is told how much is done, of how much, and what is next.

    The bar is gone when the work is done; without a terminal there is none.
    """
    stream = sys.stderr
    if not watched(stream):
        yield lambda done, total, what: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.table import Column

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn(
            "{task.fields[what]}",
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
            task = progress.add_task(title, total=None, what="starting TensorFlow")
            yield lambda done, total, what: progress.update(
                task, completed=done, total=total, what=what
            )


@contextlib.contextmanager
def _copy(stream: TextIO) -> Iterator[TextIO]:
    """The same terminal by another descriptor, for that of the stream is turned aside while
    TensorFlow starts.
    """
    try:
        descriptor = os.dup(stream.fileno())
    except OSError:  # no file of the system's
        yield stream
        return
    with os.fdopen(descriptor, "w", encoding=stream.encoding, errors="replace") as copy:
        yield copy
