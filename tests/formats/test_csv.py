"""CSV: a header, the tidy columns in their sequence, and RFC 4180's quotes."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.formats.conftest import Render, Samples

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


def test_each_variable_has_a_column_and_a_mixed_derivative_its_variables_in_quotes(
    shown: Render, samples: Samples
) -> None:
    assert shown("csv", samples.several).splitlines() == [
        "target,expression,wrt,order,x,y,tape,analytic,ulps,status",
        'f,x**2*y**3/2,"x,x,y",3,1,-1,-1,-1,0,ok',
        'f,x**2*y**3/2,"x,x,y",3,1.5,2,12,12,0,ok',
        'f,x**2*y**3/2,"x,x,y",3,1e-09,1,1e-09,1e-09,0,ok',
    ]


def test_the_entries_of_a_matrix_are_rows_as_any_others(shown: Render, samples: Samples) -> None:
    assert shown("csv", samples.hessian).splitlines()[1:] == [
        'f,x**2*y**3,"x,x",2,2,3,54,54,0,ok',
        'f,x**2*y**3,"x,y",2,2,3,108,108,0,ok',
        'f,x**2*y**3,"y,x",2,2,3,108,108,0,ok',
        'f,x**2*y**3,"y,y",2,2,3,72,72,0,ok',
    ]


def test_what_was_not_verified_leaves_its_fields_empty(shown: Render, samples: Samples) -> None:
    assert shown("csv", samples.sampled).splitlines()[2:4] == [
        "y,log(x**2),x,1,2,1,,,unverified",
        "y,log(x**2),x,1,3,nan,,,unverified",
    ]


def test_where_nothing_was_computed_those_fields_are_empty(shown: Render, samples: Samples) -> None:
    assert shown("csv", samples.uncertain).splitlines() == [
        "target,expression,wrt,order,x,tape,analytic,ulps,status",
        "y,abs(x),x,1,-1,,-1,,certified",
        "y,abs(x),x,1,0,,,,undefined",
        "y,abs(x),x,1,1,,1,,certified",
    ]


def test_taylor_series_stand_where_the_tapes_do(shown: Render, samples: Samples) -> None:
    assert shown("csv", samples.taylor) == shown("csv", samples.worked)
