"""A file while a long run writes it, in a folder beside its place, so that a later call can go on.

The folder has the streams of the file, and how far the run has come. It is gone once the file is
in its place, and stays if the call is interrupted.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
from pathlib import Path
from typing import IO, Any

from tapecli.cli import files
from tapecli.errors import OutputError

STATE = "state.json"

ANEW = "leave '--resume' out to begin anew"


class Partial:
    """The folder of a file at this path, which one call at a time can have.

    Raises:
        OutputError: another call has the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.folder = path.with_name(f".{path.name}.partial")
        self.streams: list[IO[bytes]] = []
        self._closing = self._locked()

    def _locked(self) -> contextlib.ExitStack:
        """Make and lock the folder; the lock ends with what is returned, or with the process."""
        while True:
            self.folder.mkdir(exist_ok=True)
            with contextlib.suppress(FileNotFoundError), contextlib.ExitStack() as closing:
                lock = os.open(self.folder, os.O_RDONLY)
                closing.callback(os.close, lock)
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    problem = f"cannot write '{self.path.name}': another call is writing it"
                    raise OutputError(problem) from None
                if os.path.samestat(os.fstat(lock), self.folder.stat()):
                    return closing.pop_all()
                # Another call, which has ended meanwhile, has removed this folder.

    def clear(self) -> None:
        """Remove what an earlier call has left in the folder."""
        for entry in self.folder.iterdir():
            entry.unlink()

    def state(self) -> dict[str, Any]:
        """How far an earlier call had come; {} if there was none.

        Raises:
            OutputError: that cannot be read, or a stream of the file is not there.
        """
        try:
            state = json.loads((self.folder / STATE).read_text("utf-8"))
            lengths = list(map(int, state["lengths"]))
            state = {**state, "done": int(state["done"]), "counts": dict(state["counts"])}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, KeyError):
            name = self.folder / STATE
            raise OutputError(f"cannot resume: '{name}' cannot be read; {ANEW}") from None
        for number, length in enumerate(lengths):
            path = self._stream_path(number)
            if not path.is_file() or path.stat().st_size < length:
                raise OutputError(f"cannot resume: '{path}' is shorter than it was; {ANEW}")
        return state

    def _stream_path(self, number: int) -> Path:
        return self.folder / f"part{number}"

    def stream(self, length: int | None = None) -> IO[bytes]:
        """Open the next stream of the file; what an earlier call has written ends at `length`."""
        path = self._stream_path(len(self.streams))
        stream = self._closing.enter_context(path.open("w+b" if length is None else "r+b"))
        self.streams.append(stream)
        if length is not None:
            stream.truncate(length)
            stream.seek(length)
        return stream

    def save(self, state: dict[str, Any]) -> None:
        """Save how far the run has come, once all that it has written is on the disk."""
        lengths = []
        for stream in self.streams:
            stream.flush()
            os.fsync(stream.fileno())
            lengths.append(stream.tell())
        text = json.dumps({**state, "lengths": lengths})
        files.replace(self.folder / STATE, lambda stream: stream.write(text))

    def finish(self) -> None:
        """Put the first stream, which is the whole by now, in the place of the file."""
        files.publish(self.streams[0], self.path)
        self.remove()

    def close(self) -> None:
        """Close what is open, and unlock the folder."""
        with contextlib.suppress(OSError):
            self._closing.close()

    def remove(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.close()
