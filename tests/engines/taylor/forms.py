"""Closed forms of derivatives of any order, as formularies have them, in mpmath's numbers."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import mpmath as mp

Form = Callable[[int, Any], Any]
"""The derivative of an order above 0 at a point, in mpmath's numbers."""

I = mp.mpc(0, 1)  # noqa: E741


def falling(power: Any, n: int) -> Any:
    return mp.fprod(power - k for k in range(n))


def of_power(power: Any) -> Form:
    return lambda n, x: falling(power, n) * x ** (power - n)


def of_log(n: int, x: Any) -> Any:
    return (-1) ** (n - 1) * mp.factorial(n - 1) / x**n


def of_reciprocal(n: int, x: Any) -> Any:
    return (-1) ** n * mp.factorial(n) / x ** (n + 1)


def of_bell(n: int, x: Any) -> Any:
    """Of exp(-x**2): a Hermite polynomial."""
    return (-1) ** n * mp.hermite(n, x) * mp.exp(-(x**2))


def of_atan(n: int, x: Any) -> Any:
    angle = mp.acot(x)
    return (-1) ** (n - 1) * mp.factorial(n - 1) * mp.sin(n * angle) * mp.sin(angle) ** n


def of_asin(n: int, x: Any) -> Any:
    s = mp.sqrt(1 - x**2)
    return mp.re((-I) ** (n - 1) * mp.factorial(n - 1) / s**n * mp.legendre(n - 1, I * x / s))


def of_asinh(n: int, x: Any) -> Any:
    s = mp.sqrt(1 + x**2)
    return (-1) ** (n - 1) * mp.factorial(n - 1) / s**n * mp.legendre(n - 1, x / s)


def of_acosh(n: int, x: Any) -> Any:
    s = mp.sqrt(x**2 - 1)
    return (-1) ** (n - 1) * mp.factorial(n - 1) / s**n * mp.legendre(n - 1, x / s)


def of_sigmoid(n: int, x: Any) -> Any:
    """Stirling numbers of the second kind times powers of it."""
    s = 1 / (1 + mp.exp(-x))
    terms = ((-1) ** k * mp.factorial(k) * mp.stirling2(n + 1, k + 1, True) for k in range(n + 1))
    return mp.fsum(a * s ** (k + 1) for k, a in enumerate(terms))


def of_polynomials(of_value: Callable[[Any], Any], slope: Sequence[int]) -> Form:
    """Of y with y' = slope(y): each derivative is a polynomial in y, differentiated by hand."""

    def form(n: int, x: Any) -> Any:
        polynomial = [0, 1]
        for _ in range(n):
            by_y = [k * a for k, a in enumerate(polynomial)][1:]
            polynomial = [0] * (len(by_y) + len(slope) - 1)
            for (i, a), (j, b) in itertools.product(enumerate(by_y), enumerate(slope)):
                polynomial[i + j] += a * b
        return mp.polyval(polynomial[::-1], of_value(x))

    return form


def leibniz(one: Form, other: Form) -> Form:
    """Of a product of functions of which all derivatives are known."""
    return lambda n, x: mp.fsum(
        mp.binomial(n, k) * one(k, x) * other(n - k, x) for k in range(n + 1)
    )


def rotated(rate: Any) -> Form:
    """Of the real part of exp(rate*x)."""
    return lambda n, x: mp.re(rate**n * mp.exp(rate * x))


def of_sin(n: int, x: Any) -> Any:
    return mp.sin(x + n * mp.pi / 2)


def of_cos(n: int, x: Any) -> Any:
    return mp.cos(x + n * mp.pi / 2)


@functools.cache
def of_gamma(n: int, x: Any) -> Any:
    """Leibniz's rule for gamma' = gamma * digamma."""
    if n == 0:
        return mp.gamma(x)
    m = n - 1
    return mp.fsum(mp.binomial(m, k) * of_gamma(k, x) * polygamma(m - k, x) for k in range(n))


