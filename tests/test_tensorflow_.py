"""The door to TensorFlow: quiet unless something is wrong, and never a setting overwritten."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

LOUD = """
import os
os.write(2, b"E0000 from C++\\n")
setting = os.environ.get("TF_CPP_MIN_LOG_LEVEL")

def constant(value):
    os.write(2, b"E0000 from the first operation\\n")
"""

LOG = "E0000 from C++\nE0000 from the first operation\n"

SCRIPT = """
import json, os, sys
sys.path.insert(0, {folder!r})
from tapecli import tensorflow_
from tapecli.errors import TensorFlowError
assert "tensorflow" not in sys.modules
try:
    answer = {{"setting": getattr(tensorflow_.load({options}), "setting", None)}}
except TensorFlowError as error:
    answer = {{"error": str(error), "log": error.log, "code": error.exit_code}}
os.write(2, b"after\\n")
print(json.dumps(answer))
"""


class Loaded:
    """How `load` ended in a fresh process with this package for TensorFlow."""

    def __init__(self, folder: Path, source: str, options: str, **settings: str) -> None:
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
        ("quietly=True, verbose=True", f"{LOG}after\n"),
        ("", f"{LOG}after\n"),
    ],
)
def test_what_it_logs_is_held_back_only_when_asked_for(
    tmp_path: Path, options: str, err: str
) -> None:
    assert Loaded(tmp_path, LOUD, options).err == err


@pytest.mark.parametrize(("settings", "seen"), [({}, "3"), ({"TF_CPP_MIN_LOG_LEVEL": "0"}, "0")])
def test_a_setting_of_the_user_is_kept(tmp_path: Path, settings: dict[str, str], seen: str) -> None:
    assert Loaded(tmp_path, LOUD, "quietly=True", **settings).answer == {"setting": seen}


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        (
            "raise ModuleNotFoundError('No module', name='tensorflow')",
            "TensorFlow is not installed; pip install 'tensorflow>=",
        ),
        (
            "raise ModuleNotFoundError(\"No module named 'wrapt'\", name='wrapt')",
            "TensorFlow does not start: No module named 'wrapt'",
        ),
        (
            "raise ImportError('libcuda.so\\ncannot be opened')",
            "TensorFlow does not start: ImportError: libcuda.so",
        ),
        (
            "raise TypeError('Descriptors cannot be created directly')",
            "TensorFlow does not start: TypeError: Descriptors cannot be created directly",
        ),
        ("raise SystemError", "TensorFlow does not start: SystemError"),
    ],
)
def test_a_failure_carries_the_reason_and_the_log(
    tmp_path: Path, failure: str, message: str
) -> None:
    source = f"import os\nos.write(2, b'E0000 from C++\\n')\n{failure}\n"
    loaded = Loaded(tmp_path, source, "quietly=True")
    assert loaded.err == "after\n"
    assert loaded.answer["error"].startswith(message)
    assert "\n" not in loaded.answer["error"]
    assert (loaded.answer["log"], loaded.answer["code"]) == ("E0000 from C++\n", 3)


def test_a_failure_of_the_first_operation_is_one_of_tensorflow(tmp_path: Path) -> None:
    loaded = Loaded(
        tmp_path, "def constant(value): raise RuntimeError('no device')", "quietly=True"
    )
    assert loaded.answer["error"] == "TensorFlow does not start: RuntimeError: no device"


def test_the_version_that_is_advised_is_the_one_that_the_package_needs() -> None:
    from importlib.metadata import requires

    from tapecli import tensorflow_

    (needed,) = (each for each in requires("tapecli") or () if each.startswith("tensorflow"))
    least = next(part for part in needed.replace("tensorflow", "").split(",") if ">=" in part)
    assert least in tensorflow_.INSTALL
