"""How `tapecli batch` answers: a line at a time, each at once."""

from __future__ import annotations

import functools
import io
import logging
import sys
from collections.abc import Iterator
from typing import TextIO

from tapecli import tensorflow_
from tapecli.batch import MAX_LINE, Batch
from tapecli.errors import OutputError, PointsError


def serve(verbose: bool, strict: bool) -> int:
    """Answer every line of standard input; the exit code.

    Raises:
        PointsError: standard input is closed, is a terminal, or cannot be read.
        OutputError: standard output is closed.
        TensorFlowError: requests needed TensorFlow, and could not have it; they are answered.
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
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace")
    tell = _traceback if verbose else _nothing
    batch = Batch(functools.partial(_load, verbose), tell)
    for answer in batch.answers(_lines(sys.stdin)):
        sys.stdout.write(answer)
        sys.stdout.flush()
    if batch.broken:
        raise batch.broken
    return 1 if strict and batch.failed else 0


def _lines(stream: TextIO) -> Iterator[str]:
    """The lines; of one that is too long no more is held than tells that it is."""
    try:
        while line := stream.readline(MAX_LINE + 1):
            yield line
            while len(line) > MAX_LINE and not line.endswith("\n"):
                line = stream.readline(MAX_LINE + 1)
    except OSError as error:
        raise PointsError(f"requests cannot be read: {error.strerror or error}") from error


def _traceback(error: Exception) -> None:
    import traceback

    traceback.print_exception(error)


def _nothing(error: Exception) -> None:
    """Nobody may read standard error, and a pipe that is full would hold up the answers."""


@functools.cache
def _load(verbose: bool) -> object:
    """TensorFlow, whose graphs are not rewritten, so that they give what single operations do."""
    tf = tensorflow_.load(quietly=True, verbose=verbose, core=True)
    if not verbose:
        logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it warns of many traces
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    return tf
