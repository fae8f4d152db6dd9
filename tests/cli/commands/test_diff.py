"""`tapecli diff`: what it answers, what it refuses and in which words, and its exit codes."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import tapecli
from tapecli.engines.tapes import arrangements
from tapecli.evaluation.question import Options, PointsInput, Question

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

read: tapecli pitfalls kink
3 values: 2 ok, 1 undefined
"""

A_LOST_VALUE = """\
y = log(x**2)                                             float64, a single tape

dy/dx = 2/x
x       tape  analytic  ulps  status
────────────────────────────────────
1e-200  inf   2e+200          lost
lost at x = 1e-200: the tape returned inf, and the derivative exists

read: tapecli pitfalls underflow-inside
1 value: 1 lost
"""

HELP = "Try 'tapecli diff --help' for help.\n"

TOO_MANY = (
    "more than 100,000 points; the formats jsonl, csv, tsv, value, npy and parquet "
    "take any number, and table does not"
)

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
  write ')' where it ends
""",
    ("x)",): """\
Error: ')' closes nothing
  x)
   ^
  leave it out, or open a bracket before it
""",
    ("",): """\
Error: the expression is empty
  try 'log(x^2)'
""",
    ("x^",): """\
Error: the expression ends too early
  x^
    ^
  write a number or a variable behind '^'
""",
    ("x(x+1)",): """\
Error: is 'x' a function?
  x(x+1)
  ^
  write x*(x+1)
""",
    ("x", "y^2"): (
        "Error: the variables are x and y: say by which to differentiate, with --wrt x, --wrt y, "
        "with --wrt x,y for the mixed derivative, or by all with 'tapecli grad'; "
        "and give each a value: --x 2 --y 2\n"
    ),
    ("a*x", "--x", "1"): (
        "Error: the variables are a and x: say by which to differentiate, with --wrt a, --wrt x, "
        "with --wrt a,x for the mixed derivative, or by all with 'tapecli grad'; "
        "and give a value: --at a=2\n"
    ),
    ("alpha*beta*x", "--x", "1"): """\
Error: unknown name 'alpha'
  alpha*beta*x
  ^^^^^
  variables of more than one letter need their points: --at alpha=1..3 --at beta=1..3
""",
    ("x^2", "3"): (
        "Error: '3' has no variable; points are given with --x 3, and a constant is '3 + 0x'\n"
    ),
    ("x^2", "1", "2", "a = 5"): (
        "Error: '1', '2' and 'a = 5' have no variable; points are given with --x 1,2, "
        "and a constant is '1 + 0x'\n"
    ),
    # user text is neither markup nor an order to the terminal
    ("[bold]x[/bold]",): """\
Error: is 'x' a function?
  [bold]x[/bold]
        ^
  write x*[/bold]
""",
    ("[/]",): """\
Error: unexpected '/'
  [/]
   ^
  write a number or a variable before '/'
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
  it is CJK UNIFIED IDEOGRAPH-65E5; leave it out, or write what it means with + - * / ^
