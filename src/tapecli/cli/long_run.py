"""A question about many points, answered chunk by chunk.

Each chunk is written by a thread while the next one is computed.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import click

from tapecli import process
from tapecli.cli import files, output
from tapecli.cli.call import OutputOptions, load, tell_failed_claims, tell_given_up
from tapecli.cli.progress import bar
from tapecli.cli.resume import ANEW, Partial
from tapecli.errors import OutputError, PointsError, WriteError
from tapecli.evaluation.chunks import Stream
from tapecli.evaluation.question import PointsInput
from tapecli.floats import large
from tapecli.formats import Screen, words, writers
from tapecli.formats.writers import ChunkWriter
from tapecli.points import text_files
from tapecli.process import Signalled
from tapecli.result import Result, Status, any_failed

PATIENCE = 3.0
"""Seconds that an interrupted call waits for what is being written."""

SAVED_EVERY = 1.0
"""Seconds after which the state of a run is saved for a later call."""


class Run:
    """A run over many points, and how far it has come, from the state of an earlier call, or {}."""

    def __init__(self, stream: Stream, writer: ChunkWriter, state: dict[str, Any]) -> None:
        self.stream = stream
        self.done = self.earlier = int(state.get("done", 0))
        self.counts = Counter({Status(name): n for name, n in state.get("counts", {}).items()})
        self.given_up = 0
        self.first: Result | None = None
        self._writer = writer
        self._resumed = bool(state)

    def go(self, open_: writers.Open, save: Callable[[], None], color: str) -> None:
        """Compute and write everything, with a bar for a person at a terminal.

        `save` is called before each chunk but the first is written, so that a resumed run always
        has a chunk left.
        """
        start = time.monotonic()
        thread = ThreadPoolExecutor(1)
        pending = thread.submit(lambda: None)
        try:
            with bar("points", color) as show:
                for result in self.stream.results(self.done):
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
        self._writer.finish(self.done)

    def _write(self, result: Result, open_: writers.Open, save: Callable[[], None]) -> None:
        if self.first is None:
            self.first = result
            self._writer.start(result, open_, self._resumed)
        else:
            save()
        self._writer.write(result)
        self.done += len(result.points)
        self.counts.update(result.counts)
        self.given_up += result.given_up


def answer(stream: Stream, options: OutputOptions, resume: bool, source: PointsInput) -> int:
    """Compute all points in chunks, write them, and return the exit code.

    With `resume` it goes on where an earlier call was interrupted.

    Raises:
        OutputError: it cannot be written, or there is nothing that can be resumed.
    """
    if stream.choice.needs_tensorflow:
        with output.waiting("starting TensorFlow ..."):
            load(options.verbose)
    start = time.monotonic()
    target = files.path_of(options.file)
    screen = Screen() if target or not sys.stdout else output.screen(sys.stdout, options.color)
    writer = writers.of_format(options.format_, screen, stream.dimensions, stream.count)
    if resume and not (target and writer.resumable):
        sink = f"a {options.format_.name} file" if target else "standard output"
        raise OutputError(f"'--resume' cannot go on with {sink}")
    if target is None:
        run = _to_stream(stream, writer, options)
    else:
        run = _to_file(stream, writer, target, resume, source, options)
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
    return dict(json.loads(json.dumps(description)))  # as it is when it is read again


def _summed_up(run: Run, options: OutputOptions, seconds: float) -> int:
    """Print the summary of a run, and return the exit code."""
    assert run.first
    failed = any_failed(run.counts)
    tell_failed_claims(run.first)
    if options.verbose or failed or output.watched(sys.stderr):
        click.echo(words.run_summary(run.done, run.counts, seconds, run.earlier), err=True)
    if options.verbose:
        tell_given_up(run.given_up, run.done - run.earlier, run.stream.question.options)
    ok = not failed and not any(claim.failed for claim in run.first.claims)
    return options.code(ok, run.counts)


def _to_stream(stream: Stream, writer: ChunkWriter, options: OutputOptions) -> Run:
    """Write to standard output or a device: the first stream at once, others by way of the disk."""
    run = Run(stream, writer, {})
    with contextlib.ExitStack() as closing:
        out = output.open_binary(options.file, closing)
        streams: list[IO[bytes]] = []

        def open_() -> IO[bytes]:
            direct = not streams and not writer.rewrites_head
            streams.append(out if direct else closing.enter_context(tempfile.TemporaryFile()))
            return streams[-1]

        run.go(open_, out.flush, options.color)
        if streams and streams[0] is not out:
            streams[0].seek(0)
            shutil.copyfileobj(streams[0], out, 1 << 20)
        out.flush()
    return run


def _to_file(
    stream: Stream,
    writer: ChunkWriter,
    path: Path,
    resume: bool,
    source: PointsInput,
    options: OutputOptions,
) -> Run:
    """Write to a file, whole or not at all; what an interrupted call leaves can be resumed."""
    description = _description(stream, source, options.format_.name)
    try:
        partial = Partial(path)
        try:
            state = partial.state() if resume else {}
            if state and state.get("about") != description:
                raise OutputError(
                    f"cannot resume '{path.name}': it was begun by another call; {ANEW}"
                )
        except BaseException:
            partial.close()
            raise
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
            run.go(lambda: partial.stream(next(lengths, None)), save, options.color)
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
