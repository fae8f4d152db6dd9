"""The core of TensorFlow that tapes need, which loads in less than half the time of all of it.

`import tensorflow` imports the whole public API: data sets, distribution, Keras. The command line
needs the eager runtime, tapes, elementary operations and `tf.function`, which are all in modules
of `tensorflow.python`. Only these are imported here, in the order of TensorFlow's own package. The
package itself is put into `sys.modules` without being executed, and for each public name in
`ROWS` it returns the object that the public API has. Any other name executes the package in place,
so that whoever has imported it gets what `import tensorflow` gives.

The private modules may move in any version, so that a caller of `load` must be ready to import
the whole package if it fails.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
import site
import sys
from collections.abc import Callable
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from types import ModuleType
from typing import Any

_MODULES = {
    "eager.backprop": "GradientTape",
    "eager.forwardprop": "autodiff.ForwardAccumulator",
    "eager.polymorphic_function.polymorphic_function": "function",
    "framework.config": "config.list_logical_devices "
    "config.optimizer.set_experimental_options=set_optimizer_experimental_options "
    "config.threading.set_inter_op_parallelism_threads "
    "config.threading.set_intra_op_parallelism_threads",
    "framework.constant_op": "constant",
    "framework.dtypes": "float32 float64",
    "framework.errors_impl": "errors.OpError errors.ResourceExhaustedError",
    "framework.ops": "device=device_v2",
    "framework.tensor": "TensorSpec",
    "framework.tensor_util": "is_tensor=is_tf_type",
    "framework.versions": "__version__=VERSION",
    "ops.array_ops": "identity ones_like=ones_like_v2 shape=shape_v2 stop_gradient where=where_v2 "
    "zeros_like=zeros_like_v2",
    "ops.array_ops_stack": "stack unstack",
    "ops.gen_array_ops": "broadcast_to",
    "ops.gen_math_ops": "acosh asin asinh atan atanh cos cosh math.atan2 math.betainc math.digamma "
    "math.erf math.erfc math.expm1 math.floormod=floor_mod math.greater math.greater_equal "
    "math.igamma math.igammac math.less math.less_equal math.lgamma math.log math.log1p "
    "math.logical_and math.logical_not math.logical_or math.polygamma math.reciprocal math.xlogy "
    "math.zeta maximum minimum negative=neg sin sinh square tan tanh",
    "ops.gen_nn_ops": "nn.elu nn.relu nn.selu nn.softsign",
    "ops.gradients_impl": "gradients=gradients_v2",
    "ops.clip_ops": "clip_by_value",
    "ops.math_ops": "abs acos add complex divide exp math.ceil math.equal math.erfcinv math.erfinv "
    "math.floor math.log_sigmoid math.ndtri math.not_equal math.rsqrt math.softplus math.xlog1py "
    "multiply pow round sigmoid sign sqrt subtract",
    "ops.nn_impl": "nn.silu=swish",
    "ops.nn_ops": "nn.gelu nn.leaky_relu nn.relu6",
    "ops.special_math_ops": "math.special.bessel_i0 math.special.bessel_i0e "
    "math.special.bessel_i1 math.special.bessel_i1e math.special.bessel_j0 "
    "math.special.bessel_j1 math.special.bessel_k0 math.special.bessel_k0e "
    "math.special.bessel_k1 math.special.bessel_k1e math.special.bessel_y0 "
    "math.special.bessel_y1 math.special.dawsn math.special.expint math.special.fresnel_cos "
    "math.special.fresnel_sin math.special.spence",
}
"""For each module the public names in it; after "=" the name in the module, if it is another."""

ROWS = {
    public: (module, private or public.rpartition(".")[2])
    for module, names in _MODULES.items()
    for public, _, private in (name.partition("=") for name in names.split())
}
"""For each public name its module in `tensorflow.python`, and its name there."""

on_import: Callable[[], None] | None = None
"""Called when the core is imported, before its first operation starts threads: until then this
process can be forked."""

_NAMESPACES = {name[:i] for name in ROWS for i, character in enumerate(name) if character == "."}


class _Namespace(ModuleType):
    """TensorFlow or a part of it such as `tf.math`; its names are looked up when first used."""

    _prefix = ""

    def __getattr__(self, name: str) -> Any:
        full_name = self._prefix + name
        if full_name in _NAMESPACES:
            value: Any = _Namespace(name)
            value._prefix = f"{full_name}."
        elif full_name.startswith("__") and full_name not in ROWS:
            raise AttributeError(name)
        else:
            value = _public(full_name)
        setattr(self, name, value)
        return value


def _public(name: str) -> Any:
    """The object of a public name, from its own module if the name is there."""
    with contextlib.suppress(KeyError, ImportError, AttributeError):
        module, private = ROWS[name]
        return getattr(importlib.import_module(f"tensorflow.python.{module}"), private)
    return functools.reduce(getattr, name.split("."), _execute_package())


def in_use() -> bool:
    """Whether the core has been loaded, and not the whole package."""
    return isinstance(sys.modules.get("tensorflow"), _Namespace)


def _execute_package() -> ModuleType:
    """The package, executed in place unless it has been already."""
    package = importlib.import_module("tensorflow")
    if isinstance(package, _Namespace):
        package.__class__ = ModuleType  # type: ignore[assignment]
        try:
            importlib.reload(package)
        except BaseException:  # which is what a failed import does
            del sys.modules["tensorflow"]
            raise
    return package


class _SubmoduleFinder(MetaPathFinder):
    """Executes the package for `import tensorflow.keras`, which uses no attribute of it."""

    @classmethod
    def find_spec(cls, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if name.count(".") != 1 or not (name.startswith("tensorflow.") and in_use()):
            return None
        return PathFinder.find_spec(name, _execute_package().__path__, target)


def load() -> None:
    """Put the core where `import tensorflow` finds it; nothing may have imported it before.

    Raises:
        Exception: of any kind if the core does not work; `import tensorflow` may still work.
    """
    package = module_from_spec(_suitable_spec())
    package.__class__ = _Namespace
    sys.modules["tensorflow"] = package
    try:
        _start()
        if on_import:
            on_import()
        _self_check(package)
    except BaseException:
        del sys.modules["tensorflow"]
        raise
    sys.meta_path.append(_SubmoduleFinder)


def silence_deprecations() -> None:
    """Have TensorFlow not warn of what it deprecates in its own gradients of Bessel functions."""
    deprecation = importlib.import_module("tensorflow.python.util.deprecation")
    deprecation._PRINT_DEPRECATION_WARNINGS = False  # type: ignore[attr-defined]


def _suitable_spec() -> ModuleSpec:
    """The package; refused if the core is switched off, or if there are plug-ins to load."""
    if os.environ.get("TAPECLI_CORE", "").lower() in ("0", "off"):
        raise ImportError("TAPECLI_CORE is off")
    spec = find_spec("tensorflow")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("TensorFlow is no package")
    folders = [*site.getsitepackages(), site.getusersitepackages(), *sys.path]
    plugins = any(Path(folder, "tensorflow-plugins").exists() for folder in folders)
    kernels = Path(spec.submodule_search_locations[0], "core", "kernels").exists()
    if plugins or kernels or os.environ.get("TF_PLUGGABLE_DEVICE_LIBRARY_PATH"):
        raise ImportError("TensorFlow has plug-ins")
    return spec


def _start() -> None:
    """Do what TensorFlow's own package does first and last, without what is in between.

    `backprop` imports the operations, their gradients and the operators of tensors.
    """
    python = "tensorflow.python"
    importlib.import_module(f"{python}.pywrap_tensorflow")
    os.environ["TF2_BEHAVIOR"] = "1"
    importlib.import_module(f"{python}.tf2").enable()
    importlib.import_module(f"{python}.eager.context")
    importlib.import_module(f"{python}.eager.backprop")
    importlib.import_module(f"{python}.compat.v2_compat").enable_v2_behavior()


def _self_check(tf: Any) -> None:
    """Refuse the core if the second derivative of x**3 - 1/x is wrong where it is exact."""
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
    """The public names that are another object in the public API; imports the whole package."""
    package = _execute_package()
    return [
        name
        for name in ROWS
        if _public(name) is not functools.reduce(getattr, name.split("."), package)
    ]