""",
    # points
    ("--x", "1..3:0"): "Error: '1..3:0': the step is 0; write another, as in 0..1:0.1\n",
    ("--x", "3..1"): "Error: '3..1': the end is below the start; write 3..1:-1\n",
    ("--x", "1..1e12"): f"Error: '1..1e12': {TOO_MANY}\n",
    ("--x", "0..1@100001"): f"Error: '0..1@100001': {TOO_MANY}\n",
    ("--x", "nan"): "Error: 'nan' is not a finite number; leave it out\n",
    ("--x", "1,inf"): ("Error: 'inf' is not a finite number; take a large one, such as 1e6\n"),
    ("--x", "1e400"): "Error: the point 1e+400 is too large for float64; write a smaller one\n",
    (
        "--x",
        "1e39",
        "--dtype",
        "float32",
    ): "Error: the point 1e+39 is too large for float32; write a smaller one\n",
    ("--x", ""): "Error: a point is missing; write numbers with commas between: 1,2,3\n",
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
    (
        "--at",
        "x=1",
        "--x",
        "2",
    ): "Error: the points of 'x' are given twice; leave one of them out\n",
    # orders and methods
    ("--order", "-1"): (
        "Error: Invalid value for '-n' / '--order': '-1' is not a whole number from 0 on\n" + HELP
    ),
    ("--order", "1.5"): (
        "Error: Invalid value for '-n' / '--order': '1.5' is not a whole number from 0 on\n" + HELP
    ),
    ("--order", "12", "--method", "nested"): (
        "Error: order 12 would take nested tapes about 26 seconds, and '--max-seconds' is 10; "
        "'--method taylor' would take less than a second\n"
    ),
    ("--order", "1000", "--method", "nested", "--max-seconds", "1e9"): (
        "Error: order 1000 would take nested tapes about 1e100 years or more, "
        "and '--max-seconds' is 1e+09; '--method taylor' would take about 3 seconds\n"
    ),
    ("log(x)", "--claim", "1/t"): (
        "Error: the claim has a variable 't', which the expressions have not; theirs: x\n"
    ),
    ("log(x)", "--claim", "y = 1/x"): ("Error: a claim is the right side alone: --claim '2/x'\n"),
    ("--order", "1001"): "Error: order 1,001: no more than 1,000\n",
    ("sin(x)", "--order", "3", "--method", "taylor", "--max-seconds", "0"): (
        "Error: order 3 would take Taylor series about 2.4e-05 seconds, and '--max-seconds' is 0\n"
    ),
    ("--max-seconds", "-1"): "Error: '--max-seconds' must be a number from 0, not -1.0\n",
    ("--max-seconds", "nan"): "Error: '--max-seconds' must be a number from 0, not nan\n",
    ("--max-seconds", "inf"): "Error: '--max-seconds' must be a number from 0, not inf\n",
    ("--execution", "graph", "--method", "taylor"): (
        "Error: '--execution' is for tapes; '--method taylor' uses no TensorFlow\n"
    ),
    ("--execution", "eager", "--method", "none"): (
        "Error: '--execution' is for tapes; '--method none' uses no TensorFlow\n"
    ),
    ("--device", "cpu", "--method", "none"): (
        "Error: '--device' is for tapes; '--method none' uses no TensorFlow\n"
    ),
    ("--method", "none", "--verify", "none"): (
        "Error: '--verify none' leaves out the analytic values, and '--method none' has no others\n"
    ),
    # claims
    ("x^2", "--claim", "2x)"): """\
Error: ')' closes nothing
  2x)
    ^
  leave it out, or open a bracket before it
""",
    ("x^2", "--claim", "2*sni(x)"): """\
Error: unknown function 'sni'
  2*sni(x)
    ^^^
  did you mean 'sin'?
""",
    ("x^2", "--claim", ""): """\
Error: the expression is empty
  try 'log(x^2)'
""",
    ("x^2", "--claim", "2x", "--claim", "2"): (
        "Error: 1 derivative is shown, and 2 claims are given; "
        "each needs a --claim of its own, in sequence\n"
    ),
    ("x^2", "--order", "2", "--claim", "2x"): (
        "Error: 2 derivatives are shown, and 1 claim is given; "
        "each needs a --claim of its own, in sequence\n"
    ),
    ("x^2", "x^3", "--order", "2", "--claim", "2x", "--claim", "2"): (
        "Error: 4 derivatives are shown, and 2 claims are given; "
        "each needs a --claim of its own, in sequence\n"
    ),
    ("x^2", "--claim", "2x", "--scaled"): (
        "Error: a claim is about derivatives; leave '--scaled' out\n"
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
        "or one of .txt, .json, .jsonl, .ndjson, .csv, .tsv, .md, .markdown, .tex, .npy, .npz, "
        ".parquet\n"
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


def test_what_the_message_names_can_be_done(run: Run) -> None:
    call = ["diff", "sin(x)/x", "--order", "12", "--x", "1", "-f", "value"]
    done = run(*call, "--method", "nested")
    assert (done.code, done.out) == (2, "")
    assert "'--method taylor'" in done.err
    assert run(*call, "--method", "taylor").out == run(*call).out != ""


def test_max_seconds_lifts_what_it_refuses() -> None:
    where, nested = PointsInput({"x": [1]}), Options(method="nested")
    with pytest.raises(tapecli.RequestError, match="'--max-seconds' is 10"):
        assert Question.parse("diff", "sin(x)/x", where, order=12, options=nested).choice
    lifted = Options(method="nested", max_seconds=1e6)
    asked = Question.parse("diff", "sin(x)/x", where, order=12, options=lifted)
    assert (asked.choice.method, asked.choice.needs_tensorflow) == ("nested", True)


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


# --- methods beyond tapes ---------------------------------------------------------------------

HIGH_ORDER = """\
d¹²y/dx¹² = -79833600/x¹²
x  taylor     analytic   ulps
─────────────────────────────
1  -79833600  -79833600     0

