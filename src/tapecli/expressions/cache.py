"""Files beside the package's bytecode: what takes long to make, and is made anew without them.

They are as trustworthy as the bytecode: who may write there can change the package as well.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
import threading
from pathlib import Path


def path(module_file: str, ending: str) -> Path:
    """The file of this ending beside the bytecode of a module."""
    return Path(importlib.util.cache_from_source(module_file)).with_suffix(ending)


def store(file: Path, content: bytes) -> None:
    """Write the whole file, or nothing if that is impossible or Python is to write no bytecode.

    Other processes and threads may read or write it at the same time.
    """
    if sys.dont_write_bytecode:
        return
    temporary = file.with_name(f"{file.name}.{os.getpid()}.{threading.get_ident()}")
    with contextlib.suppress(OSError):
        try:
            temporary.write_bytes(content)
            temporary.replace(file)
        finally:
            temporary.unlink(missing_ok=True)
