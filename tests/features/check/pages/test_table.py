"""The table for people: whole, narrow, in ASCII, with colours, and with several devices."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from tapecli.features.check.model import Cell, Setting
from tapecli.formats import Screen

if TYPE_CHECKING:
    from tests.features.check.pages.conftest import Write

    from tapecli.features.check.model import Report

BAD = """\
tapecli 0.1.0, tensorflow 2.21.0, machine x86_64
level quick, seed 7

             float64                float16
               eager   xla  taylor    eager
───────────────────────────────────────────
sin            3 BAD  1e4~       -        -
log                2     -       -    1 BAD
gamma              9     -       -     none
composite      4~*<3     -   1 BAD        -

numbers: the largest error in ulps, at ordinary points
(near a zero of a derivative, many ulps are a small error)
BAD: values that are off, lost, or could not be computed
~: some values have lost digits to rounding, as they must
*: some values are wrong by a known defect
<n: TensorFlow has no gradient or kernel of order n
none: TensorFlow has no gradient or kernel
-: not run at the level quick

sin: order 2 of sin(x) (nested, float64, eager, cpu:0) is off at x = 0.5, and at 2 more points: -0.47942601803, and should be -0.479425538604203
  tapecli diff 'sin(x)' --x=0.5 --order 2 --method nested --dtype float64 --execution eager --device cpu:0
log: order 1 of log(x) (single, float16, eager, cpu:0): Error: <no> kernel & *more*
  tapecli diff 'log(x)' --x=0.3 --order 1 --method single --dtype float16 --execution eager --device cpu:0
composite: order 1 of y = abs(u) (taylor, float64) is lost at x = -1: nan, and should be -2
  tapecli diff 'u = x^2' 'y = |u|' --x=-1 --order 1 --method taylor --dtype float64

known: root-of-zero: detected 1 time; a root of zero (tensorflow/tensorflow#1)
known: mended: no longer there (last seen in 2.20); what was wrong (tensorflow/tensorflow#2)
TensorFlow 2.21.0 does NOT differentiate correctly: 3 derivatives fail, of sin, log, composite; 1,070 values in 12 s
"""  # noqa: E501

GOOD = """\
tapecli 0.1.0, tensorflow 2.21.0, machine x86_64
level default, seed 7

           float64
             eager
──────────────────
sin              3
composite       4*

numbers: the largest error in ulps, at ordinary points
*: some values are wrong by a known defect

known: root-of-zero: detected 1 time; a root of zero (tensorflow/tensorflow#1)
TensorFlow 2.21.0 differentiates correctly: 30 values in 1.2 s, 1 of them wrong
by known defects
"""


def test_every_kind_of_finding(bad: Report, write: Write) -> None:
    assert write(bad, "table") == BAD


def test_all_is_well(good: Report, write: Write) -> None:
    assert write(good, "table", Screen(80)) == GOOD


def test_without_unicode_no_two_marks_are_the_same(bad: Report, write: Write) -> None:
    text = write(bad, "table", Screen(unicode=False))
    assert text.isascii()
    assert text == BAD.replace("─", "-")


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_a_terminal_has_no_longer_lines_but_for_commands(
    bad: Report, write: Write, width: int
) -> None:
    text = write(bad, "table", Screen(width))
    for line in text.splitlines():
        assert cell_len(line) <= width or line.startswith("  tapecli diff"), line
    for failure in bad.unknown:
        assert f"  {failure.command}\n" in text
    assert "".join(text.split()).endswith("".join(BAD.splitlines()[-1].split()))


def test_the_eye_is_led_to_what_is_wrong(bad: Report, good: Report, write: Write) -> None:
    text = write(bad, "table", Screen(80, color=True))
    assert re.search(r"\x1b\[1;31m *3 BAD\x1b", text)
    assert "\x1b[1;31msin: order 2 of sin(x)" in text
    assert "\x1b[1;36mknown: mended: no longer there" in text
    assert "\x1b[1;31mTensorFlow 2.21.0 does NOT" in text
    text = write(good, "table", Screen(80, color=True))
    assert "\x1b[1;32mTensorFlow 2.21.0 differentiates correctly" in text
    assert "\x1b[1;31m" not in text


def test_without_colours_there_are_no_styles(bad: Report, write: Write) -> None:
    assert "\x1b" not in write(bad, "table", Screen(80))


def test_several_devices_are_told_apart(good: Report, write: Write) -> None:
    settings = tuple(
        Setting(dtype, execution, device)
        for device in ("cpu:0", "gpu:0")
        for dtype in ("float64", "float32")
        for execution in ("eager", "xla")
    )
    cells = {("sin", setting): Cell(5, worst) for worst, setting in enumerate(settings)}
    text = write(replace(good, settings=settings, cells=cells, failures=()), "table")
    assert text.splitlines()[3:8] == [
        "       cpu:0                       gpu:0",
        "     float64       float32       float64       float32",
        "       eager  xla    eager  xla    eager  xla    eager  xla",
        "───────────────────────────────────────────────────────────",
        "sin        0    1        2    3        4    5        6    7",
    ]
    narrow = write(replace(good, settings=settings, cells=cells, failures=()), "table", Screen(30))
    assert narrow.count("cpu:0") == narrow.count("gpu:0") == 2


def test_marks_that_do_not_occur_are_not_explained(good: Report, write: Write) -> None:
    one = replace(good, cells={("sin", good.settings[0]): Cell(1, 99)}, failures=(), values=1)
    text = write(one, "table")
    assert text.splitlines()[6:] == [
        "sin       99",
        "",
        "numbers: the largest error in ulps, at ordinary points",
        "",
        "known: root-of-zero: detected 1 time; a root of zero (tensorflow/tensorflow#1)",
        "TensorFlow 2.21.0 differentiates correctly: 1 value in 1.2 s",
    ]
