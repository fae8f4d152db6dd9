"""Programs: made by the command line, run beside `diff`, and read back."""

from __future__ import annotations

import contextlib
import csv
import functools
import io
import math
import re
import shlex
import traceback
from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import groupby

from tapecli.floats import FORMATS

Numbers = dict[str, list[float]]
"""What a program prints, by label."""


def called(*arguments: str) -> str:
    """What the command line prints in this process."""
    from tapecli.cli import execute

    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = execute(arguments)
    out.flush()
    err.flush()
    assert isinstance(out.buffer, io.BytesIO)
    assert isinstance(err.buffer, io.BytesIO)
    assert code in (0, 1), err.buffer.getvalue().decode()
    return out.buffer.getvalue().decode()


@functools.cache
def code(row: str) -> str:
    """The program of a call."""
    return called("code", *shlex.split(row))


def output(source: str) -> str:
    """What a program prints in this process, where TensorFlow has been imported already."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        try:
            exec(compile(source, "<program>", "exec"), {"__name__": "__main__"})
        except Exception:
            print(traceback.format_exc())
    return out.getvalue()


def printed(text: str) -> Numbers:
    """The numbers that a program has printed, either a label or a point a line."""
    plain = re.sub(r"^d0(\w+)/d\w+0 ", r"\1 ", text, flags=re.MULTILINE)
    lines = re.sub(r"^d1(\w+)/d(\w+)1 ", r"d\1/d\2 ", plain, flags=re.MULTILINE).splitlines()
    if all("=" in line for line in lines):
        pairs = (line.split("=") for line in lines)
        return {label.strip(): [*map(float, rest.split())] for label, rest in pairs}
    labels = lines[0].split()
    rows = [[*map(float, line.split())] for line in lines[1:]]
    return {label: [row[i] for row in rows] for i, label in enumerate(labels)}


def differentiated(row: str) -> Numbers:
    """What `diff` computes for the same call, by the labels of a program."""
    arguments = shlex.split(row)
    quick = "--verify", "none"  # certified values are not what is compared
    text = called("diff", *arguments, "--format", "csv", "--max-seconds", "100", *quick)
    found: Numbers = defaultdict(list)
    for entry in csv.DictReader(io.StringIO(text)):
        name = label(entry["target"], entry["wrt"], int(entry["order"]))
        found[name].append(float(entry["tape"]))
    return dict(found)


def label(target: str, wrt: str, order: int) -> str:
    """The derivative as a program calls it."""
    if order == 0:
        return target
    names = wrt.split(",") if "," in wrt else [wrt] * order
    runs = [(name, len([*run])) for name, run in groupby(names)]
    below = "".join(f"d{name}{times if times > 1 else ''}" for name, times in runs)
    return f"d{order if order > 1 else ''}{target}/{below}"


def same(one: float, other: float, dtype: str) -> bool:
    """Whether two numbers are the same one of the dtype; NaN is the same as NaN."""
    if not (math.isfinite(one) and math.isfinite(other)):
        return one == other or (math.isnan(one) and math.isnan(other))
    format_ = FORMATS[dtype]
    return format_.round(Fraction(one)) == format_.round(Fraction(other))


def disagreements(
    shown: Mapping[str, Sequence[float]], expected: Mapping[str, Sequence[float]], dtype: str
) -> list[str]:
    """What a program prints otherwise than `diff`; [] where all is the same."""
    wrong = []
    for name, numbers in expected.items():
        if name not in shown:
            wrong.append(f"{name} is not among {', '.join(shown)}")
            continue
        pairs = [*zip(shown[name], numbers, strict=False)]
        if len(shown[name]) != len(numbers) or not all(same(*pair, dtype) for pair in pairs):
            wrong.append(f"{name}: {shown[name]}, and diff: {numbers}")
    return wrong
