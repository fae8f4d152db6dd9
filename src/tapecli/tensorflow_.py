"""The one door to TensorFlow: loads it late, quietly, and says so when it is missing.

TensorFlow's C++ side logs to file descriptor 2 while it is imported and at the first
operation, before any setting can reach it, so the descriptor itself is turned aside for that
long. What was logged is kept, for a failure and for `--verbose`.

The command line asks for the core alone (`tapecli.tensorflow_core`), which starts sooner; the
library leaves its users the whole.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from typing import IO, Any

from tapecli import tensorflow_core
from tapecli.errors import TensorFlowError

_starting = False

INSTALL = "pip install 'tensorflow>=2.20'"


def load(quietly: bool = False, verbose: bool = False, core: bool = False) -> Any:
    """Import TensorFlow, run one operation, and return the module.

    Args:
        quietly: hold back what it logs, unless it fails; for the command line.
        verbose: let it log as it will, even so.
        core: its core will do, if nothing has imported it yet; if that does not work, it is
            the whole all the same.

    Raises:
        TensorFlowError: it is missing, or does not start; with what it had logged.
    """
    if "tensorflow" in sys.modules or not quietly or verbose:
        return _started(core)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with tempfile.TemporaryFile() as log:
        try:
            with _standard_error_to(log):
                return _started(core)
        except TensorFlowError as error:
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


def starting() -> bool:
    """Whether TensorFlow is being imported right now, which passes exceptions over."""
    return _starting


def _started(core: bool) -> Any:
    global _starting
    _starting = True
    try:
        tensorflow = _imported(core)
        tensorflow.constant(0.0)
    except ModuleNotFoundError as error:
        if error.name != "tensorflow":
            raise TensorFlowError(f"TensorFlow does not start: {error}") from error
        raise TensorFlowError(f"TensorFlow is not installed; {INSTALL}") from error
    except (Exception, SystemExit) as error:  # whatever a broken install raises
        reason = f"{type(error).__name__}: {error}".strip().splitlines()[0]
        raise TensorFlowError(f"TensorFlow does not start: {reason}") from error
    finally:
        _starting = False
    return tensorflow


def _imported(core: bool) -> Any:
    if core and "tensorflow" not in sys.modules:
        with contextlib.suppress(Exception, SystemExit):
            tensorflow_core.load()
    import tensorflow

    return tensorflow


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
    os.dup2(log.fileno(), 2)
    try:
        yield
    finally:
        if sys.stderr is not None:
            sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)
