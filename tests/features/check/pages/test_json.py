"""One strict JSON document."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

from tapecli.formats import Screen

if TYPE_CHECKING:
    from tests.features.check.pages.conftest import Write

    from tapecli.features.check.model import Report


def strict(text: str) -> dict[str, object]:
    """The document, if it has no NaN or infinity."""

    def refuse(name: str) -> float:
        raise AssertionError(name)

    found = json.loads(text, parse_constant=refuse)
    assert isinstance(found, dict)
    return found


def test_every_kind_of_finding(bad: Report, write: Write) -> None:
    found = strict(write(bad, "json"))
    cells, failures, defects = (found.pop(name) for name in ("cells", "failures", "defects"))
    assert found == {
        "schema": 1,
        "ok": False,
        "level": "quick",
        "seed": 7,
        "versions": {"tapecli": "0.1.0", "tensorflow": "2.21.0", "machine": "x86_64"},
        "values": 1070,
        "seconds": 12.346,
        "core": None,
    }
    assert isinstance(cells, list)
    assert isinstance(failures, list)
    assert isinstance(defects, list)
    assert cells[1] == {
        "function": "sin",
        "dtype": "float64",
        "execution": "xla",
        "device": "cpu:0",
        "values": 20,
        "worst": 12345,
        "rounded": 2,
        "failed": 0,
        "known": 0,
        "missing": 0,
    }
    assert failures[0] == {
        "function": "sin",
        "expressions": ["sin(x)"],
        "target": "sin(x)",
        "order": 2,
        "method": "nested",
        "dtype": "float64",
        "execution": "eager",
        "device": "cpu:0",
        "status": "off",
        "x": 0.5,
        "tape": -0.47942601803,
        "analytic": -0.479425538604203,
        "points": 3,
        "note": "only 6 digits right",
        "known": "",
        "command": bad.failures[0].command,
    }
    assert [(one["status"], one["x"], one["tape"], one["known"]) for one in failures[1:]] == [
        (None, 0.3, None, ""),
        ("lost", -1, None, ""),
        ("lost", 0, None, "root-of-zero"),
    ]
    assert [(one["name"], one["there"], one["met"]) for one in defects] == [
        ("root-of-zero", True, 1),
        ("not-met", True, 0),
        ("mended", False, 0),
    ]


def test_all_is_well(good: Report, write: Write) -> None:
    found = strict(write(good, "json"))
    assert found["ok"] is True
    assert math.isclose(float(str(found["seconds"])), 1.234)


def test_without_unicode(bad: Report, write: Write) -> None:
    text = write(bad, "json", Screen(unicode=False))
    assert text.isascii()
    assert strict(text) == strict(write(bad, "json"))
