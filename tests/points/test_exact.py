"""Points: every form, every refusal with its words, and exactness until the last rounding."""

from __future__ import annotations

import io
import math
import re
import time
import warnings
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, TextIO

import ml_dtypes
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tapecli import defaults
from tapecli.errors import PointsError, TapecliError
from tapecli.floats import FORMATS, FloatFormat
from tapecli.points import exact
from tapecli.points.exact import MAX_COUNT, MAX_POINTS
from tapecli.points.points import Points, Reader

FLOAT64 = FORMATS["float64"]
SECONDS = 10.0
"""Far more than a refusal takes on any machine, and far less than work without a bound."""
MESSAGE = 400
"""Characters that a message may have, whatever the length of what was typed."""
INFINITE = "is not a finite number; take a large one, such as 1e6"
FORMS = "a range is A..B, A..B:STEP, A..B@COUNT or A..B@COUNTlog"

RANGE_ROUNDING = 4 * math.ulp(1.0)
"""What NumPy's own spaces may lose, for they round at every step."""


class Unrounded(FloatFormat):
    """A format that has every number, so that points keep their exact values."""

    def round(self, number: Fraction) -> float:
        return number  # type: ignore[return-value]


EXACT = Unrounded("exact", 53, 1023, -1022)


def exactly(*written: str) -> tuple[Fraction, ...]:
    return tuple(map(Fraction, written))


def read_few(
    inputs: Any,
    table: Any,
    names: Any,
    format_: FloatFormat,
    paired: bool = False,
    stdin: TextIO | None = None,
) -> Points:
    """The points as a call reads them that holds them all."""
    reader = Reader(format_, exact.MAX_POINTS, stdin, arrays=False)
    few = reader.read(inputs, table, names, paired)
    assert isinstance(few, Points)
    return few


def read(given_points: Any, stdin: TextIO | None = None, format_: FloatFormat = EXACT) -> Any:
    """The points as any call reads them that holds them all: exact, or rounded into a format."""
    return read_few({"x": given_points}, None, ["x"], format_, stdin=stdin).axes[0].values["x"]


def rounded(given_points: Any, format_: FloatFormat) -> tuple[float, ...]:
    return tuple(read(given_points, None, format_))


def floats(given_points: Any, stdin: str | None = None) -> tuple[float, ...]:
    return tuple(read(given_points, None if stdin is None else io.StringIO(stdin), FLOAT64))


def refused(given_points: Any, stdin: str | None = None) -> str:
    with pytest.raises(PointsError) as caught:
        read(given_points, None if stdin is None else io.StringIO(stdin))
    return str(caught.value)


# --- every form -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "points"),
    [
        # numbers
        ("2", ["2"]),
        ("-2", ["-2"]),
        ("+2", ["2"]),
        ("−2", ["-2"]),
        (".5", ["1/2"]),
        ("5.", ["5"]),
        ("1e-3", ["1/1000"]),
        ("1E3", ["1000"]),
        (" 7 ", ["7"]),
        ("0.1", ["1/10"]),
        # constant expressions
        ("1/3", ["1/3"]),
        ("2^10", ["1024"]),
        ("2²", ["4"]),
        ("-(1+2)/4", ["-3/4"]),
        ("2(3)", ["6"]),
        # lists
        ("1,2,5", ["1", "2", "5"]),
        (" 5 , 1 ,5", ["5", "1", "5"]),
        ("1..3,7", ["1", "2", "3", "7"]),
        ("0,10..12,5..3:-1", ["0", "10", "11", "12", "5", "4", "3"]),
        # ranges with the step 1
        ("1..3", ["1", "2", "3"]),
        ("-3..-1", ["-3", "-2", "-1"]),
        ("1.5..3", ["3/2", "5/2"]),
        ("1..1", ["1"]),
        ("1 .. 3", ["1", "2", "3"]),
        ("1/2..5/2", ["1/2", "3/2", "5/2"]),
        # ranges with a step
        ("3..1:-0.5", ["3", "5/2", "2", "3/2", "1"]),
        ("1..2:0.3", ["1", "13/10", "16/10", "19/10"]),
        ("0..1:1/3", ["0", "1/3", "2/3", "1"]),
        ("1..3 : 0.5", ["1", "3/2", "2", "5/2", "3"]),
        ("0..1:5", ["0"]),
        ("1..1:-1", ["1"]),
        ("0.5..0.75:.25", ["1/2", "3/4"]),
        # ranges with a count
        ("0..1@3", ["0", "1/2", "1"]),
        ("1..0@3", ["1", "1/2", "0"]),
        ("0..1@4", ["0", "1/3", "2/3", "1"]),
        ("1..3 @ 2", ["1", "3"]),
        ("1..1@2", ["1", "1"]),
        ("0..1@003", ["0", "1/2", "1"]),
        ("0..1@0000000000003", ["0", "1/2", "1"]),
    ],
)
def test_every_form_gives_exact_points(typed: str, points: list[str]) -> None:
    assert read(typed) == exactly(*points)


