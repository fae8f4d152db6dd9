"""`make fuzz`: look for inputs that tapecli must not be given, and is.

    python -m tests.fuzz --seconds 300            all targets, several at once, in so long a time
    python -m tests.fuzz --target grids --grow    one; what runs new code goes to the corpus
    python -m tests.fuzz --replay FILE...         run files again, by the target of their folder

Each target runs in a process of its own, and what crashes or hangs it is kept as well. What is
found stands in build/fuzz/TARGET/; a finding is told once a fresh process has confirmed it.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import math
import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz import engines
from tests.fuzz.record import Record

ROOT = Path(__file__).parent.parent.parent
BUILD = ROOT / "build" / "fuzz"
SECONDS = 300.0
HANGING = 180.0
"""Seconds without a new input after which a process hangs: what is slow is stopped before, after
`ENDLESS` seconds of a processor, of which a busy machine may give it a ninth."""
STARTING = 180.0
"""Seconds beyond its time that a process may take in all."""
LEAST = 6.0
"""Seconds that are left for looking, however long it took to begin."""
ATTEMPTS = 3
"""Fresh processes in each of which an input must be slow."""
LEAVING = 5.0
"""Seconds that a process which has run all its inputs may take to end. Then it is killed, and that
is no finding: a library may wait for its own threads for ever when the process ends."""
AGAIN = 120.0
"""Seconds in which a finding is to be confirmed."""
NAMES = ("expressions", "notations", "grids", "files", "requests", "calls", "values", "times")


@dataclass
class Summary:
    """What came of one target."""

    name: str
    runs: int
    new: int
    known: int
    slowest: float
    findings: list[str]

    def __str__(self) -> str:
        return (
            f"{self.name:<12} {self.runs:>9,} runs  {self.new:>+6,} to {self.known:,} "
            f"{'branches' if engines.has_atheris() else 'lines'}  "
            f"slowest {self.slowest:.2f} s  {len(self.findings)} findings"
        )


def main() -> int:
    """The exit code: 1 if anything was found."""
    asked = _asked()
    if asked.replay:
        return min(1, engines.replay([path.resolve() for path in asked.replay]))
    names = [asked.target] if asked.target else list(NAMES)
    engine = "atheris" if engines.has_atheris() else "mutation guided by lines"
    print(f"{engine}, {asked.seconds:g} s, seed {asked.seed}", flush=True)
    end = time.monotonic() + asked.seconds
    engines.ready()
    failed = False
    rounds = [math.ceil(count / asked.jobs) for count in range(len(names), 0, -1)]
    fuzzed = functools.partial(_fuzzed_until, end, most=asked.runs, seed=asked.seed)
    with ProcessPoolExecutor(asked.jobs, multiprocessing.get_context("fork")) as pool:
        for summary in pool.map(fuzzed, names, rounds):
            print(summary, flush=True)
            for finding in summary.findings:
                print(finding, flush=True)
            failed |= bool(summary.findings)
            if asked.grow:
                _grown(summary.name)
    return int(failed)


def _asked() -> argparse.Namespace:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("tests.fuzz", description=__doc__, formatter_class=raw)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--target", choices=NAMES)
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="targets at once")
    parser.add_argument("--runs", type=int, default=0, help="no more inputs than so many a target")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 2**31)
    parser.add_argument("--grow", action="store_true", help="put what runs new code in the corpus")
    parser.add_argument("--replay", type=Path, nargs="+", metavar="FILE")
    return parser.parse_args()


def _fuzzed_until(end: float, name: str, rounds: int, most: int, seed: int) -> Summary:
    """Run one target for its share of the time until `end`, in which there are so many rounds."""
    return _fuzzed(name, max(end - time.monotonic(), LEAST) / rounds, most, seed)


def _fuzzed(name: str, seconds: float, most: int, seed: int) -> Summary:
    """Run one target in processes of its own until its time is over."""
    folder = BUILD / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    record, end = Record(folder / "record"), time.monotonic() + seconds
    while (left := end - time.monotonic()) > 1:
        work = functools.partial(engines.run, name, left, most, seed, folder)
        child = _forked(work, folder / "log")
        if not (ended := _watched(child, record, left, folder / "log")):
            break
        digest = hashlib.sha256(record.data).hexdigest()[:8]
        (folder / f"{ended}-{digest}").write_bytes(record.data)
        seed += 1
    log = (folder / "log").read_text("utf-8", "replace")
    counts = [int(count) for count in re.findall(r"^#.* cov: (\d+)", log, re.MULTILINE)] or [0]
    findings = [told for path in _kept(folder) if (told := _often_confirmed(path))]
    return Summary(name, record.runs, counts[-1] - counts[0], counts[-1], record.slowest, findings)


def _grown(name: str) -> None:
    """Put what was kept into the corpus, made smaller; in a process that atheris does not see."""
    program = "from tests.fuzz import engines; engines.grow(*__import__('sys').argv[1:])"
    subprocess.run([sys.executable, "-c", program, name, str(BUILD / name)], cwd=ROOT, check=True)


def _forked(work: Callable[[], object], log: Path) -> int:
    """A process of its own that does the work, and writes to the log."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        os.dup2(written, 1)
        os.dup2(written, 2)
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _watched(child: int, record: Record, seconds: float, log: Path) -> str:
    """How a process ended: "" as it should, or "crash" or "hang"."""
    started = moved = time.monotonic()
    runs = record.runs
    while not (ended := os.waitpid(child, os.WNOHANG))[0]:
        time.sleep(0.1)
        now = time.monotonic()
        if record.runs != runs:
            runs, moved = record.runs, now
        has_run_all = now - moved > LEAVING and _has_run_all(log)
        if has_run_all or now - moved > HANGING or now - started > seconds + STARTING:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return "" if has_run_all else "hang"
    return "crash" if ended[1] else ""


def _has_run_all(log: Path) -> bool:
    """Whether the last line of the log says that there is nothing left to run."""
    last = log.read_text("utf-8", "replace").rstrip().rpartition("\n")[2]
    return last.startswith(("Done ", "#0 DONE"))


def _kept(folder: Path) -> list[Path]:
    """The files of findings."""
    return sorted(path for path in folder.glob("*-????????") if path.is_file())


def _often_confirmed(path: Path) -> str:
    """As `_confirmed`; what is slow has to be so each time, for the machine may be busy."""
    attempts = ATTEMPTS if path.name.startswith("slow") else 1
    told = ""
    for _ in range(attempts):
        told = _confirmed(path)
        if not told:
            break
    return told


def _confirmed(path: Path) -> str:
    """What a fresh process, without any engine, says of a finding; "" if it sees none."""
    command = [sys.executable, "-m", "tests.fuzz", "--replay", str(path)]
    again = f"\n  again: python -m tests.fuzz --replay {path.relative_to(ROOT)}"
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=AGAIN,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"  {path.name}: hangs{again}"
    if done.returncode == 0 and not path.name.startswith(("crash", "hang")):
        path.unlink()
        return ""
    said = (done.stdout + done.stderr[-2_000:]).strip().replace("\n", "\n    ")
    return f"  {path.name}: exit code {done.returncode}\n    {said}{again}"


if __name__ == "__main__":
    sys.exit(main())
