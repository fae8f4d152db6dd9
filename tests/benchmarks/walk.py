"""Follows one question from the shell to the table: which modules run, and which functions see it.

    python -m tests.benchmarks.walk

It calls `tapecli diff 'log(x^2)' --order 2 --x 1..3` in this process and notes each of our
functions that is called for it: in which module it stands, and whether one of its arguments holds
the expression's text or the points' text, itself or within a tuple, a list or a dictionary.

Not counted are: what runs while a module is imported, which is the same for every question; the
body of a class, which is no call; what a forked process computes (the certified values and the
formulas); and, among those who see a text, those who have the words of the whole call, before it
is known what each of them is. These are counted on a line of their own.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterable, Iterator
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import FrameType

import tapecli
from tapecli import cli

ROOT = Path(tapecli.__file__).parent
ROOT_TEXT = str(ROOT)

EXPRESSION, POINTS = "log(x^2)", "1..3"

CALL = ["diff", EXPRESSION, "--order", "2", "--x", POINTS]

WORDS = "the words of the call"
"""What stands for a list of the arguments as they were typed."""


def imports(frame: FrameType | None) -> bool:
    """Whether a call is made while one of our modules is imported."""
    while frame is not None:
        code = frame.f_code
        if code.co_name == "<module>" and ROOT in Path(code.co_filename).parents:
            return True
        frame = frame.f_back
    return False


def arguments(frame: FrameType) -> Iterator[object]:
    """The values of the arguments of a call, and what its containers hold."""
    code = frame.f_code
    for name in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount + 2]:
        value = frame.f_locals.get(name)
        yield value
        if isinstance(value, dict):
            yield from value.values()
        elif isinstance(value, (tuple, list)):
            is_call = any(isinstance(item, str) and item == "--order" for item in value)
            yield from [WORDS] if is_call else value


def walk() -> tuple[set[str], dict[str, set[str]]]:
    """The modules of which functions are called, and the functions that see each text."""
    modules: set[str] = set()
    seen: dict[str, set[str]] = {EXPRESSION: set(), POINTS: set(), WORDS: set()}

    def note(frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if event != "call" or ROOT_TEXT not in code.co_filename or not code.co_flags & CO_OPTIMIZED:
            return
        path = Path(code.co_filename)
        if ROOT not in path.parents or code.co_name.startswith("<") or imports(frame.f_back):
            return
        module = str(path.relative_to(ROOT))
        modules.add(module)
        for value in arguments(frame):
            if isinstance(value, str) and value in seen:
                seen[value].add(f"{module}: {code.co_qualname}")

    with contextlib.redirect_stdout(io.StringIO()):
        sys.setprofile(note)
        try:
            code = cli.execute(CALL)
        finally:
            sys.setprofile(None)
    assert code == 0
    return modules, seen


def lines(title: str, items: Iterable[str]) -> Iterator[str]:
    """A heading with the number of items, and the items."""
    listed = sorted(items)
    yield f"{title}: {len(listed)}"
    yield from (f"  {item}" for item in listed)


if __name__ == "__main__":
    modules, seen = walk()
    for line in lines("Modules of which a function is called", modules):
        print(line)
    for text, functions in seen.items():
        for line in lines(f"Functions that see '{text}'", functions):
            print(line)