def test_eleven_points_from_0_to_1_and_the_fourth_is_the_float_nearest_to_0_3() -> None:
    points = read("0..1:0.1")
    assert points == tuple(Fraction(i, 10) for i in range(11))
    assert rounded(points, FLOAT64)[3] == 0.3
    assert 3 * 0.1 != 0.3


def test_the_default_points_are_those_of_the_worked_example() -> None:
    assert floats(defaults.POINTS) == (1, 2, 3)


@pytest.mark.parametrize(
    ("typed", "points"),
    [
        ("pi", [math.pi]),
        ("π", [math.pi]),
        ("e", [math.e]),
        ("tau,2pi", [math.tau, math.tau]),
        ("-pi/2", [-math.pi / 2]),
        ("0..2pi@9", [i * math.pi / 4 for i in range(9)]),
        ("-pi/2..pi/2@5", [i * math.pi / 4 for i in range(-2, 3)]),
        ("0..pi:pi/4", [i * math.pi / 4 for i in range(5)]),
        ("1e-3..1e3@7log", [0.001, 0.01, 0.1, 1, 10, 100, 1000]),
        ("1e3..1e-3@7log", [1000, 100, 10, 1, 0.1, 0.01, 0.001]),
        ("-1..-100@3log", [-1, -10, -100]),
        ("1..100@3 log", [1, 10, 100]),
        ("2..2@3log", [2, 2, 2]),
        ("1..2@13log", [float(2 ** Fraction(i, 12)) for i in range(13)]),
        ("1..1e-300@3log", [1, 1e-150, 1e-300]),
        ("√2", [math.sqrt(2)]),
        ("sin(1)", [math.sin(1)]),
        ("atan2(1,2),3", [math.atan2(1, 2), 3]),
        ("max(1,2)..4", [2, 3, 4]),
    ],
)
def test_constants_and_ratios_are_the_nearest_floats(typed: str, points: list[float]) -> None:
    assert floats(typed) == pytest.approx(points, rel=RANGE_ROUNDING, abs=0)


def arctangent(inverse: int) -> Fraction:
    """atan(1/inverse) by its series, to more than 130 decimals."""
    return sum(
        (Fraction((-1) ** i, (2 * i + 1) * inverse ** (2 * i + 1)) for i in range(100)),
        Fraction(0),
    )


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("pi", 16 * arctangent(5) - 4 * arctangent(239)),  # Machin's formula
        ("tau", 32 * arctangent(5) - 8 * arctangent(239)),
        ("e", sum((Fraction(1, math.factorial(i)) for i in range(100)), Fraction(0))),
    ],
)
def test_constants_have_120_right_decimals(typed: str, value: Fraction) -> None:
    assert abs(read(typed)[0] - value) < Fraction(1, 10**118)


def test_points_of_pi_are_rounded_once() -> None:
    assert floats("1e22*pi") == (float(Fraction("31415926535897932384626.4338327950288")),)
    assert rounded("pi", FORMATS["float16"]) == (float(np.float16(math.pi)),)


@given(st.fractions(-50, 50), st.fractions(-50, 50), st.integers(2, 200))
def test_evenly_spaced_points_are_exact_and_have_both_ends(
    start: Fraction, stop: Fraction, count: int
) -> None:
    points = read(f"({start})..({stop})@{count}")
    assert (points[0], points[-1], len(points)) == (start, stop, count)
    assert {one - other for one, other in zip(points[1:], points, strict=False)} == {
        (stop - start) / (count - 1)
    }


