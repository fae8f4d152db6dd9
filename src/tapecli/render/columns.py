"""The tidy columns that every machine format carries: one record a row of the result."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias, TypeVar

from tapecli.result import Block, Result

Field: TypeAlias = str | int | float | None

_T = TypeVar("_T")


def names(result: Result) -> list[str]:
    """The names of the columns; the points have one for each variable."""
    before = ["target", "expression", "wrt", "order"]
    return [*before, *result.variables, "tape", "analytic", "ulps", "status"]


def records(result: Result) -> Iterator[list[Field]]:
    """The fields of each row, numbers as numbers; None where there is none."""
    points = _points(result, result.format_.shortest)
    shortest = result.format_.shortest
    for block in result.blocks:
        about: list[Field] = [block.target, block.expression, block.wrt, block.order]
        for place, (point, tape) in enumerate(zip(points, _tape(block), strict=True)):
            check = block.check(place)
            numbers = (None if v is None else shortest(v) for v in (tape, check.analytic))
            yield [*about, *point, *numbers, check.ulps, str(check.status)]


def text_records(result: Result) -> Iterator[list[str]]:
    """The same as text: numbers in their shortest form, nothing for None."""
    points = _points(result, result.format_.text)
    text = result.format_.text
    for block in result.blocks:
        about = [block.target, block.expression, block.wrt, str(block.order)]
        for place, (point, tape) in enumerate(zip(points, _tape(block), strict=True)):
            check = block.check(place)
            numbers = ("" if v is None else text(v) for v in (tape, check.analytic))
            ulps = "" if check.ulps is None else str(check.ulps)
            yield [*about, *point, *numbers, ulps, check.status.value]


def _tape(block: Block) -> Sequence[float | None]:
    """What was computed at each point; None where nothing was."""
    return [None] * len(block.points) if block.tape is None else block.tape


def texts(result: Result) -> list[tuple[str, ...]]:
    """The values of the variables at each point as text."""
    return _points(result, result.format_.text)


def _points(result: Result, form: Callable[[float], _T]) -> list[tuple[_T, ...]]:
    """The values of the variables at each point in some form, made once for each number."""
    columns = []
    for name in result.variables:
        values = result.points.columns[name].tolist()
        made = {value: form(value) for value in set(values)}
        columns.append([made[value] for value in values])
    return list(zip(*columns, strict=True))


def strict(field: Field) -> Field:
    """The field as strict JSON has it: null for NaN and the infinities."""
    return None if isinstance(field, float) and not math.isfinite(field) else field
