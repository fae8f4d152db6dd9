"""Where a result goes, to standard output or whole into a file; and what stands there meanwhile."""

from __future__ import annotations

import contextlib
import io
import os
import re
import stat
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, TextIO, TypeGuard

from tapecli import formats
from tapecli.cli import files
from tapecli.errors import OutputError, WriteError

STANDARD_OUTPUT = (None, "-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")
"""The names of standard output, which is written to, and never replaced."""


class Output:
    """Where a command writes, in which format and with which colors; checked when it is made.

    Attributes:
        file: the name of a file, or None for standard output.
        path: where the file is; None for standard output, a device or a pipe, which are written
            to and not replaced.
        format_: the chosen format: the one that is named, or that the ending of the file means;
            on standard output, the first.

    Raises:
        OutputError: the file cannot be written, no format has the ending, or the format is not
            for the terminal that it would go to, or needs a library that is not installed.
    """

    def __init__(
        self,
        formats_: Mapping[str, formats.Format],
        format_name: str | None,
        file: str | None,
        color: str,
    ) -> None:
        self.file = None if file in STANDARD_OUTPUT else file
        self.path = None if self.file is None else _path(self.file)
        self.color = color
        if format_name:
            self.format_ = formats_[format_name]
            terminal = sys.stdout is not None and sys.stdout.isatty()
            if self.format_.binary and terminal and self.file is None:
                problem = f"{format_name} is not for a terminal; add --output slopes.{format_name}"
                raise OutputError(problem)
        elif self.file is None or self.path is None:
            self.format_ = next(iter(formats_.values()))
        else:
            self.format_ = formats.of_ending(Path(self.file).suffix, formats_)
        formats.require_library(self.format_)

    def write(self, content: Any) -> None:
        """Write a Result, or what a command shows instead of one.

        Raises:
            OutputError: standard output is closed.
            WriteError: it cannot be written; a file that was there before is as it was.
        """
        if self.file is None:
            stream = standard_output()
            self._to_stream(stream, content, screen(stream, self.color))
            return
        try:
            if self.path is None:
                with Path(self.file).open("w", encoding="utf-8") as stream:
                    self._to_stream(stream, content, screen(stream, self.color))
            else:
                files.replace(
                    self.path, lambda stream: self._to_stream(stream, content, formats.Screen())
                )
        except OSError as error:
            raise WriteError(f"cannot write '{self.file}': {error.strerror or error}") from error

    def _to_stream(self, stream: TextIO, content: Any, screen: formats.Screen) -> None:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
        if self.format_.binary:
            stream.buffer.write(formats.encode(content, self.format_))
        else:
            stream.writelines(formats.render(content, self.format_, screen))
        stream.flush()

    def open_binary(self, closing: contextlib.ExitStack) -> IO[bytes]:
        """Open standard output, or a device or pipe, which `closing` will close, for bytes.

        Raises:
            OutputError: it is closed or cannot be opened.
        """
        if self.file is None:
            return standard_output().buffer
        try:
            return closing.enter_context(Path(self.file).open("wb"))
        except OSError as error:
            raise OutputError(f"cannot write '{self.file}': {error.strerror or error}") from error


def _path(file: str) -> Path | None:
    """The path of a file that can be written; None for a device or a pipe."""
    if not file:
        raise OutputError("--output needs the name of a file")
    try:
        with contextlib.suppress(FileNotFoundError):
            mode = os.stat(file).st_mode
            if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
                return None
        path = Path(os.path.realpath(file))
        if path.is_dir():
            problem = "it is a directory"
        elif file.endswith(os.sep):
            problem = "a name that ends so is a directory's"
        elif not path.parent.is_dir():
            problem = f"there is no folder '{path.parent}'"
        elif not os.access(path.parent, os.W_OK):
            problem = "its folder cannot be written to"
        else:
            return path
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or str(error)
    raise OutputError(f"cannot write '{file}': {problem}")


def standard_output() -> TextIO:
    """Standard output, which raises OutputError if it is closed."""
    if sys.stdout is None:
        raise OutputError("cannot write: standard output is closed")
    return sys.stdout


def screen(stream: TextIO | None, color: str) -> formats.Screen:
    """What the stream can show, and what the environment asks for."""
    if stream is None:
        return formats.Screen()
    terminal = stream.isatty()
    environment = os.environ
    colored = color == "always"
    if color == "auto":
        unwanted = environment.get("NO_COLOR") or environment.get("TERM") in ("dumb", "unknown")
        forced = environment.get("FORCE_COLOR") not in (None, "", "0")
        colored = not unwanted and (terminal or forced)
    width = natural("COLUMNS")
    if width is None and terminal:
        with contextlib.suppress(OSError):
            width = os.get_terminal_size(stream.fileno()).columns or None
    try:
        "²·∂─".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return formats.Screen(width, colored, unicode=False)
    return formats.Screen(width, colored)


def natural(variable: str) -> int | None:
    """The number in a variable of the environment; None if it is not a number from 1 on."""
    text = os.environ.get(variable, "")
    return int(text) if re.fullmatch("0*[1-9][0-9]{0,4}", text, re.ASCII) else None


# --- a line for a person at a terminal ----------------------------------------------------------


def watched(stream: TextIO | None) -> TypeGuard[TextIO]:
    """Whether a person sees this stream, at a terminal that can move its cursor."""
    return stream is not None and stream.isatty() and os.environ.get("TERM") not in (None, "dumb")


@contextlib.contextmanager
def waiting(text: str) -> Iterator[None]:
    """Show the text on standard error until the work is done, and leave no trace of it."""
    stream = sys.stderr
    if not watched(stream):
        yield
        return
    try:
        stream.write(text)
        stream.flush()
        yield
    finally:
        stream.write("\r\x1b[K")  # clears the line
        stream.flush()
