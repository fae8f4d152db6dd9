"""The floating-point formats: rounding, distances in ulps, shortest text, sums with their errors.

Every number of every format here is also a Python float (binary64 contains them all), so values
are passed as plain floats, and a `FloatFormat` says which of them are representable.

At the end of the module are counts, times and sizes as people read them.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_UP, Context, Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[np.float64]"
"""Numbers of any of these formats, as an array of NumPy's."""


@dataclass(frozen=True)
class FloatFormat:
    """An IEEE 754 binary format, or bfloat16, by its parameters.

    Attributes:
        name: the dtype's name, as TensorFlow and NumPy spell it.
        precision: bits of the significand, the hidden one included.
        max_exponent: the largest e for which 2**e is representable.
        min_exponent: the smallest e for which 2**e is a normal number.
    """

    name: str
    precision: int
    max_exponent: int
    min_exponent: int

    @cached_property
    def unit_roundoff(self) -> Fraction:
        """Half the gap between 1 and the next number: u in error analysis."""
        return Fraction(1, 2**self.precision)

    @cached_property
    def smallest(self) -> Fraction:
        """The smallest positive (subnormal) number."""
        return Fraction(1, 1 << (self.precision - 1 - self.min_exponent))

    @cached_property
    def smallest_normal(self) -> Fraction:
        """The smallest positive normal number."""
        return Fraction(1, 2**-self.min_exponent)

    @cached_property
    def largest(self) -> Fraction:
        """The largest finite number."""
        return Fraction((2**self.precision - 1) * 2 ** (self.max_exponent - self.precision + 1))

    @cached_property
    def count(self) -> int:
        """How many finite numbers there are; 0 and -0 are two."""
        return 2 * (self.max_exponent - self.min_exponent + 2) << self.precision - 1

    def numbers(self, start: int, stop: int) -> Array:
        """The finite numbers at these positions from the lowest to the largest; -0 before 0."""
        import numpy as np

        positions, half = np.arange(start, stop), self.count // 2
        sizes = np.where(positions < half, half - 1 - positions, positions - half)
        exponents, digits = sizes >> self.precision - 1, sizes & (1 << self.precision - 1) - 1
        digits += (exponents > 0) << self.precision - 1
        least = self.min_exponent - self.precision + 1
        values = np.ldexp(digits.astype(np.float64), np.maximum(exponents - 1, 0) + least)
        return np.asarray(np.copysign(values, positions - half + 0.5), np.float64)

    def round(self, number: Fraction) -> float:
        """The nearest number of this format, ties to even; infinity past the largest."""
        if self.precision == 53:  # Python's own division rounds once
            try:
                return number.numerator / number.denominator
            except OverflowError:
                return math.inf if number > 0 else -math.inf
        if number == 0:
            return 0.0
        quantum = self._quantum(_exponent(number))
        nearest = round(number / quantum) * quantum
        if abs(nearest) > self.largest:
            return math.inf if number > 0 else -math.inf
        return float(nearest)

    def all_rounded(self, values: Array) -> Array:
        """`round` of each value, in less time."""
        import numpy as np

        if self.precision == 53:
            return values
        exponents = self.quantum_exponents(values)
        nearest = np.ldexp(np.rint(np.ldexp(values, -exponents)), exponents)
        nearest[np.abs(nearest) > float(self.largest)] *= np.inf
        return np.asarray(nearest, np.float64)

    def quantum_exponents(self, values: Array) -> Any:
        """The binary exponents, as an array of ints, of the gaps between the numbers there."""
        import numpy as np

        exponents = np.where(values == 0, self.min_exponent, np.frexp(values)[1] - 1)
        return np.maximum(exponents, self.min_exponent) - self.precision + 1

    def steps(self, a: float, b: float) -> int:
        """The distance of two finite values in ulps: how many representable numbers apart."""
        return abs(self._ordinal(a) - self._ordinal(b))

    def all_steps(self, a: Array, b: Array) -> Any:
        """The distances of finite values in ulps, as an array; 0 where one is not finite."""
        import numpy as np

        finite = np.isfinite(a) & np.isfinite(b)
        least = self.min_exponent - self.precision + 1
        ordinals = []
        for values in (a, b):
            size = np.where(finite, np.abs(values), 0)
            exponents = self.quantum_exponents(size)
            position = np.ldexp(size, -exponents).astype(np.int64)
            position += (exponents - least).astype(np.int64) << (self.precision - 1)
            ordinals.append(np.where(values < 0, -position, position))
        first, last = np.maximum(*ordinals), np.minimum(*ordinals)
        return first.astype(np.uint64) - last.astype(np.uint64)  # modulo 2**64, which it is below

    def text(self, value: float) -> str:
        """The shortest decimal that reads back as the same number: 2 for 2.0, 0 for -0.0."""
        if not math.isfinite(value):
            return str(value)
        digits = repr(self.shortest(value)).removesuffix(".0")
        return "0" if digits == "-0" else digits

    def shortest(self, value: float) -> float:
        """The float64 whose repr is the shortest decimal for `value` in this format."""
        if self.precision == 53 or not math.isfinite(value):
            return value
        for digits in range(1, 18):
            for candidate in _decimals(value, digits):
                if self.round(Fraction(candidate)) == value:
                    return float(candidate)
        return value

    def texts(self, values: Array | list[float]) -> list[str]:
        """`text` of each value, in less time, but for a list, which needs no NumPy."""
        if isinstance(values, list):
            return list(map(self.text, values))
        import numpy as np

        with np.errstate(invalid="ignore"):  # a signalling NaN
            numbers = (self.all_shortest(values) + 0.0).tolist()  # -0.0 + 0.0 is 0.0
        return [text.removesuffix(".0") for text in map(repr, numbers)]

    def all_shortest(self, values: Array) -> Array:
        """`shortest` of each value, in less time; zeros keep their signs."""
        import numpy as np

        if self.precision == 53:
            return values
        if self.name == "bfloat16":  # which NumPy does not have
            sizes, indices = np.unique(np.abs(values), return_inverse=True)
            shortest = np.array([_shortest(self, size) for size in sizes.tolist()], np.float64)
            return np.copysign(shortest[indices], values)
        with np.errstate(over="ignore", invalid="ignore"):
            narrow = values.astype(self.name)
        numbers = np.array(list(map(float, narrow.astype("S").tolist())), np.float64)
        wider = np.flatnonzero((narrow != values) & ~np.isnan(values))  # not of the format at all
        numbers[wider] = [self.shortest(value) for value in values[wider].tolist()]
        return numbers

    def _quantum(self, exponent: int) -> Fraction:
        """The gap between neighbouring numbers of this binary exponent."""
        return Fraction(2) ** (max(exponent, self.min_exponent) - self.precision + 1)

    def _ordinal(self, value: float) -> int:
        """The position of a finite value among all numbers of the format; that of 0.0 is 0."""
        if value == 0:
            return 0
        if self.precision == 53:  # the bits of a positive number are its position
            (position,) = struct.unpack("<q", struct.pack("<d", abs(value)))
        else:
            number = Fraction(abs(value))
            exponent = max(_exponent(number), self.min_exponent)
            position = int(number / self._quantum(exponent))
            position += (exponent - self.min_exponent) * (1 << self.precision - 1)
        return int(position if value > 0 else -position)


