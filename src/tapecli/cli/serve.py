"""How `tapecli batch` answers: a line at a time, each at once."""

from __future__ import annotations

import functools
import io
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any, TextIO

from tapecli.engines.tapes import loading
from tapecli.errors import OutputError, PointsError
from tapecli.evaluation.batch import MAX_LINE, Batch
from tapecli.formats.json import document


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
    source, sink = sys.stdin, sys.stdout
    if isinstance(source, io.TextIOWrapper) and isinstance(source.buffer, io.BufferedReader):
        asking = io.BufferedReader(_Asking(source.buffer.raw, sink.flush))
        source = io.TextIOWrapper(asking, "utf-8-sig", "replace")
    report = _traceback if verbose else _nothing
    batch = Batch(functools.partial(_load, verbose), report, document=document)
    for answer in batch.answers(_lines(source), sink.flush):
        sink.write(answer)
    sink.flush()
    if batch.broken:
        raise batch.broken
    return 1 if strict and batch.failed else 0


class _Asking(io.RawIOBase):
    """What requests are read from; whoever has asked has all answers before it is waited for more.

    Args:
        raw: where they come from.
        answered: sends the answers.
    """

    def __init__(self, raw: io.RawIOBase, answered: Callable[[], None]) -> None:
        self._raw = raw
        self._answered = answered

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._answered()
        try:
            read: int | None = self._raw.readinto(buffer)
        except OSError as error:
            raise PointsError(f"requests cannot be read: {error.strerror or error}") from error
        return read


def _lines(stream: TextIO) -> Iterator[str]:
    """The lines; of one that is too long no more is held than tells that it is."""
    while line := stream.readline(MAX_LINE + 1):
        yield line
        while len(line) > MAX_LINE and not line.endswith("\n"):
            line = stream.readline(MAX_LINE + 1)


def _traceback(error: Exception) -> None:
    import traceback

    traceback.print_exception(error)


def _nothing(error: Exception) -> None:
    """Nobody may read standard error, and a pipe that is full would hold up the answers."""


@functools.cache
def _load(verbose: bool) -> object:
    """TensorFlow, whose graphs are not rewritten, so that they give what single operations do."""
    tf = loading.load(quietly=True, verbose=verbose, core_only=True)
    if not verbose:
        logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it warns of many traces
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    return tf
