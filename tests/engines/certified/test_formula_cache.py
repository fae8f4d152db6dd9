"""The cache of formulas: each is the one that SymPy makes, or it is made by SymPy."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from tapecli.engines.certified import DerivedFormulas, formula, formula_cache, monomials
from tapecli.expressions import cache, tree
from tapecli.expressions.expression import parse
from tapecli.result import Formula


class Question(NamedTuple):
    """The arguments of `formulas`."""

    texts: tuple[str, ...]
    derivatives: Sequence[Sequence[str]] = (("x",), ("x", "x"))
    divisors: Sequence[int] = (1, 1)
    seconds: float = 10.0

    @property
    def arguments(self) -> Any:
        trees = [expression.tree for expression in parse(self.texts, ["α"])]
        return trees, *self[1:]


QUESTIONS = [
    Question(("log(x^2)",)),
    Question(("u = x^2", "y = log(u)")),
    Question(("x^2*y^3 + α",), [["x", "y"], ["α"], ["z"]], [1, 1, 1]),
    Question(("4.0888^2*exp(-(x - 451.5)^2/2)",)),
    Question(("sin(x)*exp(-x^2)",), [()], [1]),
    Question(("exp(x)",), [["x", "x"]], [2]),
    Question(("exp(10^300) + x",)),  # whose formula is left out
    Question(("abs(x)/|x - 1|", "sqrt(x) + cbrt(x)")),
]

DISTINCT = [
    *QUESTIONS,
    Question(("log(x^3)",)),
    Question(("log(x^2.0)",)),
    Question(("log(x)^2",)),
    Question(("2^log(x)",)),
    Question(("log(x^2)",), [["x"]], [1]),
    Question(("log(x^2)",), [["x"], ["y"]]),
    Question(("log(x^2)",), divisors=[1, 2]),
    Question(("log(x^2)",), seconds=5.0),
    Question(("log(x^2)", "log(x^2)")),
    Question(("x - y",)),
    Question(("y - x",)),
    Question(("e*x",)),
    Question(("pi*x",)),
    Question(("log(x^2)", "x - y")),
]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where formulas are kept, for a process that has not loaded SymPy; it is not yet there."""
    process = SimpleNamespace(modules={}, dont_write_bytecode=False)
    monkeypatch.setattr(formula_cache, "sys", process)
    monkeypatch.setattr(monomials, "formula", lambda *_: None)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    path = tmp_path / "formulas.json"
    monkeypatch.setattr(formula_cache, "FILE", path)
    return path


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What has been made, in the place of SymPy's formulas: a number for each derivative."""
    texts: list[str] = []

    def make(trees: Any, derivatives: Any, divisors: Any, seconds: float) -> DerivedFormulas:
        texts.append(" ".join(map(str, trees)))
        return DerivedFormulas([[Formula("0", f"0_{len(texts)}")] for _ in trees])

    monkeypatch.setattr(formula, "formulas", make)
    return texts


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: " ".join(question.texts))
def test_a_formula_that_is_kept_is_the_one_that_was_made(
    file: Path, question: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = formula.formulas(*question.arguments)
    assert formula_cache.formulas(*question.arguments) == expected
    monkeypatch.setattr(formula, "formulas", None)  # none can be made
    assert formula_cache.formulas(*question.arguments) == expected


def test_every_question_has_formulas_of_its_own(file: Path, made: list[str]) -> None:
    answers = [formula_cache.formulas(*question.arguments) for question in DISTINCT]
    assert len(made) == len(DISTINCT)
    assert [formula_cache.formulas(*question.arguments) for question in DISTINCT] == answers
    assert len(made) == len(DISTINCT)
    assert [answers.index(answer) for answer in answers] == list(range(len(answers)))


@pytest.mark.parametrize(
    "question",
    [
        Question(("sin(x)^3*exp(-x^2)/(1 + x^2)",), seconds=0.001),  # there is no time for it
        Question((" + ".join(f"x^{n}*sin({n}x)" for n in range(1, 30)),)),  # by the chain rule
    ],
)
def test_what_depends_on_the_time_is_not_kept(file: Path, question: Question) -> None:
    derived = formula_cache.formulas(*question.arguments)
    assert any(map(any, derived.by_target))
    assert not derived.reproducible
    assert not file.exists()


def test_another_version_has_none_of_the_formulas(
    file: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = QUESTIONS[:2]
    for question in (first, second, first):
        formula_cache.formulas(*question.arguments)
    assert len(made) == 2
    monkeypatch.setattr(formula_cache, "_version", lambda: [["another", 1, 1]])
    for question in (first, first):
        formula_cache.formulas(*question.arguments)
    assert len(made) == 3
    assert len(json.loads(file.read_bytes())["formulas"]) == 1


def test_a_change_of_the_code_or_of_sympy_is_another_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "module.py"
    file.write_text("a = 1", "utf-8")
    package = SimpleNamespace(origin=str(file))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: package)
    folders = [tmp_path / "certified", tmp_path / "expressions"]
    for folder, module in zip(folders, (formula_cache, tree), strict=True):
        folder.mkdir()
        monkeypatch.setattr(module, "__file__", str(folder / "module.py"))
    versions = [formula_cache._version()]
    for path in (file, *(folder / "module.py" for folder in folders)):
        path.write_text("a = 2", "utf-8")
        os.utime(path, ns=(1, 1))
        versions.append(formula_cache._version())
        path.write_text("a = 22", "utf-8")
        os.utime(path, ns=(1, 1))
        versions.append(formula_cache._version())
    assert [versions.index(version) for version in versions] == list(range(len(versions)))


def test_without_files_of_the_code_nothing_is_kept(
    file: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = file.with_name("tapecli.whl")
    archive.touch()
    monkeypatch.setattr(tree, "__file__", str(archive / "expressions" / "tree.py"))
    formula_cache.formulas(*QUESTIONS[0].arguments)
    assert made
    assert not file.exists()


@pytest.mark.parametrize("damage", ["", "{", '{"formulas": {}}', "[]", "\xff"])
def test_a_damaged_file_is_made_anew(file: Path, made: list[str], damage: str) -> None:
    file.write_text(damage, "latin-1")
    expected = formula_cache.formulas(*QUESTIONS[0].arguments)
    assert formula_cache.formulas(*QUESTIONS[0].arguments) == expected
    assert len(made) == 1


def test_formulas_of_another_shape_are_made_anew(file: Path, made: list[str]) -> None:
    formula_cache.formulas(*QUESTIONS[0].arguments)
    content = json.loads(file.read_bytes())
    content["formulas"] = dict.fromkeys(content["formulas"], 3)
    file.write_text(json.dumps(content), "utf-8")
    assert formula_cache.formulas(*QUESTIONS[0].arguments).by_target == [[Formula("0", "0_2")]]


def test_the_file_has_an_end_and_the_oldest_formulas_go_first(
    file: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formula_cache, "MAX_CHARACTERS", 8_000)
    questions = [Question((f"x^{n}",)) for n in range(100)]
    for question in questions:
        formula_cache.formulas(*question.arguments)
        assert file.stat().st_size <= 8_000
    for question in reversed(questions):
        formula_cache.formulas(*question.arguments)
    assert len(questions) < len(made) < 2 * len(questions)
    assert made[len(questions)] != "x**99"


def test_long_formulas_are_not_kept(
    file: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formula_cache, "MAX_ENTRY", 10)
    formula_cache.formulas(*QUESTIONS[0].arguments)
    assert not file.exists()


def test_without_a_folder_formulas_are_made(
    file: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formula_cache, "FILE", file / "formulas.json")
    for count in (1, 2):
        formula_cache.formulas(*QUESTIONS[0].arguments)
        assert len(made) == count


@pytest.mark.parametrize("process", [{"modules": {"sympy": None}}, {"dont_write_bytecode": True}])
def test_where_it_saves_nothing_or_is_not_wanted_nothing_is_kept(
    file: Path, made: list[str], process: dict[str, Any]
) -> None:
    vars(vars(formula_cache)["sys"]).update(process)
    for count in (1, 2):
        formula_cache.formulas(*QUESTIONS[0].arguments)
        assert len(made) == count
    assert not file.exists()


def test_monomials_need_neither_a_file_nor_sympy(
    tmp_path: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formula_cache, "FILE", tmp_path / "formulas.json")
    targets = Question(("u = x^2", "y = log(u)"))
    texts = [
        [pair and pair.text for pair in row]
        for row in formula_cache.formulas(*targets.arguments).by_target
    ]
    assert texts == [["2·x", "2"], ["2/x", "-2/x²"]]
    assert not made
    formula_cache.formulas(*Question(("u = x^2", "y = sin(u)")).arguments)
    assert len(made) == 1


def test_the_file_stands_beside_the_bytecode() -> None:
    assert cache.path(formula_cache.__file__, ".json") == formula_cache.FILE
