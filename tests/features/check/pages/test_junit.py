"""JUnit's XML, read by a parser."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as Xml

from tapecli.formats import Screen

if TYPE_CHECKING:
    from tests.features.check.pages.conftest import Write

    from tapecli.features.check.model import Report

BAD = """\
<?xml version="1.0" encoding="utf-8"?>
<testsuites name="tapecli check" time="12.346">
  <testsuite name="float64, eager" tests="4" failures="1" errors="0" skipped="0">
    <testcase classname="float64, eager" name="sin">
      <failure message="sin: order 2 of sin(x) (nested, float64, eager, cpu:0) is off at x = 0.5, and at 2 more points: -0.47942601803, and should be -0.479425538604203" type="off">sin: order 2 of sin(x) (nested, float64, eager, cpu:0) is off at x = 0.5, and at 2 more points: -0.47942601803, and should be -0.479425538604203
tapecli diff 'sin(x)' --x=0.5 --order 2 --method nested --dtype float64 --execution eager --device cpu:0</failure>
    </testcase>
    <testcase classname="float64, eager" name="log" />
    <testcase classname="float64, eager" name="gamma" />
    <testcase classname="float64, eager" name="composite" />
  </testsuite>
  <testsuite name="float64, xla" tests="1" failures="0" errors="0" skipped="0">
    <testcase classname="float64, xla" name="sin" />
  </testsuite>
  <testsuite name="float64, taylor" tests="1" failures="1" errors="0" skipped="0">
    <testcase classname="float64, taylor" name="composite">
      <failure message="composite: order 1 of y = abs(u) (taylor, float64) is lost at x = -1: nan, and should be -2" type="lost">composite: order 1 of y = abs(u) (taylor, float64) is lost at x = -1: nan, and should be -2
tapecli diff 'u = x^2' 'y = |u|' --x=-1 --order 1 --method taylor --dtype float64</failure>
    </testcase>
  </testsuite>
  <testsuite name="float16, eager" tests="2" failures="1" errors="0" skipped="1">
    <testcase classname="float16, eager" name="log">
      <failure message="log: order 1 of log(x) (single, float16, eager, cpu:0): Error: &lt;no&gt; kernel &amp; *more*" type="missing">log: order 1 of log(x) (single, float16, eager, cpu:0): Error: &lt;no&gt; kernel &amp; *more*
tapecli diff 'log(x)' --x=0.3 --order 1 --method single --dtype float16 --execution eager --device cpu:0</failure>
    </testcase>
    <testcase classname="float16, eager" name="gamma">
      <skipped message="TensorFlow has no gradient or kernel for it" />
    </testcase>
  </testsuite>
  <testsuite name="known defects" tests="3" failures="0" errors="0" skipped="1">
    <testcase classname="known defects" name="root-of-zero">
      <system-out>root-of-zero: detected 1 time; a root of zero (tensorflow/tensorflow#1)</system-out>
    </testcase>
    <testcase classname="known defects" name="not-met">
      <system-out>not-met: there; what is avoided (try tf.nn)</system-out>
    </testcase>
    <testcase classname="known defects" name="mended">
      <skipped message="mended: no longer there (last seen in 2.20); what was wrong (tensorflow/tensorflow#2)" />
    </testcase>
  </testsuite>
</testsuites>
"""  # noqa: E501


def test_every_kind_of_finding(bad: Report, write: Write) -> None:
    assert write(bad, "junit") == BAD


def test_the_counts_are_those_of_the_cases(bad: Report, write: Write) -> None:
    root = Xml.fromstring(write(bad, "junit"))
    assert len(root) == len(bad.settings) + 1
    for suite in root:
        cases = suite.findall("testcase")
        counts = [len(cases), *(len(suite.findall(f"*/{k}")) for k in ("failure", "skipped"))]
        assert [int(suite.attrib[k]) for k in ("tests", "failures", "skipped")] == counts
    assert sum(int(suite.attrib["failures"]) for suite in root) == len(bad.unknown)


def test_each_failure_has_its_command(bad: Report, write: Write) -> None:
    texts = [failure.text for failure in Xml.fromstring(write(bad, "junit")).iter("failure")]
    assert sorted(map(str, texts)) == sorted(
        f"{one.described()}\n{one.command}" for one in bad.unknown
    )


def test_known_defects_do_not_fail_and_cured_ones_are_seen(good: Report, write: Write) -> None:
    root = Xml.fromstring(write(good, "junit"))
    assert not list(root.iter("failure"))
    mended = replace(good, defects=tuple(replace(one, there=False) for one in good.defects))
    skipped = list(Xml.fromstring(write(mended, "junit")).iter("skipped"))
    assert [one.attrib["message"].split(";")[0] for one in skipped] == [
        "root-of-zero: no longer there (last seen in 2.21)",
        "not-met: no longer there (last seen in 2.21)",
    ]


def test_it_is_ascii_on_any_screen(bad: Report, write: Write) -> None:
    strange = replace(bad, failures=(replace(bad.failures[1], note="kernel \u2603 \ufffd"),))
    for screen in (Screen(), Screen(unicode=False)):
        text = write(strange, "junit", screen)
        assert text.isascii()
        (failure,) = Xml.fromstring(text).iter("failure")
        assert "kernel \u2603 \ufffd" in (failure.text or "")
