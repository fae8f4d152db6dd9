"""Text that is read a line at a time: a file's, or what comes from standard input."""

from __future__ import annotations

import contextlib
import io
import os
import re
import stat
from collections.abc import Iterator
from typing import Any, TextIO

from tapecli.errors import PointsError, UsageError, clipped

MAX_LINE = 100_000
"""Characters of one line."""
TOO_LONG = f"has more than {MAX_LINE:,} characters"
"""What a message says of a line."""
MAX_PATH = 200
"""Characters of a file's name that a message shows."""

STANDARD_INPUT = "standard input"
"""What a message calls what "-" is, unless it has a name of its own in `shown`."""

_BUFFER = 1 << 16
"""Bytes that are read at once."""

_NO_TEXT = re.compile("[\udc80-\udcff]")
"""What stands for a byte that is no text."""


@contextlib.contextmanager
def opened(
    source: str,
    stdin: TextIO | None,
    what: str = "points",
    wrong: type[UsageError] = PointsError,
) -> Iterator[tuple[TextIO, str]]:
    """The text of "-" or "@file", and what a message calls it.

    Args:
        source: where it is.
        stdin: what "-" is read from.
        what: what it has, for messages.
        wrong: the kind of error that it is if it cannot be read.

    Raises:
        UsageError: of that kind.
    """
    if source == "-":
        if stdin is None:
            raise wrong(f"'-' reads {what} from standard input, which is closed")
        file = None
        text: contextlib.AbstractContextManager[TextIO] = contextlib.nullcontext(stdin)
        name = getattr(stdin, "shown", STANDARD_INPUT)
    elif source == "@":
        raise wrong("'@' is followed by the name of a file")
    else:
        name = shown(source[1:])
        try:
            file = _AsItWas(source[1:])
            text = io.TextIOWrapper(io.BufferedReader(file, _BUFFER), encoding="utf-8-sig")
        except (OSError, ValueError) as error:
            raise wrong(unreadable(name, error, what)) from None
    with text as stream:
        try:
            yield stream, name
            is_another = file is not None and file.is_another
        except (OSError, UnicodeDecodeError) as error:
            raise wrong(unreadable(name, error, what)) from None
        if is_another:
            raise wrong(changed(name, what))


class _AsItWas(io.FileIO):
    """A file as far as it goes when it is opened, for there may be somebody who writes to it."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self._state = state(self.fileno())
        self._left = self._state[0]

    def readinto(self, buffer: Any) -> int | None:
        if not self._left:  # of what has no length, as in /proc, all is read
            return 0 if self._state[0] else super().readinto(buffer)
        read = super().readinto(memoryview(buffer)[: self._left]) or 0
        self._left -= read
        return read

    @property
    def is_another(self) -> bool:
        """Whether somebody has written to it by now."""
        return state(self.fileno()) != self._state


def state(file: str | int) -> tuple[int, int]:
    """The size of a file and when it was written; nothing of a pipe, which is another each time."""
    found = os.stat(file)
    return (found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else (0, 0)


def shown(path: str) -> str:
    """What a message calls a file."""
    return f"'{clipped(path, MAX_PATH)}'"


def unreadable(name: str, error: Exception, what: str = "points") -> str:
    """What a message says of a file that cannot be read."""
    reason = getattr(error, "strerror", None) or "it is not text"
    return f"the {what} in {name} cannot be read: {reason}"


def changed(name: str, what: str = "points") -> str:
    """What a message says of a file that somebody has written to meanwhile."""
    return f"the {what} in {name} changed while they were read"


def lines(
    stream: TextIO, name: str, wrong: type[UsageError] = PointsError
) -> Iterator[tuple[int, str]]:
    """The lines with their numbers, of which no more is held than tells that one is too long.

    Args:
        stream: where they are read.
        name: what a message calls it.
        wrong: the kind of error that it is if a line is too long, or no text.

    Raises:
        UsageError: of that kind.
    """
    tolerant(stream)
    number = 0
    try:
        while line := stream.readline(MAX_LINE + 2):
            number += 1
            if problem := problem_of(line):
                raise wrong(f"line {number} of {name} {problem}")
            yield number, line
    except UnicodeDecodeError:
        raise wrong(f"line {number + 1} of {name} is not text") from None


def problem_of(line: str) -> str:
    """Why a line, with its end, cannot be used, or ""."""
    if len(line) > MAX_LINE + 1 or (len(line) > MAX_LINE and not line.endswith("\n")):
        return TOO_LONG
    return "is not text" if no_text(line) else ""


def no_text(text: str) -> re.Match[str] | None:
    """Where the first byte is that is no text."""
    return None if text.isascii() else _NO_TEXT.search(text)


def tolerant(stream: TextIO) -> None:
    """Have bytes that are no text stand in the text, so that they are found where they are.

    Standard input is UTF-8 then, as files are, whatever the locale says.
    """
    if reconfigure := getattr(stream, "reconfigure", None):
        with contextlib.suppress(io.UnsupportedOperation):  # some of it has been read
            reconfigure(encoding="utf-8-sig", errors="surrogateescape")
