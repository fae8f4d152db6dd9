"""A bar on standard error while something long runs, for a person at a terminal."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def bar(title: str) -> Iterator[Callable[[int, int, str], None]]:
    """A function that is told how much is done, of how much, and what is next.

    The bar is gone when the work is done; without a terminal there is none.
    """
    stream = sys.stderr
    if stream is None or not stream.isatty() or os.environ.get("TERM") in (None, "dumb"):
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

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[what]}", markup=False),
    )
    with Progress(*columns, console=Console(file=stream), transient=True) as progress:
        task = progress.add_task(title, total=None, what="starting TensorFlow")
        yield lambda done, total, what: progress.update(
            task, completed=done, total=total, what=what
        )
