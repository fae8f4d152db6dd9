"""Completion: what is offered at each place of a line, and in real shells what the line becomes."""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tapecli import cli, defaults
from tapecli.cli.completion import SHELLS, candidates, parse, script
from tapecli.expressions.functions import CONSTANTS, FUNCTIONS

if TYPE_CHECKING:
    from tests.cli.conftest import Run

# --- the command ------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", SHELLS)
def test_it_prints_the_script_which_says_how_to_install_it(run: Run, shell: str) -> None:
    done = run("completion", shell)
    assert (done.code, done.err, done.out) == (0, "", script(shell))
    assert f"#     tapecli completion {shell} > " in done.out
    assert max(map(len, done.lines)) <= 100


@pytest.mark.parametrize(
    ("own", "likely"), [("/usr/bin/fish", "fish"), ("/bin/csh", "bash"), ("", "bash")]
)
def test_without_a_shell_it_names_the_call_that_is_likely_meant(
    run: Run, monkeypatch: pytest.MonkeyPatch, own: str, likely: str
) -> None:
    monkeypatch.setenv("SHELL", own)
    done = run("completion")
    assert (done.code, done.out) == (2, "")
    assert f": tapecli completion {likely}\n" in done.err


def test_an_unknown_shell_is_told_which_may_have_been_meant(run: Run) -> None:
    done = run("completion", "zhs")
    assert (done.code, done.out) == (2, "")
    assert "'zhs' is not one of bash, zsh, fish. Did you mean 'zsh'?" in done.err


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_can_be_had_as_other_programs_give_theirs(process: Run, shell: str) -> None:
    done = process(env={"_TAPECLI_COMPLETE": f"{shell}_source"})
    assert (done.code, done.err, done.out) == (0, "", script(shell))


@pytest.mark.parametrize("instruction", ["csh_source", "bash_nothing", "bash"])
def test_what_no_shell_asks_is_not_answered(process: Run, instruction: str) -> None:
    done = process(env={"_TAPECLI_COMPLETE": instruction})
    assert (done.code, done.err, done.out) == (1, "", "")


# --- what is offered --------------------------------------------------------------------------


class Ask:
    """Ask as a shell does, in this process."""

    def __init__(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        self.run, self.monkeypatch = run, monkeypatch

    def __call__(self, line: str, tail: str | None = None, shell: str = "bash") -> list[list[str]]:
        """The fields of the answer's lines."""
        with self.monkeypatch.context() as patch:
            patch.setenv(cli.COMPLETING, f"{shell}_complete")
            patch.setenv("COMP_WORDS", f"tapecli {line}")
            if tail is not None:
                patch.setenv("COMP_TAIL", tail)
            done = self.run()
        assert (done.code, done.err) == (0, "")
        return [each.split("\t") for each in done.lines]

    def texts(self, line: str, tail: str | None = None, shell: str = "bash") -> list[str]:
        """What would be put into the line."""
        return [fields[1] for fields in self(line, tail, shell)]


@pytest.fixture
def ask(run: Run, monkeypatch: pytest.MonkeyPatch) -> Ask:
    return Ask(run, monkeypatch)


METHODS = list(defaults.METHODS)


def named(before: str, start: str) -> list[str]:
    """What is offered for the start of a name: functions in the order of the table, constants."""
    functions = [f"{before}{name}(" for name in FUNCTIONS if name.startswith(start)]
    return functions + [f"{before}{name}" for name in CONSTANTS if name.startswith(start)]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("", list(cli.COMMANDS)),
        ("d", ["diff"]),
        ("co", ["code", "compare", "completion"]),
        ("--v", ["--version"]),
        ("nothing ", []),
        ("completion ", list(SHELLS)),
        ("help env", ["environment"]),
        # options and their values
        ("diff --cl", ["--claim"]),
        ("diff --ordr", []),
        ("diff --format js", ["json", "jsonl"]),
        ("diff --format=js", ["--format=json", "--format=jsonl"]),
        ("diff -fjs", ["-fjson", "-fjsonl"]),
        ("diff -f ju", []),
        ("check -f ju", ["junit"]),
        ("diff --dtype float", ["float64", "float32", "float16"]),
        ("diff --method ", METHODS),
        ("diff --method n", ["nested", "none"]),
        ("diff --execution x", ["xla"]),
        ("diff --verify s", ["sample"]),
        ("diff --color a", ["auto", "always"]),
        ("diff --device g", ["gpu", "gpu:1"]),
        ("diff --order ", list(candidates.ORDERS)),
        ("diff -n 1", ["1", "10"]),
        ("'x^2' -n 1", ["1", "10"]),
        ("'x*y' --wrt ", ["x", "y"]),
        ("deriv x^2 --method n", ["nested", "none"]),
        ("eval 'x*y' --at ", ["x=", "y=", "-", "@"]),
        ("diff --max-seconds ", []),
        # points
        ("diff --x ", [*candidates.GRIDS, "@"]),
        ("diff --x 1", ["1..3", "1e-3..1e3@7log"]),
        ("diff --x=0..2", ["--x=0..2pi@9"]),
        ("diff 'a*t*x' --at ", ["a=", "t=", "x=", "-", "@"]),
        ("diff 'a*t*x' --at a=1..", ["a=1..3"]),
        # variables
        ("diff 'x*y' --wrt ", ["x", "y"]),
        ("diff 'x*y' --wrt x,", ["x,x", "x,y"]),
        ("diff 'u = a b' 'log(u) + 2e-3k + pi' --wrt ", ["a", "b", "k"]),
        ("diff --wrt ", ["x"]),
        # expressions
        ("diff 'x*asi", named("x*", "asi")),
        ("diff '2*ta", named("2*", "ta")),
        ("diff '2co", named("2", "co")),
        ("diff 'Γ", ["Γ("]),
        ("diff 'arct", ["arctan(", "arctan2(", "arctand(", "arctanh("]),
        ("diff 'rate*ra", ["rate*rate", "rate*radians("]),
        ("diff 'rata*rat", ["rata*rata"]),
        ("diff 'rate = rat", ["rate = rat"]),
        ("compare -n ", ["1", "2", "3"]),
        ("diff 'u = x' 'x*u", ["x*upper_gamma("]),
        ("diff 'log(sin(x", ["log(sin(x)"]),
        ("diff 'log(x", ["log(x)"]),
        ("diff 'log(x)", ["log(x)"]),
        ("diff 'log(x))", []),
        ("diff '-si", named("-", "si")),
        ("diff -- '-cot", named("-", "cot")),
        ("diff --claim '2*cot", named("2*", "cot")),
        ("diff --x 1 'as", named("", "as")),
    ],
)
def test_what_may_stand_there_is_offered(ask: Ask, line: str, offered: list[str]) -> None:
    assert ask.texts(line, shell="zsh") == offered


