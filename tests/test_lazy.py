"""Nothing heavy before it is needed: what costs seconds is imported only to compute."""

from __future__ import annotations

import json
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import tapecli

HEAVY = ["tensorflow", "sympy", "flint", "numpy"]

LIGHT_CALLS = [
    ["--version"],
    ["--help"],
    ["-h"],
    [],
    ["diff", "--help"],
    ["diff", "-h"],
    *([command, "--help"] for command in ("grad", "jacobian", "hessian")),
    ["functions", "--help"],
    ["functions"],
    ["dif"],
    ["diff", "sni(x)"],
    ["diff", "--order", "99", "--method", "nested"],
    ["diff", "--order", "12", "--execution", "xla"],
    ["diff", "--claim", "2/x", "--claim", "3"],
    ["diff", "--x", "1..1e12"],
    ["grad"],
    ["grad", "x*y", "--x", "1"],
    ["jacobian", "x*y", "--x", "1..3", "--y", "1..2", "--zip"],
    ["hessian", "x*y", "--wrt", "q"],
]

ANALYTIC = [
    ["diff", "--method", "none", "-f", "value"],
    ["diff", "--method", "none"],
    *(["diff", "--method", "none", "-f", name] for name in ("json", "jsonl", "csv", "tsv")),
    ["diff", "--method", "none", "-f", "markdown"],
    ["diff", "--method", "none", "-f", "latex", "--dtype", "bfloat16"],
]
"""Calls that show certified values alone."""

WITHOUT_TENSORFLOW = [
    *ANALYTIC,
    ["diff", "--method", "taylor", "--order", "3"],
    ["diff", "sin(x)*exp(-x^2)", "--order", "40", "-f", "value"],
    ["diff", "--method", "none", "--claim", "2/x"],
    ["hessian", "x*y", "--x", "1", "--y", "2", "--method", "none"],
    ["grad", "x*y", "--x", "1", "--y", "2", "--method", "taylor"],
]
"""Calls that compute, and need no TensorFlow for it."""

CALLS = """
import contextlib, io, json, sys
from tapecli.cli import execute
loaded = []
for arguments in json.loads(sys.argv[1]):
    before = set(sys.modules)
    text = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.redirect_stdout(text), contextlib.redirect_stderr(text):
        execute(arguments)
    loaded.append(sorted(set(sys.modules) - before))
print(json.dumps(loaded))
"""

IMPORTS = """
import importlib, json, sys
loaded = []
for name in sys.argv[1:]:
    before = set(sys.modules)
    importlib.import_module(name)
    loaded.append(sorted(set(sys.modules) - before))
print(json.dumps(loaded))
"""
"""Imports modules one after the other, and tells what each of them has loaded in addition."""


def python(script: str, *arguments: str) -> list[object]:
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, check=True, timeout=60
    )
    answer: list[object] = json.loads(done.stdout)
    return answer


def modules() -> list[str]:
    found = pkgutil.walk_packages(tapecli.__path__, "tapecli.")
    return [module.name for module in found if module.name != "tapecli.__main__"]


@pytest.fixture(scope="module")
def loaded_by() -> dict[str, object]:
    """The modules that each of the light calls imports, in one fresh process."""
    answers = python(CALLS, json.dumps(LIGHT_CALLS))
    return dict(zip(map(" ".join, LIGHT_CALLS), answers, strict=True))


@pytest.mark.parametrize("call", [" ".join(call) for call in LIGHT_CALLS])
def test_a_call_that_computes_nothing_imports_nothing_heavy(
    loaded_by: dict[str, object], call: str
) -> None:
    loaded = loaded_by[call]
    assert isinstance(loaded, list)
    assert [name for name in HEAVY if name in loaded] == []


@pytest.fixture(scope="module")
def loaded_without_tensorflow() -> dict[str, object]:
    """The modules that each of those calls imports, in one fresh process."""
    answers = python(CALLS, json.dumps(WITHOUT_TENSORFLOW))
    return dict(zip(map(" ".join, WITHOUT_TENSORFLOW), answers, strict=True))


@pytest.mark.parametrize("call", [" ".join(call) for call in WITHOUT_TENSORFLOW])
def test_analytic_values_and_taylor_series_import_no_tensorflow(
    loaded_without_tensorflow: dict[str, object], call: str
) -> None:
    loaded = loaded_without_tensorflow[call]
    assert isinstance(loaded, list)
    assert "tensorflow" not in loaded


@pytest.mark.parametrize("call", [" ".join(call) for call in ANALYTIC])
def test_analytic_values_and_formulas_import_nothing_heavy(
    loaded_without_tensorflow: dict[str, object], call: str
) -> None:
    """A forked process makes them; who imported its libraries again would wait for that."""
    loaded = loaded_without_tensorflow[call]
    assert isinstance(loaded, list)
    assert [name for name in HEAVY if name in loaded] == []


FORMULAS = """
import json, sys
from pathlib import Path
from tapecli.engines.certified import formula_cache
from tapecli.expressions.expression import parse
sys.dont_write_bytecode, formula_cache.FILE = False, Path(sys.argv[1])
formula_cache.formulas([parse(sys.argv[2])[0].tree], [["x"], ["x", "x"]], [1, 1], 1.0)
print(json.dumps(["sympy" in sys.modules]))
"""
"""Makes formulas, and tells whether that has loaded SymPy."""


