"""How `tapecli batch` answers requests: line by line, each at once."""

from __future__ import annotations

import functools
import io
import logging
import select
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import Any, TextIO

from tapecli.cli import call, output
from tapecli.errors import PointsError
from tapecli.evaluation.batch import MAX_LINE, Batch
from tapecli.formats.json import document


def serve(verbose: bool, strict: bool) -> int:
    """Answer every line of standard input, and return the exit code.

    Raises:
        PointsError: standard input is closed, is a terminal, or cannot be read.
        OutputError: standard output is closed.
        TensorFlowError: requests needed TensorFlow, and could not have it; they are answered.
    """
    source = sys.stdin
    if source is None:
        raise PointsError("requests come from standard input, which is closed")
    sink = output.standard_output()
    if source.isatty():
        raise PointsError(
            "requests come from standard input, which is a terminal; pipe them in, such as "
            """echo '{"expr": "x^2", "x": 3}' | tapecli batch"""
        )
    # Without --verbose nobody may read standard error, and a full pipe would hold up the answers.
    report = (traceback.print_exception,) if verbose else ()
    load = functools.partial(_load, verbose)
    batch = Batch(load, *report, document=document, is_alone=False)

    def send() -> None:
        sink.writelines(batch.rest(sink.flush))
        sink.flush()

    if isinstance(source, io.TextIOWrapper) and isinstance(source.buffer, io.BufferedReader):
        requests = io.BufferedReader(_RequestStream(source.buffer.raw, send))
        source = io.TextIOWrapper(requests, "utf-8-sig", "replace")
    for answer in batch.answers(_lines(source), sink.flush):
        sink.write(answer)
    sink.flush()
    if batch.broken:
        raise batch.broken
    return 1 if strict and batch.failed else 0


class _RequestStream(io.RawIOBase):
    """Where requests are read from; all answers are sent before it waits for another request."""

    def __init__(self, raw: io.RawIOBase, send: Callable[[], None]) -> None:
        self._raw = raw
        self._send = send

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if not self._has_more():
            self._send()
        try:
            read: int | None = self._raw.readinto(buffer)
        except OSError as error:
            raise PointsError(f"requests cannot be read: {error.strerror or error}") from error
        return read

    def _has_more(self) -> bool:
        """Whether another request, or the end, can be read without waiting."""
        try:
            return bool(select.select([self._raw], [], [], 0)[0])
        except (OSError, ValueError):  # as of a pipe on Windows
            return False


def _lines(stream: TextIO) -> Iterator[str]:
    """The lines; one that is too long is cut, for its length alone is enough to refuse it."""
    while line := stream.readline(MAX_LINE + 1):
        yield line
        while len(line) > MAX_LINE and not line.endswith("\n"):
            line = stream.readline(MAX_LINE + 1)


@functools.cache
def _load(verbose: bool) -> object:
    """Load TensorFlow; its graphs are not optimized, so that they give what operations alone do."""
    tf = call.load(verbose)
    if not verbose:
        logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it warns of many traces
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    return tf
