"""TensorFlow without the rest: what the tapes need, in less than half the time of all of it.

`import tensorflow` imports the whole public API: data sets, distribution, Keras. The command line
needs the eager runtime, tapes, elementary operations and `tf.function`, all of which are modules
of `tensorflow.python`. Here these alone are imported, in the sequence of TensorFlow's own package.
The package itself stands in `sys.modules` unexecuted, and answers under the public names, row by
row of `ROWS`, with the very objects that they name there. Whatever else is asked of it executes
it in place, so that it is what `import tensorflow` gives, for whoever has imported it.

The private modules may move in any version: who calls `load` must be ready to import the whole.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
import site
import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from types import ModuleType
from typing import Any

SWITCH = "TAPECLI_CORE"
"""The environment variable that switches this off."""

_OFF = ("0", "off")

_MODULES = {
    "eager.backprop": "GradientTape",
    "eager.forwardprop": "autodiff.ForwardAccumulator",
    "eager.polymorphic_function.polymorphic_function": "function",
    "framework.config": "config.list_logical_devices "
    "config.optimizer.set_experimental_options=set_optimizer_experimental_options "
    "config.threading.set_inter_op_parallelism_threads "
    "config.threading.set_intra_op_parallelism_threads",
    "framework.constant_op": "constant",
    "framework.dtypes": "bfloat16 float16 float32 float64",
    "framework.errors_impl": "errors.OpError errors.ResourceExhaustedError",
    "framework.ops": "device=device_v2",
    "framework.tensor": "TensorSpec",
    "framework.tensor_util": "is_tensor=is_tf_type",
    "framework.versions": "__version__=VERSION",
    "ops.array_ops": "identity ones_like=ones_like_v2 shape=shape_v2 stop_gradient where=where_v2",
    "ops.array_ops_stack": "stack unstack",
    "ops.gen_array_ops": "broadcast_to",
    "ops.gen_math_ops": "acosh asin asinh atan atanh cos cosh math.atan2 math.erf "
    "math.erfc math.expm1 math.floormod=floor_mod math.lgamma math.log math.log1p "
    "maximum minimum negative=neg sin sinh square tan tanh",
    "ops.gen_nn_ops": "nn.softsign",
    "ops.gradients_impl": "gradients=gradients_v2",
    "ops.math_ops": "abs acos add divide exp math.floor math.softplus multiply pow sigmoid sign "
    "sqrt subtract",
    "ops.nn_ops": "nn.gelu",
}
"""For each module the public names of what it has; after "=", its own name, where it has another.
"""

ROWS = {
    public: (module, own or public.rpartition(".")[2])
    for module, names in _MODULES.items()
    for public, _, own in (name.partition("=") for name in names.split())
}
"""For each public name the module of `tensorflow.python`, and the attribute in it."""

_PARTS = {public[: i + 1] for public in ROWS for i, sign in enumerate(public) if sign == "."}


class _Package(ModuleType):
    """The package as long as it is not executed: names are looked up when first asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name not in ROWS:
            raise AttributeError(name)
        found = _Part(f"{name}.") if f"{name}." in _PARTS else _answer(name)
        setattr(self, name, found)
        return found


class _Part:
    """A part of it such as `math`."""

    def __init__(self, start: str) -> None:
        self._start = start

    def __getattr__(self, name: str) -> Any:
        name = self._start + name
        found = _Part(f"{name}.") if f"{name}." in _PARTS else _answer(name)
        setattr(self, name.rpartition(".")[2], found)
        return found


def _answer(public: str) -> Any:
    with contextlib.suppress(KeyError, ImportError, AttributeError):
        module, attribute = ROWS[public]
        return getattr(importlib.import_module(f"tensorflow.python.{module}"), attribute)
    return functools.reduce(getattr, public.split("."), _whole())


def alone() -> bool:
    """Whether the core is there, and not the whole."""
    return isinstance(sys.modules.get("tensorflow"), _Package)


def _whole() -> ModuleType:
    """The package, executed in place if it is not yet."""
    package = importlib.import_module("tensorflow")
    if isinstance(package, _Package):
        package.__class__ = ModuleType  # type: ignore[assignment]
        try:
            assert package.__spec__ is not None
            assert package.__spec__.loader is not None
            package.__spec__.loader.exec_module(package)
        except BaseException:  # as a failed import does
            del sys.modules["tensorflow"]
            raise
    return package


class _Others(MetaPathFinder):
    """Finds what only the whole has: `import tensorflow.keras` asks for no attribute."""

    @classmethod
    def find_spec(cls, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if name.count(".") != 1 or not (name.startswith("tensorflow.") and alone()):
            return None
        return PathFinder.find_spec(name, _whole().__path__, target)


def load() -> None:
    """Put the core where `import tensorflow` finds it, which nothing may have imported yet.

    Raises:
        Exception: whatever goes wrong, after which `import tensorflow` may be tried.
    """
    spec = find_spec("tensorflow")
    _refuse(spec)
    assert spec is not None
    package = module_from_spec(spec)
    package.__class__ = _Package
    sys.modules["tensorflow"] = package
    try:
        _start()
        _try(package)
    except BaseException:
        del sys.modules["tensorflow"]
        raise
    sys.meta_path.append(_Others)


def _refuse(package: ModuleSpec | None) -> None:
    """Refuse what the core cannot stand for: it is not wanted, or there are plug-ins to load."""
    if os.environ.get(SWITCH, "").lower() in _OFF:
        raise ImportError(f"{SWITCH} is off")
    if package is None or not package.submodule_search_locations:
        raise ImportError("TensorFlow is no package")
    folders = [*site.getsitepackages(), site.getusersitepackages(), *sys.path]
    plugins = any(Path(folder, "tensorflow-plugins").exists() for folder in folders)
    kernels = Path(package.submodule_search_locations[0], "core", "kernels").exists()
    if plugins or kernels or os.environ.get("TF_PLUGGABLE_DEVICE_LIBRARY_PATH"):
        raise ImportError("TensorFlow has plug-ins")


def _start() -> None:
    """What TensorFlow's own package does first and last, and nothing of what is between.

    `backprop` imports the operations, their gradients and the operators of tensors.
    """
    python = "tensorflow.python"
    importlib.import_module(f"{python}.pywrap_tensorflow")
    os.environ["TF2_BEHAVIOR"] = "1"
    importlib.import_module(f"{python}.tf2").enable()
    importlib.import_module(f"{python}.eager.context")
    importlib.import_module(f"{python}.eager.backprop")
    importlib.import_module(f"{python}.compat.v2_compat").enable_v2_behavior()


def _try(tf: Any) -> None:
    """Differentiate x**3 - 1/x twice where that is exact.

    Raises:
        ArithmeticError: it came out wrong.
    """
    x = tf.constant([2.0, 4.0], "float64")
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = x * x * x - 1 / x
        slope = inner.gradient(y, x)
    second = outer.gradient(slope, x)
    if [float(second[0]), float(second[1])] != [11.75, 23.96875]:
        raise ArithmeticError(f"the second derivative of x**3 - 1/x is not {second}")


def differing() -> list[str]:
    """The rows that name something else in the public API, which is imported whole for it."""
    whole = _whole()
    return [
        name
        for name in ROWS
        if _answer(name) is not functools.reduce(getattr, name.split("."), whole)
    ]
