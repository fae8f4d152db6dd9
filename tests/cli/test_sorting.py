"""Calls as people first type them: each does what an explicit call does, or is refused.

No call runs TensorFlow: all have the method none.
"""

from __future__ import annotations

import functools
import shlex
from typing import TYPE_CHECKING

import click
import pytest

from tapecli.cli.sorting import options_first, pieces, sort_points
from tapecli.errors import ExpressionError

if TYPE_CHECKING:
    from tests.cli.conftest import Done, Run

SAME = {
    # points among the expressions
    "diff x^2 x=3": "diff x^2 --x 3",
    "diff x=3 x^2": "diff x^2 --x 3",
    "diff 'x^2' 'x = 3'": "diff x^2 --x 3",
    "diff x^2 x=1..3": "diff x^2 --x 1..3",
    "diff x^2 x=1,2,3": "diff x^2 --x 1,2,3",
    "diff x^2 'x=[1,2,3]'": "diff x^2 --x 1,2,3",
    "diff x^2 'x=linspace(0,1,num=5)'": "diff x^2 --x 0..1@5",
    "diff x^2 'x=1 to 3'": "diff x^2 --x 1..3",
    "diff x^2 x=pi/2": "diff x^2 --x pi/2",
    "diff x=3": "diff --x 3",
    "diff 'x^2; x=3'": "diff x^2 --x 3",
    "diff 'x=3; x^2'": "diff x^2 --x 3",
    "diff x^3 x^2 x=3": "diff x^3 x^2 --x 3",
    "diff x=3 --order 2 x^3": "diff x^3 --order 2 --x 3",
    "diff 'f(x)=x^2' 'f(2x)' x=3": "diff 'f(x)=x^2' 'f(2x)' --x 3",
    "diff 'u = x^2' 'log(u)' x=3": "diff 'u = x^2' 'log(u)' --x 3",
    "diff x^2 x = 3": "diff x^2 --x 3",
    "diff x^2 x= 3": "diff x^2 --x 3",
    "diff x^2 x =3": "diff x^2 --x 3",
    "diff x = 3 x^2": "diff x^2 --x 3",
    "diff y = x^2 x = 3": "diff 'y = x^2' --x 3",
    "diff zip*x zip=2 x=3 --wrt x": "diff zip*x --at zip=2 --x 3 --wrt x",
    "grad x=1 y=2 x*y": "grad x*y --x 1 --y 2",
    "grad x=1 x*y y=2": "grad x*y --x 1 --y 2",
    "grad x*y x=1,y=2": "grad x*y --x 1 --y 2",
    "grad x*y 'x=1 y=2'": "grad x*y --x 1 --y 2",
    "grad x*y 'x=1; y=2'": "grad x*y --x 1 --y 2",
    "grad x*y 'x=1, 2, y=3..4'": "grad x*y --x 1,2 --y 3..4",
    "grad x*y x=1,2 y=3,4 --zip": "grad x*y --x 1,2 --y 3,4 --zip",
    "grad a*x a=2 x=3": "grad a*x --at a=2 --x 3",
    "diff rate*x rate=2 x=3 --wrt x": "diff rate*x --at rate=2 --x 3 --wrt x",
    "jacobian x*y x+y y=2 x=1": "jacobian x*y x+y --x 1 --y 2",
    "hessian x^2*y y=2 x=1": "hessian x^2*y --x 1 --y 2",
    # definitions
    "diff a=3 'y=a*x' --x 2": "diff a=3 'y = a*x' --x 2",
    "diff a=3 a^2": "diff a^2 --at a=3",
    "diff a=3 'b = 2a' 'y = b*x'": "diff 'a = 3' 'b = 2a' 'y = b*x'",
    # several values behind an option
    "diff x^2 --x 1 2 3": "diff x^2 --x 1,2,3",
    "diff --x 1 2 3 x^2": "diff x^2 --x 1,2,3",
    "diff --x=1 2 3 x^2": "diff x^2 --x 1,2,3",
    "diff x^2 --x 1 -2 3": "diff x^2 --x 1,-2,3",
    "diff x^2 --x 0 5": "diff x^2 --x '0, 5'",
    "diff x^2 --x 0 pi 2pi": "diff x^2 --x 0,pi,2pi",
    "diff x^2 --x 1..3 5": "diff x^2 --x 1..3,5",
    "diff x^2 --at x=1 2 3": "diff x^2 --x 1,2,3",
    "grad x*y --x 1 2 --y 3": "grad x*y --x 1,2 --y 3",
    "grad x*y --at x=1,y=2": "grad x*y --x 1 --y 2",
    "grad x*y --at x=1 y=2": "grad x*y --x 1 --y 2",
    "grad x*y --at 'x=1, y=2'": "grad x*y --x 1 --y 2",
    "grad x*y --at 'x=1,2;y=3'": "grad x*y --x 1,2 --y 3",
    "grad x*y --at '{x: 1, y: 2}'": "grad x*y --x 1 --y 2",
    "grad x*y --at 'x->1' --y 2": "grad x*y --x 1 --y 2",
    "diff x^2 --x x=3": "diff x^2 --x 3",
    "diff x^2 --x=x=1..3": "diff x^2 --x 1..3",
    "diff a*x --at a=2,x=3 --wrt x": "diff a*x --at a=2 --x 3 --wrt x",
    # one dash, or another one
    "diff x^2 -x 3": "diff x^2 --x 3",
    "diff x^2 -x 1 2 3": "diff x^2 --x 1,2,3",
    "diff x^2 -x -3": "diff x^2 --x -3",
    "diff x^2 -x 1..3": "diff x^2 --x 1..3",
    "diff x^2 -x=3": "diff x^2 --x 3",
    "diff x^2 -x=1..3": "diff x^2 --x 1..3",
    "diff x^2 -x1..3": "diff x^2 --x 1..3",
    "diff x^2 -x0.5": "diff x^2 --x 0.5",
    "diff x^2 —x 3": "diff x^2 --x 3",
    "diff x^2 –x 3": "diff x^2 --x 3",
    "diff x^2 —order 2 --x 3": "diff x^2 --order 2 --x 3",
    "grad x*y -x 1 -y 2": "grad x*y --x 1 --y 2",
    "diff x^2 -x": "diff x^2 '(-x)'",
    "diff -x --x 3": "diff '(-x)' --x 3",
    "diff -- -x": "diff '(-x)'",
    "grad -x3 x3^2 --at x3=1": "grad '(-x3)' x3^2 --at x3=1",
    # options of any variable
    "diff rate*x --rate 2 --x 3 --wrt x": "diff rate*x --at rate=2 --x 3 --wrt x",
    "diff a*x --a=2 --x 3 --wrt x": "diff a*x --at a=2 --x 3 --wrt x",
    # without a command, and with another name of it
    "x^2 --x 3": "diff x^2 --x 3",
    "--x 3 x^2": "diff x^2 --x 3",
    "-x 3 x^2": "diff x^2 --x 3",
    "-x^2 --x 3": "diff '(-x^2)' --x 3",
    "--order 2 x^2": "diff x^2 --order 2",
    "'sin x' --x 3": "diff 'sin(x)' --x 3",
    "'u = x^2' 'log(u)' x=3": "diff 'u = x^2' 'log(u)' --x 3",
    "'f(x) = x^2; f(x)' --x 3": "diff 'f(x) = x^2' 'f(x)' --x 3",
    "x --x 3": "diff x --x 3",
    "'Sin[x]' --x 3": "diff 'sin(x)' --x 3",
    "√x --x 3": "diff 'sqrt(x)' --x 3",
    "derivative x^2 x=3": "diff x^2 --x 3",
    "deriv x^2 x=3": "diff x^2 --x 3",
    "d x^2 x=3": "diff x^2 --x 3",
    "differentiate x^2 x=3": "diff x^2 --x 3",
    "eval x^2 x=3": "diff x^2 --order 0 --x 3",
    "evaluate x*y x=3 y=2": "diff x*y --order 0 --x 3 --y 2",
    "value x^2 --x 3": "diff x^2 --order 0 --x 3",
    "gradient x*y x=1 y=2": "grad x*y --x 1 --y 2",
    "jac x*y x=1 y=2": "jacobian x*y --x 1 --y 2",
    "hess x*y x=1 y=2": "hessian x*y --x 1 --y 2",
    # other names of values
    "diff x^2 --order 2nd": "diff x^2 --order 2",
    "diff x^2 --order second": "diff x^2 --order 2",
    "diff x^2 -n 2": "diff x^2 --order 2",
    "diff x^2/3 --dtype double": "diff x^2/3 --dtype float64",
    "diff x^2/3 --dtype half": "diff x^2/3 --dtype float16",
    "diff x^2/3 --dtype single": "diff x^2/3 --dtype float32",
    "diff x^2/3 --dtype F32": "diff x^2/3 --dtype float32",
    "diff x^2/3 --dtype bf16": "diff x^2/3 --dtype bfloat16",
    "diff x^2/3 --dtype tf.float32": "diff x^2/3 --dtype float32",
    "diff x^2/3 --dtype np.float64": "diff x^2/3 --dtype float64",
    "diff x^2 --json": "diff x^2 --format json",
    "diff x^2 --value": "diff x^2 --format value",
    "diff x^2 --latex": "diff x^2 --format latex",
    "diff x^2 --md": "diff x^2 --format markdown",
    "diff x^2 -f ndjson": "diff x^2 --format jsonl",
}
"""Calls, and the explicit calls that do the same."""

