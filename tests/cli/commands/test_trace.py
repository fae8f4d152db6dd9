"""`tapecli trace` as it is called."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Run, RunAll


def test_the_worked_example(run: Run) -> None:
    done = run("trace", "--order", "2")
    assert done.code == 0
    assert done.err == ""
    assert done.lines[0].startswith("y = log(x**2)")
    assert "  v2 = log(v1)   Log   1.3862943611198906   ∂v2/∂v1 = 1/v1   0.25" in done.lines
    assert done.lines[-1] == "dy/dx = 1, d²y/dx² = -0.5: as in diff, ok"


REFUSED = {
    ("log(x^2)", "--x", "1..3"): "a trace takes one point, such as --x 2, not 3",
    ("sni(x)",): "unknown function 'sni'",
    ("log(x^2)", "--order", "9"): "more than 1,000 operations",
    ("x*y", "--x", "1"): "say by which to differentiate",
    ("log(x^2)", "--method", "none"): "'--method none' has no tapes",
    ("log(x^2)", "--format", "jsn"): "Did you mean 'json'?",
}


def test_a_wrong_call_is_refused_before_tensorflow(run_all: RunAll) -> None:
    answers = run_all([("trace", *arguments) for arguments in REFUSED])
    for done, problem in zip(answers, REFUSED.values(), strict=True):
        assert problem in done.err
        assert (done.code, done.out) == (2, "")
        assert "tensorflow" not in done.loaded


def test_a_document(run: Run) -> None:
    done = run("trace", "x^2*y", "--x", "2", "--y", "3", "--wrt", "x,y", "--format", "json")
    document = json.loads(done.out)
    assert done.code == 0
    assert [(answer["derivative"], answer["value"]) for answer in document["answers"]] == [
        ("∂²f/∂x∂y", 4)
    ]
