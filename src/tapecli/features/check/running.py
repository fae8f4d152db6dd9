"""The check itself: every trial becomes a question like a user's, and its verdicts a Report."""

from __future__ import annotations

import json
import math
import os
import platform
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from fractions import Fraction
from importlib.metadata import version
from typing import Any, NamedTuple

from tapecli.defaults import EXECUTIONS, TAYLOR
from tapecli.engines.tapes import core, loading
from tapecli.engines.tapes.arrangements import device_named
from tapecli.errors import RequestError, clipped
from tapecli.evaluation import answering
from tapecli.evaluation.question import Options, PointsInput, Question
from tapecli.features.check.defects import DEFECTS, MISSING, Defect
from tapecli.features.check.model import Cell, Core, Failure, KnownDefect, Report, Setting
from tapecli.features.check.plan import RANDOM_POINTS, Trial, selected, trials
from tapecli.floats import FORMATS
from tapecli.result import Block, Row, Status

_MAX_REASON = 300
"""Characters of an error of TensorFlow's that are shown."""

_DEVICE_TYPES = ("CPU", "GPU", "TPU")


def check_tensorflow(
    level: str = "default",
    seed: int = 0,
    functions: Collection[str] = (),
    dtypes: Collection[str] = (),
    executions: Collection[str] = (),
    devices: Collection[str] = (),
    progress: Callable[[int, int, str], None] = lambda done, total, description: None,
) -> Report:
    """Check that TensorFlow differentiates correctly.

    Args:
        level: quick, default or full.
        seed: the seed of the random points.
        functions: the rows of the function table to check; all of the level, if there are none.
        dtypes: the dtypes, likewise.
        executions: the executions, likewise.
        devices: the devices, such as "cpu:0"; all that are present, if there are none.
        progress: gets how many trials are done and how many there are, and which one is next.

    Raises:
        RequestError: there is no such level or device, or nothing to check.
        TensorFlowError: TensorFlow is missing or does not start.
    """
    sweeps = selected(level, functions, dtypes, executions)
    tf = loading.load()
    start = time.perf_counter()
    plan = list(trials(sweeps, _devices(tf, devices)))
    with ExitStack() as stack:
        comparison = _start_core_comparison(stack) if level != "quick" and core.in_use() else None
        # TensorFlow runs in a thread, because an interrupt may be late or lost in its own code.
        # More threads would take as long, because most of the work is Python's.
        thread = ThreadPoolExecutor(1)
        stack.callback(thread.shutdown, wait=False, cancel_futures=True)
        stack.enter_context(loading.without_advice())
        progress(0, len(plan), "known defects")
        present = thread.submit(lambda: [defect for defect in DEFECTS if defect.is_present(tf)])
        findings = _Findings(present.result())
        points = RANDOM_POINTS[level]
        pending = [thread.submit(_run_trial, trial, seed, points) for trial in plan]
        for done, (trial, outcome) in enumerate(zip(plan, pending, strict=True)):
            progress(done, len(plan), " ".join(trial.case.targets))
            findings.add(trial, outcome.result())
        core_report = _core_report(comparison) if comparison else None
    progress(len(plan), len(plan), "")
    return Report(
        level,
        seed,
        versions(tf),
        tuple(sorted({trial.setting for trial in plan}, key=_column_order)),
        findings.cells,
        tuple(findings.failures),
        tuple(map(findings.known_defect, DEFECTS)),
        sum(cell.values for cell in findings.cells.values()),
        time.perf_counter() - start,
        core_report,
    )


# --- the core ---------------------------------------------------------------------------------

_COMPARE = (
    "import json; from tapecli.engines.tapes.core import differing; print(json.dumps(differing()))"
)


def _start_core_comparison(stack: ExitStack) -> subprocess.Popen[str]:
    """Compare the core with the public API, in a process of its own that imports this first."""
    child = subprocess.Popen(
        [sys.executable, "-c", _COMPARE],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        encoding="utf-8",
        errors="replace",
    )
    stack.enter_context(child)
    stack.callback(child.kill)
    return child


def _core_report(child: subprocess.Popen[str]) -> Core:
    out, log = child.communicate()
    names = len(core.ROWS)
    if not child.returncode:
        return Core(names, tuple(json.loads(out)))
    problem = f"importing it ends with exit code {child.returncode}"
    reason = clipped("".join(log.splitlines()[-1:]), _MAX_REASON)
    return Core(names, problem=f"{problem}: {reason}" if reason else problem)


# --- TensorFlow and the machine ---------------------------------------------------------------


def _devices(tf: Any, names: Collection[str]) -> list[str]:
    """The devices of these names, or all that compute."""
    present = [d.name for d in tf.config.list_logical_devices() if d.device_type in _DEVICE_TYPES]
    full_names = [device_named(tf, name) for name in names] or present
    return [name.removeprefix("/device:").lower() for name in dict.fromkeys(full_names)]


def _column_order(setting: Setting) -> tuple[str, int, int]:
    executions = (*EXECUTIONS, TAYLOR)
    return setting.device, list(FORMATS).index(setting.dtype), executions.index(setting.execution)


