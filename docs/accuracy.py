"""Measure how accurate derivatives are, and write docs/accuracy.md.

Every row of the function table is differentiated at the fixed points of `tapecli check` and at
seeded random ones from its intervals: by nested tapes, and by Taylor arithmetic at high orders.
Functions that TensorFlow has an operation for are run in every dtype, others in float64. The same
machine and versions give the same page again, but for its date.
"""

from __future__ import annotations

import contextlib
import math
import platform
import textwrap
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import tapecli
from tapecli.evaluation.verdict import STABLE_ULPS
from tapecli.features.check.cases import CASES, COMPOSITE, Case
from tapecli.features.check.plan import OWN_CASES
from tapecli.floats import FORMATS

PAGE = Path(__file__).with_name("accuracy.md")

SEED = 0
POINTS = 200
ORDERS = (1, 2, 3, 4)
HIGH_ORDERS = (5, 10, 20, 40)
FURTHEST = 3
"""How many values of each setting are shown, one of a function."""

NOTHING = "–"
OK, ROUNDED = tapecli.Status.OK, tapecli.Status.ROUNDED


@dataclass
class MeasuredSetting:
    """What was measured in one dtype with one method.

    Attributes:
        name: what it is called.
        dtype: the dtype.
        orders: the orders that were asked for.
        rows: for each row of the function table and order the values.
    """

    name: str
    dtype: str
    orders: Sequence[int]
    rows: dict[tuple[str, int], list[tapecli.Row]] = field(default_factory=dict)

    def add(self, group: str, result: tapecli.Result) -> None:
        """Take in the values of a case."""
        for row in result.rows:
            self.rows.setdefault((group, row.order), []).append(row)

    def of(self, group: str | None = None, order: int | None = None) -> list[tapecli.Row]:
        """The values of a function, of an order, or all."""
        return [
            row
            for (name, found), rows in self.rows.items()
            if group in (None, name) and order in (None, found)
            for row in rows
        ]


# --- measuring --------------------------------------------------------------------------------


def measured() -> Iterator[MeasuredSetting]:
    """All settings."""
    for dtype in FORMATS:
        setting = MeasuredSetting(dtype, dtype, ORDERS)
        for case in _cases(dtype):
            _with_tapes(setting, case)
        yield setting
    setting = MeasuredSetting("Taylor arithmetic, float64", "float64", HIGH_ORDERS)
    wanted = [",".join("x" * order) for order in HIGH_ORDERS]
    for case in _cases("float64"):
        xs = case.points(FORMATS["float64"], SEED, POINTS, awkward=False)
        with contextlib.suppress(tapecli.RequestError):  # Taylor arithmetic has no rule for it
            result = tapecli.diff(
                case.targets, x=xs, wrt=wanted, method="taylor", formulas=False, verify="all"
            )
            setting.add(case.group, result)
    yield setting


def _cases(dtype: str) -> list[Case]:
    """What is run in a dtype."""
    cases = CASES if dtype == "float64" else OWN_CASES
    return [case for case in cases if case.group != COMPOSITE]


def _with_tapes(setting: MeasuredSetting, case: Case) -> None:
    """Nested tapes, to the highest order that TensorFlow has kernels for."""
    xs = case.points(FORMATS[setting.dtype], SEED, POINTS, awkward=False)
    for order in reversed(ORDERS):
        try:
            result = tapecli.diff(
                case.targets,
                x=xs,
                order=order,
                method="nested",
                dtype=setting.dtype,
                formulas=False,
                verify="all",
            )
        except tapecli.RequestError:
            continue
        setting.add(case.group, result)
        return


# --- statistics -------------------------------------------------------------------------------


def ulps(rows: Iterable[tapecli.Row]) -> list[int]:
    """The errors of values that can be counted, the smallest first."""
    return sorted(row.ulps for row in rows if row.ulps is not None)


def quantile(values: Sequence[int], share: float) -> int:
    """The smallest value that so many of all do not exceed."""
    return values[max(math.ceil(share * len(values)) - 1, 0)]


