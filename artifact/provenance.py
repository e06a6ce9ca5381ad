"""What a result hangs on: code, locks, libraries, hardware."""

from __future__ import annotations

import hashlib
import importlib
import platform
import subprocess
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

from artifact.files import sha256
from artifact.paths import LOCKS, ROOT
from artifact.tasks.task import LabelingFunction, Task

LIBRARIES = ("numpy", "pandas", "scipy", "snorkel", "torch", "scikit-learn", "matplotlib", "jinja2", "pydantic")
AFTER_THE_RUNS = ("report", "audit", "cli.py", "claims.py", "results.py", "pipeline.py")
"""Code to the right of a run's record: it may change without the run being stale."""


def versions() -> dict[str, str]:
    """Return the versions of Python and of every library that touches a number."""
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in LIBRARIES}}


def code_sha256(tasks: Iterable[Task]) -> str:
    """Return the checksum of all source that decides a run, tasks from outside the package among it."""
    return package_sha256(AFTER_THE_RUNS, _task_files(tasks))


def package_sha256(but: Iterable[str], and_also: Iterable[Path] = ()) -> str:
    """Return the checksum of the package's source, but for some of its folders and files, and of further files."""
    package = ROOT / "artifact"
    files = {path for path in package.rglob("*.py") if path.relative_to(package).parts[0] not in but}
    digest = hashlib.sha256()
    for path in sorted(files.union(and_also)):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def git_commit() -> str:
    """Return the commit of this checkout, marked where files differ from it; "unknown" outside a checkout."""
    try:
        said = subprocess.run(
            ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        )
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return said.stdout.strip()


def locks_sha256() -> dict[str, str]:
    """Return the checksum of each lock, by file name."""
    return {path.name: sha256(path) for path in sorted(LOCKS.glob("*.txt"))}


def hardware() -> dict[str, Any]:
    """Describe the machine: processor, cores, memory (GiB), system."""
    return {
        "processor": _cpu_model(),
        "cores": len(_usable_cores()),
        "memory_gib": _memory_gib(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
    }


def _task_files(tasks: Iterable[Task]) -> set[Path]:
    bodies = [f.body for task in tasks for f in task.labeling_functions if isinstance(f, LabelingFunction)]
    modules = {body.__module__ for body in bodies}
    files = (getattr(importlib.import_module(module), "__file__", None) for module in modules)
    return {Path(file) for file in files if file}


def _usable_cores() -> set[int]:
    import os

    return os.sched_getaffinity(0)


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")


def _memory_gib() -> float:
    import os

    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
