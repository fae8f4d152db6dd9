"""The walls of the house, read from the syntax trees: floors, doors, and features apart."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

import tapecli

ROOT = Path(tapecli.__file__).parent

ENTRANCES = {"__init__.py", "__main__.py", "py.typed"}
"""What the package has beside the rooms of `FLOORS`."""

FLOORS = (
    ("errors", "defaults", "floats"),
    ("expressions", "process"),
    ("result",),
    ("engines",),
    ("points",),
    ("evaluation",),
    ("formats",),
    ("features",),
    ("api",),
    ("cli",),
)
"""From the ground up; a module imports its own room and lower floors. Points stand on the engines,
for a point may be a constant such as pi/3, whose certified value is taken."""

DOORS = {
    "tensorflow": ("engines/tapes",),
    "sympy": ("engines/certified",),
    "flint": ("engines/certified",),
    "mpmath": ("engines/taylor/incomplete.py",),
    "lark": ("expressions",),
    "click": ("cli",),
    "rich": ("formats", "features/*/pages", "cli"),
    "matplotlib": ("features/plot/pages",),
    "dask": ("evaluation/cluster.py",),
    "distributed": ("evaluation/cluster.py",),
}
"""The only rooms that know a library."""

MODULES = {
    str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8"))
    for path in sorted(ROOT.rglob("*.py"))
}


def imports(module: ast.Module) -> Iterator[str]:
    """Every imported name in full, wherever in the file."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def floor(path: str) -> int:
    """The floor of a room; the package itself and its entry stand above all."""
    room = path.split("/")[0].removesuffix(".py")
    return next((level for level, rooms in enumerate(FLOORS) if room in rooms), len(FLOORS))


def test_the_package_has_these_rooms_and_no_others() -> None:
    rooms = {room for rooms in FLOORS for room in rooms} | ENTRANCES
    found = {path.name for path in ROOT.iterdir() if path.name != "__pycache__"}
    assert {name if name in ENTRANCES else name.removesuffix(".py") for name in found} == rooms


@pytest.mark.parametrize("path", MODULES)
def test_what_a_module_imports(path: str) -> None:
    assert ast.get_docstring(MODULES[path]), "it says what it is for"
    for name in imports(MODULES[path]):
        library, *rooms = name.split(".")
        if library != "tapecli":
            doors = DOORS.get(library)
            patterns = [pattern for door in doors or () for pattern in (door, f"{door}/*")]
            assert doors is None or any(fnmatch(path, pattern) for pattern in patterns), name
        elif floor(path) < len(FLOORS):
            other = "/".join(rooms)
            same = path.split("/")[0].removesuffix(".py") == rooms[0]
            assert floor(other) < floor(path) or same, f"{path} imports {name}"
            if path.startswith("features/") and same:
                assert rooms[1] == path.split("/")[1], f"{path} imports another feature: {name}"
