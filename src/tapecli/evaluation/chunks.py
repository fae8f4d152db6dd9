"""A question about any number of points, answered chunk by chunk: a Result for each chunk.

Chunks have the same size, so that what TensorFlow compiled for one serves them all, and little
enough is held at a time that memory does not grow with the number of points.
"""

from __future__ import annotations

import itertools
import math
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from io import StringIO, TextIOBase
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, cast

from tapecli import defaults
from tapecli.errors import PointsError
from tapecli.evaluation import answering, planner
from tapecli.evaluation.question import PointsInput, Question
from tapecli.points import ranges, text_files

if TYPE_CHECKING:
    from tapecli.evaluation.planner import Choice
    from tapecli.points.ranges import PointsLike
    from tapecli.points.sources import Chunk, Source
    from tapecli.result import Points, Result

LARGE_CHUNK = 262_144
"""Points of a chunk, of which tapes are asked at once."""

SMALL_CHUNK = 8_192
"""Points of a chunk of Taylor series or certified values, which gain nothing by more."""

PEEK = 1 << 20
"""Characters of a text that are read to see whether its points are many."""

UNKNOWN_COUNT = 10_000_000
"""How many points are expected where nobody knows."""

UNKNOWN_SHARE = 1 / 64
"""Share of the sample verified in each chunk where nobody knows how many points there are."""


@dataclass(frozen=True, eq=False)
class Stream:
    """A question about many points, which come in chunks.

    Attributes:
        question: what is asked of each of them.
        source: the points.
        choice: the method for all of them.
        size: how many points a chunk has.
    """

    question: Question
    source: Source
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
        """The results of all chunks, after so many points.

        Raises:
            UsageError: a point cannot be read, or TensorFlow lacks what this needs.
            TensorFlowError: TensorFlow is missing or does not start.
        """
        question, choice = self.question, self.choice
        for chunk in self.source.chunks(self.size, skip):
            share = UNKNOWN_SHARE if self.count is None else len(chunk) / self.count
            at_chunk = question.at(chunk, choice, share=share, fill=self.size)
            result = answering.answer(at_chunk, formulas=False)
            yield result
            question = replace(question, claims=())  # which are judged once
            choice = replace(choice, execution=result.execution)


def open_question(
    kind: str,
    expressions: str | Iterable[str],
    source: PointsInput,
    *,
    in_chunks: bool = True,
    size: int = LARGE_CHUNK,
    **asked: Any,
) -> Question | Stream:
    """A question; or one about many points, which are taken in chunks.

    Args:
        kind: one of `KINDS`.
        expressions: the texts of the targets.
        source: the points as they were given.
        in_chunks: whether the points may be taken in chunks; if not, too many are refused.
        size: how many points a chunk has at most.
        **asked: the other arguments of `Question.parse`.

    Raises:
        UsageError: as `Question.parse` does.
    """
    source = _peekable(source)
    pipes = any(map(_is_pipe, replace(source, table=None).files))
    is_unknown = pipes or any(map(_is_array, source.files))  # how many only reading tells
    if not is_unknown and not (in_chunks and _are_many(source)):
        return Question.parse(kind, expressions, source, **asked)
    source = replace(source, header=_header(source))
    question = Question.parse(kind, expressions, source, **asked)
    points = _opened(question)
    if not in_chunks or (points.count is not None and points.count <= ranges.MAX_POINTS):
        return question.at(_all_of(points))
    choice = _choice(question, size, points.count)
    size = size if choice.needs_tensorflow else SMALL_CHUNK
    if points.count is not None:
        return Stream(question, points, choice, min(size, points.count))
    partly = PartlyRead(points, size)
    if partly.are_many:
        return Stream(question, partly, choice, size)
    return question.at(partly.joined())


def _opened(question: Question) -> Source:
    """The points of a question, of which there may be any number."""
    from tapecli.points.sources import open_source

    given = cast(PointsInput, question.source)
    return open_source(
        given.values,
        given.table,
        question.variables,
        question.format_,
        given.paired,
        given.stdin,
    )


def _choice(question: Question, size: int, count: int | None) -> Choice:
    """The method for all chunks: one that can do each, run as is quickest for them all."""
    options = question.options
    choice = question.choose(
        SMALL_CHUNK if options.method in (defaults.TAYLOR, defaults.NONE) else size
    )
    demanded = options.execution or options.usual_execution
    if choice.execution != defaults.EAGER or demanded or choice.method == "batch":
        return choice
    quickest = planner.Workload.of(question, count or UNKNOWN_COUNT).quickest
    return replace(choice, execution=quickest)


def _all_of(source: Source) -> Points:
    """The points of a source that may be no more than a request may have.

    Raises:
        PointsError: they are more, or none.
    """
    from tapecli.points.sources import Product

    if isinstance(source, Product) and source.count <= ranges.MAX_POINTS:
        return source.points()  # which has an axis for each variable
    chunk = next(source.chunks(ranges.MAX_POINTS + 1), None)
    if chunk is None:
        raise PointsError("there are no points")
    if len(chunk) > ranges.MAX_POINTS:
        raise PointsError(f"more than {ranges.MAX_POINTS:,} points")
    return chunk


