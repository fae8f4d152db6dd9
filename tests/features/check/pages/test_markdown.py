"""A Markdown page: the verdict first, commands as code, nothing typed taken for markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapecli.formats import Screen

if TYPE_CHECKING:
    from tests.features.check.pages.conftest import Write

    from tapecli.features.check.model import Report

BAD = r"""**TensorFlow 2.21.0 does NOT differentiate correctly: 3 derivatives fail, of sin, log, composite; 1,070 values in 12 s**

- sin: order 2 of sin(x) (nested, float64, eager, cpu:0) is off at x = 0.5, and at 2 more points: -0.47942601803, and should be -0.479425538604203

      tapecli diff 'sin(x)' --x=0.5 --order 2 --method nested --dtype float64 --execution eager --device cpu:0

- log: order 1 of log(x) (single, float16, eager, cpu:0): Error: \<no\> kernel \& \*more\*

      tapecli diff 'log(x)' --x=0.3 --order 1 --method single --dtype float16 --execution eager --device cpu:0

- composite: order 1 of y = abs(u) (taylor, float64) is lost at x = -1: nan, and should be -2

      tapecli diff 'u = x^2' 'y = |u|' --x=-1 --order 1 --method taylor --dtype float64

|  | float64, eager | float64, xla | float64, taylor | float16, eager |
| --- | ---: | ---: | ---: | ---: |
| sin | 3 BAD | 1e4\~ | - | - |
| log | 2 | - | - | 1 BAD |
| gamma | 9 | - | - | none |
| composite | 4\~\*\<3 | - | 1 BAD | - |

- numbers: the largest error in ulps, at ordinary points
- (near a zero of a derivative, many ulps are a small error)
- BAD: values that are off, lost, or could not be computed
- \~: some values have lost digits to rounding, as they must
- \*: some values are wrong by a known defect
- \<n: TensorFlow has no gradient or kernel of order n
- none: TensorFlow has no gradient or kernel
- -: not run at the level quick

- known: root-of-zero: detected 1 time; a root of zero (tensorflow/tensorflow#1)
- known: not-met: there; what is avoided (try tf.nn)
- known: mended: no longer there (last seen in 2.20); what was wrong (tensorflow/tensorflow#2)

tapecli 0.1.0, tensorflow 2.21.0, machine x86_64; level quick, seed 7
"""  # noqa: E501

GOOD = r"""**TensorFlow 2.21.0 differentiates correctly: 30 values in 1.2 s, 1 of them wrong by known defects**

|  | float64, eager |
| --- | ---: |
| sin | 3 |
| composite | 4\* |

- numbers: the largest error in ulps, at ordinary points
- \*: some values are wrong by a known defect

- known: root-of-zero: detected 1 time; a root of zero (tensorflow/tensorflow#1)
- known: not-met: there; what is avoided (try tf.nn)

tapecli 0.1.0, tensorflow 2.21.0, machine x86_64; level default, seed 7
"""  # noqa: E501


def test_every_kind_of_finding(bad: Report, write: Write) -> None:
    assert write(bad, "markdown") == BAD


def test_all_is_well(good: Report, write: Write) -> None:
    assert write(good, "markdown") == GOOD


def test_without_unicode(bad: Report, write: Write) -> None:
    assert write(bad, "markdown", Screen(unicode=False)) == BAD


def test_every_row_has_as_many_cells(bad: Report, write: Write) -> None:
    rows = [line for line in write(bad, "markdown").splitlines() if line.startswith("|")]
    assert len(rows) == 2 + len(bad.functions)
    assert {row.count("|") for row in rows} == {len(bad.settings) + 2}
