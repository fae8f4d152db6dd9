"""Write the generated parts of the documentation, or check that they are up to date.

In the pages, a fenced block of the kind `console` is a session: each line that begins with `$ `
is run by the shell, and what it prints stands below it. The pictures are what commands show in a
terminal. With --check nothing is written, and the exit code is 1 if anything differs.
"""

from __future__ import annotations

import difflib
import functools
import html
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parent.parent
PAGES = (
    "README.md",
    *(f"docs/{name}.md" for name in ("tour", "tapes", "tapes.ja", "pitfalls", "reference")),
    *(f"docs/{name}.md" for name in ("many-points", "limits", "expressions")),
)
PICTURES = {
    "docs/table.svg": "tapecli diff --order 2 --x 1..3",
    "docs/trace.svg": "tapecli trace --order 2",
    "docs/pitfall.svg": "tapecli pitfalls swapped-tapes",
    "docs/plot-terminal.svg": "tapecli plot 'tan(x)' --order 1 --x -5..5",
}
"""What is shown in each."""

FIGURES = {"docs/plot.svg": "tapecli plot 'tan(x)' --order 1 --x -5..5 --format svg"}
"""What makes each; they are not compared, for they differ with the version of Matplotlib."""

WIDTH, HEIGHT = 80, 24

SESSION = re.compile(r"(?<=```console\n).*?(?=```)", re.DOTALL)

TEXT = re.compile(
    r'(<text [^>]*?x=")([\d.]+)(".*?textLength=")([\d.]+)("[^>]*>)((?:&#160;)*)(.*?)<'
)

SVG = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
    font-family: ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace;
    font-size: {char_height}px;
    line-height: {line_height}px;
    white-space: pre;
}}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
<rect fill="#292929" width="{width}" height="{height}" rx="8"/>
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def sessions(text: str) -> str:
    """The text with every session run again."""
    return SESSION.sub(lambda session: _run(_commands(session[0])), text)


def _commands(session: str) -> tuple[str, ...]:
    return tuple(line[2:] for line in session.splitlines() if line.startswith("$ "))


@functools.cache
def _run(commands: tuple[str, ...]) -> str:
    """Commands one after the other, each with what it prints, as they stand in a session."""
    return "".join(f"$ {command}\n{_printed(command)}" for command in commands)


def run_ahead() -> None:
    """Run all sessions, and what the pictures show, on all cores; they are put together later."""
    pages = [(ROOT / name).read_text("utf-8") for name in PAGES]
    every = {_commands(session) for page in pages for session in SESSION.findall(page)}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        shown = pool.map(functools.partial(_printed, color=True), PICTURES.values())
        list(pool.map(_run, sorted(every)))
        list(shown)


@functools.cache
def _printed(command: str, color: bool = False) -> str:
    """What a command prints, on both streams."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("TAPECLI_")},
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": str(WIDTH),
        "LINES": str(HEIGHT),
        "TERM": "xterm-256color",
        "PYTHONIOENCODING": "utf-8",
    }
    for name in ("FORCE_COLOR", "NO_COLOR"):
        environment.pop(name, None)
    environment["FORCE_COLOR" if color else "NO_COLOR"] = "1"
    done = subprocess.run(
        ["sh", "-c", command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        cwd=ROOT / "docs",
        encoding="utf-8",
        check=False,
    )
    return done.stdout


def picture(command: str) -> str:
    """A command and what it shows in a terminal, as SVG."""
    console = Console(
        file=io.StringIO(),
        record=True,
        width=WIDTH,
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
        highlight=False,
    )
    console.print(Text(f"$ {command}\n", style="bold"))
    console.print(Text.from_ansi(_printed(command, color=True).rstrip("\n")))
    svg = console.export_svg(title="", code_format=SVG, unique_id="tapecli")
    return re.sub(r"[ \t]+$", "", TEXT.sub(_without_blanks, svg), flags=re.MULTILINE)


def _without_blanks(text: re.Match[str]) -> str:
    """A text of the picture that begins where its first character is, for every viewer."""
    x, length, blanks, words = float(text[2]), float(text[4]), text[6].count(";"), text[7]
    cell = length / (blanks + len(html.unescape(words)))
    length -= cell * (blanks + len(words) - len(words.rstrip("\N{NO-BREAK SPACE}")))
    return f"{text[1]}{x + blanks * cell:.1f}{text[3]}{length:.1f}{text[5]}{words}<"


def made(figures: bool) -> Iterator[tuple[Path, str]]:
    """Every file with what should be in it; with figures or without."""
    for name in PAGES:
        path = ROOT / name
        yield path, sessions(path.read_text("utf-8"))
    for name, command in PICTURES.items():
        yield ROOT / name, picture(command)
    for name, command in FIGURES.items() if figures else ():
        yield ROOT / name, _printed(command)


def main() -> int:
    """Write or check every generated part."""
    check = "--check" in sys.argv[1:]
    differs = False
    run_ahead()
    for path, new in made(figures=not check):
        old = path.read_text("utf-8") if path.exists() else ""
        if old == new:
            continue
        differs = True
        if check:
            lines = difflib.unified_diff(
                old.splitlines(), new.splitlines(), path.name, f"{path.name}, made again", n=1
            )
            print("\n".join(lines))
        else:
            path.write_text(new, "utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    if check and differs:
        print("the documentation is not up to date: make docs", file=sys.stderr)
    return int(check and differs)


if __name__ == "__main__":
    sys.exit(main())
