"""The file of pitfalls: each section is read whole, and expectations mean what its head says."""

from __future__ import annotations

import math
import re
from importlib import resources

import pytest

from tapecli.features.pitfalls import GROUPS, PITFALLS, reading
from tapecli.features.pitfalls.model import Expected, NotNear

FILE = resources.files("tapecli.features.pitfalls").joinpath("pitfalls.md").read_text("utf-8")


def test_no_section_is_passed_over() -> None:
    sections = re.findall(r"(?m)^### (\S+): (.*)$", FILE)
    read = [(pitfall.name, pitfall.title) for pitfalls in GROUPS.values() for pitfall in pitfalls]
    assert read == sections
    assert list(GROUPS) == re.findall(r"(?m)^## (.*)$", FILE)
    assert sorted(PITFALLS) == sorted(name for name, _ in sections)


def test_each_fact_of_a_section_is_read() -> None:
    pitfalls = PITFALLS.values()
    facts = re.findall(r"(?m)^- (happens|mended|right|threads): ", FILE[FILE.index("\n## ") :])
    assert facts.count("happens") == facts.count("mended") == len(pitfalls)
    assert facts.count("right") == sum(pitfall.right is not None for pitfall in pitfalls)
    assert facts.count("threads") == sum(bool(pitfall.threads) for pitfall in pitfalls)
    threads = [thread for pitfall in pitfalls for thread in pitfall.threads]
    assert sorted(threads) == sorted(re.findall(r"\S+/\S+#\d+", FILE))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("prints 3, None", Expected((3.0, None))),
        ("prints -inf, 1e-5; within 1e-12", Expected((-math.inf, 1e-5), tolerance=1e-12)),
        ("prints 2; raises RuntimeError; warns", Expected((2.0,), "RuntimeError", True)),
        ("warns", Expected(warns=True)),
        (
            "prints any, equal, less, greater, twice",
            Expected(("any", "equal", "less", "greater", "twice")),
        ),
        ("prints not 0.1, not 2 within 0.01", Expected((NotNear(0.1), NotNear(2.0, 0.01)))),
    ],
)
def test_what_a_program_does_is_read(text: str, expected: Expected) -> None:
    assert reading._expected(text) == expected


@pytest.mark.parametrize("text", ["prints three", "prints 1; within close"])
def test_what_is_no_number_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="could not convert"):
        reading._expected(text)
