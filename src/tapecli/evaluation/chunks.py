"""A question about any number of points, answered chunk by chunk: a Result for each chunk.

Chunks have the same size, so that what TensorFlow compiled for one serves them all, and little
enough is held at a time that memory does not grow with the number of points.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from tapecli import defaults
from tapecli.evaluation import answering, planner
from tapecli.evaluation.question import PointsInput, Question
from tapecli.points import exact
from tapecli.points.points import FilePoints, Points

if TYPE_CHECKING:
    from tapecli.evaluation.planner import Choice
    from tapecli.result import Result

LARGE_CHUNK = 262_144
"""Points of a chunk, of which tapes are asked at once."""

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

    def results(self, skip: int = 0) -> Iterator[Result]:
        """The results of all chunks after `skip` points; what is raised is what `diff` raises."""
        question, choice = self.question, self.choice
        for chunk in self.source.chunks(self.size, skip):
            share = UNKNOWN_SHARE if self.count is None else len(chunk) / self.count
            at_chunk = question.at(chunk, choice, share=share, fill=self.size)
            result = answering.answer(at_chunk, formulas=False)
            yield result
            question = replace(question, claims=())  # which are judged once
            choice = replace(choice, execution=result.execution)


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
    size = size if choice.needs_tensorflow else SMALL_CHUNK
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
