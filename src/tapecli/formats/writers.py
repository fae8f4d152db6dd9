"""How each format is written piece by piece, from a Result for each part of a run."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import IO, Protocol

from tapecli import formats
from tapecli.errors import OutputError
from tapecli.formats import Format, Screen
from tapecli.result import Block, Result

Open = Callable[[], IO[bytes]]
"""Opens the next stream: first that of the whole, then those that go behind it in the end."""


class Pieces(Protocol):
    """A file in one format, written piece by piece.

    Attributes:
        resumable: whether a later call can go on where this one was interrupted.
        rewound: whether the beginning is written again in the end.
    """

    resumable: bool
    rewound: bool

    def begin(self, result: Result, open_: Open, resumed: bool) -> None:
        """Open what is needed for results like this one, the first."""
        ...

    def write(self, result: Result) -> None:
        """Add a result."""
        ...

    def finish(self, count: int) -> None:
        """Complete the whole, of so many points."""
        ...


class Text:
    """Lines: a stream for each derivative, which go one behind the other in the end.

    So the rows come in the same sequence however many parts they were computed in.
    """

    resumable = True
    rewound = False

    def __init__(self, module: ModuleType, screen: Screen) -> None:
        self._module = module
        self._screen = screen
        self._streams: list[IO[bytes]] = []

    def begin(self, result: Result, open_: Open, resumed: bool) -> None:
        self._streams = [open_() for _ in self._blocks(result)]
        if not resumed:
            self._streams[0].write(self._encoded(self._module.head(result, self._screen)))

    def write(self, result: Result) -> None:
        for block, stream in zip(self._blocks(result), self._streams, strict=True):
            for piece in self._module.body(result, block, self._screen):
                stream.write(self._encoded(piece))

    def finish(self, count: int) -> None:
        whole, *rest = self._streams
        for stream in rest:
            stream.seek(0)
            shutil.copyfileobj(stream, whole, 1 << 20)

    def _blocks(self, result: Result) -> Sequence[Block]:
        """The derivatives that the format shows."""
        shown: Callable[[Result], Sequence[Block]] | None = getattr(self._module, "blocks", None)
        return shown(result) if shown else result.blocks

    def _encoded(self, text: str) -> bytes:
        encoding = "utf-8" if self._screen.unicode else "ascii"
        return text.encode(encoding, "backslashreplace")


class Npy:
    """An array, whose head is written again in the end if nobody knew how many points there are.

    Args:
        dimensions: the axes of all points for their number.
        count: how many points there are, if that is known.
    """

    resumable = True

    def __init__(
        self,
        module: ModuleType,
        dimensions: Callable[[int], Mapping[str, int]],
        count: int | None,
    ) -> None:
        self._module = module
        self._dimensions = dimensions
        self._count = count
        self.rewound = count is None

    def begin(self, result: Result, open_: Open, resumed: bool) -> None:
        self._first, self._stream = result, open_()
        if not resumed:
            self._write_head(self._count or 0)

    def write(self, result: Result) -> None:
        self._stream.write(self._module.body(result))

    def finish(self, count: int) -> None:
        if self.rewound:
            self._stream.seek(0)
            self._write_head(count)

    def _write_head(self, count: int) -> None:
        self._stream.write(self._module.head(self._first, self._dimensions(count)))


class Parquet:
    """A Parquet file: a row group for each part. Its index is at its end."""

    resumable = False
    rewound = False

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    def begin(self, result: Result, open_: Open, resumed: bool) -> None:
        self._writer = self._module.Writer(open_(), result)

    def write(self, result: Result) -> None:
        self._writer.write(result)

    def finish(self, count: int) -> None:
        self._writer.close()


def of_format(
    format_: Format,
    screen: Screen,
    dimensions: Callable[[int], Mapping[str, int]],
    count: int | None,
) -> Pieces:
    """The writer of a format.

    Raises:
        OutputError: what the format takes is not installed.
    """
    module = formats.module(format_)
    if format_.name == "npy":
        return Npy(module, dimensions, count)
    if format_.name == "parquet":
        return Parquet(module)
    if format_.binary:
        raise OutputError(f"{format_.name} cannot be written in pieces")
    return Text(module, screen)
