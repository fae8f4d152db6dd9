"""What a person at a terminal sees while something takes its time: gone when the work is done."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import pty
import select
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator

import pytest

from tapecli.cli.output import waiting
from tapecli.cli.progress import bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


Shown = Callable[[], str]


@contextlib.contextmanager
def terminal() -> Iterator[Shown]:
    """A terminal of 80 columns as standard error; what has been written to it."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 25, 80, 0, 0))

    def shown() -> str:
        written = b""
        while select.select([ours], [], [], 0.3)[0]:
            written += os.read(ours, 1_000_000)
        return written.decode()

    with os.fdopen(theirs, "w", encoding="utf-8") as stream, contextlib.redirect_stderr(stream):
        yield shown
    os.close(ours)


@pytest.fixture(autouse=True)
def xterm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")


def test_it_shows_what_is_done_and_goes() -> None:
    with terminal() as shown:
        with bar("checking") as progress:
            progress(3, 12, "[bold]sin(x)")
        text = shown()
    assert "checking" in text
    assert "starting TensorFlow" in text
    assert " 3/12" in text
    assert "[bold]sin(x)" in text
    assert text.endswith("\r\x1b[1A\x1b[2K")


def test_it_goes_when_the_work_is_interrupted() -> None:
    with terminal() as shown:
        with pytest.raises(KeyboardInterrupt), bar("checking"):
            raise KeyboardInterrupt
        assert shown().endswith("\r\x1b[1A\x1b[2K")


@pytest.mark.parametrize(
    ("color", "no_color", "colored"),
    [("auto", "", True), ("never", "", False), ("auto", "1", False)],
)
def test_it_has_colours_unless_there_are_to_be_none(
    monkeypatch: pytest.MonkeyPatch, color: str, no_color: str, colored: bool
) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)
    with terminal() as shown:
        with bar("checking", color) as progress:
            progress(3, 12, "sin(x)")
        assert ("\x1b[32m" in shown()) is colored


def test_it_is_written_past_a_descriptor_that_is_turned_aside() -> None:
    """As TensorFlow's start turns it: the log must not have the bar in it."""
    with terminal() as shown, tempfile.TemporaryFile() as log:
        kept = os.dup(sys.stderr.fileno())
        with bar("checking") as progress:
            os.dup2(log.fileno(), sys.stderr.fileno())
            progress(3, 12, "meanwhile")
            time.sleep(0.3)  # until it is drawn again
            os.dup2(kept, sys.stderr.fileno())
        os.close(kept)
        assert log.tell() == 0
        assert "meanwhile" in shown()


def test_other_output_is_left_alone() -> None:
    with terminal():
        before = sys.stdout, sys.stderr
        with bar("checking"):
            assert (sys.stdout, sys.stderr) == before


@pytest.mark.parametrize(("is_terminal", "term"), [(True, "dumb"), (True, None), (False, "xterm")])
def test_without_a_terminal_there_is_none(
    monkeypatch: pytest.MonkeyPatch, is_terminal: bool, term: str | None
) -> None:
    stream = Terminal() if is_terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.delenv("TERM")
    if term:
        monkeypatch.setenv("TERM", term)
    with bar("checking") as progress:
        progress(1, 2, "sin(x)")
    assert stream.getvalue() == ""


def test_a_terminal_that_is_no_file_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with bar("checking") as progress:
        progress(1, 2, "sin(x)")
    assert "checking" in stream.getvalue()


def test_a_closed_standard_error_is_no_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    with bar("checking") as progress:
        progress(1, 2, "sin(x)")


# --- a line of text ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("is_terminal", "term", "shown"),
    [(True, "xterm", "wait\r\x1b[K"), (True, "dumb", ""), (True, None, ""), (False, "xterm", "")],
)
def test_a_line_is_for_a_person_at_a_terminal(
    monkeypatch: pytest.MonkeyPatch, is_terminal: bool, term: str | None, shown: str
) -> None:
    stream = Terminal() if is_terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.delenv("TERM", raising=False)
    if term:
        monkeypatch.setenv("TERM", term)
    with waiting("wait"):
        pass
    assert stream.getvalue() == shown


def test_a_line_goes_when_the_work_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with pytest.raises(ZeroDivisionError), waiting("wait"):
        raise ZeroDivisionError
    assert stream.getvalue().endswith("\x1b[K")


def test_there_is_no_line_where_standard_error_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    with waiting("wait"):
        pass