AS_POINTS = "points are given with"

REFUSED = {
    "diff x^2 3": f"'3' has no variable; {AS_POINTS} --x 3, and a constant is '3 + 0x'",
    "diff x^2 1 2": f"'1' and '2' have no variable; {AS_POINTS} --x 1,2, and a constant is ",
    "diff a^2 3": f"'3' has no variable; {AS_POINTS} --at a=3, and a constant is '3 + 0a'",
    "diff x^2 a=3": "'a = 3' has no variable, and no later expression has 'a'; the variable is x",
    "grad x*y x=1 y=2 z=3": "'z = 3' has no variable, and no later expression has 'z'; ",
    "diff x^2 order=2": "'order=2' has no dashes; write '--order 2' for the option",
    "diff x^2 order 2": "'order' has no dashes; write '--order' for the option, or '(order)'",
    "diff x^2 wrt x": "'wrt' has no dashes; write '--wrt' for the option, or '(wrt)'",
    "diff x^2 at x=3": "'at' has no dashes; write '--at' for the option, or '(at)'",
    "diff x^2 -- -x 3": f"'3' has no variable; {AS_POINTS} --x 3, and a constant is '3 + 0x'",
    "diff x^2 1,2": "points are no expression\n  1,2\n  ^^^\n  give points with --x 1,2",
    "diff a^2 1..3": "points are no expression\n  1..3\n  ^^^^\n  give points with --at a=1..3",
    "diff x^2 '[1, 2, 3]'": "points are no expression\n  [1, 2, 3]\n",
    "diff x^2 t=1..3": "'--t' gives points of 't', but the variable is 'x'; ",
    "diff x^2 x=3 x=4": "the points of 'x' are given twice",
    "diff x^2 x=3 --x 4": "the points of 'x' are given twice",
    "diff x^2 --at x=3,x=4": "the points of 'x' are given twice",
    "diff 'u = x^2' u=3 'log(u)'": "'u' is defined twice",
    "diff -x 3": "'-x 3' can be read in two ways; write --x 3 for the points, or '(-x)' ",
    "diff --x 3 4": "'--x 3 4' can be read in two ways; write --x 3,4 for the points, or 4 --x 3 ",
    "diff x^2 -x3": "'-x3' can be read in two ways; write '--x 3' for the points, or '(-x3)'",
    "plot x^2 --x -5 5": (
        "'--x -5 5' can be read in two ways; write --x -5..5 for the range, or --x -5,5 "
    ),
    "diff x^2 --x 1:3": (
        "'1:3' can be read in two ways: write 1..3 with 3, or 1..2 without it, as in Python"
    ),
    "diff x^2 --x 0,5 1,5": (
        "'0,5, 1,5' can be read in two ways: write '0.5, 1.5' for decimals, or '0, 5, 1, 5' for "
    ),
    "diff x^2 --x '[1,3]'": "'[1,3]' can be read in two ways: write '1, 3' for two points, or ",
    "diff x^2 --x inf": "'inf' is not a finite number; take a large one, such as 1e6",
    "grad x=3": "no expression was given",
    "grad 'a*b*x' --x 1": (
        "the variables a and b have no values; give them some, such as --at a=2 --at b=2"
    ),
    "diff 'alpha*x'": (
        "unknown name 'alpha'\n  alpha*x\n  ^^^^^\n"
        "  variables of more than one letter need their points: --at alpha=1..3 --x 1..3"
    ),
    "diff x^2 --at 3": "Invalid value for '--at': '3' is not NAME=POINTS, such as t=1..3, ",
    "diff x^2 --at x": "Invalid value for '--at': 'x' is not NAME=POINTS, such as x=1..3, ",
    "diff x^2 --dtype float": (
        "Invalid value for '--dtype': 'float' is not one of float64, float32, bfloat16, float16. "
        "It has 64 bits in Python and 32 in C: write float64 or float32."
    ),
    "diff x^2 --order 1..3": (
        "Invalid value for '-n' / '--order': '1..3': all orders up to the highest are shown; "
        "write --order 3"
    ),
    "plot x^2 --json": "No such option '--json'.",
}
"""Calls, and how the message begins that they are refused with."""


