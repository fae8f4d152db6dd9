"""The tidy columns that every machine format carries: one record a row of the result."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TypeAlias

from tapecli.floats import FloatFormat
from tapecli.result import Result, Row

Field: TypeAlias = str | int | float | None


def names(result: Result) -> list[str]:
    """The names of the columns; the points' column has the name of the variable."""
    before = ["target", "expression", "wrt", "order"]
    return [*before, result.variable, "tape", "analytic", "ulps", "status"]


def records(result: Result) -> Iterator[list[Field]]:
    """The fields of each row, numbers as numbers; None where there is none."""
    return (_record(row, result.format_) for row in result.rows)


def _record(row: Row, format_: FloatFormat) -> list[Field]:
    point, tape = (format_.shortest(value) for value in (row.point, row.tape))
    analytic = None if row.analytic is None else format_.shortest(row.analytic)
    about: list[Field] = [row.target, row.expression, row.wrt, row.order]
    return [*about, point, tape, analytic, row.ulps, str(row.status)]


def text_records(result: Result) -> Iterator[list[str]]:
    """The same as text: numbers in their shortest form, nothing for None."""
    format_ = result.format_
    for row in result.rows:
        analytic = "" if row.analytic is None else format_.text(row.analytic)
        about = [row.target, row.expression, row.wrt, str(row.order)]
        values = [format_.text(row.point), format_.text(row.tape), analytic]
        yield [*about, *values, "" if row.ulps is None else str(row.ulps), str(row.status)]


def strict(field: Field) -> Field:
    """The field as strict JSON has it: null for NaN and the infinities."""
    return None if isinstance(field, float) and not math.isfinite(field) else field