def share(rows: Sequence[tapecli.Row], status: tapecli.Status) -> str:
    """How many of the values have a status, never rounded up."""
    count = sum(row.status is status for row in rows)
    if not rows or count in (0, len(rows)):
        return NOTHING if not rows else f"{100 * count // len(rows)} %"
    percent = math.floor(10_000 * count / len(rows)) / 100
    return f"{percent:.2f} %" if percent else "< 0.01 %"


def count(value: int) -> str:
    """Ulps in few characters."""
    return f"{value:,}" if value < 1_000_000 else f"{value:.0e}".replace("e+0", "e")


def condition(row: tapecli.Row, dtype: str) -> float:
    """How many times a relative change of the point is larger in the derivative."""
    order, (x,) = row.order, row.at.values()
    wanted = [",".join("x" * order), ",".join("x" * (order + 1))]
    exact = tapecli.diff(
        row.expression, x=[x], wrt=wanted, method="none", dtype=dtype, formulas=False
    )
    here, slope = exact.analytic[0, :, 0].tolist()
    return abs(x * slope / here) if here else math.inf


# --- the page ---------------------------------------------------------------------------------


def table(head: Sequence[str], rows: Iterable[Sequence[str]], words: int = 1) -> str:
    """A Markdown table; the first columns are words."""
    rule = ["---"] * words + ["---:"] * (len(head) - words)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))


def summary(settings: Sequence[MeasuredSetting]) -> str:
    """Median, 99th percentile and worst over all functions, and what the verdict is."""

    def row(setting: MeasuredSetting, orders: Sequence[int]) -> list[str]:
        everything = setting.of()
        shares = [share(everything, status) for status in (OK, ROUNDED)]
        return [setting.name, *(_three(setting.of(order=order)) for order in orders), *shares]

    *tapes, taylor = settings
    ends = ("ok", "rounded")
    shares = ["ok", *(share(taylor.of(order=order), OK) for order in HIGH_ORDERS)]
    return "\n\n".join(
        (
            table(("tapes", *_named(ORDERS), *ends), [row(each, ORDERS) for each in tapes]),
            table(
                ("Taylor arithmetic", *_named(HIGH_ORDERS)),
                [["float64", *row(taylor, HIGH_ORDERS)[1:-2]], shares],
            ),
        )
    )


def _named(orders: Iterable[int]) -> list[str]:
    return [f"order {order}" for order in orders]


def _three(rows: Sequence[tapecli.Row]) -> str:
    found = ulps(rows)
    return " / ".join(count(quantile(found, part)) for part in (0.5, 0.99, 1)) if found else NOTHING


def _two(rows: Sequence[tapecli.Row]) -> str:
    found = ulps(rows)
    return " / ".join(count(quantile(found, part)) for part in (0.5, 1)) if found else NOTHING


def by_function(setting: MeasuredSetting) -> str:
    """A table: functions down, orders across."""
    expressions: dict[str, list[str]] = {}
    for case in _cases(setting.dtype):
        expressions.setdefault(case.group, []).extend(f"`{text}`" for text in case.targets)
    rows = [
        [
            ", ".join(texts),
            *(_two(setting.of(group, order)) for order in setting.orders),
            share(setting.of(group), OK),
        ]
        for group, texts in expressions.items()
    ]
    return table(("function", *_named(setting.orders), "ok"), rows)


def furthest(settings: Sequence[MeasuredSetting]) -> str:
    """A table of the values that are furthest from the analytic ones."""
    rows = []
    for setting in settings:
        text = FORMATS[setting.dtype].text
        seen: set[str] = set()
        for row in sorted(setting.of(), key=lambda row: row.ulps or 0, reverse=True):
            if row.expression in seen or len(seen) == FURTHEST:
                continue
            seen.add(row.expression)
            (x,) = row.at.values()
            numbers = [NOTHING if v is None else text(v) for v in (x, row.tape, row.analytic)]
            factor = f"{condition(row, setting.dtype):.2g}"
            cells = [f"`{row.expression}`", str(row.order), *numbers, count(row.ulps or 0), factor]
            rows.append([setting.name, *cells, str(row.status)])
    head = ("", "expression", "order", "x", "computed", "analytic", "ulps", "condition", "status")
    return table(head, rows, words=2)


