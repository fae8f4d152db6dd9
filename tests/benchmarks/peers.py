"""Beside other software: JAX's jet, in an environment of its own that nothing else needs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.measure import Figure, Section, Target, figure, verdict
from tests.benchmarks.orders import POINTS
from tests.benchmarks.processes import HIGH, TAPECLI, Process

import tapecli

HERE = Path(__file__).parent
REQUIREMENTS = HERE / "peers.txt"

ORDER = 40
FASTER = Target(least=100)
"""For jet's first call beside that of Taylor arithmetic."""

ROUNDS = 2
"""Jet takes half a minute in each."""

LONGEST = 300
"""Seconds after which an install or a peer is given up."""

TITLE = f"Order {ORDER} beside JAX's jet"


def section(home: Path) -> Section:
    """Jet and Taylor arithmetic in turn, or a line that says that there is no JAX.

    Args:
        home: where the environment of the peers is, or will be.
    """
    try:
        python = _python(home)
        rounds = [_in_turn(python) for _ in range(ROUNDS)]
    except (OSError, subprocess.SubprocessError) as error:
        return Section(
            TITLE, [f"Left out: JAX cannot be had or run here ({type(error).__name__})."]
        )
    figures = [
        *_figures(rounds),
        _whole(rounds),
    ]
    notes = [
        f"sin(x)*exp(-x^2) at {len(POINTS)} points in float64, all orders up to {ORDER}, JAX "
        f"{rounds[0][0]['version']}. A first call has all that happens once for an expression and "
        "an order, tracing and compilation, and no imports; a further call has the same shapes. "
        "Each round has new processes.",
        f"Jet's first call should take {FASTER} times as long as that of Taylor arithmetic, which "
        f"it {'does' if figures[0].met else 'does not'}: {verdict(figures[0].met)}.",
        _values(*rounds[0]),
    ]
    return Section(TITLE, notes, figures)


def _python(home: Path) -> Path:
    """The Python of the peers, with what peers.txt lists installed."""
    python, stamp = home / "bin" / "python", home / "installed.txt"
    wanted = REQUIREMENTS.read_text("utf-8")
    if stamp.exists() and stamp.read_text("utf-8") == wanted:
        return python
    shutil.rmtree(home, ignore_errors=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    install += ["--retries", "1", "--timeout", "30", "-r", str(REQUIREMENTS)]
    for command in ([sys.executable, "-m", "venv", str(home)], install):
        subprocess.run(
            command,
            check=True,
            timeout=LONGEST,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    stamp.write_text(wanted, "utf-8")
    return python


def _in_turn(python: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """What jet and Taylor arithmetic say of themselves."""
    arguments = [str(ORDER), ",".join(map(str, POINTS))]
    jet = _said([str(python), "-I", str(HERE / "jet.py"), *arguments])
    own = _said([sys.executable, "-m", "tests.benchmarks.taylor", *arguments])
    return jet, own


def _said(command: Sequence[str]) -> dict[str, Any]:
    done = subprocess.run(
        command,
        check=True,
        timeout=LONGEST,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _figures(rounds: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> list[Figure]:
    """The first call, and a further one."""
    return [
        figure(
            f"jet, {words}",
            f"Taylor arithmetic, {words}",
            "s",
            [jet[part] for jet, _ in rounds],
            [own[part] for _, own in rounds],
            target,
        )
        for part, words, target in (
            ("first", "first call", FASTER),
            ("again", "a further call", None),
        )
    ]


def _whole(rounds: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> Figure:
    """Jet with its imports, beside the whole command."""
    command = Process([*TAPECLI, *HIGH, "--order", str(ORDER)])
    return figure(
        "jet, imports and first call",
        f"tapecli diff --order {ORDER}, the whole process with certified values and formulas",
        "s",
        [jet["imports"] + jet["first"] for jet, _ in rounds],
        [command.run()[0] for _ in rounds],
    )


def _values(jet: dict[str, Any], own: dict[str, Any]) -> str:
    """How far apart the two are, and from the certified values."""
    wanted = ",".join("x" * ORDER)
    certified = tapecli.diff(
        "sin(x)*exp(-x^2)", x=list(POINTS), wrt=wanted, method="none", formulas=False
    )
    exact = certified.analytic[0, 0].tolist()
    apart = _furthest(own["values"], jet["values"])
    ours, theirs = (_furthest(side["values"], exact) for side in (own, jet))
    return (
        f"The derivatives of order {ORDER} of the two are apart by at most {apart:.1e} of their "
        f"size; from the certified values Taylor arithmetic by {ours:.1e} and jet by {theirs:.1e}."
    )


def _furthest(values: Sequence[float], exact: Sequence[float]) -> float:
    """The largest relative difference."""
    return max(abs(one / other - 1) for one, other in zip(values, exact, strict=True))
