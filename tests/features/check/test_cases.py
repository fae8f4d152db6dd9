"""The cases: every row of the table has one, and its points are what they are said to be."""

from __future__ import annotations

import pytest

from tapecli.engines.certified import Certified
from tapecli.engines.certified.reference import Reference
from tapecli.expressions.expression import parse
from tapecli.expressions.functions import FUNCTIONS, OPERATORS
from tapecli.expressions.tree import Call, steps
from tapecli.features.check.cases import CASES, COMPOSITE, SEVERAL_TARGETS, Case
from tapecli.features.check.plan import MAX_ORDERS
from tapecli.floats import FORMATS

ROWS = [*FUNCTIONS, *OPERATORS]
ALL_CASES = (*CASES, *SEVERAL_TARGETS)
ORDERS = 4


def names(case: Case) -> set[str]:
    """The functions and operators of a case."""
    trees = [target.tree for target in parse(case.targets)]
    return {node.name for node in steps(*trees) if isinstance(node, Call)}


@pytest.mark.parametrize("row", ROWS)
def test_every_row_of_the_table_has_a_case_in_which_it_occurs(row: str) -> None:
    own = [case for case in CASES if case.group == row]
    assert own
    assert all(row in names(case) for case in own)


def test_the_groups_are_the_rows_and_at_the_end_the_composites() -> None:
    *groups, last = dict.fromkeys(case.group for case in CASES)
    assert (sorted(groups), last) == (sorted(ROWS), COMPOSITE)
    assert all(len(names(case)) > 1 for case in CASES if case.group == COMPOSITE)


@pytest.mark.parametrize("dtype", FORMATS)
@pytest.mark.parametrize(
    "case", [*CASES, *SEVERAL_TARGETS], ids=lambda case: " ".join(case.targets)
)
def test_fixed_and_random_points_are_ordinary(case: Case, dtype: str) -> None:
    """There every derivative exists, and has a place in the dtype."""
    format_ = FORMATS[dtype]
    wanted = [("x",) * order for order in range(MAX_ORDERS.get(dtype, ORDERS) + 1)]
    for target in parse(case.targets):
        reference = Reference(target.tree, format_, wanted, ["x"])
        for x in case.points(format_, seed=0, count=3, awkward=False):
            for certified in reference.at({"x": x}):
                assert isinstance(certified, Certified), x
                assert abs(certified.value) <= format_.largest, x


def test_every_case_has_ordinary_points_and_random_ones_lie_in_its_intervals() -> None:
    format_ = FORMATS["float64"]
    for case in ALL_CASES:
        assert case.fixed
        drawn = case.points(format_, 7, 20, awkward=False)[len(case.fixed) :]
        assert len(drawn) == 20
        assert all(any(low <= x <= high for low, high in case.intervals) for x in drawn)


def test_points_are_numbers_of_the_dtype_each_once() -> None:
    case = Case("sin", "sin(x)", ((0.0, 1.0),), (0.1, 0.1, 0.10000001), (0.1, 2.0))
    assert case.points(FORMATS["float16"], 0, 0, awkward=True) == [0.0999755859375, 2.0]
    assert case.points(FORMATS["float16"], 0, 0, awkward=False) == [0.0999755859375]


def test_points_depend_on_the_seed_and_on_nothing_else() -> None:
    format_, case = FORMATS["float64"], CASES[0]
    assert case.points(format_, 1, 5, True) == case.points(format_, 1, 5, True)
    assert case.points(format_, 1, 5, True) != case.points(format_, 2, 5, True)
