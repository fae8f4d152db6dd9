"""Running pitfalls: each still happens and its mend mends, and nothing is left behind."""

from __future__ import annotations

import linecache
import logging
import re
import sys

import pytest

from tapecli.features.pitfalls import PITFALLS
from tapecli.features.pitfalls.model import Outcome, Pitfall
from tapecli.features.pitfalls.pages import words
from tapecli.features.pitfalls.running import outcome, run

LOADED_LOUDLY = r"(?m)^[IWE]\d{4} .*\n"
"""What TensorFlow's C++ side says, unless it was told at its start not to, as the command does."""


@pytest.mark.parametrize("row", PITFALLS.values(), ids=list(PITFALLS))
def test_it_still_happens_or_is_cured_and_the_mend_mends(
    row: Pitfall, capfd: pytest.CaptureFixture[str]
) -> None:
    lessons = run([row])
    (lesson,) = lessons.lessons
    assert lesson.mended, lesson.mend
    assert lesson.happens or lesson.cured, lesson.mistake
    mistake, _ = words.halves(lesson, lessons.tensorflow)
    assert lesson.happens is not ("does this right" in mistake.note)
    out, err = capfd.readouterr()
    assert (out, re.sub(LOADED_LOUDLY, "", err)) == ("", "")


def test_the_mend_is_not_what_happens() -> None:
    for row in PITFALLS.values():
        (lesson,) = run([row]).lessons
        assert not row.happens.matches(lesson.mend), row.name


def test_progress_is_told_what_is_next() -> None:
    calls: list[tuple[int, int, str]] = []
    names = ["reused-tape", "kink"]
    run([PITFALLS[name] for name in names], lambda *args: calls.append(args))
    assert calls == [(0, 2, "reused-tape"), (1, 2, "kink")]


LOUD = """\
import logging
import warnings

logging.getLogger("tensorflow").warning("logged %s", 1)
logging.getLogger("tensorflow").info("not shown")
warnings.warn("warned", RuntimeWarning)
warnings.warn("not shown", DeprecationWarning)
print("printed")
raise KeyError("name")
"""


def test_all_that_a_program_says_is_heard(capfd: pytest.CaptureFixture[str]) -> None:
    warnings = ("WARNING:tensorflow:logged 1", "RuntimeWarning: warned")
    assert outcome(LOUD) == Outcome("printed\n", "KeyError", "'name'", warnings)
    assert capfd.readouterr() == ("", "")


def test_nothing_is_left_behind() -> None:
    import tensorflow

    logger: logging.Logger = tensorflow.get_logger()
    before = list(logger.handlers), logger.level, logger.propagate
    lines, modules = set(linecache.cache), sys.modules["__main__"]
    outcome(LOUD)
    outcome("import tensorflow as tf\n\nx = 1\n")
    assert (logger.handlers, logger.level, logger.propagate) == before
    assert {name for name in set(linecache.cache) - lines if name.startswith("<program")} == set()
    assert sys.modules["__main__"] is modules


def test_programs_know_nothing_of_one_another() -> None:
    assert outcome("x = 1\nprint(x)\n") == Outcome("1\n")
    assert outcome("print(x)\n").error == "NameError"


def test_an_interrupt_is_no_outcome() -> None:
    with pytest.raises(KeyboardInterrupt):
        outcome("raise KeyboardInterrupt\n")
