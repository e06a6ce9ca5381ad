"""What it takes to begin: the command line, before it does anything."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from artifact.bench.measuring import REPEATS, Bar, Reached
from artifact.store.paths import ROOT

HELP = (sys.executable, "-m", "artifact", "--help")
TIMED = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL); \
used = resource.getrusage(resource.RUSAGE_CHILDREN); print(used.ru_utime + used.ru_stime)"


def start() -> Iterator[Reached]:
    """Measure ``python -m artifact --help``, by the CPU time of its process."""
    seconds = [
        float(subprocess.check_output([sys.executable, "-c", TIMED, *HELP], cwd=ROOT, text=True))
        for _ in range(REPEATS)
    ]
    yield Reached(Bar("import and --help", "a process of its own", 0.3, "s", "at most"), tuple(seconds), None)