def test_nothing_typed_of_an_expression_is_offered_the_examples_of_the_command(ask: Ask) -> None:
    assert ask.texts("diff ")[:2] == ["'log(x^2)'", "'u = x^2'"]
    assert ask.texts("hessian ")[0] == "'(1-x)^2 + 100(y-x^2)^2'"


def test_behind_an_expression_options_are_offered(ask: Ask) -> None:
    assert {"--x", "--order", "--method"} <= set(ask.texts("diff 'x^2' "))
    assert ask("diff 'x^2' --scal") == [
        ["plain", "--scaled", "--scaled", "Show Taylor coefficients"]
    ]


def test_behind_an_operator_everything_may_stand(ask: Ask) -> None:
    offered = ask.texts("diff 'y*", shell="zsh")
    assert offered == [
        "y*y",
        *(f"y*{name}(" for name in FUNCTIONS),
        *(f"y*{name}" for name in CONSTANTS),
    ]


@pytest.mark.parametrize("line", ["diff 'a\tb", "diff 'a\nb"])
def test_nothing_is_offered_that_would_end_a_field_or_line_of_the_answer(
    ask: Ask, line: str
) -> None:
    assert ask(line) == []


def test_every_function_is_offered_with_its_meaning(ask: Ask) -> None:
    starts = sorted({name[: 2 if name[0] == "x" else 1] for name in FUNCTIONS})
    offered = {row[2]: row[3] for start in starts for row in ask(f"diff '{start}", shell="zsh")}
    assert {f"{name}(": row.meaning for name, row in FUNCTIONS.items()}.items() <= offered.items()


def test_a_plot_is_offered_ranges(ask: Ask) -> None:
    assert ask.texts("plot x --x ")[0] == "-5..5"
    assert ask.texts("plot a*x --at a=")[0] == "a=-5..5"
    assert ask.texts("plot x*y --wrt ") == ["x", "y"]


def test_values_come_with_their_meanings(ask: Ask) -> None:
    assert ask("diff -f npz") == [["plain", "npz", "npz", "NumPy arrays with named axes"]]
    assert ask("diff --execution ea") == [["plain", "eager", "eager", defaults.EXECUTIONS["eager"]]]


def test_every_method_and_every_way_to_verify_has_a_meaning() -> None:
    assert all(defaults.METHODS.values())
    assert all(defaults.VERIFY.values())


