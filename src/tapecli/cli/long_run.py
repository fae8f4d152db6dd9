"""A question about many points, answered chunk by chunk.

Each chunk is written by a thread while the next one is computed.
"""

from __future__ import annotations

import contextlib
import functools
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, TypeAlias, cast

import click

from tapecli import formats, process
from tapecli.cli import output
from tapecli.cli.call import load, tell_failed_claims, tell_given_up
from tapecli.cli.progress import bar
from tapecli.cli.resume import Partial
from tapecli.errors import ClusterError, OutputError, PointsError, TensorFlowError, WriteError
from tapecli.evaluation.chunks import Stream
from tapecli.evaluation.question import PointsInput
from tapecli.evaluation.workers import ALONE, Sharing
from tapecli.floats import large
from tapecli.formats import words, writers
from tapecli.points import text_files
from tapecli.process import Signalled
from tapecli.result import Result, Status, any_failed

PATIENCE = 3.0
"""Seconds that an interrupted call waits for what is being written."""

Results: TypeAlias = Callable[[int], Iterator[Result]]
"""The results of all chunks after so many points."""


class Run:
    """A run over many points, and how far it has come.

    Attributes:
        done, counts: how many points are written, and how many of their values have each status,
            with those of an earlier call that is resumed.
        earlier: how many points the earlier call had written.
        first: the result of the first chunk of this call.
        start: when it started to compute, by the monotonic clock.
    """

    def __init__(self, stream: Stream, out: output.Output) -> None:
        screen = formats.Screen() if out.path else output.screen(sys.stdout, out.color)
        self.stream = stream
        self.writer = writers.of_format(out.format_, screen, stream.dimensions, stream.count)
        self.done = self.earlier = 0
        self.counts: Counter[Status] = Counter()
        self.given_up = 0
        self.first: Result | None = None
        self.start = 0.0
        self._out = out

    def to_stream(self, results: Results) -> None:
        """Write to standard output or a device: one stream at once, others by way of the disk."""
        with contextlib.ExitStack() as closing:
            out = self._out.open_binary(closing)
            streams: list[IO[bytes]] = []

            def open_() -> IO[bytes]:
                direct = not streams and not self.writer.rewrites_head
                streams.append(out if direct else closing.enter_context(tempfile.TemporaryFile()))
                return streams[-1]

            self._go(results, open_, out.flush)
            if streams and streams[0] is not out:
                streams[0].seek(0)
                shutil.copyfileobj(streams[0], out, 1 << 20)
            out.flush()

    def to_file(self, results: Results, path: Path, resume: bool) -> None:
        """Write to a file, whole or not at all.

        What a call leaves that was interrupted, or found no room on the disk, can be resumed.
        """
        partial = Partial(path, _description(self.stream, self._out.format_.name), resume)
        self.done = self.earlier = partial.state["done"]
        self.counts.update({Status(name): n for name, n in partial.state["counts"].items()})

        def save() -> None:
            if self.writer.resumable:
                partial.save_at_times(self.done, self.counts)

        try:
            if not self.earlier:
                partial.clear()
            self._go(results, partial.stream, save)
            partial.finish()
        except BaseException as raised:
            error = _in_words(raised, path)
            points = partial.state["done"]
            if points and isinstance(
                error, Signalled | WriteError | TensorFlowError | ClusterError
            ):
                partial.leave(error, f"{points:,} points")
            else:
                partial.remove()
            raise error from error.__cause__

    def _go(self, results: Results, open_: writers.Open, save: Callable[[], None]) -> None:
        """Compute and write everything, with a bar for a person at a terminal.

        `save` is called before each chunk but the first is written, so that a resumed run always
        has a chunk left.
        """
        chunks = results(self.done)  # which may fork a process, before there is a thread
        self.start = start = time.monotonic()
        thread = ThreadPoolExecutor(1)
        pending = thread.submit(lambda: None)
        try:
            with bar("points", self._out.color) as show:
                for result in chunks:
                    pending.result()  # raises what the writing has raised
                    pending = thread.submit(self._write, result, open_, save)
                    rate = (self.done - self.earlier) / max(time.monotonic() - start, 1e-3)
                    step = f"{large(rate)} a second" if rate else ""
                    show(self.done, self.stream.count, step)
                pending.result()
        except Exception:
            thread.shutdown()  # once the chunks before the error are written
            raise
        except Signalled as end:
            last_task = thread.submit(lambda: None)
            if wait([last_task], PATIENCE).not_done:  # nobody reads what is written
                process.exit_now(end)
            raise
        finally:
            thread.shutdown(wait=False)
        if self.first is None:
            raise PointsError(f"cannot resume: there are no more than {self.done:,} points")
        self.writer.finish(self.done)

    def _write(self, result: Result, open_: writers.Open, save: Callable[[], None]) -> None:
        if self.first is None:
            self.first = result
            self.writer.start(result, open_, self.earlier > 0)
        else:
            save()
        self.writer.write(result)
        self.done += len(result.points)
        self.counts.update(result.counts)
        self.given_up += result.given_up


