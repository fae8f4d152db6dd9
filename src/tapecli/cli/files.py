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


def is_standard_output(output: str | None) -> bool:
    """Whether this is standard output, by whatever name: it is written to, and never replaced."""
    return output in (None, "-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")


def path_of(output: str | None) -> Path | None:
    """The path of a file; None for standard output, a device or a pipe, which is not replaced."""
    if output is None or is_standard_output(output):
        return None
    with contextlib.suppress(OSError, ValueError):
        mode = os.stat(output).st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            return None
    return Path(os.path.realpath(output))


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
    os.fchmod(stream.fileno(), _mode(path))
    os.replace(stream.name, path)


def _mode(path: Path) -> int:
    """The permissions of the file that is there, or those that a new file gets."""
    with contextlib.suppress(OSError):
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
