"""Small reports made by hand: one with every kind of finding, one in which all is well."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tapecli import formats
from tapecli.features.check.model import Cell, Failure, KnownDefect, Report, Setting
from tapecli.formats import PAGES, Screen
from tapecli.result import Status

EAGER, XLA, TAYLOR, HALF = SETTINGS = (
    Setting("float64", "eager", "cpu:0"),
    Setting("float64", "xla", "cpu:0"),
    Setting("float64", "taylor", "cpu:0"),
    Setting("float16", "eager", "cpu:0"),
)

FAILURES = (
    Failure("sin", ("sin(x)",), "sin(x)", 2, "nested", EAGER, Status.OFF, 0.5,
            -0.4794260180300, -0.479425538604203, 3, "only 6 digits right"),
    Failure("log", ("log(x)",), "log(x)", 1, "single", HALF, None, 0.300048828125, None, None, 1,
            "Error: <no> kernel & *more*"),
    Failure("composite", ("u = x^2", "y = |u|"), "y = abs(u)", 1, "taylor", TAYLOR, Status.LOST,
            -1.0, float("nan"), -2.0, 1, "Taylor arithmetic returned nan"),
    Failure("composite", ("sqrt(x^4)",), "sqrt(x**4)", 1, "nested", EAGER, Status.LOST, 0.0,
            float("nan"), 0.0, 1, "the tape returned nan", "root-of-zero"),
)  # fmt: skip

DEFECTS = (
    KnownDefect("root-of-zero", "a root of zero", "tensorflow/tensorflow#1", "2.21", True, 1),
    KnownDefect("not-met", "what is avoided", "try tf.nn", "2.21", True, 0),
    KnownDefect("mended", "what was wrong", "tensorflow/tensorflow#2", "2.20", False, 0),
)


@pytest.fixture
def bad() -> Report:
    """A report with every kind of finding."""
    cells = {
        ("sin", EAGER): Cell(20, 3, 0, 3, 0, 0),
        ("sin", XLA): Cell(20, 12_345, 2),
        ("log", EAGER): Cell(10, 2),
        ("log", HALF): Cell(0, 0, 0, 1, 0, 1),
        ("gamma", EAGER): Cell(12, 9),
        ("gamma", HALF): Cell(missing=1),
        ("composite", EAGER): Cell(1_000, 4, 1, 0, 1, 3),
        ("composite", TAYLOR): Cell(8, 0, 0, 1),
    }
    versions = {"tapecli": "0.1.0", "tensorflow": "2.21.0", "machine": "x86_64"}
    return Report("quick", 7, versions, SETTINGS, cells, FAILURES, DEFECTS, 1_070, 12.3456)


@pytest.fixture
def good(bad: Report) -> Report:
    """A report in which all is well, but for what is known."""
    cells = {("sin", EAGER): Cell(20, 3), ("composite", EAGER): Cell(10, 4, known=1)}
    known = [failure for failure in bad.failures if failure.known]
    return replace(
        bad,
        level="default",
        settings=(EAGER,),
        cells=cells,
        failures=tuple(known),
        defects=bad.defects[:2],
        values=30,
        seconds=1.234,
    )


PLAIN = Screen()

Write = Callable[..., str]


@pytest.fixture
def write() -> Write:
    """A report in a format, for a screen."""

    def call(report: Report, name: str, screen: Screen = PLAIN) -> str:
        return "".join(formats.render(report, PAGES["check"][name], screen))

    return call
