"""The tree of errors: one root, an exit code on each class, and what each one carries."""

from __future__ import annotations

import pytest

from tapecli import errors
from tapecli.errors import (
    ExpressionError,
    OutputError,
    PointsError,
    RequestError,
    TapecliError,
    TensorFlowError,
    UsageError,
    WriteError,
)

CLASSES = [
    value
    for value in vars(errors).values()
    if isinstance(value, type) and value.__module__ == errors.__name__
]


def test_every_error_of_the_module_is_a_tapecli_error() -> None:
    assert len(CLASSES) >= 7
    assert all(issubclass(class_, TapecliError) for class_ in CLASSES)


@pytest.mark.parametrize(
    ("class_", "exit_code"),
    [
        (TapecliError, 2),
        (UsageError, 2),
        (ExpressionError, 2),
        (PointsError, 2),
        (RequestError, 2),
        (OutputError, 2),
        (WriteError, 1),
        (TensorFlowError, 3),
    ],
)
def test_each_class_carries_its_exit_code(class_: type[TapecliError], exit_code: int) -> None:
    assert class_.exit_code == exit_code


@pytest.mark.parametrize("class_", [ExpressionError, PointsError, RequestError])
def test_whatever_is_wrong_with_a_request_is_a_usage_error(class_: type[TapecliError]) -> None:
    assert issubclass(class_, UsageError)


@pytest.mark.parametrize("class_", [OutputError, TensorFlowError])
def test_what_breaks_later_is_no_usage_error(class_: type[TapecliError]) -> None:
    assert not issubclass(class_, UsageError)


@pytest.mark.parametrize(
    ("hint", "message"),
    [
        ("", "unknown function 'sni'"),
        ("did you mean 'sin'?", "unknown function 'sni'; did you mean 'sin'?"),
    ],
)
def test_an_expression_error_keeps_the_place_the_problem_and_the_hint(
    hint: str, message: str
) -> None:
    error = ExpressionError("x*sni(x)", 2, 5, "unknown function 'sni'", hint)
    assert str(error) == message
    assert (error.expression, error.start, error.end) == ("x*sni(x)", 2, 5)
    assert (error.problem, error.hint) == ("unknown function 'sni'", hint)
    assert error.expression[error.start : error.end] == "sni"


def test_a_tensorflow_error_keeps_the_log() -> None:
    error = TensorFlowError("TensorFlow does not start", log="libfoo.so: not found")
    assert (str(error), error.log) == ("TensorFlow does not start", "libfoo.so: not found")
    assert TensorFlowError("TensorFlow is missing").log == ""


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("'" + "9" * 200 + "' is long", "'" + "9" * 200 + "' is long"),
        ("no '" + "9" * 5_000 + "' here", "no '" + "9" * 59 + "…' here"),
        ("a\x1b[1m", "a\\x1b[1m"),
    ],
)
def test_a_line_of_a_message_is_short_and_visible(typed: str, told: str) -> None:
    assert errors.brief(typed) == told


def test_of_many_words_the_middle_is_left_out() -> None:
    told = errors.brief("no '" + "word " * 20_000 + "' here; try --help")
    assert len(told) < errors.MAX_SHOWN
    assert told.startswith("no 'word word")
    assert told.endswith("word ' here; try --help")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("sni", "sin"),
        ("SIN", "sin"),
        ("differentiate", "diff"),
        ("dif", "diff"),
        ("functi", "functions"),
        ("s", None),
        ("elapsed", None),
        ("", None),
        ("sin" * 20, None),
    ],
)
def test_the_word_that_was_meant_is_similar_or_the_only_one_that_begins_alike(
    typed: str, meant: str | None
) -> None:
    assert errors.nearest(typed, ["sin", "sinh", "diff", "functions", "e"]) == meant


def test_a_name_that_may_be_new_is_no_shortened_word() -> None:
    assert errors.nearest("fun", ["functions"]) == "functions"
    assert errors.nearest("fun", ["functions"], may_be_shortened=False) is None


def test_among_too_many_words_none_is_looked_for() -> None:
    words = [f"a{i}" for i in range(errors.MAX_COMPARED)]
    assert errors.nearest("a55x", words) is not None
    assert errors.nearest("a55x", [*words, "b"]) is None
