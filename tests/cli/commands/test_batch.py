"""`tapecli batch`: it answers at once, as the other commands do, and ends well."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from tapecli.evaluation.batch import MAX_LINE, TRACED_AFTER
from tapecli.floats import FORMATS

if TYPE_CHECKING:
    from tests.cli.conftest import Run

Answer = dict[str, Any]

QUICK = '{"id": 1, "expr": "x^2", "x": 3, "method": "taylor"}'
"""A request that takes no TensorFlow."""

SAME = 2
"""Ulps by which operations and a graph of them may differ, which rounds elsewhere."""


class Coprocess:
    """A program's end of `tapecli batch`: a line there, a line back."""

    def __init__(self, *options: str, **more: Any) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tapecli", "batch", *options],
            **{
                "stdin": subprocess.PIPE,
                "stdout": subprocess.PIPE,
                "stderr": subprocess.PIPE,
                **more,
            },
        )

    def send(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(line.encode("utf-8", "surrogateescape") + b"\n")
        self.process.stdin.flush()

    def receive(self) -> Answer:
        assert self.process.stdout
        found: Answer = strict(self.process.stdout.readline().decode())
        return found

    def ask(self, **fields: Any) -> Answer:
        self.send(json.dumps(fields))
        return self.receive()

    def end(self) -> tuple[int, str, str]:
        """Close its standard input; its exit code, and what else it has written."""
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out.decode(), err.decode()


def strict(text: str) -> Any:
    def refuse(name: str) -> NoReturn:
        raise AssertionError(f"{name} is no JSON")

    return json.loads(text, parse_constant=refuse)


@contextlib.contextmanager
def coprocess(*options: str, **more: Any) -> Iterator[Coprocess]:
    one = Coprocess(*options, **more)
    try:
        yield one
    finally:
        one.process.kill()
        one.process.communicate()


@pytest.fixture(scope="module")
def server() -> Iterator[Coprocess]:
    """One process for the tests that ask for nothing else."""
    with coprocess() as one:
        yield one


def given(stdin: bytes, *options: str, shell: str = "") -> tuple[int, list[str], str]:
    """Exit code, lines of standard output and standard error of a call with this input."""
    command = [sys.executable, "-m", "tapecli", "batch", *options]
    if shell:
        command = ["sh", "-c", f'exec "$0" -m tapecli batch {shell}', sys.executable]
    done = subprocess.run(command, input=stdin, capture_output=True, timeout=60, check=False)
    return done.returncode, done.stdout.decode().splitlines(), done.stderr.decode()


# --- the same as the other commands -----------------------------------------------------------

CALLS: list[tuple[Answer, list[str]]] = [
    ({"expr": "log(x^2)", "order": 2, "x": [1, 2, 3]}, ["log(x^2)", "--order=2", "--x=1..3"]),
    ({"expr": "exp(-x^2)"}, ["exp(-x^2)"]),
    ({"expr": ["u = x^2", "log(u)"], "x": 3}, ["u = x^2", "log(u)", "--x=3"]),
    ({"expr": "x*y", "wrt": "y", "x": 1, "y": "1..2"}, ["x*y", "--wrt=y", "--x=1", "--y=1..2"]),
    (
        {"expr": "x^2*y^3", "wrt": ["x,y", "y"], "at": {"x": 2, "y": [3, 4]}},
        ["x^2*y^3", "--wrt=x,y", "--wrt=y", "--at=x=2", "--at=y=3,4"],
    ),
    (
        {"expr": "a*b", "wrt": "a", "at": {"a": [1, 2], "b": [3, 4]}, "zip": True},
        ["a*b", "--wrt=a", "--at=a=1,2", "--at=b=3,4", "--zip"],
    ),
    ({"kind": "grad", "expr": "x*sin(y)", "x": 1, "y": 2}, ["x*sin(y)", "--x=1", "--y=2"]),
    (
        {"kind": "grad", "expr": "x*y*z", "x": 1, "y": [2, 3], "z": 4, "wrt": ["z", "x"]},
        ["x*y*z", "--x=1", "--y=2,3", "--z=4", "--wrt=z", "--wrt=x"],
    ),
    (
        {"kind": "jacobian", "expr": ["x*y", "x/y"], "x": 1, "y": 3},
        ["x*y", "x/y", "--x=1", "--y=3"],
    ),
    ({"kind": "hessian", "expr": "x^3*y", "x": 1, "y": [2, 3]}, ["x^3*y", "--x=1", "--y=2,3"]),
    ({"expr": "x^3", "claim": ["3x^2"], "x": 2}, ["x^3", "--claim=3x^2", "--x=2"]),
    ({"expr": "x^3", "claim": "2x", "x": 2}, ["x^3", "--claim=2x", "--x=2"]),
    ({"expr": "exp(x)", "order": 4, "scaled": True}, ["exp(x)", "--order=4", "--scaled"]),
    ({"expr": "sqrt(x)", "dtype": "float32", "x": 0.1}, ["sqrt(x)", "--dtype=float32", "--x=0.1"]),
    ({"expr": "x^2", "dtype": "bfloat16"}, ["x^2", "--dtype=bfloat16"]),
    ({"expr": "tan(x)", "order": 12, "x": 0.5}, ["tan(x)", "--order=12", "--x=0.5"]),
    ({"expr": "gamma(x)", "method": "none"}, ["gamma(x)", "--method=none"]),
    ({"expr": "x^x", "method": "taylor", "order": 3}, ["x^x", "--method=taylor", "--order=3"]),
    ({"expr": "x^2", "method": "persistent"}, ["x^2", "--method=persistent"]),
    ({"expr": "x^3", "method": "batch", "order": 2}, ["x^3", "--method=batch", "--order=2"]),
    ({"expr": "sin(x)", "execution": "graph"}, ["sin(x)", "--execution=graph"]),
    ({"expr": "sin(x)", "execution": "xla"}, ["sin(x)", "--execution=xla"]),
    ({"expr": "sin(x)", "device": "cpu:0"}, ["sin(x)", "--device=cpu:0"]),
    ({"expr": "sin(x)", "tolerance": 0}, ["sin(x)", "--tolerance=0"]),
    ({"expr": "sin(x)", "verify": "none"}, ["sin(x)", "--verify=none"]),
    ({"expr": "abs(x) + log(x)", "x": [-1, 0, 1]}, ["abs(x) + log(x)", "--x=-1,0,1"]),
    ({"expr": "sinh(100x)", "x": [-8, 8]}, ["sinh(100x)", "--x=-8,8"]),
    ({"expr": "x^2", "order": 0}, ["x^2", "--order=0"]),
]


@pytest.mark.own_execution
@pytest.mark.parametrize(("fields", "arguments"), CALLS, ids=[" ".join(call) for _, call in CALLS])
def test_an_answer_is_that_of_the_command(
    fields: Answer, arguments: list[str], server: Coprocess, run: Run
) -> None:
    found = server.ask(id=arguments, formula=True, **fields)
    assert found.pop("id") == arguments
    command = fields.get("kind", "diff")
    expected = strict(run(command, *arguments, "--format", "json").out)
    assert list(found) == list(expected)
    assert found == expected


REPEATED = (
    "log(x^2)",
    "exp(-x^2)/x",
    "sin(x)/x",
    "tan(x/2)",
    "sqrt(x^2+1)",
    "cbrt(x)",
    "x^x",
    "atan(x)*asinh(x)",
    "tanh(x)^3",
    "gamma(x)",
    "lgamma(x)",
    "erf(x)",
    "abs(x)",
    "max(x, 2)",
    "1/(1+x^2)",
    "x^5 - 3x^2",
    "log1p(x) + expm1(x)",
    "acosh(x+1)",
    "2^x",
    "cosh(sin(x))",
    "sigmoid(x)",
    "log(x)",
)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("expression", REPEATED)
def test_an_answer_does_not_change_when_it_is_asked_often(
    expression: str, dtype: str, server: Coprocess
) -> None:
    request = {"expr": expression, "order": 2, "x": [-0.75, 0, 0.1, 1, 2, 3.3], "dtype": dtype}
    answers = [server.ask(**request) for _ in range(TRACED_AFTER + 2)]
    assert answers[0].get("execution") == "eager"
    assert answers[-1].get("execution") == "graph"
    for found in answers[1:]:
        assert found["counts"] == answers[0]["counts"]
        for row, first in zip(found["rows"], answers[0]["rows"], strict=True):
            assert row["status"] == first["status"]
            assert row["analytic"] == first["analytic"]
            assert near(row["tape"], first["tape"], dtype)


def near(value: Any, other: Any, dtype: str) -> bool:
    """Whether they are the same, or but for the last places."""
    if isinstance(value, float) and isinstance(other, float):
        format_ = FORMATS[dtype]
        one, two = (format_.round(Fraction(number)) for number in (value, other))
        return format_.steps(one, two) <= SAME
    return bool(value == other)


# --- a line there, a line back ----------------------------------------------------------------


def test_bad_requests_are_told_and_the_next_is_served(server: Coprocess) -> None:
    for bad in ("{", "[]", '{"id": NaN}', '{"expr": "sni(x)"}', "\udcff", '{"id":"\udcff"}'):
        server.send(bad)
        assert server.receive()["error"]["exit_code"] == 2
    assert server.ask(id="\ud800", expr="x^2", x=3)["id"] == "\ud800"
    server.send('{"expr": "x^2", "x": 3}\r')
    assert server.receive()["rows"][0]["tape"] == 6


SHELL = r"""
coproc "$0" -m tapecli batch
for x in 1 2 3; do
  printf '{"id": %d, "expr": "x^2", "x": %d, "method": "none"}\n' $x $x >&"${COPROC[1]}"
  read -r answer <&"${COPROC[0]}"
  echo "$answer"
done
exec {COPROC[1]}>&-
wait
"""


@pytest.mark.skipif(sys.platform == "darwin", reason="its bash has no coproc")
def test_a_shell_can_drive_it() -> None:
    command = ["bash", "-c", SHELL, sys.executable]
    done = subprocess.run(command, capture_output=True, timeout=60, check=True)
    answers = [strict(line) for line in done.stdout.decode().splitlines()]
    assert [found["id"] for found in answers] == [1, 2, 3]
    assert [found["rows"][0]["analytic"] for found in answers] == [2, 4, 6]
    assert done.stderr == b""


def test_lines_of_any_kind() -> None:
    text = f"\ufeff{QUICK}\r\n\r\n  \n{QUICK}".encode() + b'\n{"id": "\xff"}\n' + QUICK.encode()
    code, lines, err = given(text)
    assert [strict(line)["id"] for line in lines] == [1, 1, "\ufffd", 1]
    assert (code, err) == (0, "")


def test_no_request_is_no_error() -> None:
    assert given(b"") == (0, [], "")


def test_of_a_line_that_is_too_long_the_rest_is_passed_over() -> None:
    text = b"x" * (2 * MAX_LINE + 5) + b"\n" + QUICK.encode()
    code, (first, second), _ = given(text)
    assert "more than 10,000,000 characters" in strict(first)["error"]["message"]
    assert strict(second)["id"] == 1
    assert code == 0


ALONE = """
import sys
from tapecli import process
from tapecli.cli import main

process.can_fork = lambda: False
main(sys.argv[1:])
"""
"""A batch whose tapes run in the process that answers."""


def test_many_requests_at_once_have_the_answers_of_one_process() -> None:
    expressions = ["log(x^2)", "sin(x)/x", "1/(1 + x^2)", "sni(x)", "abs(x) + log(x)", "x^y"]
    methods = ["auto", "none", "auto", "taylor", "auto", "nested", "single"]
    requests: list[Answer] = [
        {"id": number, "expr": expressions[number % 6], "method": methods[number % 7], "order": 2}
        for number in range(90)
    ]
    requests += [{"expr": f"x^2 + {number}x", "x": "0..1:0.01"} for number in range(20)]
    requests += [{"expr": "x^3", "x": "3..1"}, {"expr": "cos(x)", "x": "0..1:0.0001"}]
    requests += [{"expr": "x*sin(x)", "x": x} for x in range(-5, 5)]
    lines = [json.dumps(request).encode() for request in requests]
    text = b"\n".join([*lines[:40], b"no JSON", b"", b"no JSON", *lines[40:]])
    alone = [sys.executable, "-c", ALONE, "batch"]
    done = subprocess.run(alone, input=text, capture_output=True, timeout=60, check=True)
    answers = done.stdout.decode().splitlines()
    assert len(answers) == len(requests) + 2
    assert given(text) == (0, answers, "")


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the system has no /proc")
def test_where_the_process_of_the_tapes_is_killed_its_work_is_done_all_the_same() -> None:
    with coprocess() as one:
        first = one.ask(id=1, expr="log(x^2)", x=2)
        number = one.process.pid
        (child,) = Path(f"/proc/{number}/task/{number}/children").read_text().split()
        os.kill(int(child), signal.SIGKILL)
        assert one.ask(id=1, expr="log(x^2)", x=2) == first
        assert one.end() == (0, "", "")


def test_requests_without_tapes_load_no_tensorflow() -> None:
    with coprocess("--verbose") as one:
        assert one.ask(expr="x^2", x=3, method="taylor")["ok"] is True
        maps = Path(f"/proc/{one.process.pid}/maps")
        if maps.exists():
            assert "tensorflow" not in maps.read_text()
        assert one.end() == (0, "", "")


def test_strict_tells_a_wrong_value_by_the_exit_code() -> None:
    wrong = b'{"expr": "x^2", "x": 3, "claim": "x", "method": "taylor"}\n'
    assert given(wrong)[0] == 0
    assert given(wrong, "--strict")[0] == 1
    assert given(QUICK.encode(), "--strict")[0] == 0


# --- how it ends ------------------------------------------------------------------------------


def test_a_terminal_is_no_place_for_requests() -> None:
    ours, theirs = pty.openpty()
    with coprocess(stdin=theirs) as one:
        code, out, err = one.end()
    os.close(ours)
    os.close(theirs)
    assert (code, out) == (2, "")
    assert "which is a terminal; pipe them in" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("shell", "problem"),
    [
        (">/dev/full", "cannot write: No space left on device"),
        (">&-", "cannot write: Bad file descriptor"),
        ("<&-", "requests come from standard input, which is closed"),
        ("0>/dev/null", "requests cannot be read: Bad file descriptor"),
    ],
)
def test_streams_that_cannot_be_used_are_told_on_one_line(shell: str, problem: str) -> None:
    code = 1 if "write" in problem else 2
    assert given(QUICK.encode() + b"\n", shell=shell) == (code, [], f"Error: {problem}\n")


