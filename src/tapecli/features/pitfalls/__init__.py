"""The ways in which gradient tapes surprise people: `tapecli pitfalls`.

The command lists them, or runs some and shows what happened, why, and a program that does it
right. Open `pitfalls.md` first: it has all pitfalls, and says how one is written. `model` says what
a pitfall is, `reading` reads the file, `running` runs the programs, and `pages` has the output
formats. The programs use TensorFlow's public API, as a user's code does.
"""

from __future__ import annotations

from tapecli.features.pitfalls import reading

GROUPS = reading.groups()
"""All pitfalls, by kind."""

FIRST = (
    "reused-tape", "swapped-tapes", "unwatched-tensor", "target-outside", "slope-outside",
    "one-header", "numpy-detour", "integer-source", "where-nan", "singular-point",
    "power-at-zero", "none-for-zero", "no-second-gradient",
)  # fmt: skip
"""The pitfalls that people usually meet first, in this order."""

_PITFALLS = {pitfall.name: pitfall for pitfalls in GROUPS.values() for pitfall in pitfalls}

PITFALLS = {name: _PITFALLS[name] for name in dict.fromkeys((*FIRST, *_PITFALLS))}
"""All by name: first those of `FIRST`, then the others by kind."""
