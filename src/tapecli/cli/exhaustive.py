"""`tapecli check --exhaustive` from part to part: progress, and what a later call goes on with."""

from __future__ import annotations

import contextlib
import functools
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

from tapecli.cli.call import load
from tapecli.cli.output import Output
from tapecli.cli.progress import bar
from tapecli.cli.resume import Partial
from tapecli.engines.tapes.arrangements import device_named
from tapecli.errors import ClusterError, OutputError
from tapecli.evaluation.workers import Sharing, Workers
from tapecli.features.check.exhaustive import running, walking
from tapecli.features.check.exhaustive.model import MOST_INTERVALS, Survey, Tally
from tapecli.features.check.exhaustive.running import Walk
from tapecli.floats import counted
from tapecli.process import Signalled


class Checkpoint:
    """The tallies of the parts that are done, on the disk beside the file of the report.

    `about` says for JSON what is walked, for another walk cannot be resumed.

    Attributes:
        earlier: the tallies of an earlier call that is resumed.

    Raises:
        OutputError: as `Partial`; or an earlier call is to be resumed, and there is no file.
    """

    def __init__(self, out: Output, about: dict[str, Any], resume: bool) -> None:
        self.earlier: list[list[Tally]] = []
        self._done = 0
        self._partial = None
        if out.path is None:
            if resume:
                raise OutputError("'--resume' goes on with a file; name it with --output")
            return
        self._partial = Partial(out.path, about, resume)
        self._done = self._partial.state["done"]
        if not self._done:
            self._partial.clear()
        stream = self._partial.stream()
        stream.seek(0)
        for line in stream:
            self.earlier.append([Tally.of_fields(fields) for fields in json.loads(line)])

    def add(self, tallies: Sequence[Tally]) -> None:
        """Add the tallies of the next part."""
        self._done += 1
        if self._partial:
            line = json.dumps([asdict(tally) for tally in tallies])
            self._partial.streams[0].write(f"{line}\n".encode())
            self._partial.save_at_times(self._done, {})

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """Keep the tallies if the work does not come to its end, and remove them if it does."""
        try:
            yield
        except BaseException as error:
            if self._partial and self._done:
                self._partial.save(self._done, {})
                if isinstance(error, Signalled | ClusterError):
                    self._partial.leave(error, counted(self._done, "part"))
                else:
                    self._partial.close()
            elif self._partial:
                self._partial.remove()
            raise
        if self._partial:
            self._partial.remove()


def check_every_number(
    walks: Sequence[Walk],
    out: Output,
    sharing: Sharing,
    *,
    resume: bool = False,
    verbose: bool = False,
) -> Survey:
    """Walk, and write the report; other processes, or a cluster, do the parts.

    Raises:
        ClusterError: the cluster cannot do it.
        OutputError, WriteError: it cannot be written, or there is nothing that can be resumed.
        RequestError: a device is not there.
        TensorFlowError: TensorFlow is missing or does not start.
    """
    seconds = sum(len(walk.parts) for walk in walks)  # a part takes about a second
    with sharing.start(seconds) as workers, bar("numbers", out.color) as show:
        tf = load(verbose)
        for device in {walk.setting.device for walk in walks}:
            device_named(tf, device or None)  # or it is refused
        checkpoint = Checkpoint(out, running.description(walks, tf), resume)
        with checkpoint.kept():
            tallies = _tallies(walks, workers, checkpoint, show, verbose)
            survey = running.survey(walks, tallies, tf)
            out.write(replace(survey, listed=MOST_INTERVALS) if verbose else survey)
    return survey


def _tallies(
    walks: Sequence[Walk],
    workers: Workers,
    checkpoint: Checkpoint,
    show: Any,
    verbose: bool,
) -> Iterator[Sequence[Tally]]:
    """The tallies of all parts: those of an earlier call, then those that workers make now."""
    parts = [part for walk in walks for part in walk.parts]
    total, done = sum(part.count for part in parts), len(checkpoint.earlier)
    numbers = sum(part.count for part in parts[:done])
    yield from checkpoint.earlier
    show(numbers, total, "".join(part.expression for part in parts[done : done + 1]))
    walk = functools.partial(walking.walk, verbose=verbose)
    for part, tallies in workers.each(walk, parts[done:]):
        checkpoint.add(tallies)
        numbers += part.count
        show(numbers, total, part.expression)
        yield tallies