@functools.cache
def polygamma(n: int, x: Any) -> Any:
    return mp.polygamma(n, x)


def fibonacci(n: int, x: Any) -> Any:
    return mp.factorial(n) * mp.fib(n)


FORMS: dict[str, tuple[Form, float]] = {
    "sin(x)": (of_sin, 0.7),
    "cos(x)": (of_cos, -2.3),
    "sin(3x)": (lambda n, x: mp.mpf(3) ** n * of_sin(n, 3 * x), 0.4),
    "sin(x)^2": (lambda n, x: -(mp.mpf(2) ** (n - 1)) * of_cos(n, 2 * x), 0.3),
    "sin(x)*cos(x)": (lambda n, x: mp.mpf(2) ** (n - 1) * of_sin(n, 2 * x), 1.1),
    "exp(x)": (lambda n, x: mp.exp(x), -3.0),
    "exp(-2x)": (lambda n, x: (-2) ** n * mp.exp(-2 * x), 0.6),
    "2^x": (lambda n, x: mp.log(2) ** n * mp.mpf(2) ** x, 3.5),
    "expm1(x)": (lambda n, x: mp.exp(x), 1e-12),
    "x*exp(x)": (lambda n, x: (x + n) * mp.exp(x), 0.8),
    "x^2*sin(x)": (leibniz(of_power(2), of_sin), 0.9),
    "x^3*exp(-x)": (leibniz(of_power(3), lambda n, x: (-1) ** n * mp.exp(-x)), 2.0),
    "exp(x)*cos(x)": (rotated(mp.mpc(1, 1)), 0.5),
    "exp(-x)*cos(2x)": (rotated(mp.mpc(-1, 2)), 0.2),
    "cosh(x)": (lambda n, x: (mp.exp(x) + (-1) ** n * mp.exp(-x)) / 2, 0.4),
    "sinh(x)": (lambda n, x: (mp.exp(x) - (-1) ** n * mp.exp(-x)) / 2, 0.4),
    "cos(x)*cosh(x)": (lambda n, x: mp.re(((1 + I) ** n * mp.exp((1 + I) * x)
                       + (I - 1) ** n * mp.exp((I - 1) * x)) / 2), 0.3),
    "exp(-x^2)": (of_bell, 0.6),
    "erf(x)": (lambda n, x: 2 / mp.sqrt(mp.pi) * of_bell(n - 1, x), 0.6),
    "erfc(x)": (lambda n, x: -2 / mp.sqrt(mp.pi) * of_bell(n - 1, x), -1.3),
    "1/x": (of_reciprocal, -1.7),
    "1/(1 - x)": (lambda n, x: mp.factorial(n) / (1 - x) ** (n + 1), 0.25),
    "(1 + x)/(1 - x)": (lambda n, x: 2 * mp.factorial(n) / (1 - x) ** (n + 1), 0.3),
    "x^-3": (of_power(-3), 0.9),
    "x^-40": (of_power(-40), 1.2),
    "x^2.5": (of_power(mp.mpf(2.5)), 1.9),
    "x^pi": (of_power(mp.pi), 0.6),
    "sqrt(x)": (of_power(mp.mpf(1) / 2), 3.0),
    "cbrt(x)": (of_power(mp.mpf(1) / 3), 0.4),
    "x^(2/7)": (of_power(mp.mpf(2) / 7), 5.0),
    "x^50": (of_power(50), 1.01),
    "(x + 1)^1000": (lambda n, x: of_power(1000)(n, x + 1), 0.001),
    "|x|^1.5": (lambda n, x: (-1) ** n * of_power(mp.mpf(1.5))(n, -x), -0.7),
    "log(x)": (of_log, 2.5),
    "log(x^2)": (lambda n, x: 2 * of_log(n, x), -3.0),
    "log1p(x)": (lambda n, x: of_log(n, 1 + x), 1e-9),
    "log2(x)": (lambda n, x: of_log(n, x) / mp.log(2), 0.3),
    "log10(x)": (lambda n, x: of_log(n, x) / mp.log(10), 0.3),
    "x*log(x)": (lambda n, x: of_log(n - 1, x), 1.4),
    "log(x)/x": (lambda n, x: of_reciprocal(n, x) * (mp.log(x) - mp.harmonic(n)), 2.0),
    "atanh(x)": (lambda n, x: (of_log(n, 1 + x) - (-1) ** n * of_log(n, 1 - x)) / 2, 0.35),
    "1/(1 - x^2)": (lambda n, x: (of_reciprocal(n, 1 + x)
                    + (-1) ** n * of_reciprocal(n, 1 - x)) / 2, -0.2),
    "atan(x)": (of_atan, 0.75),
    "1/(1 + x^2)": (lambda n, x: of_atan(n + 1, x), 1.5),
    "atan2(x, 2)": (lambda n, x: of_atan(n, x / 2) / mp.mpf(2) ** n, 1.1),
    "asin(x)": (of_asin, 0.45),
    "acos(x)": (lambda n, x: -of_asin(n, x), 0.45),
    "1/sqrt(1 - x^2)": (lambda n, x: of_asin(n + 1, x), -0.6),
    "asinh(x)": (of_asinh, 0.8),
    "acosh(x)": (of_acosh, 1.9),
    "tan(x)": (of_polynomials(mp.tan, [1, 0, 1]), 0.6),
    "cot(x)": (of_polynomials(mp.cot, [-1, 0, -1]), 0.9),
    "tanh(x)": (of_polynomials(mp.tanh, [1, 0, -1]), 0.5),
    "1/(1 + exp(x))": (lambda n, x: -of_sigmoid(n, x), 0.3),
    "sigmoid(x)": (of_sigmoid, -0.8),
    "softplus(x)": (lambda n, x: of_sigmoid(n - 1, x), 0.8),
    "lgamma(x)": (lambda n, x: mp.polygamma(n - 1, x), 2.7),
    "gamma(x)": (of_gamma, 6.3),
    "gamma(1 - x)": (lambda n, x: (-1) ** n * of_gamma(n, 1 - x), 3.3),
    # at 0, where the derivatives are known numbers
    "tan(x + 0)": (lambda n, x: mp.mpf(2) ** (n + 1) * (mp.mpf(2) ** (n + 1) - 1)
                   * abs(mp.bernoulli(n + 1)) / (n + 1), 0.0),
    "sec(x)": (lambda n, x: abs(mp.eulernum(n)), 0.0),
    "x/(1 - x - x^2)": (fibonacci, 0.0),
    "exp(exp(x) - 1)": (lambda n, x: mp.bell(n), 0.0),
    "1/sqrt(1 - 4x)": (lambda n, x: mp.factorial(n) * mp.binomial(2 * n, n), 0.0),
    "exp(x - x^2)": (lambda n, x: mp.hermite(n, mp.mpf(0.5)), 0.0),
    "1/sqrt(1 - x/2 + x^2)": (lambda n, x: mp.factorial(n) * mp.legendre(n, mp.mpf(0.25)), 0.0),
    "(1 - x/4)/(1 - x/2 + x^2)": (lambda n, x: mp.factorial(n) * mp.chebyt(n, mp.mpf(0.25)), 0.0),
    "exp(-2x/(1 - x))/(1 - x)": (lambda n, x: mp.factorial(n) * mp.laguerre(n, 0, 2), 0.0),
}  # fmt: skip
"""Closed forms of the derivatives, as formularies have them, and a point."""

TERMS: dict[str, Callable[[int, Any], Any]] = {
    "exp(x)*cos(x)": lambda n, x: mp.mpf(2) ** n * mp.exp(x),
    "exp(-x)*cos(2x)": lambda n, x: mp.mpf(3) ** n * mp.exp(-x),
    "cos(x)*cosh(x)": lambda n, x: mp.mpf(2) ** n * mp.cosh(x),
}
"""What the terms of Leibniz's rule add up to, for products in which they cancel."""
