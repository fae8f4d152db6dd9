"""The one door to pyarrow, which is not always there, and the numbers that it writes for CSV.

pyarrow has the same digits for a number as the house, but exponents for other magnitudes, with
another number of digits, and a sign for -0.0. A column that has such numbers is made text first.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from tapecli.errors import OutputError
from tapecli.floats import FloatFormat
from tapecli.formats import numbers

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MIN_ROWS = 50_000
"""Rows from which on pyarrow saves more time than it takes to load."""

MARK = "!"
"""What stands in a column of its own in a row that is marked."""

_NOTATIONS: tuple[tuple[float, float, tuple[str | slice, ...]], ...] = (
    (1e-9, 1e-6, (slice(0, -1), "0", slice(-1, None))),
    (1e-6, 1e-5, (slice(7, 8), ".", slice(8, None), "e-06")),
    (1e-5, 1e-4, (slice(6, 7), ".", slice(7, None), "e-05")),
    *(
        (
            float(f"1e{e}"),
            float(f"1e{e + 1}"),
            (slice(0, 1), slice(2, 2 + e), ".", slice(2 + e, -4)),
        )
        for e in range(10, 16)
    ),
)
"""Magnitudes that pyarrow writes in another notation, and how Python's is put together from it.

It has fractions down to 1e-6, 1e-7 for 1e-07, and exponents from 1e10 on, where Python's repr has
exponents below 1e-4 and from 1e16 on. The last rows are for numbers that are not whole.
"""


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
    """Lines of numbers in their shortest form, as `numbers.texts` gives it.

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
    """The numbers, or their texts if pyarrow would write some of them in another notation."""
    import numpy as np

    if format_.name not in ("float64", "float32"):
        values = numbers.shortest(values, format_)
    with np.errstate(over="ignore", invalid="ignore"):
        narrowed = values.astype("float32" if format_.name == "float32" else "float64") + 0
        foreign = (narrowed != values) & ~np.isnan(values)  # not of the dtype at all
    size = np.abs(narrowed)
    high = (size >= 1e10) & (size < 1e16)
    if not (foreign | high | (size >= 1e-10) & (size < 1e-3)).any():
        return load("pyarrow").array(narrowed)
    if format_.name == "float32":
        by_us = high | foreign
        replacements = numbers.texts(np.abs(values[by_us]), format_)
    else:  # a whole number this large has all of its digits
        by_us = high & (np.rint(size) == size)
        replacements = size[by_us].astype(np.int64)
    texts = _replace(_rewritten(size, ~by_us), by_us, _texts(replacements))
    if not (narrowed < 0).any():
        return texts
    compute = load("pyarrow.compute")
    signs = compute.if_else(load("pyarrow").array(narrowed < 0), "-", "")
    return compute.binary_join_element_wise(signs, texts, "")


def _rewritten(size: NDArray[Any], by_arrow: NDArray[np.bool_]) -> Any:
    """The texts of magnitudes by pyarrow, those in another notation put together anew."""
    compute = load("pyarrow.compute")
    texts = _texts(size)
    for low, high, pieces in _NOTATIONS:
        selected = by_arrow & (size >= size.dtype.type(low)) & (size < size.dtype.type(high))
        if selected.any():
            old = texts.filter(load("pyarrow").array(selected))
            new = [
                piece
                if isinstance(piece, str)
                else compute.utf8_slice_codeunits(old, piece.start, piece.stop)
                for piece in pieces
            ]
            joined = compute.binary_join_element_wise(*new, "")
            if isinstance(pieces[-1], str):  # a single digit has no fraction
                joined = compute.replace_substring(joined, ".e", "e")
            texts = _replace(texts, selected, joined)
    return texts


def _replace(texts: Any, selected: NDArray[np.bool_], replacements: Any) -> Any:
    mask = load("pyarrow").array(selected)
    return load("pyarrow.compute").replace_with_mask(texts, mask, replacements)


def _texts(values: Any) -> Any:
    return load("pyarrow").array(values).cast("string")
