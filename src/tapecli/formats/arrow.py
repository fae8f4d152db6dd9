"""Loads pyarrow, which is optional, and writes the numbers of CSV with it.

pyarrow writes the digits that Python writes, but has exponents for other magnitudes, with another
number of digits, and a sign for -0.0. Python writes such numbers.
"""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from tapecli.errors import OutputError
from tapecli.floats import Array, FloatFormat
from tapecli.formats.columns import STATUSES, Verdicts

MIN_ROWS = 50_000
"""Rows from which on pyarrow saves more time than it takes to load: of all chunks together."""

FEW = 1_000
"""Rows that Python writes as quickly, even if pyarrow is loaded."""

_rows = 0
"""The rows of all chunks so far."""


def load(name: str = "pyarrow") -> Any:
    """One of pyarrow's modules, or an OutputError if it is missing or does not load."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        problem = f"pyarrow does not load ({error})"
        raise OutputError(f"{problem}; pip install 'tapecli[arrow]'") from None


@cache
def loads() -> bool:
    """Whether pyarrow is there to write with."""
    try:
        return all(map(load, ("pyarrow", "pyarrow.compute")))
    except OutputError:
        return False


def is_worth(rows: int) -> bool:
    """Whether pyarrow is there to write so many further rows, and saves time."""
    global _rows
    _rows += rows
    return rows >= FEW and _rows >= MIN_ROWS and loads()


def texts(format_: FloatFormat, values: Array) -> Any:
    """The texts of `FloatFormat.texts`, as an array of pyarrow.

    Where pyarrow would write a number in another notation, Python writes it: pyarrow has fractions
    down to 1e-6, 1e-7 for 1e-07, and exponents from 1e10 on, where Python's repr has exponents
    below 1e-4 and from 1e16 on.
    """
    import numpy as np

    pa = load()
    if format_.name not in ("float64", "float32"):
        values = format_.all_shortest(values)
    with np.errstate(over="ignore", invalid="ignore"):
        narrowed = values.astype("float32" if format_.name == "float32" else "float64") + 0
        foreign = (narrowed != values) & ~np.isnan(values)  # not of the dtype at all
    size = np.abs(narrowed)
    other = foreign | (size >= 1e-9) & (size < 1e-4) | (size >= 1e10) & (size < 1e16)
    array = pa.array(narrowed).cast("large_string")
    if not other.any():
        return array
    others = pa.array(format_.texts(values[other]), "large_string")
    return load("pyarrow.compute").replace_with_mask(array, pa.array(other), others)


def endings(verdicts: Verdicts, ending: str, format_: FloatFormat, missing: str) -> Any:
    """The rest of each line, as an array of pyarrow; the arguments are those of `bulk_lines`."""
    pa, compute, kind = load(), load("pyarrow.compute"), load().large_string()
    analytic = texts(format_, verdicts.analytic)
    analytic = compute.if_else(pa.array(verdicts.has_analytic), analytic, pa.scalar(missing, kind))
    ulps = pa.array(verdicts.ulps, mask=~verdicts.has_ulps).cast(kind).fill_null(missing)
    statuses = pa.array(STATUSES, kind).take(pa.array(verdicts.statuses))
    first, *others, last = (pa.scalar(text, kind) for text in ending.split("{}"))
    cells = first, analytic, others[0], ulps, others[1], statuses, last
    return compute.binary_join_element_wise(*cells, pa.scalar("", kind))


def either(usual: str, others: Mapping[int, str], count: int) -> Any:
    """So many times the usual text, as an array of pyarrow; `others` stand at their indices."""
    import numpy as np

    pa, kind = load(), load().large_string()
    which = np.zeros(count, np.int64)
    which[list(others)] = np.arange(1, len(others) + 1)
    return pa.array([usual, *others.values()], kind).take(pa.array(which))


def join(before: Sequence[str], numbers: Sequence[Any], rest: Any) -> str:
    """Lines of the numbers, with texts `before` them, and then their end from `rest`."""
    pa, kind = load(), load().large_string()
    cells = itertools.chain.from_iterable(zip(pa.array(before, kind), numbers, strict=True))
    compute, no_separator = load("pyarrow.compute"), pa.scalar("", kind)
    lines = compute.binary_join_element_wise(*cells, rest, no_separator)
    return str(lines.buffers()[-1], "utf-8")
