"""How `tapecli batch` answers: a line at a time, each at once."""

from __future__ import annotations

import functools
import sys

from tapecli import tensorflow_
from tapecli.batch import Batch
from tapecli.errors import OutputError, PointsError


def serve(verbose: bool, strict: bool) -> int:
    """Answer every line of standard input; the exit code.

    Raises:
        PointsError: standard input is closed, or is a terminal.
        OutputError: standard output is closed.
    """
    if sys.stdin is None:
        raise PointsError("requests come from standard input, which is closed")
    if sys.stdout is None:
        raise OutputError("cannot write: standard output is closed")
    if sys.stdin.isatty():
        raise PointsError(
            "requests come from standard input, which is a terminal; pipe them in, such as "
            """echo '{"expr": "x^2", "x": 3}' | tapecli batch"""
        )
    batch = Batch(functools.partial(_load, verbose))
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    for answer in batch.answers(sys.stdin):
        sys.stdout.write(answer)
        sys.stdout.flush()
    return 1 if strict and batch.failed else 0


@functools.cache
def _load(verbose: bool) -> object:
    """TensorFlow, whose graphs are not rewritten, so that they give what single operations do."""
    tf = tensorflow_.load(quietly=True, verbose=verbose, core=True)
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    return tf
