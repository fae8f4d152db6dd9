"""The bar: for a person at a terminal, and gone when the work is done."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import struct
import sys
import termios
from collections.abc import Callable, Iterator

import pytest

from tapecli.cli.progress import bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


Screen = Callable[[], str]


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Screen]:
    """A terminal of 80 columns as standard error; what has been written to it."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 25, 80, 0, 0))
    monkeypatch.setenv("TERM", "xterm")
    with os.fdopen(theirs, "w", encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        yield lambda: os.read(ours, 1_000_000).decode()
    os.close(ours)


def test_it_shows_what_is_done_and_goes(screen: Screen) -> None:
    with bar("checking") as progress:
        progress(3, 12, "[bold]sin(x)")
    text = screen()
    assert "checking" in text
    assert "starting TensorFlow" in text
    assert " 3/12" in text
    assert "[bold]sin(x)" in text
    assert text.endswith("\r\x1b[1A\x1b[2K")


def test_it_goes_when_the_work_is_interrupted(screen: Screen) -> None:
    with pytest.raises(KeyboardInterrupt), bar("checking"):
        raise KeyboardInterrupt
    assert screen().endswith("\r\x1b[1A\x1b[2K")


@pytest.mark.parametrize(("color", "colored"), [("auto", True), ("never", False)])
def test_it_has_colours_unless_there_are_to_be_none(
    screen: Screen, color: str, colored: bool
) -> None:
    with bar("checking", color) as progress:
        progress(3, 12, "sin(x)")
    assert ("\x1b[32m" in screen()) is colored


def test_it_honours_no_color(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    with bar("checking") as progress:
        progress(3, 12, "sin(x)")
    assert "\x1b[32m" not in screen()


def test_it_is_written_past_a_descriptor_that_is_turned_aside(
    monkeypatch: pytest.MonkeyPatch, screen: Screen, tmp_path: object
) -> None:
    """As TensorFlow's start turns it: the log must not have the bar in it."""
    kept = os.dup(sys.stderr.fileno())
    read, write = os.pipe()
    with bar("checking") as progress:
        os.dup2(write, sys.stderr.fileno())
        progress(3, 12, "meanwhile")
        os.dup2(kept, sys.stderr.fileno())
    os.close(write)
    assert os.read(read, 1000) == b""
    assert "meanwhile" in screen()
    os.close(read)
    os.close(kept)


def test_other_output_is_left_alone(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    stream = sys.stderr
    with bar("checking"):
        assert (sys.stdout, sys.stderr) == (out, stream)


@pytest.mark.parametrize(("terminal", "term"), [(True, "dumb"), (True, None), (False, "xterm")])
def test_without_a_terminal_there_is_none(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, term: str | None
) -> None:
    stream = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    if term:
        monkeypatch.setenv("TERM", term)
    with bar("checking") as progress:
        progress(1, 2, "sin(x)")
    assert stream.getvalue() == ""


def test_a_terminal_that_is_no_file_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    with bar("checking") as progress:
        progress(1, 2, "sin(x)")
    assert "checking" in stream.getvalue()


def test_a_closed_standard_error_is_no_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    with bar("checking") as progress:
        progress(1, 2, "sin(x)")
