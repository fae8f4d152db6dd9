"""The peer's program for files: pyarrow reads a table, and writes it again, timed, as JSON.

python arrow.py csv|parquet FILE COPY AGAIN
"""

from __future__ import annotations

import importlib
import json
import statistics
import sys
import time
from typing import Any

READ_WRITE = {"csv": ("read_csv", "write_csv"), "parquet": ("read_table", "write_table")}


def main() -> None:
    """Read, write so many times, and print."""
    kind, file, copy, again = sys.argv[1:]
    module: Any = importlib.import_module(f"pyarrow.{kind}")
    read, write = (getattr(module, name) for name in READ_WRITE[kind])
    table = read(file)

    def timed() -> float:
        start = time.perf_counter()
        write(table, copy)
        return time.perf_counter() - start

    seconds = statistics.median(timed() for _ in range(int(again)))
    print(json.dumps({"rows": table.num_rows, "columns": table.num_columns, "seconds": seconds}))


if __name__ == "__main__":
    main()
