"""What is walked, what is refused, and which known defects explain what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.rows import ELEMENTARY

from tapecli.engines.tapes import loading
from tapecli.errors import RequestError
from tapecli.expressions.functions import FUNCTIONS, OPERATORS, is_taped
from tapecli.features.check.defects import DEFECTS
from tapecli.features.check.exhaustive.model import Interval, Survey, Tally, Value
from tapecli.features.check.exhaustive.running import PART_SIZE, planned, survey
from tapecli.features.check.exhaustive.walking import walk
from tapecli.floats import FORMATS
from tapecli.result import Status


def test_every_operation_of_tensorflow_is_walked_in_both_narrow_dtypes() -> None:
    walks = planned()
    own = {
        name
        for name, row in FUNCTIONS.items()
        if isinstance(row.tape, str) or (row.tape and not row.definition)
    }
    assert {walk.case.group for walk in walks} == {*own, *OPERATORS}
    assert {walk.setting.dtype for walk in walks} == {"bfloat16", "float16"}
    assert all(len(walk.parts) == 1 for walk in walks)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float32"])
def test_the_parts_have_every_number_once(dtype: str) -> None:
    (walk,) = planned(["tanh"], [dtype])
    bounds = [(part.start, part.stop) for part in walk.parts]
    assert [start for start, _ in bounds] == [0, *(stop for _, stop in bounds[:-1])]
    assert bounds[-1][1] == FORMATS[dtype].count
    assert max(part.count for part in walk.parts) <= PART_SIZE


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"dtypes": ["float64"], "functions": ["sin"]},
            "it has 18,437,736,874,454,810,624 numbers",
        ),
        ({"dtypes": ["float32"]}, "float32 has 4,278,190,080 numbers; say of which function"),
        ({"order": 5}, "order 5: '--exhaustive' goes to order 4"),
    ],
)
def test_what_would_take_too_long_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(RequestError, match=message):
        planned(**arguments)


LOST = Interval(Status.LOST, 0, 1, 1e-39, 1e-39, 1, Value(1e-39, float("inf"), 1e19, 0))


def surveyed(expression: str, order: int, interval: Interval) -> Survey:
    """A survey of one function in bfloat16, in which one interval is not right."""
    (walk,) = (w for w in planned([expression], ["bfloat16"]))
    tallies = [Tally({"ok": 1})] * 2
    tallies[order - 1] = Tally({"lost": 1}, None, (interval,))
    return survey([walk], [tallies], loading.load())


@pytest.mark.parametrize(
    ("function", "order", "change", "known"),
    [
        ("sqrt", 1, {}, "subnormal-is-zero"),
        ("sqrt", 1, {"low": -1e-39, "high": -1e-40}, "subnormal-is-zero"),
        ("sqrt", 1, {"high": 2e-38}, ""),
        ("sqrt", 1, {"status": Status.OFF}, ""),
        ("sqrt", 2, {}, ""),
        ("sin", 1, {}, ""),
        ("erf", 2, {"low": 2e38, "high": 3e38}, "infinity-times-zero"),
        ("erf", 2, {"low": 1e38, "high": 3e38}, ""),
    ],
)
def test_a_known_defect_explains_what_is_within_its_limits(
    function: str, order: int, change: dict[str, Any], known: str
) -> None:
    found = surveyed(function, order, replace(LOST, **change))
    (interval,) = found.derivatives[order - 1].tally.intervals
    assert interval.known == known
    assert found.ok == bool(known)
    assert [defect.met for defect in found.defects if defect.name == known] == [1] * found.ok


def test_a_gradient_that_is_lacking_is_a_known_defect_only_where_it_was_seen() -> None:
    for function, expected in (("lgamma", "lgamma-in-bfloat16"), ("sin", "")):
        (walk,) = planned([function], ["bfloat16"])
        found = survey([walk], [[Tally(missing="no kernel")] * 2], loading.load())
        assert {row.known for row in found.derivatives} == {expected}
        assert found.ok == bool(expected)


def test_known_losses_are_in_what_is_walked() -> None:
    names = [name for name in FUNCTIONS if is_taped(name)]
    expressions = {walk.case.expressions for walk in planned(names)}
    losses = [loss for defect in DEFECTS for loss in defect.losses]
    for loss in losses:
        assert set(loss.expressions) <= expressions
        assert 0 <= loss.least <= loss.most
        assert loss.dtype in FORMATS


def half(dtype: str) -> Iterator[Survey]:
    """What is found at every number, of every other elementary function."""
    walks = planned(ELEMENTARY[dtype == "float16" :: 2], dtypes=[dtype])
    yield survey(walks, (walk(part) for w in walks for part in w.parts), loading.load())


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_what_this_tensorflow_loses_is_known(dtype: str) -> None:
    if not loading.load().__version__.startswith("2.21"):
        pytest.skip("the known defects were seen in 2.21")
    (found,) = half(dtype)
    assert [(row.name, row.unknown) for row in found.failed] == []
    assert found.counts["off"] == 0
    assert found.counts["lost"] < 25_000