@lru_cache(32_768)
def _shortest(format_: FloatFormat, size: float) -> float:
    """`FloatFormat.shortest` for the numbers of 16 bits that are not negative."""
    return format_.shortest(size)


def _decimals(value: float, digits: int) -> tuple[Decimal, Decimal]:
    """The nearest decimal of so many digits, and its neighbour further from zero.

    For a power of two the neighbour may be the only one that reads back as the same number,
    because numbers above it are twice as far apart as below.
    """
    nearest = Decimal(f"{value:.{digits}g}")
    context = Context(prec=digits, rounding=ROUND_UP)
    return nearest, context.next_plus(nearest) if value > 0 else context.next_minus(nearest)


def _exponent(number: Fraction) -> int:
    """floor(log2(|number|)) of a number that is not zero."""
    top, bottom = abs(number.numerator), number.denominator
    guess = top.bit_length() - bottom.bit_length()
    if guess >= 0:
        return guess if top >= bottom << guess else guess - 1
    return guess if top << -guess >= bottom else guess - 1


FORMATS = {
    format_.name: format_
    for format_ in (
        FloatFormat("float64", 53, 1023, -1022),
        FloatFormat("float32", 24, 127, -126),
        FloatFormat("bfloat16", 8, 127, -126),
        FloatFormat("float16", 11, 15, -14),
    )
}

_DTYPE_MODULE = re.compile(r"(?:np|numpy|jnp|jax\.numpy|tf|tf\.dtypes|torch|ml_dtypes)\.")
_OTHER_NAMES = {
    "float64": "f64 fp64 f8 64 double float_",
    "float32": "f32 fp32 f4 32 single",
    "bfloat16": "bf16 bfloat",
    "float16": "f16 fp16 half f2",
}
DTYPE_NAMES = {
    **{other: name for name, others in _OTHER_NAMES.items() for other in others.split()},
    **{name: name for name in FORMATS},
    "torch.float": "float32",
    "np.float": "float64",
    "numpy.float": "float64",
}
"""The dtype by each of its names in other systems, in small letters."""


