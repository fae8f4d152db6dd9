"""Writes each format in chunks: one Result after another, each at further points."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import IO, Protocol

from tapecli import formats
from tapecli.errors import OutputError
from tapecli.formats import Format, Screen, npy
from tapecli.result import Result

Open = Callable[[], IO[bytes]]
"""Opens the next stream: first that of the file, then those that are appended to it at the end."""


class ChunkWriter(Protocol):
    """Writes a file in one format, chunk by chunk.

    Attributes:
        resumable: whether a later call can go on where this one was interrupted.
        rewrites_head: whether the beginning is written again at the end.
    """

    resumable: bool = True
    rewrites_head: bool = False

    def start(self, result: Result, open_: Open, resumed: bool) -> None:
        """Open the streams for results like this first one, which is not written yet.

        If this is `resumed`, an earlier call has written the beginning.
        """

    def write(self, result: Result) -> None:
        """Add a result."""

    def finish(self, count: int) -> None:
        """Complete the file, which has so many points."""


@dataclass
class TextWriter(ChunkWriter):
    """Lines of the module `page`: a stream for each derivative, which are joined at the end.

    So the rows come in the same order, however many chunks they were computed in.
    """

    page: ModuleType
    screen: Screen

    def start(self, result: Result, open_: Open, resumed: bool) -> None:
        self._streams = [open_() for _ in formats.blocks(self.page, result)]
        if not resumed:
            self._streams[0].write(self._encoded(formats.head(self.page, result, self.screen)))

    def write(self, result: Result) -> None:
        blocks = formats.blocks(self.page, result)
        for block, stream in zip(blocks, self._streams, strict=True):
            for lines in self.page.body(result, block, self.screen):
                stream.write(self._encoded(lines))

    def finish(self, count: int) -> None:
        whole, *rest = self._streams
        for stream in rest:
            stream.seek(0)
            shutil.copyfileobj(stream, whole, 1 << 20)

    def _encoded(self, text: str) -> bytes:
        return text.encode("utf-8" if self.screen.unicode else "ascii", "backslashreplace")


@dataclass
class NpyWriter(ChunkWriter):
    """An array, whose head is written again at the end if the number of points was unknown.

    `dimensions` has the axes of all points for their number; an unknown `count` is 0.
    """

    dimensions: Callable[[int], Mapping[str, int]]
    count: int
    rewrites_head: bool

    def start(self, result: Result, open_: Open, resumed: bool) -> None:
        self._first, self._stream = result, open_()
        if not resumed:
            self._write_head(self.count)

    def write(self, result: Result) -> None:
        self._stream.write(npy.body(result))

    def finish(self, count: int) -> None:
        if self.rewrites_head:
            self._stream.seek(0)
            self._write_head(count)

    def _write_head(self, count: int) -> None:
        self._stream.write(npy.head(self._first, self.dimensions(count)))


def of_format(
    format_: Format,
    screen: Screen,
    dimensions: Callable[[int], Mapping[str, int]],
    count: int | None,
) -> ChunkWriter:
    """The writer of a format, for so many points if that is known.

    `dimensions` has the axes of all points, for their number.
    """
    if format_.name == "npy":
        return NpyWriter(dimensions, count or 0, rewrites_head=count is None)
    page = formats.module(format_)
    if format_.name == "parquet":
        writer: ChunkWriter = page.ParquetWriter()
        return writer
    if format_.binary:
        raise OutputError(f"{format_.name} cannot be written in chunks")
    return TextWriter(page, screen)
