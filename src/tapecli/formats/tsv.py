"""Tab-separated values: the columns of CSV; no field has a tab in it."""

from __future__ import annotations

import functools

from tapecli.formats import csv

head = functools.partial(csv.head, delimiter="\t")
body = functools.partial(csv.body, delimiter="\t")
