"""What is typed to hurt: everything is refused with one short message, and nothing is done."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Run

LONG = "9" * 100_000
"""As long as the shell lets an argument be, nearly."""

RED = "\x1b[31mx"
TURNED = "a\u202eb"
NO_TEXT = "\udcff"
"""What Python makes of a byte of an argument that is no text."""

X = ("diff", "x")

EXPRESSIONS = {
    "brackets": "(" * 9_999,
    "closed brackets": "(" * 5_000 + ")" * 5_000,
    "minuses": "(" + "-" * 9_998,
    "powers": "2^" * 4_999,
    "functions": "sin " * 2_499,
    "bars": "|" * 9_999,
    "sums": "x" + "+x" * 4_999,
    "quotients": "1/" * 4_999 + "x",
    "digits": "9" * 10_000,
    "too long": "x+" * 5_000 + "x",
    "combining characters": "x" + "\u0301" * 9_000,
    "superscripts": "x" + "²" * 9_000,
    "names": "a" * 10_000,
    "a tower of powers": "9^9^9^9",
    "a power that is a power": "10^10^10 x",
    "a huge root": "x^(1/3)^(10^9)",
    "an exponent": "1e999999999",
    "an escape sequence": RED,
    "NUL": "x\0",
    "a bell": "x\a",
    "right to left": "x\u202e^2",
    "an isolate": "\u2066x\u2069",
    "nothing that is seen": "x\u200b^2",
    "a byte": f"x{NO_TEXT}",
    "a Cyrillic letter": "х^2",
    "a letter in a circle": "ⓧ^2",
    "a mathematical letter": "ℵ^2",
    "a dash": "x〜2",
    "another hyphen": "x\u00ad1",
    "another quote": "f’(x)",
    "Arabic digits": "x^٢",
    "markup": "[bold]x[/bold]",
    "a closing tag": "[/]",
    "an index": "a[0]",
    "Python": "__import__('os').system('touch pwned')",
    "an attribute": "x.__class__",
    "a lambda": "lambda: x",
    "a command": "$(touch pwned)",
    "a statement": "x; touch pwned",
    "a format": "{x}%s%n",
    "a bar": "x | touch pwned",
    "a page": "<script>x</script>",
    "a path": "../../etc/passwd",
    "no function": "f(x)",
    "no arguments": "sin()",
    "many arguments": f"sin({'x,' * 4_000}x)",
    "a name of its own": "y = y",
    "two names": "y = z = x",
    "a function's name": "sin = x",
}

ARGUMENTS = {
    "a command": (LONG,),
    "an option": (*X, f"--{LONG}"),
    "an option of words": (*X, f"--{'no ' * 30_000}"),
    "dashes": (*X, "-" * 100_000),
    "an order": (*X, "--order", LONG),
    "a negative order": (*X, "--order", "-1"),
    "an order too high": (*X, "--order", "1001"),
    "an order in other digits": (*X, "--order", "٣"),
    "points": (*X, "--x", LONG),
    "points in brackets": (*X, "--x", "(" * 100_000),
    "points that are missing": (*X, "--x", "," * 100_000),
    "points without end": (*X, "--x", "0..1e300"),
    "a step": (*X, "--x", "0..1:1e-300"),
    "no step": (*X, "--x", "0..1:0"),
    "a count": (*X, "--x", f"0..1@{LONG}"),
    "a range of ranges": (*X, "--x", "1..2..3"),
    "infinity": (*X, "--x", "inf"),
    "not a number": (*X, "--x", "nan..1"),
    "a point too large": (*X, "--x", "1e309"),
    "a point too small": (*X, "--x", "1e-400"),
    "a tower": (*X, "--x", "9^9^9"),
    "a constant without a value": (*X, "--x", "exp(exp(exp(9)))"),
    "a variable's value": (*X, "--x", "x"),
    "a name": (*X, "--at", f"{'a' * 100_000}=1"),
    "a turned name": (*X, "--at", f"{TURNED}=1"),
    "no name": (*X, "--at", "=1"),
    "a list": (*X, "--wrt", "x," * 50_000),
    "a variable that is not there": (*X, "--wrt", RED),
    "a format": (*X, "--format", RED),
    "a dtype": (*X, "--dtype", NO_TEXT),
    "a device": (*X, "--device", RED),
    "a device of words": (*X, "--device", LONG),
    "a tolerance": (*X, "--tolerance", "nan"),
    "a time": (*X, "--max-seconds", "-1"),
    "a claim": (*X, "--claim", RED),
    "a claim that is long": (*X, "--claim", LONG),
    "targets": ("diff", *["x"] * 51),
    "derivatives": ("diff", *["x"] * 50, "--order", "1000", "--max-seconds", "1e9"),
    "work": ("diff", "sin(" * 150 + "x" + ")" * 150, "--order", "1000"),
    "a file": (*X, "--x", f"@{RED}"),
    "a file's name": (*X, "--x", f"@{LONG}"),
    "a file without a name": (*X, "--x", "@a\0b"),
    "a folder": (*X, "--x", "@."),
    "a device that does not end": (*X, "--x", "@/dev/zero"),
    "a table that does not end": (*X, "--at", "@/dev/zero"),
    "expressions that do not end": ("diff", "@/dev/zero"),
    "bytes": (*X, "--x", "@/dev/urandom"),
    "an output": (*X, "--output", f"none/{RED}"),
    "an output that is long": (*X, "--output", LONG),
    "an output without a name": (*X, "--output", ""),
    "an output that is a folder": (*X, "--output", "."),
    "an output without a format": (*X, "--output", f"y.{RED}"),
    "an output of NUL": (*X, "--output", "a\0b"),
    "a function": ("functions", RED),
    "a pitfall": ("pitfalls", LONG),
    "a topic": ("help", TURNED),
    "a shell": ("completion", RED),
    "a second shell": ("completion", "bash", RED),
    "a checked function": ("check", "--function", LONG),
    "a window": ("plot", "x", "--window", LONG),
    "a point of a trace": ("trace", "x", "--x", LONG),
    "a method of a program": ("code", "x", "--method", RED),
}


def refused(run: Run, *arguments: str, place: Path) -> None:
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Error: ")
    assert done.err.count("Error: ") == 1
    assert len(done.err) < 1_500
    assert done.err.replace("\n", "").isprintable()
    assert not any(unicodedata.bidirectional(c) in ("RLO", "LRO", "RLI") for c in done.err)
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_an_expression(run: Run, tmp_path: Path, name: str) -> None:
    refused(run, "diff", EXPRESSIONS[name], place=tmp_path)


@pytest.mark.parametrize("name", ARGUMENTS)
def test_an_argument(run: Run, tmp_path: Path, name: str) -> None:
    refused(run, *ARGUMENTS[name], place=tmp_path)
