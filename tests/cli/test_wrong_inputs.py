"""Three hundred wrong calls: each ends with exit code 2, and its message says what to do next."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tapecli.cli import execute
from tapecli.errors import ExpressionError, TapecliError
from tapecli.expressions.expression import parse

LINES = [
    line
    for line in Path(__file__).with_name("wrong_inputs.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]

NEXT_STEP = re.compile(
    r"write |did you mean |see '|give |take |leave |choose |open |ask for |try |Try "
    r"|--[a-z]|tapecli [a-z]|'--?[a-z]| instead|the limit is|no more than|at least"
    r"|must be a number from| a range is |there (?:is|are) no|No such file|followed by"
    r"|; it has |; theirs: | between "
)
"""Words with which a message says what would be right, or what is missing."""


def test_there_are_three_hundred() -> None:
    assert len(LINES) == len(set(LINES)) >= 300


@pytest.mark.parametrize("line", LINES)
def test_a_wrong_call_is_told_what_to_do_next(
    line: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert execute(shlex.split(line)) == 2
    output, message = capsys.readouterr()
    assert output == ""
    *_, last = message.strip().splitlines()
    if "^" in message:  # below the expression and the caret there is a hint
        assert set(last) - set(" ^"), message
    else:
        assert NEXT_STEP.search(message), message


OFFER = re.compile(r"(?:^|, or )(?:write )?([^,;:]*[|)\w])(?=, or |$| for )")


OFFERED_AFTER_MORE = {"f(x)", "where(c, a, b)"}
"""What is offered as a part of more, and cannot be typed alone."""


def offers() -> list[str]:
    """The expressions that messages about expressions offer to write instead."""
    texts: dict[str, None] = {}
    for line in LINES:
        command, *arguments = shlex.split(line)
        if command != "diff" or any(argument.startswith("--") for argument in arguments):
            continue
        try:
            parse(arguments)
        except ExpressionError as error:
            if error.hint.startswith("write ") and not re.search(r"'|\.\.\.", error.hint):
                texts.update(dict.fromkeys(OFFER.findall(error.hint.split(" for ")[0])))
        except TapecliError:
            continue
    return [
        text for text in texts if re.search(r"[()*^=\\]", text) and text not in OFFERED_AFTER_MORE
    ]


def test_what_is_offered_can_be_typed() -> None:
    refused = []
    for text in offers():
        try:
            parse(f"where({text}, 1, 0)" if re.search("[<>]|!=", text) else text)
        except TapecliError as error:
            refused.append(f"{text}: {error}")
    assert not refused
    assert len(offers()) > 40
