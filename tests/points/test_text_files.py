"""Text from files and standard input: bounded lines, and bytes that are no text."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest

from tapecli.errors import PointsError, UsageError
from tapecli.points import text_files
from tapecli.points.text_files import Text


class Endless(io.RawIOBase):
    """Bytes of one kind, without an end."""

    def __init__(self) -> None:
        self.given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        buffer[:] = b"(" * len(buffer)
        self.given += len(buffer)
        return len(buffer)


def of(data: bytes) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(data), encoding="utf-8")


def test_lines_have_numbers_and_their_ends() -> None:
    assert list(Text(of("x\n\nä".encode()), "f").lines()) == [(1, "x\n"), (2, "\n"), (3, "ä")]


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_line_of_the_most_characters_is_read_and_one_more_is_not(end: str) -> None:
    most = "9" * text_files.MAX_LINE
    assert list(Text(io.StringIO(f"{most}{end}"), "f").lines()) == [(1, f"{most}{end}")]
    with pytest.raises(PointsError, match="line 2 of f has more than 100,000 characters"):
        list(Text(io.StringIO(f"\n{most}9{end}"), "f").lines())


def test_of_a_line_without_an_end_little_is_read() -> None:
    endless = Endless()
    stream = io.TextIOWrapper(cast(BinaryIO, io.BufferedReader(endless)), "utf-8")
    with pytest.raises(UsageError, match="line 1 of f has more than 100,000 characters"):
        list(Text(stream, "f", UsageError).lines())
    assert endless.given < 2 * text_files.MAX_LINE


def test_bytes_that_are_no_text_are_found_on_their_line() -> None:
    read = Text(of(b"1\n2\n\xff\n"), "f").lines()
    assert [next(read), next(read)] == [(1, "1\n"), (2, "2\n")]
    with pytest.raises(PointsError, match="line 3 of f is not text"):
        next(read)


def test_a_file_has_a_name_that_can_be_shown(tmp_path: Path) -> None:
    path = tmp_path / "\x1b[31m"
    path.write_text("\ufeff1\n")
    with text_files.open_text(f"@{path}", None) as text:
        assert list(text.lines()) == [(1, "1\n")]
    assert text.name.isprintable()
    assert len(text_files.quoted("x" * 1_000)) == text_files.MAX_PATH + 2


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("@", "'@' is followed by the name of a file"),
        ("@there/is/none", "the slopes in 'there/is/none' cannot be read: No such file"),
        ("@a\0b", "the slopes in 'a\N{REPLACEMENT CHARACTER}b' cannot be read: it is not text"),
        ("@/", "the slopes in '/' cannot be read: Is a directory"),
        ("-", "'-' reads slopes from standard input, which is closed"),
    ],
)
def test_what_cannot_be_opened_is_an_error_of_the_wanted_kind(source: str, problem: str) -> None:
    with (
        pytest.raises(UsageError) as caught,
        text_files.open_text(source, None, "slopes", UsageError),
    ):
        pass
    assert str(caught.value).startswith(problem)
    assert type(caught.value) is UsageError
