"""Figures: three formats, the same bytes each time, and nothing across a gap."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tapecli.errors import OutputError
from tapecli.features.plot.model import Mark, PlotAxis
from tapecli.features.plot.pages import figure
from tapecli.formats import PLOTS, encode, require_library
from tapecli.result import Status

if TYPE_CHECKING:
    from tests.features.plot.pages.conftest import Make

MAGIC = {"png": b"\x89PNG\r\n\x1a\n", "svg": b"<?xml", "pdf": b"%PDF-"}


@pytest.fixture(autouse=True)
def matplotlib() -> Any:
    return pytest.importorskip("matplotlib")


@pytest.mark.parametrize("name", list(MAGIC))
def test_files_are_what_they_say_and_the_same_each_time(make: Make, name: str) -> None:
    curves = make("x^2", lambda x: x**2, lambda x: 2 * x)
    first = encode(curves, PLOTS[name])
    assert first.startswith(MAGIC[name])
    assert encode(curves, PLOTS[name]) == first
    assert b"20" + b"26-" not in first
    assert b"CreationDate" not in first


def test_no_setting_of_the_user_matters(make: Make, matplotlib: Any) -> None:
    curves = make("x^2", lambda x: x**2)
    first = encode(curves, PLOTS["svg"])
    with matplotlib.rc_context({"font.size": 30, "lines.linewidth": 9, "svg.hashsalt": "other"}):
        assert encode(curves, PLOTS["svg"]) == first


def axes(curves: Any) -> Any:
    from matplotlib.figure import Figure

    drawing = Figure(figsize=figure._size(curves), layout="constrained").add_subplot()
    figure._draw(drawing, curves)
    return drawing


def entries(drawing: Any) -> list[str]:
    (legend,) = drawing.figure.legends
    return [text.get_text() for text in legend.get_texts()]


def drawn(drawing: Any) -> list[Any]:
    """The lines of curves: neither marks nor the lines at 0."""
    return [line for line in drawing.lines if line.get_linestyle() != "None" and line.get_color()
            != "#999999"]  # fmt: skip


def test_each_piece_is_a_line_and_each_curve_has_one_entry(make: Make) -> None:
    curves = make("1/x", lambda x: 1 / (x - 0.003), lambda x: -1 / (x - 0.003) ** 2,
                 low=-9, high=9, open_at=[0.003])  # fmt: skip
    drawing = axes(curves)
    assert len(drawn(drawing)) == 4
    for line in drawn(drawing):
        x, y = line.get_data()
        assert (x < 0.003).all() or (x > 0.003).all()
        assert y.min() >= -9
        assert y.max() <= 9
    assert entries(drawing) == [r"$y = \dfrac{1}{x}$", r"$\dfrac{d y}{d x}$"]
    styles = {(line.get_color(), line.get_linestyle()) for line in drawn(drawing)}
    assert len(styles) == 2


def test_a_curve_that_is_nowhere_in_the_window_has_an_entry(make: Make) -> None:
    drawing = axes(make("x", lambda x: x + 100))
    assert entries(drawing) == ["$y = x$"]


def test_marks_are_counted_and_failures_are_all_shown(make: Make) -> None:
    xs = np.linspace(0, 0.1, 50).tolist()
    marks = [Mark(x, x, status) for status in (Status.OFF, Status.ROUNDED) for x in xs]
    marks.append(Mark(1, float("nan"), Status.UNDEFINED))
    curves = replace(make("x", lambda x: x, marks=marks), marked=True)
    marks_by_label = {
        line.get_label(): line for line in axes(curves).lines if line.get_marker() != "None"
    }
    assert len(marks_by_label["50 off"].get_xdata()) == 50
    assert len(marks_by_label["50 rounded"].get_xdata()) < 10
    assert marks_by_label["1 undefined"].get_ydata().tolist() == [curves.low]
    assert not [line for line in axes(replace(curves, marked=False)).lines
                if line.get_marker() != "None"]  # fmt: skip


def test_a_logarithmic_axis_and_other_variables(make: Make) -> None:
    drawing = axes(make("log(x)*a", np.log, axis=PlotAxis("x", 0.01, 100, True), at={"a": 1.5}))
    assert drawing.get_xscale() == "log"
    assert drawing.get_title(loc="left") == "$a = 1.5$"


@pytest.mark.parametrize("terms", [1, 5, 12, 60])
def test_long_expressions_leave_room_for_the_curves(make: Make, terms: int) -> None:
    text = " + ".join(f"x^{number}/{number + 1}" for number in range(terms))
    curves = make(text, *(lambda x: x for _ in range(4)))
    drawing = axes(curves)
    drawing.figure.draw_without_rendering()
    box = drawing.get_position()
    assert box.width * box.height > 0.2
    assert (r"\dfrac{x^{1}}{2}" in entries(drawing)[0]) is (1 < terms < 8)


def test_many_curves_make_a_higher_figure(make: Make) -> None:
    two_curves, thirty_curves = (
        make("x", *(lambda x: x for _ in range(count))) for count in (2, 30)
    )
    assert figure._size(two_curves) == figure.SIZE
    assert figure._size(thirty_curves)[1] > 10


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(OutputError, match=r"needs matplotlib; pip install 'tapecli\[plot\]'"):
        require_library(PLOTS["svg"])
    require_library(PLOTS["text"])


def test_with_the_core_of_tensorflow_a_figure_does_not_load_the_whole() -> None:
    """Matplotlib asks a TensorFlow that is loaded whether numbers are tensors of it."""
    program = (
        "from tapecli.engines.tapes import core, loading\n"
        "loading.load(quietly=True, core_only=True)\n"
        "from matplotlib.figure import Figure\n"
        "Figure().add_subplot().plot([1, 2], [1, 2])\n"
        "assert core.in_use()\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