class PartlyRead:
    """Points of which nobody knows how many there are, the first of which were read already.

    Args:
        source: the points.
        size: how many an array has.
    """

    count = None

    def __init__(self, source: Source, size: int) -> None:
        self.names: tuple[str, ...] = source.names
        self.dimensions: Mapping[str, int | None] = source.dimensions
        self._rest = source.chunks(size)
        self._first: list[Chunk] = []
        self.are_many = False
        for chunk in self._rest:
            self._first.append(chunk)
            if sum(map(len, self._first)) > ranges.MAX_POINTS:
                self.are_many = True
                break

    def chunks(self, size: int, skip: int = 0) -> Iterator[Chunk]:
        """The points, once, after so many; in arrays of the size that it began with."""
        passed = 0
        for chunk in itertools.chain(self._first, self._rest):
            passed += len(chunk)
            if passed > skip:
                yield chunk

    def joined(self) -> Chunk:
        """All of the points, where they are few."""
        from tapecli.points.sources import joined

        if not self._first:
            raise PointsError("there are no points")
        return joined(self._first)


# --- how many they are ------------------------------------------------------------------------


class Rejoined(TextIOBase):
    """A text of which the beginning has been read already.

    Args:
        rest: the text behind it.
        head: its beginning.
        owned: whether nobody else needs `rest`.
        shown: what a message calls it.
    """

    def __init__(
        self, rest: TextIO, head: str, owned: bool = False, shown: str = text_files.STANDARD_INPUT
    ) -> None:
        self.head = head
        self.shown = shown
        self._lines = StringIO(head)
        self._rest = rest
        self._owned = owned

    def close(self) -> None:
        if self._owned:
            self._rest.close()
        super().close()

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> str:
        text = self._lines.read(size)
        missing = -1 if size is None or size < 0 else size - len(text)
        return text + self._rest.read(missing) if missing else text

    def readline(self, size: int = -1) -> str:  # type: ignore[override]
        line = self._lines.readline(size)
        missing = -1 if size < 0 else size - len(line)
        return line if line.endswith("\n") or not missing else line + self._rest.readline(missing)


def _peekable(source: PointsInput) -> PointsInput:
    """The input with the beginning of standard input read already, if points are read from it.

    A table that comes through a pipe is then read as if it came from there.
    """
    if source.reads_stdin:
        if source.stdin is None:
            return source
        return replace(source, stdin=_with_head(source.stdin))
    if source.table is None or not _is_pipe(source.table[1:]):
        return source
    try:
        pipe = Path(source.table[1:]).open(encoding="utf-8-sig")  # noqa: SIM115 (read later)
    except OSError:
        return source  # which is said when it is read
    name = text_files.shown(source.table[1:])
    return replace(source, table="-", stdin=_with_head(pipe, name, owned=True))


def _with_head(
    stream: TextIO, name: str = text_files.STANDARD_INPUT, owned: bool = False
) -> TextIO:
    """A text with its beginning read; what is no text in it will be found where it is."""
    text_files.tolerant(stream)
    try:
        return cast(TextIO, Rejoined(stream, stream.read(PEEK), owned, name))
    except (OSError, UnicodeDecodeError):
        return stream


def _is_pipe(file: str) -> bool:
    """Whether this is a file that can be read but once."""
    try:
        mode = os.stat(file).st_mode
    except (OSError, ValueError):
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _is_array(file: str) -> bool:
    """Whether this is a file of points that is no text."""
    return file.lower().endswith((ranges.NPY, ranges.PARQUET))


def _are_many(source: PointsInput) -> bool:
    """Whether the points are more than a question may have, as far as a glance can tell."""
    given = [*source.values.values(), *([] if source.table is None else [source.table])]
    counts = [_glanced_count(values, source.stdin) for values in given]
    combined = max if source.paired else math.prod
    return combined(counts or [1]) > ranges.MAX_POINTS


def _glanced_count(values: PointsLike, stdin: TextIO | None) -> int:
    """How many points there are; of a text only whether they are many, or else 1."""
    too_many = ranges.MAX_POINTS + 1
    if isinstance(values, str) and (values == "-" or values.startswith("@")):
        head = _head(values, stdin)
        return too_many if len(head) >= PEEK or head.count("\n") > ranges.MAX_POINTS else 1
    try:
        return ranges.count_of(values) or 1
    except PointsError:
        return too_many  # what is wrong is said when they are opened, or are too many


def _head(text: str, stdin: TextIO | None) -> str:
    """How the text of "-" or "@file" begins; nothing, if it cannot be read."""
    if text == "-":
        return getattr(stdin, "head", "")
    try:
        with text_files.opened(text, None) as (stream, _):
            return stream.read(PEEK)
    except PointsError:
        return ""


def _header(source: PointsInput) -> tuple[str, ...]:
    """The names of the columns of a table of points, as far as its beginning tells."""
    if source.table is None:
        return ()
    if source.table.lower().endswith(ranges.PARQUET):
        from tapecli.points import parquet

        return parquet.names(source.table[1:])
    from tapecli.points import tables

    return tables.names(_head(source.table, source.stdin).splitlines(), source.table)
