"""JSON: one strict document with the request, the rows and a summary."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import pytest

from tapecli.floats import FORMATS

if TYPE_CHECKING:
    from tests.formats.conftest import Make, Render, Samples


def strictly(text: str) -> Any:
    def refuse(constant: str) -> NoReturn:
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(text, parse_constant=refuse)


def test_the_whole_document(shown: Render, samples: Samples) -> None:
    document = strictly(shown("json", samples.worked))
    assert list(document) == [
        *("schema", "tensorflow", "dtype", "method", "reason", "execution", "device", "scaled"),
        *("tolerance", "kind", "variable", "variables"),
        *("derivatives", "claims", "rows", "counts", "ok"),
    ]
    about = {"target": "y", "expression": "log(x**2)", "wrt": "x"}
    assert document["schema"] == 1
    assert [document[name] for name in ("tensorflow", "dtype", "method", "tolerance")] == [
        *("2.21.0", "float64", "nested", 1.0),
    ]
    assert document["derivatives"] == [
        {**about, "order": 1, "formula": "2/x"},
        {**about, "order": 2, "formula": "-2/x²"},
    ]
    assert document["rows"][5] == {
        **about,
        "order": 2,
        "x": 3.0,
        "tape": -2 / 9,
        "analytic": -2 / 9,
        "ulps": 0,
        "status": "ok",
        "note": "",
    }
    assert (document["counts"], document["ok"]) == ({"ok": 6}, True)


def test_the_columns_stand_in_the_sequence_of_the_other_formats(
    shown: Render, samples: Samples
) -> None:
    rows = strictly(shown("json", samples.two))["rows"]
    header = shown("csv", samples.two).splitlines()[0].split(",")
    assert all(list(row) == [*header, "note"] for row in rows)


def test_nan_infinities_and_nothing_are_null_and_the_status_says_which(
    shown: Render, samples: Samples
) -> None:
    document = strictly(shown("json", samples.mixed))
    read = [(row["tape"], row["analytic"], row["ulps"], row["status"]) for row in document["rows"]]
    assert read == [
        (2.0, 2.0, 0, "ok"),
        (-0.0033333, -0.0033333000001, 25711, "rounded"),
        (None, None, None, "undefined"),
        (None, 2e200, None, "lost"),
        (0.6, 0.7, 1234567, "off"),
    ]
    assert document["derivatives"][0]["formula"] is None
    assert document["counts"] == {"ok": 1, "rounded": 1, "off": 1, "undefined": 1, "lost": 1}
    assert document["ok"] is False


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_numbers_are_the_shortest_that_read_back_in_the_dtype(
    shown: Render, make: Make, dtype: str
) -> None:
    scalar = np.dtype(dtype).type
    values = [float(scalar(value)) for value in (0.1, 1 / 3, 2**-14, 65504, 1e-7)]
    text = shown("json", make([(value, value, value) for value in values], dtype=dtype))
    rows = strictly(text)["rows"]
    for value, row in zip(values, rows, strict=True):
        assert scalar(row["tape"]) == scalar(row["x"]) == value
        assert len(repr(row["tape"])) <= len(repr(float(str(scalar(value)))))


def test_without_unicode_it_is_ascii_and_the_same_document(shown: Render, samples: Samples) -> None:
    plain = shown("json", samples.worked, unicode=False)
    assert plain.isascii()
    assert strictly(plain) == strictly(shown("json", samples.worked))


def test_it_ends_in_one_line_feed(shown: Render, samples: Samples) -> None:
    assert shown("json", samples.worked).endswith("}\n")


def test_several_variables_are_listed_and_each_has_a_field(shown: Render, samples: Samples) -> None:
    document = strictly(shown("json", samples.several))
    assert (document["variable"], document["variables"]) == (None, ["x", "y"])
    assert [(row["x"], row["y"]) for row in document["rows"]] == [(1, -1), (1.5, 2), (1e-9, 1)]
    assert {row["wrt"] for row in document["rows"]} == {"x,x,y"}
    assert strictly(shown("json", samples.worked))["variable"] == "x"


@pytest.mark.parametrize(
    ("sample", "kind", "axes", "matrix"),
    [
        ("gradient", "grad", ["wrt"], [108, 108]),
        ("jacobian", "jacobian", ["target", "wrt"], [[108, 108], [1 / 3, -2 / 9]]),
        ("hessian", "hessian", ["row", "column"], [[54, 108], [108, 72]]),
        (
            "grid",
            "grad",
            ["x", "y", "wrt"],
            [[[2, 3], [16, 12], [54, 27]], [[4, 12], [32, 48], [108, 108]]],
        ),
    ],
)
def test_a_vector_or_matrix_is_there_as_nested_lists(
    shown: Render, samples: Samples, sample: str, kind: str, axes: list[str], matrix: object
) -> None:
    document = strictly(shown("json", getattr(samples, sample)))
    assert [document[name] for name in ("kind", "axes", "matrix")] == [kind, axes, matrix]


def test_single_derivatives_are_no_matrix(shown: Render, samples: Samples) -> None:
    assert {"axes", "matrix"}.isdisjoint(strictly(shown("json", samples.several)))


def test_what_was_not_verified_is_null(shown: Render, samples: Samples) -> None:
    document = strictly(shown("json", samples.sampled))
    read = [(row["tape"], row["analytic"], row["ulps"], row["status"]) for row in document["rows"]]
    assert read == [
        (2, 2, 0, "ok"),
        (1, None, None, "unverified"),
        (None, None, None, "unverified"),
        (0.5, 0.5, 0, "ok"),
    ]
    assert (document["counts"], document["ok"]) == ({"ok": 2, "unverified": 2}, True)


def test_how_it_was_computed_and_why(shown: Render, samples: Samples) -> None:
    names = ("tensorflow", "method", "reason", "execution", "device", "scaled")
    found = [
        [strictly(shown("json", sample))[name] for name in names]
        for sample in (samples.taylor, samples.certified, samples.coefficients, samples.claimed)
    ]
    assert found == [
        ["", "taylor", "nested tapes would take about 32 seconds", "", "", False],
        ["", "none", "", "", "", False],
        ["", "taylor", "", "", "", True],
        ["2.21.0", "nested", "", "xla", "gpu:1", False],
    ]


def test_where_nothing_was_computed_it_is_null(shown: Render, samples: Samples) -> None:
    document = strictly(shown("json", samples.uncertain))
    read = [(row["tape"], row["analytic"], row["ulps"], row["status"]) for row in document["rows"]]
    assert read == [
        (None, -1, None, "certified"),
        (None, None, None, "undefined"),
        (None, 1, None, "certified"),
    ]
    assert (document["counts"], document["ok"]) == ({"undefined": 1, "certified": 2}, True)
    matrix = strictly(shown("json", samples.analytic_hessian))["matrix"]
    assert matrix == [[54, 108], [108, 72]]


def test_each_claim_with_what_became_of_it(shown: Render, samples: Samples) -> None:
    document = strictly(shown("json", samples.claimed))
    about = {"target": "y", "wrt": "x", "tested": 43}
    nowhere = {"at": None, "claimed": None, "analytic": None, "reason": ""}
    assert document["claims"] == [
        {**about, "order": 1, "claim": "2/x", "finding": "proved", **nowhere},
        {
            **about,
            "order": 2,
            "claim": "-2/x**3",
            "finding": "differs",
            "at": {"x": 2},
            "claimed": -0.25,
            "analytic": -0.5,
            "reason": "a factor of 1/x",
        },
    ]
    assert document["ok"] is False
    assert strictly(shown("json", samples.worked))["claims"] == []


def test_the_numbers_of_a_claim_are_strict_and_as_short_as_any(
    shown: Render, samples: Samples
) -> None:
    single = FORMATS["float32"]
    third, infinite = single.round(Fraction(1, 3)), float("inf")
    claim = replace(samples.claimed.claims[1], at={"x": third}, claimed=infinite, analytic=third)
    text = shown("json", replace(samples.claimed, format_=single, claims=(claim,)))
    (found,) = strictly(text)["claims"]
    assert (found["at"], found["claimed"], found["analytic"]) == (
        {"x": 0.33333334},
        None,
        0.33333334,
    )