@given(st.integers(-100, 100), st.integers(1, 40), st.integers(0, 200), st.integers(0, 3))
def test_a_stepped_range_ends_at_the_last_point_within_it(
    start: int, step: int, steps: int, places: int
) -> None:
    unit = Fraction(1, 10**places)
    stop = start + (steps + Fraction(1, 2)) * step * unit
    points = read(f"{start}..{stop}:{step * unit}")
    assert points == tuple(start + i * step * unit for i in range(steps + 1))
    again = read(f"{start}..{start + steps * step * unit}:{step * unit}")
    assert again == points


@given(st.integers(-30, 30), st.integers(-30, 30), st.integers(2, 60))
def test_points_spaced_by_ratio_are_those_of_numpys_geomspace(
    low: int, high: int, count: int
) -> None:
    points = floats(f"1e{low}..1e{high}@{count}log")
    assert points[0] == float(f"1e{low}")
    assert points[-1] == float(f"1e{high}")
    logs = [math.log10(point) for point in points]
    expected = np.linspace(low, high, count)
    assert logs == pytest.approx(list(expected), abs=1e-12)


# --- standard input and files -----------------------------------------------------------------

LINES = [
    ("1\n2\n", ["1", "2"]),
    ("1\n2", ["1", "2"]),
    ("# points\n\n  3 \n\t# more\n0.1\n", ["3", "1/10"]),
    ("1\r\n2\r\n", ["1", "2"]),
    ("1/3\n-2^2\n", ["1/3", "-4"]),
]


@pytest.mark.parametrize(("lines", "points"), LINES)
def test_standard_input_has_one_number_a_line(lines: str, points: list[str]) -> None:
    assert read("-", io.StringIO(lines)) == exactly(*points)


@pytest.mark.parametrize(("lines", "points"), LINES)
def test_a_file_has_one_number_a_line(tmp_path: Path, lines: str, points: list[str]) -> None:
    file = tmp_path / "a file, with a comma"
    file.write_bytes(lines.encode())
    assert read(f"@{file}") == exactly(*points)


def test_the_mark_that_some_editors_begin_a_file_with_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "points"
    file.write_text("1\n2\n", encoding="utf-8-sig")
    assert read(f"@{file}") == exactly("1", "2")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("", "there are no points"),
        ("\n# none\n", "there are no points"),
        (
            "1\n\n# two\nx\n",
            "line 4 of standard input: 'x' is not a number: it has the variable 'x'",
        ),
        ("nan\n", "line 1 of standard input: 'nan' is not a finite number; leave it out"),
        ("1\n1/0\n", "line 2 of standard input: '1/0' has no value; write a number"),
    ],
)
def test_a_bad_line_is_named_by_its_number(lines: str, message: str) -> None:
    assert refused("-", lines) == message


@pytest.mark.parametrize("line", ["1 2", "1,2", "1..3", "1;2", "-", "@file", "x\x00", "\x1b[31m"])
def test_a_line_is_one_number_and_nothing_else(line: str) -> None:
    assert refused("-", f"7\n{line}\n").startswith("line 2 of standard input: '")


def test_a_line_with_a_range_is_not_told_to_multiply() -> None:
    assert "*" not in refused("-", "1..3\n")


def test_standard_input_that_is_not_there_is_said_to_be_missing() -> None:
    assert refused("-") == "'-' reads points from standard input, which is closed"


def test_standard_input_that_is_not_text_is_refused_with_its_line() -> None:
    stdin = io.TextIOWrapper(io.BytesIO(b"1\n\xff\xfe\n"), encoding="utf-8")
    with pytest.raises(PointsError, match=r"line \d of standard input is not text"):
        read("-", stdin)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "points"
    file.write_bytes(b"1\n\xff\xfe\n")
    assert "is not text" in refused(f"@{file}")


def test_a_file_that_is_not_there_is_named() -> None:
    assert refused("@no such file") == (
        "the points in 'no such file' cannot be read: No such file or directory"
    )


def test_a_folder_is_no_file_of_points(tmp_path: Path) -> None:
    assert refused(f"@{tmp_path}").startswith(f"the points in '{tmp_path}' cannot be read: ")


