"""Writes each format in chunks: one Result after another, each at further points."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import IO, Protocol

from tapecli import formats
from tapecli.errors import OutputError
from tapecli.formats import Format, Screen
from tapecli.result import Result

Open = Callable[[], IO[bytes]]
"""Opens the next stream: first that of the file, then those that are appended to it at the end."""


class ChunkWriter(Protocol):
    """Writes a file in one format, chunk by chunk."""

    @property
    def resumable(self) -> bool:
        """Whether a later call can go on where this one was interrupted."""

    @property
    def rewrites_head(self) -> bool:
        """Whether the beginning is written again at the end."""

    def start(self, result: Result, open_: Open, resumed: bool) -> None:
        """Open the streams for results like this one, the first.

        Args:
            result: the first one, which is not written yet.
            open_: opens the next stream.
            resumed: whether an earlier call has written the beginning.
        """

    def write(self, result: Result) -> None:
        """Add a result."""

    def finish(self, count: int) -> None:
        """Complete the file, which has so many points."""


@dataclass
class TextWriter:
    """Lines: a stream for each derivative, which are put one behind the other at the end.

    So the rows come in the same order, however many chunks they were computed in.

    Attributes:
        page: the module of the format.
        screen: what the text is made for.
    """

    page: ModuleType
    screen: Screen
    resumable: bool = True
    rewrites_head: bool = False

    def start(self, result: Result, open_: Open, resumed: bool) -> None:
        self._streams = [open_() for _ in formats.blocks(self.page, result)]
        if not resumed:
            self._streams[0].write(self._encoded(self.page.head(result, self.screen)))

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
        encoding = "utf-8" if self.screen.unicode else "ascii"
        return text.encode(encoding, "backslashreplace")


@dataclass
class NpyWriter:
    """An array, whose head is written again at the end if the number of points was unknown.

    Attributes:
        page: the module of the format.
        dimensions: the axes of all points, for their number.
        count: how many points there are, if that is known.
    """

    page: ModuleType
    dimensions: Callable[[int], Mapping[str, int]]
    count: int | None
    resumable: bool = True

    @property
    def rewrites_head(self) -> bool:
        return self.count is None

    def start(self, result: Result, open_: Open, resumed: bool) -> None:
        self._first, self._stream = result, open_()
        if not resumed:
            self._write_head(self.count or 0)

    def write(self, result: Result) -> None:
        self._stream.write(self.page.body(result))

    def finish(self, count: int) -> None:
        if self.rewrites_head:
            self._stream.seek(0)
            self._write_head(count)

    def _write_head(self, count: int) -> None:
        self._stream.write(self.page.head(self._first, self.dimensions(count)))


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
        raise OutputError(f"{format_.name} cannot be written in chunks")
    return TextWriter(page, screen)
