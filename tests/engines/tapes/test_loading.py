"""The door to TensorFlow: quiet unless something is wrong, and never a setting overwritten."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests import steps

LOUD = """
import os
os.write(2, b"E0000 from C++\\n")
__version__ = "2.20.0"
GradientTape = setting = os.environ.get("TF_CPP_MIN_LOG_LEVEL")

def constant(value):
    os.write(2, b"E0000 from the first operation\\n")
"""

LOG = "E0000 from C++\nE0000 from the first operation\n"

SCRIPT = """
import json, os, sys
import tapecli
sys.path[:] = [{folder!r}, *(path for path in sys.path if "packages" not in path)]
from tapecli.engines.tapes import loading
from tapecli.errors import TensorFlowError
assert "tensorflow" not in sys.modules
try:
    answer = {{"setting": getattr(loading.load({options}), "setting", None)}}
except TensorFlowError as error:
    answer = {{"error": str(error), "log": error.log, "code": error.exit_code}}
os.write(2, b"after\\n")
print(json.dumps(answer))
"""


class Loaded:
    """How `load` ended in a fresh process with this for TensorFlow; None is an empty folder."""

    def __init__(self, folder: Path, source: str | None, options: str, **settings: str) -> None:
        if source is None:
            (folder / "tensorflow").mkdir()
        else:
            (folder / "tensorflow.py").write_text(source)
        unset = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT.format(folder=str(folder), options=options)],
            capture_output=True,
            text=True,
            check=True,
            env={**unset, **settings},
        )
        self.answer = json.loads(done.stdout)
        self.err = done.stderr


@pytest.mark.parametrize(
    ("options", "err"),
    [
        ("quietly=True", "after\n"),
        ("core_only=True", f"{LOG}after\n"),
        ("", f"{LOG}after\n"),
    ],
)
def test_what_it_logs_is_held_back_only_when_asked_for(
    tmp_path: Path, options: str, err: str
) -> None:
    assert Loaded(tmp_path, LOUD, options).err == err


COMPILING = """
import os
__version__ = {version!r}
GradientTape, setting = None, []

def constant(value):
    return value

def function(call, jit_compile):
    def compiled():
        os.write(2, b"I0000 Compiled cluster")
        setting.append((call(), jit_compile))
    return compiled
"""


@pytest.mark.parametrize(("version", "compiled"), [("2.20.1", [[0, True]]), ("2.21.0", [])])
def test_what_an_older_one_logs_when_it_first_compiles_is_held_back(
    tmp_path: Path, version: str, compiled: list[object]
) -> None:
    found = Loaded(tmp_path, COMPILING.format(version=version), "quietly=True")
    assert (found.answer, found.err) == ({"setting": compiled}, "after\n")


@pytest.mark.parametrize(("settings", "seen"), [({}, "3"), ({"TF_CPP_MIN_LOG_LEVEL": "0"}, "0")])
def test_a_setting_of_the_user_is_kept(tmp_path: Path, settings: dict[str, str], seen: str) -> None:
    assert Loaded(tmp_path, LOUD, "quietly=True", **settings).answer == {"setting": seen}


AT_EACH_STEP = """
import os, sys
from tapecli.engines.tapes import loading
from tests import steps
sys.path.insert(0, sys.argv[1])
real = os.fstat(2)

def load():
    sys.modules.pop("tensorflow", None)
    loading.load(quietly=True)

def look():
    assert os.path.samestat(os.fstat(2), real)

print(steps.interrupted(load, ("loading.py", "contextlib.py"), look))
"""


def test_a_signal_at_any_step_of_its_start_leaves_standard_error_where_it_was(
    tmp_path: Path,
) -> None:
    (tmp_path / "tensorflow.py").write_text(LOUD)
    assert steps.in_a_process(AT_EACH_STEP, str(tmp_path)) > 50


AGAIN = "; pip install 'tensorflow>=2.20' --force-reinstall"

NATIVE = """
try:
    raise ImportError("libtensorflow_cc.so.2: {problem}")
except ImportError as error:
    raise ImportError("Traceback (most recent call last):\\n ...\\n\\nFailed to load") from error
