"""Rounding, distances in ulps and shortest text, against NumPy, ml_dtypes and Python itself;
counts, times and sizes as people read them.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tapecli.floats import (
    FORMATS,
    FloatFormat,
    counted,
    dtype_name,
    estimated,
    large,
    measured,
    size,
)

TYPES: dict[str, Any] = {
    "float64": np.float64,
    "float32": np.float32,
    "bfloat16": ml_dtypes.bfloat16,
    "float16": np.float16,
}
BITS: dict[str, Any] = {
    "float64": np.uint64,
    "float32": np.uint32,
    "bfloat16": np.uint16,
    "float16": np.uint16,
}
names = st.sampled_from(sorted(FORMATS))


def from_bits(name: str, bits: int) -> float:
    """The number of this format that has these bits."""
    return float(np.array([bits], BITS[name]).view(TYPES[name])[0])


def width(name: str) -> int:
    return 8 * int(np.dtype(TYPES[name]).itemsize)


@st.composite
def values(draw: st.DrawFn) -> tuple[FloatFormat, float]:
    """A format and a finite number of it, all bit patterns alike."""
    name = draw(names)
    value = from_bits(name, draw(st.integers(0, 2 ** width(name) - 1)))
    assume(math.isfinite(value))
    return FORMATS[name], value


def cast(number: float, name: str) -> float:
    """What NumPy or ml_dtypes makes of a float64, rounded once."""
    with np.errstate(all="ignore"):
        return float(np.array([number], np.float64).astype(TYPES[name])[0])


def powers_of_two(format_: FloatFormat, stride: int = 1) -> Iterator[float]:
    lowest = format_.min_exponent - format_.precision + 1
    return (math.ldexp(1.0, k) for k in range(lowest, format_.max_exponent + 1, stride))


# --- names ------------------------------------------------------------------------------------

NAMES: dict[str, list[Any]] = {
    "float64": [
        *("double", "f64", "FP64", "64", "float_", "Float64", "np.double", "np.float", "<f8"),
        *("tf.double", "torch.double", "numpy.float64", float, np.float64, np.dtype(float)),
    ],
    "float32": [
        *("single", "f32", "32", "<f4", " float32 ", "np.float32", "tf.float32", "torch.float"),
        *(np.float32, np.dtype("float32")),
    ],
    "bfloat16": ["bf16", "tf.bfloat16", "jnp.bfloat16", ml_dtypes.bfloat16],
    "float16": ["half", "f16", "fp16", "np.half", np.float16],
}


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_dtype_is_known_by_its_names_in_other_systems(name: str) -> None:
    assert {dtype_name(other) for other in [name, *NAMES[name]]} == {name}


@pytest.mark.parametrize("other", ["float", "16", "float128", "int32", "", "float8"])
def test_a_name_of_two_dtypes_or_of_none_comes_back(other: str) -> None:
    assert dtype_name(other) == other


# --- parameters -------------------------------------------------------------------------------


def test_the_four_formats_are_those_of_the_dtypes() -> None:
    assert set(FORMATS) == set(TYPES)
    assert all(name == format_.name for name, format_ in FORMATS.items())


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_the_parameters_agree_with_the_dtypes_own_description(name: str) -> None:
    describe: Any = ml_dtypes.finfo
    format_, info = FORMATS[name], describe(TYPES[name])
    assert float(format_.largest) == float(info.max)
    assert float(format_.smallest_normal) == float(info.smallest_normal)
    assert float(format_.smallest) == float(info.smallest_subnormal)
    assert float(format_.unit_roundoff) == float(info.eps) / 2


# --- rounding ---------------------------------------------------------------------------------


@given(st.fractions())
@example(Fraction(1, 10))
@example(Fraction(2**53 + 1))
@example(Fraction(2**53 + 3))
@example(Fraction(1, 3) / 10**310)
def test_rounding_to_float64_is_pythons_division(number: Fraction) -> None:
    assert FORMATS["float64"].round(number) == float(number)


@given(names, st.floats(allow_nan=False, allow_infinity=False))
@example("float32", 1 + 2**-24)
@example("float32", 1 + 3 * 2**-24)
@example("float32", 2.0**-150)
@example("float32", 2.0**-150 * (1 + 2**-52))
@example("float16", 65519.99)
@example("float16", 65520.0)
@example("float16", 2.0**-25)
@example("bfloat16", 3.3961775292304601e38)
@example("bfloat16", 1 + 2**-8)
@example("bfloat16", -(1 + 3 * 2**-8))
def test_rounding_a_float64_is_the_cast_to_the_dtype(name: str, number: float) -> None:
    assert FORMATS[name].round(Fraction(number)) == cast(number, name)


@given(st.integers(-(2**40), 2**40), st.integers(-30, 30))
def test_rounding_scaled_integers_is_the_cast_to_the_dtype(top: int, exponent: int) -> None:
    number = math.ldexp(top, exponent)
    for name, format_ in FORMATS.items():
        assert format_.round(Fraction(number)) == cast(number, name)


@given(values())
def test_a_number_of_the_format_is_rounded_to_itself(pair: tuple[FloatFormat, float]) -> None:
    format_, value = pair
    assert format_.round(Fraction(value)) == value


@pytest.mark.parametrize("name", sorted(FORMATS))
@pytest.mark.parametrize("sign", [1, -1])
def test_rounding_is_done_once_and_ties_go_to_even(name: str, sign: int) -> None:
    format_ = FORMATS[name]
    gap = 2 * format_.unit_roundoff
    tie, sliver = 1 + gap / 2, Fraction(1, 10**60)
    assert format_.round(sign * tie) == sign
    assert format_.round(sign * (tie + sliver)) == sign * float(1 + gap)
    assert format_.round(sign * (tie + gap)) == sign * float(1 + 2 * gap)
    assert format_.round(sign * (tie + gap - sliver)) == sign * float(1 + gap)


@pytest.mark.parametrize("name", sorted(FORMATS))
@pytest.mark.parametrize("sign", [1, -1])
def test_rounding_overflows_half_a_gap_past_the_largest(name: str, sign: int) -> None:
    format_ = FORMATS[name]
    half = Fraction(2) ** (format_.max_exponent - format_.precision)
    edge = format_.largest + half
    assert format_.round(sign * (edge - Fraction(1, 7))) == sign * float(format_.largest)
    assert format_.round(sign * edge) == sign * math.inf
    assert format_.round(sign * Fraction(10) ** 5000) == sign * math.inf


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_rounding_underflows_at_half_of_the_smallest(name: str) -> None:
    format_ = FORMATS[name]
    smallest = float(format_.smallest)
    assert format_.round(format_.smallest / 2) == 0
    assert format_.round(format_.smallest * Fraction(501, 1000)) == smallest
    assert format_.round(format_.smallest * Fraction(3, 2)) == 2 * smallest
    assert format_.round(Fraction(1, 10**5000)) == 0
    assert format_.round(Fraction(0)) == 0


# --- distances --------------------------------------------------------------------------------


@given(values())
@example((FORMATS["float16"], 0.0))
@example((FORMATS["float64"], -(2.0**-1074)))
@example((FORMATS["float32"], 1.0))
@example((FORMATS["bfloat16"], float(FORMATS["bfloat16"].smallest_normal)))
def test_the_next_number_up_is_one_step_away(pair: tuple[FloatFormat, float]) -> None:
    format_, value = pair
    kind = TYPES[format_.name]
    with np.errstate(all="ignore"):
        above = float(np.nextafter(kind(value), kind(math.inf)))
    assume(math.isfinite(above))
    assert format_.steps(value, above) == format_.steps(above, value) == 1


@given(names, st.data())
def test_steps_count_the_bit_patterns_between(name: str, data: st.DataObject) -> None:
    magnitudes = st.integers(0, int(math.ldexp(1, width(name) - 1)) - 1)
    one, other = data.draw(magnitudes), data.draw(magnitudes)
    first, second = from_bits(name, one), from_bits(name, other)
    assume(math.isfinite(first) and math.isfinite(second))
    format_ = FORMATS[name]
    assert format_.steps(first, second) == abs(one - other)
    assert format_.steps(-first, second) == one + other
    assert format_.steps(-first, -second) == abs(one - other)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_the_zeros_are_one_number(name: str) -> None:
    format_ = FORMATS[name]
    assert format_.steps(0.0, -0.0) == 0
    assert format_.steps(-float(format_.smallest), float(format_.smallest)) == 2


# --- text -------------------------------------------------------------------------------------


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_text_of_a_float64_is_pythons_repr_without_a_needless_fraction(value: float) -> None:
    expected = "0" if value == 0 else repr(value).removesuffix(".0")
    assert FORMATS["float64"].text(value) == expected


@given(values())
def test_text_reads_back_as_the_same_number(pair: tuple[FloatFormat, float]) -> None:
    format_, value = pair
    assert format_.round(Fraction(format_.text(value))) == value
    assert cast(float(format_.text(value)), format_.name) == value


@given(values().filter(lambda pair: pair[0].name in ("float16", "float32")))
@example((FORMATS["float32"], float(np.float32(0.1))))
@example((FORMATS["float16"], float(np.float16(0.1))))
def test_text_is_numpys_shortest(pair: tuple[FloatFormat, float]) -> None:
    format_, value = pair
    assert Decimal(format_.text(value)) == Decimal(str(TYPES[format_.name](value)))


def digits_needed(value: float, name: str) -> int:
    """The fewest digits with which some decimal beside the value reads back as it."""
    for digits in range(1, 18):
        for rounding in (ROUND_FLOOR, ROUND_CEILING):
            near = Context(prec=digits, rounding=rounding).create_decimal_from_float(value)
            if cast(float(near), name) == value:
                return digits
    raise AssertionError(value)


def digits_of(text: str) -> int:
    return len(Decimal(text).normalize().as_tuple().digits)


@given(values().filter(lambda pair: pair[0].name != "float64" and pair[1] != 0))
def test_no_decimal_with_fewer_digits_reads_back(pair: tuple[FloatFormat, float]) -> None:
    format_, value = pair
    assert digits_of(format_.text(value)) == digits_needed(value, format_.name)


@pytest.mark.parametrize("name", ["float32", "bfloat16", "float16"])
def test_text_is_shortest_at_powers_of_two_where_the_gap_changes(name: str) -> None:
    format_ = FORMATS[name]
    wrong = [
        (value, format_.text(value))
        for value in powers_of_two(format_)
        if digits_of(format_.text(value)) != digits_needed(value, name)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("float64", 2.0, "2"),
        ("float64", 0.1, "0.1"),
        ("float64", 0.1 + 0.2, "0.30000000000000004"),
        ("float64", -0.0, "0"),
        ("float64", 1e16, "1e+16"),
        ("float64", 5e-324, "5e-324"),
        ("float64", math.inf, "inf"),
        ("float64", -math.inf, "-inf"),
        ("float64", math.nan, "nan"),
        ("float32", 0.10000000149011612, "0.1"),
        ("float32", 16777216.0, "16777216"),
        ("float32", 1.401298464324817e-45, "1e-45"),
        ("float32", 3.4028234663852886e38, "3.4028235e+38"),
        ("float32", math.inf, "inf"),
        ("bfloat16", 0.10009765625, "0.1"),
        ("bfloat16", 3.140625, "3.14"),
        ("bfloat16", 256.0, "256"),
        ("float16", 0.0999755859375, "0.1"),
        ("float16", 65504.0, "65500"),
        ("float16", -5.960464477539063e-08, "-6e-08"),
    ],
)
def test_text_of_a_number(name: str, value: float, text: str) -> None:
    assert FORMATS[name].text(value) == text


@given(values())
def test_shortest_is_the_float64_that_the_text_is_of(pair: tuple[FloatFormat, float]) -> None:
    format_, value = pair
    assert format_.shortest(value) == float(format_.text(value))


@pytest.mark.parametrize("name", sorted(FORMATS))
@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_infinity_is_its_own_shortest(name: str, value: float) -> None:
    assert FORMATS[name].shortest(value) == value
    assert math.isnan(FORMATS[name].shortest(math.nan))


# --- many numbers at once -----------------------------------------------------------------------


def awkward(dtype: str, count: int) -> NDArray[np.float64]:
    """Numbers of random bits, of everyday sizes, whole, at powers of two, and none at all."""
    random = np.random.default_rng(7)
    kind = np.dtype(TYPES[dtype])
    bits = random.integers(0, 2 ** (8 * kind.itemsize), count, np.uint64, endpoint=False)
    sizes = random.normal(size=count) * 10.0 ** random.integers(-11, 18, count)
    whole = np.rint(sizes)
    twos = 2.0 ** np.arange(-1074, 1024)
    edges = [0.0, -0.0, math.nan, math.inf, -math.inf, 2**53, 2**53 - 1, 2**53 + 2, 9999999999]
    with np.errstate(all="ignore"):
        everyday = np.concatenate([sizes, whole, twos, -twos, edges]).astype(kind)
        drawn = bits.astype(BITS[dtype]).view(kind)
        return np.concatenate([drawn, everyday]).astype(np.float64)


@pytest.mark.parametrize("dtype", FORMATS)
def test_texts_are_those_of_one_number_at_a_time(dtype: str) -> None:
    values = awkward(dtype, 400 if dtype != "float64" else 20_000)
    assert FORMATS[dtype].texts(values) == list(map(FORMATS[dtype].text, values.tolist()))


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_every_number_of_16_bits_is_the_same(dtype: str) -> None:
    kind = np.dtype(TYPES[dtype])
    with np.errstate(invalid="ignore"):
        values = np.arange(2**16, dtype=np.uint16).view(kind).astype(np.float64)
    assert FORMATS[dtype].texts(values) == list(map(FORMATS[dtype].text, values.tolist()))


@pytest.mark.parametrize("dtype", FORMATS)
def test_a_signed_zero_keeps_its_sign_beside_the_other(dtype: str) -> None:
    zeros = np.array([0.0, -0.0, 0.0])
    assert list(map(repr, FORMATS[dtype].all_shortest(zeros).tolist())) == ["0.0", "-0.0", "0.0"]
    assert FORMATS[dtype].texts(zeros) == ["0", "0", "0"]


def test_no_numbers_are_no_texts() -> None:
    for format_ in FORMATS.values():
        assert format_.texts(np.array([])) == []


def test_numbers_that_the_dtype_does_not_have_are_themselves() -> None:
    values = np.array([0.1, 1e300])
    assert FORMATS["float32"].texts(values) == ["0.1", "1e+300"]


# --- counts, times and sizes ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 points"), (1, "1 point"), (2, "2 points"), (3_000, "3,000 points")]
)
def test_things_are_counted(count: int, text: str) -> None:
    assert counted(count, "point") == text


@pytest.mark.parametrize(
    ("number", "text"), [(12.4, "12"), (245_040, "245,000"), (18_796_992, "18.8 million")]
)
def test_large_numbers_have_three_digits(number: float, text: str) -> None:
    assert large(number) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 seconds"),
        (0.000123, "0.00012 seconds"),
        (0.5, "0.5 seconds"),
        (1.0, "1 second"),
        (0.999, "1 second"),
        (1.26, "1.3 seconds"),
        (32.4, "32 seconds"),
        (119.0, "120 seconds"),
        (120.0, "2 minutes"),
        (2_400.0, "40 minutes"),
        (7_199.0, "120 minutes"),
        (7_200.0, "2 hours"),
        (86_400 * 12.4, "12 days"),
        (31_557_600 * 5_430.0, "5,400 years"),
        (31_557_600 * 9_999.0, "10,000 years"),
        (31_557_600 * 3e5, "3e5 years"),
        (31_557_600 * 1e84, "1e84 years"),
        (math.inf, "1e100 years or more"),
    ],
)
def test_estimates_have_one_or_two_digits(seconds: float, text: str) -> None:
    assert estimated(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1.234, "1.23 s"), (59.96, "60.0 s"), (123.4, "2 min 3 s"), (7_260, "2 h 1 min"),
        (12_345, "3 h 25 min"), (0.532, "532 ms"), (0.9999, "1.00 s"),
        (9.999e-3, "10.0 ms"), (649.4e-6, "649 µs"), (55.08e-6, "55.1 µs"), (2e-9, "2.00 ns"),
        (0, "0.00 ns"),
    ],
)  # fmt: skip
def test_measured_times_have_three_digits(seconds: float, text: str) -> None:
    assert measured(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0"), (8, "8 B"), (999, "999 B"), (800_000, "800 kB"), (2_400_004, "2.4 MB"),
     (999_999, "1 MB"), (12_345_678_901, "12.3 GB")],
)  # fmt: skip
def test_sizes_are_short(count: int, text: str) -> None:
    assert size(count) == text


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
def test_numbers_at_the_ends_of_a_dtype(dtype: str) -> None:
    format_ = FORMATS[dtype]
    ends = [format_.largest, format_.smallest, format_.smallest_normal, Fraction(0)]
    between = format_.largest + format_.largest * format_.unit_roundoff
    given = [float(end) for end in ends] + [float(between), -float(between), -0.0]
    found = format_.all_rounded(np.array([*given, math.inf, -math.inf, math.nan]))
    assert found[:7].tolist() == [format_.round(Fraction(x)) for x in given]
    assert found[7:9].tolist() == [math.inf, -math.inf]
    assert math.isnan(found[9])


@pytest.mark.parametrize("name", FORMATS)
def test_distances_of_many_values_are_those_of_each(name: str) -> None:
    format_ = FORMATS[name]
    chance = random.Random(name)
    ends = [float(format_.largest), float(format_.smallest), float(format_.smallest_normal), 0.0]
    values = [-ends[0], *ends, *(-end for end in ends)]
    exponents = range(format_.min_exponent - format_.precision, format_.max_exponent)
    for _ in range(300):
        x = format_.round(Fraction(math.ldexp(chance.uniform(-1, 1), chance.choice(exponents))))
        values += [x, format_.round(Fraction(x) + chance.randrange(-5, 6) * format_.smallest)]
    others = [*values[1:], values[0]]
    distances = [format_.steps(a, b) for a, b in zip(values, others, strict=True)]
    assert format_.all_steps(np.array(values), np.array(others)).tolist() == distances
    strange = np.array([1.0, math.nan, math.inf])
    assert format_.all_steps(strange, np.ones(3)).tolist() == [0, 0, 0]


WORDS = {"float16": ("<u2", "<f2", 0), "float32": ("<u4", "<f4", 0), "bfloat16": ("<u4", "<f4", 16)}
"""How the bits of a dtype are read by NumPy: as words, as floats, and shifted by how much."""


@pytest.mark.parametrize("name", WORDS)
def test_all_finite_numbers_in_their_order(name: str) -> None:
    words, floats, shift = WORDS[name]
    infinity = int(np.array([math.inf]).astype(floats).view(words)[0]) >> shift
    assert FORMATS[name].count == 2 * infinity
    positions = range(infinity) if infinity < 2**16 else range(0, infinity, 999_983)
    bits = np.array(positions).astype(words) << shift
    for position, number in zip(positions, bits.view(floats).tolist(), strict=True):
        start = infinity + position
        assert FORMATS[name].numbers(start, start + 1).tolist() == [number]
        (negative,) = FORMATS[name].numbers(infinity - 1 - position, infinity - position).tolist()
        assert (negative, math.copysign(1, negative)) == (-number, -1)


def test_numbers_go_up_from_the_lowest_to_the_largest() -> None:
    format_ = FORMATS["float16"]
    values = format_.numbers(0, format_.count)
    assert (values[0], values[-1]) == (-65504.0, 65504.0)
    assert (np.diff(values) > 0).sum() == format_.count - 2  # 0 is not above -0
    assert FORMATS["float64"].count == 2 * 0x7FF0_0000_0000_0000
