"""How each format is written in chunks: from one Result after another, each of further points."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import IO, Protocol

from tapecli import formats
from tapecli.errors import OutputError
from tapecli.formats import Format, Screen
from tapecli.result import Result

Open = Callable[[], IO[bytes]]
"""Opens the next stream: first that of the whole, then those that are appended to it at the end."""


class ChunkWriter(Protocol):
    """Writes a file in one format, chunk by chunk.

    Attributes:
        resumable: whether a later call can go on where this one was interrupted.
        rewrites_head: whether the beginning is written again at the end.
    """

    resumable: bool
    rewrites_head: bool

    def start(self, result: Result, open_: Open, resumed: bool) -> None:
        """Open the streams for results like this one, the first.

        Args:
            result: the first one, which is not written yet.
            open_: opens the next stream.
            resumed: whether an earlier call has written the beginning.
        """
        ...

    def write(self, result: Result) -> None:
        """Add a result."""
        ...

    def finish(self, count: int) -> None:
        """Complete the file, which has so many points."""
        ...


class TextWriter:
    """Lines: a stream for each derivative, which are put one behind the other at the end.

    So the rows come in the same order, however many chunks they were computed in.
    """

    resumable = True
    rewrites_head = False

    def __init__(self, page: ModuleType, screen: Screen) -> None:
        self._page = page
        self._screen = screen
        self._streams: list[IO[bytes]] = []

    def start(self, result: Result, open_: Open, resumed: bool) -> None:
        self._streams = [open_() for _ in formats.blocks(self._page, result)]
        if not resumed:
            self._streams[0].write(self._encoded(self._page.head(result, self._screen)))

    def write(self, result: Result) -> None:
        blocks = formats.blocks(self._page, result)
        for block, stream in zip(blocks, self._streams, strict=True):
            for lines in self._page.body(result, block, self._screen):
                stream.write(self._encoded(lines))

    def finish(self, count: int) -> None:
        whole, *rest = self._streams
        for stream in rest:
            stream.seek(0)
            shutil.copyfileobj(stream, whole, 1 << 20)

    def _encoded(self, text: str) -> bytes:
        encoding = "utf-8" if self._screen.unicode else "ascii"
        return text.encode(encoding, "backslashreplace")


class NpyWriter:
    """An array, whose head is written again at the end if the number of points was unknown.

    Args:
        page: the module of the format.
        dimensions: the axes of all points, for their number.
        count: how many points there are, if that is known.
    """

    resumable = True

    def __init__(
        self, page: ModuleType, dimensions: Callable[[int], Mapping[str, int]], count: int | None
    ) -> None:
        self._page = page
        self._dimensions = dimensions
        self._count = count
        self.rewrites_head = count is None

    def start(self, result: Result, open_: Open, resumed: bool) -> None:
        self._first, self._stream = result, open_()
        if not resumed:
            self._write_head(self._count or 0)

    def write(self, result: Result) -> None:
        self._stream.write(self._page.body(result))

    def finish(self, count: int) -> None:
        if self.rewrites_head:
            self._stream.seek(0)
            self._write_head(count)

    def _write_head(self, count: int) -> None:
        self._stream.write(self._page.head(self._first, self._dimensions(count)))


def of_format(
    format_: Format,
    screen: Screen,
    dimensions: Callable[[int], Mapping[str, int]],
    count: int | None,
) -> ChunkWriter:
    """The writer of a format.

    Args:
        format_: the format.
        screen: what text is made for.
        dimensions: the axes of all points, for their number.
        count: how many points there are, if that is known.

    Raises:
        OutputError: the library of the format is not installed.
    """
    page = formats.module(format_)
    if format_.name == "npy":
        return NpyWriter(page, dimensions, count)
    if format_.name == "parquet":
        writer: ChunkWriter = page.ParquetWriter()
        return writer
    if format_.binary:
        raise OutputError(f"{format_.name} cannot be written in pieces")
    return TextWriter(page, screen)
