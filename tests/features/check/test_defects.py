"""The known defects: data that holds for this TensorFlow."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from tapecli.engines.tapes import loading
from tapecli.features.check.cases import CASES, Case
from tapecli.features.check.defects import DEFECTS, MISSING, Defect
from tapecli.features.check.model import Setting
from tapecli.features.check.plan import Trial
from tapecli.floats import FORMATS

BY_NAME = {defect.name: defect for defect in DEFECTS}


@pytest.mark.parametrize("defect", DEFECTS, ids=list(BY_NAME))
def test_its_program_says_that_it_is_there(defect: Defect) -> None:
    tf = loading.load()
    if not tf.__version__.startswith(defect.seen_in):
        pytest.skip(f"seen in {defect.seen_in}")
    assert defect.shows(tf)


@pytest.mark.parametrize("defect", DEFECTS, ids=list(BY_NAME))
def test_it_has_a_reference_or_a_call_that_shows_it(defect: Defect) -> None:
    assert re.fullmatch(r"tensorflow/tensorflow#\d+|try tf\..+", defect.reference)
    assert re.fullmatch(r"2\.\d+", defect.seen_in)


@pytest.mark.parametrize("defect", DEFECTS, ids=list(BY_NAME))
def test_what_it_explains_is_checked(defect: Defect) -> None:
    assert set(defect.expressions) <= {case.expressions for case in CASES}
    explains = bool(defect.expressions or defect.limited)
    assert explains == (defect.status in ("off", "lost", MISSING))
    assert set(defect.dtypes) <= set(FORMATS)


def test_names_are_unique() -> None:
    assert len(BY_NAME) == len(DEFECTS)


def test_a_right_answer_is_seen_as_a_cure() -> None:
    mended = SimpleNamespace(
        float64="float64",
        constant=lambda value, dtype: value,
        nn=SimpleNamespace(gelu=lambda x: 0.8413447460685429),
    )
    assert not BY_NAME["gelu-in-float64"].shows(mended)


@pytest.mark.parametrize(
    ("change", "explained"),
    [
        ({}, True),
        ({"expression": "sqrt(x)"}, False),
        ({"status": "off"}, False),
        ({"x": 1.0}, False),
        ({"order": 3}, True),
        ({"order": 1}, False),
        ({"dtype": "float64"}, False),
    ],
)
def test_it_explains_what_meets_all_of_its_conditions(
    change: dict[str, object], explained: bool
) -> None:
    where = ("sqrt(x^4)",), "lost", 0.0, ("float32",), 2
    defect = Defect("name", "what", "where", "2.21", lambda tf: 1.0, 0.0, 0.5, *where)
    failure = {"expression": "sqrt(x^4)", "status": "lost", "x": 0.0, "order": 2}
    failure |= {"dtype": "float32", "execution": "eager", **change}
    case = Case("composite", str(failure["expression"]), ())
    setting = Setting(str(failure["dtype"]), str(failure["execution"]), "cpu:0")
    trial = Trial(case, "nested", 3, setting)
    rest = {name: failure[name] for name in ("order", "status", "x")}
    assert defect.explains(trial, **rest) is explained  # type: ignore[arg-type]
