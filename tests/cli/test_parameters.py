"""What the values of options may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

from tapecli import formats

if TYPE_CHECKING:
    from tests.cli.conftest import Done, Run, RunAll

HELP = "Try 'tapecli diff --help' for help.\n"
ORDER = "Error: Invalid value for '-n' / '--order'"
JOBS = "Error: Invalid value for '-j' / '--jobs'"
FORMAT = "Error: Invalid value for '-f' / '--format'"
FORMATS = ", ".join(formats.FORMATS)

REFUSED: Mapping[tuple[str, ...], str] = {
    ("--order", "two"): f"{ORDER}: 'two' is not a whole number from 0 on\n{HELP}",
    ("--order", ""): f"{ORDER}: '' is not a whole number from 0 on\n{HELP}",
    ("--order", "1e1"): f"{ORDER}: '1e1' is not a whole number from 0 on\n{HELP}",
    ("-n", "²"): f"{ORDER}: '²' is not a whole number from 0 on\n{HELP}",
    ("--order", "9" * 5000): f"{ORDER}: a whole number of more than 9 digits\n{HELP}",
    (
        "--order",
        "-" + "9" * 5000,
    ): f"{ORDER}: '-{'9' * 58}…' is not a whole number from 0 on\n{HELP}",
    ("--jobs", "0"): f"{JOBS}: '0' is not a whole number from 1 to 256\n{HELP}",
    ("-j", "257"): f"{JOBS}: '257' is not a whole number from 1 to 256\n{HELP}",
    ("--format", "jsn"): (f"{FORMAT}: 'jsn' is not one of {FORMATS}. Did you mean 'json'?\n{HELP}"),
    ("-f", "[/]"): f"{FORMAT}: '[/]' is not one of {FORMATS}.\n{HELP}",
    ("-f", "\x1b[31m"): f"{FORMAT}: '\\x1b[31m' is not one of {FORMATS}.\n{HELP}",
    ("--dtype", "flaot32"): (
        "Error: Invalid value for '--dtype': 'flaot32' is not one of "
        f"float64, float32, bfloat16, float16. Did you mean 'float32'?\n{HELP}"
    ),
    ("--method", "neste"): (
        "Error: Invalid value for '--method': 'neste' is not one of "
        "auto, single, parallel, nested, persistent, batch, taylor, none. "
        f"Did you mean 'nested'?\n{HELP}"
    ),
    ("--execution", "xl"): (
        "Error: Invalid value for '--execution': 'xl' is not one of "
        f"eager, graph, xla. Did you mean 'xla'?\n{HELP}"
    ),
    ("--max-seconds", "long"): (
        f"Error: Invalid value for '--max-seconds': 'long' is not a valid float.\n{HELP}"
    ),
    ("--color", "alwas"): (
        "Error: Invalid value for '--color': 'alwas' is not one of "
        f"auto, always, never. Did you mean 'always'?\n{HELP}"
    ),
    ("--at", "t"): (
        "Error: Invalid value for '--at': 't' is not NAME=POINTS, such as t=1..3, nor @FILE\n"
        + HELP
    ),
    ("--at", "2t=1"): (
        "Error: Invalid value for '--at': '2t=1' is not NAME=POINTS, such as t=1..3, nor @FILE\n"
        + HELP
    ),
    ("--tolerance", "much"): (
        f"Error: Invalid value for '--tolerance': 'much' is not a valid float.\n{HELP}"
    ),
    ("--colour", "always"): f"Error: No such option '--colour'. Did you mean '--color'?\n{HELP}",
    ("--x2",): f"Error: No such option '--x2'. Did you mean '--x'?\n{HELP}",
    ("--qqq",): f"Error: No such option '--qqq'.\n{HELP}",
    (
        "-order",
        "2",
    ): "Error: '-order' has one dash; write '--order' for the option, or '(-order)'\n",
    (
        "--Tolerance",
        "2",
    ): f"Error: No such option '--Tolerance'. Did you mean '--tolerance'?\n{HELP}",
    ("-method=none",): (
        "Error: '-method=none' has one dash; write '--method=none' for the option, "
        "or '(-method=none)'\n"
    ),
    ("--mehtod", "nested"): f"Error: No such option '--mehtod'. Did you mean '--method'?\n{HELP}",
    ("--x",): "Error: Option '--x' requires an argument.\n",
}
"""Arguments of `diff` that click refuses, and the whole of what it says to them."""


@pytest.fixture(scope="module")
def refused(run_all: RunAll) -> dict[tuple[str, ...], Done]:
    """All rows of `REFUSED`, called in one fresh process."""
    answers = run_all([["diff", *arguments] for arguments in REFUSED])
    return dict(zip(REFUSED, answers, strict=True))


@pytest.mark.parametrize("arguments", REFUSED, ids=lambda arguments: " ".join(arguments)[:40])
def test_a_wrong_option_is_named_with_what_may_have_been_meant(
    refused: dict[tuple[str, ...], Done], arguments: tuple[str, ...]
) -> None:
    done = refused[arguments]
    assert (done.code, done.out, done.loaded) == (2, "", [])
    assert done.err.startswith(REFUSED[arguments])
    assert done.err.removeprefix(REFUSED[arguments]) in ("", HELP)


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [("TAPECLI_FORMAT", "cvs", "'csv'"), ("TAPECLI_DTYPE", "flot16", "'float16'")],
)
def test_a_wrong_default_from_the_environment_is_refused_as_well(
    run: Run, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, message: str
) -> None:
    monkeypatch.setenv(variable, value)
    done = run("diff")
    assert (done.code, done.out) == (2, "")
    assert f"Did you mean {message}?" in done.err


def test_defaults_come_from_the_environment_and_options_overrule_them(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAPECLI_FORMAT", "value")
    monkeypatch.setenv("TAPECLI_DTYPE", "float32")
    assert run("diff", "--x", "3").out == "0.6666667\n"
    assert run("diff", "--x", "3", "--dtype", "float64").out == "0.6666666666666666\n"
    assert run("diff", "--x", "3", "--format", "tsv").lines[1].split("\t")[5] == "0.6666667"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--order", "2", "x^3", "--x", "2", "-f", "value"),
        ("--order=2", "--x=2", "--format=value", "x^3"),
        ("x^3", "-n", "2", "-f", "value", "--x", "2"),
        ("-n", "+2", "-f", "value", "--x", "2", "--", "x^3"),
    ],
    ids=" ".join,
)
def test_options_and_expressions_may_stand_in_any_sequence(
    run: Run, arguments: tuple[str, ...]
) -> None:
    done = run("diff", *arguments)
    assert (done.code, done.out, done.err) == (0, "12\n", "")


@pytest.mark.parametrize("name", ["f", "o", "n", "v", "h"])
def test_a_target_may_have_the_letter_of_an_option(run: Run, name: str) -> None:
    done = run("diff", f"{name}=x^2", "--x", "3", "--method", "none", "--format", "value")
    assert (done.code, done.out) == (0, "6\n")


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (("--jobs", "2", "--workers", "2"), ("jobs", "workers")),
        (("--scheduler", "tcp://a:1", "--jobs", "2"), ("jobs", "scheduler")),
        (("--workers", "2", "--scheduler", "tcp://a:1"), ("workers", "scheduler")),
    ],
)
def test_one_option_says_who_computes(
    run: Run, options: tuple[str, ...], names: tuple[str, str]
) -> None:
    done = run("diff", *options)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"Error: '--{names[0]}' and '--{names[1]}' exclude each other\n")


def test_a_scheduler_of_the_environment_is_for_calls_that_name_nobody(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAPECLI_SCHEDULER", "nonsense")
    assert run("diff", "--method", "taylor", "--jobs", "1").code == 0
    done = run("diff", "--method", "taylor")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Error: 'nonsense' is no address of a scheduler, such as tcp://")