def test_a_file_without_a_name_is_said_to_have_none() -> None:
    assert "directory" not in refused("@")


def test_the_name_of_a_file_is_shown_without_its_control_characters() -> None:
    for name in ("\x1b[31m", "a\x00b", "a\nb"):
        assert refused(f"@{name}").isprintable()


def test_standard_input_is_read_no_further_than_the_bound() -> None:
    stdin = io.StringIO("1\n" * (MAX_POINTS + 10))
    with pytest.raises(PointsError, match="more than 100,000 points"):
        read("-", stdin)
    assert len(stdin.readlines()) == 9


# --- every bad form ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "a point is missing; write numbers with commas between: 1,2,3"),
        ("  ", "a point is missing; write numbers with commas between: 1,2,3"),
        (",", "a point is missing; write numbers with commas between: 1,2,3"),
        ("1,", "a point is missing; write numbers with commas between: 1,2,3"),
        ("1,,2", "a point is missing; write numbers with commas between: 1,2,3"),
        ("x", "'x' is not a number: it has the variable 'x'"),
        ("1..x", "'x' is not a number: it has the variable 'x'"),
        ("x..1", "'x' is not a number: it has the variable 'x'"),
        ("1..3:x", "'x' is not a number: it has the variable 'x'"),
        ("x-x", "'x-x' is not a number: it has the variable 'x'"),
        ("nan", "'nan' is not a finite number; leave it out"),
        ("-NaN", "'-NaN' is not a finite number; leave it out"),
        ("inf", f"'inf' {INFINITE}"),
        ("-Infinity", f"'-Infinity' {INFINITE}"),
        ("∞", f"'∞' {INFINITE}"),
        ("0..inf", f"'inf' {INFINITE}"),
        ("-oo", f"'-oo' {INFINITE}"),
        ("1/0", "'1/0' has no value; write a number"),
        ("log(-1)", "'log(-1)' has no value; write a number"),
        ("exp(100000)", "'exp(100000)' is too large, or too close to zero"),
        ("1/(1 - tanh(1000))", "'1/(1 - tanh(1000))' is too large, or too close to zero"),
        ("0^-1", "'0^-1' has no value; write a number"),
        ("0.5;2", "'0.5;2': points have commas between them"),
        (
            "1)",
            "'1)' is not a number: ')' closes nothing; leave it out, or open a bracket before it",
        ),
        ("(1", "'(1' is not a number: '(' is never closed; write ')' where it ends"),
        ("sni(1)", "'sni(1)' is not a number: unknown function 'sni'; did you mean 'sin'?"),
        (
            "1:2",
            "'1:2' can be read in two ways: write 1..2 with 2, or 1..1 without it, as in Python",
        ),
        ("1@2", "'1@2' is not a number: unexpected '@'; write * for a product"),
        ("..", f"the range '..' cannot be read: {FORMS}"),
        ("..3", f"the range '..3' cannot be read: {FORMS}"),
        ("1..", f"the range '1..' cannot be read: {FORMS}"),
        ("1..3:", f"the range '1..3:' cannot be read: {FORMS}"),
        ("1..3@", f"the range '1..3@' cannot be read: {FORMS}"),
        ("1..3@x", f"the range '1..3@x' cannot be read: {FORMS}"),
        ("1..3@-2", f"the range '1..3@-2' cannot be read: {FORMS}"),
        ("1..3@2.5", f"the range '1..3@2.5' cannot be read: {FORMS}"),
        ("1..3@5:2", f"the range '1..3@5:2' cannot be read: {FORMS}"),
        ("1..3:1@5", f"the range '1..3:1@5' cannot be read: {FORMS}"),
        ("1..3@5lin", f"the range '1..3@5lin' cannot be read: {FORMS}"),
        ("1..3@5log10", f"the range '1..3@5log10' cannot be read: {FORMS}"),
        ("1..3@٣", f"the range '1..3@٣' cannot be read: {FORMS}"),
        ("1..2..3", f"the range '1..2..3' cannot be read: {FORMS}"),
        ("1..3@0", "'1..3@0': both ends are points, so there are at least 2"),
        ("1..3@1", "'1..3@1': both ends are points, so there are at least 2"),
        ("1..3@1log", "'1..3@1log': both ends are points, so there are at least 2"),
        ("1..3:0", "'1..3:0': the step is 0; write another, as in 0..1:0.1"),
        ("3..1", "'3..1': the end is below the start; write 3..1:-1"),
        ("3..1:1", "'3..1:1': the end is below the start; write 3..1:-1"),
        ("3..1:0.5", "'3..1:0.5': the end is below the start; write 3..1:-0.5"),
        ("1..3:-1", "'1..3:-1': the end is above the start; write 1..3:1"),
        ("1..3:-0.25", "'1..3:-0.25': the end is above the start; write 1..3:0.25"),
        ("0..1@3log", "'0..1@3log': both ends must lie on the same side of 0"),
        ("1..0@3log", "'1..0@3log': both ends must lie on the same side of 0"),
        ("-1..1@3log", "'-1..1@3log': both ends must lie on the same side of 0"),
    ],
)
def test_every_bad_form_has_its_message(typed: str, message: str) -> None:
    assert refused(typed) == message
    assert refused(f"1,{typed}" if typed.strip() else "1,") == message