def test_a_reader_who_has_seen_enough_is_no_error() -> None:
    with coprocess() as one:
        assert one.process.stdout
        one.send(QUICK)
        one.receive()
        one.process.stdout.close()
        with contextlib.suppress(BrokenPipeError):
            for _ in range(3):
                one.send(QUICK)
        assert one.process.wait(timeout=30) == 0
        assert one.process.stderr
        assert one.process.stderr.read() == b""


@pytest.mark.parametrize(
    ("number", "code", "told"),
    [(signal.SIGINT, 130, "Error: interrupted\n"), (signal.SIGTERM, 143, "Error: terminated\n")],
)
def test_a_signal_ends_it_while_it_waits(number: signal.Signals, code: int, told: str) -> None:
    with coprocess() as one:
        one.send(QUICK)
        one.receive()
        time.sleep(0.05)
        one.process.send_signal(number)
        assert one.end() == (code, "", told)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_while_it_computes(number: signal.Signals) -> None:
    with coprocess() as one:
        one.send(QUICK)
        one.receive()
        one.send('{"expr": "x^x^x^x", "order": 900, "method": "taylor", "max_seconds": 1e9}')
        time.sleep(0.5)
        one.process.send_signal(number)
        assert one.process.wait(timeout=30) == 128 + number


@pytest.mark.parametrize(
    ("number", "code", "told"),
    [(signal.SIGINT, 130, "Error: interrupted\n"), (signal.SIGTERM, 143, "Error: terminated\n")],
)
def test_a_signal_while_tensorflow_loads_is_told_in_one_line(
    number: signal.Signals, code: int, told: str, tmp_path: Path
) -> None:
    package, loading = tmp_path / "tensorflow", tmp_path / "loading"
    package.mkdir()
    text = f"import pathlib, time\npathlib.Path({str(loading)!r}).touch()\ntime.sleep(60)\n"
    (package / "__init__.py").write_text(text)
    path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    with coprocess(env={**os.environ, "PYTHONPATH": path}) as one:
        one.send('{"expr": "x^2"}')
        while not loading.exists():
            time.sleep(0.01)
        one.process.send_signal(number)
        assert one.end() == (code, "", told)


