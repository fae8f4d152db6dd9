"""How the whole command behaves towards a person and a script: stopped, and called again."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import subprocess
import sys
import termios
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Run


def test_control_c_stops_it_while_tensorflow_starts_and_leaves_the_terminal_as_it_was() -> None:
    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    with subprocess.Popen(
        [sys.executable, "-m", "tapecli", "diff"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm"},
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    ) as child:
        text = b""
        while b"..." not in text:
            text += os.read(ours, 4096)
        assert text == b"differentiating ..."
        time.sleep(0.3)  # until standard error is turned aside
        os.write(ours, b"\x03")
        assert child.wait(timeout=30) == 130
    after = termios.tcgetattr(theirs)
    os.close(theirs)
    with contextlib.suppress(OSError):  # how Linux says that the other end is closed
        while piece := os.read(ours, 4096):
            text += piece
    os.close(ours)
    assert text == b"differentiating ...^C\r\x1b[KError: interrupted\r\n"
    assert after == before


def test_the_same_call_has_the_same_answer_to_the_byte(process: Run) -> None:
    call = ("diff", "u = x*sin(y)", "v = u^2", "--wrt", "x", "--wrt", "y", "--x", "1", "--y", "2")
    claims = [("--claim", claim) for claim in ("sin(y)", "x*cos(y)", "2x*sin(y)^2", "3x*y")]
    rest = ("--method", "taylor", "--format", "json")
    one, other = (
        process(*call, *sum(claims, ()), *rest, env={"PYTHONHASHSEED": seed}) for seed in "12"
    )
    assert (one.code, one.err) == (1, "")
    assert one.out.count('"finding": "differs"') == 1
    assert one == other