def answer(run: Run, call: str, *options: str) -> Done:
    """What a call answers, with these options as well, and without tapes."""
    words = shlex.split(call)
    position = words.index("--") if "--" in words else len(words)
    return run(*words[:position], *options, "--method", "none", *words[position:])


explicit = functools.cache(answer)


@pytest.mark.parametrize("call", SAME)
def test_a_call_as_it_is_first_typed_is_understood(run: Run, call: str) -> None:
    options = () if "--format" in SAME[call] else ("--format", "value")
    expected = explicit(run, SAME[call], *options)
    assert (expected.code, expected.err) == (0, "")
    assert answer(run, call, *options) == expected


@pytest.mark.parametrize("call", REFUSED)
def test_what_has_no_single_meaning_is_refused_with_what_to_write(run: Run, call: str) -> None:
    done = answer(run, call)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"Error: {REFUSED[call]}")


@pytest.mark.parametrize(
    "call",
    ["plot x^2*y --x -1..1 --y 2", "code x^2*y --x 3 --y 2", "diff x^2*y --x 3 --y 2 --wrt x"],
)
def test_every_command_takes_points_among_its_expressions(run: Run, call: str) -> None:
    options = ["--wrt", "x", "--max-seconds", "5"] if "plot" in call else ["--wrt", "x"]
    options += ["--method", "none"] if "code" not in call else []
    words = call.removesuffix(" --wrt x").split()
    typed = [f"{words[2][2:]}={words[3]}", f"{words[4][2:]}={words[5]}"]
    assert run(words[0], words[1], *typed, *options) == run(*words, *options)


