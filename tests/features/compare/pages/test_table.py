"""The table for people: whole, narrow and wide, in ASCII, with colours, with operations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from tapecli.formats import Screen

if TYPE_CHECKING:
    from tests.features.compare.pages.conftest import Compared, Write

WHOLE = """\
'u = x**2'  'y = log(u)'
order 1, at x = 2, float64, TensorFlow 2.21.0

            recorded on the tapes  forward  backward  all  held  after
──────────────────────────────────────────────────────────────────────
separate    tape1 1 + tape2 2 = 3        3         8   11  8 kB      0
parallel    tape1 2 + tape2 2 = 4        2         8   10  8 kB      0
nested      outer 2 + inner 1 = 3        2         8   10  8 kB      0
persistent  tape 2                       2         8   10  8 kB   8 kB
batch       -                            -         -    -     -      -

1 point                  eager
──────────────────────────────
separate    650 (585–715) µs *
parallel    650 (585–715) µs *
nested      650 (585–715) µs *
persistent  650 (585–715) µs *
batch                        -

1,000 points                 xla
────────────────────────────────
separate      650 (585–715) ns *
parallel      650 (585–715) ns *
nested        650 (585–715) ns *
persistent    650 (585–715) ns *
batch                          -

forward, backward: the operations in the graph that TensorFlow traces of an arrangement, with one point; Placeholder, Const and Identity compute nothing and do not count
held: what the tapes alone keep alive before a gradient, eager, 1,000 points; after: what they keep alive after the last gradient
times: the median (and quartiles, or how far they are from it) of 20 runs, the arrangements in turn; many points are one point, repeated
*: the quickest, and what differs from it by noise: the quartiles overlap
separate: tapes around each target alone, one target after the other

parallel: tape1, asked to differentiate u, records Log for nothing
separate: 1 operation more than nested, because what the targets share is computed for each of them
persistent: still holds 8 kB after the last gradient
batch: not everything could be measured: no [red] gradient

Nesting targets avoids no derivative work: 10 operations run in parallel, nested and persistent alike. It avoids recording: 3 operations on the tapes instead of 4. Times differ by no more than noise.
"""  # noqa: E501


def test_the_whole_page(compared: Compared, write: Write) -> None:
    assert write(compared()) == WHOLE


def test_the_answer_is_the_last_line(compared: Compared, write: Write) -> None:
    last = write(compared()).splitlines()[-1]
    assert last.startswith("Nesting targets avoids no derivative work: 10 operations")


@pytest.mark.parametrize("width", [60, 80, 200])
def test_no_line_is_wider_than_the_terminal(width: int, compared: Compared, write: Write) -> None:
    lines = write(compared(with_operations=True), screen=Screen(width)).splitlines()
    assert max(map(cell_len, lines)) <= width
    assert "…" not in "".join(lines)


def test_a_narrow_screen_has_shorter_spreads(compared: Compared, write: Write) -> None:
    assert "650 (585–715) µs *" in write(compared(), screen=Screen(80))
    assert "tape1" in write(compared(), screen=Screen(29))
    assert "650 µs ±10% *" in write(compared(), screen=Screen(29))


def test_ascii_alone(compared: Compared, write: Write) -> None:
    text = write(compared(with_operations=True), screen=Screen(80, unicode=False))
    assert text.isascii()
    assert "\\u" not in text
    assert "650 (585-715) us *" in text


def test_colours_are_styles_alone(compared: Compared, write: Write) -> None:
    colored = write(compared(), screen=Screen(80, color=True))
    assert "\x1b[1;32mNesting targets" in colored
    assert "no [red] gradient" in colored


def test_operations_are_listed_where_they_are_wanted(compared: Compared, write: Write) -> None:
    assert "backward from u" not in write(compared())
    lines = [line.split() for line in write(compared(with_operations=True)).splitlines()]
    assert ["forward", "Log", "Log", "Log"] in lines
    assert ["outer,", "backward", "from", "u", *["Mul"] * 8] in lines
