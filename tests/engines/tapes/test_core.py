"""The core: the same objects and the same bits as the public API, and the whole where it fails."""

from __future__ import annotations

import ast
import functools
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import tapecli
from tapecli.defaults import EXECUTIONS
from tapecli.engines.tapes.core import ROWS
from tapecli.expressions.functions import FUNCTIONS, SIGNED, limits, row

SOURCES = Path(tapecli.__file__).parent

SETTINGS = ("config.optimizer", "config.threading")
"""What is offered and not used: how the runtime is set."""

LONGEST = 1200
"""Seconds after which a process is said to hang. With every function, two of them took 260 at once
on a machine whose cores had three times as much to do as they can.
"""


def python(script: str, *arguments: str, **settings: str) -> Any:
    """What a fresh process prints, as JSON."""
    return answer(begun(script, *arguments, **settings))


def begun(script: str, *arguments: str, **settings: str) -> subprocess.Popen[str]:
    unset = {name: value for name, value in os.environ.items() if name != "TAPECLI_CORE"}
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**unset, "TF_CPP_MIN_LOG_LEVEL": "3", **settings},
    )


def answer(child: subprocess.Popen[str]) -> Any:
    out, err = child.communicate(timeout=LONGEST)
    assert child.returncode == 0, err
    return json.loads(out)


# --- the rows ---------------------------------------------------------------------------------


def test_every_row_names_what_the_public_api_names() -> None:
    found = python("""if True:
        import functools, importlib, json
        import tensorflow
        from tapecli.engines.tapes.core import ROWS, in_use

        def same(name, module, attribute):
            own = getattr(importlib.import_module("tensorflow.python." + module), attribute)
            return own is functools.reduce(getattr, name.split("."), tensorflow)

        print(json.dumps([in_use(), [name for name, row in ROWS.items() if not same(name, *row)]]))
    """)
    assert found == [False, []]


def chains(tree: ast.AST) -> Iterator[str]:
    """What is asked of TensorFlow in a file: `math.log` of `tf.math.log` and `self.tf.math.log`."""
    inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and id(node) not in inner:
            *start, name = ast.unparse(node).rpartition("tf.")
            if start[1] and start[0] in {"", "self."}:
                yield name


def test_every_use_has_its_row_and_every_row_its_use() -> None:
    used = {"__version__"}
    for path in SOURCES.rglob("*.py"):
        used |= set(chains(ast.parse(path.read_text("utf-8"))))
    tapes = [row(name).tape for name in (*FUNCTIONS, *SIGNED)]
    used |= {tape for tape in tapes if isinstance(tape, str)}
    spare = {name for name in ROWS if name.startswith(SETTINGS)}
    assert used - set(ROWS) == set()
    assert set(ROWS) - used - spare <= {"TensorSpec", "float32", "is_tensor"}  # Matplotlib's


# --- the same bits ----------------------------------------------------------------------------

BITS = """
import hashlib, json, sys
import numpy as np
from tapecli.engines.tapes import arrangements, core, loading
from tapecli.floats import FORMATS
from tapecli.expressions.functions import limits
from tapecli.expressions.tree import Variable, call
from tests.rows import applied

loading.load(quietly=True, core_only=True)
found = {}
columns = {"x": np.array([-1.5, 0.0, 0.25, 1.0, 2.5])}

def highest(dtype, execution):
    return 3 if (dtype, execution) == ("float64", "eager") else 1

def is_complete(name, dtype, execution):
    return not any(
        (limit.dtype, limit.where) == (dtype, "") and execution in limit.executions
        and limit.order <= highest(dtype, execution)
        for limit in limits(name)
    )

def note(names, dtype, execution):
    targets = [applied(name) for name in names]
    order = highest(dtype, execution)
    wanted = [("x",) * k for k in range(1, order + 1)]
    method = "nested" if order > 1 else "persistent"
    try:
        values = arrangements.tape_derivatives(
            targets, columns, wanted, method, FORMATS[dtype], execution
        )
        bits = [np.asarray(of_target, float).tobytes().hex() for of_target in values]
    except Exception as error:
        bits = [repr(error)] * len(names)
    found.update(
        (f"{name}, {dtype}, {execution}", said) for name, said in zip(names, bits, strict=True)
    )

names = json.loads(sys.argv[2])
for dtype in FORMATS:
    for execution in json.loads(sys.argv[1]):
        complete = [name for name in names if is_complete(name, dtype, execution)]
        note(complete, dtype, execution)  # together: that is quicker
        for name in names:
            if name not in complete:
                note([name], dtype, execution)
columns = {"x": np.array([0.5, 2.0]), "y": np.array([1.5, 3.0])}
product = call("mul", call("sin", Variable("x")), call("log", Variable("y")))
for execution in json.loads(sys.argv[1]):
    wanted = [("x", "y"), ("y", "y"), ("x",)]
    values = arrangements.tape_derivatives(
        [product], columns, wanted, "batch", FORMATS["float64"], execution
    )
    found[f"batch, {execution}"] = np.asarray(values, float).tobytes().hex()
print(json.dumps([core.in_use(), found]))
"""


