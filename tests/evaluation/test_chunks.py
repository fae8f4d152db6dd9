"""Runs in parts: which requests are, and that the parts together are the whole."""

from __future__ import annotations

import io
import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tapecli import process
from tapecli.errors import PointsError
from tapecli.evaluation import answering, chunks, planner
from tapecli.evaluation.chunks import Stream, open_question
from tapecli.evaluation.question import Options, PointsInput, Question
from tapecli.floats import FORMATS
from tapecli.points import exact, points, tables

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tapecli.result import Result

PART = 32


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred points are the most that a request may have."""
    monkeypatch.setattr(exact, "MAX_POINTS", 100)
    monkeypatch.setattr(chunks, "SMALL_CHUNK", PART)


def begun(
    where: PointsInput,
    expression: str = "log(x**2)",
    how: Options | None = None,
    parts: bool = True,
) -> Question | Stream:
    wrt = ["x"] if "y" in expression else []
    how = how or Options(execution="eager")
    return open_question(
        where,
        kind="diff",
        expressions=expression,
        wrt=wrt,
        options=how,
        in_chunks=parts,
        size=PART,
    )


def streamed(
    where: PointsInput, expression: str = "log(x**2)", how: Options | None = None
) -> list[Result]:
    run = begun(where, expression, how)
    assert isinstance(run, Stream)
    return list(run.results())


def joined(results: list[Result]) -> NDArray[np.float64]:
    return np.concatenate([result.tape for result in results], axis=-1)


# --- which are taken in parts -----------------------------------------------------------------


@pytest.mark.parametrize(("count", "many"), [(99, False), (100, False), (101, True)])
@pytest.mark.parametrize("kind", ["range", "stdin", "file", "npy"])
def test_more_points_than_a_request_may_have(
    tmp_path: Path, kind: str, count: int, many: bool
) -> None:
    numbers = "".join(f"{n}\n" for n in range(1, count + 1))
    (tmp_path / "x.txt").write_text(numbers)
    np.save(tmp_path / "x.npy", np.arange(1.0, count + 1))
    given = {
        "range": f"1..{count}",
        "stdin": "-",
        "file": f"@{tmp_path}/x.txt",
        "npy": f"@{tmp_path}/x.npy",
    }
    run = begun(PointsInput({"x": given[kind]}, stdin=io.StringIO(numbers)))
    assert isinstance(run, Stream) is many
    results = list(run.results()) if isinstance(run, Stream) else [answering.answer(run)]
    assert joined(results).ravel() == pytest.approx(2 / np.arange(1, count + 1), rel=1e-15)


def test_without_parts_too_many_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.arange(1.0, 102))
    for text in ("1..101", f"@{tmp_path}/x.npy"):
        with pytest.raises(PointsError, match="more than 100 points"):
            begun(PointsInput({"x": text}), parts=False)


@pytest.mark.parametrize("kind", ["stdin", "file"])
def test_a_long_text_of_few_points_is_an_ordinary_request(tmp_path: Path, kind: str) -> None:
    remark = "# " + "long " * 1000 + "\n"
    text = "".join(f"{remark * 5}{n}\n\n" for n in range(1, 81))
    assert len(text) > tables.LINES_SIZE
    (tmp_path / "x").write_text(text)
    given = {"x": "-" if kind == "stdin" else f"@{tmp_path}/x"}
    run = begun(PointsInput(given, stdin=io.StringIO(text)))
    assert isinstance(run, Question)
    assert run.points.columns["x"].tolist() == list(range(1, 81))
    assert run.points.dimensions == {"x": 80}


def test_a_long_text_without_points_is_refused() -> None:
    with pytest.raises(PointsError, match="there are no points"):
        begun(PointsInput({"x": "-"}, stdin=io.StringIO("# nothing\n" * 200_000)))


def test_few_points_of_an_array_have_an_axis_for_each_variable(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.arange(1.0, 8))
    run = begun(PointsInput({"x": f"@{tmp_path}/x.npy", "y": "0..1@5"}), "x*y")
    assert isinstance(run, Question)
    assert run.points.dimensions == {"x": 7, "y": 5}
    same = Question.parse("diff", "x*y", PointsInput({"x": "1..7", "y": "0..1@5"}), wrt=["x"])
    assert {name: values.tolist() for name, values in run.points.columns.items()} == {
        name: values.tolist() for name, values in same.points.columns.items()
    }


# --- what can be read but once ----------------------------------------------------------------


def piped(text: str, tmp_path: Path, name: str) -> str:
    """A named pipe that a thread fills once."""
    import os
    import threading

    pipe = tmp_path / name
    os.mkfifo(pipe)
    threading.Thread(target=lambda: pipe.write_text(text), daemon=True).start()
    return f"@{pipe}"


@pytest.mark.parametrize("count", [20, 300_000])
@pytest.mark.parametrize("table", [False, True])
def test_a_pipe_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, table: bool
) -> None:
    """300,000 numbers are more than is read to see how many there are."""
    monkeypatch.setattr(chunks, "SMALL_CHUNK", 65_536)
    numbers = "".join(f"{n}\n" for n in range(1, count + 1))
    pipe = piped(("x\n" if table else "") + numbers, tmp_path, "pipe")
    where = PointsInput({}, pipe) if table else PointsInput({"x": pipe})
    run = begun(where, how=Options(method="taylor", verify="none"))
    results = list(run.results()) if isinstance(run, Stream) else [answering.answer(run)]
    xs = np.concatenate([result.points.columns["x"] for result in results])
    assert np.array_equal(xs, np.arange(1, count + 1))


def test_two_pipes_side_by_side(tmp_path: Path) -> None:
    given = {name: piped("1\n2\n3\n", tmp_path, name) for name in ("x", "y")}
    run = begun(PointsInput(given, paired=True), "x*y")
    assert isinstance(run, Question)
    assert answering.answer(run).tape.ravel().tolist() == [1, 2, 3]


@pytest.mark.parametrize("size", range(1, 14))
def test_a_text_is_the_same_in_blocks_of_any_size(
    monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(tables, "LINES_SIZE", size)
    for text in ("1\n-22\n333", "# 1\n\n1\n-22\n333\n"):
        run = begun(PointsInput({"x": "-"}, stdin=io.StringIO(text)))
        assert isinstance(run, Question)
        assert run.points.columns["x"].tolist() == [1, -22, 333]


@pytest.mark.parametrize("line", [1, 2, 30_000, pytest.param(400_000, marks=pytest.mark.slow)])
def test_a_line_that_is_no_text_is_named(tmp_path: Path, line: int) -> None:
    lines = [b"%d" % n for n in range(1, 400_011)]
    lines[line - 1] = b"1\xff"
    (tmp_path / "x").write_bytes(b"\n".join(lines))
    how = Options(method="taylor", verify="none")
    with (
        (tmp_path / "x").open(encoding="utf-8") as stdin,
        pytest.raises(PointsError, match=f"^line {line} of standard input"),
    ):
        streamed(PointsInput({"x": "-"}, stdin=stdin), how=how)


# --- the parts are the whole ------------------------------------------------------------------


@pytest.mark.parametrize("count", [101, 127, 128, 129, 192])
@pytest.mark.parametrize("execution", ["eager", "graph", "xla"])
@pytest.mark.parametrize("method", ["single", "nested", "taylor"])
def test_parts_have_the_values_of_one_request(
    monkeypatch: pytest.MonkeyPatch, count: int, execution: str, method: str
) -> None:
    how = Options(method=method, execution=None if method == "taylor" else execution, verify="none")
    where = PointsInput({"x": f"1..3@{count}"})
    results = streamed(where, how=how)
    assert [len(result.points) for result in results[:-1]] == [PART] * (-(-count // PART) - 1)
    monkeypatch.setattr(exact, "MAX_POINTS", 1000)
    whole = answering.answer(Question.parse("diff", "log(x**2)", where, options=how))
    xs = np.concatenate([result.points.columns["x"] for result in results])
    assert np.array_equal(xs, whole.points.columns["x"])
    # vectors of another length may be rounded differently, but no more than by one unit
    assert np.max(np.abs(joined(results) / whole.tape - 1)) <= 2.3e-16


@pytest.mark.parametrize(
    "where",
    [
        PointsInput({"x": "1..3@17", "y": "0..1@13"}),
        PointsInput({"x": "2", "y": "0..1@213"}),
        PointsInput({"x": "1..150", "y": "2..151"}, paired=True),
        PointsInput({"x": "1..150", "y": "3"}, paired=True),
    ],
    ids=["product", "constant", "zip", "zip with a constant"],
)
def test_several_variables(monkeypatch: pytest.MonkeyPatch, where: PointsInput) -> None:
    results = streamed(where, "x*y")
    run = begun(where, "x*y")
    assert isinstance(run, Stream)
    monkeypatch.setattr(exact, "MAX_POINTS", 1000)
    whole = Question.parse("diff", "x*y", where, wrt=["x"]).points
    for name in ("x", "y"):
        xs = np.concatenate([result.points.columns[name] for result in results])
        assert np.array_equal(xs, whole.columns[name])
    assert run.dimensions(len(whole)) == whole.dimensions


def test_tables_in_parts(tmp_path: Path) -> None:
    rows = "".join(f"{n},{-n}\n" for n in range(1, 201))
    (tmp_path / "p.csv").write_text("y,x\n" + rows)
    results = streamed(PointsInput({}, f"@{tmp_path}/p.csv"), "x*y")
    assert joined(results).ravel().tolist() == list(range(1, 201))
    assert streamed(PointsInput({}, "-", stdin=io.StringIO("y,x\n" + rows)), "x*y")[0].counts


@pytest.mark.parametrize("skip", [0, PART, 3 * PART])
@pytest.mark.parametrize("kind", ["range", "stdin", "file"])
def test_so_many_are_skipped(tmp_path: Path, kind: str, skip: int) -> None:
    text = "".join(f"{n}\n" for n in range(1, 151))
    (tmp_path / "x").write_text(text)
    given = {"range": "1..150", "stdin": "-", "file": f"@{tmp_path}/x"}[kind]
    run = begun(PointsInput({"x": given}, stdin=io.StringIO(text)))
    assert isinstance(run, Stream)
    results = list(run.results(skip))
    assert [int(result.points.at(0)["x"]) for result in results] == list(range(skip + 1, 151, PART))


def test_a_beginning_goes_on_with_the_rest() -> None:
    text = io.StringIO("".join(f"{n}\n" for n in range(250)))
    source = points.Reader(FORMATS["float64"], stdin=text).read({"x": "-"}, None, ["x"])
    assert isinstance(source, points.FilePoints)
    assert [len(chunk) for chunk in source.chunks(32)] == [32] * 7 + [26]


def test_claims_are_judged_once() -> None:
    run = open_question(
        PointsInput({"x": "1..200"}), kind="diff", expressions="log(x**2)", claims="3/x", size=PART
    )
    assert isinstance(run, Stream)
    results = list(run.results())
    assert [len(result.claims) for result in results] == [1] + [0] * (len(results) - 1)
    assert results[0].claims[0].failed


@pytest.mark.parametrize("done", [0, 2, 5])
def test_what_another_process_certifies_is_the_same(
    monkeypatch: pytest.MonkeyPatch, done: int
) -> None:
    """Whether it has certified nothing when it ends, some chunks, or all of them."""
    monkeypatch.setattr(process, "fork_iterator", lambda work: itertools.islice(work(), done))
    run = begun(PointsInput({"x": "-10..150"}), how=Options(execution="eager", verify="sample"))
    assert isinstance(run, Stream)
    results = run.results(PART, certified=run.certified(PART))
    for result, alone in zip(results, run.results(PART), strict=True):
        assert list(result.rows) == list(alone.rows)


def test_points_that_can_be_read_but_once_are_certified_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(process, "fork_iterator", lambda work: work())
    text = io.StringIO("".join(f"{number}\n" for number in range(150)))
    run = begun(PointsInput({"x": "-"}, stdin=text))
    assert isinstance(run, Stream)
    assert list(run.certified()) == []


def test_what_xla_cannot_do_is_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from tapecli.engines.tapes import arrangements
    from tapecli.errors import RequestError

    asked, real = [], arrangements.tape_derivatives

    def run(*arguments: object) -> object:
        asked.append(arguments[5])
        if arguments[5] == "xla":
            raise RequestError("there is no kernel for XLA")
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(arrangements, "tape_derivatives", run)
    monkeypatch.setattr(planner.Workload, "quickest", "xla")
    results = streamed(PointsInput({"x": "1..100:1/2"}), how=Options())
    assert asked == ["xla"] + ["eager"] * len(results)
    assert {result.execution for result in results} == {"eager"}


def test_outside_the_domain_and_at_a_pole() -> None:
    results = streamed(
        PointsInput({"x": "-100..100"}), "log(x)", Options(execution="eager", verify="all")
    )
    tape = joined(results).ravel()
    assert sum((result.counts.get(s, 0) for result in results for s in result.counts), 0) == 201
    undefined = sum(n for r in results for s, n in r.counts.items() if s == "undefined")
    assert undefined == 101
    assert np.array_equal(tape[101:], 1 / np.arange(1, 101))
