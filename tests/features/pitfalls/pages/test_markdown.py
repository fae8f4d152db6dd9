"""Pitfalls as a Markdown page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.features.pitfalls.pages.conftest import (
    BROKEN,
    CURED,
    GROUPS,
    HAPPENED,
    MESSAGE,
    PROGRAM,
    ROW,
)

if TYPE_CHECKING:
    from tests.features.pitfalls.pages.conftest import Write

PAGE = f"""\
## `a-name`

**What \\[bold\\]surprises**

```python
{PROGRAM}```

What happened:

```text
None
WARNING:tensorflow:look
ValueError: {MESSAGE}
```

{ROW.reason}

### Mended

```python
{ROW.mend}```

What that prints:

```text
6.0
```

Met in [tensorflow/tensorflow#1](https://github.com/tensorflow/tensorflow/issues/1), \
[jax-ml/jax#2](https://github.com/jax-ml/jax/issues/2)

*TensorFlow 2.21.0: 1 mistake still happens, 1 mend works*
"""


def test_the_list(write: Write) -> None:
    lines = write("markdown", GROUPS).splitlines()
    assert "| `a-name` | What \\[bold\\]surprises |" in lines
    assert [line for line in lines if line.startswith("#")] == ["## One kind", "## Another kind"]


def test_what_was_run(write: Write) -> None:
    assert write("markdown", HAPPENED) == PAGE
    assert write("markdown", HAPPENED, unicode=False) == PAGE


def test_what_is_not_as_it_was_is_said(write: Write) -> None:
    assert "**TensorFlow 2.99.0 does this right.**" in write("markdown", CURED).splitlines()
    assert "**This does not mend it on TensorFlow 2.99.0.**" in write("markdown", BROKEN)
