"""A question about any number of points, answered chunk by chunk: a Result for each chunk.

Chunks have the same size, so that what TensorFlow compiled for one serves them all, and little
enough is held at a time that memory does not grow with the number of points.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from tapecli import defaults, process
from tapecli.engines.tapes import loading
from tapecli.evaluation import answering, planner
from tapecli.evaluation.question import PointsInput, Question
from tapecli.evaluation.verdict import takes_sample
from tapecli.evaluation.workers import ALONE, Workers
from tapecli.points import exact
from tapecli.points.points import FilePoints, Points

if TYPE_CHECKING:
    from tapecli.evaluation.answering import Analysis
    from tapecli.evaluation.planner import Choice
    from tapecli.result import Result

LARGE_CHUNK = 262_144
"""Points of a chunk, of which tapes are asked at once."""

VERIFIED_CHUNK = 32_768
"""Points of a chunk of which each is verified, which takes far longer than the tapes do."""

SMALL_CHUNK = 8_192
"""Points of a chunk of Taylor series or certified values, which gain nothing by more."""

UNKNOWN_COUNT, UNKNOWN_SHARE = 10_000_000, 1 / 64
"""How many points are expected where nobody knows, and the share of the sample in each chunk."""


@dataclass(frozen=True, eq=False)
class Stream:
    """A question about many points, which come in chunks.

    Attributes:
        choice: the method for all of them.
        size: how many points a chunk has.
    """

    question: Question
    source: Points | FilePoints
    choice: Choice
    size: int

    @property
    def count(self) -> int | None:
        """How many points there are, if that is known."""
        return self.source.count

    def dimensions(self, count: int) -> dict[str, int]:
        """The axes of an array of all points by name, once it is known how many there are."""
        return {name: count if n is None else n for name, n in self.source.dimensions.items()}

    @property
    def seconds(self) -> float:
        """The CPU seconds of what processes can share."""
        return planner.seconds(self.question, self.choice, self.count or UNKNOWN_COUNT)

    def results(
        self,
        skip: int = 0,
        workers: Workers = ALONE,
        load: Callable[[], Any] = loading.load,
        certified: Iterator[Analysis] | None = None,
    ) -> Iterator[Result]:
        """The results of all chunks after `skip` points; what is raised is what `diff` raises.

        Args:
            skip: how many points are left out.
            workers: who computes the chunks.
            load: loads TensorFlow, in each of them.
            certified: what `certified` returns for as many left out, if this process computes.
        """
        choice = self.choice
        compute = functools.partial(answering.computed, formulas=False, load=load)
        if certified:
            ready = certified
            compute = functools.partial(
                compute, start=lambda work: lambda: next(ready, None) or work()
            )
        questions = (replace(question, settled=choice) for question in self._questions(skip))
        for question, parts in workers.each(compute, questions):
            yield answering.arrange(question, parts)
            choice = replace(choice, execution=parts.values.execution)

    def certified(self, skip: int = 0) -> Iterator[Analysis]:
        """What is certified of each chunk after `skip` points, by a process that is forked now.

        It may end early, and is empty where points can be read but once.
        """
        if isinstance(self.source, FilePoints):
            return iter(())
        certify = functools.partial(answering.certify, formulas=False)
        return process.fork_iterator(lambda: map(certify, self._questions(skip)))

    def _questions(self, skip: int) -> Iterator[Question]:
        """The question at each chunk after so many points."""
        question = self.question
        for chunk in self.source.chunks(self.size, skip):
            share = UNKNOWN_SHARE if self.count is None else len(chunk) / self.count
            yield question.at(chunk, self.choice, share=share, fill=self.size)
            question = replace(question, claims=())  # which are judged once


def open_question(
    source: PointsInput, *, in_chunks: bool = True, size: int = LARGE_CHUNK, **arguments: Any
) -> Question | Stream:
    """A question; or one about many points, which are taken in chunks.

    Args:
        source: the points as they were given.
        in_chunks: whether the points may be taken in chunks; if not, too many are refused.
        size: how many points a chunk has at most.
        **arguments: the other arguments of `Question.parse`, which says what is raised.
    """
    question = Question.parse(source=replace(source, arrays=True), **arguments)
    most = exact.MAX_COUNT if in_chunks else exact.MAX_POINTS
    points = cast(PointsInput, question.source).read(question.variables, question.format_, most)
    if isinstance(points, Points) and (not in_chunks or points.count <= exact.MAX_POINTS):
        return question.at(points)
    choice = _choice(question, size, points.count)
    if not choice.needs_tensorflow:
        size = SMALL_CHUNK
    elif question.options.verify != "none" and not takes_sample(
        question.options.verify, points.count or UNKNOWN_COUNT
    ):
        size = min(size, VERIFIED_CHUNK)
    return Stream(question, points, choice, min(size, points.count or size))


def _choice(question: Question, size: int, count: int | None) -> Choice:
    """The method for all chunks: one that can do each, run as is quickest for them all."""
    options = question.options
    no_tapes = options.method in (defaults.TAYLOR, defaults.NONE)
    choice = question.choose(SMALL_CHUNK if no_tapes else size)
    demanded = options.execution or options.usual_execution
    if choice.execution != defaults.EAGER or demanded or choice.method == "batch":
        return choice
    quickest = planner.Workload.of(question, count or UNKNOWN_COUNT).quickest
    return replace(choice, execution=quickest)
