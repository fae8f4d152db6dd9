"""Commands, as a shell sees them: run as processes, timed, and heard."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TAPECLI = (sys.executable, "-m", "tapecli")

LONGEST = 300
"""Seconds after which a command is given up."""


class Failed(Exception):
    """A command that cannot be run here, or did not end as it should; the words say why."""


@dataclass(frozen=True)
class Process:
    """A command.

    Attributes:
        command: it, word by word.
        exits: the exit codes that it may end with.
        feed: another command, whose output it reads; without one there is nothing to read.
        output: the file that its standard output goes to, if anyone wants it.
        environment: what is added to the variables of this process.
    """

    command: Sequence[str]
    exits: Collection[int] = (0,)
    feed: Sequence[str] = ()
    output: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self) -> tuple[float, float]:
        """Run it once; its wall seconds, and the MiB of memory it had at most.

        Raises:
            Failed: it ended with another exit code, or took too long.
        """
        with tempfile.TemporaryDirectory() as folder:
            cost, log = Path(folder, "cost.json"), Path(folder, "log.txt")
            self._launch(cost, log)
            said = log.read_text("utf-8", "replace")
            if not cost.exists():
                raise Failed(f"'{self.command[0]}' cannot be run: {last_line(said)}")
            found = json.loads(cost.read_text("utf-8"))
        if found["code"] == -signal.SIGKILL:
            raise Failed(f"ended after {LONGEST} seconds, or for want of memory")
        if found["code"] not in self.exits:
            raise Failed(last_line(said) or f"the exit code was {found['code']}")
        return found["seconds"], found["mib"]

    def _launch(self, cost: Path, log: Path) -> None:
        command = [sys.executable, "-I", "-S", str(HERE / "launch.py"), str(cost), str(LONGEST)]
        with contextlib.ExitStack() as streams:
            source: Any = subprocess.DEVNULL
            if self.feed:
                source = streams.enter_context(
                    subprocess.Popen(self.feed, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
                ).stdout
            subprocess.run(
                [*command, *self.command],
                check=False,
                stdin=source,
                stdout=streams.enter_context((self.output or Path(os.devnull)).open("wb")),
                stderr=streams.enter_context(log.open("wb")),
                env={**_usual_environment(), **self.environment},
            )


def _usual_environment() -> dict[str, str]:
    """The variables of this process, but Python writes bytecode, as it does for most people."""
    return {name: x for name, x in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def said(command: Sequence[str]) -> dict[str, Any]:
    """The JSON that a program prints.

    Raises:
        Failed: it cannot be run, ended with an error, or took too long.
    """
    try:
        done = quietly(command)
    except subprocess.CalledProcessError as error:
        raise Failed(last_line(error.stderr) or str(error)) from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Failed(str(error)) from None
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def quietly(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a program that nobody watches; raises what `subprocess.run` does if it fails."""
    return subprocess.run(
        command,
        check=True,
        timeout=LONGEST,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


def last_line(log: str) -> str:
    """The last line that says what went wrong: an error's, or else the last of all."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith(("Error:", "ERROR:"))]
    return (errors or lines or [""])[-1]