def test_the_formulas_of_the_worked_example_need_no_sympy(tmp_path: Path) -> None:
    file = tmp_path / "formulas.json"
    assert python(FORMULAS, str(file), "log(x^2)") == [False]
    assert not file.exists()


def test_a_formula_that_was_made_before_needs_no_sympy(tmp_path: Path) -> None:
    file = str(tmp_path / "formulas.json")
    assert [python(FORMULAS, file, "sin(x^2)") for _ in range(3)] == [[True], [False], [False]]


@pytest.mark.parametrize("call", ["--version", "--help", "-h", "functions", "diff --help", "dif"])
def test_what_reads_no_expression_does_without_the_parser_and_rich(
    loaded_by: dict[str, object], call: str
) -> None:
    loaded = loaded_by[call]
    assert isinstance(loaded, list)
    assert [
        name for name in ("lark", "rich", "tapecli.evaluation.question") if name in loaded
    ] == []


@pytest.mark.parametrize("call", ["--version", "--help"])
def test_version_and_help_load_no_more_of_the_package_than_the_commands_names(call: str) -> None:
    loaded = python(CALLS, json.dumps([[call]]))[0]
    assert isinstance(loaded, list)
    (imported,) = python(IMPORTS, "tapecli.cli")
    assert isinstance(imported, list)
    own = {name for name in imported if name.startswith("tapecli")}
    assert own == {"tapecli", "tapecli.cli", "tapecli.process", "tapecli.errors"}
    assert {name for name in loaded if name.startswith("tapecli")} <= own


@pytest.mark.parametrize("command", ["diff", "check"])
def test_the_help_of_a_command_loads_nothing_that_computes(command: str) -> None:
    loaded = python(CALLS, json.dumps([[command, "--help"]]))[0]
    assert isinstance(loaded, list)
    late = (
        "evaluation",
        "engines",
        "points.points",
        "expressions.expression",
        "features.check.plan",
    )
    assert {f"tapecli.{name}" for name in late} <= set(modules())
    assert [name for name in late if f"tapecli.{name}" in loaded] == []


SPARED = {
    "tapecli.engines.certified": {"flint", "sympy", "numpy"},
    "tapecli.engines.taylor": {"numpy", "flint"},
    "tapecli.points.lazy": {"numpy"},
    "tapecli.points.rounding": {"numpy"},
}
"""Packages that may import some of what is heavy."""


def spared_by(name: str) -> str:
    """The package of `SPARED` that a module belongs to, or "" if there is none."""
    return next((start for start in SPARED if name.startswith(start)), "")


@pytest.mark.parametrize("package", ["", *SPARED])
def test_importing_a_module_imports_nothing_heavy(package: str) -> None:
    """A process imports the modules with the same allowance: what one imports stands for all."""
    names = [name for name in ["tapecli", *modules()] if spared_by(name) == package]
    assert names
    refused = {*HEAVY} - SPARED.get(package, set())
    imported = dict(zip(names, python(IMPORTS, *names), strict=True))
    heavy = {
        name: sorted(refused.intersection(loaded))
        for name, loaded in imported.items()
        if isinstance(loaded, list) and not refused.isdisjoint(loaded)
    }
    assert heavy == {}


@pytest.mark.parametrize("words", ["tapecli d", "tapecli diff --format ", "tapecli diff x*s"])
def test_completion_imports_nothing_heavy(words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "tapecli"],
        env={
            **os.environ,
            "_TAPECLI_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split(" ")) - 1),
        },
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    imported = {line.split("|")[-1].strip() for line in done.stderr.splitlines()}
    assert "click" in imported
    assert done.stdout
    assert imported.isdisjoint([*HEAVY, "lark", "rich", "tapecli.evaluation.question"])


def test_the_public_names_are_there() -> None:
    assert all(hasattr(tapecli, name) for name in tapecli.__all__)
    assert set(tapecli.__all__) <= set(dir(tapecli))


def test_each_public_name_is_loaded_when_it_is_asked_for() -> None:
    script = """
import json, sys
import tapecli
def own(): return sorted(name for name in sys.modules if name.startswith("tapecli"))
steps = [own()]
from tapecli import ExpressionError
steps.append(own())
from tapecli import *
steps.append(own())
assert diff is tapecli.diff and ExpressionError is tapecli.ExpressionError
print(json.dumps(steps))
"""
    alone, errors, everything = python(script)
    assert alone == ["tapecli"]
    assert errors == ["tapecli", "tapecli.errors"]
    assert isinstance(everything, list)
    assert {"tapecli.api", "tapecli.result", "tapecli.evaluation.verdict"} <= set(everything)


def test_no_public_name_is_that_of_a_module() -> None:
    assert {f"tapecli.{name}" for name in tapecli.__all__}.isdisjoint(modules())


def test_a_name_that_is_not_public_is_refused_as_ever() -> None:
    with pytest.raises(AttributeError, match="module 'tapecli' has no attribute 'nope'"):
        getattr(tapecli, "nope")  # noqa: B009, so that type checkers let it be asked for


def test_modules_can_be_imported_from_the_package() -> None:
    from tapecli import result
    from tapecli.points import exact

    assert (exact.__name__, result.__name__) == ("tapecli.points.exact", "tapecli.result")
