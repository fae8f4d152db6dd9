"""Numbers of an array of NumPy's that stays on disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tapecli.errors import PointsError
from tapecli.floats import FloatFormat
from tapecli.points import rounding, text_files
from tapecli.points.rounding import Floats
from tapecli.points.spaced import Lazy


@dataclass(frozen=True)
class Stored(Lazy):
    """Numbers of an array on disk, of which only those that are taken are read.

    They are not mapped into memory: a process that reads there what somebody has cut off is
    killed.

    Attributes:
        path: the file.
        state: what `text_files.state` says of it.
        dtype: the type of the numbers.
        offset: the bytes in front of them.
        count: how many they are.
        format_: the format that they are rounded into.
    """

    path: str
    state: tuple[int, int]
    dtype: np.dtype[Any]
    offset: int
    count: int
    format_: FloatFormat

    def take(self, start: int, stop: int) -> Floats:
        """The numbers from one index to before another.

        Raises:
            PointsError: one cannot be used, or the file is another by now.
        """
        name = text_files.quoted(self.path)
        offset = self.offset + start * self.dtype.itemsize
        try:
            array = np.fromfile(self.path, self.dtype, stop - start, offset=offset)
            changed = text_files.state(self.path) != self.state
        except OSError as error:
            raise PointsError(text_files.unreadable(name, error)) from None
        if changed or len(array) < stop - start:
            raise PointsError(text_files.changed(name))
        return rounding.of_array(array, self.format_, name, start)


def stored(path: str, format_: FloatFormat) -> Stored:
    """The array in a file.

    Raises:
        PointsError: it cannot be read, or is not one of real numbers in one dimension.
    """
    name = text_files.quoted(path)
    try:
        state = text_files.state(path)
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except OSError as error:
        raise PointsError(text_files.unreadable(name, error)) from None
    except (ValueError, EOFError, TypeError, OverflowError):  # whatever a wrong header raises
        raise PointsError(f"there is no array of numbers in {name}") from None
    if not isinstance(array, np.memmap) or not rounding.is_real(array):
        raise PointsError(f"there is no array of real numbers in {name}")
    if array.ndim != 1:
        raise PointsError(f"the array in {name} has {array.ndim} dimensions, and not 1")
    return Stored(path, state, array.dtype, array.offset, len(array), format_)
