"""Results made by hand, for the formats to show: no TensorFlow, no expression, no reference."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest

from tapecli.expressions import derivative
from tapecli.expressions.derivative import Derivative
from tapecli.floats import FORMATS
from tapecli.formats import FORMATS as RENDERED
from tapecli.formats import Screen, encode, render
from tapecli.points.points import Axis, Points
from tapecli.result import Block, Check, Claim, Finding, Result, Status

Make = Callable[..., Result]
Render = Callable[..., str]
Pack = Callable[[str, Result], bytes]


@dataclass(frozen=True)
class Samples:
    """Results that between them have everything that a format may have to show."""

    worked: Result
    mixed: Result
    two: Result
    value: Result
    several: Result
    gradient: Result
    jacobian: Result
    hessian: Result
    hessians: Result
    grid: Result
    tabled: Result
    single: Result
    sampled: Result
    one_row: Result
    kinked: Result
    taylor: Result
    certified: Result
    uncertain: Result
    analytic_hessian: Result
    coefficients: Result
    claimed: Result

    @property
    def one_variable(self) -> tuple[Result, ...]:
        """Those that the formats have shown ever since there was but one variable."""
        return self.worked, self.mixed, self.two, self.value

    @property
    def at_one_point(self) -> tuple[Result, ...]:
        """Vectors and matrices."""
        squares = self.hessian, self.hessians
        return (self.gradient, self.jacobian, self.one_row, self.kinked, *squares)

    @property
    def all(self) -> tuple[Result, ...]:
        """Every one of them."""
        points = self.several, self.grid, self.tabled, self.single, self.sampled
        return (*self.one_variable, *self.at_one_point, *points, *self.beyond_tapes)

    @property
    def beyond_tapes(self) -> tuple[Result, ...]:
        """By Taylor series, analytic values alone, coefficients, and with claims."""
        alone = self.certified, self.uncertain, self.analytic_hessian
        return (self.taylor, *alone, self.coefficients, self.claimed)


@dataclass(frozen=True)
class Given:
    """A value at a point, and the verdict on it; None if it was not verified."""

    point: tuple[float, ...]
    tape: float
    check: Check | None


def row(
    point: float | tuple[float, ...],
    tape: float,
    analytic: float | None,
    ulps: int | None = 0,
    status: Status = Status.OK,
    note: str = "",
) -> Given:
    digits = int(note.split()[0]) if note.endswith(("digit", "digits")) else None
    at = point if isinstance(point, tuple) else (point,)
    return Given(at, tape, Check(analytic, ulps, status, note, digits))


def unverified(point: float, tape: float) -> Given:
    return Given((point,), tape, None)


def block(
    rows: Sequence[Given],
    *,
    target: str = "y",
    expression: str = "log(x**2)",
    wrt: str = "x",
    order: int | None = None,
    formula: str | None = "2/x",
    variables: Sequence[str] = (),
) -> Block:
    """A derivative; `order` is for a single variable, and the others tell theirs by themselves."""
    sequence = tuple(wrt.split(",")) if order is None else (wrt,) * order
    columns = zip(variables or [wrt], zip(*(each.point for each in rows), strict=True), strict=True)
    return Block(
        target,
        expression,
        Derivative(wrt, sequence),
        formula,
        Points((Axis({name: tuple(map(float, values)) for name, values in columns}),)),
        np.array([each.tape for each in rows], np.float64),
        {place: each.check for place, each in enumerate(rows) if each.check},
    )


def result(
    *blocks: Block, dtype: str = "float64", method: str = "nested", kind: str = "diff"
) -> Result:
    points = blocks[0].points
    return Result(kind, blocks, points, FORMATS[dtype], method, "2.21.0", 1.0)


def entries(
    derivatives: Sequence[Derivative],
    values: Sequence[Sequence[float]],
    points: Points,
    formulas: Sequence[str | None],
    target: str = "f",
    expression: str = "x**2*y**3",
) -> list[Block]:
    """The derivatives of a target, all values of which are right."""
    ok = [{place: Check(v, 0, Status.OK) for place, v in enumerate(of_one)} for of_one in values]
    return [
        Block(target, expression, one, formula, points, np.array(of_one, np.float64), checks)
        for one, formula, of_one, checks in zip(derivatives, formulas, values, ok, strict=True)
    ]


def points(paired: bool = False, **values: Sequence[float] | float) -> Points:
    """Points from the values of each variable; a number alone makes no axis."""
    return Points(
        tuple(
            Axis({name: (float(each),)}, is_list=False)
            if isinstance(each, int | float)
            else Axis({name: tuple(map(float, each))})
            for name, each in values.items()
        ),
        paired,
    )


INFINITY = float("inf")
NAN = float("nan")

MIXED = [
    row(-1.5, 2.0, 2.0),
    row(0.01, -0.0033333, -0.0033333000001, 25711, Status.ROUNDED, "11 digits"),
    row(0.0, NAN, None, None, Status.UNDEFINED, "a pole: division by zero"),
    row(1e-200, INFINITY, 2e200, None, Status.LOST, "the tape returned inf"),
    row(3.0, 0.6, 0.7, 1234567, Status.OFF, "only 1 digit right"),
]


AT = points(x=2, y=3)
KINK = Check(None, None, Status.UNDEFINED, "a kink")
HERE = derivative.gradient(("x", "y"))
SQUARE = derivative.hessian(("x", "y"))
OF_F = ["2·x·y³", "3·x²·y²"]
OF_G = ["2·y³", "6·x·y²", "6·x·y²", "6·x²·y"]


def multivariate() -> Mapping[str, Result]:
    """Results in x and y, most of f = x²y³."""
    f = entries(HERE, [[108], [108]], AT, OF_F)
    g = entries(HERE, [[1 / 3], [-2 / 9]], AT, ["1/y", "-x/y²"], "g", "x/y")
    second = entries(SQUARE, [[54], [108], [108], [72]], AT, OF_G)
    ninths = [[0.0], [-1 / 9], [-1 / 9], [4 / 27]]
    of_g = entries(SQUARE, ninths, AT, ["0", "-1/y²", "-1/y²", "2·x/y³"], "g", "x/y")
    pairs = {(1, -1): -1, (1.5, 2): 12, (1e-9, 1): 1e-9}
    return {
        "several": result(
            block(
                [row(point, v, v) for point, v in pairs.items()],
                target="f",
                expression="x**2*y**3/2",
                wrt="x,x,y",
                formula="3·y²",
                variables=("x", "y"),
            )
        ),
        "gradient": result(*f, kind="grad", method="single"),
        "jacobian": result(*f, *g, kind="jacobian", method="persistent"),
        "hessian": result(*second, kind="hessian"),
        "hessians": result(*second, *of_g, kind="hessian"),
        "grid": result(
            *entries(
                HERE,
                [[2, 16, 54, 4, 32, 108], [3, 12, 27, 12, 48, 108]],
                points(x=[1, 2], y=[1, 2, 3]),
                OF_F,
            ),
            kind="grad",
            method="single",
        ),
        "tabled": result(
            *entries(
                derivative.gradient(["z"]),
                [[2, 2, 12, 12, 30, 30]],
                Points((Axis({"x": (1, 3, 5), "y": (2, 4, 6)}), Axis({"z": (7, 8)}))),
                ["x·y"],
                expression="x*y*z",
            ),
            kind="grad",
            method="single",
        ),
        "single": result(*entries([Derivative("x,x", ("x", "x"))], [[54]], AT, ["2·y³"])),
        "one_row": result(*f, kind="jacobian", method="persistent"),
        "kinked": result(
            *(replace(each, checks={0: KINK}) for each in f), kind="grad", method="single"
        ),
        "sampled": result(
            block([row(1, 2, 2), unverified(2, 1), unverified(3, NAN), row(4, 0.5, 0.5)]),
        ),
    }


def analytic(result: Result) -> Result:
    """The result with analytic values alone."""
    blocks = tuple(
        replace(
            block,
            tape=None,
            checks={
                place: replace(check, ulps=None, status=Status.CERTIFIED)
                if check.analytic is not None
                else check
                for place, check in block.checks.items()
            },
        )
        for block in result.blocks
    )
    return replace(result, blocks=blocks, method="none", tensorflow="")


CLAIMS = (
    Claim("y", "x", 1, "2/x", Finding.PROVED, 43),
    Claim("y", "x", 2, "-2/x**3", Finding.DIFFERS, 43, {"x": 2}, -0.25, -0.5, "a factor of 1/x"),
)


def beyond_tapes(worked: Result) -> Mapping[str, Result]:
    """Results that are not of tapes alone, or not of derivatives alone."""
    second = entries(SQUARE, [[54], [108], [108], [72]], AT, OF_G)
    kink = [row(-1, -1, -1), row(0, 0, None, None, Status.UNDEFINED, "a kink"), row(1, 1, 1)]
    taylor = replace(worked, method="taylor", tensorflow="")
    over = [replace(block.derivative, scaled=True) for block in worked.blocks]
    halves = [row(1, -1, -1), row(2, -0.25, -0.25), row(3, -1 / 9, -1 / 9)]
    coefficients = worked.blocks[0], block(halves, order=2, formula="-1/x²")
    scaled = tuple(
        replace(each, derivative=one) for each, one in zip(coefficients, over, strict=True)
    )
    return {
        "taylor": replace(taylor, reason="nested tapes would take about 32 seconds"),
        "certified": analytic(worked),
        "uncertain": analytic(result(block(kink, expression="abs(x)", formula="sign(x)"))),
        "analytic_hessian": analytic(result(*second, kind="hessian")),
        "coefficients": replace(taylor, blocks=scaled),
        "claimed": replace(worked, claims=CLAIMS, execution="xla", device="gpu:1"),
    }


@pytest.fixture(scope="session")
def samples() -> Samples:
    """One result of each kind."""
    firsts = [row(1, 2, 2), row(2, 1, 1), row(3, 2 / 3, 2 / 3)]
    seconds = [row(1, -2, -2), row(2, -0.5, -0.5), row(3, -2 / 9, -2 / 9)]
    slopes = [row(1, 2, 2), row(2, 4, 4)]
    worked = result(block(firsts), block(seconds, order=2, formula="-2/x²"))
    return Samples(
        worked=worked,
        mixed=result(block(MIXED, expression="atan2(x, 2)", formula=None), method="single"),
        two=result(
            block(slopes, target="u", expression="t**2", wrt="t", formula="2·t"),
            block(firsts[:2], target="v", expression="log(u)", wrt="t"),
            dtype="float32",
            method="parallel",
        ),
        value=result(block(slopes, order=0, formula=None), method="forward"),
        **multivariate(),
        **beyond_tapes(worked),
    )


@pytest.fixture(scope="session")
def shown() -> Render:
    """Render a result: `shown("csv", result, width=80)`."""

    def call(name: str, result: Result, **screen: int | bool | None) -> str:
        return "".join(render(result, RENDERED[name], Screen(**screen)))  # type: ignore[arg-type]

    return call


@pytest.fixture(scope="session")
def bytes_of() -> Pack:
    """Encode a result: `bytes_of("npy", result)`."""
    return lambda name, result: encode(result, RENDERED[name])


@pytest.fixture(scope="session")
def make() -> Make:
    """Make a result of one derivative: `make([(x, tape, analytic, ulps, status, note), ...])`."""

    def call(rows: Sequence[Sequence[object]], dtype: str = "float64", **about: object) -> Result:
        made = [row(*each) for each in rows]  # type: ignore[arg-type]
        return result(block(made, **about), dtype=dtype)  # type: ignore[arg-type]

    return call
