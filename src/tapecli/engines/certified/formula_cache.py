"""Formulas without SymPy, which takes long to load: those of earlier questions.

They are kept beside the package's bytecode: only those that a machine of any speed makes of the
same question. They belong to one version of this package and of SymPy; a change of either empties
the file.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

from tapecli.engines.certified import DerivedFormulas, monomials
from tapecli.expressions import cache, tree
from tapecli.expressions.tree import Node, Number
from tapecli.result import Formula

_Version: TypeAlias = list[list[str | int]]

FILE = cache.path(__file__, ".json")

MAX_CHARACTERS = 200_000
"""Characters of the file beyond which the oldest formulas are dropped; so many are read in 1 ms."""

MAX_ENTRY = 20_000
"""Characters of a question with its formulas beyond which they are not kept."""


def formulas(
    trees: Sequence[Node],
    derivatives: Sequence[Sequence[str]],
    divisors: Sequence[int],
    seconds: float,
) -> DerivedFormulas:
    """The formulas that `formula.formulas` makes, without SymPy for monomials and what is kept.

    Once SymPy is loaded, nothing is kept or read, and with `PYTHONDONTWRITEBYTECODE` neither.
    """
    pairs = list(zip(derivatives, divisors, strict=True))
    direct = [[monomials.formula(tree, *pair) for pair in pairs] for tree in trees]
    if all(map(all, direct)):
        return DerivedFormulas(direct)
    if "sympy" in sys.modules or sys.dont_write_bytecode:
        return _from_sympy(trees, derivatives, divisors, seconds)
    question, version = _question(trees, derivatives, divisors, seconds), _version()
    with contextlib.suppress(Exception):  # they are not kept, or the file is damaged
        rows = _entries(version)[question]
        return DerivedFormulas([[pair and Formula(*pair) for pair in row] for row in rows])
    derived = _from_sympy(trees, derivatives, divisors, seconds)
    if version and derived.reproducible:
        _keep(question, derived.by_target, version)
    return derived


def _from_sympy(*request: Any) -> DerivedFormulas:
    from tapecli.engines.certified import formula

    return formula.formulas(*request)


def _question(trees: Sequence[Node], *rest: Any) -> str:
    """A text that is the same only for the same trees and the same values of the rest."""
    numbers: dict[Node, int] = {}
    nodes: list[list[Any]] = []
    for node in tree.steps(*trees):
        label = [str(node.value), node.decimal] if isinstance(node, Number) else _label(node)
        nodes.append([*label, *(numbers[child] for child in node.children)])
        numbers[node] = len(numbers)
    return json.dumps([nodes, [numbers[tree] for tree in trees], *rest])


def _label(node: Any) -> list[Any]:
    return [type(node).__name__, node.name]


def _entries(version: _Version) -> dict[str, Any]:
    """The formulas in the file by their questions, the oldest first; none of another version."""
    content = json.loads(FILE.read_bytes())
    entries: dict[str, Any] = content["formulas"] if content["version"] == version else {}
    return entries


def _keep(question: str, by_target: Sequence[Sequence[Formula | None]], version: _Version) -> None:
    """Add formulas to the file."""
    if len(json.dumps({question: by_target})) > MAX_ENTRY:
        return
    entries: dict[str, Any] = {}
    with contextlib.suppress(Exception):  # there is no file yet, or it is damaged
        entries = _entries(version)
    entries[question] = by_target
    content = {"version": version, "formulas": entries}
    while len(text := json.dumps(content)) > MAX_CHARACTERS:
        del entries[next(iter(entries))]
    cache.store(FILE, text.encode())


def _version() -> _Version:
    """The files that decide a formula, each with its time and size, as Python tells of bytecode
    whether it is out of date; nothing where there are no such files, as in a zip archive.
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):
        sympy: Any = importlib.util.find_spec("sympy")
        files = [Path(sympy.origin)]
        for folder in (Path(module).parent for module in (__file__, tree.__file__)):
            files += [folder / name for name in sorted(os.listdir(folder)) if name != "__pycache__"]
        stats = [(file, file.stat()) for file in files]
        return [[str(file), stat.st_mtime_ns, stat.st_size] for file, stat in stats]
    return []
