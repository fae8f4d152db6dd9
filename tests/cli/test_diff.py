"""`tapecli diff`: what it answers, what it refuses and in which words, and its exit codes."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import tapecli
from tapecli import tapes
from tapecli.request import prepare

if TYPE_CHECKING:
    from tests.cli.conftest import Done, Run, RunAll

WORKED_EXAMPLE = """\
y = log(x**2)                                              float64, nested tapes

dy/dx = 2/x
x  tape                 analytic             ulps
─────────────────────────────────────────────────
1   2                    2                      0
2   1                    1                      0
3   0.6666666666666666   0.6666666666666666     0

d²y/dx² = -2/x²
x  tape                 analytic             ulps
─────────────────────────────────────────────────
1  -2                   -2                      0
2  -0.5                 -0.5                    0
3  -0.2222222222222222  -0.2222222222222222     0

6 values, all within 1 ulp of the analytic derivative
"""

TWO_TARGETS = """\
u = x**2                                                 float32, {method} tapes

du/dx = 2·x
x  tape  analytic  ulps
───────────────────────
1  2     2            0
2  4     4            0
3  6     6            0

y = log(u)                                               float32, {method} tapes

dy/dx = 2/x
x  tape       analytic   ulps
─────────────────────────────
1  2          2             0
2  1          1             0
3  0.6666667  0.6666667     0

6 values, all within 1 ulp of the analytic derivative
"""

A_KINK = """\
y = abs(x)                                                float64, a single tape

dy/dx = sign(x)
x   tape  analytic  ulps  status
───────────────────────────────────
-1  -1    -1           0  ok
 0   0                    undefined
 1   1     1           0  ok
undefined at x = 0: a kink

3 values: 2 ok, 1 undefined
"""

A_LOST_VALUE = """\
y = log(x**2)                                             float64, a single tape

dy/dx = 2/x
x       tape  analytic  ulps  status
────────────────────────────────────
1e-200  inf   2e+200          lost
lost at x = 1e-200: the tape returned inf, and the derivative exists

1 value: 1 lost
"""

HELP = "Try 'tapecli diff --help' for help.\n"

REFUSED: Mapping[tuple[str, ...], str] = {
    # expressions
    ("x*sni(x)",): """\
Error: unknown function 'sni'
  x*sni(x)
    ^^^
  did you mean 'sin'?
""",
    ("2*sinn",): """\
Error: unknown name 'sinn'
  2*sinn
    ^^^^
  did you mean 'sin(n)'?
""",
    ("foo + 1",): """\
Error: unknown name 'foo'
  foo + 1
  ^^^
  a variable of more than one letter needs its points: --at foo=1..3
""",
    ("log(x^2",): """\
Error: '(' is never closed
  log(x^2
     ^
""",
    ("x)",): """\
Error: ')' closes nothing
  x)
   ^
""",
    ("",): """\
Error: the expression is empty
  try 'log(x^2)'
""",
    ("x^",): """\
Error: the expression ends too early
  x^
    ^
""",
    ("x(x+1)",): """\
Error: is 'x' a function?
  x(x+1)
  ^
  write x*(x+1)
""",
    ("x", "y^2"): (
        "Error: the variables are x and y: say by which to differentiate, with --wrt x, --wrt y, "
        "with --wrt x,y for the mixed derivative, or by all with 'tapecli grad'\n"
    ),
    # user text is neither markup nor an order to the terminal
    ("[bold]x[/bold]",): """\
Error: unexpected '['
  [bold]x[/bold]
  ^
""",
    ("[/]",): """\
Error: unexpected '['
  [/]
  ^
""",
    ("x\x1b[31m",): """\