def test_a_file_of_expressions_may_have_points(run: Run) -> None:
    done = run("diff", "-", "-f", "value", "--method", "none", stdin="y = a*x^2\nx = 3\na = 2\n")
    assert (done.code, done.out) == (2, "")  # by a or by x
    done = run(
        "diff", "-", "--wrt=x", "--value", "--method=none", stdin="y = a*x^2\nx = 3\na = 2\n"
    )
    assert (done.code, done.out, done.err) == (0, "12\n", "")


def test_the_line_of_an_error_is_right_behind_points(run: Run) -> None:
    done = run("diff", "-", stdin="x = 3\n\nx^2\nsni(x)\n")
    assert done.err.startswith("Error: line 4 of standard input: unknown function 'sni'")


@pytest.mark.parametrize("call", ["check --quick --json", "functions --json", "pitfalls --md"])
def test_the_name_of_a_format_is_an_option_of_every_command(run: Run, call: str) -> None:
    if call.startswith("functions"):
        assert run(*call.split()) == run("functions", "--format", "json")
    else:
        assert "No such option" not in run(*call.split(), "--nonsense").err.replace(
            "No such option '--nonsense'", ""
        )


# --- the parts --------------------------------------------------------------------------------

OPTIONS = [
    click.Option(["--x"], multiple=True),
    click.Option(["--at"], multiple=True),
    click.Option(["-n", "--order"]),
    click.Option(["--strict"], is_flag=True),
]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("x^2 --x 1", "--x 1 -- x^2"),
        ("--x 1 2 x^2", "--x '1, 2' -- x^2"),
        ("x^2 --x - 2", "--x - -- x^2 2"),
        ("x^2 --x @points 2", "--x @points -- x^2 2"),
        ("--strict 2", "--strict -- 2"),
        ("x^2 --strict 2", "--strict -- x^2 2"),
        ("x^2 --order 2 3", "--order 2 -- x^2 3"),
        ("x^2 --y 2", "--y -- x^2 2"),
        ("-- --x -x", "-- --x -x"),
        ("-x -y", "-- -x -y"),
        ("", ""),
    ],
)
def test_options_come_first_with_all_of_their_values(words: str, expected: str) -> None:
    assert options_first(words.split(), OPTIONS) == shlex.split(expected)


