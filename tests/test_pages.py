"""What the pages say of Python and of limits; their sessions are run by docs/generate.py."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from tapecli.cli import COMMANDS
from tapecli.evaluation import verdict
from tapecli.expressions import expression
from tapecli.expressions.functions import FUNCTIONS
from tapecli.floats import FORMATS as FORMATS_OF_NUMBERS
from tapecli.formats import FORMATS
from tapecli.result import Status

ROOT = Path(__file__).parent.parent
REFERENCE = (ROOT / "docs" / "reference.md").read_text("utf-8")


def test_the_python_session_prints_what_it_says() -> None:
    failed, tried = doctest.testfile(str(ROOT / "docs" / "python.md"), module_relative=False)
    assert (failed, tried > 0) == (0, True)


ROWS = [
    ("`2x`", "2x", "2*x"),
    ("`1/2x`", "1/2x", "1/2*x"),
    ("`x**(-2)`", "x^-2", "x**-2"),
    ("`log x²`", "log x²", "log(x**2)"),
    ("`log x^2 + 1`", "log x^2 + 1", "log(x**2) + 1"),
    ("`sin x cos x`", "sin x cos x", "sin(x)*cos(x)"),
]


@pytest.mark.parametrize(("_", "typed", "read"), ROWS)
def test_expressions_are_read_as_the_table_says(_: str, typed: str, read: str) -> None:
    assert expression.parse(typed)[0].text == read


@pytest.mark.parametrize("name", [*FUNCTIONS, *FORMATS, *map(str, Status)])
def test_everything_is_mentioned(name: str) -> None:
    assert re.search(rf"\b{name}\b", REFERENCE)


def test_the_figures_are_those_that_were_measured() -> None:
    measured = (ROOT / "docs" / "accuracy.md").read_text("utf-8")
    figures = [
        line for line in REFERENCE.splitlines() if re.match(r"\| (b?float\d+|ok) \| .*[/%]", line)
    ]
    assert len(figures) == len(FORMATS_OF_NUMBERS) + 2
    assert all(line in measured for line in figures)


def test_the_limit_of_verification_is_that_of_the_code() -> None:
    assert f"{verdict.ALL_SERIES:,}" in REFERENCE


PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """To a file that is there, and to a heading that is in it."""
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8")):
        if target.startswith("http"):
            continue
        name, _, heading = target.partition("#")
        there = page.parent / name if name else page
        assert there.exists(), target
        assert not heading or heading in headings(there), target


ROOMS = "expressions|engines|points|evaluation|formats|features|cli"
NAMED = re.compile(rf"`((?:src|tests|docs|{ROOMS})/[\w./-]+)`")
"""A file or folder of the project in the text of a page; those of rooms are in the package."""


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")), ids=lambda page: page.name)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    for name in NAMED.findall(page.read_text("utf-8")):
        folder = ROOT if re.match("src|tests|docs", name) else ROOT / "src" / "tapecli"
        assert (folder / name).exists(), name


def headings(page: Path) -> set[str]:
    """The headings of a page as links name them."""
    found = re.findall(r"(?m)^#+ (.*)$", page.read_text("utf-8"))
    return {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in found}


def test_every_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert all(f"tapecli {name}" in readme or f"`{name}`" in readme for name in COMMANDS)


def test_the_page_in_japanese_has_the_sessions_of_the_english_one() -> None:
    sessions = [
        re.findall(r"(?m)^\$ .*$", (ROOT / "docs" / name).read_text("utf-8"))
        for name in ("tapes.md", "tapes.ja.md")
    ]
    assert sessions[0]
    assert sessions[0] == sessions[1]
