"""Run a command from a process that holds little memory, and write what it cost as JSON.

    python launch.py FILE SECONDS COMMAND...

The peak memory of a process begins with the peak of whoever started it, up to the moment in which
its program is loaded: beside a parent with TensorFlow in it, every command would seem as large.
After so many seconds the command is ended.
"""

import json
import os
import signal
import sys
import time


def main() -> None:
    """Run it to its end."""
    file, longest, *command = sys.argv[1:]
    start = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ)
    signal.signal(signal.SIGALRM, lambda number, frame: os.kill(child, signal.SIGKILL))
    signal.alarm(int(longest))
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - start
    signal.alarm(0)
    code = os.waitstatus_to_exitcode(status)
    with open(file, "w", encoding="utf-8") as stream:
        json.dump({"seconds": seconds, "mib": usage.ru_maxrss / 1024, "code": code}, stream)


if __name__ == "__main__":
    main()
