"""A file while it is written: in a folder beside its place, where a later call can go on.

The folder has the parts of the file, and how far it has come. It is gone once the file is in its
place, and stays where the call was interrupted.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from pathlib import Path
from typing import IO, Any

from tapecli.errors import OutputError

STATE = "state.json"


class Partial:
    """The folder of one file.

    Args:
        path: where the file will be.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.folder = path.with_name(f".{path.name}.partial")
        self.streams: list[IO[bytes]] = []

    def begin(self) -> None:
        """Make an empty folder; what an earlier call had left is gone."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()

    def left(self) -> dict[str, Any] | None:
        """How far an earlier call had come; None if there was none.

        Raises:
            OutputError: that cannot be read.
        """
        try:
            state: dict[str, Any] = json.loads((self.folder / STATE).read_text("utf-8"))
            return state
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            raise OutputError(f"cannot resume: '{self.folder / STATE}' cannot be read") from None

    def stream(self, length: int | None = None) -> IO[bytes]:
        """The next part of the file, to be written; as far as an earlier call had written it."""
        name = self.folder / f"part{len(self.streams)}"
        if length is None:
            stream = name.open("w+b")
        else:
            stream = name.open("r+b")
            stream.seek(0, os.SEEK_END)
            if stream.tell() < length:
                raise OutputError(f"cannot resume: '{name}' is shorter than it was")
            stream.truncate(length)
            stream.seek(length)
        self.streams.append(stream)
        return stream

    def save(self, state: dict[str, Any]) -> None:
        """Remember how far it has come: so much of every part is on the disk."""
        lengths = []
        for stream in self.streams:
            stream.flush()
            os.fsync(stream.fileno())
            lengths.append(stream.tell())
        new = self.folder / f"{STATE}.new"
        new.write_text(json.dumps({**state, "lengths": lengths}), "utf-8")
        os.replace(new, self.folder / STATE)

    def finish(self, mode: int) -> None:
        """Put the first part, which is the whole by now, in the place of the file."""
        whole = self.streams[0]
        whole.flush()
        os.fsync(whole.fileno())
        os.fchmod(whole.fileno(), mode)
        self.close()
        os.replace(self.folder / "part0", self.path)
        shutil.rmtree(self.folder, ignore_errors=True)

    def close(self) -> None:
        """Close what is open."""
        for stream in self.streams:
            with contextlib.suppress(OSError):
                stream.close()

    def remove(self) -> None:
        """Leave nothing behind."""
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)
