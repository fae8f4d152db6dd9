"""Where a result goes, to standard output or whole into a file; and what stands there meanwhile."""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, TextIO, TypeGuard

import click

from tapecli import formats
from tapecli.cli import files
from tapecli.cli.completion import candidates
from tapecli.cli.parameters import FromEnvironment, OneOf
from tapecli.errors import OutputError, WriteError
from tapecli.formats import Screen

COLOR = ("auto", "always", "never")

OPTIONS = (
    click.option(
        "-o",
        "--output",
        "file",
        metavar="FILE",
        shell_complete=candidates.files,
        help="Write to a file, whole or not at all.",
    ),
    click.option(
        "--color",
        cls=FromEnvironment,
        type=OneOf(COLOR),
        default="auto",
        show_default=True,
        envvar="TAPECLI_COLOR",
        help="Colours in a table.",
    ),
)
"""The options of every command that writes something."""


def choose_format(
    name: str | None,
    output: str | None,
    choices: Mapping[str, formats.Format] = formats.FORMATS,
) -> formats.Format:
    """Choose the format, and make sure that it can be written, before anything is computed.

    Without a name it is the one that the ending of the file means; on standard output, the first.

    Raises:
        OutputError: the file cannot be written, no format has the ending, or the format is not
            for the terminal that it would go to, or needs a library that is not installed.
    """
    check(output)
    if name:
        format_ = choices[name]
        terminal = sys.stdout is not None and sys.stdout.isatty()
        if format_.binary and terminal and files.is_standard_output(output):
            raise OutputError(f"{name} is not for a terminal; add --output slopes.{name}")
    elif output is None or files.path_of(output) is None:
        format_ = next(iter(choices.values()))
    else:
        format_ = formats.of_ending(Path(output).suffix, choices)
    formats.require_library(format_)
    return format_


def check(output: str | None) -> None:
    """Make sure that the file can be written, before anything is computed.

    Raises:
        OutputError: it is a directory, or its folder is missing or cannot be written.
    """
    if output is None or files.is_standard_output(output):
        return
    if not output:
        raise OutputError("--output needs the name of a file")
    problem = ""
    try:
        with contextlib.suppress(FileNotFoundError):
            os.stat(output)
        path = files.path_of(output)
        if path is None:
            return
        if path.is_dir():
            problem = "it is a directory"
        elif output.endswith(os.sep):
            problem = "a name that ends so is a directory's"
        elif not path.parent.is_dir():
            problem = f"there is no folder '{path.parent}'"
        elif not os.access(path.parent, os.W_OK):
            problem = "its folder cannot be written to"
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or str(error)
    if problem:
        raise OutputError(f"cannot write '{output}': {problem}")


def write(content: Any, format_: formats.Format, output: str | None, color: str) -> None:
    """Write a Result, or what a command shows instead of one; its color is one of `COLOR`.

    Raises:
        OutputError: standard output is closed.
        WriteError: it cannot be written; a file that was there before is as it was.
    """
    if output is None or files.is_standard_output(output):
        stream = standard_output()
        _to_stream(stream, content, format_, screen(stream, color))
        return
    path = files.path_of(output)
    try:
        if path is None:
            with Path(output).open("w", encoding="utf-8") as stream:
                _to_stream(stream, content, format_, screen(stream, color))
        else:
            files.replace(path, lambda stream: _to_stream(stream, content, format_, Screen()))
    except OSError as error:
        raise WriteError(f"cannot write '{output}': {error.strerror or error}") from error


def _to_stream(stream: TextIO, content: Any, format_: formats.Format, screen: Screen) -> None:
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    if format_.binary:
        stream.buffer.write(formats.encode(content, format_))
    else:
        stream.writelines(formats.render(content, format_, screen))
    stream.flush()


def standard_output() -> TextIO:
    """Standard output, which raises OutputError if it is closed."""
    if sys.stdout is None:
        raise OutputError("cannot write: standard output is closed")
    return sys.stdout


def open_binary(output: str | None, closing: contextlib.ExitStack) -> IO[bytes]:
    """Open standard output, or a device or pipe, which `closing` will close, for bytes.

    Raises:
        OutputError: it is closed or cannot be opened.
    """
    if output is None or files.is_standard_output(output):
        return standard_output().buffer
    try:
        return closing.enter_context(Path(output).open("wb"))
    except OSError as error:
        raise OutputError(f"cannot write '{output}': {error.strerror or error}") from error


def screen(stream: TextIO, color: str) -> Screen:
    """What the stream can show, and what the environment asks for."""
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
    return Screen(width, colored, _shows_unicode(stream))


def natural(variable: str) -> int | None:
    """The number in a variable of the environment; None if it is not a number from 1 on."""
    text = os.environ.get(variable, "")
    return int(text) if re.fullmatch("0*[1-9][0-9]{0,4}", text, re.ASCII) else None


def _shows_unicode(stream: TextIO) -> bool:
    try:
        "²·∂─".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


# --- a line for a person at a terminal ----------------------------------------------------------

_CLEAR_LINE = "\r\x1b[K"


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
        stream.write(_CLEAR_LINE)
        stream.flush()
