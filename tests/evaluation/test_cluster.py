"""A Dask cluster: the same file whoever computes it, and one line whatever becomes of it."""

from __future__ import annotations

import importlib.util
import os
import pickle
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tapecli.errors import ClusterError, RequestError
from tapecli.evaluation import cluster
from tapecli.evaluation.workers import AHEAD

LONG = ("diff", "log(x^2)", "--method", "taylor", "--verify", "sample", "--x", "1..4@1000001")
"""123 chunks, for which TensorFlow is not needed."""

ENDLESS = (*LONG[:-1], "1..4@100000000")

WAIT = 60
"""Seconds in which a call ends on a busy machine."""

SCHEDULER = """
import sys
sys.modules["tapecli"] = None
from distributed.cli.dask_scheduler import main
main()
"""
"""A scheduler that has no tapecli, for it only hands on what workers read."""

WORKER = "from distributed.cli.dask_worker import main; main()"

WRONG_VERSION = f"""
import importlib.metadata as metadata
version = metadata.version
metadata.version = lambda name: "0.0.1" if name == "tapecli" else version(name)
{WORKER}
"""
NO_TAPECLI = f"import sys; sys.modules['tapecli'] = None; {WORKER}"

IMPATIENT = """
from tapecli.cli import main
from tapecli.evaluation import cluster
cluster.CONNECTING = 1
main()
"""

SAVING = """
from tapecli.cli import main, resume
resume.SAVED_EVERY = 0
main()
"""
"""The command line, which saves after each chunk how far it is."""

FROM_PYTHON = """
import sys, tapecli
settings = {"workers": 2} if sys.argv[1] == "workers" else {"scheduler": sys.argv[1]}
parts = list(tapecli.parts("log(x^2)", x=[1, 2, 4], method="taylor", **settings))
print(parts[0].tape.tolist(), len(parts))
many = tapecli.parts("x^2", x="1..200000", method="taylor", verify="none", **settings)
print(sum(part.tape.sum() for part in many))
"""
"""A script without a guard for `__main__`."""

DEADLY = """
import os, sys
from tapecli.errors import ClusterError
from tapecli.evaluation.cluster import cluster
try:
    with cluster(workers=2) as workers:
        list(workers.each(os._exit, [1]))
except ClusterError as error:
    print(error)
"""


