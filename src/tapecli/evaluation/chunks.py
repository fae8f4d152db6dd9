"""A run over any number of points, a part of them at a time: a Result for each part.

Parts have the same size, so that what TensorFlow compiled for one serves them all, and little
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
from typing import TYPE_CHECKING, TextIO, cast

from tapecli import defaults
from tapecli.errors import PointsError
from tapecli.evaluation.question import Asked, How, Request, Where, ask, prepare
from tapecli.points import ranges, text_files

if TYPE_CHECKING:
    from tapecli.evaluation.planner import Choice
    from tapecli.points.sources import Chunk, Source
    from tapecli.result import Points, Result

PART = 262_144
"""Points of a part, of which tapes are asked at once."""

SMALL_PART = 8_192
"""The same where nothing is gained by more: of Taylor series and certified values."""

PEEK = 1 << 20
"""Characters of a text that are read to see whether its points are many."""

ANY = 10_000_000
"""Points that there may be, where nobody knows."""

SHARE_OF_ANY = 1 / 64
"""Of a sample that each part gets where nobody knows how many there will be."""

ORDINARY = How()


@dataclass(frozen=True, eq=False)
class Stream:
    """A run over many points.

    Attributes:
        asked: what is asked of each of them.
        source: the points.
        choice: the method for all of them.
        size: how many points a part has.
    """

    asked: Asked
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
        """The results of all parts, after so many points.

        Raises:
            UsageError: a point cannot be read, or TensorFlow lacks what this needs.
            TensorFlowError: TensorFlow is missing or does not start.
        """
        from tapecli.evaluation import compute

        asked, choice = self.asked, self.choice
        for chunk in self.source.chunks(self.size, skip):
            share = SHARE_OF_ANY if self.count is None else len(chunk) / self.count
            result = compute.run(asked.at(chunk, choice, share, self.size), formulas=False)
            yield result
            asked = replace(asked, claims=())  # which are judged once
            choice = replace(choice, execution=result.execution)


def opened(
    kind: str,
    expressions: str | Iterable[str],
    where: Where,
    wrt: str | Iterable[str] = (),
    order: int | None = None,
    claims: str | Iterable[str] = (),
    how: How = ORDINARY,
    parts: bool = True,
    size: int = PART,
) -> Request | Stream:
    """A request, or a run over its points in parts where they are many.

    `parts` says whether the points may be taken in parts (if not, too many are refused), and
    `size` how many of them a part has at most; the other arguments, and what is raised, are
    those of `prepare`.
    """
    where = _peekable(where)
    pipes = any(map(_is_pipe, replace(where, rows=None).files))
    told = pipes or any(map(_is_array, where.files))  # only by reading them
    if not told and not (parts and _are_many(where)):
        return prepare(kind, expressions, where, wrt, order, claims, how)
    columns = _header(where)
    asked = ask(kind, expressions, where, wrt, order, claims, how, columns)
    from tapecli.points.sources import open_source

    source = open_source(
        asked.given, where.rows, asked.names, how.format_, where.paired, where.stdin
    )
    if not parts or (source.count is not None and source.count <= ranges.MAX_POINTS):
        return asked.at(_only(source))
    choice = _choice(asked, size, source.count)
    part = size if choice.needs_tensorflow else SMALL_PART
    if source.count is not None:
        return Stream(asked, source, choice, min(part, source.count))
    begun = Begun(source, part)
    return Stream(asked, begun, choice, part) if begun.are_many else asked.at(begun.joined())


def _choice(asked: Asked, size: int, count: int | None) -> Choice:
    """The method for all parts: one that can do each of them, run as is quickest for them all."""
    part = SMALL_PART if asked.how.method in (defaults.TAYLOR, defaults.NONE) else size
    choice = asked.chosen(part)
    asked_for = asked.how.execution or asked.how.usual
    if choice.execution != defaults.EAGER or asked_for or choice.method == "batch":
        return choice
    from tapecli.evaluation import planner

    trees = [expression.tree for expression in asked.expressions]
    wanted = [one.variables for one in asked.derivatives]
    return replace(choice, execution=planner.quickest(trees, wanted, count or ANY))


def _only(source: Source) -> Points:
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


class Begun:
    """Points of which nobody knows how many there are, with the first of them read already.

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
        found = self._lines.read(size)
        left = -1 if size is None or size < 0 else size - len(found)
        return found + self._rest.read(left) if left else found

    def readline(self, size: int = -1) -> str:  # type: ignore[override]
        found = self._lines.readline(size)
        left = -1 if size < 0 else size - len(found)
        return found if found.endswith("\n") or not left else found + self._rest.readline(left)


def _peekable(where: Where) -> Where:
    """The same with the beginning of standard input read already, if points are read from it.

    A table that comes through a pipe is then read as if it came from there.
    """
    if where.reads_stdin:
        return where if where.stdin is None else replace(where, stdin=_begun(where.stdin))
    if where.rows is None or not _is_pipe(where.rows[1:]):
        return where
    try:
        pipe = Path(where.rows[1:]).open(encoding="utf-8-sig")  # noqa: SIM115 (read later)
    except OSError:
        return where  # which is said when it is read
    return replace(
        where, rows="-", stdin=_begun(pipe, text_files.shown(where.rows[1:]), owned=True)
    )


def _begun(stream: TextIO, shown: str = text_files.STANDARD_INPUT, owned: bool = False) -> TextIO:
    """A text with its beginning read; what is no text in it will be found where it is."""
    text_files.tolerant(stream)
    try:
        return cast(TextIO, Rejoined(stream, stream.read(PEEK), owned, shown))
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


def _are_many(where: Where) -> bool:
    """Whether the points are more than a request may have, as far as a glance can tell."""
    counts = [_many_or_count(values, where) for values in where.given.values()]
    if where.rows is not None:
        counts.append(_many_or_count(where.rows, where))
    together = max if where.paired else math.prod
    return together(counts or [1]) > ranges.MAX_POINTS


def _many_or_count(values: object, where: Where) -> int:
    """How many points there are; of a text only whether they are many, or else 1."""
    if isinstance(values, str) and (values == "-" or values.startswith("@")):
        head = _head(values, where)
        many = len(head) >= PEEK or head.count("\n") > ranges.MAX_POINTS
        return ranges.MAX_POINTS + 1 if many else 1
    try:
        return ranges.count_of(values) or 1  # type: ignore[arg-type]
    except PointsError:
        return ranges.MAX_POINTS + 1  # what is wrong is said when they are opened, or are too many


def _head(source: str, where: Where) -> str:
    """How a text of points begins; nothing, if it cannot be read."""
    if source == "-":
        return getattr(where.stdin, "head", "")
    try:
        with text_files.opened(source, None) as (stream, _):
            return stream.read(PEEK)
    except PointsError:
        return ""


def _header(where: Where) -> tuple[str, ...]:
    """The names of the columns of a table of points, as far as its beginning tells."""
    if where.rows is None:
        return ()
    if where.rows.lower().endswith(ranges.PARQUET):
        from tapecli.points import parquet

        return parquet.names(where.rows[1:])
    from tapecli.points import tables

    return tables.names(_head(where.rows, where).splitlines(), where.rows)