Error: an unreadable character: U+001B
  x\\x1b[31m
   ^^^^
""",
    ("x + 日本",): """\
Error: unexpected '日'
  x + 日本
      ^^
  it is CJK UNIFIED IDEOGRAPH-65E5
""",
    # points
    ("--x", "1..3:0"): "Error: '1..3:0': the step is 0\n",
    ("--x", "3..1"): "Error: '3..1': the end is below the start; write 3..1:-1\n",
    ("--x", "1..1e12"): "Error: '1..1e12': more than 100,000 points\n",
    ("--x", "0..1@100001"): "Error: '0..1@100001': more than 100,000 points\n",
    ("--x", "nan"): "Error: 'nan' is not a finite number\n",
    ("--x", "1,inf"): "Error: 'inf' is not a finite number\n",
    ("--x", "1e400"): "Error: the point 1e+400 is too large for float64\n",
    ("--x", "1e39", "--dtype", "float32"): "Error: the point 1e+39 is too large for float32\n",
    ("--x", ""): "Error: a point is missing\n",
    ("--x", "x"): "Error: 'x' is not a number: it has the variable 'x'\n",
    ("--x", "@missing.txt"): (
        "Error: the points in 'missing.txt' cannot be read: No such file or directory\n"
    ),
    ("--at", "t=1", "--x", "2"): (
        "Error: '--t' gives points of 't', but the variable is 'x'; give its points with '--x'\n"
    ),
    ("t^2", "--x", "2"): (
        "Error: '--x' gives points of 'x', but the variable is 't'; give its points with '--t'\n"
    ),
    ("--at", "x=1", "--x", "2"): "Error: the points of 'x' are given twice\n",
    # orders and methods
    ("--order", "-1"): (
        "Error: Invalid value for '-n' / '--order': '-1' is not a whole number from 0 on\n" + HELP
    ),
    ("--order", "1.5"): (
        "Error: Invalid value for '-n' / '--order': '1.5' is not a whole number from 0 on\n" + HELP
    ),
    ("--order", "99"): (
        "Error: order 99 is too high for nested tapes: each order takes up to 4 times as long as "
        "the one below; here they can do order 8\n"
    ),
    ("--order", "2", "--method", "single"): (
        "Error: 'single' cannot do order 2: its tapes record no gradients; "
        "'--method nested' and 'batch' can\n"
    ),
    ("x", "x^2", "--method", "single"): (
        "Error: 'single' cannot do 2 targets: a tape can be asked only once; "
        "'--method parallel', 'nested', 'persistent' and 'batch' can\n"
    ),
    ("--tolerance", "nan"): "Error: the tolerance must be a number from 0, not nan\n",
    ("--tolerance", "-1"): "Error: the tolerance must be a number from 0, not -1.0\n",
    # output
    ("--output", "result.foo"): (
        "Error: the ending '.foo' says no format; use --format, "
        "or one of .txt, .json, .jsonl, .ndjson, .csv, .tsv, .md, .markdown, .npy, .npz\n"
    ),
    ("--output", "missing/result.csv"): (
        "Error: cannot write 'missing/result.csv': there is no folder '{here}/missing'\n"
    ),
    ("--output", "."): "Error: cannot write '.': it is a directory\n",
}
"""Arguments of `diff`, and the whole of what it says to them."""

BAD_LINES = {
    "1\n\n# two\nabc\n": "line 4 of 'points.txt': 'abc' is not a number: ",
    "1\nnan\n": "line 2 of 'points.txt': 'nan' is not a finite number",
    "1..3\n": "line 1 of 'points.txt': '1..3' is not ",
    "1\nx\x1b[2J\n": "line 2 of 'points.txt': 'x�[2J' is not a number: ",
    "# nothing\n\n": "there are no points",
}


@pytest.fixture(scope="module")
def refused(run_all: RunAll) -> dict[tuple[str, ...], Done]:
    """All rows of `REFUSED`, called in one fresh process."""
    answers = run_all([["diff", *arguments] for arguments in REFUSED])
    return dict(zip(REFUSED, answers, strict=True))


@pytest.mark.parametrize("arguments", REFUSED, ids=" ".join)
def test_a_wrong_call_gives_one_clear_message_before_anything_heavy_is_imported(
    refused: dict[tuple[str, ...], Done], arguments: tuple[str, ...]
) -> None:
    done = refused[arguments]
    here = re.search(r"folder '(.*)/missing'", done.err)
    expected = REFUSED[arguments].replace("{here}", here[1] if here else "")
    assert (done.code, done.out, done.err) == (2, "", expected)
    assert done.loaded == []


@pytest.mark.parametrize(("content", "message"), list(BAD_LINES.items()), ids=repr)
def test_a_bad_line_of_points_is_named(
    run: Run, tmp_path: Path, content: str, message: str
) -> None:
    (tmp_path / "points.txt").write_text(content)
    done = run("diff", "--x", "@points.txt")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"Error: {message}")
    assert done.err.count("\n") == 1
    assert "\x1b" not in done.err


def test_a_range_in_a_points_file_is_told_that_a_line_is_one_number(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "points.txt").write_text("1..3\n")
    assert "write 1.*.3" not in run("diff", "--x", "@points.txt").err


def test_a_name_without_an_ending_is_told_so(run: Run) -> None:
    done = run("diff", "--output", "result")
    assert (done.code, done.out) == (2, "")
    assert "--format" in done.err
    assert "no ending says" not in done.err


def test_the_order_that_the_message_names_can_be_done(run: Run) -> None:
    done = run("diff", "x*sin(x)", "--order", "99", "--x", "1")
    named = re.search(r"here they can do order (\d+)", done.err)
    assert named
    asked = prepare("diff", "x*sin(x)", {"x": [1]}, order=int(named[1]))
    assert asked.method == "nested"
    with pytest.raises(tapecli.RequestError):
        prepare("diff", "x*sin(x)", {"x": [1]}, order=int(named[1]) + 1)


@pytest.mark.parametrize("method", ["parallel", "nested", "persistent"])
def test_the_method_that_the_message_names_can_do_it(run: Run, method: str) -> None:
    assert f"'{method}'" in run("diff", "x", "x^2", "--method", "single").err.replace(
        "--method ", ""
    )
    assert run("diff", "x", "x^2", "--method", method, "--x", "3", "-f", "value").out == "1\n6\n"


# --- answers ----------------------------------------------------------------------------------


def test_the_worked_example_as_a_process_is_this_table_and_nothing_else(process: Run) -> None:
    done = process("diff", "log(x^2)", "--order", "2", "--x", "1..3")
    assert (done.code, done.out, done.err) == (0, WORKED_EXAMPLE, "")


@pytest.mark.parametrize("method", ["parallel", "nested", "persistent"])
def test_every_arrangement_gives_two_targets_of_which_one_uses_the_other(
    run: Run, method: str
) -> None:
    done = run("diff", "u = x^2", "y = log(u)", "--dtype", "float32", "--method", method)
    about = f"float32, {'a persistent tape' if method == 'persistent' else f'{method} tapes'}"
    expected = re.sub(
        r"^(.*?) +float32, .*$",
        lambda line: line[1] + about.rjust(80 - len(line[1])),
        TWO_TARGETS,
        flags=re.MULTILINE,
    )
    assert (done.code, done.out, done.err) == (0, expected, "")


def test_without_arguments_it_is_the_first_derivative_of_the_worked_example(run: Run) -> None:
    done = run("diff")
    assert (done.code, done.err) == (0, "")
    assert done.lines[0].split() == ["y", "=", "log(x**2)", "float64,", "a", "single", "tape"]
    assert [line.split()[:2] for line in done.lines[5:8]] == [
        ["1", "2"],
        ["2", "1"],
        ["3", "0.6666666666666666"],
    ]


@pytest.mark.parametrize("typed", ["-x^2", "-x**2"])
@pytest.mark.parametrize("before", [(), ("--",), ("--x", "3"), ("-f", "value", "--")], ids=" ".join)
def test_an_expression_may_begin_with_a_minus(
    run: Run, typed: str, before: tuple[str, ...]
) -> None:
    after = ["-f", "value", "--x", "3"]
    after = [] if "--" in before else after[: 2 if "--x" in before else 4]
    done = run("diff", *before, typed, *after)
    assert (done.code, done.err) == (0, "")
    assert done.lines[-1] == "-6" or "y = -x**2" in done.lines[0]


def test_what_follows_two_dashes_is_an_expression(run: Run) -> None:
    done = run("diff", "--x", "3", "-f", "csv", "--", "--x", "-x")
    assert done.code == 0
    assert [line.split(",")[1] for line in done.lines[1:]] == ["--x", "-x"]


@pytest.mark.parametrize("points", [("--x", "-1"), ("--x=-1",), ("--at", "x=-1")])
def test_points_may_be_negative(run: Run, points: tuple[str, ...]) -> None:
    done = run("diff", "x^3", *points, "--order", "2", "-f", "value")
    assert (done.code, done.out, done.err) == (0, "-6\n", "")


def test_order_0_is_the_value_alone(run: Run) -> None:
    done = run("diff", "x^2", "--order", "0", "--x", "3")
    assert (done.code, done.err) == (0, "")
    assert done.lines[0].endswith("float64, no tape")
    assert done.lines[2:] == [
        "y",
        "x  tape  analytic  ulps",
        "───────────────────────",
        "3  9     9            0",
        "",
        "1 value, within 1 ulp of the exact value",
    ]


# --- points from outside ----------------------------------------------------------------------

LISTED = "1\n\n  # a comment\n 2 \n1/4\n"
SLOPES = "2\n4\n0.5\n"


def test_points_come_from_standard_input_but_for_blank_and_commented_lines(run: Run) -> None:
    done = run("diff", "x^2", "--x", "-", "-f", "value", stdin=LISTED)
    assert (done.code, done.out, done.err) == (0, SLOPES, "")


def test_points_come_from_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "points.txt").write_text(LISTED)
    done = run("diff", "t^2", "--at", "t=@points.txt", "-f", "value")
    assert (done.code, done.out, done.err) == (0, SLOPES, "")


@pytest.mark.parametrize("content", [b"1\r\n2\r\n", b"\xef\xbb\xbf1\n2\n", b"1\n2"])
def test_a_points_file_may_be_written_by_any_editor(
    run: Run, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "points.txt").write_bytes(content)
    done = run("diff", "x^2", "--x", "@points.txt", "-f", "value")
    assert (done.code, done.out, done.err) == (0, "2\n4\n", "")


def test_a_file_that_is_no_text_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "points.txt").write_bytes(b"1\n\xff\xfe\n")
    done = run("diff", "--x", "@points.txt")
    assert (done.code, done.out) == (2, "")
    assert re.fullmatch(r"Error: line \d of 'points.txt' is not text\n", done.err)


def test_a_bad_line_of_standard_input_is_named(run: Run) -> None:
    done = run("diff", "--x", "-", stdin="1\n\ntwo\n")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Error: line 3 of standard input: 'two' is not a number: ")


def test_empty_standard_input_is_no_points(run: Run) -> None:
    done = run("diff", "--x", "-")
    assert (done.code, done.out, done.err) == (2, "", "Error: there are no points\n")


# --- exit codes -------------------------------------------------------------------------------


def test_undefined_values_are_shown_and_explained_with_exit_code_0(run: Run) -> None:
    done = run("diff", "abs(x)", "--x", "-1..1")
    assert (done.code, done.out, done.err) == (0, A_KINK, "")


def test_a_lost_value_is_exit_code_1(run: Run) -> None:
    done = run("diff", "log(x^2)", "--x", "1e-200")
    assert (done.code, done.out, done.err) == (1, A_LOST_VALUE, "")


@pytest.mark.parametrize(
    ("expression", "points", "status", "code", "strict"),
    [
        ("x^2", "1", "ok", 0, 0),
        ("sin(x)/x", "0.01", "rounded", 0, 1),
        ("abs(x)", "0", "undefined", 0, 1),
        ("log(x^2)", "1e-200", "lost", 1, 1),
    ],
)
def test_the_exit_code_is_that_of_the_worst_value(
    run: Run, expression: str, points: str, status: str, code: int, strict: int
) -> None:
    call = ["diff", expression, "--x", f"2,{points}", "-f", "tsv"]
    done = run(*call)
    assert [line.split("\t")[-1] for line in done.lines[1:]] == ["ok", status]
    assert (done.code, done.err) == (code, "")
    assert (run(*call, "--strict").code, run(*call, "--strict").out) == (strict, done.out)


def test_a_wrong_rule_is_exit_code_1_and_explained(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = tapes.run

    def wrong(*arguments: object) -> object:
        return right(*arguments) * (1 + 1e-6)  # type: ignore[arg-type]

    monkeypatch.setattr(tapes, "run", wrong)
    done = run("diff", "x^2", "--x", "3")
    assert (done.code, done.err) == (1, "")
    assert done.lines[-2:] == [
        "off: rounding cannot explain the difference; a rule for a derivative is wrong",
        "1 value: 1 off",
    ]


def test_tolerance_widens_the_verdict(run: Run) -> None:
    call = ["diff", "sin(x)/x", "--x", "0.01", "-f", "tsv", "--strict"]
    assert run(*call).code == 1
    assert run(*call, "--tolerance", "1e6").code == 0


# --- no traceback, whatever is typed ----------------------------------------------------------

WORDS = [
    *("x", "log(", "sin", ")", "^", "**", "²", "|", "-", "1", "0.5", "1e308", "1e-308", "/", ","),
    *("..", "@", ":", "=", "y = ", "√", "π", "e", " ", "[/]", "\x00", "\x1b[31m", "\udcff", "#"),
    *(
        "--",
        "--x",
        "--at",
        "-n",
        "--order",
        "--method",
        "nested",
        "-f",
        "csv",
        "--dtype",
        "float16",
    ),
]
TEXT = st.one_of(st.text(max_size=12), st.lists(st.sampled_from(WORDS), max_size=8).map("".join))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(TEXT, st.sampled_from(WORDS)), max_size=5))
@example(["\udcff"])
@example(["--x", "@\x00"])
@example(["--at", "=1"])
@example(["x" * 20_000])
@example(["(" * 5_000])
@example(["-" * 5_000 + "x"])
@example(["9" * 5_000])
@example(["x^9^9^9"])
def test_no_argument_gives_a_traceback_or_another_exit_code(run: Run, arguments: list[str]) -> None:
    done = run("diff", *arguments, "--x=2")
    assert done.code in {0, 1, 2}
    assert "Traceback" not in done.err
    assert done.code != 2 or (done.out == "" and done.err.startswith("Error: "))


def test_the_library_and_the_command_line_say_the_same(run: Run) -> None:
    document = json.loads(run("diff", "x*sin(x)", "--x", "0..1:0.25", "-f", "json").out)
    result = tapecli.diff("x*sin(x)", x="0..1:0.25")
    assert [row["tape"] for row in document["rows"]] == [row.tape for row in result.rows]
    assert "tensorflow" in sys.modules
