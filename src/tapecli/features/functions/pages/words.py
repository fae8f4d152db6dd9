"""The words that the formats of a listing share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tapecli import defaults
from tapecli.errors import together
from tapecli.expressions.functions import (
    FUNCTIONS,
    Constant,
    Function,
    Limit,
    Listing,
    Operator,
    Row,
)
from tapecli.floats import FORMATS
from tapecli.formats import Screen

EVERYWHERE = "everywhere"
NAMES = ("FUNCTION", "MEANING", "DERIVATIVE", "DOMAIN", "ALSO")
ANY = "any order"
HINT = "more of one: tapecli functions NAME"


def shown(listing: Listing, screen: Screen) -> Listing:
    """The listing with names that the screen can show: Γ may have to be \\u0393."""
    if screen.unicode:
        return listing
    return listing._replace(rows=tuple(map(_plain, listing.rows)))


def _plain(row: Row) -> Row:
    if isinstance(row, Operator):
        return row
    names = (name.encode("ascii", "backslashreplace").decode() for name in row.aliases)
    return row._replace(aliases=tuple(names))


def signature(row: Row) -> str:
    """How it is written: atan2(y, x)."""
    return row.name if isinstance(row, Constant) else row.signature


def derivatives(row: Row) -> dict[str, str]:
    """Its derivative by each argument; a constant has no argument, and the derivative zero."""
    if isinstance(row, Constant):
        return {"x": "0"}
    return dict(zip(row.parameters, row.derivatives, strict=True))


def domain(row: Row) -> str:
    """Where it is defined; "" for everywhere."""
    return "" if isinstance(row, Constant) else row.domain


def rough(row: Row) -> str:
    """Where it is defined and has no derivative; "" for nowhere."""
    return row.rough if isinstance(row, Function) else ""


def aliases(row: Row) -> tuple[str, ...]:
    """Its other names."""
    return () if isinstance(row, Operator) else row.aliases


def limits(row: Row) -> tuple[Limit, ...]:
    """What TensorFlow cannot do."""
    return () if isinstance(row, Constant) else row.limits


def cells(row: Row) -> tuple[str, str, str, str, str]:
    """A line of the table: a cell for each of `NAMES`."""
    where = "" if isinstance(row, Constant) else domain(row) or EVERYWHERE
    slopes = "" if isinstance(row, Constant) else ", ".join(row.derivatives)
    return signature(row), row.meaning, slopes, where, ", ".join(aliases(row))


def tapes(row: Row) -> Iterator[str]:
    """What tapes can do, a line for each dtype and the executions that are alike in it."""
    if not limits(row):
        yield f"{ANY}, in every dtype and execution"
        return
    for dtype in FORMATS:
        alike: dict[str, list[str]] = {}
        for execution in defaults.EXECUTIONS:
            alike.setdefault(_able(row, execution, dtype), []).append(execution)
        for able, executions in alike.items():
            by = f" by {' and '.join(executions)}" if len(alike) > 1 else ""
            yield f"{dtype}{by}: {able}"


def _able(row: Row, execution: str, dtype: str) -> str:
    for limit in limits(row):
        if limit.dtype == dtype and execution in limit.executions:
            return _up_to(limit)
    return ANY


def _up_to(limit: Limit) -> str:
    if limit.where:
        since = f" from order {limit.order} on" if limit.order else ""
        return f"any order, wrong at {limit.where}{since}"
    return f"up to order {limit.order - 1}" if limit.order else "not at all: no kernel"


TAYLOR = f"any order up to {defaults.MAX_ORDER:,}, in every dtype, without TensorFlow"


def example(row: Row) -> str:
    """A call that shows it."""
    if isinstance(row, Constant):
        return f"tapecli diff '{row.name}*x' --x 2"
    sample = row.sample if isinstance(row, Function) else ("0.5", "2")
    at = " ".join(f"--{name} {value}" for name, value in zip(row.parameters, sample, strict=False))
    return f"tapecli {'diff' if row.arity == 1 else 'grad'} '{row.signature}' {at}"


def detail(row: Row) -> Iterator[tuple[str, str]]:
    """Everything about a row, each thing under its name."""
    several = len(derivatives(row)) > 1
    for name, slope in derivatives(row).items():
        yield f"derivative by {name}" if several else "derivative", slope
    if not isinstance(row, Constant):
        yield "domain", domain(row) or EVERYWHERE
    if rough(row):
        yield "no derivative at", rough(row)
    if aliases(row):
        yield "also", ", ".join(aliases(row))
    if isinstance(row, Constant):
        yield "digits", row.digits[:42] + " ..."
    else:
        able = list(tapes(row))
        yield from zip(["tapes", *[""] * (len(able) - 1)], able, strict=True)
        yield "taylor", TAYLOR
    yield "example", example(row)


def footer(rows: Sequence[Row]) -> Iterator[str]:
    """What holds of all of them, and of which it does not."""
    limited = [row.name for row in rows if limits(row)]
    yield f"by tapes: {ANY}, in every dtype and execution"
    if limited:
        yield f"  less of {together(limited)}"
    yield f"by taylor: {TAYLOR}"
    yield HINT


def kind(row: Row) -> str:
    """What it is: function, operator or constant."""
    return "function" if row.name in FUNCTIONS else type(row).__name__.lower()
