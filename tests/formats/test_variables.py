"""Several variables in every format."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from tests.formats.conftest import Render

from tapecli.expressions.derivative import Derivative, gradient, hessian
from tapecli.floats import FORMATS
from tapecli.formats import FORMATS as RENDERED
from tapecli.formats import Screen, encode, render
from tapecli.points.points import Axis, Points
from tapecli.result import Block, Check, Result, Status

ONE = Points((Axis({"x": (1.0,)}, is_list=False), Axis({"y": (0.5,)}, is_list=False)))
MANY = Points((Axis({"x": (1.0, 2.0)}), Axis({"y": (0.5, 4.0)})))
VALUES = {"x,x": 802.0, "x,y": -400.5, "y,x": -400.5, "y,y": 0.1 + 0.2, "x": 0.25, "y": -1e-30}


def made(
    kind: str, derivatives: list[Derivative], points: Points = ONE, targets: str = "f",
    status: Status = Status.OK, dtype: str = "float64",
) -> Result:  # fmt: skip
    blocks = []
    for target in targets:
        for one in derivatives:
            value = VALUES.get(one.wrt, 7.0)
            check = Check(value, 0, status, "" if status is Status.OK else "a kink")
            checks = dict.fromkeys(range(len(points)), check)
            formula = "·".join(one.variables)
            tape = np.full(len(points), value)
            blocks.append(Block(target, "x*y", one, formula, points, tape, checks))
    return Result(kind, tuple(blocks), points, FORMATS[dtype], "nested", "2.21.0", 1.0)


XY = ["x", "y"]


@pytest.mark.parametrize(
    ("sequence", "written"),
    [
        ("x", "∂f/∂x"),
        ("xx", "∂²f/∂x²"),
        ("xy", "∂²f/∂x∂y"),
        ("xxy", "∂³f/∂x²∂y"),
        ("xyx", "∂³f/∂x∂y∂x"),
        ("xyyyx", "∂⁵f/∂x∂y³∂x"),
    ],
)
def test_partial_derivatives_are_written_as_people_do(
    shown: Render, sequence: str, written: str
) -> None:
    derivative = Derivative(",".join(sequence), tuple(sequence))
    assert f"{written} = " in shown("table", made("diff", [derivative], MANY))


def test_each_variable_has_a_column_in_every_format(shown: Render) -> None:
    result = made("hessian", hessian(XY), MANY)
    rows = list(csv.DictReader(io.StringIO(shown("csv", result))))
    assert list(rows[0])[4:7] == ["x", "y", "tape"]
    assert [(row["x"], row["y"]) for row in rows[:4]] == [
        *(("1", "0.5"), ("1", "4"), ("2", "0.5"), ("2", "4")),
    ]
    document = json.loads(shown("json", result))
    assert (document["kind"], document["variables"]) == ("hessian", ["x", "y"])
    assert document["axes"] == ["x", "y", "row", "column"]
    assert np.shape(document["matrix"]) == (2, 2, 2, 2)
    assert document["matrix"][0][1] == [[802, -400.5], [-400.5, 0.1 + 0.2]]
    lines = [json.loads(line) for line in shown("jsonl", result).splitlines()]
    assert [(line["x"], line["y"], line["wrt"]) for line in lines[:2]] == [
        *((1, 0.5, "x,x"), (1, 4, "x,x")),
    ]
    assert "| x | y | tape |" in shown("markdown", result)
    assert shown("value", result).split()[:5] == ["802"] * 4 + ["-400.5"]


def test_what_is_not_verified_is_empty_and_counted(shown: Render) -> None:
    sampled = made("diff", gradient(["x"]), MANY)
    blocks = tuple(
        Block(b.target, b.expression, b.derivative, None, MANY, b.tape, {0: b.checks[0]})
        for b in sampled.blocks
    )
    result = Result("diff", blocks, MANY, FORMATS["float64"], "single", "2.21.0", 1.0)
    assert shown("csv", result).splitlines()[2].endswith(",0.25,,,unverified")
    assert json.loads(shown("json", result))["rows"][1]["analytic"] is None
    last = shown("table", result).splitlines()[-1]
    assert last == "4 values; 1 of them verified, within 1 ulp of the analytic derivative"


@pytest.mark.parametrize(
    ("dtype", "stored"), [("float64", "f8"), ("float32", "f4"), ("float16", "f2"),
                          ("bfloat16", "f4")]
)  # fmt: skip
def test_arrays_have_named_axes(dtype: str, stored: str) -> None:
    result = made("jacobian", gradient(XY), MANY, targets="fg", dtype=dtype)
    file = encode(result, RENDERED["npz"])
    assert file == encode(result, RENDERED["npz"])
    arrays = np.load(io.BytesIO(file))
    assert arrays["axes"].tolist() == ["x", "y", "target", "wrt"]
    assert arrays["tape"].shape == (2, 2, 2, 2) == arrays["ulps"].shape
    assert arrays["tape"].dtype == stored
    assert arrays["x"].tolist() == [1, 2]
    assert arrays["target"].tolist() == ["f", "g"]
    assert arrays["tape"][0, 1, 1].tolist() == np.array([0.25, -1e-30], stored).tolist()
    assert {arrays["statuses"][code] for code in arrays["status"].flat} == {"ok"}
    alone = np.load(io.BytesIO(encode(result, RENDERED["npy"])))
    np.testing.assert_array_equal(alone, arrays["tape"])


def test_a_variable_of_one_value_is_a_number_beside_the_arrays() -> None:
    points = Points((Axis({"x": (1.0, 2.0)}), Axis({"y": (4.0,)}, is_list=False)))
    arrays = np.load(io.BytesIO(encode(made("grad", gradient(XY), points), RENDERED["npz"])))
    assert (arrays["axes"].tolist(), arrays["y"].tolist()) == (["x", "wrt"], 4)


def test_variables_that_latex_writes_alike_have_a_column_each() -> None:
    points = Points((Axis({"a1": (1.0, 2.0), "a_1": (3.0, 4.0)}),))
    result = made("diff", [Derivative("a1", ("a1",))], points)
    page = "".join(render(result, RENDERED["latex"], Screen()))
    assert r"  $a_{1}$ & $a_{1}$ & tape & analytic & ulps \\ \hline" in page
    assert "  $1$ & $3$ & " in page
