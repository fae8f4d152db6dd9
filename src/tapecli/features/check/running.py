"""The check itself: every trial becomes a request like a user's, its verdicts a report."""

from __future__ import annotations

import contextlib
import json
import math
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from fractions import Fraction
from importlib.metadata import version
from typing import Any

from tapecli import defaults
from tapecli.engines.tapes import core, loading
from tapecli.engines.tapes.arrangements import device_named
from tapecli.errors import RequestError, clipped
from tapecli.evaluation import compute
from tapecli.evaluation.question import How, Where, prepare
from tapecli.features.check.defects import DEFECTS, MISSING, Defect
from tapecli.features.check.model import Cell, Core, Failure, KnownDefect, Report, Setting
from tapecli.features.check.plan import Trial, chosen, trials
from tapecli.floats import FORMATS
from tapecli.result import Block, Check, Result, Status

_NO_LIMIT = 1e9

_LONGEST_REASON = 300
"""Characters of an error of TensorFlow's that are shown."""

_COMPUTE = ("CPU", "GPU", "TPU")

Progress = Callable[[int, int, str], None]
"""Told how many trials are done, of how many, and which is next."""


def run(
    level: str = "default",
    seed: int = 0,
    functions: Collection[str] = (),
    dtypes: Collection[str] = (),
    executions: Collection[str] = (),
    devices: Collection[str] = (),
    progress: Progress = lambda done, total, what: None,
) -> Report:
    """Check TensorFlow.

    Args:
        level: quick, default or full.
        seed: of the random points.
        functions: check but these; all that the level has, if left out.
        dtypes: likewise.
        executions: likewise.
        devices: such as "cpu:0"; all that are present, if left out.
        progress: called before each trial is awaited.

    Raises:
        RequestError: there is no such level or device, or nothing to check.
        TensorFlowError: TensorFlow is missing or does not start.
    """
    part = chosen(level, functions, dtypes, executions)
    tf = loading.load()
    start = time.perf_counter()
    plan = list(trials(part, _devices(tf, devices)))
    with _compared(level) as core, _a_thread() as thread, loading.without_advice():
        progress(0, len(plan), "known defects")
        found = _Findings(thread.submit(_there, tf).result())
        pending = [thread.submit(_answered, trial, seed, part.points) for trial in plan]
        for done, (trial, answer) in enumerate(zip(plan, pending, strict=True)):
            progress(done, len(plan), " ".join(trial.case.targets))
            found.add(trial, answer.result())
        compared = core()
    progress(len(plan), len(plan), "")
    return Report(
        level,
        seed,
        _versions(tf),
        tuple(dict.fromkeys(trial.setting for trial in sorted(plan, key=_column))),
        found.cells,
        tuple(found.failures),
        tuple(found.known(defect) for defect in DEFECTS),
        sum(cell.values for cell in found.cells.values()),
        time.perf_counter() - start,
        compared,
    )


_COMPARE = (
    "import json; from tapecli.engines.tapes.core import differing; print(json.dumps(differing()))"
)


@contextlib.contextmanager
def _compared(level: str) -> Iterator[Callable[[], Core | None]]:
    """Compare the core, if it is in use, with the public API in a process beside this one.

    Gives what awaits the answer. The other process imports the public API first, and so finds
    what a name is for those who import TensorFlow themselves. The quick level has no time for it.
    """
    if level == "quick" or not core.alone():
        yield lambda: None
        return
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-c", _COMPARE]
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=quiet,
        encoding="utf-8",
        errors="replace",
    ) as child:
        try:
            yield lambda: _core(child)
        finally:
            child.kill()


def _core(child: subprocess.Popen[str]) -> Core:
    said, logged = child.communicate()
    names = len(core.ROWS)
    if child.returncode:
        problem = f"importing it ends with exit code {child.returncode}"
        reason = clipped("".join(logged.splitlines()[-1:]), _LONGEST_REASON)
        return Core(names, problem=f"{problem}: {reason}" if reason else problem)
    return Core(names, tuple(json.loads(said)))


@contextlib.contextmanager
def _a_thread() -> Iterator[ThreadPoolExecutor]:
    """A thread for TensorFlow, so that this one hears of an interrupt at once.

    In TensorFlow's own code an interrupt may be late, or lost. More threads than one take as long,
    for most of the work is Python's.
    """
    pool = ThreadPoolExecutor(1)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _there(tf: Any) -> list[Defect]:
    """The known defects that this TensorFlow has."""
    return [defect for defect in DEFECTS if _is_there(tf, defect)]


def _is_there(tf: Any, defect: Defect) -> bool:
    """Whether this TensorFlow has a known defect."""
    try:
        return bool(defect.shows(tf))
    except Exception:  # a program that does not run shows no cure
        return True


def _devices(tf: Any, asked: Collection[str]) -> list[str]:
    """The devices that were asked for, or all that compute."""
    present = [d.name for d in tf.config.list_logical_devices() if d.device_type in _COMPUTE]
    full = [device_named(tf, name) for name in asked] or present
    return [name.removeprefix("/device:").lower() for name in dict.fromkeys(full)]


def _column(trial: Trial) -> tuple[str, int, int]:
    executions = (*defaults.EXECUTIONS, defaults.TAYLOR)
    setting = trial.setting
    return setting.device, list(FORMATS).index(setting.dtype), executions.index(setting.execution)


def _versions(tf: Any) -> dict[str, str]:
    """By name; TensorFlow says its own, for it may be installed as tensorflow-cpu."""
    return {
        "tapecli": version("tapecli"),
        "tensorflow": tf.__version__,
        **{name: version(name) for name in ("numpy", "python-flint")},
        "python": platform.python_version(),
        "machine": platform.machine(),
    }


