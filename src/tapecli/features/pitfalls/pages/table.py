"""Pitfalls for people: the list, or for each what happened, why, and the mend.

Where the screen is wide enough, mistake and mend stand side by side. Programs stand at the margin
where they are below one another, to be copied as they are.
"""

from __future__ import annotations

import difflib
import itertools
import textwrap
from collections.abc import Iterator, Sequence

from rich.cells import cell_len, chop_cells
from rich.text import Text

from tapecli.features.pitfalls.model import Contents, Lesson, Lessons, Outcome
from tapecli.features.pitfalls.pages import words
from tapecli.formats import Screen, source
from tapecli.formats import words as result_words
from tapecli.formats.console import PLAIN_WIDTH, console

_GAP = 4
_SENTENCE = 100
"""Columns in which sentences are easy to read."""

_ARROW = "→ "
_HELP = (
    "tapecli pitfalls reused-tape   runs one and shows its mend",
    "tapecli pitfalls --all         runs all of them",
)


def render(shown: Contents | Lessons, screen: Screen) -> Iterator[str]:
    """The page as lines of text, with styles if the screen has colours."""
    width = screen.width or PLAIN_WIDTH
    lines = _contents(shown, width) if isinstance(shown, Contents) else _lessons(shown, screen)
    wide = console(screen, max(width, 10_000))
    for line in lines:
        with wide.capture() as capture:
            wide.print(line, soft_wrap=True)
        yield result_words.line(capture.get().rstrip(), screen)


def _contents(contents: Contents, width: int) -> Iterator[Text]:
    """Names with what surprises beside them, by kind."""
    names = [pitfall.name for group in contents.groups for pitfall in group.pitfalls]
    margin = max(map(len, names)) + 4
    for group in contents.groups:
        yield Text(group.title, style="bold")
        for pitfall in group.pitfalls:
            first, *rest = _wrapped(pitfall.title, max(width - margin, PLAIN_WIDTH // 4))
            yield Text(f"  {pitfall.name}".ljust(margin), style="cyan") + Text(first, style="")
            yield from (Text(" " * margin + line) for line in rest)
        yield Text()
    yield from (Text(line, style="dim") for line in _HELP)


def _lessons(lessons: Lessons, screen: Screen) -> Iterator[Text]:
    for lesson in lessons.lessons:
        yield from _lesson(lesson, lessons.tensorflow, screen)
    for line in _wrapped(words.verdict(lessons), screen.width):
        yield Text(line, style="bold green" if lessons.ok else "bold red")


def _lesson(lesson: Lesson, tensorflow: str, screen: Screen) -> Iterator[Text]:
    pitfall = lesson.pitfall
    width = screen.width or PLAIN_WIDTH
    for line in _wrapped(f"{pitfall.name}: {pitfall.title}", width):
        yield Text(line, style="bold cyan")
    yield Text("─" * min(width, PLAIN_WIDTH), style="dim")
    why = [Text(line) for line in _wrapped(f"Why: {pitfall.why}", min(width, _SENTENCE))]
    half = (width - _GAP) // 2
    beside = max(_widest(pitfall.mistake), _widest(pitfall.mend), PLAIN_WIDTH // 2) <= half
    at = half if beside else screen.width
    mistake, mend = _halves(lesson, tensorflow, screen, at, beside)
    if beside:
        yield from (*_beside(mistake, mend, half + _GAP), *why, Text())
    else:
        yield from (*mistake, *why, Text(), *mend)
    yield from _threads(pitfall.threads, width)


def _halves(
    lesson: Lesson, tensorflow: str, screen: Screen, width: int | None, level: bool
) -> tuple[list[Text], ...]:
    """The mistake and the mend, each with what it did; level, if the outcomes stand side by side.

    Either way an empty line is the last one.
    """
    mistake, mend = lesson.pitfall.mistake, lesson.pitfall.mend
    height = max(mistake.count("\n"), mend.count("\n")) if level else 0
    right = "bold green" if lesson.mended else "bold red"
    found = []
    for title, program, other, outcome, style, said in (
        ("Mistake", mistake, mend, lesson.mistake, "bold yellow", words.changed),
        ("Mended", mend, mistake, lesson.mend, right, words.broken),
    ):
        lines = _program(program, other, screen)
        lines += [Text()] * (height - len(lines))
        ended = [*_outcome(outcome, width, style), *_said(said(lesson, tensorflow), width)]
        found.append([Text(title, style="bold"), Text(), *lines, Text(), *ended, Text()])
    return tuple(found)


def _threads(names: Sequence[str], width: int) -> Iterator[Text]:
    """Where people met it, no name broken."""
    for line in _wrapped(f"Met in {', '.join(names)}", width) if names else ():
        yield Text(line, style="dim")
    yield from [Text()] * bool(names)


def _program(program: str, other: str, screen: Screen) -> list[Text]:
    """A program; where there are colours, with those lines underlined that the other has not."""
    lines = program.splitlines()
    if not screen.color:
        return [Text(line) for line in lines]
    own = _own(lines, other.splitlines())
    texts = list(source.colors(program).split("\n"))
    for number, text in enumerate(texts):
        text.stylize("not underline")  # the theme's own
        if number in own:
            text.stylize("underline", len(text.plain) - len(text.plain.lstrip()))
    return texts


def _own(lines: Sequence[str], others: Sequence[str]) -> set[int]:
    """The places of the lines that the others have not."""
    matches = difflib.SequenceMatcher(None, others, lines, autojunk=False).get_opcodes()
    return {at for kind, _, _, a, b in matches if kind != "equal" for at in range(a, b)}


def _outcome(outcome: Outcome, width: int | None, style: str) -> Iterator[Text]:
    """What it did, each line behind an arrow."""
    for line in words.outcome(outcome):
        arrows = itertools.chain([_ARROW], itertools.repeat(" " * len(_ARROW)))
        for arrow, part in zip(arrows, _wrapped(line, width and width - len(_ARROW)), strict=False):
            yield Text(arrow, style="dim") + Text(part, style=style)


def _said(text: str, width: int | None) -> Iterator[Text]:
    yield from (Text(line, style="bold cyan") for line in _wrapped(text, width))


def _beside(left: Sequence[Text], right: Sequence[Text], column: int) -> Iterator[Text]:
    """Two columns, line by line; the last line, which is empty, below the longer one."""
    for one, other in itertools.zip_longest(left, right, fillvalue=Text()):
        space = " " * (column - cell_len(one.plain)) if other.plain else ""
        yield one + Text(space) + other


def _widest(program: str) -> int:
    return max(map(cell_len, program.splitlines()))


def _wrapped(text: str, width: int | None) -> list[str]:
    """A line in lines that fit, if there is a width; numbers are broken only where words must."""
    if width is None or cell_len(text) <= width:
        return [text] if text else []
    room = max(width, 1)
    lines = textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False)
    return [part for line in lines for part in chop_cells(line, room)]