def versions(tf: Any) -> dict[str, str]:
    """The versions by name. TensorFlow states its own, for the package may be tensorflow-cpu."""
    libraries = {name: version(name) for name in ("numpy", "python-flint")}
    machine = {"python": platform.python_version(), "machine": platform.machine()}
    return {"tapecli": version("tapecli"), "tensorflow": tf.__version__, **libraries, **machine}


# --- trials -----------------------------------------------------------------------------------


class _Outcome(NamedTuple):
    """The derivatives of a trial that could be computed, and the lowest order that could not.

    `missing` is 0 if all could; `unsupported` is whether TensorFlow lacks a gradient or a kernel.
    """

    blocks: tuple[Block, ...] = ()
    missing: int = 0
    reason: str = ""
    unsupported: bool = False


def _run_trial(trial: Trial, seed: int, points: int) -> _Outcome:
    """Run a trial, at lower orders where TensorFlow cannot do the higher ones."""
    targets, setting = trial.case.targets, trial.setting
    source = PointsInput({"x": trial.case.points(FORMATS[setting.dtype], seed, points, True)})
    options = Options(trial.method, setting.dtype, max_seconds=1e9, verify="all")
    if trial.method != TAYLOR:
        options = replace(options, execution=setting.execution, device=setting.device)
    outcome = _Outcome()
    for order in range(trial.order, 0, -1):
        try:
            question = Question.parse("diff", targets, source, order=order, options=options)
            return outcome._replace(blocks=answering.answer(question, formulas=False).blocks)
        except RequestError as error:
            outcome = _Outcome((), order, str(error), unsupported=True)
        except Exception as error:  # whatever a broken install raises
            reason = f"{type(error).__name__}: {error}".splitlines()[0].removesuffix(": ")
            outcome = _Outcome((), order, clipped(reason, _MAX_REASON))
    return outcome


# --- findings ---------------------------------------------------------------------------------


class _Findings:
    """The report as it grows."""

    def __init__(self, present: list[Defect]) -> None:
        self._present = present
        self._explained: Counter[str] = Counter()  # how many values each known defect explains
        self.cells: dict[tuple[str, Setting], Cell] = {}
        self.failures: list[Failure] = []

    def add(self, trial: Trial, outcome: _Outcome) -> None:
        """Add the outcome of a trial."""
        cell = self.cells.setdefault((trial.case.group, trial.setting), Cell())
        if outcome.missing:
            self._add_missing(trial, outcome, cell)
        for block in outcome.blocks:
            self._add_block(trial, block, cell)

    def _add_missing(self, trial: Trial, outcome: _Outcome, cell: Cell) -> None:
        """Add that an order could not be computed."""
        order = outcome.missing
        cell.missing = min(cell.missing or order, order)
        defect = self._explanation(trial, order, MISSING, None)
        if defect and outcome.unsupported:
            self._explained[defect] += 1
            return
        cell.failed += 1
        x = FORMATS[trial.setting.dtype].round(Fraction(trial.case.fixed[0]))
        target = ", ".join(trial.case.targets)
        self._add_failure(trial, target, order, x, status=None, note=outcome.reason)

    def _add_block(self, trial: Trial, block: Block, cell: Cell) -> None:
        """Count the verdicts on one derivative; those that failed become one failure."""
        format_ = FORMATS[trial.setting.dtype]
        awkward = {format_.round(Fraction(x)) for x in trial.case.awkward}
        failed: dict[str, list[Row]] = {}
        for row in block.rows:
            if row.status is Status.UNDEFINED:
                continue
            cell.values += 1
            cell.rounded += row.status is Status.ROUNDED
            if row.status is Status.OK and row.at["x"] not in awkward:
                cell.worst = max(cell.worst, row.ulps or 0)
            if row.status.failed:
                defect = self._explanation(trial, row.order, str(row.status), row.at["x"])
                cell.known += bool(defect)
                cell.failed += not defect
                failed.setdefault(defect, []).append(row)
        several_targets = len(trial.case.targets) > 1
        target = f"{block.target} = {block.expression}" if several_targets else block.expression
        for defect, rows in failed.items():
            self._explained[defect] += len(rows)
            worst = max(rows, key=_relative_error)
            numbers = {"tape": worst.tape, "analytic": worst.analytic, "points": len(rows)}
            verdict = {"status": worst.status, "note": worst.note, "known": defect}
            self._add_failure(trial, target, block.order, worst.at["x"], **numbers, **verdict)

    def _add_failure(self, trial: Trial, target: str, order: int, x: float, **fields: Any) -> None:
        derivative = trial.case.group, trial.case.targets, target, order
        self.failures.append(Failure(*derivative, trial.method, trial.setting, x=x, **fields))

    def _explanation(self, trial: Trial, order: int, status: str, x: float | None) -> str:
        """The name of the known defect that explains a failure, or ""."""
        return next((d.name for d in self._present if d.explains(trial, order, status, x)), "")

    def known_defect(self, defect: Defect) -> KnownDefect:
        """What the report says of a known defect."""
        return defect.reported(defect in self._present, self._explained[defect.name])


def _relative_error(row: Row) -> float:
    """The relative error of a value; -1 where there is none."""
    if row.tape is None or row.analytic is None or not math.isfinite(row.tape):
        return -1.0
    return abs(row.tape - row.analytic) / (abs(row.analytic) or 1)
