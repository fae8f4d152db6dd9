"""CSV: a header, the tidy columns in their sequence, and RFC 4180's quotes."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.render.conftest import Render, Samples

MIXED = """\
target,expression,wrt,order,x,tape,analytic,ulps,status
y,"atan2(x, 2)",x,1,-1.5,2,2,0,ok
y,"atan2(x, 2)",x,1,0.01,-0.0033333,-0.0033333000001,25711,rounded
y,"atan2(x, 2)",x,1,0,nan,,,undefined
y,"atan2(x, 2)",x,1,1e-200,inf,2e+200,,lost
y,"atan2(x, 2)",x,1,3,0.6,0.7,1234567,off
"""


def test_it_is_a_header_and_a_line_for_each_value(shown: Render, samples: Samples) -> None:
    assert shown("csv", samples.mixed) == MIXED


def test_a_reader_of_csv_gets_the_fields_back(shown: Render, samples: Samples) -> None:
    lines = list(csv.DictReader(io.StringIO(shown("csv", samples.mixed)), strict=True))
    assert [line["expression"] for line in lines] == ["atan2(x, 2)"] * 5
    assert [line["status"] for line in lines] == ["ok", "rounded", "undefined", "lost", "off"]


def test_the_column_of_the_points_has_the_name_of_the_variable(
    shown: Render, samples: Samples
) -> None:
    assert shown("csv", samples.two).splitlines()[:2] == [
        "target,expression,wrt,order,t,tape,analytic,ulps,status",
        "u,t**2,t,1,1,2,2,0,ok",
    ]


def test_lines_end_in_a_line_feed_alone(shown: Render, samples: Samples) -> None:
    text = shown("csv", samples.mixed)
    assert "\r" not in text
    assert text.endswith("\n")


def test_the_screen_changes_nothing(shown: Render, samples: Samples) -> None:
    plain = shown("csv", samples.mixed)
    assert shown("csv", samples.mixed, width=20, color=True, unicode=False) == plain
