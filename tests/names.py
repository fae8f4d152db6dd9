"""Names that do not say what they hold, counted: `python -m tests.names` lists them by file.

A name is counted each time it is bound: by an assignment, a parameter, a function or a class.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import tapecli

ROOT = Path(tapecli.__file__).parent

VAGUE = frozenset(
    """
    about ahead alike apart asked asked_for at_once begin beginning begun beside beyond came
    chosen doubtful each ended every far few found fresh further given heard held here hurried
    in_points kept known lacking listed made many meant met mine more needed of_target of_targets
    one opened ours own part parts place places plain prepared presume put rewound said same seen
    several shown so_far still taken tell there thing this told us wanted what where why wish
    written wrong
    """.split()  # noqa: SIM905
)
"""The words that alone are no name. Some have a meaning of their own in a place, as `value` has;
these were looked at in this code and had none."""


def bound(tree: ast.AST) -> Iterator[str]:
    """Every name that a file binds, as often as it does."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


def is_vague(name: str) -> bool:
    """Whether a name is one of the words, whatever its capitals and outer underscores."""
    return name.strip("_").lower() in VAGUE


def count() -> tuple[int, dict[str, Counter[str]]]:
    """How many names are bound, and the vague ones of each file."""
    total, vague = 0, {}
    for path in sorted(ROOT.rglob("*.py")):
        names = list(bound(ast.parse(path.read_text("utf-8"))))
        total += len(names)
        vague[str(path.relative_to(ROOT))] = Counter(filter(is_vague, names))
    return total, vague


def main() -> None:
    """Print the vague names of each file, and their share of all."""
    total, vague = count()
    for file, names in vague.items():
        if names:
            print(f"{file}: {', '.join(f'{name} {times}' for name, times in names.most_common())}")
    times = sum(names.total() for names in vague.values())
    print(f"{times:,} of {total:,} bound names say nothing: {times / total:.1%}")


if __name__ == "__main__":
    main()