@pytest.mark.parametrize(
    ("line", "tail", "fields"),
    [
        ("diff --output da", "da", ["0", "", "da", "", ""]),
        ("diff --output=da", "da", ["0", "", "da", "", ""]),
        ("diff --output=da", "--output=da", ["9", "--output=", "da", "", ""]),
        ("diff -oda", "-oda", ["2", "-o", "da", "", ""]),
        ("diff --x @da", "@da", ["1", "@", "da", "", ""]),
        ("diff --x '@my da", "@my da", ["1", "@", "my da", "", "'"]),
        ("diff @da", "@da", ["1", "@", "da", "", ""]),
        ("diff --at @", "@", ["1", "@", "", "", ""]),
        ("diff --at t=@da", "@da", ["1", "@", "da", "", ""]),
        ("diff --output a:da", "da", ["0", "", "a:da", "a:", ""]),
        ("check --output ", "", ["0", "", "", "", ""]),
    ],
)
def test_names_of_files_are_left_to_the_shell(
    ask: Ask, line: str, tail: str, fields: list[str]
) -> None:
    assert ask(line, tail) == [["file", *fields]]


@pytest.mark.parametrize("line", ["diff \x1b[31m", "diff x --at \udcff", "diff \u202ex"])
def test_nothing_is_offered_behind_what_a_terminal_would_act_on(ask: Ask, line: str) -> None:
    assert ask(line) == []


# --- quotes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "tail", "text"),
    [
        ("diff cosh", "cosh", "'cosh("),
        ("diff 'x+cosh", "x+cosh", "x+cosh("),
        ('diff "x+cosh', "x+cosh", "x+cosh("),
        ('diff x"+"cosh', 'x"+"cosh', "'x+cosh("),
        (r"diff log\(x+cosh", r"log\(x+cosh", "'log(x+cosh("),
        ("diff --claim=cosh", "cosh", "'cosh("),
        ("diff --x=1..", "1..", "1..3"),
        ("diff 'log(x", "log(x", "log(x)"),
        ("diff log\\(x", "log\\(x", "'log(x)'"),
        ("diff --at 't=0..1:", "t=0..1:", "t=0..1:0.1"),
        ("diff --at t=0..1:", "", "0.1"),
    ],
)
def test_the_line_stays_one_that_the_shell_can_read(
    ask: Ask, line: str, tail: str, text: str
) -> None:
    assert ask.texts(line, tail)[0] == text


def test_bash_and_fish_close_the_only_offer_so_that_a_call_has_two(ask: Ask) -> None:
    assert ask.texts("diff 'sinh", "sinh") == ["sinh(", "sinh(x)"]
    assert ask.texts("diff sinh", shell="fish") == ["sinh(", "sinh(x)"]
    assert ask.texts("diff 'sinh", "sinh", shell="zsh") == ["sinh("]
    assert ask.texts("diff sinh", "sinh") == ["'sinh("]


@pytest.mark.parametrize(
    ("line", "words", "word", "quote"),
    [
        ("tapecli ", [], "", ""),
        ("tapecli  diff\t'a b' \"c\"d e", ["diff", "a b", "cd"], "e", ""),
        ("tapecli 'a\\'b' ''", [], "a\\b ", "'"),
        ('tapecli "a\\"b\\x', [], 'a"b\\x', '"'),
        ("tapecli a\\ b \\", ["a b"], "", ""),
    ],
)
def test_a_line_is_read_as_the_shell_reads_it(
    line: str, words: list[str], word: str, quote: str
) -> None:
    read = parse(line, None, "bash")
    assert (read.words, read.word, read.quote) == (words, word, quote)


def test_in_fish_single_quotes_know_a_backslash() -> None:
    assert parse(r"tapecli 'it\'s", None, "fish").word == "it's"


# --- real shells ------------------------------------------------------------------------------

PROGRAM = """\
#!/bin/sh
if [ -n "$_TAPECLI_COMPLETE" ]; then exec {python} -m tapecli; fi
printf '%s\\n' "$@" . >> {calls}
"""
"""A tapecli that completes as the real one does, and else but writes down its arguments."""

FOLDER = ("data.csv", "my points.csv")

