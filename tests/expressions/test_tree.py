"""The tree: interned nodes, walks without recursion, exact constants and explicit text."""

from __future__ import annotations

import pickle
from fractions import Fraction

import pytest

from tapecli.expressions.expression import parse
from tapecli.expressions.functions import CONSTANTS, FUNCTIONS, OPERATORS
from tapecli.expressions.tree import (
    Alias,
    Named,
    Node,
    Variable,
    call,
    number,
    rational,
    size,
    steps,
    text,
    variables,
)

x, y, z = Variable("x"), Variable("y"), Variable("z")
one, two, three = number(1), number(2), number(3)


def decimal(written: str) -> Node:
    return number(Fraction(written), decimal=True)


def deep(levels: int) -> Node:
    node: Node = x
    for _ in range(levels):
        node = call("sin", node)
    return node


def doubled(levels: int) -> Node:
    """A tree of 2**levels leaves, which are all one node."""
    node: Node = x
    for _ in range(levels):
        node = call("add", node, node)
    return node


# --- nodes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (number(2), number(Fraction(4, 2))),
        (decimal("0.5"), decimal("0.50")),
        (Variable("t"), Variable("t")),
        (Named("pi"), Named("pi")),
        (call("sin", x), call("sin", Variable("x"))),
        (call("add", call("mul", two, x), y), call("add", call("mul", number(2), x), y)),
        (Alias("u", call("sin", x)), Alias("u", call("sin", x))),
    ],
)
def test_equal_trees_are_one_object(first: Node, second: Node) -> None:
    assert first is second


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (number(2), decimal("2")),
        (Variable("e"), Named("e")),
        (call("sub", x, y), call("sub", y, x)),
        (call("sin", x), call("cos", x)),
        (Alias("u", x), Alias("v", x)),
        (Alias("u", x), Alias("u", y)),
        (Alias("x", x), x),
    ],
)
def test_different_trees_are_different_objects(first: Node, second: Node) -> None:
    assert first is not second
    assert first != second


def test_nodes_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        setattr(x, "name", "y")  # noqa: B010
    assert text(x) == "x"


# --- walks ------------------------------------------------------------------------------------


def test_steps_list_each_node_once_after_its_children() -> None:
    square = call("mul", x, x)
    tree = call("add", square, call("sin", square))
    assert steps(tree) == (x, square, call("sin", square), tree)


def test_steps_of_several_targets_share_their_parts() -> None:
    square = call("pow", x, two)
    assert steps(square, call("log", square)) == (x, two, square, call("log", square))


def test_steps_walk_through_an_alias() -> None:
    named = Alias("u", call("sin", x))
    assert steps(named) == (x, call("sin", x), named)


def test_variables_are_in_alphabetical_order_and_named_once() -> None:
    assert variables(call("add", z, call("mul", x, z)), Alias("u", y)) == ("x", "y", "z")
    assert variables(call("add", Named("pi"), two)) == ()


def test_size_counts_shared_parts_as_often_as_they_occur() -> None:
    assert size(x) == 1
    assert size(call("mul", call("sin", x), call("sin", x))) == 5
    assert size(doubled(200)) == 2**201 - 1


def test_no_depth_is_too_deep_for_the_walks() -> None:
    tree = deep(20_000)
    assert len(steps(tree)) == size(tree) == 20_001
    assert variables(tree) == ("x",)
    assert rational(tree) is None


def test_the_text_of_a_deep_tree_needs_no_recursion() -> None:
    assert text(deep(2_000)) == "sin(" * 2_000 + "x" + ")" * 2_000


# --- exact values -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tree", "value"),
    [
        (two, Fraction(2)),
        (decimal("0.1"), Fraction(1, 10)),
        (call("add", one, two), Fraction(3)),
        (call("sub", one, three), Fraction(-2)),
        (call("mul", two, three), Fraction(6)),
        (call("div", two, three), Fraction(2, 3)),
        (call("neg", two), Fraction(-2)),
        (call("pow", two, three), Fraction(8)),
        (call("pow", two, call("neg", three)), Fraction(1, 8)),
        (call("pow", number(0), number(0)), Fraction(1)),
        (call("pow", call("neg", one), number(10**9 + 1)), Fraction(-1)),
        (call("pow", call("neg", one), number(10**9)), Fraction(1)),
        (call("pow", number(0), number(10**9)), Fraction(0)),
        (call("pow", one, number(10**9)), Fraction(1)),
        (Alias("u", call("div", one, two)), Fraction(1, 2)),
        (call("div", one, number(0)), None),
        (call("pow", number(0), call("neg", one)), None),
        (call("pow", two, call("div", one, two)), None),
        (call("pow", two, number(10**9)), None),
        (call("add", x, one), None),
        (call("sub", x, x), None),
        (call("sin", number(0)), None),
        (Named("pi"), None),
        (x, None),
    ],
    ids=str,
)
def test_exact_value_of_a_constant(tree: Node, value: Fraction | None) -> None:
    assert rational(tree) == value