def same_bits(executions: Sequence[str], functions: list[str]) -> dict[str, str]:
    """What both give: order 1 in all precisions, up to 3 eagerly in float64, and the second by the
    Jacobian.
    """
    asked = json.dumps(list(executions)), json.dumps(functions)
    both = [begun(BITS, *asked, TAPECLI_CORE=core) for core in ("1", "0")]
    (with_core, core), (without_core, public) = map(answer, both)
    assert (with_core, without_core) == (True, False)
    assert core == public
    found: dict[str, str] = core
    return found


def test_a_function_has_the_same_bits() -> None:
    found = same_bits(["eager"], ["softplus"])
    assert len(found) == 4 + 1
    assert not any("Error" in said for said in found.values())


@pytest.mark.slow
def test_every_function_has_the_same_bits() -> None:
    own = [name for name, row in FUNCTIONS.items() if row.tape]
    found = same_bits(list(EXECUTIONS), own)
    assert len(found) == len(own) * 4 * 3 + 3
    lacking = {name for name, said in found.items() if "Error" in said}
    assert all(limits(name.split(",")[0]) for name in lacking)


# --- what is loaded ---------------------------------------------------------------------------

HEAVY = (
    *("keras", "tensorflow._api", "tensorflow.lite", "tensorflow.python.keras"),
    *("tensorflow.python.data", "tensorflow.python.distribute.distribute_lib"),
)

DIFF = """
import contextlib, io, json, sys
from tapecli.cli import execute
with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO(), encoding="utf-8")) as out:
    code = execute(["diff", "x*sin(x)", "--x", "1..3", "--order", "2", *sys.argv[1:]])
out.flush()
import tensorflow
print(json.dumps([code, out.buffer.getvalue().decode(), sorted(sys.modules)]))
"""


@functools.cache
def with_the_core(*options: str) -> Any:
    """What the call ends with as it is usually made."""
    return python(DIFF, *options)


@pytest.mark.parametrize("execution", ["eager", pytest.param("xla", marks=pytest.mark.slow)])
def test_a_call_of_the_command_line_loads_nothing_of_the_rest(execution: str) -> None:
    code, _, loaded = with_the_core("--execution", execution)
    assert code == 0
    assert "tensorflow.python.eager.backprop" in loaded
    assert [name for name in loaded if name.startswith(HEAVY)] == []


@pytest.mark.slow
@pytest.mark.parametrize("off", ["0", "off"])
def test_it_can_be_switched_off(off: str) -> None:
    (_, one, _), (code, other, loaded) = with_the_core(), python(DIFF, TAPECLI_CORE=off)
    assert (code, other) == (0, one)
    assert "tensorflow._api" in loaded


@pytest.mark.slow
def test_the_library_loads_the_whole() -> None:
    script = """import json, tapecli
    assert tapecli.diff("x^2", x="3").values[0] == 6
    from tapecli.engines.tapes import core
    print(json.dumps(core.in_use()))"""
    assert python(script.replace("    ", "")) is False


# --- whatever else is asked of it -------------------------------------------------------------

CORE = """
import contextlib, json, sys
from tapecli.engines.tapes import core, loading
loading.load(quietly=True, core_only=True)
assert core.in_use()
import tensorflow as tf
tape = tf.GradientTape
"""

LIBRARY = """
import tapecli
result = tapecli.diff("x^3", x="2", order=2)
assert [float(row.tape) for row in result.rows][-1] == 12
"""

KERAS = """
import tensorflow as tf
model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(tf.ones((4, 2)), tf.ones((4, 1)), verbose=0)
assert tf.GradientTape and tf.math.log(tf.constant(1.0)).numpy() == 0
import json
from tapecli.engines.tapes import core
print(json.dumps(core.in_use()))
"""


