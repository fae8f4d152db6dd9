"""Every format of a survey made by hand, read by what reads such formats."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from xml.etree import ElementTree as Xml

import pytest

from tapecli import formats
from tapecli.features.check.exhaustive.model import Derivative, Interval, Survey, Tally, Value
from tapecli.features.check.model import KnownDefect, Setting
from tapecli.formats import PAGES, Screen
from tapecli.result import Status

EAGER = Setting("float16", "eager", "")
LOST = Interval(
    Status.LOST, 40_000, 40_100, 6e-8, 6.1e-6, 100, Value(6e-8, math.inf, 16.0, 0), "a-defect"
)
OFF = Interval(Status.OFF, 31_744, 31_744 + 9, 0.0, 5e-7, 4, Value(4.8e-7, 1.0, 2.0, 1_024))
ROWS = (
    Derivative("sin", "sin(x)", 1, EAGER, Tally({"ok": 63_488})),
    Derivative("sin", "sin(x)", 2, EAGER,
               Tally({"ok": 63_484, "off": 4}, OFF.example, (OFF,))),
    Derivative("log", "log(x)", 1, EAGER,
               Tally({"ok": 31_643, "lost": 100, "undefined": 31_745}, None, (LOST,))),
    Derivative("gamma", "gamma(x)", 2, EAGER, Tally(missing="no kernel"), "no-gamma"),
    Derivative("composite", "|x| - 1", 1, EAGER, Tally(missing="no gradient")),
)  # fmt: skip
DEFECTS = (
    KnownDefect("a-defect", "what is wrong", "try tf.sin", "2.21", True, 100),
    KnownDefect("mended", "what was wrong", "try tf.cos", "2.20", False, 0),
)
BAD = Survey({"tapecli": "0.1.0", "tensorflow": "2.21.0"}, ROWS, DEFECTS, 61.5)
GOOD = replace(BAD, derivatives=(ROWS[0], ROWS[2], ROWS[3]))

TABLE = """\
tapecli 0.1.0, tensorflow 2.21.0

float16 (eager): all 63,488 numbers
          order      ok  rounded  off  lost  undefined   ulps     at x
──────────────────────────────────────────────────────────────────────
sin(x)        1  63,488        0    0     0          0      0        -
sin(x)        2  63,484        0    4     0          0  1,024  4.8e-07
log(x)        1  31,643        0    0   100     31,745      0        -
gamma(x)      2    none        -    -     -          -      -        -
|x| - 1       1    none        -    -     -          -      -        -

ulps: the largest error of all values that are not lost, and at which number it is
none: TensorFlow has no gradient or kernel

sin(x), order 2: 4 of 9 values off from 0 to 5e-07: at 4.8e-07 1, and should be 2
  tapecli diff 'sin(x)' --x=4.8e-07 --order 2 --dtype float16 --execution eager
|x| - 1, order 1: no gradient
  tapecli diff '|x| - 1' --x=1 --order 1 --dtype float16 --execution eager
log(x), order 1: 100 values lost from 6e-08 to 6.1e-06: at 6e-08 inf, and should be 16 (a-defect)

known: a-defect: detected 100 times; what is wrong (try tf.sin)
known: mended: no longer there (last seen in 2.20); what was wrong (try tf.cos)
TensorFlow 2.21.0 does NOT differentiate correctly: 2 of 5 derivatives fail; 190,464 values in 1 min 2 s: 100 lost, 4 off
"""  # noqa: E501


PLAIN = Screen()


def write(survey: Survey, name: str, screen: Screen = PLAIN) -> str:
    return "".join(formats.render(survey, PAGES["check.exhaustive"][name], screen))


def test_the_table() -> None:
    assert write(BAD, "table") == TABLE


def test_a_terminal_has_the_same_words_in_lines_of_its_own() -> None:
    text = write(BAD, "table", Screen(80))
    assert "".join(text.split()) == "".join(TABLE.split())
    assert all(len(line) <= 80 or line.startswith("  ") for line in text.splitlines())


def test_all_is_well_but_for_known_defects() -> None:
    last = write(GOOD, "table").splitlines()[-1]
    assert last == (
        "TensorFlow 2.21.0 differentiates correctly: 126,976 values in 1 min 2 s: "
        "100 lost, by known defects"
    )


@pytest.mark.parametrize("name", PAGES["check.exhaustive"])
def test_every_format_says_what_fails_and_how_to_see_it(name: str) -> None:
    text = write(BAD, name)
    if name == "junit":
        text = "".join(Xml.fromstring(text).itertext())
    assert "tapecli diff 'sin(x)' --x=4.8e-07 --order 2 --dtype float16" in text
    if name != "json":
        assert "4 of 9 values off from 0 to 5e-07" in text


def test_json_has_every_interval_and_no_infinity() -> None:
    document = json.loads(write(BAD, "json"))
    assert (document["ok"], document["counts"]["lost"]) == (False, 100)
    log = document["derivatives"][2]
    assert (log["failed"], log["numbers"], log["worst"]) == (False, 63_488, None)
    (interval,) = log["intervals"]
    assert (interval["low"], interval["high"], interval["count"]) == (6e-08, 6.1e-06, 100)
    assert (interval["tape"], interval["analytic"]) == (None, 16)
    assert (interval["status"], interval["known"]) == ("lost", "a-defect")


def test_junit_has_a_case_for_each_derivative() -> None:
    root = Xml.fromstring(write(BAD, "junit"))
    suite, known = root
    assert [suite.get(name) for name in ("name", "tests", "failures", "skipped")] == [
        "float16, eager", "5", "2", "1",
    ]  # fmt: skip
    assert [case.get("name") for case in known] == ["a-defect", "mended"]
    good, _ = Xml.fromstring(write(GOOD, "junit"))
    assert good.get("failures") == "0"


def test_github_has_an_error_for_each_derivative_that_fails() -> None:
    lines = write(BAD, "github").splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["::error"] * 3 + ["::notice"]
    assert [line.partition(" ")[0] for line in write(GOOD, "github").splitlines()] == [
        "::notice"
    ] * 2


def test_markdown_escapes_what_means_something_there() -> None:
    text = write(BAD, "markdown")
    assert text.startswith("**TensorFlow 2.21.0 does NOT")
    assert "| \\|x\\| - 1 | 1 | none |" in text


@pytest.mark.parametrize(("listed", "rest"), [(1, "2 more intervals"), (2, "1 more interval,")])
def test_of_many_intervals_those_with_the_most_values_are_listed(listed: int, rest: str) -> None:
    intervals = tuple(replace(LOST, count=n, start=n, stop=n + 100) for n in (30, 50, 40))
    row = replace(ROWS[2], tally=Tally({"lost": 120}, None, intervals))
    text = write(replace(GOOD, derivatives=(row,), listed=listed), "table")
    assert "50 of 100 values lost" in text
    assert rest in text
    assert "30 of 100" not in text
