"""Rebuild the study three times from nothing, under conditions that must not matter, and compare every output.

tools/reproduce.py [--full]      small (make smoke) unless --full; exit 1 where an output differs
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from project import ROOT, copy, tracked

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
NO_UTF8 = {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
"""Text is what the locale says unless a line says otherwise."""


@dataclass(frozen=True)
class Conditions:
    """Where, and under what, the study is built; ``order`` shuffles the order its files are created in, but for 0."""

    folder: str
    order: int
    variables: Mapping[str, str]


def main() -> int:
    """Build all, print what was the same, return 0 where all was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="the whole study instead of the small one")
    full = parser.parse_args().full
    with tempfile.TemporaryDirectory(prefix="reproduce-") as folder:
        place = Path(folder)
        tried = conditions(place)
        for of in tried:
            build(place / of.folder, of, full)
        first, *others = [str(place / of.folder / "results") for of in tried]
        codes = []
        for of, results in zip(tried[1:], others, strict=True):
            print(f"\n{tried[0].variables}, files created in order\nagainst {of.variables}, files in order {of.order}")
            codes.append(artifact("compare", first, results))
        codes.append(0 if full else artifact("golden", first))
    return max(codes)


def conditions(place: Path) -> list[Conditions]:
    """Return what to try: decimal commas and Latin-1, dotless i, plain ASCII; other seeds, threads and time zones."""
    german = {**locale("de_DE", "ISO-8859-1", place), "PYTHONHASHSEED": "0", "TZ": "Europe/Berlin"}
    turkish = {**locale("tr_TR", "ISO-8859-9", place), "PYTHONHASHSEED": "4711", "TZ": "Pacific/Chatham"}
    return [
        Conditions("first", 0, {**NO_UTF8, **german, **dict.fromkeys(THREADS, "1")}),
        Conditions("a second, with spaces", 1, {**NO_UTF8, **turkish, **dict.fromkeys(THREADS, "2")}),
        Conditions("dritte-äöü", 2, {**NO_UTF8, "LC_ALL": "C", "PYTHONHASHSEED": "1", "TZ": "UTC"}),
    ]


def locale(name: str, encoding: str, place: Path) -> dict[str, str]:
    """Make a locale for this run alone and return the variables that choose it; where it cannot be had, UTF-8's."""
    full = f"{name}.{encoding}"
    (place / "locales").mkdir(exist_ok=True)
    command = ["localedef", "-i", name, "-f", encoding, str(place / "locales" / full)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        print(f"reproduce: no locale {full} (Debian: apt-get install locales); C.UTF-8 in its place", file=sys.stderr)
        return {"LC_ALL": "C.UTF-8"}
    return {"LC_ALL": full, "LOCPATH": str(place / "locales")}


def build(folder: Path, conditions: Conditions, full: bool) -> None:
    """Copy the source, its files created in the order that the conditions name, and run the study there."""
    names = tracked()
    if conditions.order:
        random.Random(conditions.order).shuffle(names)  # noqa: S311 - an order, not a secret
    copy(names, folder / "source")
    results = folder / "results"
    command = [sys.executable, "-m", "artifact", "all" if full else "smoke", "--results", str(results)]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    # The page names the commit that fixed the ranges, and a copy has no history.
    told = ["git", "log", "-1", "--format=%H", "--", "paper_tables/claims.toml"]
    commit = subprocess.run(told, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    environment["ARTIFACT_CLAIMS_REVISION"] = commit
    subprocess.run(
        [*command, "--data", str(results / "data")],
        cwd=folder / "source",
        env={**environment, **conditions.variables},
        check=True,
        stdout=subprocess.DEVNULL,
    )


def artifact(*arguments: str) -> int:
    """Run one command of the artifact; return its exit code."""
    return subprocess.run([sys.executable, "-m", "artifact", *arguments], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