@pytest.mark.parametrize("typed", ["3..1", "3..1:0.5", "1..3:-0.25", "3..1:1"])
def test_what_a_message_says_to_write_can_be_read(typed: str) -> None:
    assert read(refused(typed).rpartition("write ")[2])


@pytest.mark.parametrize("typed", ["y=2", "1..x=3", "u = 1"])
def test_a_point_has_no_name(typed: str) -> None:
    refused(typed)


@pytest.mark.parametrize("typed", ["1 2", "1 2 3", "0.5 0.7"])
def test_numbers_without_commas_are_not_told_to_multiply(typed: str) -> None:
    assert "*" not in refused(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "\x1b[31m",
        "1..\x1b[31m:",
        "1..3@\x1b",
        "1..\x07",
        "@\x1b[31m",
        "1,\x00",
        "1\n2",
        "1..2:\x7f",
    ],
)
def test_a_message_has_no_control_characters(typed: str) -> None:
    assert refused(typed).isprintable()


@pytest.mark.parametrize(
    "typed",
    [
        "a" * 5_000,
        "1+" * 6_000,
        "1..3@" + "9" * 5_000,
        "1.." + "3" * 300 + ":",
        "1..3@" + "x" * 999,
    ],
    ids=lambda typed: typed[:10],
)
def test_a_message_is_short_however_long_the_text(typed: str) -> None:
    assert len(refused(typed)) <= MESSAGE


# --- bounds -----------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["1..1e5", "0..99999", "1..2@100000", "0..-99999:-1"])
def test_as_many_points_as_the_bound_are_read(typed: str) -> None:
    assert len(read(typed)) == MAX_POINTS


@pytest.mark.parametrize(
    "typed",
    [
        "0..1e5",
        "0..1e9",
        "0..1:1e-9",
        "0..1:1e-400",
        "0..1e400",
        "1..2@100001",
        "1..2@99999999999999999999",
        "1..2@100001log",
        "1..60000,1..60000",
        "1," * 100_000 + "1",
        pytest.param(range(10**12), id="range"),
    ],
    ids=lambda typed: typed[:30],
)
@pytest.mark.usefixtures("garbage_waits")
def test_more_points_than_the_bound_are_refused_quickly(typed: Any) -> None:
    started = time.process_time()
    assert "more than 100,000 points" in refused(typed)
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize(
    "typed",
    [
        "9" * 5_000,
        "1." + "9" * 5_000,
        "1.." + "9" * 5_000,
        "1..2:" + "9" * 5_000,
        "1e99999",
        "1e999999999999",
        "1e-99999",
        "9^9^9^9",
        "2^1000000",
        "2^-1000000",
        "exp(1e6)",
        "-exp(1e6)",
        "exp(-1e6)",
        "1e9999",
        "1..exp(1e6)@3",
        "1..exp(1e6)@3log",
        "1e9999..2e9999@2",
        "3..1:exp(1e6)",
        "(" * 300 + "1" + ")" * 300,
        "(" * 400_000,
        "," * 400_000,
        pytest.param(10**5_000, id="int"),
        pytest.param([10**5_000], id="list"),
        pytest.param(Fraction(10) ** 5_000, id="Fraction"),
        pytest.param(Decimal("1e99999"), id="Decimal"),
        pytest.param(Decimal("1e-99999"), id="small Decimal"),
    ],
    ids=lambda typed: typed[:12],
)
@pytest.mark.usefixtures("garbage_waits")
def test_numbers_far_beyond_the_dtype_are_refused_quickly(typed: Any) -> None:
    started = time.process_time()
    with pytest.raises(PointsError) as caught:
        rounded(typed, FLOAT64)
    assert time.process_time() - started < SECONDS
    assert len(str(caught.value)) <= MESSAGE


