"""What the options of a command ask for: points, and a request that is checked."""

from __future__ import annotations

import sys
from typing import Any

from tapecli import choices, request
from tapecli.errors import PointsError, RequestError
from tapecli.request import How, Request, Where


def prepared(
    expressions: tuple[str, ...],
    at: tuple[tuple[str, str], ...],
    wrt: tuple[str, ...] = (),
    order: int | None = None,
    paired: bool = False,
    otherwise: str = choices.POINTS,
    **rest: Any,
) -> Request:
    """The request of derivatives that the options of these names make, checked.

    `otherwise` are the points of the only variable, if there are none; `rest` has the points of
    the variables with an option of their own, and how it is to be done.
    """
    given, rows = points(rest, at)
    where = Where(given, rows, paired, sys.stdin, otherwise)
    expressions = expressions or (choices.EXPRESSION,)
    return request.prepare("diff", expressions, where, wrt, order, (), How(**rest))


def points(
    options: dict[str, Any], at: tuple[tuple[str, str], ...]
) -> tuple[dict[str, str], str | None]:
    """The values of each variable, and where a table is; standard input must have some to give.

    The variables with an option of their own are taken out of the options.
    """
    points: dict[str, str] = {}
    named = [(name, text) for name in choices.SHORT for text in options.pop(name, ())]
    for name, text in [*named, *at]:
        if name in points:
            what = f"the points of '{name}' are" if name else "a table of points is"
            raise RequestError(f"{what} given twice")
        points[name] = text
    if list(points.values()).count("-") > 1:
        raise RequestError("'-' is there twice, and standard input can be read but once")
    if "-" in points.values() and sys.stdin is not None and sys.stdin.isatty():
        raise PointsError(
            "'-' reads points from standard input, which is a terminal; "
            "pipe them in, one a line, or write --x 1..3"
        )
    rows = points.pop("", None)
    return points, rows
