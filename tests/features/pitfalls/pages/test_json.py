"""Pitfalls as JSON: strict, with what was run beside what is known."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.features.pitfalls.pages.conftest import BROKEN, CURED, GROUPS, HAPPENED, MESSAGE, ROW

if TYPE_CHECKING:
    from tests.features.pitfalls.pages.conftest import Write

DESCRIBED = {
    "name": "a-name",
    "title": ROW.title,
    "mistake": {"program": ROW.mistake},
    "why": ROW.reason,
    "mend": {"program": ROW.mend},
    "threads": [
        "https://github.com/tensorflow/tensorflow/issues/1",
        "https://github.com/jax-ml/jax/issues/2",
    ],
}


def test_the_list(write: Write) -> None:
    document = json.loads(write("json", GROUPS))
    assert document["schema"] == 1
    assert document["pitfalls"][0] == {"group": "One kind", **DESCRIBED}
    assert [row["name"] for row in document["pitfalls"]] == ["a-name", "another"]


def test_what_was_run(write: Write) -> None:
    document = json.loads(write("json", HAPPENED, unicode=False))
    (lesson,) = document.pop("pitfalls")
    assert document == {"schema": 1, "ok": True, "tensorflow": "2.21.0"}
    assert lesson == {
        **DESCRIBED,
        "mistake": {
            "program": ROW.mistake,
            "printed": "None\n",
            "warnings": ["WARNING:tensorflow:look"],
            "error": {"type": "ValueError", "message": MESSAGE},
        },
        "mend": {"program": ROW.mend, "printed": "6.0\n", "warnings": [], "error": None},
        "happens": True,
        "cured": False,
        "mended": True,
    }


def test_what_is_not_as_it_was(write: Write) -> None:
    (cured,) = json.loads(write("json", CURED))["pitfalls"]
    assert (cured["happens"], cured["cured"], cured["mended"]) == (False, True, True)
    document = json.loads(write("json", BROKEN))
    assert document["ok"] is False
    assert [lesson["mended"] for lesson in document["pitfalls"]] == [False, True]