@pytest.mark.parametrize(
    "parts",
    [
        [CORE, LIBRARY, KERAS],
        *(
            pytest.param(parts, marks=pytest.mark.slow)
            for parts in (
                [CORE, KERAS],
                [CORE, "from tensorflow import keras", KERAS],
                [CORE, "import tensorflow.keras.layers", KERAS],
                [CORE, "import tensorflow.math\nassert tensorflow.math.softmax", KERAS],
                [CORE, "assert tf.math.softmax and tf.GradientTape is tape", KERAS],
                ["import tapecli, tensorflow as tf", LIBRARY, KERAS],
                ["import tensorflow as tf, tapecli", LIBRARY, KERAS],
            )
        ),
    ],
)
def test_the_whole_is_there_for_whoever_asks(parts: list[str]) -> None:
    assert python("\n".join(parts)) is False


@pytest.mark.slow
def test_the_whole_after_the_core_has_the_names_of_the_whole() -> None:
    names = "\nprint(json.dumps(sorted(name for name in dir(tf) if name[0] != '_')))"
    asked = CORE + "tf.keras" + names
    whole, public = python(asked), python("import json, tensorflow as tf" + names)
    assert set(public) - set(whole) == set()


@pytest.mark.slow
def test_what_is_not_there_is_an_attribute_error() -> None:
    script = (
        CORE
        + """
for name in ("no_such_name", "__no_such_name__"):
    try:
        getattr(tf, name)
    except AttributeError:
        continue
    raise SystemExit(1)
print(json.dumps([hasattr(tf.math, "no_such_name"), core.in_use()]))
"""
    )
    assert python(script) == [False, False]


@pytest.mark.slow
def test_a_row_that_has_moved_is_answered_by_the_whole() -> None:
    moved = """
from tapecli.engines.tapes import core
core.ROWS["math.log"] = ("ops.no_such_module", "log")
core.ROWS["math.erf"] = ("ops.gen_math_ops", "no_such_name")
"""
    script = CORE + "print(json.dumps([float(tf.math.log(1.0)), float(tf.math.erf(0.0))]))"
    assert python(moved + script) == [0.0, 0.0]


# --- what goes wrong --------------------------------------------------------------------------

BROKEN = {
    "a module is gone": """
import importlib
real = importlib.import_module
def without(name):
    if name.endswith("v2_compat"): raise ImportError(name)
    return real(name)
core.importlib = type("Without", (), {"import_module": staticmethod(without)})
""",
    "an attribute is gone": "core._start = lambda: sys.no_such_name",
    "it exits": "core._start = sys.exit",
    "the self-check raises": "core.ROWS['GradientTape'] = ('framework.constant_op', 'constant')",
    "an operation is another one": """
real = core._start
def start():
    real()
    import tensorflow.python.framework.tensor as tensor
    times = tensor.Tensor.__mul__
    tensor.Tensor.__mul__ = lambda x, y: times(x, y) + y
    core._mend = lambda: setattr(tensor.Tensor, "__mul__", times)
core._start = start
""",
    "there are plug-ins": "os.environ['TF_PLUGGABLE_DEVICE_LIBRARY_PATH'] = 'none'",
}


QUICK = "an operation is another one"
"""What is looked at when all else that may be amiss is not."""


@pytest.mark.parametrize(
    "what",
    [pytest.param(what, marks=() if what == QUICK else pytest.mark.slow) for what in BROKEN],
)
def test_whatever_is_amiss_ends_in_the_whole(what: str) -> None:
    script = (
        f"import os, sys\nfrom tapecli.engines.tapes import core as core\n{BROKEN[what]}\n"
        + """
import json
from tapecli.engines.tapes import loading
try:
    core.load()
except (Exception, SystemExit) as error:
    why = type(error).__name__
os.environ.pop("TF_PLUGGABLE_DEVICE_LIBRARY_PATH", None)
getattr(core, "_mend", lambda: None)()
assert "tensorflow" not in sys.modules
core.load = lambda: sys.exit(why)
tf = loading.load(quietly=True, core_only=True)
import tapecli
value = [row.tape for row in tapecli.diff("x^3", x="2", order=2).rows][-1]
print(json.dumps([core.in_use(), bool(tf.keras), float(value)]))
"""
    )
    assert python(script) == [False, True, 12.0]


@pytest.mark.slow
def test_names_that_differ_are_said() -> None:
    script = """
import json
from tapecli.engines.tapes import core as core
core.ROWS["math.log"] = core.ROWS["math.log1p"]
print(json.dumps(core.differing()))
"""
    assert python(script) == ["math.log"]
