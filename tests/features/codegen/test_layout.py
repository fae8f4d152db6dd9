"""The layout of statements, as the formatter has it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tapecli.features.codegen.layout import Brackets, Page, listing, split

CALL = Brackets("y = f(", ["one", "two"])


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (16, ["y = f(one, two)"]),
        (15, ["y = f(one, two)"]),
        (14, ["y = f(", "    one, two", ")"]),
        (12, ["y = f(", "    one, two", ")"]),
        (11, ["y = f(", "    one,", "    two,", ")"]),
    ],
)
def test_a_call_is_split_where_it_has_to_be(width: int, lines: list[str]) -> None:
    assert split(CALL, width) == lines


def test_a_list_has_a_line_for_each_item() -> None:
    part = Brackets("x = f(", [listing(["1.0", "2.0"]), "dtype"])
    assert split(part, 14) == ["x = f(", "    [", "        1.0,", "        2.0,", "    ],",
                              "    dtype,", ")"]  # fmt: skip


def test_a_page_has_blocks_and_distances() -> None:
    page = Page()
    page.add("x = 1")
    with page.function("def f():"), page.block("if x:"):
        page.add("return 1")
    page.add("f()")
    page.blank()
    page.blank()
    page.add("f()")
    assert str(page) == "x = 1\n\n\ndef f():\n    if x:\n        return 1\n\n\nf()\n\nf()\n"


@pytest.mark.parametrize("count", [10, 14, 17, 18, 19, 20, 30])
def test_the_formatter_agrees_at_every_length(count: int) -> None:
    page = Page()
    items = [f"a{i}" for i in range(count)]
    with page.function(Brackets("def f(", items, "):")):
        page.add(Brackets("found = g(", [listing(items), "b", *items]))
        with page.block(Brackets("for row in zip(", items, "):")):
            page.add(Brackets("print(", ['"label"', *items]))
        page.add(Brackets("return {", [f'"{name}": {name}' for name in items], "}", False))
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--no-cache", "-"]
    done = subprocess.run(command, input=str(page), capture_output=True, text=True, check=True)
    assert done.stdout == str(page).rstrip("\n") + "\n"
