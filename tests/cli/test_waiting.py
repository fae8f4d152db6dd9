"""The line that is shown while there is nothing to show yet."""

from __future__ import annotations

import io
import sys

import pytest

from tapecli.cli.progress import waiting


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("terminal", "term", "shown"),
    [(True, "xterm", "wait\r\x1b[K"), (True, "dumb", ""), (True, None, ""), (False, "xterm", "")],
)
def test_it_is_for_a_person_at_a_terminal(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, term: str | None, shown: str
) -> None:
    stream = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.delenv("TERM", raising=False)
    if term:
        monkeypatch.setenv("TERM", term)
    with waiting("wait"):
        pass
    assert stream.getvalue() == shown


def test_it_goes_when_the_work_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    with pytest.raises(ZeroDivisionError), waiting("wait"):
        raise ZeroDivisionError
    assert stream.getvalue().endswith("\x1b[K")


def test_a_closed_standard_error_is_no_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    with waiting("wait"):
        pass
