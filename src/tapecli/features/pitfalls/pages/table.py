"""Pitfalls for people: the list, or for each pitfall what happened, why, and the mend.

On a wide screen, the mistake and the mend stand side by side. Otherwise the programs begin at the
left edge, so that they can be copied as they are.
"""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Iterator, Mapping, Sequence

from rich.cells import cell_len, chop_cells
from rich.text import Text

from tapecli.features.pitfalls.model import Lesson, Lessons, Pitfall
from tapecli.features.pitfalls.pages import words
from tapecli.formats import Screen, source
from tapecli.formats.table import PLAIN_WIDTH, drawn

_GAP = 4
"""Columns between mistake and mend."""

_SENTENCE = 100
"""Columns in which sentences are easy to read."""

_ARROW = "→ "
_HELP = (
    "tapecli pitfalls reused-tape   runs one and shows its mend",
    "tapecli pitfalls --all         runs all of them",
)


def render(page: Mapping[str, Sequence[Pitfall]] | Lessons, screen: Screen) -> Iterator[str]:
    """The page as lines of text, with styles if the screen has colours."""
    width = screen.width or PLAIN_WIDTH
    lines = _lessons(page, screen) if isinstance(page, Lessons) else _contents(page, width)
    yield from drawn(lines, screen, max(width, 10_000))


def _contents(groups: Mapping[str, Sequence[Pitfall]], width: int) -> Iterator[Text]:
    """The names and titles of all pitfalls, by kind."""
    names = [pitfall.name for pitfalls in groups.values() for pitfall in pitfalls]
    margin = max(map(len, names)) + 4
    for title, pitfalls in groups.items():
        yield Text(title, style="bold")
        for pitfall in pitfalls:
            first, *rest = _wrapped(pitfall.title, max(width - margin, PLAIN_WIDTH // 4))
            yield Text(f"  {pitfall.name}".ljust(margin), style="cyan") + Text(first, style="")
            yield from (Text(" " * margin + line) for line in rest)
        yield Text()
    yield from (Text(line, style="dim") for line in _HELP)


def _lessons(lessons: Lessons, screen: Screen) -> Iterator[Text]:
    for lesson in lessons.lessons:
        yield from _lesson(lesson, lessons.tensorflow, screen)
    style = "bold green" if lessons.ok else "bold red"
    yield from _styled(words.verdict(lessons), screen.width, style)


def _lesson(lesson: Lesson, tensorflow: str, screen: Screen) -> Iterator[Text]:
    pitfall = lesson.pitfall
    width = screen.width or PLAIN_WIDTH
    yield from _styled(f"{pitfall.name}: {pitfall.title}", width, "bold cyan")
    yield Text("─" * min(width, PLAIN_WIDTH), style="dim")
    mistake, mend = words.halves(lesson, tensorflow)
    column = (width - _GAP) // 2
    program_lines = [*mistake.program.splitlines(), *mend.program.splitlines()]
    is_wide = max(PLAIN_WIDTH // 2, *map(cell_len, program_lines)) <= column
    outcome_width = column if is_wide else screen.width
    programs = _program(mistake, screen), _program(mend, screen)
    right = "bold green" if lesson.mended else "bold red"
    outcomes = _outcome(mistake, outcome_width, "bold yellow"), _outcome(mend, outcome_width, right)
    reason = [*_styled(f"Why: {pitfall.reason}", min(width, _SENTENCE), ""), Text()]
    if is_wide:
        yield from _side_by_side(*programs, column + _GAP)
        yield from (*_side_by_side(*outcomes, column + _GAP), *reason)
    else:
        yield from (*programs[0], *outcomes[0], *reason, *programs[1], *outcomes[1])
    if pitfall.threads:
        yield from _styled(f"Met in {', '.join(pitfall.threads)}", width, "dim")
        yield Text()


def _program(half: words.Half, screen: Screen) -> list[Text]:
    """A title and a program. With colours, the lines that the other half lacks are underlined."""
    texts = list(map(Text, half.program.splitlines()))
    if screen.color:
        texts = list(source.colors(half.program).split("\n"))
        for text in texts:
            text.stylize("not underline")  # the theme underlines some words by itself
        for index in half.own_lines:
            text = texts[index]
            text.stylize("underline", len(text.plain) - len(text.plain.lstrip()))
    return [Text(half.title, style="bold"), Text(), *texts, Text()]


def _outcome(half: words.Half, width: int | None, style: str) -> list[Text]:
    """What a program did, with an arrow before each line, and an empty line at the end."""
    texts = []
    for line in half.outcome:
        for index, piece in enumerate(_wrapped(line, width and width - len(_ARROW))):
            arrow = " " * len(_ARROW) if index else _ARROW
            texts.append(Text(arrow, style="dim") + Text(piece, style=style))
    return [*texts, *_styled(half.note, width, "bold cyan"), Text()]


def _side_by_side(left: Sequence[Text], right: Sequence[Text], column: int) -> Iterator[Text]:
    """Two columns, line by line; the right one begins at `column`."""
    for first, second in itertools.zip_longest(left, right, fillvalue=Text()):
        gap = " " * (column - cell_len(first.plain)) if second.plain else ""
        yield first + Text(gap) + second


def _styled(text: str, width: int | None, style: str) -> Iterator[Text]:
    return (Text(line, style=style) for line in _wrapped(text, width))


def _wrapped(text: str, width: int | None) -> list[str]:
    """A text in lines that fit the width, if there is one; words are broken only if they must."""
    if width is None or cell_len(text) <= width:
        return [text] if text else []
    width = max(width, 1)
    lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    return [piece for line in lines for piece in chop_cells(line, width)]
