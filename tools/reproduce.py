"""Rebuild the study twice from nothing, under conditions that must not matter, and compare every output.

tools/reproduce.py [--full]      small (make smoke) unless --full; exit 1 where an output differs
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from project import ROOT, copy, tracked

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
CONDITIONS = (
    {"PYTHONHASHSEED": "0", **dict.fromkeys(THREADS, "1"), "LC_ALL": "C.UTF-8", "TZ": "UTC"},
    {
        "PYTHONHASHSEED": "4711",
        **dict.fromkeys(THREADS, "2"),
        # The plain C locale, where text is ASCII unless a line says otherwise.
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "TZ": "Pacific/Chatham",
    },
)


def main() -> int:
    """Build both, print what was the same, return 0 where all was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="the whole study instead of the small one")
    full = parser.parse_args().full
    with tempfile.TemporaryDirectory(prefix="reproduce-") as place:
        folders = [Path(place) / name for name in ("first", "a second, with spaces")]
        for number, (folder, conditions) in enumerate(zip(folders, CONDITIONS, strict=True)):
            build(folder, conditions, number, full)
        print(f"conditions, first:  {CONDITIONS[0]}, files created in order")
        print(f"conditions, second: {CONDITIONS[1]}, files created in another order")
        compared = artifact("compare", *(str(folder / "results") for folder in folders))
        golden = 0 if full else artifact("golden", str(folders[0] / "results"))
    return max(compared, golden)


def build(folder: Path, conditions: dict[str, str], number: int, full: bool) -> None:
    """Copy the source, its files created in an order of the number's own, and run the study there."""
    names = tracked()
    if number:
        random.Random(number).shuffle(names)  # noqa: S311 - an order, not a secret
    copy(names, folder / "source")
    results = folder / "results"
    command = [sys.executable, "-m", "artifact", "all" if full else "smoke", "--results", str(results)]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    subprocess.run(
        [*command, "--data", str(results / "data")],
        cwd=folder / "source",
        env={**environment, **conditions},
        check=True,
        stdout=subprocess.DEVNULL,
    )


def artifact(*arguments: str) -> int:
    """Run one command of the artifact; return its exit code."""
    return subprocess.run([sys.executable, "-m", "artifact", *arguments], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
