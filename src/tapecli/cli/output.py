"""Where a result goes: to standard output, or whole into a file."""

from __future__ import annotations

import contextlib
import io
import os
import re
import stat
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, TextIO

import click

from tapecli import formats
from tapecli.cli.parameters import FromEnvironment, OneOf
from tapecli.errors import OutputError, WriteError
from tapecli.formats import Screen

COLOR = ("auto", "always", "never")

OPTIONS = (
    click.option(
        "-o", "--output", "file", metavar="FILE", help="Write to a file, whole or not at all."
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
"""The options of every command that writes one."""


def format_of(
    name: str | None,
    output: str | None,
    choices: Mapping[str, formats.Format] = formats.FORMATS,
) -> formats.Format:
    """The format by its name, or else by the ending of the output file.

    Raises:
        OutputError: the ending says no format, or the format is not for the terminal that it
            would go to.
    """
    streamed = output is None or _is_standard_output(output)
    if name:
        format_ = choices[name]
        if format_.binary and streamed and sys.stdout is not None and sys.stdout.isatty():
            raise OutputError(f"{name} is not for a terminal; add --output slopes.{name}")
        return format_
    if output is None or streamed or _is_special(Path(output)):
        return choices["table"]
    return formats.of_ending(Path(output).suffix, choices)


def check(output: str | None) -> None:
    """Make sure that the file can be written, before anything is computed.

    Raises:
        OutputError: it is a directory, or its folder is missing or cannot be written.
    """
    if output is None or _is_standard_output(output):
        return
    if not output:
        raise OutputError("--output needs the name of a file")
    try:
        with contextlib.suppress(FileNotFoundError):
            os.stat(output)
        if _is_special(Path(output)):
            return
        path = Path(os.path.realpath(output))
        if path.is_dir():
            raise OutputError(f"cannot write '{output}': it is a directory")
        if output.endswith(os.sep):
            raise OutputError(f"cannot write '{output}': a name that ends so is a directory's")
        if not path.parent.is_dir():
            raise OutputError(f"cannot write '{output}': there is no folder '{path.parent}'")
        if not os.access(path.parent, os.W_OK):
            raise OutputError(f"cannot write '{output}': its folder cannot be written to")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise OutputError(f"cannot write '{output}': {reason}") from None


def write(shown: Any, format_: formats.Format, output: str | None, color: str) -> None:
    """Write a Result, or what a page shows.

    Raises:
        OutputError: standard output is closed.
        WriteError: it cannot be written; a file that was there before is as it was.
    """
    if output is None or _is_standard_output(output):
        if sys.stdout is None:
            raise OutputError("cannot write: standard output is closed")
        _to_stream(shown, format_, sys.stdout, color)
        return
    path = path_of(output)
    try:
        if path is None:
            with Path(output).open("w", encoding="utf-8") as stream:
                _to_stream(shown, format_, stream, color)
        elif format_.binary:
            _replace(path, lambda stream: stream.buffer.write(formats.encode(shown, format_)))
        else:
            _replace(
                path, lambda stream: stream.writelines(formats.render(shown, format_, Screen()))
            )
    except OSError as error:
        raise WriteError(f"cannot write '{output}': {error.strerror or error}") from error


def _to_stream(shown: Any, format_: formats.Format, stream: TextIO, color: str) -> None:
    if format_.binary:
        stream.buffer.write(formats.encode(shown, format_))
        stream.buffer.flush()
        return
    seen_on = screen(stream, color)
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    stream.writelines(formats.render(shown, format_, seen_on))
    stream.flush()


def screen(stream: TextIO, color: str) -> Screen:
    """What the stream can show, and what the environment asks for."""
    terminal = stream.isatty()
    environment = os.environ
    if color == "auto":
        plain = environment.get("NO_COLOR") or environment.get("TERM") in ("dumb", "unknown")
        forced = environment.get("FORCE_COLOR") not in (None, "", "0")
        colored = not plain and (terminal or forced)
    else:
        colored = color == "always"
    width = natural("COLUMNS")
    if width is None and terminal:
        with contextlib.suppress(OSError):
            width = os.get_terminal_size(stream.fileno()).columns or None
    return Screen(width, colored, _shows_unicode(stream))


def natural(variable: str) -> int | None:
    """A number from 1 on that is in the environment; None if there is none."""
    text = os.environ.get(variable, "")
    return int(text) if re.fullmatch("0*[1-9][0-9]{0,4}", text, re.ASCII) else None


def _shows_unicode(stream: TextIO) -> bool:
    try:
        "²·∂─".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def path_of(output: str) -> Path | None:
    """Where a file will be; None if this is standard output, a device or a pipe."""
    if _is_standard_output(output) or _is_special(Path(output)):
        return None
    return Path(os.path.realpath(output))


def binary(output: str | None, closing: contextlib.ExitStack) -> IO[bytes]:
    """Standard output, or a device or pipe, for bytes.

    Raises:
        OutputError: it is closed or cannot be opened.
    """
    if output is None or _is_standard_output(output):
        if sys.stdout is None:
            raise OutputError("cannot write: standard output is closed")
        return sys.stdout.buffer
    try:
        return closing.enter_context(Path(output).open("wb"))
    except OSError as error:
        raise OutputError(f"cannot write '{output}': {error.strerror or error}") from error


def _is_standard_output(output: str) -> bool:
    """Whether this is another name of the stream: it is written to, and never replaced."""
    return output in ("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")


def _is_special(path: Path) -> bool:
    """Whether this is there and is no regular file: a device or a pipe, never to be replaced."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _replace(path: Path, put: Callable[[io.TextIOWrapper], object]) -> None:
    """Put what is wanted into a new file beside the old one, whose place it takes when complete.

    A context manager would not do: Ctrl-C can come between its own lines and the block.
    """
    new = path.with_name(f".tapecli.{os.urandom(8).hex()}")  # known before it is there
    try:
        with open(new, "x", encoding="utf-8", opener=_for_oneself) as stream:
            put(stream)
            stream.flush()
            os.fsync(stream.fileno())
        new.chmod(mode_of(path))
        new.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            new.unlink()
        raise


def _for_oneself(name: str, flags: int) -> int:
    return os.open(name, flags, mode=0o600)


def mode_of(path: Path) -> int:
    """The permissions of the file that is there, or those that a new file gets."""
    with contextlib.suppress(OSError):
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
