"""A line on standard error while there is nothing to show yet, for a person at a terminal."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import TextIO, TypeGuard

_CLEAR = "\r\x1b[K"


def watched(stream: TextIO | None) -> TypeGuard[TextIO]:
    """Whether a person sees this stream, at a terminal that can move its cursor."""
    return stream is not None and stream.isatty() and os.environ.get("TERM") not in (None, "dumb")


@contextlib.contextmanager
def waiting(text: str) -> Iterator[None]:
    """Show the text until the work is done, and leave no trace of it."""
    stream = sys.stderr
    if not watched(stream):
        yield
        return
    try:
        stream.write(text)
        stream.flush()
        yield
    finally:
        stream.write(_CLEAR)
        stream.flush()
