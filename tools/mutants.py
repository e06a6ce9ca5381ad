"""Break the code in chosen places and show that the tests notice each time.

    tools/mutants.py [NAME ...]      exit 1 where a mutant survives

A mutant (tools/mutants.toml) is one piece of source replaced by a wrong one, in a copy of the project, and the tests
that should notice.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from project import ROOT, copy, tracked

FILES = tracked()
LONGEST_S = 900
"""A mutant's tests that take longer hang, which turns CI red as well."""


@dataclass(frozen=True)
class Mutant:
    """A wrong line: in ``path``, ``old`` (there exactly once) becomes ``new``; ``tests`` should go red."""

    name: str
    path: str
    old: str
    new: str
    tests: str


def main() -> int:
    """Try every mutant, two at a time; return 1 where one survives."""
    listed = tomllib.loads((ROOT / "tools" / "mutants.toml").read_text(encoding="utf-8"))["mutant"]
    chosen = [mutant for mutant in (Mutant(**of) for of in listed) if not sys.argv[1:] or mutant.name in sys.argv[1:]]
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        control = pool.submit(control_red, chosen)
        survived = [name for name in pool.map(tried, chosen) if name]
    if red := control.result():
        print(f"mutants: without a mutant {red} is red; mend that first, nothing here proves anything", file=sys.stderr)
        return 2
    print(f"{len(chosen) - len(survived)} of {len(chosen)} mutants caught")
    return 1 if survived else 0


def tried(mutant: Mutant) -> str:
    """Run a mutant's tests; return its name where they stay green, nothing where they go red."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as place:
        project = Path(place)
        copy(FILES, project)
        path = project / mutant.path
        text = path.read_text(encoding="utf-8")
        if text.count(mutant.old) != 1:
            raise SystemExit(
                f"mutants: {mutant.path} holds {mutant.old!r} {text.count(mutant.old)} times; mend {mutant.name!r}"
            )
        path.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")
        code, said = tested(project, mutant.tests.split(), LONGEST_S)
    # 1: tests failed. Anything else is no test's verdict: 0 all green, 2 to 5 nothing was tested.
    print(f"{'caught  ' if code == 1 else 'SURVIVED'}  {mutant.name}: {said[:100]}", flush=True)
    return "" if code == 1 else mutant.name


def control_red(mutants: list[Mutant]) -> str:
    """Run the files of all those tests without a mutant; name the first that is red, if one is."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as place:
        copy(FILES, Path(place))
        code, said = tested(Path(place), sorted({mutant.tests.split()[0] for mutant in mutants}))
    print(f"{'green   ' if code == 0 else 'RED     '}  the same tests without a mutant", flush=True)
    return said if code else ""


def tested(project: Path, tests: list[str], longest_s: int | None = None) -> tuple[int, str]:
    """Run tests until one is red, or for so long; return pytest's exit code and the red test's name."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-m", "not whole_study"]
    try:
        ended = subprocess.run(
            [*command, *tests], cwd=project, capture_output=True, text=True, check=False, timeout=longest_s
        )
    except subprocess.TimeoutExpired:
        return 1, f"hung for {longest_s} s: {' '.join(tests)}"
    red = (line.split(" ", 1)[1] for line in ended.stdout.splitlines() if line.startswith(("FAILED ", "ERROR ")))
    return ended.returncode, next(red, f"exit {ended.returncode} of {' '.join(tests)}")


if __name__ == "__main__":
    sys.exit(main())
