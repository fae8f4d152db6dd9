"""The document for programs: strict, and complete."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from tapecli.formats import Screen

if TYPE_CHECKING:
    from tests.features.compare.pages.conftest import Compared, Write


def refuse(constant: str) -> NoReturn:
    raise AssertionError(constant)


def test_the_document(compared: Compared, write: Write) -> None:
    found = json.loads(write(compared(), "json"), parse_constant=refuse)
    assert (found["schema"], found["tensorflow"], found["seconds"]) == (1, "2.21.0", 1.235)
    assert found["answer"].startswith("Nesting targets avoids no derivative work")
    assert (found["order"], found["points"], found["at"]) == (1, 1000, {"x": 2.0})
    by_name = {each["name"]: each for each in found["arrangements"]}
    parallel = by_name["parallel"]["operations"]
    assert {name: parallel[name] for name in ("recorded", "forward", "back", "run")} == {
        "recorded": 4, "forward": 2, "back": 8, "run": 10,
    }  # fmt: skip
    assert parallel["tapes"][0] == {
        "name": "tape1",
        "asked": [{"target": "u", "sequence": []}],
        "recorded": ["Mul", "Log"],
        "wasted": ["Log"],
    }
    assert by_name["persistent"]["held"] == {"bytes": 8000, "bytes_after": 8000}
    assert by_name["nested"]["times"][0] == {
        "execution": "eager", "points": 1, "median": 650e-6, "low": 0.9 * 650e-6,
        "high": 1.1 * 650e-6, "least": 325e-6, "most": 1300e-6, "runs": 20,
    }  # fmt: skip
    batch = by_name["batch"]
    assert (batch["operations"], batch["held"], batch["times"]) == (None, None, [])
    assert batch["problem"] == "no [red] gradient"


def test_what_is_no_number_is_null(compared: Compared, write: Write) -> None:
    found = write(replace(compared(), at={"x": float("nan")}), "json")
    assert json.loads(found, parse_constant=refuse)["at"] == {"x": None}


def test_ascii_alone(compared: Compared, write: Write) -> None:
    assert write(compared(), "json", Screen(unicode=False)).isascii()