def dtype_name(dtype: object) -> str:
    """The name of a dtype as `FORMATS` has it, of any name in `DTYPE_NAMES`, in any capitals.

    A dtype of NumPy, TensorFlow or PyTorch, or Python's float, has its name, too. What is no such
    dtype comes back as text.
    """
    if dtype is float:
        return "float64"
    name = dtype if isinstance(dtype, str) else getattr(dtype, "name", None)
    if not isinstance(name, str):
        name = getattr(dtype, "__name__", None) or str(dtype)
    lower = name.strip().lower()
    short = _DTYPE_MODULE.sub("", lower, count=1) if _DTYPE_MODULE.match(lower) else lower
    return DTYPE_NAMES.get(lower) or DTYPE_NAMES.get(short.removeprefix("<")) or name


UNCLEAR_DTYPES = {
    "float": "it has 64 bits in Python and 32 in C: write float64 or float32",
    "16": "write float16 or bfloat16",
}
"""What to write for names that mean two dtypes."""


# --- sums and products with their rounding errors ---------------------------------------------

Floats: TypeAlias = "float | np.float64 | Array"

_SPLITTER = 2.0**27 + 1


def two_sum(a: Floats, b: Floats) -> tuple[Any, Any]:
    """A sum and its rounding error (Knuth; Dekker, Numer. Math. 18, 1971).

    This is exact where nothing overflows and no error is a subnormal number.
    """
    rounded = a + b
    b_share = rounded - a
    return rounded, (a - (rounded - b_share)) + (b - b_share)


def two_product(a: Floats, b: Floats) -> tuple[Any, Any]:
    """A product and its rounding error (Veltkamp; Dekker), exact where `two_sum` is."""
    rounded = a * b
    a_high, a_low = _halves(a)
    b_high, b_low = _halves(b)
    error = ((a_high * b_high - rounded) + a_high * b_low + a_low * b_high) + a_low * b_low
    return rounded, error


def _halves(a: Floats) -> tuple[Any, Any]:
    """The number as the sum of two halves of 26 bits."""
    large = _SPLITTER * a
    high = large - (large - a)
    return high, a - high


# --- counts, times and sizes as people read them ------------------------------------------------

_ESTIMATES = (("years", 31_557_600), ("days", 86_400), ("hours", 3_600), ("minutes", 60))
_TIMES = (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9))
_SIZES = (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("B", 1.0))


def counted(count: int, noun: str) -> str:
    """A number of things: 1 point, 3,000 points."""
    return f"{count:,} {noun}{'s' * (count != 1)}"


def large(number: float) -> str:
    """A large number with three digits: 18.8 million, 245,000."""
    number = float(f"{number:.3g}")
    return f"{number / 1e6:,.4g} million" if number >= 1e6 else f"{number:,.0f}"


def estimated(seconds: float) -> str:
    """A time that something is expected to take, with one or two digits: 40 minutes."""
    if math.isinf(seconds):
        return "1e100 years or more"
    for unit, length in _ESTIMATES:
        if seconds >= 2 * length:
            count = seconds / length
            power = f"{count:.0e}".replace("e+0", "e").replace("e+", "e")
            return f"{power if count > 1e4 else format(float(f'{count:.2g}'), ',.0f')} {unit}"
    count = float(f"{seconds:.2g}")
    return f"{count:g} second{'s' * (count != 1)}"


def measured(seconds: float) -> str:
    """A time that was measured, with three digits, or in whole seconds: 3.08 ms, 2 min 5 s."""
    if seconds < 60:
        unit, length = _unit(seconds, _TIMES)
        return f"{_three_digits(seconds / length)} {unit}"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def spread(seconds: float, low: float, high: float) -> str:
    """A time that was measured, with its bounds in the same unit: 3.08 (3.03–3.50) ms."""
    unit, length = _unit(seconds, _TIMES)
    middle, low_text, high_text = (_three_digits(x / length) for x in (seconds, low, high))
    return f"{middle} ({low_text}–{high_text}) {unit}"


def size(count: int) -> str:
    """A number of bytes with up to three digits and its unit: 2.4 MB."""
    if not count:
        return "0"
    unit, length = _unit(count, _SIZES)
    return f"{count / length:.3g} {unit}"


def _unit(value: float, units: Sequence[tuple[str, float]]) -> tuple[str, float]:
    """The largest unit of which there is one, once the value is rounded to three digits."""
    rounded = float(f"{value:.3g}")
    return next((unit for unit in units if rounded >= unit[1]), units[-1])


def _three_digits(value: float) -> str:
    """A number from 1 to 1,000 with three digits; others with as many decimals as they need."""
    rounded = float(f"{value:.3g}")
    decimals = 2 if rounded < 10 else 1 if rounded < 100 else 0
    return f"{rounded:,.{decimals}f}"