@pytest.mark.parametrize(
    ("texts", "expressions", "points"),
    [
        (["x^2"], [0], []),
        (["x^2", "x=3"], [0], [("x", "3")]),
        (["x=1..3"], [], [("x", "1..3")]),
        (["y = 3"], [0], []),
        (["a=3", "a*x"], [0, 1], []),
        (["a=3", "a*x", "x=2"], [0, 1], [("x", "2")]),
        (["a*x", "a=3"], [0], [("a", "3")]),
        (["x=3", "x*t"], [1], [("x", "3")]),
        (["a=3", "b=4", "a*b"], [2], [("a", "3"), ("b", "4")]),
        (["u = x^2", "y = 3u"], [0, 1], []),
        (["x=@points.txt", "x^2"], [1], [("x", "@points.txt")]),
        (["x=-", "x^2"], [1], [("x", "-")]),
        (["x == 3", "x^2"], [0, 1], []),
        (["x = sin(1)", "x^2"], [1], [("x", "sin(1)")]),
        (["x = sin(t)", "x^2"], [0, 1], []),
    ],
)
def test_points_are_known_by_the_variables_of_the_others(
    texts: list[str], expressions: list[int], points: list[tuple[str, str]]
) -> None:
    assert sort_points(texts) == (expressions, points)


def test_points_without_a_name_are_refused_with_their_index() -> None:
    with pytest.raises(ExpressionError, match=r"give points with --x 1\.\.3") as caught:
        sort_points(["x^2", "1..3"])
    assert caught.value.number == 1


def test_a_text_is_taken_apart_only_for_points() -> None:
    assert pieces("u = x^2; log(u)") == ["u = x^2; log(u)"]
    assert pieces("x^2; x = 3") == ["x^2", " x = 3"]
    assert pieces("x = 1; y = 2") == ["x = 1; y = 2"]