def what_stands_out(settings: Sequence[MeasuredSetting]) -> list[str]:
    """In words, with the counts of this run."""
    rows = [row for setting in settings for row in setting.of()]
    large = [row for row in rows if (row.ulps or 0) > STABLE_ULPS * row.order]
    explained, lost = (sum(row.status is status for row in large) for status in (OK, ROUNDED))
    rest = Counter(row.status for row in rows if row.status not in (OK, ROUNDED))
    others = ", ".join(f"{number:,} {status}" for status, number in rest.items()) or "none"
    failed = dict.fromkeys(row.expression for row in rows if row.status in rest)
    of_which = f", of {', '.join(f'`{text}`' for text in failed)}" if failed else ""
    uncounted = sum(row.ulps is None for row in rows)
    return [
        "An ulp count says how many numbers of the dtype lie between a value and the exact "
        "derivative, rounded to the dtype. Some derivatives pass through zero, such as that of "
        "lgamma between 1 and 2. There the derivative is a small sum of large terms, so that a "
        "change in the last bit of the point already changes it by many ulps; in a dtype of few "
        "bits even its sign depends on round-off. The verdict allows for this rounding of the "
        "point, but the ulp count does not. In the table below, `condition` is the relative "
        "change of the derivative for a relative change of the point: the point times the next "
        "derivative, divided by this derivative. Many ulps at a large condition are the best that "
        "the dtype allows. Many ulps at a small condition come from round-off inside TensorFlow "
        "or inside the recurrences of the series.",
        f"Of {len(rows):,} values, {len(large):,} differ by more than {STABLE_ULPS} ulps for each "
        f"order. {explained:,} of these are `ok`, because the rounding of the point explains the "
        f"difference, and {lost:,} are `rounded`. Values that are neither `ok` nor `rounded`: "
        f"{others}{of_which}. Values without an ulp count, because they are infinite or not a "
        f"number: {uncounted:,}. A dash means that TensorFlow has no kernel for a function, or for "
        "its derivative, in a dtype, or that Taylor arithmetic has no rule for it.",
        f"These {FURTHEST} expressions of each setting have the largest ulp counts:",
    ]


def page(settings: Sequence[MeasuredSetting]) -> str:
    """The whole page."""
    *tapes, taylor = settings
    names = ("tapecli", "tensorflow", "numpy", "python-flint")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    parts = [
        "# How accurate the derivatives are",
        f"Measured by `make accuracy` on {time.strftime('%Y-%m-%d')} with {versions}, Python "
        f"{platform.python_version()}, on {platform.system()} {platform.machine()}. Other versions "
        "and machines round differently.",
        f"Every row of the function table, and the operators, at {POINTS} random points (seed "
        f"{SEED}) from the intervals of `tapecli check` and at its fixed points. Awkward ones, "
        f"such as kinks and poles, are left out. Functions that TensorFlow has no operation for, "
        f"which are computed by their definitions, are measured in float64. Orders {ORDERS[0]} to "
        f"{ORDERS[-1]} come from nested tapes, run eagerly; orders "
        f"{', '.join(map(str, HIGH_ORDERS))} from Taylor arithmetic in float64. All are "
        "compared with certified values.",
        "- [All functions](#all-functions)\n- [What stands out](#what-stands-out)\n"
        "- [By function](#by-function)",
        "## All functions",
        "Ulps: median / 99th percentile / worst.",
        summary(settings),
        "## What stands out",
        *what_stands_out(settings),
        furthest(settings),
        "## By function",
        "Ulps: median / worst. The last column is the share of values that are `ok`.",
    ]
    for setting in (*tapes, taylor):
        parts += [f"### {setting.name}", by_function(setting)]
    return "\n\n".join(map(_wrapped, parts)) + "\n"


def _wrapped(part: str) -> str:
    """A paragraph in lines; tables, lists and headings stay as they are."""
    if part.startswith(("#", "|", "- ")):
        return part
    return textwrap.fill(part, 100, break_long_words=False, break_on_hyphens=False)


def main() -> None:
    """Measure, write the page, and print its summary."""
    settings = list(measured())
    PAGE.write_text(page(settings), "utf-8")
    print(summary(settings))


if __name__ == "__main__":
    main()
