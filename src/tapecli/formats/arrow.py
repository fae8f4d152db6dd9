"""Loads pyarrow, which is optional, and writes the numbers of CSV with it.

pyarrow writes the digits that Python writes, but has exponents for other magnitudes, with another
number of digits, and a sign for -0.0. Python writes such numbers.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from tapecli.errors import OutputError
from tapecli.floats import FloatFormat
from tapecli.formats import columns

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MIN_ROWS = 50_000
"""Rows from which on pyarrow saves more time than it takes to load."""

MARK = "!"
"""The text in the last column of a row that is marked."""


def load(name: str = "pyarrow") -> Any:
    """One of pyarrow's modules.

    Raises:
        OutputError: it is missing, or does not load.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        problem = f"pyarrow does not load ({error})"
        raise OutputError(f"{problem}; pip install 'tapecli[arrow]'") from None


@cache
def loads() -> bool:
    """Whether pyarrow is there to write with."""
    try:
        return all(map(load, ("pyarrow", "pyarrow.compute", "pyarrow.csv")))
    except OutputError:
        return False


def is_faster(rows: int) -> bool:
    """Whether pyarrow is there, and writes so many rows in less time."""
    return rows >= MIN_ROWS and loads()


def text(
    columns: Sequence[NDArray[np.float64]],
    format_: FloatFormat,
    delimiter: str,
    marked: NDArray[np.bool_] | None = None,
) -> str:
    """Lines of numbers in their shortest form, as `columns.texts` gives it.

    Args:
        columns: the numbers.
        format_: the dtype.
        delimiter: what stands between them.
        marked: the rows that have `MARK` in a last column, which is empty in the others.
    """
    pa, csv = load("pyarrow"), load("pyarrow.csv")
    arrays = [_column(values, format_) for values in columns]
    if marked is not None:
        arrays.append(load("pyarrow.compute").if_else(pa.array(marked), MARK, ""))
    table = pa.Table.from_arrays(arrays, list(map(str, range(len(arrays)))))
    stream = pa.BufferOutputStream()
    options = csv.WriteOptions(include_header=False, delimiter=delimiter, quoting_style="none")
    csv.write_csv(table, stream, options)
    return str(stream.getvalue(), "ascii")


def _column(values: NDArray[np.float64], format_: FloatFormat) -> Any:
    """The numbers, or texts if pyarrow would write some of them in another notation.

    It has fractions down to 1e-6, 1e-7 for 1e-07, and exponents from 1e10 on, where Python's repr
    has exponents below 1e-4 and from 1e16 on.
    """
    import numpy as np

    pa = load()
    if format_.name not in ("float64", "float32"):
        values = columns.shortest(values, format_)
    with np.errstate(over="ignore", invalid="ignore"):
        narrowed = values.astype("float32" if format_.name == "float32" else "float64") + 0
        foreign = (narrowed != values) & ~np.isnan(values)  # not of the dtype at all
    size = np.abs(narrowed)
    other = foreign | (size >= 1e-9) & (size < 1e-4) | (size >= 1e10) & (size < 1e16)
    array = pa.array(narrowed)
    if not other.any():
        return array
    texts = pa.array(columns.texts(values[other], format_))
    return load("pyarrow.compute").replace_with_mask(array.cast("string"), pa.array(other), texts)
