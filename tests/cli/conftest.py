"""Calling the command line: in this process, in a fresh one, and in one without TensorFlow."""

from __future__ import annotations

import contextlib
import fcntl
import io
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

CLEARED = (
    *("FORCE_COLOR", "NO_COLOR", "COLUMNS", "LINES", "TERM"),
    *("TAPECLI_FORMAT", "TAPECLI_DTYPE", "TAPECLI_COLOR", "TAPECLI_CORE", "TAPECLI_EXECUTION"),
    "TAPECLI_SCHEDULER",
    *("PYTHONIOENCODING", "PYTHONUTF8", "LC_ALL", "TF_CPP_MIN_LOG_LEVEL"),
)

WITHOUT_TENSORFLOW = """
import sys

import numpy as np

from tapecli.evaluation import answering
from tapecli.engines.tapes import loading
from tapecli.cli import main
from tapecli.result import Check, Formula, Status


def computed(self, **rest):
    xs = [self.points.at(place)[self.points.names[0]] for place in range(len(self.points))]
    values = [2 / x for x in xs]
    checks = {place: Check(value, 0, Status.OK) for place, value in enumerate(values)}
    by_all = [np.array(values)], [checks], [Formula("2/x", "")]
    columns, checks, formulas = ([of_one * len(self.derivatives)] for of_one in by_all)
    analysis = answering.Analysis((), None, (), formulas, [None])
    return answering.Computed(answering.Values(columns, "", "2.21.0"), checks, analysis)


loading.load = lambda **options: None
answering.computed = computed
main(sys.argv[1:])
"""
"""The real command line in all but the computation, which takes TensorFlow's 3 s to start."""

EACH_IN_TURN = """
import contextlib, io, json, sys

HEAVY = {"tensorflow", "sympy", "flint", "numpy"}


def stream():
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)


from tapecli import process
from tapecli.cli import execute

answers = []
for arguments in json.loads(sys.argv[1]):
    before, out, err = set(sys.modules), stream(), stream()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = execute(arguments)
    process.kill_forked()
    texts = [bytes(text.buffer.getvalue()).decode() for text in (out, err)]
    answers.append([code, *texts, sorted(HEAVY & (set(sys.modules) - before))])
print(json.dumps(answers))
"""
"""Several calls in one fresh process, with what each of them has imported."""


@dataclass(frozen=True)
class Done:
    """Options a call has ended; `loaded` are the heavy libraries that it has imported, and `raw`
    its standard output, undecoded.
    """

    code: int
    out: str
    err: str
    loaded: list[str] = field(default_factory=list)
    raw: bytes = b""

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Run = Callable[..., Done]
RunAll = Callable[[Sequence[Sequence[str]]], list[Done]]


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def plain_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting from outside, and a folder of its own for each test."""
    for name in CLEARED:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def run() -> Run:
    """Call the command line in this process, in which TensorFlow starts but once."""
    from tapecli.cli import execute

    def call(
        *arguments: str, stdin: str = "", terminal: bool = False, encoding: str = "utf-8"
    ) -> Done:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2))
        given = _standard_input(_Terminal() if terminal else io.StringIO(stdin))
        with given, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = execute(arguments)
        return Done(code, _written(out), _written(err), raw=_bytes(out))

    return call


def in_folder(path: Path = Path()) -> list[str]:
    """The names of what is in a folder."""
    return sorted(entry.name for entry in path.iterdir())


@contextlib.contextmanager
def _standard_input(stream: io.StringIO) -> Iterator[None]:
    kept, sys.stdin = sys.stdin, stream
    try:
        yield
    finally:
        sys.stdin = kept


def _bytes(stream: io.TextIOWrapper) -> bytes:
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue()


def _written(stream: io.TextIOWrapper) -> str:
    return _bytes(stream).decode(errors="replace")


@pytest.fixture(scope="session")
def process() -> Run:
    """Call the command line as users do, in a process of its own."""
    return _process(["-m", "tapecli"])


@pytest.fixture(scope="session")
def light() -> Run:
    """Call the command line with the values of log(x^2) put in for TensorFlow's, to be quick."""
    return _process(["-c", WITHOUT_TENSORFLOW])


def _process(program: Sequence[str]) -> Run:
    def call(
        *arguments: str,
        shell: str = "",
        env: Mapping[str, str] | None = None,
        stdout: int = subprocess.PIPE,
    ) -> Done:
        command = [sys.executable, *program, *arguments]
        if shell:
            command = ["sh", "-c", shell, "sh", *command]
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            env={**os.environ, **(env or {})},
            timeout=60,
            check=False,
        )
        return Done(done.returncode, (done.stdout or b"").decode(), done.stderr.decode())

    return call


@pytest.fixture(scope="session")
def in_terminal() -> Run:
    """The light command line in a terminal of some columns; only standard error is a pipe."""

    def call(columns: int, *arguments: str) -> Done:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 25, columns, 0, 0))
        with subprocess.Popen(
            [sys.executable, "-c", WITHOUT_TENSORFLOW, *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=subprocess.PIPE,
            env={"TERM": "xterm", **os.environ},
        ) as child:
            os.close(theirs)
            out = b"".join(_until_closed(ours))
            assert child.stderr
            err = child.stderr.read()
            code = child.wait(timeout=30)
        os.close(ours)
        return Done(code, out.decode().replace("\r\n", "\n"), err.decode())

    return call


def _until_closed(descriptor: int) -> Iterator[bytes]:
    with contextlib.suppress(OSError):  # how Linux says that the other end is closed
        while piece := os.read(descriptor, 65536):
            yield piece


@pytest.fixture(scope="session")
def run_all() -> RunAll:
    """Make several calls in one fresh process, and see what each of them imports."""

    def call(several: Sequence[Sequence[str]]) -> list[Done]:
        command = [sys.executable, "-c", EACH_IN_TURN, json.dumps([list(each) for each in several])]
        done = subprocess.run(command, capture_output=True, check=True, timeout=60)
        return [Done(*answer) for answer in json.loads(done.stdout)]

    return call