# --- text -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tree", "written"),
    [
        (call("add", call("add", x, y), z), "x + y + z"),
        (call("add", x, call("add", y, z)), "x + (y + z)"),
        (call("sub", call("sub", x, y), z), "x - y - z"),
        (call("sub", x, call("sub", y, z)), "x - (y - z)"),
        (call("mul", call("mul", x, y), z), "x*y*z"),
        (call("mul", x, call("mul", y, z)), "x*(y*z)"),
        (call("div", call("mul", x, y), z), "x*y/z"),
        (call("mul", x, call("div", y, z)), "x*(y/z)"),
        (call("div", x, call("div", y, z)), "x/(y/z)"),
        (call("mul", call("add", x, y), z), "(x + y)*z"),
        (call("add", x, call("mul", y, z)), "x + y*z"),
        (call("neg", call("pow", x, two)), "-x**2"),
        (call("pow", call("neg", x), two), "(-x)**2"),
        (call("neg", call("mul", x, y)), "-(x*y)"),
        (call("mul", call("neg", x), y), "-x*y"),
        (call("mul", x, call("neg", y)), "x*-y"),
        (call("sub", x, call("neg", y)), "x - -y"),
        (call("neg", call("neg", x)), "--x"),
        (call("neg", call("add", x, y)), "-(x + y)"),
        (call("pow", x, call("neg", two)), "x**-2"),
        (call("pow", x, call("pow", y, z)), "x**y**z"),
        (call("pow", call("pow", x, y), z), "(x**y)**z"),
        (call("pow", x, call("div", one, two)), "x**(1/2)"),
        (call("pow", x, call("neg", call("pow", y, z))), "x**-y**z"),
        (call("pow", call("sin", x), two), "sin(x)**2"),
        (call("sin", call("add", x, y)), "sin(x + y)"),
        (call("atan2", call("add", x, y), z), "atan2(x + y, z)"),
        (call("abs", x), "abs(x)"),
        (call("mul", two, Named("pi")), "2*pi"),
        (call("log", Alias("u", call("pow", x, two))), "log(u)"),
    ],
    ids=str,
)
def test_text_has_the_brackets_that_it_needs_and_no_others(tree: Node, written: str) -> None:
    assert text(tree) == str(tree) == written


@pytest.mark.parametrize(
    ("literal", "written"),
    [
        (number(0), "0"),
        (number(10**30), "1" + "0" * 30),
        (decimal("0.1"), "0.1"),
        (decimal("2"), "2.0"),
        (decimal("0"), "0.0"),
        (decimal("12.5"), "12.5"),
        (decimal("0.001"), "0.001"),
    ],
    ids=str,
)
def test_text_of_a_number(literal: Node, written: str) -> None:
    assert text(literal) == written


@pytest.mark.parametrize(
    "written", ["2e3", "1e400", "1e-400", "6.02214076e23", "1." + "0" * 390 + "1", "9" * 400 + "."]
)
def test_a_decimal_is_written_in_full_and_marked_as_a_decimal(written: str) -> None:
    shown = text(decimal(written))
    assert Fraction(shown) == Fraction(written)
    assert "." in shown or "e" in shown


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_of_the_table_is_written_by_its_name(name: str) -> None:
    arguments = (x, y, z)[: FUNCTIONS[name].arity]
    expected = "x**y" if name == "pow" else f"{name}({', '.join(map(str, arguments))})"
    assert text(call(name, *arguments)) == expected


@pytest.mark.parametrize("name", sorted(OPERATORS))
def test_every_operator_of_the_table_is_written_by_its_sign(name: str) -> None:
    row = OPERATORS[name]
    expected = f"{row.sign}x" if row.arity == 1 else f"x{row.sign}y"
    assert text(call(name, *(x, y)[: row.arity])) == expected


@pytest.mark.parametrize("name", sorted(CONSTANTS))
def test_every_constant_of_the_table_is_written_by_its_name(name: str) -> None:
    assert text(Named(name)) == name


def test_the_text_of_a_shared_target_uses_its_name_however_often_it_occurs() -> None:
    node = Alias("u0", x)
    for level in range(1, 40):
        node = Alias(f"u{level}", call("mul", node, node))
    assert text(call("add", node, one)) == "u39 + 1"


def test_the_repr_of_a_tree_is_no_longer_than_its_text() -> None:
    node = Alias("u0", x)
    for level in range(1, 12):
        node = Alias(f"u{level}", call("mul", node, node))
    assert len(repr(node)) < 100


def test_the_repr_of_a_deep_tree_needs_no_recursion() -> None:
    assert "sin(sin(" in repr(deep(2_000))


def test_a_tree_is_the_same_object_once_it_was_pickled() -> None:
    aliased = parse(["u = log(x^2) + 0.1*y", "v = u*atan2(y, pi)"])
    for tree in (deep(5000), *(target.tree for target in aliased)):
        assert pickle.loads(pickle.dumps(tree)) is tree