ONE_TAB = [
    # what is typed, what is typed behind Tab, and the arguments that the program gets
    ("di", "", ["diff"]),
    ("diff 'sinh", "x)'", ["diff", "sinh(x)"]),
    ('diff "log(x^2)+cosh', 'x)"', ["diff", "log(x^2)+cosh(x)"]),
    ("diff 'log(x^2", "", ["diff", "log(x^2)"]),
    ("diff --format=cs", "", ["diff", "--format=csv"]),
    ("diff --method ne", "'x*y'", ["diff", "--method", "nested", "x*y"]),
    ("diff --at t=0..1", "", ["diff", "--at", "t=0..1:0.1"]),
    ("diff --x @da", "", ["diff", "--x", "@data.csv"]),
    ("diff --output 'my", "", ["diff", "--output", "my points.csv"]),
    ("diff --x '@my", "", ["diff", "--x", "@my points.csv"]),
    ("diff --output=da", "", ["diff", "--output=data.csv"]),
]

UNQUOTED = {
    "bash": ("diff sinh", "x)'", ["diff", "sinh(x)"]),
    "zsh": ("diff sinh", "x)'", ["diff", "sinh(x)"]),
    "fish": ("diff sinh", "x\\)", ["diff", "sinh(x)"]),
}
"""Where nothing is quoted yet, bash and zsh get a quote; fish puts a backslash to brackets."""

STARTS = {
    "bash": (["--noprofile", "--rcfile", "{folder}/start", "-i"], 'eval "$(cat {script})"'),
    "zsh": (["-f", "-i"], "autoload -Uz compinit; compinit -D -u; source {script}"),
    "fish": (["--no-config", "-i"], "source {script}"),
}
"""How each shell is started, and what sets up completion there."""


LONGEST = 60.0
"""Seconds that a shell and the two calls of a line may take on a busy machine."""


class Shell:
    """A shell in a terminal of its own."""

    def __init__(self, name: str, folder: Path) -> None:
        self.calls, self.screen = folder / "calls", b""
        (folder / "bin").mkdir()
        program = folder / "bin" / "tapecli"
        program.write_text(PROGRAM.format(python=sys.executable, calls=self.calls))
        program.chmod(0o755)
        (folder / "script").write_text(script(name))
        (folder / "place").mkdir()
        for file in FOLDER:
            (folder / "place" / file).touch()
        arguments, setup = STARTS[name]
        setup = setup.format(script=folder / "script")
        (folder / "start").write_text(setup)
        self.terminal, theirs = pty.openpty()
        self.child = subprocess.Popen(
            ["setsid", "--ctty", name, *(each.format(folder=folder) for each in arguments)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=folder / "place",
            env={
                **os.environ,
                "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
                "HOME": str(folder),
                "TERM": "xterm",
                "COLUMNS": "80",
                "LINES": "24",
            },
        )
        os.close(theirs)
        threading.Thread(target=self._read, daemon=True).start()
        if name != "bash":
            self.type(f"{setup}\r")

    def _read(self) -> None:
        try:
            while piece := os.read(self.terminal, 65536):
                self.screen += piece
                if b"\x1b[c" in piece or b"\x1b[0c" in piece:  # "what are you?", some shells ask
                    self.type("\x1b[?6c")
        except OSError:  # how Linux says that the other end is closed
            pass

    def type(self, text: str) -> None:
        os.write(self.terminal, text.encode())

    def call(self, line: str, rest: str) -> list[str]:
        """The arguments that the program gets from the line, Tab, and the rest."""
        self.calls.unlink(missing_ok=True)
        self.type(f"tapecli {line}\t{rest}\r")
        end = time.monotonic() + LONGEST
        while time.monotonic() < end:
            if self.calls.exists() and self.calls.read_text().endswith(".\n"):
                return self.calls.read_text().splitlines()[:-1]
            time.sleep(0.02)
        raise AssertionError(self.screen.decode(errors="replace")[-2000:])

    def close(self) -> None:
        self.child.kill()
        self.child.wait()
        os.close(self.terminal)


@pytest.fixture(scope="module", params=STARTS)
def shell(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shell]:
    name = request.param
    if shutil.which(name) is None or shutil.which("setsid") is None:
        pytest.skip(f"there is no {name} here")
    shell = Shell(name, tmp_path_factory.mktemp(name))
    yield shell
    shell.close()


@pytest.mark.parametrize(("line", "rest", "arguments"), ONE_TAB)
def test_tab_makes_a_call_that_the_shell_can_read(
    shell: Shell, line: str, rest: str, arguments: list[str]
) -> None:
    assert shell.call(line, rest) == arguments


def test_tab_makes_a_bracket_one_that_the_shell_can_read(shell: Shell) -> None:
    name = re.sub(r"\d+$", "", shell.calls.parent.name)
    line, rest, arguments = UNQUOTED[name]
    assert shell.call(line, rest) == arguments
