"""Why there is no series of a function at a point, or none yet."""

from __future__ import annotations


class Undefined(Exception):
    """The function has no value: outside its domain, at a pole, or beyond the dtype."""


class Flat(Undefined):
    """All coefficients that are carried are zero although the function is not: carry more."""


class Kink(Exception):
    """The series on the two sides differ, or may differ: each must be computed on its own."""


class Undecided(Exception):
    """The sign of a number cannot be determined at this precision."""
