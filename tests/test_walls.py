"""The house: which module may import which, read from the syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import tapecli

ROOT = Path(tapecli.__file__).parent

FLOORS = (
    ("errors", "ending", "floats", "beside", "budget", "deadline", "choices", "sums", "notation"),
    ("functions", "verdict"),
    ("tree", "mistakes", "grammar"),
    ("derivative", "reader", "puiseux", "claims", "texts"),
    ("result", "report", "lessons", "wengert", "costs", "curves"),
    ("expression", "render"),
    ("chain_rule",),
    ("grid", "analytic", "taylor", "tensorflow_core"),
    ("table", "tensorflow_"),
    ("tapes",),
    ("counting",),
    ("points", "methods", "verification", "recording"),
    ("sources",),
    ("request",),
    ("compute",),
    ("stream", "batch"),
    ("check", "pitfalls", "program", "trace", "compare", "plot"),
    ("differentiate",),
    ("",),
    ("cli",),
    ("__main__",),
)
"""From the ground up; a module may import its own floor's own package and lower floors.

"" is the package itself. `grid` may use `analytic`, for points that are constants, and
`taylor`, for functions of numbers of twice the precision.
"""

ALLOWED_ASIDE = {("grid", "analytic"), ("taylor", "analytic")}

KNOWN_BY = {
    "tensorflow": {"tensorflow_"},
    "sympy": {"analytic"},
    "flint": {"analytic"},
    "mpmath": set(),
    "rich": {"render", "cli"},
    "plotext": {"render"},
    "plotille": {"render"},
    "matplotlib": {"render"},
    "click": {"cli"},
    "lark": {"grammar", "reader", "mistakes"},
    "numpy": {
        "compute",
        "recording",
        "trace",
        "compare",
        "plot",
        "curves",
        "verification",
        "sums",
        "tapes",
        "result",
        "grid",
        "points",
        "sources",
        "render",
        "taylor",
        "analytic",
    },
}


def modules() -> Iterator[tuple[str, str, ast.Module]]:
    """Each file with its part of the house: its top module or package."""
    for path in sorted(ROOT.rglob("*.py")):
        relative = path.relative_to(ROOT)
        part = relative.parts[0].removesuffix(".py")
        yield str(relative), "" if part == "__init__" else part, ast.parse(path.read_text("utf-8"))


def imports(module: ast.Module) -> Iterator[str]:
    """Every imported name in full, wherever in the file."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def parts_of(name: str) -> str | None:
    """The part of the house that an imported name belongs to, if it does."""
    if name != "tapecli" and not name.startswith("tapecli."):
        return None
    path = name.split(".")[1:]
    known = {part for floor in FLOORS for part in floor}
    return path[0] if path and path[0] in known else ""


MODULES = list(modules())


def floor(part: str) -> int:
    return next(level for level, parts in enumerate(FLOORS) if part in parts)


@pytest.mark.parametrize(("file", "part", "module"), MODULES, ids=[file for file, _, _ in MODULES])
def test_no_import_runs_upward(file: str, part: str, module: ast.Module) -> None:
    for name in imports(module):
        other = parts_of(name)
        if other in (None, part) or (part, other) in ALLOWED_ASIDE:
            continue
        if other == "" and name == "tapecli":
            continue  # `from tapecli import module`: the module itself is listed as well
        assert floor(other) < floor(part), f"{file} imports {name}"


@pytest.mark.parametrize(("file", "part", "module"), MODULES, ids=[file for file, _, _ in MODULES])
def test_each_library_stays_behind_its_door(file: str, part: str, module: ast.Module) -> None:
    for name in imports(module):
        doors = KNOWN_BY.get(name.split(".")[0])
        assert doors is None or part in doors, f"{file} imports {name}"


def test_every_module_has_a_floor_and_says_what_it_is_for() -> None:
    for file, part, module in MODULES:
        floor(part)
        assert ast.get_docstring(module), file
