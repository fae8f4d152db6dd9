"""The answer and what is behind it, from costs that were planted; and numbers for people."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tapecli.features.compare.model import Cost, CostComparison, Scenario, Time
from tapecli.features.compare.pages import words
from tapecli.floats import spread

if TYPE_CHECKING:
    from tests.features.compare.pages.conftest import Compared


def nested(compared: Compared, **changed: object) -> Cost:
    """The cost of nested tapes, some of it put differently."""
    found = compared().cost("nested")
    assert found is not None
    return replace(found, **changed)  # type: ignore[arg-type]


def running(one: Cost, forward: int, taped: int | None = None) -> Cost:
    """The cost with so many operations forward, and as many tapes recording what the first does."""
    assert one.work is not None
    tapes = one.work.tapes if taped is None else one.work.tapes[:1] * taped
    return replace(one, work=replace(one.work, forward=("Mul",) * forward, tapes=tapes))


def slower(one: Cost, factor: float, *settings: Scenario) -> Cost:
    """The cost with times that are so many times longer, in these settings or all."""

    def scaled(time: Time) -> Time:
        median, low, high = (factor * each for each in (time.median, time.low, time.high))
        return replace(time, median=median, low=low, high=high)

    times = {s: scaled(t) if s in (settings or one.times) else t for s, t in one.times.items()}
    return replace(one, times=times)


def test_the_same_work_less_recording_and_times_within_the_spread(compared: Compared) -> None:
    assert words.answer(compared()) == (
        "Nesting targets avoids no derivative work: 10 operations run in parallel, nested and "
        "persistent alike. It avoids recording: 3 operations on the tapes instead of 4. "
        "Times differ by no more than noise."
    )


def test_less_work_is_said_to_be_less(compared: Compared) -> None:
    found = words.answer(compared(running(nested(compared), 1)))
    assert found.startswith(
        "Nesting targets avoids work: 9 operations run instead of 10 with parallel tapes. It avoids"
    )


def test_more_work_is_said_to_be_more(compared: Compared) -> None:
    found = words.answer(compared(running(nested(compared), 1_000, 3)))
    assert found.startswith(
        "Nesting targets adds work: 1,008 operations run instead of 10 with parallel tapes. "
        "It adds recording: 6 operations on the tapes instead of 4."
    )


def test_as_much_recording_is_said_to_be_as_much(compared: Compared) -> None:
    found = words.answer(compared(running(nested(compared), 2, 2)))
    assert "Nor does it avoid recording: 4 operations in either case." in found


def test_slower_beyond_the_spread_everywhere(compared: Compared) -> None:
    found = words.answer(compared(slower(nested(compared), 3)))
    assert found.endswith(
        " It is slower beyond the noise eager at 1 point (1.95 ms instead of 650 µs) "
        "and xla at 1,000 points (1.95 µs instead of 650 ns)."
    )


def test_quicker_beyond_the_spread_in_one_setting(compared: Compared) -> None:
    one = slower(nested(compared), 0.5, Scenario("eager", 1))
    assert words.answer(compared(one)).endswith(
        " It is quicker beyond the noise eager at 1 point (325 µs instead of 650 µs); "
        "elsewhere the difference is noise."
    )


def test_what_was_not_traced_is_not_guessed(compared: Compared) -> None:
    found = words.answer(compared(nested(compared, work=None)))
    assert found.startswith("Whether nesting avoids work cannot be said")


def test_times_that_were_not_taken_are_not_spoken_of(compared: Compared) -> None:
    assert words.answer(compared(nested(compared, times={}))).endswith("instead of 4.")


def single(comparison: CostComparison, *names: str) -> CostComparison:
    """The comparison with one target, and these arrangements."""
    costs = tuple(cost for cost in comparison.costs if cost.name in names)
    return replace(comparison, expressions=("y",), costs=costs)


def test_one_target_has_nothing_to_nest(compared: Compared) -> None:
    found = words.answer(single(compared(), "nested", "persistent"))
    assert found == (
        "There is only one target, and nothing to nest. 10 operations run in each arrangement."
    )


def test_one_target_of_a_high_order_has_one_arrangement(compared: Compared) -> None:
    found = words.answer(single(compared(order=3), "nested", "batch"))
    assert found == (
        "There is only one target, and no others to nest: each order takes a tape of its own. "
        "Only 'nested' can do this: 10 operations run."
    )


def test_at_order_2_the_orders_are_nested(compared: Compared) -> None:
    assert words.answer(compared(order=2)) == (
        "At order 2 the orders are nested, and not the targets. The fewest operations run in "
        "parallel, nested and persistent: 10; the most in separate: 11."
    )


def test_what_is_behind_the_answer(compared: Compared) -> None:
    assert list(words.findings(compared())) == [
        "parallel: tape1, asked to differentiate u, records Log for nothing",
        "separate: 1 operation more than nested, because what the targets share is computed for "
        "each of them",
        "persistent: still holds 8 kB after the last gradient",
        "batch: not everything could be measured: no [red] gradient",
    ]


def test_the_outermost_of_many_tapes_is_named(compared: Compared) -> None:
    one = nested(compared)
    assert one.work is not None
    tapes = [replace(tape, name=f"tape{n}") for n, tape in enumerate(one.work.tapes * 2, 1)]
    one = replace(one, work=replace(one.work, tapes=tuple(tapes)))
    line = "nested: tape1 is the outermost"
    assert line in list(words.legend(compared(one)))
    assert line not in list(words.legend(compared()))


def test_operations_that_run_others_are_not_counted_in_silence(compared: Compared) -> None:
    one = nested(compared)
    assert one.work is not None
    one = replace(one, work=replace(one.work, forward=("While", "Mul")))
    said = "nested: While run further operations, which are not counted"
    assert said in list(words.findings(compared(one)))
    assert words.work_cells(one)[3] == "10+"


def test_spreads_are_quartiles_or_how_far_they_are() -> None:
    time = Time(3.08e-3, 3.03e-3, 3.5e-3, 3e-3, 9e-3, 17)
    assert spread(time.median, time.low, time.high) == "3.08 (3.03–3.50) ms"
    assert words.short(time) == "3.08 ms ±14%"
    assert words.short(Time(0, 0, 0, 0, 0, 1)) == "0.00 ns ±0%"


def test_kinds_are_counted() -> None:
    assert words.kinds(["Mul", "Log", "Mul"]) == "2 Mul, Log"
