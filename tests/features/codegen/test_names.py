"""Names in a program: Python's to refuse, the program's own, Greek, long and equal ones."""

from __future__ import annotations

import pytest

from tapecli.features.codegen.names import MAX_LENGTH, Names


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("x", "x"),
        ("x_1", "x_1"),
        ("lambda", "lambda_"),
        ("print", "print_"),
        ("match", "match_"),
        ("tf", "tf_"),
        ("outer", "outer_"),
        ("θ", "theta"),
        ("Θ", "Theta"),
        ("λ", "lambda_"),
        ("ς", "sigma"),
        ("θ_1", "theta_1"),
        ("_", "__"),
        ("a" * MAX_LENGTH, "a" * MAX_LENGTH),
        ("a" * 40, "a" * MAX_LENGTH + "1"),
        ("_" * 40, "x1"),
    ],
)
def test_a_name_of_the_users_in_the_program(name: str, expected: str) -> None:
    assert Names().user(name) == expected


def test_no_two_are_the_same() -> None:
    names = Names()
    given = ["sigma", "σ", "ς", "sigma1", "a" * 40, "a" * 41, "lambda", "lambda_", "λ", "dy_dx"]
    made = [names.user(name) for name in given]
    labels = [names.label(name) for name in given]
    assert len(set(made)) == len(set(labels)) == len(given)
    assert names.derivative("y", ["x"]) == ("dy_dx_", "dy/dx")
    assert all(name.isascii() and name.isidentifier() for name in made)


def test_a_name_stays_the_same() -> None:
    names = Names()
    assert [names.user("lambda"), names.user("lambda"), names.label("lambda")] == [
        "lambda_",
        "lambda_",
        "lambda",
    ]


@pytest.mark.parametrize(
    ("sequence", "name", "label"),
    [
        ("x", "dy_dx", "dy/dx"),
        ("xx", "d2y_dx2", "d2y/dx2"),
        ("xz", "d2y_dxdz", "d2y/dxdz"),
        ("xxz", "d3y_dx2dz", "d3y/dx2dz"),
        ("xzx", "d3y_dxdzdx", "d3y/dxdzdx"),
    ],
)
def test_derivatives_are_called_as_leibniz_did(sequence: str, name: str, label: str) -> None:
    assert Names().derivative("y", sequence) == (name, label)


def test_a_long_derivative_has_a_number() -> None:
    names = Names()
    several = [f"variable_{number}" for number in range(5)]
    assert names.derivative("y", several) == ("d5y_1", "d5y_1")
    assert names.derivative("y", several[::-1]) == ("d5y_2", "d5y_2")


@pytest.mark.parametrize(
    ("number", "expected"),
    [(1, ["tape"]), (2, ["inner", "outer"]), (3, ["inner", "middle", "outer"]),
     (4, ["tape1", "tape2", "tape3", "tape4"])],
)  # fmt: skip
def test_tapes_are_named_from_the_innermost(number: int, expected: list[str]) -> None:
    assert Names().tapes(number) == expected
