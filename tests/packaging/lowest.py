"""Print the lowest version of everything that pyproject.toml asks for, as constraints of pip."""

from __future__ import annotations

import re
from pathlib import Path

PROJECT = Path(__file__).parent.parent.parent / "pyproject.toml"


def lowest(project: str) -> dict[str, str]:
    """The lower bound of each requirement, of the extras and of the build too."""
    return dict(re.findall(r'"([\w-]+)>=([\d.]+)[^"]*"', project))


if __name__ == "__main__":
    for name, version in lowest(PROJECT.read_text("utf-8")).items():
        print(f"{name}=={version}")