# --- numbers and arrays -----------------------------------------------------------------------


def name(value: object) -> str:
    """The name of a case, which is the same in every process: without the address of an object."""
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))


@pytest.mark.parametrize(
    ("given_points", "points"),
    [
        (1, ["1"]),
        (2.5, ["5/2"]),
        (0.1, [str(Fraction(0.1))]),
        (Fraction(1, 3), ["1/3"]),
        (Decimal("0.1"), ["1/10"]),
        ([1, 2], ["1", "2"]),
        ((1, "2..3", Fraction(1, 3)), ["1", "2", "3", "1/3"]),
        (["0.1", "pi-pi"], ["1/10", "0"]),
        (range(3), ["0", "1", "2"]),
        ((i / 2 for i in range(3)), ["0", "1/2", "1"]),
        (2**53 + 1, ["9007199254740993"]),
        ([2**53 + 1], ["9007199254740993"]),
        (np.array([1, 2]), ["1", "2"]),
        (np.array(3.5), ["7/2"]),
        (np.arange(4.0).reshape(2, 2), ["0", "1", "2", "3"]),
        (np.float32(0.1), ["13421773/134217728"]),
        ([np.float16(0.5)], ["1/2"]),
        (np.array([0.5], ml_dtypes.bfloat16), ["1/2"]),
        (np.array([2**53 + 1]), ["9007199254740993"]),
        (np.array(["1", "2"]), ["1", "2"]),
    ],
    ids=name,
)
def test_numbers_and_arrays_are_taken_at_their_exact_values(
    given_points: Any, points: list[str]
) -> None:
    assert read(given_points) == exactly(*points)


