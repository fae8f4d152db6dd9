"""Pitfalls for people: the list, a page, narrow, wide, in ASCII, and with colours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len
from tests.features.pitfalls.pages.conftest import (
    BROKEN,
    CHANGED,
    CURED,
    GROUPS,
    HAPPENED,
    MESSAGE,
    PROGRAM,
    ROW,
)

from tapecli.features.pitfalls import GROUPS as ALL

if TYPE_CHECKING:
    from tests.features.pitfalls.pages.conftest import Write

LIST = """\
One kind
  a-name   What [bold]surprises

Another kind
  another  What else

tapecli pitfalls reused-tape   runs one and shows its mend
tapecli pitfalls --all         runs all of them
"""

PAGE = f"""\
a-name: What [bold]surprises
────────────────────────────────────────────────────────────────────────────────
Mistake

{PROGRAM}
→ None
→ WARNING:tensorflow:look
→ ValueError: {MESSAGE}

Why: It is so. And that is why it is as it is, although nobody would have
thought of it before.

Mended

{ROW.mend}
→ 6.0

Met in tensorflow/tensorflow#1, jax-ml/jax#2

TensorFlow 2.21.0: 1 mistake still happens, 1 mend works
"""


def without_styles(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_the_list(write: Write) -> None:
    assert write("table", GROUPS) == LIST


def test_the_whole_list_fits_a_terminal(write: Write) -> None:
    lines = write("table", ALL, width=80).splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert len(lines) == sum(2 + len(pitfalls) for pitfalls in ALL.values()) + 2


def test_a_page_has_mistake_outcome_reason_and_mend(write: Write) -> None:
    assert write("table", HAPPENED) == PAGE


def test_a_page_in_ascii(write: Write) -> None:
    expected = PAGE.replace("→", "->").replace("─", "-")
    assert write("table", HAPPENED, unicode=False) == expected


def test_styles_change_no_text(write: Write) -> None:
    colored = write("table", HAPPENED, color=True)
    assert "\x1b[" in colored
    assert without_styles(colored) == PAGE


def test_lines_that_only_one_program_has_are_underlined(write: Write) -> None:
    lines = write("table", HAPPENED, color=True).splitlines()
    underlined = [without_styles(line) for line in lines if re.search(r"\x1b\[(\d+;)*4[;m]", line)]
    assert underlined == ["    y = x**2", "    y = x * x"]


@pytest.mark.parametrize("width", [10, 20, 60, 80])
def test_a_narrow_terminal_breaks_sentences_and_loses_nothing(write: Write, width: int) -> None:
    text = write("table", HAPPENED, width=width)
    programs = set(PROGRAM.splitlines()) | set(ROW.mend.splitlines())
    rest = [line for line in text.splitlines() if line not in programs]
    assert max(map(cell_len, rest)) <= width
    assert PROGRAM in text
    assert ROW.mend in text
    assert re.sub(r"\s|→", "", MESSAGE) in re.sub(r"\s|→", "", text)


def test_a_wide_terminal_has_mistake_and_mend_side_by_side(write: Write) -> None:
    lines = write("table", HAPPENED, width=200).splitlines()
    assert max(map(cell_len, lines)) <= 200
    assert lines[2].split() == ["Mistake", "Mended"]
    (outcome,) = (line for line in lines if line.startswith("→ None"))
    assert outcome.split() == ["→", "None", "→", "6.0"]
    assert re.sub(r"\s", "", MESSAGE) in re.sub(r"\s", "", "".join(lines))


def test_one_that_is_cured_says_so(write: Write) -> None:
    text = write("table", CURED)
    assert "→ 6.0\nTensorFlow 2.99.0 does this right.\n" in text
    assert text.endswith("TensorFlow 2.99.0: 1 is done right by now, 1 mend works\n")


def test_one_that_has_become_another_says_so(write: Write) -> None:
    text = write("table", CHANGED)
    assert "does something else here than is known of this mistake" in text
    assert text.endswith("TensorFlow 2.99.0: 1 is not as known, 1 mend works\n")
    assert "Met in" not in text


def test_a_mend_that_fails_says_so(write: Write) -> None:
    text = write("table", BROKEN)
    assert "→ (nothing)\nThis does not mend it on TensorFlow 2.99.0.\n" in text
    ending = "2 mistakes still happen, 1 mend works, 1 mend does not"
    assert text.endswith(f"TensorFlow 2.99.0: {ending}\n")
