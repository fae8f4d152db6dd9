"""Ctrl-C at each step of something, one after the other, in a process that is for this alone.

What a trace function raises can leave Python itself in disorder.
"""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from tapecli import process

ROOT = Path(__file__).parent.parent


def in_a_process(program: str, *arguments: str) -> int:
    """Run a program that prints what `interrupted` returns; it must say nothing else."""
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return int(done.stdout)


def interrupted(call: Callable[[], object], files: Sequence[str], look: Callable[[], None]) -> int:
    """Interrupt a call at each step in the files of these names; how many there are.

    Args:
        call: what is done, again for each step.
        files: where the steps are.
        look: looks at what the interrupted call has left.
    """
    process.raise_on_signal()
    for step in itertools.count(1):
        process._first_signal = None
        _stop_at(step, tuple(f"/{name}" for name in files))
        try:
            call()
        except process.Signalled:
            sys.settrace(None)
            look()
        else:
            sys.settrace(None)
            assert process._first_signal is None, f"step {step} was passed over"
            break
    return step - 1


def _stop_at(step: int, files: tuple[str, ...]) -> None:
    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal step
        if not frame.f_code.co_filename.endswith(files):
            return None
        step -= 1
        if not step:
            sys.settrace(None)
            os.kill(os.getpid(), signal.SIGINT)
        return trace

    sys.settrace(trace)