def answer(
    stream: Stream, out: output.Output, sharing: Sharing, resume: bool, verbose: bool
) -> tuple[bool, Iterable[Status]]:
    """Compute all points in chunks and write them; whether they are right, and their statuses.

    With `resume` it goes on where an earlier call was interrupted.

    Raises:
        OutputError: it cannot be written, or there is nothing that can be resumed.
    """
    run = Run(stream, out)
    if resume and not (out.path and run.writer.resumable):
        sink = f"a {out.format_.name} file" if out.path else "standard output"
        raise OutputError(f"'--resume' cannot go on with {sink}")
    with _computing(stream, sharing, verbose) as results:
        if out.path is None:
            run.to_stream(results)
        else:
            run.to_file(results, out.path, resume)
    assert run.first
    tell_failed_claims(run.first)
    failed = any_failed(run.counts)
    if verbose or failed or output.watched(sys.stderr):
        seconds = time.monotonic() - run.start
        click.echo(words.run_summary(run.done, run.counts, seconds, run.earlier), err=True)
    if verbose:
        tell_given_up(run.given_up, run.done - run.earlier, stream.question.options)
    return not failed and not any(claim.failed for claim in run.first.claims), run.counts


@contextlib.contextmanager
def _computing(stream: Stream, sharing: Sharing, verbose: bool) -> Iterator[Results]:
    """Start those who compute the chunks, or load TensorFlow, and yield the results."""
    loading = functools.partial(load, verbose)

    def alone(skip: int) -> Iterator[Result]:
        certified = None
        if stream.choice.needs_tensorflow:
            certified = stream.certified(skip)
            with output.waiting("starting TensorFlow ..."):
                loading()
        return stream.results(skip, certified=certified)

    with contextlib.ExitStack() as closing:
        with output.waiting("starting workers ..."):
            workers = closing.enter_context(sharing.start(stream.seconds))
        if workers is ALONE:
            yield alone
        else:
            yield functools.partial(stream.results, workers=workers, load=loading)


def _in_words(error: BaseException, path: Path) -> BaseException:
    """What is to be told of an error: of one of the system, that the file cannot be written."""
    if not isinstance(error, OSError):
        return error
    told = WriteError(f"cannot write '{path}': {error.strerror or error}")
    told.__cause__ = error
    return told


def _description(stream: Stream, format_name: str) -> dict[str, Any]:
    """What a run is, as far as its file depends on it; another run cannot be resumed."""
    from importlib.metadata import version

    question = stream.question
    source = cast(PointsInput, question.source)
    return {
        "version": version("tapecli"),
        "kind": question.kind,
        "expressions": [f"{target.name} = {target.text}" for target in question.targets],
        "derivatives": question.wrt,
        "how": asdict(question.options),
        "points": {name: str(text) for name, text in source.values.items()},
        "rows": source.table,
        "zip": source.paired,
        "files": [[file, *text_files.state(file)] for file in source.files],
        "format": format_name,
        "size": stream.size,
    }