MISSING = 'raise ModuleNotFoundError("No module named \'tensorflow\'", name="tensorflow")'


@pytest.mark.parametrize(
    ("module", "problem"),
    [
        (MISSING, "TensorFlow is not installed; pip install 'tensorflow>=2.20'"),
        (
            "1 / 0",
            "TensorFlow does not start: ZeroDivisionError: division by zero"
            "; pip install 'tensorflow>=2.20' --force-reinstall",
        ),
    ],
)
def test_without_tensorflow_each_request_is_answered_and_the_end_tells(
    module: str, problem: str, tmp_path: Path
) -> None:
    package = tmp_path / "tensorflow"
    package.mkdir()
    (package / "__init__.py").write_text(module)
    with coprocess(env={**os.environ, "PYTHONPATH": str(tmp_path)}) as one:
        for number in range(2):
            error = one.ask(id=number, expr="x^2")["error"]
            assert (error["type"], error["exit_code"]) == ("TensorFlowError", 3)
            assert error["message"] == problem
            assert one.ask(expr="x^2", x=3, method="taylor")["ok"] is True
        assert one.end() == (3, "", f"Error: {problem}\n")


def test_a_processor_that_tensorflow_cannot_use_ends_it_and_is_told_once(tmp_path: Path) -> None:
    package = tmp_path / "tensorflow"
    package.mkdir()
    (package / "__init__.py").write_text("import os; os.write(2, b'no AVX\\n'); os.abort()")
    with coprocess(env={**os.environ, "PYTHONPATH": str(tmp_path)}) as one:
        assert one.ask(expr="x^2", x=3, method="taylor")["ok"] is True
        one.send('{"expr": "x^2"}')
        told = "no AVX\nError: the process was ended while TensorFlow was starting\n"
        assert one.end() == (-signal.SIGABRT, "", told)


BROKEN = """
import sys
from tapecli.evaluation import answering
from tapecli.cli import main

def run(*rest, **options):
    raise KeyError("ours")

answering.answer = run
main(sys.argv[1:])
"""


@pytest.mark.parametrize("verbose", [False, True])
def test_our_own_mistakes_are_answered_and_shown_on_demand(verbose: bool) -> None:
    options = ["--verbose"] if verbose else []
    command = [sys.executable, "-c", BROKEN, "batch", *options]
    text = QUICK.encode() + b"\n"
    done = subprocess.run(command, input=text * 2, capture_output=True, timeout=60, check=True)
    answers = [strict(line) for line in done.stdout.decode().splitlines()]
    assert [found["error"]["type"] for found in answers] == ["InternalError"] * 2
    assert [found["id"] for found in answers] == [1, 1]
    err = done.stderr.decode()
    assert err.count("KeyError: 'ours'") == 2 * verbose
    assert bool(err) == verbose
