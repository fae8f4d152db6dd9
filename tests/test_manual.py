"""The manual pages: complete, the same each time, and such that formatters have no complaint."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest
from docs import manual

from tapecli import cli
from tapecli.cli.commands.help import ENVIRONMENT, EXIT_CODES

PAGES = dict(manual.pages())
COMMANDS = [name for name in PAGES if name != "tapecli"]

EXCUSED = ("missing date",)
"""What a linter says of a version that has not been released."""


def sections(page: str) -> list[str]:
    return re.findall(r"^\.SH (.*)$", page, re.MULTILINE)


def plain(page: str) -> str:
    """A page as it is read, wherever its lines end."""
    text = re.sub(r"^\.(TP|PP|RS.*|RE|EX|EE|BR|SH|TH)\b ?", "", page, flags=re.MULTILINE)
    text = re.sub(r"\\f[BIR]|\\&", "", text)
    for character, written in manual._WRITTEN.items():
        text = text.replace(written, character)
    text = re.sub(r"\\\[u([0-9A-F]+)\]", lambda found: chr(int(found[1], 16)), text)
    return " ".join(text.split())


def test_every_command_has_a_page_beside_the_one_of_all() -> None:
    assert list(PAGES) == ["tapecli", *(f"tapecli-{name}" for name in cli.COMMANDS)]


def test_pages_are_the_same_each_time() -> None:
    assert dict(manual.pages()) == PAGES


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_its_sections_in_the_usual_sequence(name: str) -> None:
    found = sections(PAGES[name])
    usual = ["NAME", "SYNOPSIS", "EXAMPLES", "DESCRIPTION", "OPTIONS", "COMMANDS", "POINTS"]
    usual += ["EXIT STATUS", "ENVIRONMENT", "SEE ALSO"]
    assert found == [heading for heading in usual if heading in found]
    assert {"NAME", "SYNOPSIS", "EXAMPLES", "DESCRIPTION", "OPTIONS"} <= set(found)
    assert {"EXIT STATUS", "ENVIRONMENT", "SEE ALSO"} <= set(found)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_page_says_all_that_the_help_says(name: str) -> None:
    group = cli.cli.make_context("tapecli", [], resilient_parsing=True)
    command = cli.cli.get_command(group, name.removeprefix("tapecli-"))
    assert command
    ctx = click.Context(command, group)
    text = plain(PAGES[name])
    assert "-h, --help" in text
    help_ = (command.help or "").split(manual.CODES)[0]
    blocks = help_.replace("\b", "").split("\n\n")
    assert [block for block in blocks if " ".join(block.split()) not in text] == []
    for option in command.get_params(ctx):
        if isinstance(option, click.Option):
            assert all(each in text for each in option.opts)
            assert " ".join((option.help or "").split()) in text


def test_the_page_of_all_lists_commands_exit_codes_and_the_environment() -> None:
    text = plain(PAGES["tapecli"])
    for rows in (cli.COMMANDS, EXIT_CODES, ENVIRONMENT):
        assert all(f"{term} {meaning}" in text for term, meaning in rows.items())


def test_exit_codes_of_a_command_stand_each_for_itself() -> None:
    page = PAGES["tapecli-diff"]
    assert ".TP\n\\fB1\\fR\nA value is off or lost, a claim wrong or the disk full.\n" in page
    assert ".TP\n\\fB3\\fR\nTensorFlow or the cluster is missing or broken.\n" in page


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("--order 2", r"\-\-order 2"),
        ("'x^2'", r"\&\(aqx\(ha2\(aq"),
        (".csv", r"\&.csv"),
        (r"a\b ~ `c`", r"a\eb \(ti \(gac\(ga"),
        ("Γ √x", r"\[u0393] \[u221A]x"),
    ],
)
def test_every_character_stands_for_itself(text: str, written: str) -> None:
    assert manual._text(text) == written


def test_examples_are_shown_as_they_are_typed(tmp_path: Path) -> None:
    if shutil.which("groff") is None:
        pytest.skip("there is no groff here")
    (tmp_path / "page.1").write_text(PAGES["tapecli-diff"])
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-P-cbou", str(tmp_path / "page.1")],
        capture_output=True,
        check=True,
    )
    assert "tapecli diff 'sin(x)*exp(-x^2)' --order 40 --x 1..3@5 --format value\n" in (
        done.stdout.decode()
    )


def test_examples_stand_at_the_margin_of_the_text() -> None:
    for name, page in PAGES.items():
        examples = page.partition(".SH EXAMPLES\n")[2].partition(".SH ")[0]
        assert examples.startswith(".EX\n"), name
        assert ".RS" not in examples, name


@pytest.mark.parametrize("linter", [["groff", "-man", "-ww", "-z"], ["mandoc", "-Tlint"]])
def test_formatters_have_no_complaint(tmp_path: Path, linter: list[str]) -> None:
    if shutil.which(linter[0]) is None:
        pytest.skip(f"there is no {linter[0]} here")
    for name, page in PAGES.items():
        (tmp_path / f"{name}.1").write_text(page, "ascii")
    done = subprocess.run(
        [*linter, *map(str, sorted(tmp_path.iterdir()))], capture_output=True, text=True
    )
    said = f"{done.stdout}{done.stderr}".splitlines()
    assert [line for line in said if not any(excuse in line for excuse in EXCUSED)] == []


def test_pages_are_written_where_man_finds_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["manual.py", str(tmp_path)])
    manual.main()
    assert {path.name for path in (tmp_path / "man1").iterdir()} == {f"{name}.1" for name in PAGES}
    assert capsys.readouterr().out == f"man -M {tmp_path} tapecli\n"
