"""Several variables: vectors and matrices at one point, columns and rows at many."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from tests.render.conftest import Render

from tapecli.derivative import Derivative, gradient, hessian
from tapecli.floats import FORMATS
from tapecli.points import Axis, Points
from tapecli.render import FORMATS as RENDERED
from tapecli.render import packed, table
from tapecli.result import Block, Check, Result
from tapecli.verdict import Status

ONE = Points((Axis({"x": (1.0,)}, listed=False), Axis({"y": (0.5,)}, listed=False)))
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
            formula = "·".join(one.sequence)
            tape = [value] * len(points)
            blocks.append(Block(target, "x*y", one, formula, points, tape, checks))
    return Result(kind, tuple(blocks), points, FORMATS[dtype], "nested", "2.21.0", 1.0)


XY = ["x", "y"]


def test_a_hessian_at_one_point_is_a_matrix_and_its_entries(shown: Render) -> None:
    lines = shown("table", made("hessian", hessian(XY)), width=80).splitlines()
    assert lines[1] == "at x = 1, y = 0.5"
    assert lines[3].split() == ["Hessian", "x", "y"]
    assert lines[4] == "      x ⎡  802    -400.5                 ⎤"
    assert lines[5] == "      y ⎣ -400.5     0.30000000000000004 ⎦"
    entries = [line.split()[:4] for line in lines[9:13]]
    assert entries == [
        ["∂²f/∂x²", "802", "802", "0"],
        ["∂²f/∂x∂y", "-400.5", "-400.5", "0"],
        ["∂²f/∂y∂x", "-400.5", "-400.5", "0"],
        ["∂²f/∂y²", "0.30000000000000004", "0.30000000000000004", "0"],
    ]
    assert [line.split()[4] for line in lines[9:13]] == ["x·x", "x·y", "y·x", "y·y"]


def test_a_gradient_is_a_column_and_each_target_has_its_own(shown: Render) -> None:
    text = shown("table", made("grad", gradient(["x", "y", "z"]), targets="fg"), width=80)
    assert text.count("gradient\n") == 2
    assert "       x ⎡  0.25  ⎤" in text
    assert "       y ⎢ -1e-30 ⎥" in text
    assert "       z ⎣  7     ⎦" in text


def test_a_jacobian_has_targets_as_rows_and_variables_as_columns(shown: Render) -> None:
    lines = shown("table", made("jacobian", gradient(XY), targets="fg"), width=80).splitlines()
    assert lines[0] == "f = x*y"
    assert lines[1].startswith("g = x*y")
    assert lines[4].split() == ["Jacobian", "x", "y"]
    assert lines[5].split() == ["f", "⎡", "0.25", "-1e-30", "⎤"]
    assert lines[6].split() == ["g", "⎣", "0.25", "-1e-30", "⎦"]
    assert "∂g/∂y" in lines[-3]


def test_one_row_has_square_brackets_and_so_has_ascii(shown: Render) -> None:
    assert "f [ 0.25  -1e-30 ]" in shown("table", made("jacobian", gradient(XY)))
    text = shown("table", made("hessian", hessian(XY)), unicode=False)
    assert text.isascii()
    assert "x [  802" in text
    assert "d^2f/dxdy" in text


@pytest.mark.parametrize("width", [20, 30, 40, 60, 79])
def test_a_screen_too_narrow_for_the_matrix_loses_no_digit(shown: Render, width: int) -> None:
    text = shown("table", made("hessian", hessian(XY)), width=width)
    assert "…" not in text
    assert "0.30000000000000004" in text
    if "⎡" in text:
        assert max(len(line) for line in text.splitlines() if "⎡" in line) <= width


def test_a_reason_that_entries_share_is_told_once(shown: Render) -> None:
    text = shown("table", made("grad", gradient(XY), status=Status.UNDEFINED))
    assert text.count("undefined at (x, y) = (1, 0.5): a kink") == 1


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


def test_long_tables_are_the_same_line_by_line(
    shown: Render, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = made("diff", hessian(XY), MANY)
    rich = [line.split() for line in shown("table", result, width=60).splitlines()]
    monkeypatch.setattr(table, "LONG", 3)
    plain = [line.split() for line in shown("table", result, width=60).splitlines()]
    assert [line for line in rich if line and set(line[0]) != {"─"}] == [
        line for line in plain if line and set(line[0]) != {"─"}
    ]


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
    file = packed(result, RENDERED["npz"])
    assert file == packed(result, RENDERED["npz"])
    arrays = np.load(io.BytesIO(file))
    assert arrays["axes"].tolist() == ["x", "y", "target", "wrt"]
    assert arrays["tape"].shape == (2, 2, 2, 2) == arrays["ulps"].shape
    assert arrays["tape"].dtype == stored
    assert arrays["x"].tolist() == [1, 2]
    assert arrays["target"].tolist() == ["f", "g"]
    assert arrays["tape"][0, 1, 1].tolist() == np.array([0.25, -1e-30], stored).tolist()
    assert {arrays["statuses"][code] for code in arrays["status"].flat} == {"ok"}
    alone = np.load(io.BytesIO(packed(result, RENDERED["npy"])))
    np.testing.assert_array_equal(alone, arrays["tape"])


def test_a_variable_of_one_value_is_a_number_beside_the_arrays() -> None:
    points = Points((Axis({"x": (1.0, 2.0)}), Axis({"y": (4.0,)}, listed=False)))
    arrays = np.load(io.BytesIO(packed(made("grad", gradient(XY), points), RENDERED["npz"])))
    assert (arrays["axes"].tolist(), arrays["y"].tolist()) == (["x", "wrt"], 4)
