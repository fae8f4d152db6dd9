"""`tapecli functions`: the table of functions, for people and for grep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tapecli.functions import CONSTANTS, FUNCTIONS

if TYPE_CHECKING:
    from tests.cli.conftest import Run


def test_every_function_and_constant_has_a_line_in_the_sequence_of_the_table(run: Run) -> None:
    done = run("functions")
    assert (done.code, done.err) == (0, "")
    first = [line.split("(")[0].split()[0] for line in done.lines]
    assert first == ["FUNCTION", *FUNCTIONS, *CONSTANTS]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_line_tells_the_signature_the_meaning_the_domain_and_other_names(
    run: Run, name: str
) -> None:
    function = FUNCTIONS[name]
    header, *lines = run("functions").lines
    (line,) = (line for line in lines if line.startswith(f"{name}("))
    starts = [header.index(word) for word in ("FUNCTION", "MEANING", "DOMAIN", "ALSO")]
    cells = [line[a:b].strip() for a, b in zip(starts, [*starts[1:], None], strict=True)]
    domain = function.domain or "everywhere"
    assert cells == [function.signature, function.meaning, domain, ", ".join(function.aliases)]


def test_no_line_ends_in_blanks(run: Run) -> None:
    assert all(line == line.rstrip() for line in run("functions").lines)


@pytest.mark.parametrize("name", [*FUNCTIONS, *CONSTANTS])
def test_every_name_that_is_listed_can_be_differentiated(run: Run, name: str) -> None:
    arity = FUNCTIONS[name].arity if name in FUNCTIONS else 0
    arguments = {0: "", 1: "(x)", 2: "(x, 2)"}[arity]
    points = "1.5" if name == "acosh" else "0.5"
    done = run("diff", f"{name}{arguments}", "--x", points, "-f", "tsv")
    assert (done.code, done.err) == (0, "")
    assert done.lines[1].endswith("\tok")


def test_it_takes_no_arguments(run: Run) -> None:
    done = run("functions", "sin")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Error: Got unexpected extra argument (sin)\n")
