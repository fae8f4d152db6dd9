"""What looks for inputs: atheris, or where there is none, mutation guided by the lines that run."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import importlib.util
import io
import itertools
import pkgutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from tests.fuzz.record import Record

if TYPE_CHECKING:
    from tests.fuzz.lines import Lines
    from tests.fuzz.targets import Target

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
MOST_OF_A_KIND = 3
"""Findings of a kind that one run keeps, so that a fault everywhere does not fill the disk."""
LARGEST_KEPT = 2_000
"""Bytes of a file of the corpus."""
PLENTY = 2_000
"""Inputs that are kept for mutation without atheris."""


def has_atheris() -> bool:
    """Whether atheris can be imported."""
    return importlib.util.find_spec("atheris") is not None


def ready() -> None:
    """Import all that is fuzzed, under the eyes of atheris where it is there: once for all targets.

    What is imported later it would not see.
    """
    if not has_atheris():
        importlib.import_module("tests.fuzz.targets")
        return
    for name in ("click", "flint", "lark", "mpmath", "numpy", "rich.table", "sympy"):
        importlib.import_module(name)  # which need not be looked through for tapecli's modules
    atheris = importlib.import_module("atheris")
    with (
        contextlib.redirect_stderr(io.StringIO()),  # which names each module
        atheris.instrument_imports(include=["tapecli"]),
    ):
        import tapecli

        for module in pkgutil.walk_packages(tapecli.__path__, "tapecli."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)


def run(name: str, seconds: float, most: int, seed: int, folder: Path) -> None:
    """Look for inputs until the time is over, or there were so many, if not 0.

    They and what was done are kept in the folder.
    """
    (by_atheris if has_atheris() else by_lines)(name, seconds, most, seed, folder)


class Tried:
    """Runs inputs, and keeps those with findings."""

    def __init__(self, target: Target, folder: Path) -> None:
        from tests.fuzz.judge import judge

        self._judge, self._target = judge, target
        self._record = Record(folder / "record")
        self._folder = folder
        self._kinds: dict[str, set[str]] = {}

    def __call__(self, data: bytes) -> None:
        from tests.fuzz.judge import Finding

        self._record.begin(data)
        try:
            target = self._target
            self._record.end(self._judge(target.run, data, target.most, target.endless))
        except Finding as found:
            names = self._kinds.setdefault(found.kind, set())
            if found.name not in names and len(names) < MOST_OF_A_KIND:
                names.add(found.name)
                (self._folder / found.name).write_bytes(data)


def by_atheris(name: str, seconds: float, most: int, seed: int, folder: Path) -> None:
    """By libFuzzer, which sees the branches of tapecli's modules; it leaves the process."""
    atheris = importlib.import_module("atheris")
    from tests.fuzz import language, targets

    target = targets.TARGETS[name]
    tried, pool = Tried(target, folder), _pool(name)

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        random = Random(seed)
        if random.random() < 0.15:
            mutated: bytes = atheris.Mutate(data, most)
            return mutated
        return language.mutated(data, random, target.words, target.fresh, pool)[:most]

    grown = folder / "grown"
    grown.mkdir(exist_ok=True)
    options = {
        "seed": seed,
        "max_total_time": max(1, round(seconds)),
        "runs": most or -1,
        "max_len": language.LARGEST,
        "timeout": 3600,
        "rss_limit_mb": 0,
        "artifact_prefix": f"{folder}/libfuzzer-",
    }
    words = [sys.argv[0], *(f"-{option}={value}" for option, value in options.items())]
    with tempfile.TemporaryDirectory() as there, targets.place(Path(there)):
        tried(target.sample)
        atheris.Setup([*words, str(grown), str(CORPUS / name)], tried, custom_mutator=mutate)
        atheris.Fuzz()


def by_lines(name: str, seconds: float, most: int, seed: int, folder: Path) -> None:
    """By mutation of what has run new lines."""
    from tests.fuzz import language, targets
    from tests.fuzz.lines import Lines

    target, random, lines = targets.TARGETS[name], Random(seed), Lines()
    tried, pool = Tried(target, folder), _pool(name)
    grown = folder / "grown"
    grown.mkdir(exist_ok=True)
    end = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as there, targets.place(Path(there)):
        tried(target.sample)
        lines.start()
        for data in pool:
            tried(data)
        _tell("INITED", len(lines.seen))
        for _ in range(most) if most else itertools.count():
            if time.monotonic() > end:
                break
            before = len(lines.seen)
            data = random.choice(pool) if pool else target.sample
            data = language.mutated(data, random, target.words, target.fresh, pool)
            tried(data)
            if len(lines.seen) > before and len(pool) < PLENTY:
                pool.append(data)
                (grown / f"{len(pool):05}").write_bytes(data)
        _tell("DONE", len(lines.seen))


def _tell(event: str, count: int) -> None:
    """A line as libFuzzer writes it."""
    print(f"#0 {event} cov: {count}", file=sys.__stderr__, flush=True)


def _pool(name: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted((CORPUS / name).glob("*"))]


def grow(name: str, where: str) -> None:
    """Put into the corpus, made smaller, what a folder has that runs lines that it does not."""
    from tests.fuzz import targets
    from tests.fuzz.lines import Lines

    target, lines = targets.TARGETS[name], Lines()
    folder = Path(where)
    tried = Tried(target, folder)
    found = sorted((folder / "grown").glob("*"), key=lambda path: path.stat().st_size)
    with tempfile.TemporaryDirectory() as there, targets.place(Path(there)):
        tried(target.sample)
        lines.start()
        for data in _pool(name):
            tried(data)
        for path in found:
            known = set(lines.seen)
            tried(data := path.read_bytes())
            if new := lines.seen - known:
                small = _smaller(data, _runs(new, lines, tried))
                if len(small) < LARGEST_KEPT:
                    digest = hashlib.sha256(small).hexdigest()[:10]
                    (CORPUS / name / f"grown-{digest}").write_bytes(small)


def _runs(wanted: set[tuple[str, int]], lines: Lines, tried: Tried) -> Callable[[bytes], bool]:
    """Whether an input runs all of these lines."""

    def does(data: bytes) -> bool:
        kept, lines.seen = lines.seen, set()
        tried(data)
        ran, lines.seen = lines.seen, kept
        return wanted <= ran

    return does


def _smaller(data: bytes, still: Callable[[bytes], bool]) -> bytes:
    """An input without the pieces that it can do without."""
    if not still(data):
        return data
    size = len(data) // 2
    while size:
        place = 0
        while place < len(data):
            part = data[:place] + data[place + size :]
            if part and still(part):
                data = part
            else:
                place += size
        size //= 2
    return data


def replay(paths: Sequence[Path]) -> int:
    """Run each file by the target that its folder is named after; how many have findings."""
    from tests.fuzz import targets
    from tests.fuzz.judge import Finding, judge

    failed = 0
    ready: set[str] = set()
    contents = [(path, path.parent.name, path.read_bytes()) for path in paths]
    with tempfile.TemporaryDirectory() as there, targets.place(Path(there)):
        for path, name, data in contents:
            target = targets.TARGETS[name]
            if name not in ready:
                ready.add(name)
                target.run(target.sample)
            try:
                taken = judge(target.run, data, target.most, target.endless)
                print(f"{path}: right, {taken:.2f} s", flush=True)
            except Finding as found:
                failed += 1
                print(f"{path}: {found}", flush=True)
    return failed
