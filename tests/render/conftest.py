"""Results made by hand, for the formats to show: no TensorFlow, no expression, no reference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest

from tapecli.floats import FORMATS
from tapecli.render import FORMATS as RENDERED
from tapecli.render import Screen, render
from tapecli.result import Block, Result, Row
from tapecli.verdict import Status

Make = Callable[..., Result]
Render = Callable[..., str]


@dataclass(frozen=True)
class Samples:
    """Results that between them have everything that a format may have to show."""

    worked: Result
    mixed: Result
    two: Result
    value: Result


def row(
    point: float,
    tape: float,
    analytic: float | None,
    ulps: int | None = 0,
    status: Status = Status.OK,
    note: str = "",
) -> Row:
    digits = int(note.split()[0]) if note.endswith(("digit", "digits")) else None
    return Row("y", "", "x", 1, point, tape, analytic, ulps, status, note, digits)


def block(
    rows: Sequence[Row],
    *,
    target: str = "y",
    expression: str = "log(x**2)",
    wrt: str = "x",
    order: int = 1,
    formula: str | None = "2/x",
) -> Block:
    about = target, expression, wrt, order
    shown = (replace(r, target=target, expression=expression, wrt=wrt, order=order) for r in rows)
    return Block(*about, formula, tuple(shown))


def result(*blocks: Block, dtype: str = "float64", method: str = "nested") -> Result:
    return Result(blocks, blocks[0].wrt, FORMATS[dtype], method, "2.21.0", 1.0)


INFINITY = float("inf")
NAN = float("nan")

MIXED = [
    row(-1.5, 2.0, 2.0),
    row(0.01, -0.0033333, -0.0033333000001, 25711, Status.ROUNDED, "11 digits"),
    row(0.0, NAN, None, None, Status.UNDEFINED, "a pole: division by zero"),
    row(1e-200, INFINITY, 2e200, None, Status.LOST, "the tape returned inf"),
    row(3.0, 0.6, 0.7, 1234567, Status.OFF, "only 1 digit right"),
]


@pytest.fixture(scope="session")
def samples() -> Samples:
    """One result of each kind."""
    firsts = [row(1, 2, 2), row(2, 1, 1), row(3, 2 / 3, 2 / 3)]
    seconds = [row(1, -2, -2), row(2, -0.5, -0.5), row(3, -2 / 9, -2 / 9)]
    slopes = [row(1, 2, 2), row(2, 4, 4)]
    return Samples(
        worked=result(block(firsts), block(seconds, order=2, formula="-2/x²")),
        mixed=result(block(MIXED, expression="atan2(x, 2)", formula=None), method="single"),
        two=result(
            block(slopes, target="u", expression="t**2", wrt="t", formula="2·t"),
            block(firsts[:2], target="v", expression="log(u)", wrt="t"),
            dtype="float32",
            method="parallel",
        ),
        value=result(block(slopes, order=0, formula=None), method="forward"),
    )


@pytest.fixture(scope="session")
def shown() -> Render:
    """Render a result: `shown("csv", result, width=80)`."""

    def call(name: str, result: Result, **screen: int | bool | None) -> str:
        return "".join(render(result, RENDERED[name], Screen(**screen)))  # type: ignore[arg-type]

    return call


@pytest.fixture(scope="session")
def make() -> Make:
    """Make a result of one derivative: `make([(x, tape, analytic, ulps, status, note), ...])`."""

    def call(rows: Sequence[Sequence[object]], dtype: str = "float64", **about: object) -> Result:
        made = [row(*each) for each in rows]  # type: ignore[arg-type]
        return result(block(made, **about), dtype=dtype)  # type: ignore[arg-type]

    return call
