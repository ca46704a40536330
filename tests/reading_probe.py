"""A program that reads returns, each in a child of its own, and says what each took.

A line of input is a JSON list of a file and the seconds allowed (0: as usual); the line of output that answers it is
a JSON object.
"""

import json
import os
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path

from xl_outcomes import files


def main() -> None:
    for line in sys.stdin:
        path, seconds = json.loads(line)
        child = os.fork()
        if not child:
            _answer(Path(path), seconds)
            os._exit(0)
        os.waitpid(child, 0)


def _answer(path: Path, seconds: float) -> None:
    if seconds:
        files.RETURN_LIMITS = replace(files.RETURN_LIMITS, seconds=seconds)
    start = time.perf_counter()
    source = files.read_one(path)
    took = time.perf_counter() - start
    issues = [(i.code, i.message, i.fix) for i in source.issues]
    print(
        json.dumps({"seconds": took, "megabytes": _peak(), "rows": len(source.entries), "issues": issues}), flush=True
    )


def _peak() -> float:
    # What getrusage says can be that of the process that started this one, so the system's own mark is better.
    status = Path("/proc/self/status")
    if status.exists():
        return int(next(line for line in status.read_text().splitlines() if line.startswith("VmHWM")).split()[1]) / 1024
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / 1024**2 if sys.platform == "darwin" else size / 1024


if __name__ == "__main__":
    main()
