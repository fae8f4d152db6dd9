"""Text from a file or from standard input, read a line at a time or in blocks of whole lines."""

from __future__ import annotations

import contextlib
import io
import os
import re
import stat
from collections.abc import Iterator, Sequence
from typing import Any, TextIO

from tapecli.errors import PointsError, UsageError, clipped

MAX_LINE = 100_000
"""Characters of one line."""
MAX_PATH = 200
"""Characters of a file's name that a message shows."""

NPY, PARQUET = ".npy", ".parquet"
"""How the names of files of points end that are no text."""

_BUFFER = 1 << 16
"""Bytes that are read at once."""

_NO_TEXT = re.compile("[\udc80-\udcff]")
"""What stands for a byte that is no text."""

_REMARK = re.compile(r"\n[^\S\n]*(?:[#\n]|\Z)")
"""The end of a line before one that is blank or a remark."""


class Text:
    """A text that is read in whole lines, once, as UTF-8 whatever the locale says."""

    def __init__(
        self, stream: TextIO, name: str, error_type: type[UsageError] = PointsError
    ) -> None:
        self._stream, self.name, self._error_type = stream, name, error_type
        self.line = 1
        if reconfigure := getattr(stream, "reconfigure", None):
            with contextlib.suppress(io.UnsupportedOperation):  # some of it has been read
                reconfigure(encoding="utf-8-sig", errors="surrogateescape")

    def lines(self) -> Iterator[tuple[int, str]]:
        """The lines with their numbers, read by `block` one by one."""
        while text := self.block(0):
            yield self.line - 1, text

    def block(self, size: int) -> str:
        """The next whole lines of about so many characters, or one line if 0; "" at the end.

        A line that is too long, or no text, is an error of the type of this text.
        """
        try:
            text = self._stream.read(size) if size else ""
            if not text.endswith("\n"):
                text += self._stream.readline(MAX_LINE + 2)
        except UnicodeDecodeError:
            raise self._error_type(f"line {self.line} of {self.name} is not text") from None
        start = end = 0
        while end >= 0 and len(text) - start > MAX_LINE:  # to the last end within the bound
            end = text.rfind("\n", start, start + MAX_LINE + 1)
            start = end + 1 if end >= 0 else start
        problem = f"has more than {MAX_LINE:,} characters" if end < 0 else ""
        if byte := None if text.isascii() else _NO_TEXT.search(text):
            start, problem = byte.start(), "is not text"
        if problem:
            number = self.line + text.count("\n", 0, start)
            raise self._error_type(f"line {number} of {self.name} {problem}")
        self.line += text.count("\n") if size else 1
        return text


@contextlib.contextmanager
def open_text(
    source: str,
    stdin: TextIO | None,
    content: str = "points",
    error_type: type[UsageError] = PointsError,
) -> Iterator[Text]:
    """The text of "-", which is read from `stdin`, or of "@file"; errors are of `error_type`."""
    file, name = None, "standard input"
    if source == "-":
        if stdin is None:
            raise error_type(f"'-' reads {content} from standard input, which is closed")
        context: contextlib.AbstractContextManager[TextIO] = contextlib.nullcontext(stdin)
    elif source == "@":
        raise error_type("'@' is followed by the name of a file")
    else:
        name = quoted(source[1:])
        try:
            file = _AsItWas(source[1:])
        except (OSError, ValueError) as error:
            raise error_type(unreadable(name, error, content)) from None
        context = io.TextIOWrapper(io.BufferedReader(file, _BUFFER), encoding="utf-8-sig")
    with context as stream:
        try:
            yield Text(stream, name, error_type)
            is_another = file is not None and state(file.fileno()) != file.state
        except OSError as error:
            raise error_type(unreadable(name, error, content)) from None
    if is_another:
        raise error_type(changed(name, content))


class _AsItWas(io.FileIO):
    """A file as far as it goes when it is opened, for there may be somebody who writes to it."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.state = state(self.fileno())
        self._left = self.state[0]

    def readinto(self, buffer: Any) -> int | None:
        if not self._left:  # of what has no length, as in /proc, all is read
            return 0 if self.state[0] else super().readinto(buffer)
        read = super().readinto(memoryview(buffer)[: self._left]) or 0
        self._left -= read
        return read


def state(file: str | int) -> tuple[int, int]:
    """The size of a file and when it was written; nothing of a pipe, which is another each time."""
    status = os.stat(file)
    return (status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else (0, 0)


def quoted(path: str) -> str:
    """What a message calls a file."""
    return f"'{clipped(path, MAX_PATH)}'"


def unreadable(name: str, error: Exception, content: str = "points") -> str:
    """What a message says of a file that cannot be read."""
    reason = getattr(error, "strerror", None) or "it is not text"
    return f"the {content} in {name} cannot be read: {reason}"


def changed(name: str, content: str = "points") -> str:
    """What a message says of a file that somebody has written to meanwhile."""
    return f"the {content} in {name} changed while they were read"


def split(text: str, first: int) -> tuple[Sequence[int], list[str]]:
    """The numbers of the lines that are neither blank nor begin with #, and these lines."""
    text = text.removesuffix("\n")
    lines = text.split("\n")
    if not _REMARK.search(f"\n{text}"):
        return range(first, first + len(lines)), lines
    counted = [(number, line) for number, line in enumerate(lines, first) if counts(line)]
    return [number for number, _ in counted], [line for _, line in counted]


def counts(line: str) -> bool:
    """Whether a line is neither blank nor begins with #."""
    return bool(line.strip()) and not line.lstrip().startswith("#")


def refuse_arrays(source: str) -> None:
    """Raise a PointsError about a file that is no text, where points are read as text."""
    if source.lower().endswith((NPY, PARQUET)):
        raise PointsError(
            f"{quoted(source[1:])} is no text: such files are read by the commands diff, "
            "grad, jacobian and hessian, and by tapecli.parts()"
        )
