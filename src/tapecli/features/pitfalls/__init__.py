"""The ways in which gradient tapes surprise people: `tapecli pitfalls`.

Each module is a group of rows, each row a program that makes the mistake and one that mends it;
`run` runs them. The programs use TensorFlow's public API, as a user's code does.
"""

from __future__ import annotations

from tapecli.features.pitfalls import answers, digits, machinery, scopes, singular, sources
from tapecli.features.pitfalls.model import Contents

CONTENTS = Contents(
    tuple(part.GROUP for part in (scopes, sources, answers, singular, digits, machinery))
)
"""All that there are, by kind."""

FIRST = (
    "reused-tape",
    "swapped-tapes",
    "unwatched-tensor",
    "target-outside",
    "slope-outside",
    "one-header",
    "numpy-detour",
    "integer-source",
    "where-nan",
    "singular-point",
    "power-at-zero",
    "none-for-zero",
    "no-second-gradient",
)
"""Those that people meet first, in the order in which they do."""

_ROWS = {row.name: row for group in CONTENTS.groups for row in group.pitfalls}

PITFALLS = {name: _ROWS[name] for name in dict.fromkeys((*FIRST, *_ROWS))}
"""All by name: first those that people meet first, then the others by kind."""