# --- trials -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Answer:
    """What a trial came to.

    Attributes:
        result: the result, of as many orders as there are.
        missing: the lowest order that could not be computed; 0 if all could.
        reason: why.
        lacking: whether that is for want of a gradient or kernel.
    """

    result: Result | None
    missing: int = 0
    reason: str = ""
    lacking: bool = False


def _answered(trial: Trial, seed: int, points: int) -> _Answer:
    """Run a trial, at lower orders where TensorFlow cannot do the higher ones."""
    answer = _Answer(None)
    for order in range(trial.order, 0, -1):
        try:
            return replace(answer, result=_asked(trial, order, seed, points))
        except RequestError as error:
            answer = _Answer(None, order, str(error), lacking=True)
        except Exception as error:  # whatever a broken install raises
            said = f"{type(error).__name__}: {error}".splitlines()[0].removesuffix(": ")
            answer = _Answer(None, order, clipped(said, _LONGEST_REASON))
    return answer


def _asked(trial: Trial, order: int, seed: int, points: int) -> Result:
    setting, taylor = trial.setting, trial.method == defaults.TAYLOR
    xs = trial.case.points(FORMATS[setting.dtype], seed, points, awkward=True)
    how = How(
        method=trial.method,
        dtype=setting.dtype,
        execution=None if taylor else setting.execution,
        device=None if taylor else setting.device,
        max_seconds=_NO_LIMIT,
        verify="all",
    )
    asked = prepare("diff", trial.case.targets, Where({"x": xs}), order=order, how=how)
    return compute.run(asked, formulas=False)


# --- findings ---------------------------------------------------------------------------------


@dataclass
class _Findings:
    """The report as it grows; `there` are the known defects that this TensorFlow has."""

    there: list[Defect]
    cells: dict[tuple[str, Setting], Cell] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    met: dict[str, int] = field(default_factory=dict)

    def add(self, trial: Trial, answer: _Answer) -> None:
        """Take in what became of a trial."""
        cell = self.cells.setdefault((trial.case.group, trial.setting), Cell())
        if answer.missing:
            self._miss(trial, answer, cell)
        if answer.result is not None:
            for block in answer.result.blocks:
                self._count(trial, block, cell)

    def _miss(self, trial: Trial, answer: _Answer, cell: Cell) -> None:
        cell.missing = min(cell.missing or answer.missing, answer.missing)
        defect = self._explaining(trial, MISSING, None, answer.missing)
        if defect is not None and answer.lacking:
            self.met[defect.name] = self.met.get(defect.name, 0) + 1
            return
        cell.failed += 1
        targets = trial.case.targets
        about = ", ".join(targets), answer.missing, trial.method, trial.setting
        x = FORMATS[trial.setting.dtype].round(Fraction(trial.case.fixed[0]))
        self.failures.append(
            Failure(trial.case.group, targets, *about, None, x, None, None, 1, answer.reason)
        )

    def _count(self, trial: Trial, block: Block, cell: Cell) -> None:
        """Count the verdicts on one derivative; those that failed become one failure."""
        format_ = FORMATS[trial.setting.dtype]
        awkward = {format_.round(Fraction(x)) for x in trial.case.awkward}
        wrong: dict[str, list[tuple[float, float, Check]]] = {}
        for place, value in enumerate(block.values):
            check = block.check(place)
            if check.status is Status.UNDEFINED:
                continue
            cell.values += 1
            cell.rounded += check.status is Status.ROUNDED
            (x,) = block.points.at(place).values()
            if check.status is Status.OK and x not in awkward:
                cell.worst = max(cell.worst, check.ulps or 0)
            if check.status.failed:
                defect = self._explaining(trial, str(check.status), x, block.order)
                name = defect.name if defect else ""
                cell.known += bool(defect)
                cell.failed += not defect
                wrong.setdefault(name, []).append((x, value, check))
        for name, points in wrong.items():
            self.met[name] = self.met.get(name, 0) + len(points)
            self.failures.append(_failure(trial, block, points, name))

    def _explaining(self, trial: Trial, status: str, x: float | None, order: int) -> Defect | None:
        """The known defect that a failure is, if it is one."""
        setting = trial.setting
        about = status, x, order, setting.dtype, setting.execution
        for defect in self.there:
            if any(defect.explains(text, *about) for text in trial.case.targets):
                return defect
        return None

    def known(self, defect: Defect) -> KnownDefect:
        """What became of a known defect."""
        about = defect.name, defect.what, defect.reference, defect.seen_in
        return KnownDefect(*about, defect in self.there, self.met.get(defect.name, 0))


def _failure(
    trial: Trial, block: Block, points: list[tuple[float, float, Check]], known: str
) -> Failure:
    """One failure for a derivative, at the point where it is furthest off."""
    x, value, check = max(points, key=lambda point: _distance(point[1], point[2].analytic))
    target = f"{block.target} = {block.expression}" if len(trial.case.targets) > 1 else None
    return Failure(
        trial.case.group,
        trial.case.targets,
        target or block.expression,
        block.order,
        trial.method,
        trial.setting,
        check.status,
        x,
        value,
        check.analytic,
        len(points),
        check.note,
        known,
    )


def _distance(value: float, analytic: float | None) -> float:
    if analytic is None or not math.isfinite(value):
        return -1.0
    return abs(value - analytic) / abs(analytic) if analytic else abs(value)