@pytest.mark.parametrize(
    "given_points",
    [
        None,
        [None],
        math.nan,
        [math.inf],
        np.array([1.0, -np.inf]),
        Decimal("nan"),
        [Decimal("-Infinity")],
        1j,
        np.array([1 + 2j]),
        object(),
        [[1, 2], [3]],
        np.array([1, None], dtype=object),
        np.array(["2024-01-01"], dtype="M8[D]"),
        b"1",
    ],
    ids=name,
)
def test_what_is_not_a_finite_real_number_is_refused(given_points: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert "is not a finite number" in refused(given_points)


@pytest.mark.parametrize("given_points", [[], (), np.array([])], ids=name)
def test_no_points_at_all_are_refused(given_points: Any) -> None:
    assert refused(given_points) == "there are no points"


# --- rounding ---------------------------------------------------------------------------------


@given(st.decimals(-60_000, 60_000, allow_nan=False, allow_infinity=False, places=12))
def test_a_point_is_rounded_once_from_its_exact_value(number: Decimal) -> None:
    assert rounded(str(number), FLOAT64) == (float(number),)


@pytest.mark.parametrize(
    ("name", "typed", "point"),
    [
        # one above a tie, by less than float64 can say: rounding twice would go to even
        ("float32", "1.000000059604644775390625000000000001", float(np.float32(1 + 2**-23))),
        ("float32", "1.000000059604644775390625", 1.0),
        ("float16", "1.00048828125000000000000000001", 1 + 2**-10),
        ("float16", "1.00048828125", 1.0),
        ("bfloat16", "1.0039062500000000000000000001", 1 + 2**-7),
        ("bfloat16", "1.00390625", 1.0),
        ("float16", "65519", 65504.0),
        ("float32", "0.1", float(np.float32(0.1))),
        ("bfloat16", "0.1", float(ml_dtypes.bfloat16(0.1))),
        ("float64", "9007199254740993", 9007199254740992.0),
        ("float64", "5e-324", 5e-324),
        ("float64", "0", 0.0),
    ],
)
def test_points_are_rounded_into_the_dtype(name: str, typed: str, point: float) -> None:
    assert rounded(typed, FORMATS[name]) == (point,)


@pytest.mark.parametrize(
    ("name", "typed", "message"),
    [
        ("float64", "1e400", "the point 1e+400 is too large for float64; write a smaller one"),
        ("float64", "-1e400", "the point -1e+400 is too large for float64; write a smaller one"),
        ("float64", "1e-400", "the point 1e-400 is too small for float64"),
        ("float32", "3.5e38", "the point 3.5e+38 is too large for float32; write a smaller one"),
        ("float32", "1e-50", "the point 1e-50 is too small for float32"),
        ("float16", "65520", "the point 65520 is too large for float16; write a smaller one"),
        ("float16", "-1e-8", "the point -1e-8 is too small for float16"),
        ("bfloat16", "4e38", "the point 4e+38 is too large for bfloat16; write a smaller one"),
    ],
)
def test_a_point_that_the_dtype_cannot_hold_is_refused(name: str, typed: str, message: str) -> None:
    with pytest.raises(PointsError) as caught:
        rounded(f"1,{typed}", FORMATS[name])
    assert str(caught.value) == message


# --- no text gives anything but points or an error ----------------------------------------------

words = st.sampled_from(
    [
        *(*"0123456789,:()-+*/^ .", "..", "@3", "@3log", "log", "pi", "e", "1e5", "1e-400"),
        *("1e9999", "x", "=", "@", "\x1b", "\u200f", "\ud800", "\x00", "\n", "١"),
    ]
)


def outcome_of(typed: str) -> tuple[float, ...] | TapecliError:
    try:
        return tuple(read(typed, io.StringIO("1\n"), FLOAT64))
    except TapecliError as error:
        return error


@given(st.text(max_size=20) | st.lists(words, max_size=10).map("".join))
@example("1...3")
@example("1....3")
@example("(1,2)")
@example("(1")
@example("1..(2")
@example("1..2@3@4")
def test_no_text_whatever_gives_anything_but_points_or_an_error(typed: str) -> None:
    if typed.startswith("@"):
        typed = f"1,{typed}"
    outcome = outcome_of(typed)
    if isinstance(outcome, TapecliError):
        assert isinstance(outcome, PointsError)
        assert len(str(outcome)) <= MESSAGE
        assert not any(c < " " or "\x7f" <= c < "\xa0" for c in str(outcome))
    else:
        assert outcome
        assert all(map(math.isfinite, outcome))


# --- how many ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_points", "count"),
    [
        ("2", 1),
        ("1..3,7,pi", 5),
        ("0..1:1e-8", 10**8 + 1),
        ("0..1@12345678", 12_345_678),
        ("1e-3..1e3@10000000log", 10**7),
        ("-", 3),
        (2.5, 1),
        ([1, "2..3", 4.0], 4),
        ([1, "-"], 4),
        (np.zeros((2, 3)), 6),
        (np.array(1.0), 1),
        ((i for i in range(3)), 3),
        (range(10**12), 10**12),
    ],
    ids=name,
)
def test_points_are_counted_without_being_made(given_points: Any, count: int) -> None:
    stdin = io.StringIO("1\n2\n3\n")
    found = Reader(FLOAT64, stdin=stdin).read({"x": given_points}, None, ["x"])
    assert found.count == count


def test_the_points_of_a_long_text_are_not_counted() -> None:
    stdin = io.StringIO("1\n" * (MAX_POINTS + 1))
    assert Reader(FLOAT64, stdin=stdin).read({"x": "-"}, None, ["x"]).count is None


@pytest.mark.parametrize("typed", ["1..", "3..1", "1..3@1", "1..1e20", "0..1@" + "9" * 5_000])
def test_what_cannot_be_counted_is_refused(typed: str) -> None:
    with pytest.raises(PointsError):
        exact.ranges(typed, MAX_COUNT)
    with pytest.raises(PointsError):
        Reader(FLOAT64).read({"x": typed}, None, ["x"])