"""
"""How TensorFlow wraps the error of the loader of libraries."""


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        (
            "raise ModuleNotFoundError('No module', name='tensorflow')",
            "TensorFlow is not installed; pip install 'tensorflow>=2.20'",
        ),
        (
            "raise ModuleNotFoundError(\"No module named 'wrapt'\", name='wrapt')",
            f"TensorFlow does not start: No module named 'wrapt'{AGAIN}",
        ),
        (
            "raise ImportError('\\nlibcuda.so\\ncannot be opened')",
            f"TensorFlow does not start: ImportError: libcuda.so{AGAIN}",
        ),
        (
            "raise TypeError('Descriptors cannot be created directly')",
            f"TensorFlow does not start: TypeError: Descriptors cannot be created directly{AGAIN}",
        ),
        ("raise SystemError", f"TensorFlow does not start: SystemError{AGAIN}"),
        ("raise SystemExit(7)", f"TensorFlow does not start: SystemExit: 7{AGAIN}"),
        (
            NATIVE.format(problem="file too short"),
            "TensorFlow does not start: ImportError: libtensorflow_cc.so.2: file too short" + AGAIN,
        ),
        (
            NATIVE.format(problem="failed to map segment"),
            "TensorFlow does not start: ImportError: libtensorflow_cc.so.2: failed to map segment"
            "; is there enough memory?",
        ),
        ("raise MemoryError", "there is not enough memory for TensorFlow"),
    ],
)
def test_a_failure_carries_the_reason_and_the_log(
    tmp_path: Path, failure: str, message: str
) -> None:
    source = f"import os\nos.write(2, b'E0000 from C++\\n')\n{failure}\n"
    loaded = Loaded(tmp_path, source, "quietly=True")
    assert loaded.err == "after\n"
    assert loaded.answer == {"error": message, "log": "E0000 from C++\n", "code": 3}


def test_a_failure_of_the_first_operation_is_one_of_tensorflow(tmp_path: Path) -> None:
    source = LOUD + "    raise RuntimeError('no device')"
    loaded = Loaded(tmp_path, source, "quietly=True")
    assert loaded.answer["error"] == f"TensorFlow does not start: RuntimeError: no device{AGAIN}"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("__version__ = '1.15.0'", "TensorFlow 1.15.0 is too old; pip install 'tensorflow>=2.20'"),
        (
            LOUD.replace("2.20.0", "2.19.1-rc0"),
            "TensorFlow 2.19.1-rc0 is too old; pip install 'tensorflow>=2.20'",
        ),
        ("", f"TensorFlow does not start: '{{folder}}.py' has no __version__{AGAIN}"),
        (None, f"TensorFlow does not start: '{{folder}}' has no __version__{AGAIN}"),
        (
            LOUD.replace("GradientTape", "tape"),
            f"TensorFlow does not start: '{{folder}}.py' has no GradientTape{AGAIN}",
        ),
    ],
    ids=["1.15", "2.19", "empty", "an empty folder", "without tapes"],
)
def test_what_is_too_old_or_no_tensorflow_is_refused_without_a_log(
    tmp_path: Path, source: str | None, message: str
) -> None:
    loaded = Loaded(tmp_path, source, "quietly=True, core_only=True")
    error = message.format(folder=tmp_path / "tensorflow")
    assert loaded.answer == {"error": error, "log": "", "code": 3}


def test_versions_from_the_oldest_on_will_do(tmp_path: Path) -> None:
    for version in ("2.20.0", "2.100.1", "3.0.0.dev1"):
        loaded = Loaded(tmp_path, LOUD.replace("2.20.0", version), "quietly=True")
        assert "error" not in loaded.answer


def test_the_version_that_is_advised_is_the_one_that_the_package_needs() -> None:
    from importlib.metadata import requires

    from tapecli.engines.tapes import loading

    (needed,) = (each for each in requires("tapecli") or () if each.startswith("tensorflow"))
    least = next(part for part in needed.replace("tensorflow", "").split(",") if ">=" in part)
    assert least in loading.INSTALL
