"""The one door to TensorFlow: loads it late, quietly, and says so when it is missing.

TensorFlow's C++ side logs to file descriptor 2 while it is imported and at the first
operation, before any setting can reach it, so the descriptor itself is turned aside for that
long. What was logged is kept, for a failure and for `--verbose`.

The command line asks for the core alone (`tapecli.engines.tapes.core`), which starts sooner; the
library leaves its users the whole.
"""

from __future__ import annotations

import contextlib
import logging
import math
import os
import re
import sys
from collections.abc import Iterator
from typing import IO, Any

from tapecli import process
from tapecli.engines.tapes import core
from tapecli.errors import TensorFlowError

OLDEST = (2, 20)
"""The first version that will do."""

SILENT = (2, 21)
"""The first version that logs nothing when it compiles for the first time."""

INSTALL = f"pip install 'tensorflow>={OLDEST[0]}.{OLDEST[1]}'"

ENDED = "Error: the process was ended while TensorFlow was starting"

_NEEDED = ("__version__", "GradientTape", "constant")
"""What anything that is called tensorflow has, if it is TensorFlow."""


def load(quietly: bool = False, verbose: bool = False, core_only: bool = False) -> Any:
    """Import TensorFlow, run one operation, and return the module.

    Args:
        quietly: hold back what it logs, unless it fails; for the command line.
        verbose: let it log as it will, even so.
        core_only: its core will do, if nothing has imported it yet; if that does not work, it is
            the whole all the same.

    Raises:
        TensorFlowError: it is missing or too old, or does not start; with what it had logged.
    """
    if "tensorflow" in sys.modules or not quietly or verbose:
        return _started(core_only)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with _scratch() as log:
        try:
            with _witnessed(log), _standard_error_to(log):
                tensorflow = _started(core_only)
                if _version(tensorflow) < SILENT:
                    _compile_once(tensorflow)
                return tensorflow
        except TensorFlowError as error:
            if error.__cause__:  # what has started, and is refused, has logged nothing about that
                log.seek(0)
                error.log = log.read().decode(errors="replace")
            raise


@contextlib.contextmanager
def without_advice() -> Iterator[None]:
    """Hold back TensorFlow's advice on tracing, where much is traced and nothing twice."""
    logger = logging.getLogger("tensorflow")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _started(core_only: bool) -> Any:
    try:
        tensorflow = _imported(core_only)
        _refuse(tensorflow)
        tensorflow.constant(0.0)
    except TensorFlowError:
        raise
    except ModuleNotFoundError as error:
        if error.name != "tensorflow":
            raise _broken(str(error)) from error
        raise TensorFlowError(f"TensorFlow is not installed; {INSTALL}") from error
    except MemoryError as error:
        raise TensorFlowError("there is not enough memory for TensorFlow") from error
    except (Exception, SystemExit) as error:  # whatever a broken install raises
        raise _broken(_reason(error)) from error
    return tensorflow


def _refuse(tensorflow: Any) -> None:
    """Refuse a version that is too old, and what is not TensorFlow at all.

    Raises:
        TensorFlowError: it is.
    """
    if _version(tensorflow) < OLDEST:
        raise TensorFlowError(f"TensorFlow {tensorflow.__version__} is too old; {INSTALL}")
    for name in _NEEDED:
        if not hasattr(tensorflow, name):
            place = getattr(tensorflow, "__file__", None) or next(iter(tensorflow.__path__))
            raise _broken(f"'{place}' has no {name}")


def _version(tensorflow: Any) -> tuple[float, float]:
    """Its first two numbers; infinite for what has none."""
    numbers = re.match(r"(\d+)\.(\d+)", str(getattr(tensorflow, "__version__", "")))
    return (int(numbers[1]), int(numbers[2])) if numbers else (math.inf, math.inf)


def _compile_once(tensorflow: Any) -> None:
    """Have it log now what it logs when it compiles for the first time, which takes 50 ms."""
    with contextlib.suppress(Exception):
        tensorflow.function(lambda: tensorflow.constant(0.0), jit_compile=True)()


def _broken(reason: str) -> TensorFlowError:
    memory = "failed to map" in reason  # what the loader of libraries says
    advice = "is there enough memory?" if memory else f"{INSTALL} --force-reinstall"
    return TensorFlowError(f"TensorFlow does not start: {reason}; {advice}")


def _reason(error: BaseException) -> str:
    """An error in one line; TensorFlow wraps that of its library into a text of many."""
    while str(error).startswith("Traceback") and error.__cause__:
        error = error.__cause__
    lines = str(error).split("\n")
    said = next((line.strip() for line in lines if line.strip()), "")
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _imported(core_only: bool) -> Any:
    if core_only and "tensorflow" not in sys.modules:
        with contextlib.suppress(Exception, SystemExit):
            core.load()
    import tensorflow

    return tensorflow


def _scratch() -> IO[bytes]:
    """A file that needs no place on a disk, where the system has such."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("log"), "w+b")
    import tempfile

    return tempfile.TemporaryFile()


@contextlib.contextmanager
def _witnessed(log: IO[bytes]) -> Iterator[None]:
    """Have another process tell what was logged if this one is ended, as C++ ends it.

    TensorFlow does so on a processor that it was not built for, and where it gets no memory.
    """
    ours, theirs = os.pipe()
    here = os.getpid()

    def witness() -> None:
        if os.getpid() == here:  # there is no other, or it was ended first
            return
        os.close(theirs)
        if not os.read(ours, 1):
            log.seek(0)
            os.write(2, b"%s%s\n" % (log.read(), ENDED.encode()))

    finish = process.fork(witness, outlives=True)
    try:
        yield
    finally:
        os.write(theirs, b".")
        finish()
        os.close(theirs)
        os.close(ours)


@contextlib.contextmanager
def _standard_error_to(log: IO[bytes]) -> Iterator[None]:
    """Send file descriptor 2 to a file; does nothing where it is closed."""
    try:
        kept = os.dup(2)
    except OSError:
        yield
        return
    if sys.stderr is not None:
        sys.stderr.flush()
    process.on_signal(lambda: os.dup2(kept, 2))
    os.dup2(log.fileno(), 2)
    try:
        yield
    finally:
        if sys.stderr is not None:
            sys.stderr.flush()
        os.dup2(kept, 2)
        process.on_signal(None)
        os.close(kept)
