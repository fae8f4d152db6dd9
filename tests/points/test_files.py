"""Points of any number: products, pairs and files, in chunks and at once."""

from __future__ import annotations

import io
import itertools
import re
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.points.test_exact import EXACT, read_few

from tapecli.errors import PointsError, RequestError, TapecliError
from tapecli.expressions.tree import natural
from tapecli.floats import FORMATS
from tapecli.points import exact, points, tables, text_files
from tapecli.points.points import FilePoints, Points

FLOAT64 = FORMATS["float64"]


@pytest.fixture(params=[True, False], ids=["exactly", "by NumPy"])
def exactly(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few or many points are, they are rounded exactly, or else by NumPy."""
    monkeypatch.setattr(exact, "MAX_EXACT", 10**9 if request.param else 0)


def opened(given: Any, stdin: str = "", **more: Any) -> Points | FilePoints:
    names, rows = more.pop("names", None) or list(given), more.pop("rows", None)
    format_, text = more.pop("format_", FLOAT64), io.StringIO(stdin)
    table = points.table(rows, text) if rows else None
    paired = more.pop("paired", False)
    return points.Reader(format_, stdin=text, **more).read(given, table, names, paired)


def exact_values(given: Any) -> list[Fraction]:
    """The exact values of one variable."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact, "MAX_EXACT", 10**9)
        return list(read_few({"x": given}, None, ["x"], EXACT).axes[0].values["x"][:])


def everything(source: Points | FilePoints, size: int = 7, skip: int = 0) -> list[dict[str, float]]:
    """All points, with a look at the sizes of the chunks."""
    chunks = list(source.chunks(size, skip))
    assert all(len(chunk) == size for chunk in chunks[:-1])
    assert all(0 < len(chunk) <= size for chunk in chunks)
    return [chunk.at(place) for chunk in chunks for place in range(len(chunk))]


def refused(given: Any, stdin: str = "", **more: Any) -> str:
    with pytest.raises(TapecliError) as caught:
        everything(opened(given, stdin, **more))
    return str(caught.value)


def outcome(make: Callable[[], Any]) -> Any:
    """What is made, or the words with which that is refused."""
    try:
        return make()
    except PointsError as error:
        return str(error)


def written(source: Callable[[], Points | FilePoints], size: int) -> Any:
    """The points as text, so that zeros have their signs."""
    return outcome(lambda: [repr(list(point.values())) for point in everything(source(), size)])


# --- products and pairs -----------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    ("given", "paired"),
    [
        ({"x": "1..4", "y": "0..1@3", "z": "5,6"}, False),
        ({"x": "1..3", "y": "0..2pi@100", "k": "1/3"}, False),
        ({"x": "0..1@100", "y": "7", "z": [1, "2..3", 0.1]}, False),
        ({"x": "1..3,7,9..5:-2,pi"}, False),
        ({"x10": "1..2", "x2": np.array([0.1, 0.2, 0.3])}, False),
        ({"x": 2.5, "y": "3"}, False),
        ({"x": "1..3", "y": "2..4", "z": 9}, True),
        ({"x": "0..1@100", "y": "1e-3..1e3@100log", "z": [1]}, False),
        ({"x": [i / 3 for i in range(5)], "y": np.arange(3, dtype=np.int8)}, False),
    ],
)
@pytest.mark.parametrize("skip", [0, 5, 1000])
@pytest.mark.usefixtures("exactly")
def test_points_are_the_exact_ones_rounded_once(
    given: Any, paired: bool, name: str, skip: int
) -> None:
    names = sorted(given, key=natural)
    columns = [exact_values(given[name]) for name in names]
    if paired:
        longest = max(map(len, columns))
        columns = [column * (longest // len(column)) for column in columns]
    rows = list(zip(*columns, strict=True) if paired else itertools.product(*columns))
    rounded = [dict(zip(names, exact.rounded(row, FORMATS[name]), strict=True)) for row in rows]
    source = opened(given, paired=paired, format_=FORMATS[name])
    assert (source.count, source.names) == (len(rows), tuple(names))
    assert everything(source, skip=skip) == rounded[skip:]
    assert isinstance(source, Points)
    assert [source.at(index) for index in range(len(source))] == rounded
    assert list(zip(*(source.columns[name].tolist() for name in names), strict=True)) == [
        tuple(point.values()) for point in rounded
    ]


def test_many_points_are_never_made_at_once() -> None:
    for given in (
        {"x": "0..1:1e-8"},
        {"x": "1..1e14"},
        {"x": "1e-3..1e3@100000000log"},
        {"x": "1..3@10000", "y": "0..1@10000"},
        {"x": "0..1@1000000000", "y": "1..2"},
    ):
        source = opened(given)
        assert source.count is not None
        assert source.count >= 10**8
        first, second = itertools.islice(source.chunks(1000), 2)
        (again,) = itertools.islice(source.chunks(1000, 1000), 1)
        assert len(first) == len(second) == 1000
        for name in source.names:
            assert second.columns[name].tolist() == again.columns[name].tolist()
        (last,) = source.chunks(1000, source.count - 1)
        assert len(last) == 1


def test_a_chunk_has_the_axis_of_its_variable_or_that_of_points() -> None:
    (chunk,) = opened({"x": "1..3", "k": 7}).chunks(10)
    assert (chunk.names, chunk.dimensions) == (("k", "x"), {"x": 3})
    assert chunk.along("x").tolist() == [1, 2, 3]
    (chunk,) = opened({"x": "1..3", "y": "1..2"}).chunks(10)
    assert chunk.dimensions == {"point": 6}


@pytest.mark.parametrize(
    ("given", "more", "words"),
    [
        ({"x": 1}, {"names": "xy"}, "'y' has no value; give it one, such as --y 2"),
        (
            {"x": 1},
            {"names": "x", "rows": "-", "stdin": "x\n1\n"},
            "every variable has a value beside",
        ),
        ({"x": "1..3", "y": "1..2"}, {"paired": True}, "not as many of each: x 3 and y 2"),
        ({"x": "-", "y": "1..3"}, {"paired": True, "stdin": "1\n2\n"}, "each: x 2 and y 3"),
        ({"x": "-", "y": "1..3"}, {"paired": True, "stdin": "1\n" * 100_001}, "each: x and y"),
        ({"x": "-", "y": "-"}, {"paired": True}, "standard input cannot be read for x and y"),
        ({"x": "1..1e16"}, {}, "'1..1e16': more than 1,000,000,000,000,000 points"),
        ({"x": "1..1e9", "y": "1..1e9"}, {}, "more than 1,000,000,000,000,000 points"),
        ({"x": "-", "y": "1..2"}, {"stdin": "1\n" * 100_001}, "more than 100,000 points"),
        ({"x": "1..1e400@3"}, {}, "the point 1e+400 is too large for float64; write a smaller one"),
        ({"x": "0..1e-400@3"}, {}, "the point 1e-400 is too small for float64"),
        ({"x": []}, {}, "there are no points"),
        ({"x": np.array([1, np.inf])}, {}, "inf is not a finite number"),
        (
            {"x": "1e9"},
            {"format_": FORMATS["float16"]},
            "1000000000 is too large for float16; write a smaller one",
        ),
    ],
)
def test_what_does_not_fit_together_is_refused(given: Any, more: Any, words: str) -> None:
    assert words in refused(given, **more)


# --- lines ------------------------------------------------------------------------------------

LINES = [
    "1\n2\n",
    "# points\n\n  3 \n\t# more\n0.1\n",
    "1\r\n2\r\n",
    "1/3\n-2^2\npi/2\n",
    "1e0005\n-0.0\n0\n5e-324\n.5\n5.\n+2\n−2\n",
    "1.000000059604644775390625000000000001\n1.000000059604644775390625\n1.00390625\n257\n",
    "nan\n",
    "1\ninf\n",
    "1\n1_0\n",
    "١\n",
    "1e400\n",
    "1e-400\n",
    "0." + "0" * 450 + "1\n",
    "1 2\n",
    "7\n1,2\n",
    "\n#\n",
    "",
    "3" * 401,
    "\n".join(f"{i}.{i}e-2" for i in range(1, 2_000)) + "\n# remark\nx\n",
    "\n".join(f"0.{i}" for i in range(1, 3_000)),
]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("text", LINES, ids=range(len(LINES)))
def test_lines_are_rounded_by_numpy_as_exactly(
    text: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "LINES_SIZE", 1 << 12)
    source = lambda: opened({"x": "-"}, text, format_=FORMATS[name])  # noqa: E731
    monkeypatch.setattr(exact, "MAX_EXACT", 10**9)
    exactly = written(source, 1000)
    monkeypatch.setattr(exact, "MAX_EXACT", 0)
    assert written(source, 1000) == exactly
    texts = [line.strip() for line in text.split("\n") if text_files.counts(line)]
    decimal = re.compile(r"[+\u2212-]?[0-9]*\.?[0-9]*(e[+-]?[0-9]+)?|[0-9]+/[0-9]+")
    if texts and all(decimal.fullmatch(line) and len(line) <= 400 for line in texts):
        numbers = [Fraction(line.replace("\u2212", "-")) for line in texts]
        values = outcome(lambda: exact.rounded(numbers, FORMATS[name]))
        assert exactly == (values if isinstance(values, str) else [repr([v]) for v in values])


def test_a_file_goes_with_constants_and_in_a_product(tmp_path: Path) -> None:
    path = tmp_path / "points"
    path.write_bytes("\ufeff1\n# two\n2\n3\n".encode())
    source = opened({"x": f"@{path}", "k": 7})
    assert source.count == 3
    assert everything(source, 2, 1) == [{"k": 7, "x": 2}, {"k": 7, "x": 3}]
    assert len(everything(source)) == 3
    assert len(everything(opened({"x": f"@{path}", "y": "1..4"}))) == 12
    assert everything(opened({"x": f"@{path}", "y": "4..6"}, paired=True))[2] == {"x": 3, "y": 6}


def test_more_lines_than_a_request_has_points_are_read_in_parts() -> None:
    text = "1\n2\n3\n" * 50_000
    chunks = list(opened({"x": "-"}, text).chunks(70_000))
    assert [len(chunk) for chunk in chunks] == [70_000, 70_000, 10_000]
    assert sum(chunk.columns["x"].sum() for chunk in chunks) == 300_000


def test_lines_that_are_not_there_or_no_text_are_refused(tmp_path: Path) -> None:
    assert refused({"x": "@no such file"}) == (
        "the points in 'no such file' cannot be read: No such file or directory"
    )
    path = tmp_path / "points"
    path.write_bytes(b"1\n\xff\xfe\n")
    assert "is not text" in refused({"x": f"@{path}"})


# --- arrays on disk ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["f8", ">f8", "f4", "f2", "i8", "u8", "i1"])
def test_an_array_on_disk_is_read_in_parts(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "points.npy"
    array = np.array([3, 0, 1, 2, 127, 33] * 5).astype(kind)
    if array.dtype.itemsize == 8 and array.dtype.kind in "iu":
        array[3] = 2**53 + 1
    np.save(path, array)
    for format_ in (FLOAT64, FORMATS["float32"], FORMATS["bfloat16"]):
        source = opened({"x": f"@{path}"}, format_=format_)
        assert source.count == 30
        expected = exact.rounded(map(exact.number, array), format_)
        assert [point["x"] for point in everything(source)] == list(expected)


def test_no_zero_of_an_array_has_a_sign() -> None:
    assert written(lambda: opened({"x": np.array([-0.0, 0.0, -1.0])}), 3) == [
        "[0.0]", "[0.0]", "[-1.0]"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.array([1.0, 2, np.nan]), "index 2 of "),
        (np.array([1.0, 2, -np.inf]), "-inf is not a finite number"),
        (np.array([[1.0]]), "2 dimensions, and not 1"),
        (np.array([1j]), "no array of real numbers"),
        (np.array(["1"]), "no array of real numbers"),
        (np.array([]), "there are no points"),
    ],
)
def test_what_is_no_array_of_points_is_refused(tmp_path: Path, array: Any, words: str) -> None:
    path = tmp_path / "points.npy"
    np.save(path, array)
    assert words in refused({"x": f"@{path}"})


def test_pickles_and_other_files_are_no_arrays(tmp_path: Path) -> None:
    path = tmp_path / "points.npy"
    np.save(path, np.array([1, None], object), allow_pickle=True)
    assert "there is no array" in refused({"x": f"@{path}"})
    path.write_text("1\n2\n")
    assert "there is no array" in refused({"x": f"@{path}"})
    assert "cannot be read: No such file" in refused({"x": "@missing.npy"})
    assert "an array has no names for its columns" in refused({}, names="xy", rows=f"@{path}")


# --- tables -----------------------------------------------------------------------------------

TABLES = [
    "x,y\n1,0.1\n3,4\n",
    "x\ty\n1\t0.1\n3\t4\n",
    "y,note,x\n0.1,a,1\n4,é,3\n",
    '"x","y"\n"1","0.1"\n3,4\n',
    " x , y \n 1 , 0.1 \n3,4",
    "# first\n\nx,y\n# then\n1,1/10\n\n3,2^2\n",
    "x,y\r\n1,1e-1\r\n3,4\r\n",
    "x,y\n-0.0,0\n1.000000059604644775390625000000000001,257\n",
    '{"x": 1, "y": 0.1}\n{"y": 4, "x": 3}\n',
    '{"x": 1, "y": "0.1", "z": null}\n\n# more\n{"x": 3, "y": 4.0}\n',
    '{"x": 1, "y": 1.000000059604644775390625000000000001}\n',
    "",
    "x,y\n",
    "x,z\n1,2\n",
    "x,y,x\n1,2,3\n",
    "x,y\n1,2\n3\n",
    "x,y\n1,2\n3,4,5\n",
    "x,y\n#\n1,2,3\n",
    'x,y\n1,"2\n',
    "x,y\n1,two\n",
    "x,y\n1,\n",
    "x,y\n1,2\n1,nan\n",
    "x,y\n1,NA\n",
    "x,y\n1,1_0\n",
    "x,y\n1,1e400\n",
    "x,y\n1,1e-400\n",
    "x,y\n#1,2\n1,2\n",
    "note,x,y\n#a,1,2\nb,3,4\n",
    '{"x": 1, "y": 2}\n{"x": 1}\n',
    '{"x": 1}\n',
    '{"x": 1, "y": null}\n',
    '{"x": 1, "y": true}\n',
    '{"x": 1, "y": NaN}\n',
    '{"x": 1, "y": 2}\n[1, 2]\n',
    '{"x": 1, "x": 2}\n',
]


@pytest.mark.parametrize("with_arrow", [False, True])
@pytest.mark.parametrize("name", ["float64", "float32", "bfloat16"])
@pytest.mark.parametrize("text", TABLES, ids=range(len(TABLES)))
def test_rows_are_rounded_by_libraries_as_exactly(
    text: str, name: str, with_arrow: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if with_arrow:
        pytest.importorskip("pyarrow")
    else:
        monkeypatch.setitem(sys.modules, "pyarrow.csv", None)
    source = lambda: opened({}, text, names="xy", rows="-", format_=FORMATS[name])  # noqa: E731
    monkeypatch.setattr(exact, "MAX_EXACT", 10**9)
    exactly = outcome(lambda: written(source, 1))
    monkeypatch.setattr(exact, "MAX_EXACT", 0)
    assert outcome(lambda: written(source, 1)) == exactly


@pytest.mark.parametrize("with_arrow", [False, True])
def test_a_long_table_is_read_in_parts_and_names_a_bad_line(
    with_arrow: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if with_arrow:
        pytest.importorskip("pyarrow")
    else:
        monkeypatch.setitem(sys.modules, "pyarrow.csv", None)
    monkeypatch.setattr(tables, "ROWS_SIZE", 1 << 16)
    text = "y,x\n" + "".join(f"{i / 7},{i}\n" for i in range(1, 30_001))
    chunks = list(opened({"k": 2}, text, names="kxy", rows="-").chunks(8_000, 1_000))
    assert [len(chunk) for chunk in chunks] == [8_000, 8_000, 8_000, 5_000]
    assert chunks[0].at(0) == {"k": 2, "x": 1001, "y": 1001 / 7}
    assert "line 30002 of standard input, 'x': 'z' is not" in refused(
        {}, text + "1,z\n", names="xy", rows="-"
    )


def test_a_table_goes_into_a_product_whole() -> None:
    found = everything(opened({"z": "7,8"}, "y,x\n1,2\n3,4\n", names="xyz", rows="-"))
    assert [point["z"] for point in found] == [7, 8, 7, 8]
    assert [point["x"] for point in found] == [2, 2, 4, 4]


# --- Parquet ----------------------------------------------------------------------------------


def parquet(path: Path, **columns: Any) -> Path:
    arrow, module = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    module.write_table(arrow.table(columns), path, row_group_size=10)
    return path


def test_rows_of_a_parquet_file_are_read_in_parts(tmp_path: Path) -> None:
    x, y = np.arange(1, 36) / 7, list(range(35))
    path = parquet(tmp_path / "points.parquet", y=y, note=["a"] * 35, x=x)
    source = opened({}, names="xy", rows=f"@{path}", format_=FORMATS["float32"])
    assert source.count == 35
    expected = x.astype(np.float32).tolist()
    for skip in (0, 3, 10, 25, 35, 99):
        found = everything(source, 4, skip)
        assert [point["x"] for point in found] == expected[skip:]
        assert [point["y"] for point in found] == y[skip:]
    assert len(everything(opened({"y": "1..2", "x": f"@{path}"}))) == 70


def test_a_column_of_parquet_may_have_any_numbers(tmp_path: Path) -> None:
    path = parquet(tmp_path / "points.parquet", t=["1/3", "pi", "-0.0"])
    expected = exact.rounded([Fraction(1, 3), exact.constant("pi"), Fraction(0)], FLOAT64)
    assert [point["x"] for point in everything(opened({"x": f"@{path}"}))] == list(expected)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"x": [1.0, None], "y": [1, 2]}, "index 1 of 'x' of "),
        ({"x": [1.0, np.nan], "y": [1, 2]}, "nan is not a finite number"),
        ({"x": [1.0], "z": [2]}, "has 'x' and 'z', but not 'y'"),
        ({"x": [True], "y": [2]}, "true is not a number"),
        ({"x": np.array([]), "y": np.array([])}, "there are no rows in "),
    ],
)
def test_what_is_wrong_in_a_parquet_file_is_named(tmp_path: Path, columns: Any, words: str) -> None:
    path = parquet(tmp_path / "points.parquet", **columns)
    assert words in refused({}, names="xy", rows=f"@{path}")


def test_what_is_no_parquet_file_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    path = tmp_path / "points.parquet"
    path.write_text("1\n")
    assert "is no Parquet file" in refused({"x": f"@{path}"})
    assert "No such file" in refused({"x": "@missing.parquet"})


def test_a_column_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    arrow, module = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "points.parquet"
    module.write_table(arrow.table([[1.0], [2.0]], names=["x", "x"]), path)
    assert "has 'x' twice" in refused({}, names="x", rows=f"@{path}")


def test_a_damaged_parquet_file_is_refused_in_one_line(tmp_path: Path) -> None:
    path = parquet(tmp_path / "points.parquet", x=[1.0, 2.0])
    content = path.read_bytes()
    path.write_bytes(content[:4] + content[40:])
    said = refused({"x": f"@{path}"})
    assert said.endswith(" is a damaged Parquet file")
    assert "\n" not in said


def test_without_pyarrow_a_parquet_file_is_refused_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(RequestError) as caught:
        opened({"x": "@points.parquet"})
    assert str(caught.value) == "reading Parquet needs pyarrow; pip install 'tapecli[arrow]'"
