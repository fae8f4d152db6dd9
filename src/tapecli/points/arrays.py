"""Numbers that are in an array already: in memory, or in a file of NumPy's that stays on disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapecli.errors import PointsError
from tapecli.floats import FloatFormat
from tapecli.points import ranges, text_files
from tapecli.points.axes import Known
from tapecli.points.rounding import Floats, decide, settled

_REAL = "fiu"
"""The kinds of numbers that float64 is the nearest of: floating-point, signed and unsigned."""


def rounded(array: NDArray[Any], format_: FloatFormat, name: str = "", first: int = 0) -> Floats:
    """The numbers of an array, each rounded once.

    Args:
        array: numbers of a kind that `is_real` knows, in one dimension.
        format_: the format.
        name: what a message calls the array, and "" for no place at all.
        first: the index of the first number in that array.

    Raises:
        PointsError: a number is not finite, too large or too small.
    """
    with np.errstate(over="ignore"):
        values, doubtful = settled(array.astype(np.float64), format_)

    def exact(place: int) -> Fraction:
        try:
            return ranges.number(array[place].item())
        except PointsError as error:
            raise PointsError(
                f"index {first + place} of {name}: {error}" if name else f"{error}"
            ) from None

    doubtful &= array != 0
    decide(values, doubtful, exact, format_)
    values += 0.0  # no zero has a sign
    return values


def is_real(array: NDArray[Any]) -> bool:
    """Whether these are numbers that `rounded` takes."""
    return array.dtype.kind in _REAL and array.dtype != np.longdouble


def of_numbers(given: Any, format_: FloatFormat) -> Known:
    """Numbers of any kind, or an array of them, of any number.

    Raises:
        PointsError: as in `grid.read`, but for the number of them.
    """
    if isinstance(given, np.ndarray) and is_real(given):
        array = given.ravel()
    elif isinstance(given, Sequence) and set(map(type, given)) == {float}:
        array = np.array(given)
    else:
        return Known(np.array([ranges.fitting(point, format_) for point in ranges.numbers(given)]))
    return Known(rounded(array, format_))


@dataclass(frozen=True)
class Stored:
    """Numbers of an array on disk, of which only those that are taken are read.

    They are not mapped into memory: who reads there what somebody has cut off is killed.

    Attributes:
        path: the file.
        state: what `texts.state` says of it.
        dtype: the type of the numbers.
        offset: the bytes in front of them.
        count: how many they are.
        format_: the format.
    """

    path: str
    state: tuple[int, int]
    dtype: np.dtype[Any]
    offset: int
    count: int
    format_: FloatFormat

    def take(self, start: int, stop: int) -> Floats:
        """The numbers in this range.

        Raises:
            PointsError: one cannot be used, or the file is another by now.
        """
        name = text_files.shown(self.path)
        offset = self.offset + start * self.dtype.itemsize
        try:
            array = np.fromfile(self.path, self.dtype, stop - start, offset=offset)
            changed = text_files.state(self.path) != self.state
        except OSError as error:
            raise PointsError(text_files.unreadable(name, error)) from None
        if changed or len(array) < stop - start:
            raise PointsError(text_files.changed(name))
        return rounded(array, self.format_, name, start)


def opened(path: str, format_: FloatFormat) -> Stored:
    """The array in a file.

    Raises:
        PointsError: it cannot be read, or is not one of real numbers in one dimension.
    """
    name = text_files.shown(path)
    try:
        state = text_files.state(path)
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except OSError as error:
        raise PointsError(text_files.unreadable(name, error)) from None
    except (ValueError, EOFError, TypeError, OverflowError):  # whatever a wrong header raises
        raise PointsError(f"there is no array of numbers in {name}") from None
    if not isinstance(array, np.memmap) or not is_real(array):
        raise PointsError(f"there is no array of real numbers in {name}")
    if array.ndim != 1:
        raise PointsError(f"the array in {name} has {array.ndim} dimensions, and not 1")
    if not len(array):
        raise PointsError("there are no points")
    return Stored(path, state, array.dtype, array.offset, len(array), format_)
