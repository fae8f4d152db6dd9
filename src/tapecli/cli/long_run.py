"""A question about many points, answered chunk by chunk.

The chunks are computed here and written by a thread, with the progress on standard error.
"""

from __future__ import annotations

import contextlib
import json
import queue
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import click

from tapecli import errors, process
from tapecli.cli import files, output
from tapecli.cli.answer import OutputOptions, load, tell_failed_claims, tell_given_up
from tapecli.cli.progress import bar, waiting, watched
from tapecli.cli.resume import ANEW, Partial
from tapecli.errors import OutputError, PointsError, WriteError
from tapecli.evaluation.chunks import Stream
from tapecli.evaluation.question import PointsInput
from tapecli.formats import Screen, words, writers
from tapecli.formats.writers import ChunkWriter
from tapecli.points import text_files
from tapecli.process import Signalled
from tapecli.result import Result, Status, any_failed

WAITING = 2
"""Results that may wait for being written."""

PATIENCE = 3.0
"""Seconds that an interrupted call waits for what is being written."""

SAVED_EVERY = 1.0
"""Seconds after which what has been done is put down for a later call."""


class _Writer:
    """A thread that writes results while further ones are computed.

    Args:
        write: writes one.
    """

    def __init__(self, write: Callable[[Result], None]) -> None:
        self._write = write
        self._results: queue.Queue[Result | None] = queue.Queue(WAITING)
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def put(self, result: Result) -> None:
        """Have a result written; raises what an earlier one has raised."""
        self._check()
        self._results.put(result)

    def finish(self) -> None:
        """Wait until all is written; raises what that has raised."""
        self._results.put(None)
        self._thread.join()
        self._check()

    def abandon(self) -> bool:
        """Write nothing further; False if the thread does not end, for nobody reads from it."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._results.get_nowait()
        self._results.put(None)
        self._thread.join(PATIENCE)
        return not self._thread.is_alive()

    def _check(self) -> None:
        if self._error is not None:
            raise self._error

    def _work(self) -> None:
        while (result := self._results.get()) is not None:
            if self._error is None:
                try:
                    self._write(result)
                except BaseException as error:
                    self._error = error


class Run:
    """A run, and what has become of it.

    Args:
        stream: what is computed.
        writer: how it is written.
        state: how far an earlier call had come; {} if there was none.
    """

    def __init__(self, stream: Stream, writer: ChunkWriter, state: dict[str, Any]) -> None:
        self.stream = stream
        self.done = self.earlier = int(state.get("done", 0))
        self.counts = Counter({Status(name): n for name, n in state.get("counts", {}).items()})
        self.given_up = 0
        self.first: Result | None = None
        self._writer = writer
        self._resumed = bool(state)

    def go(
        self,
        open_: writers.Open,
        tell: Callable[[int, int | None], None],
        save: Callable[[], None] = lambda: None,
    ) -> None:
        """Compute and write everything.

        Args:
            open_: opens the streams that it is written to.
            tell: is told how many points are done, and of how many.
            save: is called before a further part is written, so that one is left to be written
                by whoever goes on from there.
        """

        def write(result: Result) -> None:
            if self.first is None:
                self.first = result
                self._writer.start(result, open_, self._resumed)
            else:
                save()
            self._writer.write(result)
            self.done += len(result.points)
            self.counts.update(result.counts)
            self.given_up += result.given_up

        writer = _Writer(write)
        try:
            for result in self.stream.results(self.done):
                writer.put(result)
                tell(self.done, self.stream.count)
            writer.finish()
        except Exception:
            with contextlib.suppress(Exception):
                writer.finish()
            raise
        except Signalled as end:
            if not writer.abandon():  # nobody reads what it writes
                process.exit_now(end)
            raise
        if self.first is None:
            raise PointsError(f"cannot resume: there are no more than {self.done:,} points")
        self._writer.finish(self.done)


def answer(stream: Stream, written: OutputOptions, resume: bool, source: PointsInput) -> int:
    """Compute all points in chunks, write them, and return the exit code.

    Args:
        stream: what is computed.
        written: how it is to be written.
        resume: whether to go on where an earlier call had come to.
        source: the points as they were given.

    Raises:
        OutputError: it cannot be written, or there is nothing that can be resumed.
    """
    if stream.choice.needs_tensorflow:
        with waiting("starting TensorFlow ..."):
            load(written.verbose)
    start = time.monotonic()
    screen = output.screen(sys.stdout, written.color) if sys.stdout else Screen()
    target = files.path_of(written.file)
    writer = writers.of_format(
        written.format_, Screen() if target else screen, stream.dimensions, stream.count
    )
    if resume and not (target and writer.resumable):
        where = f"a {written.format_.name} file" if target else "standard output"
        raise OutputError(f"'--resume' cannot go on with {where}")
    with _progress(written.color) as tell:
        if target is None:
            one = Run(stream, writer, {})
            _to_stream(one, written.file, writer, tell)
        else:
            description = _description(stream, source, written.format_.name)
            one = _to_file(stream, writer, target, resume, description, tell)
    return _ended(one, written, time.monotonic() - start)


def _description(stream: Stream, source: PointsInput, format_name: str) -> dict[str, Any]:
    """What a run is, as far as its file depends on it; another run cannot be resumed."""
    from importlib.metadata import version

    question = stream.question
    description = {
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
    as_saved: dict[str, Any] = json.loads(json.dumps(description))
    return as_saved


def _ended(one: Run, written: OutputOptions, seconds: float) -> int:
    """Say what is to be said in the end; the exit code."""
    failed = any_failed(one.counts)
    wrong = False
    if one.first:
        tell_failed_claims(one.first)
        wrong = any(claim.failed for claim in one.first.claims)
    if written.verbose or failed or watched(sys.stderr):
        click.echo(words.run_summary(one.done, one.counts, seconds, one.earlier), err=True)
    if written.verbose:
        tell_given_up(one.given_up, one.done - one.earlier, one.stream.question)
    return written.code(not (failed or wrong), one.counts)


def _to_stream(
    one: Run, file: str | None, writer: ChunkWriter, tell: Callable[[int, int | None], None]
) -> None:
    """To standard output, or to a device: at once, and what comes later by way of the disk."""
    with contextlib.ExitStack() as closing:
        out = output.open_binary(file, closing)
        opened: list[IO[bytes]] = []

        def open_() -> IO[bytes]:
            direct = not opened and not writer.rewrites_head
            opened.append(out if direct else closing.enter_context(tempfile.TemporaryFile()))
            return opened[-1]

        one.go(open_, tell, out.flush)
        if opened and opened[0] is not out:
            opened[0].seek(0)
            shutil.copyfileobj(opened[0], out, 1 << 20)
        out.flush()


def _to_file(
    stream: Stream,
    writer: ChunkWriter,
    path: Path,
    resume: bool,
    about: dict[str, Any],
    tell: Callable[[int, int | None], None],
) -> Run:
    """To a file, whole or not at all; what an interrupted call leaves can be resumed."""
    try:
        partial = Partial(path)
        with contextlib.ExitStack() as refused:
            refused.callback(partial.close)
            state = (partial.state() if resume else None) or {}
            if state and state.get("about") != about:
                raise OutputError(
                    f"cannot resume '{path.name}': it was begun by another call; {ANEW}"
                )
            refused.pop_all()
        one = Run(stream, writer, state)
        lengths = iter(state.get("lengths", ()))
        saved, at = time.monotonic(), one.done

        def save() -> None:
            nonlocal saved, at
            if writer.resumable and time.monotonic() - saved > SAVED_EVERY:
                partial.save({"about": about, "done": one.done, "counts": one.counts})
                saved, at = time.monotonic(), one.done

        try:
            if not state:
                partial.clear()
            one.go(lambda: partial.stream(next(lengths, None)), tell, save)
            partial.finish()
        except Signalled as end:
            if not at:
                partial.remove()
                raise
            partial.close()
            end.progress = f" after {at:,} points; with --resume it goes on there"
            raise
        except BaseException:
            partial.remove()
            raise
    except OSError as error:
        raise WriteError(f"cannot write '{path}': {error.strerror or error}") from error
    return one


@contextlib.contextmanager
def _progress(color: str) -> Iterator[Callable[[int, int | None], None]]:
    """A bar with the rate and the time left, for a person at a terminal."""
    start, first = time.monotonic(), None
    with bar("points", color) as show:

        def tell(done: int, count: int | None) -> None:
            nonlocal first
            first = done if first is None else first
            rate = (done - first) / max(time.monotonic() - start, 1e-3)
            show(done, count, f"{errors.large(rate)} a second" if rate else "")

        yield tell