class Process(subprocess.Popen[bytes]):
    """A Python process in a folder, whose output goes to a file there."""

    def __init__(self, folder: Path, *arguments: str, **environment: str) -> None:
        self.folder = folder
        self._log = folder / f"{time.monotonic_ns()}.log"
        with self._log.open("wb") as log:
            super().__init__(
                [sys.executable, *arguments],
                cwd=folder,
                env=os.environ | environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    @property
    def log(self) -> str:
        return self._log.read_text("utf-8")

    def find(self, pattern: str) -> str:
        """Wait until its output has the pattern, and return its first group."""
        wait_until(lambda: self.poll() is not None or re.search(pattern, self.log))
        match = re.search(pattern, self.log)
        assert match, self.log
        return match[1]


class Processes:
    """Starts processes in a folder, and kills them at the end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._started: list[Process] = []

    def python(self, *arguments: str, **environment: str) -> Process:
        """A Python process, with what its environment has in addition."""
        self._started.append(Process(self.folder, *arguments, **environment))
        return self._started[-1]

    def tapecli(self, *arguments: str, **environment: str) -> Process:
        return self.python("-m", "tapecli", *arguments, **environment)

    def scheduler(self) -> tuple[Process, str]:
        """A scheduler on the loopback interface, and its address."""
        options = ("--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0")
        scheduler = self.python("-c", SCHEDULER, *options)
        return scheduler, scheduler.find(r"Scheduler at: +(tcp://\S+)")

    def worker(self, scheduler: str, program: str = WORKER, threads: int = 1) -> Process:
        """A worker of this scheduler."""
        options = ("--no-nanny", "--no-dashboard", "--host", "127.0.0.1", "--memory-limit", "0")
        folder = ("--local-directory", str(self.folder))
        worker = self.python(
            "-c", program, scheduler, *options, *folder, "--nthreads", str(threads)
        )
        worker.find("(Registered to)")
        return worker

    def end(self) -> None:
        for process in self._started:
            process.kill()
            process.wait()


def address(worker: Process) -> str:
    return worker.find(r"Start worker at: +(tcp://\S+)")


def wait_until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def wait_until_some_is_written(call: Process, name: str, can_be_resumed: bool = False) -> None:
    """Wait until a call has begun a file, or has saved how far it is."""
    pattern = "state*" if can_be_resumed else "*"
    folder = call.folder / f".{name}.partial"
    wait_until(lambda: call.poll() is not None or any(folder.glob(pattern)))
    assert call.poll() is None, call.log


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    started = Processes(tmp_path)
    yield started
    started.end()


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a scheduler with two workers, one of which has three threads."""
    started = Processes(tmp_path_factory.mktemp("cluster"))
    try:
        _, address = started.scheduler()
        for threads in (1, 3):
            started.worker(address, threads=threads)
        yield address
    finally:
        started.end()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of one process."""
    path = tmp_path_factory.mktemp("whole") / "y.npy"
    assert Process(path.parent, "-m", "tapecli", *LONG, "-o", str(path), "-j", "1").wait(WAIT) == 0
    return path.read_bytes()


@pytest.mark.parametrize("who", ["scheduler", "workers"])
def test_the_file_is_that_of_one_process(
    scheduler: str, whole: bytes, processes: Processes, who: str
) -> None:
    names = {"TAPECLI_SCHEDULER": scheduler} if who == "scheduler" else {}
    options = ("--workers", "2") if who == "workers" else ()
    call = processes.tapecli(*LONG, "-o", "y.npy", *options, **names)
    assert (call.wait(WAIT), call.log) == (0, "")
    assert (processes.folder / "y.npy").read_bytes() == whole


@pytest.mark.slow
@pytest.mark.parametrize("name", ["y.npy", "y.csv", "y.parquet", "y.jsonl"])
def test_tapes_at_a_cluster_give_the_file_of_one_process(
    scheduler: str, processes: Processes, name: str
) -> None:
    path = processes.folder / "points.csv"
    rows = "".join(f"{n / 7},{n / 3}\n" for n in range(1, 300_000))
    path.write_text(f"x,y\n{rows}", "utf-8")
    call = ("grad", "x*y^2 + log(x)", "--at", f"@{path}", "--verify", "sample", "-o")
    calls = [
        processes.tapecli(*call, f"1-{name}", "--jobs", "1"),
        processes.tapecli(*call, f"2-{name}", "--scheduler", scheduler),
    ]
    assert [(call.wait(2 * WAIT), call.log) for call in calls] == [(0, ""), (0, "")]
    files = [(processes.folder / f"{number}-{name}").read_bytes() for number in (1, 2)]
    assert files[0] == files[1]


def test_few_points_are_computed_there_too(scheduler: str, processes: Processes) -> None:
    call = ("diff", "log(x^2)", "--method", "taylor", "--claim", "2/x")
    calls = [processes.tapecli(*call), processes.tapecli(*call, "--scheduler", scheduler)]
    assert [process.wait(WAIT) for process in calls] == [0, 0]
    assert calls[0].log == calls[1].log
    assert "the claim is right" in calls[0].log or "2/x" in calls[0].log


@pytest.mark.parametrize("who", ["scheduler", pytest.param("workers", marks=pytest.mark.slow)])
def test_parts_from_a_script(scheduler: str, processes: Processes, who: str) -> None:
    script = processes.folder / "script.py"
    script.write_text(FROM_PYTHON, "utf-8")
    call = processes.python(str(script), scheduler if who == "scheduler" else who)
    assert call.wait(WAIT) == 0
    assert call.log.splitlines() == ["[[[2.0, 1.0, 0.5]]] 1", str(200_000 * 200_001.0)]


def test_the_part_of_a_killed_worker_is_done_elsewhere(
    scheduler: str, whole: bytes, processes: Processes
) -> None:
    extra = processes.worker(scheduler)
    call = processes.tapecli(*LONG, "-o", "y.npy", "--scheduler", scheduler)
    wait_until_some_is_written(call, "y.npy")
    extra.kill()
    assert (call.wait(WAIT), call.log) == (0, "")
    assert (processes.folder / "y.npy").read_bytes() == whole


def test_a_part_that_kills_the_workers(processes: Processes) -> None:
    call = processes.python("-c", DEADLY)
    assert call.wait(WAIT) == 0
    assert re.fullmatch(r"the same part ended 2 workers, .*\n", call.log)


@pytest.mark.parametrize(
    ("program", "words"),
    [(WRONG_VERSION, "has tapecli 0.0.1, not tapecli"), (NO_TAPECLI, "has no tapecli")],
    ids=["other", "none"],
)
def test_workers_with_other_versions_are_refused(
    scheduler: str, processes: Processes, program: str, words: str
) -> None:
    worker = processes.worker(scheduler, program)
    call = processes.tapecli(*LONG, "-o", "y.npy", "--scheduler", scheduler)
    assert call.wait(WAIT) == 3
    assert call.log.startswith(f"Error: the worker '{address(worker)}' {words} ")
    assert call.log.count("\n") == 1
    assert not any(processes.folder.glob("*y.npy*"))
    worker.terminate()  # the scheduler knows at once that it is gone
    worker.wait(WAIT)


@pytest.mark.parametrize(
    "program",
    [WRONG_VERSION, pytest.param(NO_TAPECLI, marks=pytest.mark.slow)],
    ids=["other", "none"],
)
def test_workers_with_other_versions_may_come_later(
    scheduler: str, processes: Processes, program: str
) -> None:
    call = processes.python("-c", SAVING, *ENDLESS, "-o", "y.npy", "--scheduler", scheduler)
    wait_until_some_is_written(call, "y.npy", can_be_resumed=True)
    worker = processes.worker(scheduler, program)
    assert call.wait(WAIT) == 3
    assert f"'{address(worker)}' has" in call.log
    assert call.log.count("\n") == 1
    assert "with --resume it goes on there" in call.log
    worker.terminate()
    worker.wait(WAIT)


def test_a_lost_scheduler_ends_the_run_which_can_be_resumed(
    whole: bytes, processes: Processes
) -> None:
    lost, at = processes.scheduler()
    processes.worker(at)
    call = processes.python("-c", SAVING, *LONG, "-o", "y.npy", "--scheduler", at)
    wait_until_some_is_written(call, "y.npy", can_be_resumed=True)
    lost.kill()
    assert call.wait(WAIT) == 3
    assert re.fullmatch(
        rf"Error: the scheduler '{at}' is lost after [\d,]+ points; "
        "with --resume it goes on there\n",
        call.log,
    )
    call = processes.tapecli(*LONG, "-o", "y.npy", "--resume", "--jobs", "1")
    assert (call.wait(WAIT), call.log) == (0, "")
    assert (processes.folder / "y.npy").read_bytes() == whole


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the system shows no children")
@pytest.mark.parametrize(
    "number", [signal.SIGINT, pytest.param(signal.SIGKILL, marks=pytest.mark.slow)]
)
def test_no_worker_outlives_the_call(processes: Processes, number: int) -> None:
    call = processes.python("-c", SAVING, *ENDLESS, "-o", "y.npy", "--workers", "2")
    wait_until_some_is_written(call, "y.npy", can_be_resumed=True)
    workers = Path(f"/proc/{call.pid}/task/{call.pid}/children").read_text().split()
    assert len(workers) == 2
    call.send_signal(number)
    call.wait(WAIT)
    wait_until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
    if number == signal.SIGINT:
        assert call.returncode == 130
        assert re.fullmatch(r"Error: interrupted after .* points; with --resume.*\n", call.log)


def test_a_scheduler_that_is_not_there(processes: Processes) -> None:
    call = processes.python("-c", IMPATIENT, "diff", "--scheduler", "tcp://127.0.0.1:1")
    assert call.wait(WAIT) == 3
    assert call.log == "Error: no Dask scheduler answers at 'tcp://127.0.0.1:1'\n"


def test_a_server_that_says_nothing_is_not_waited_for(processes: Processes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        at = f"127.0.0.1:{server.getsockname()[1]}"
        call = processes.python("-c", IMPATIENT, "diff", "--scheduler", at)
        assert call.wait(WAIT) == 3
    assert call.log == f"Error: no Dask scheduler answers at '{at}'\n"


@pytest.mark.parametrize("at", ["", "nonsense", "http://host:80", "tcp://a b:1", "tcp://host"])
def test_what_is_no_address(at: str) -> None:
    with pytest.raises(RequestError, match="is no address of a scheduler, such as tcp://"):
        cluster.cluster(at).__enter__()


@pytest.mark.parametrize("workers", [0, -1, 257, 1.5, "2", True])
def test_what_is_no_number_of_workers(workers: Any) -> None:
    with pytest.raises(RequestError, match="'workers' must be a whole number from 1 to 256"):
        cluster.cluster(workers=workers).__enter__()


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(RequestError, match=r"pip install 'tapecli\[dask\]'"):
        cluster.cluster(workers=2).__enter__()


class FakeClient:
    """A client whose scheduler has some workers."""

    status = "running"
    scheduler: Any = SimpleNamespace(ncores=None)
    workers = 0

    def sync(self, method: object, callback_timeout: float) -> list[int]:
        return [1] * self.workers


def test_what_is_on_the_way_grows_and_shrinks_with_the_workers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cluster, "LOOK_EVERY", 0)
    client = FakeClient()
    executor = cluster._Executor(client, "tcp://a:1", ())
    numbers = []
    for client.workers in (0, 1, 5, 3):
        numbers.append(executor.ahead)
    assert numbers == [AHEAD, AHEAD, 5 * AHEAD, 3 * AHEAD]
    executor._size = cluster.BYTES_AHEAD + 1
    assert executor.ahead == 3
    monkeypatch.setattr(cluster, "WITHOUT_WORKERS", -1)
    client.workers = 0
    with pytest.raises(ClusterError, match="has had no workers for"):
        executor.look()


def test_more_than_one_wrong_worker_is_counted() -> None:
    answers = {f"tcp://a:{n}": {**cluster.versions(), "numpy": ""} for n in (2, 1, 3)}
    numpy = cluster.versions()["numpy"]
    expected = f"the worker 'tcp://a:1' has numpy missing, not numpy {numpy}; 2 more are wrong"
    with pytest.raises(ClusterError) as raised:
        cluster._refuse_others(answers)
    assert str(raised.value) == expected
    assert str(pickle.loads(pickle.dumps(raised.value))) == expected
