"""Workflow commands of GitHub Actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.features.check.pages.conftest import Write

    from tapecli.features.check.model import Report

BAD = """\
::error title=tapecli check::TensorFlow 2.21.0 does NOT differentiate correctly: 3 derivatives fail, of sin, log, composite; 1,070 values in 12 s
::error title=tapecli check%3A sin%2C order 2::sin: order 2 of sin(x) (nested, float64, eager, cpu:0) is off at x = 0.5, and at 2 more points: -0.47942601803, and should be -0.479425538604203%0Atapecli diff 'sin(x)' --x=0.5 --order 2 --method nested --dtype float64 --execution eager --device cpu:0
::error title=tapecli check%3A log%2C order 1::log: order 1 of log(x) (single, float16, eager, cpu:0): Error: <no> kernel & *more*%0Atapecli diff 'log(x)' --x=0.3 --order 1 --method single --dtype float16 --execution eager --device cpu:0
::error title=tapecli check%3A composite%2C order 1::composite: order 1 of y = abs(u) (taylor, float64) is lost at x = -1: nan, and should be -2%0Atapecli diff 'u = x^2' 'y = |u|' --x=-1 --order 1 --method taylor --dtype float64
::notice title=tapecli check%3A a known defect::mended: no longer there (last seen in 2.20); what was wrong (tensorflow/tensorflow#2)
"""  # noqa: E501


def test_the_verdict_comes_first_for_no_more_than_ten_are_shown(bad: Report, write: Write) -> None:
    assert write(bad, "github") == BAD


def test_all_is_well(good: Report, write: Write) -> None:
    assert write(good, "github") == (
        "::notice title=tapecli check::TensorFlow 2.21.0 differentiates correctly: "
        "30 values in 1.2 s, 1 of them wrong by known defects\n"
    )
