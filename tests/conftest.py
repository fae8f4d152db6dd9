"""What holds for all tests: in this process TensorFlow is there as a whole."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tapecli import tensorflow_core


@pytest.fixture(scope="session", autouse=True)
def whole_tensorflow() -> Iterator[None]:
    """Tests put things of their own in place of TensorFlow's; the core is for fresh processes."""

    def load() -> None:
        raise ImportError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tensorflow_core, "load", load)
        yield