Taylor series, because nested tapes would take about 26 seconds
12 values, all within 1 ulp of the analytic derivative
"""

COEFFICIENTS = """\
y = sin(x)                                                float64, Taylor series

dy/dx = cos(x)
x  taylor                analytic              ulps
───────────────────────────────────────────────────
0   1                     1                       0

(d²y/dx²)/2! = -sin(x)/2
x  taylor                analytic              ulps
───────────────────────────────────────────────────
0   0                     0                       0

(d³y/dx³)/3! = -cos(x)/6
x  taylor                analytic              ulps
───────────────────────────────────────────────────
0  -0.16666666666666666  -0.16666666666666666     0

3 values, all within 1 ulp of the analytic derivative
"""

A_RIGHT_CLAIM = """\
y = log(x**2)                                                  float64, analytic

dy/dx = 2/x
x  analytic
─────────────────────
1  2
2  1
3  0.6666666666666666

"""


def test_an_order_out_of_reach_of_tapes_is_answered_by_taylor_and_said_so(run: Run) -> None:
    done = run("diff", "--order", "12", "--x", "1")
    assert (done.code, done.err) == (0, "")
    assert done.lines[0] == "y = log(x**2)" + "float64, Taylor series".rjust(67)
    assert done.out.endswith("\n\n" + HIGH_ORDER)


@pytest.mark.parametrize("options", [("--method", "nested"), ("--execution", "eager")])
def test_the_choice_can_be_overruled(run: Run, options: tuple[str, ...]) -> None:
    call = ["diff", "--order", "8", "--x", "1", "-f", "json"]
    chosen, overruled = (json.loads(run(*call, *more).out) for more in ((), options))
    assert (overruled["method"], overruled["reason"]) == ("nested", "")
    assert [row["tape"] for row in overruled["rows"]] == [row["tape"] for row in chosen["rows"]]


def test_taylor_asks_for_nothing_but_itself(run: Run) -> None:
    done = run("diff", "sin(x)*exp(-x^2)", *["--method", "taylor", "--x", "0..1:0.5", "-f", "tsv"])
    by_tapes = run("diff", "sin(x)*exp(-x^2)", *["--x", "0..1:0.5", "-f", "tsv"])
    assert (done.code, done.err) == (0, "")
    analytic = [[line.split("\t")[6] for line in each.lines[1:]] for each in (done, by_tapes)]
    assert analytic[0] == analytic[1]


def test_coefficients_of_a_series(run: Run) -> None:
    call = ["diff", "sin(x)", "--scaled", "--order", "3", "--x", "0"]
    done = run(*call, "--method", "taylor")
    assert (done.code, done.err) == (0, "")
    assert done.out == COEFFICIENTS
    for method in ("taylor", "nested", "none"):
        assert run(*call, "--method", method, "-f", "value").out == "-0.16666666666666666\n"


def test_none_has_analytic_values_alone(run: Run) -> None:
    done = run("diff", "--method", "none", "-f", "csv")
    assert (done.code, done.err) == (0, "")
    assert done.lines == [
        "target,expression,wrt,order,x,tape,analytic,ulps,status",
        "y,log(x**2),x,1,1,,2,,certified",
        "y,log(x**2),x,1,2,,1,,certified",
        "y,log(x**2),x,1,3,,0.6666666666666666,,certified",
    ]


@pytest.mark.parametrize(("typed", "strict"), [("x^2", 0), ("abs(x)", 1)])
def test_none_and_strict_ask_for_a_derivative_everywhere(run: Run, typed: str, strict: int) -> None:
    call = ["diff", typed, "--x", "-1..1", "--method", "none"]
    assert run(*call).code == 0
    assert run(*call, "--strict").code == strict


# --- how tapes are run ------------------------------------------------------------------------


@pytest.mark.parametrize("execution", ["graph", "xla"])
@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16", "float16"])
@pytest.mark.own_execution
def test_each_execution_is_said_in_the_heading(run: Run, execution: str, dtype: str) -> None:
    done = run("diff", "x^3", *["--x", "2", "--execution", execution, "--dtype", dtype])
    assert (done.code, done.err) == (0, "")
    assert done.lines[0] == "y = x**3" + f"{dtype}, a single tape, {execution}".rjust(72)
    assert done.lines[5].split() == ["2", "12", "12", "0"]
    assert run("diff", "x^3", "--execution", "eager").out == run("diff", "x^3").out


@pytest.mark.own_execution
def test_the_device_is_said_in_the_heading(run: Run) -> None:
    done = run("diff", "x^3", *["--x", "2", "--device", "cpu", "--execution", "xla"])
    assert (done.code, done.err) == (0, "")
    assert done.lines[0] == "y = x**3" + "float64, a single tape, xla on cpu".rjust(72)


@pytest.mark.parametrize("name", ["tpu", "cpu:99"])
def test_a_device_that_is_not_there_is_refused(run: Run, name: str) -> None:
    done = run("diff", "--device", name)
    assert (done.code, done.out) == (2, "")
    assert re.fullmatch(rf"Error: there is no device '{name}' here; there .*cpu:0.*\n", done.err)


@pytest.mark.parametrize("name", ["", "cpu:", "7", "a b", "cpu:0;"])
def test_what_is_no_device_is_refused_without_tensorflow(run: Run, name: str) -> None:
    done = run("diff", "--device", name)
    assert (done.code, done.out) == (2, "")
    assert done.err == f"Error: '{name}' is no device; write cpu, gpu or gpu:1\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("lgamma(x)", "--dtype", "bfloat16", "--order", "2"),
            "compute 'lgamma' in bfloat16; try another '--dtype', or '--method taylor'",
        ),
        (
            ("x + gamma(x)", "--dtype", "float16", "--order", "2"),
            "differentiate 'gamma' 2 times in float16; try another '--dtype', or '--method taylor'",
        ),
        (
            ("lgamma(x)", "--dtype", "float16", "--order", "2", "--execution", "xla"),
            "differentiate 'lgamma' 2 times in float16 by xla; "
            "try another '--execution' or '--dtype'",
        ),
        (
            ("gamma(x)", "--dtype", "bfloat16", "--execution", "graph"),
            "compute 'gamma' in bfloat16 by graph; try another '--execution' or '--dtype'",
        ),
    ],
)
def test_what_tensorflow_lacks_is_named(run: Run, arguments: tuple[str, ...], message: str) -> None:
    done = run("diff", *arguments, "--x", "2")
    assert (done.code, done.out) == (2, "")
    assert done.err == f"Error: TensorFlow cannot {message}\n"


# --- claims -----------------------------------------------------------------------------------


def test_a_right_claim_is_exit_code_0(run: Run) -> None:
    done = run("diff", "log(x^2)", "--claim", "2/x", "--method", "none")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(A_RIGHT_CLAIM + "claim dy/dx = 2/x: right, proved, and tested at ")
    assert done.lines[-1] == "3 values, certified"
    assert run("diff", "log(x^2)", "--claim", "2/x", "--method", "none", "--strict").code == 0


@pytest.mark.parametrize("method", ["auto", "taylor", "none"])
def test_a_wrong_claim_is_exit_code_1_and_every_value_is_shown(run: Run, method: str) -> None:
    call = ["diff", "log(x^2)", "--method", method]
    right, wrong = (run(*call, "--claim", claim) for claim in ("2/x", "3/x"))
    assert (right.code, wrong.code, wrong.err) == (0, 1, "")
    differing = [(a, b) for a, b in zip(right.lines, wrong.lines, strict=True) if a != b]
    ((_, line),) = differing
    assert line.startswith("claim dy/dx = 3/x: wrong at x = ")
    assert "claimed 3, analytic 2" in line


@pytest.mark.parametrize("format_", ["csv", "tsv", "jsonl", "value"])
def test_formats_without_claims_say_on_standard_error_which_are_wrong(
    run: Run, format_: str
) -> None:
    call = ["diff", "log(x^2)", "--method", "none", "-f", format_, "--order", "2"]
    done = run(*call, "--claim", "2/x", "--claim", "2/x^2")
    assert (done.code, done.out) == (1, run(*call).out)
    assert done.err.startswith("claim d²y/dx² = 2/x**2: wrong at ")
    assert done.err.count("\n") == 1
    done = run(*call, "--claim", "2/x", "--claim", "-2/x^2")
    assert (done.code, done.err) == (0, "")


def test_each_derivative_has_a_claim_in_sequence(run: Run) -> None:
    claims = ["2x", "2", "1/x + 1", "-x^-2"]
    call = ["diff", "u = x^2", "v = log(x) + x", "--order", "2", "--method", "none"]
    done = run(*call, *(word for claim in claims for word in ("--claim", claim)), "-f", "json")
    assert (done.code, done.err) == (0, "")
    found = [(c["target"], c["order"], c["claim"]) for c in json.loads(done.out)["claims"]]
    assert found == [("u", 1, "2*x"), ("u", 2, "2"), ("v", 1, "1/x + 1"), ("v", 2, "-x**-2")]


def test_claims_may_use_the_names_of_the_targets(run: Run) -> None:
    call = ["diff", "u = x^2", "y = log(u)", "--method", "none", "--claim", "2u/x"]
    assert run(*call, "--claim", "2x/u").code == 0
    done = run(*call, "--claim", "1/u")
    assert done.code == 1
    assert any(line.startswith("claim dy/dx = 1/u: wrong at ") for line in done.lines)
    assert "claim du/dx = 2*u/x: right" in done.out


@pytest.mark.parametrize("claim", ["-sin(x)", "-sin x", "-(sin(x))"])
def test_a_claim_may_begin_with_a_minus(run: Run, claim: str) -> None:
    done = run("diff", "cos(x)", "--claim", claim, "--method", "none", "-f", "value", "--x", "0")
    assert (done.code, done.out, done.err) == (0, "0\n", "")


def test_a_claim_about_a_mixed_derivative(run: Run) -> None:
    call = ["diff", "x^2*y^3", "--wrt", "x,y", "--x", "2", "--y", "3", "--method", "none"]
    done = run(*call, "--claim", "6x*y^2")
    assert done.code == 0
    assert "claim ∂²f/∂x∂y = 6*x*y**2: right" in done.out
    assert run(*call, "--claim", "6x*y").code == 1


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
    right = arrangements.tape_derivatives

    def wrong(*arguments: object) -> object:
        return np.array(right(*arguments)) * (1 + 1e-6)  # type: ignore[arg-type]

    monkeypatch.setattr(arrangements, "tape_derivatives", wrong)
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


def test_points_that_were_given_up_are_counted_where_more_is_wanted(run: Run) -> None:
    dear = "abs(gamma(x+1)-x*gamma(x))"
    call = ("diff", dear, "--method", "none", "--x", "0.5..3@30", "--max-seconds", "5")
    quiet, verbose = run(*call), run(*call, "--verbose")
    assert (quiet.code, quiet.err) == (0, "")
    assert quiet.out == verbose.out
    assert "could not be certified in time" in quiet.out
    given_up = re.search(
        r"^(\d+) of 30 points could not be certified within 1\.5 seconds of work; "
        r"--max-seconds allows more$",
        verbose.err,
        re.MULTILINE,
    )
    assert given_up
    assert f"30 values: {given_up[1]} undefined" in quiet.out
