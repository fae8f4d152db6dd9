"""What a process is doing, in a file that outlives it: so a crash or a hang has its input."""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

MOST = 1 << 20
"""Bytes of an input that are kept."""

_HEAD = struct.Struct("<QdI")


class Record:
    """The number of inputs so far, the seconds of the slowest, and the present one."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(_HEAD.size + MOST))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _HEAD.size + MOST)

    @property
    def runs(self) -> int:
        """How many inputs were begun."""
        return self._head()[0]

    @property
    def slowest(self) -> float:
        """The most seconds of the processor that one took."""
        return self._head()[1]

    @property
    def data(self) -> bytes:
        """The input that was begun last."""
        return self._map[_HEAD.size : _HEAD.size + self._head()[2]]

    def begin(self, data: bytes) -> None:
        """An input is begun."""
        kept = data[:MOST]
        self._map[_HEAD.size : _HEAD.size + len(kept)] = kept
        self._write(self.runs + 1, self.slowest, len(kept))

    def end(self, seconds: float) -> None:
        """It has ended."""
        if seconds > self.slowest:
            self._write(self.runs, seconds, len(self.data))

    def _head(self) -> tuple[int, float, int]:
        runs, slowest, length = _HEAD.unpack_from(self._map)
        return runs, slowest, length

    def _write(self, runs: int, slowest: float, length: int) -> None:
        _HEAD.pack_into(self._map, 0, runs, slowest, length)
