"""Tables of points: CSV, TSV and JSON lines."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import pytest
from tests.points.test_exact import EXACT, read_few

from tapecli.errors import PointsError
from tapecli.points import exact, tables, text_files

TENTH = Fraction(1, 10)


def columns(text: str, *names: str) -> list[list[Fraction]]:
    table = tables.Table("-", io.StringIO(text))
    (axis,) = read_few({}, table, names, EXACT).axes
    return [list(axis.values[name][:]) for name in names]


@pytest.mark.parametrize(
    "text",
    [
        "x,y\n1,0.1\n3,4\n",
        "x\ty\n1\t0.1\n3\t4\n",
        "y,note,x\n0.1,a,1\n4,b,3\n",
        '"x","y"\n"1","0.1"\n3,4\n',
        " x , y \n 1 , 0.1 \n3,4",
        "# first\n\nx,y\n# then\n1,1/10\n\n3,2^2\n",
        "x,y\r\n1,1e-1\r\n3,4\r\n",
        '{"x": 1, "y": 0.1}\n{"y": 4, "x": 3}\n',
        '{"x": 1, "y": "0.1", "z": null}\n\n# more\n{"x": 3, "y": 4.0}\n',
    ],
)
def test_every_kind_of_table_is_read_exactly(text: str) -> None:
    assert columns(text, "x", "y") == [[1, 3], [TENTH, 4]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "there is nothing in standard input"),
        ("# only\n\n", "there is nothing in standard input"),
        ("x,y\n", "there are no rows in standard input"),
        ("x,z\n1,2\n", "the header of standard input has 'x' and 'z', but not 'y'"),
        ("x,y,x\n1,2,3\n", "the header of standard input has 'x' twice"),
        ("x,y\n1,2\n3\n", "line 3 of standard input has 1 field, but the header has 2"),
        ("x,y\n#\n1,2,3\n", "line 3 of standard input has 3 fields, but the header has 2"),
        ('x,y\n1,"2\n', "line 2 of standard input cannot be read: unexpected end of data"),
        ("x,y\n1\r2,3\n", "line 2 of standard input cannot be read"),
        ("x,y\n1,two\n", "line 2 of standard input, 'y': 'two' is not a number"),
        (
            "x,y\n1,\n",
            "line 2 of standard input, 'y': a point is missing",
        ),
        ("x,y\n1,nan\n", "line 2 of standard input, 'y': 'nan' is not a finite number"),
        ('{"x": 1, "y": 2}\n{"x": 1}\n', "line 2 of standard input has no 'y'"),
        ('{"x": 1}\n', "has 'x', but not 'y'"),
        ('{"x": 1, "y": null}\n', "line 1 of standard input, 'y': null is not a number"),
        ('{"x": 1, "y": true}\n', "'y': true is not a number"),
        ('{"x": 1, "y": [2]}\n', "'y': [2] is not a number"),
        ('{"x": 1, "y": 1e9999999999999999999}\n', "'y': '1e9999999999999999999' is not a number"),
        ('{"x": 1, "y": NaN}\n', "'y': NaN is not a number"),
        ('{"x": 1, "y": 2\n', "line 1 of standard input: it is no JSON object"),
        ('{"x": 1, "y": 2}\n[1, 2]\n', "line 2 of standard input: it is no JSON object"),
        ('{"x": 1, "x": 2}\n', "line 1 of standard input: a name is there twice"),
        (
            "x" * (text_files.MAX_LINE + 1),
            "line 1 of standard input has more than 100,000 characters",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text: str, words: str) -> None:
    with pytest.raises(PointsError) as refused:
        columns(text, "x", "y")
    assert words in str(refused.value)


def test_a_file_is_read_without_its_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_bytes(b"\xef\xbb\xbfx,y\n1,2\n")
    assert tables.Table(f"@{path}").names == ("x", "y")


@pytest.mark.parametrize(("content", "words"), [(None, "No such file"), (b"\xff\xfe", "not text")])
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, content: bytes | None, words: str
) -> None:
    path = tmp_path / "points.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PointsError, match=words) as refused:
        tables.Table(f"@{path}")
    assert "points.csv" in str(refused.value)


def test_more_rows_than_can_be_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "MAX_POINTS", 3)
    assert columns("x\n1\n2\n3\n", "x") == [[1, 2, 3]]
    with pytest.raises(PointsError, match="more than 3 rows"):
        columns("x\n1\n2\n3\n4\n", "x")
