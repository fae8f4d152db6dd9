"""A line on standard error while there is nothing to show yet, for a person at a terminal."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

_CLEAR = "\r\x1b[K"


@contextlib.contextmanager
def waiting(text: str) -> Iterator[None]:
    """Show the text until the work is done, and leave no trace of it."""
    stream = sys.stderr
    if stream is None or not stream.isatty() or os.environ.get("TERM") in (None, "dumb"):
        yield
        return
    try:
        stream.write(text)
        stream.flush()
        yield
    finally:
        stream.write(_CLEAR)
        stream.flush()
