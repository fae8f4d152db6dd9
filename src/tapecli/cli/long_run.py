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
from tapecli.cli.call import OutputOptions, load, tell_failed_claims, tell_given_up
from tapecli.cli.progress import bar
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
"""How many results may wait to be written."""

PATIENCE = 3.0
"""Seconds that an interrupted call waits for what is being written."""

SAVED_EVERY = 1.0
"""Seconds after which the state of a run is saved for a later call."""


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
    """A run over many points, and how far it has come.

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
        report: Callable[[int, int | None], None],
        save: Callable[[], None] = lambda: None,
    ) -> None:
        """Compute and write everything.

        Args:
            open_: opens the streams that it is written to.
            report: receives how many points are done, and of how many.
            save: is called before each chunk but the first is written, so that a resumed run
                always has a chunk left.
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
                report(self.done, self.stream.count)
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


def answer(stream: Stream, options: OutputOptions, resume: bool, source: PointsInput) -> int:
    """Compute all points in chunks, write them, and return the exit code.

    Args:
        stream: what is computed.
        options: how it is to be written.
        resume: whether to go on where an earlier call had come to.
        source: the points as they were given.

    Raises:
        OutputError: it cannot be written, or there is nothing that can be resumed.
    """
    if stream.choice.needs_tensorflow:
        with output.waiting("starting TensorFlow ..."):
            load(options.verbose)
    start = time.monotonic()
    screen = output.screen(sys.stdout, options.color) if sys.stdout else Screen()
    target = files.path_of(options.file)
    writer = writers.of_format(
        options.format_, Screen() if target else screen, stream.dimensions, stream.count
    )
    if resume and not (target and writer.resumable):
        sink = f"a {options.format_.name} file" if target else "standard output"
        raise OutputError(f"'--resume' cannot go on with {sink}")
    with _progress(options.color) as report:
        if target is None:
            run = Run(stream, writer, {})
            _to_stream(run, options.file, writer, report)
        else:
            description = _description(stream, source, options.format_.name)
            run = _to_file(stream, writer, target, resume, description, report)
    return _summed_up(run, options, time.monotonic() - start)


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


def _summed_up(run: Run, options: OutputOptions, seconds: float) -> int:
    """Print the summary of a run, and return the exit code."""
    failed = any_failed(run.counts)
    claims = run.first.claims if run.first else ()
    if run.first:
        tell_failed_claims(run.first)
    if options.verbose or failed or output.watched(sys.stderr):
        click.echo(words.run_summary(run.done, run.counts, seconds, run.earlier), err=True)
    if options.verbose:
        tell_given_up(run.given_up, run.done - run.earlier, run.stream.question.options)
    ok = not failed and not any(claim.failed for claim in claims)
    return options.code(ok, run.counts)


def _to_stream(
    run: Run, file: str | None, writer: ChunkWriter, report: Callable[[int, int | None], None]
) -> None:
    """Write to standard output or a device: the first stream at once, others by way of the disk."""
    with contextlib.ExitStack() as closing:
        out = output.open_binary(file, closing)
        streams: list[IO[bytes]] = []

        def open_() -> IO[bytes]:
            direct = not streams and not writer.rewrites_head
            streams.append(out if direct else closing.enter_context(tempfile.TemporaryFile()))
            return streams[-1]

        run.go(open_, report, out.flush)
        if streams and streams[0] is not out:
            streams[0].seek(0)
            shutil.copyfileobj(streams[0], out, 1 << 20)
        out.flush()


def _to_file(
    stream: Stream,
    writer: ChunkWriter,
    path: Path,
    resume: bool,
    description: dict[str, Any],
    report: Callable[[int, int | None], None],
) -> Run:
    """Write to a file, whole or not at all; what an interrupted call leaves can be resumed."""
    try:
        partial = Partial(path)
        with contextlib.ExitStack() as refused:
            refused.callback(partial.close)
            state = (partial.state() if resume else None) or {}
            if state and state.get("about") != description:
                raise OutputError(
                    f"cannot resume '{path.name}': it was begun by another call; {ANEW}"
                )
            refused.pop_all()
        run = Run(stream, writer, state)
        lengths = iter(state.get("lengths", ()))
        saved, at = time.monotonic(), run.done

        def save() -> None:
            nonlocal saved, at
            if writer.resumable and time.monotonic() - saved > SAVED_EVERY:
                partial.save({"about": description, "done": run.done, "counts": run.counts})
                saved, at = time.monotonic(), run.done

        try:
            if not state:
                partial.clear()
            run.go(lambda: partial.stream(next(lengths, None)), report, save)
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
    return run


@contextlib.contextmanager
def _progress(color: str) -> Iterator[Callable[[int, int | None], None]]:
    """A bar with the rate and the time left, for a person at a terminal."""
    start, first = time.monotonic(), None
    with bar("points", color) as show:

        def report(done: int, count: int | None) -> None:
            nonlocal first
            first = done if first is None else first
            rate = (done - first) / max(time.monotonic() - start, 1e-3)
            show(done, count, f"{errors.large(rate)} a second" if rate else "")

        yield report
