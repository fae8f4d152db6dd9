"""Where the peers live: an environment of their own in bench/, made when it is missing."""

from __future__ import annotations

import functools
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.benchmarks.commands import HERE, Failed, last_line, quietly, said

FOLDER = Path("bench")
"""For all that is made here; git ignores it."""

HOME = FOLDER / "peers"
REQUIREMENTS = HERE / "peers.txt"

OURS = ("tapecli", "tensorflow", "numpy", "python-flint", "sympy", "click", "rich", "lark")

VERSIONS = """
import importlib.metadata, json, sys
print(json.dumps({name: importlib.metadata.version(name) for name in sys.argv[1:]}))
"""


def ask(program: str, *arguments: object) -> dict[str, Any]:
    """What a program of this folder says that is run by the Python of the peers.

    Raises:
        Failed: the peers cannot be had, or the program failed.
    """
    return said([str(python()), "-I", str(HERE / program), *map(str, arguments)])


def ask_own(module: str, *arguments: object) -> dict[str, Any]:
    """What a module of this package says in a process of its own, beside tapecli.

    Raises:
        Failed: it failed.
    """
    return said([sys.executable, "-m", f"tests.benchmarks.{module}", *map(str, arguments)])


def python() -> Path:
    """The Python of the peers, with what peers.txt lists installed.

    Raises:
        Failed: they cannot be installed.
    """
    found = _made()
    if isinstance(found, Failed):
        raise found
    return found


@functools.cache
def _made() -> Path | Failed:
    """It, or why there is none: whoever has no network need not wait for it twice."""
    python, stamp = HOME / "bin" / "python", HOME / "installed.txt"
    wanted = REQUIREMENTS.read_text("utf-8")
    if stamp.exists() and stamp.read_text("utf-8") == wanted:
        return python
    shutil.rmtree(HOME, ignore_errors=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    install += ["--retries", "1", "--timeout", "30", "-r", str(REQUIREMENTS)]
    try:
        for command in ([sys.executable, "-m", "venv", str(HOME)], install):
            quietly(command)
    except subprocess.CalledProcessError as error:
        return Failed(f"the peers cannot be installed here: {last_line(error.stderr)}")
    except (OSError, subprocess.SubprocessError) as error:
        return Failed(f"the peers cannot be installed here: {error}")
    stamp.write_text(wanted, "utf-8")
    return python


# --- what the report says of it ---------------------------------------------------------------


def machine() -> dict[str, str]:
    """What was measured, on what."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "date": time.strftime("%Y-%m-%d"),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{memory:.0f} GiB",
        "python": platform.python_version(),
        **{name: version(name) for name in OURS},
    }


def peers() -> dict[str, str]:
    """The versions of the peers."""
    names = re.findall(r"(?m)^[\w-]+", REQUIREMENTS.read_text("utf-8"))
    try:
        found = said([str(python()), "-I", "-c", VERSIONS, *names])
    except Failed as error:
        return {"peers": f"none: {error}"}
    return {"peers": ", ".join(f"{name} {number}" for name, number in found.items())}


def _processor() -> str:
    """Its model, where the system tells."""
    try:
        told = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        told = ""
    model = re.search(r"(?m)^model name\s*:\s*(.+)$", told)
    return model[1] if model else platform.processor() or platform.machine()
