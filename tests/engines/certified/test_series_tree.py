"""How far one-sided series are carried, from the shape of a tree."""

from __future__ import annotations

import pytest

from tapecli.engines.certified.series_tree import MOST_TERMS, Reach, SeriesTree
from tapecli.expressions.expression import parse


def of(typed: str) -> Reach:
    return SeriesTree(parse(typed)[0].tree, None).reach


@pytest.mark.parametrize(
    ("typed", "fold"),
    [
        ("sin(x) + x^3", 1),
        ("sqrt(x)", 2),
        ("cbrt(x)", 3),
        ("x^(5/4)", 4),
        ("sqrt(cbrt(x))", 6),
        ("sqrt(x) + cbrt(x)", 6),
        ("sqrt(x) + asin(x)", 2),
        ("hypot(x, cbrt(x))", 6),
        ("acosh(sqrt(x))", 4),
        ("x^pi", 1),
        ("x^(1/64)", 64),
        ("x^(1/65)", 1),
    ],
)
def test_the_fold_is_the_common_denominator_of_nested_roots(typed: str, fold: int) -> None:
    assert of(typed).fold == fold


@pytest.mark.parametrize(
    ("typed", "degree"),
    [
        ("3", 0),
        ("x", 1),
        ("x^8", 8),
        ("x^3*x^4", 7),
        ("x^3 + x^4", 4),
        ("(x^34)^(1/17)", 34),
        ("(|x|^(1/30))^60", 2),
        ("cbrt(x)^4", 4),
        ("x^-5", 5),
        ("x^2.5", 3),
        ("sin(x^9)", 9),
        ("x^pi", 1),
    ],
)
def test_the_degree_bounds_the_order_of_zeros(typed: str, degree: int) -> None:
    assert of(typed).degree == degree


def test_a_degree_is_bounded() -> None:
    assert of("((x^100)^100)^100").degree == MOST_TERMS
    assert of("((x^100)^100)^100").terms(3) == MOST_TERMS


def test_roots_take_terms_for_each_of_their_powers() -> None:
    assert Reach(1, 0).terms(7) < Reach(2, 0).terms(7) == 2 * Reach(1, 0).terms(7)
    assert Reach(1, 0).terms(7) < Reach(1, 5).terms(7)


def test_what_is_not_known_exactly_has_no_fold() -> None:
    assert of("x^y").fold == 1
    assert of("x^(1/3)").fold == 3
