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
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from tapecli.cli import files
from tapecli.errors import OutputError

STATE = "state.json"

SAVED_EVERY = 1.0
"""Seconds after which the state of a run is saved for a later call."""

ANEW = "leave '--resume' out to begin anew"


class Partial:
    """The folder of a file at this path, which one call at a time can have.

    `about` says for JSON what the run is, for another run cannot be resumed.

    Attributes:
        state: how far the run had come when it was saved, by this call or by the earlier one that
            is resumed: how many points are done, how many of their values have each status, and
            how long the streams of the file were.

    Raises:
        OutputError: another call has the folder; or what is to be resumed cannot be read, or is
            another run, or a stream of the file is not there.
    """

    def __init__(self, path: Path, about: dict[str, Any], resume: bool = False) -> None:
        self.path = path
        self.folder = path.with_name(f".{path.name}.partial")
        self.streams: list[IO[bytes]] = []
        self.state: dict[str, Any] = {"about": about, "done": 0, "counts": {}, "lengths": []}
        self._saved = time.monotonic()
        self._closing = self._locked()
        try:
            if resume:
                self._read_state()
        except BaseException:
            self.close()
            raise

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

    def _read_state(self) -> None:
        """Read how far an earlier call had come, if there was one."""
        try:
            state = json.loads((self.folder / STATE).read_text("utf-8"))
            lengths = list(map(int, state["lengths"]))
            state |= {"done": int(state["done"]), "counts": dict(state["counts"])}
        except FileNotFoundError:
            return
        except (OSError, ValueError, TypeError, KeyError):
            name = self.folder / STATE
            raise OutputError(f"cannot resume: '{name}' cannot be read; {ANEW}") from None
        for number, length in enumerate(lengths):
            path = self._stream_path(number)
            if not path.is_file() or path.stat().st_size < length:
                raise OutputError(f"cannot resume: '{path}' is shorter than it was; {ANEW}")
        if state.get("about") != json.loads(json.dumps(self.state["about"])):
            problem = f"cannot resume '{self.path.name}': it was begun by another call"
            raise OutputError(f"{problem}; {ANEW}")
        self.state = state

    def _stream_path(self, number: int) -> Path:
        return self.folder / f"part{number}"

    def clear(self) -> None:
        """Remove what an earlier call has left in the folder."""
        for entry in self.folder.iterdir():
            entry.unlink()

    def stream(self) -> IO[bytes]:
        """Open the next stream of the file, behind what an earlier call has saved of it."""
        number = len(self.streams)
        earlier = self.state["lengths"][number:]
        path = self._stream_path(number)
        stream = self._closing.enter_context(path.open("r+b" if earlier else "w+b"))
        self.streams.append(stream)
        if earlier:
            stream.truncate(earlier[0])
            stream.seek(earlier[0])
        return stream

    def save(self, done: int, counts: Mapping[Any, int]) -> None:
        """Save how far the run has come, once all that it has written is on the disk."""
        lengths = []
        for stream in self.streams:
            stream.flush()
            os.fsync(stream.fileno())
            lengths.append(stream.tell())
        state = {**self.state, "done": done, "counts": counts, "lengths": lengths}
        files.replace(self.folder / STATE, lambda stream: stream.write(json.dumps(state)))
        self.state, self._saved = state, time.monotonic()

    def save_at_times(self, done: int, counts: Mapping[Any, int]) -> None:
        """Save how far the run has come, unless it was saved just now."""
        if time.monotonic() - self._saved > SAVED_EVERY:
            self.save(done, counts)

    def leave(self, error: BaseException, done: str) -> None:
        """Leave the folder to a later call, as the message of the error then says."""
        self.close()
        error.args = (f"{error} after {done}; with --resume it goes on there",)

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
