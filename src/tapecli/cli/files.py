"""Files that are written whole or not at all: under another name first, then put in their place."""

from __future__ import annotations

import contextlib
import functools
import io
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any


def replace(path: Path, write: Callable[[io.TextIOWrapper], object]) -> None:
    """Write a new file beside the old one, whose place it takes when it is complete.

    A context manager would not do: Ctrl-C can come between its own lines and the block.
    """
    private = functools.partial(os.open, mode=0o600)
    new = path.with_name(f".tapecli.{os.urandom(8).hex()}")  # known before it is there
    try:
        with open(new, "x", encoding="utf-8", opener=private) as stream:
            write(stream)
            publish(stream, path)
    except BaseException:
        with contextlib.suppress(OSError):
            new.unlink()
        raise


def publish(stream: IO[Any], path: Path) -> None:
    """Put a complete file in its place, with the permissions of the one that it replaces."""
    stream.flush()
    os.fsync(stream.fileno())
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:  # a new file
        mask = os.umask(0)
        os.umask(mask)
        mode = 0o666 & ~mask
    os.fchmod(stream.fileno(), mode)
    os.replace(stream.name, path)
