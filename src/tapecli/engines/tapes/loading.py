"""The one door to TensorFlow: loads it late and quietly, and explains why it does not load.

The C++ side of TensorFlow logs to file descriptor 2, whatever is set in Python: while it is
imported, at the first operation, and when it lacks a kernel. So the descriptor itself is redirected
meanwhile. The log is printed only if loading fails or the process is aborted.

The command line loads a core (`tapecli.engines.tapes.core`), which starts sooner; the library
loads all of TensorFlow, which its users may need.
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
"""The oldest version that works."""

SILENT = (2, 21)
"""The oldest version that logs nothing when it compiles for the first time."""

INSTALL = f"pip install 'tensorflow>={OLDEST[0]}.{OLDEST[1]}'"

ABORTED = "Error: the process was ended while TensorFlow was {}"


def load(quietly: bool = False, core_only: bool = False) -> Any:
    """Import TensorFlow, run one operation, and return the module.

    Args:
        quietly: print what it logs only if it fails; for the command line.
        core_only: load only the core, if nothing has imported TensorFlow yet and the core works.

    Raises:
        TensorFlowError: it is missing or too old, or does not start; with its log.
    """
    if "tensorflow" in sys.modules or not quietly:
        return _checked_import(core_only)
    with log_captured("starting"):
        tensorflow = _checked_import(core_only)
        if _version(tensorflow) < SILENT:  # what it logs at the first time is logged now (50 ms)
            with contextlib.suppress(Exception):
                tensorflow.function(lambda: tensorflow.constant(0.0), jit_compile=True)()
        return tensorflow


@contextlib.contextmanager
def log_captured(task: str) -> Iterator[None]:
    """Print what TensorFlow logs only if it does not start or the process is aborted at this task.

    This must start before TensorFlow is loaded: afterwards no process can be forked to print the
    log of an abort.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with _temporary_file() as log:
        try:
            with _log_printed_on_abort(log, task), _standard_error_to(log):
                yield
        except TensorFlowError as error:
            if error.__cause__:  # a version that starts and is refused has logged nothing of it
                log.seek(0)
                error.log = log.read().decode(errors="replace")
            raise


@contextlib.contextmanager
def without_advice() -> Iterator[None]:
    """Silence TensorFlow's advice on tracing, for code that traces much and nothing twice."""
    logger = logging.getLogger("tensorflow")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _checked_import(core_only: bool) -> Any:
    """Import TensorFlow, check its version and run one operation."""
    try:
        if core_only and "tensorflow" not in sys.modules:
            with contextlib.suppress(Exception, SystemExit):
                core.load()
                core.silence_deprecations()
        import tensorflow

        if _version(tensorflow) < OLDEST:
            raise TensorFlowError(f"TensorFlow {tensorflow.__version__} is too old; {INSTALL}")
        for name in ("__version__", "GradientTape", "constant"):
            if not hasattr(tensorflow, name):  # it is another module of this name
                path = getattr(tensorflow, "__file__", None) or next(iter(tensorflow.__path__))
                raise _broken(f"'{path}' has no {name}")
        tensorflow.constant(0.0)
    except TensorFlowError:
        raise
    except ModuleNotFoundError as error:
        if error.name != "tensorflow":
            raise _broken(str(error)) from error
        raise TensorFlowError(f"TensorFlow is not installed; {INSTALL}") from error
    except MemoryError as error:
        raise TensorFlowError("there is not enough memory for TensorFlow") from error
    except (Exception, SystemExit) as error:  # a broken installation can raise anything
        cause: BaseException = error
        while str(cause).startswith("Traceback") and cause.__cause__:  # as TensorFlow wraps it
            cause = cause.__cause__
        message = str(cause).strip().split("\n")[0].strip()
        kind = type(cause).__name__
        raise _broken(f"{kind}: {message}" if message else kind) from error
    return tensorflow


def _version(tensorflow: Any) -> tuple[float, float]:
    """The first two numbers of its version; infinite if it has none."""
    numbers = re.match(r"(\d+)\.(\d+)", str(getattr(tensorflow, "__version__", "")))
    return (int(numbers[1]), int(numbers[2])) if numbers else (math.inf, math.inf)


def _broken(reason: str) -> TensorFlowError:
    memory = "failed to map" in reason  # in the words of the loader of libraries
    advice = "is there enough memory?" if memory else f"{INSTALL} --force-reinstall"
    return TensorFlowError(f"TensorFlow does not start: {reason}; {advice}")


def _temporary_file() -> IO[bytes]:
    """A temporary file, in memory where the system has such files."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("log"), "w+b")
    import tempfile

    return tempfile.TemporaryFile()


@contextlib.contextmanager
def _log_printed_on_abort(log: IO[bytes], task: str) -> Iterator[None]:
    """Start a process that prints TensorFlow's captured log if this one is aborted.

    C++ aborts it on a processor that TensorFlow was not built for, and where memory runs out.
    """
    read_end, write_end = os.pipe()
    this_process = os.getpid()

    def wait_and_print() -> None:
        if os.getpid() == this_process:  # nothing was forked, or the child was killed
            return
        os.close(write_end)
        if not os.read(read_end, 1) and not process.is_ending():
            log.seek(0)
            os.write(2, b"%s%s\n" % (log.read(), ABORTED.format(task).encode()))

    finish = process.fork(wait_and_print, outlives=True)
    try:
        yield
    finally:
        os.write(write_end, b".")
        finish()
        os.close(write_end)
        os.close(read_end)


@contextlib.contextmanager
def _standard_error_to(log: IO[bytes]) -> Iterator[None]:
    """Redirect file descriptor 2 to a file, unless it is closed."""
    try:
        original = os.dup(2)
    except OSError:
        yield
        return
    if sys.stderr is not None:
        sys.stderr.flush()
    process.on_signal(lambda: os.dup2(original, 2))
    os.dup2(log.fileno(), 2)
    try:
        yield
    finally:
        if sys.stderr is not None:
            sys.stderr.flush()
        os.dup2(original, 2)
        process.on_signal(None)
        os.close(original)
