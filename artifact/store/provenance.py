"""What a result hangs on: code, locks, libraries, hardware."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

from artifact.store.files import sha256
from artifact.store.paths import CLAIMS, LOCKS, REVISION, ROOT

LIBRARIES = ("numpy", "pandas", "scipy", "snorkel", "torch", "scikit-learn", "matplotlib", "jinja2", "pydantic")


def versions() -> dict[str, str]:
    """Return the versions of Python and of every library that touches a number."""
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in LIBRARIES}}


def git_commit() -> str:
    """Return the commit of this checkout, image or release, marked where files of a checkout differ from it."""
    told = _git("describe", "--always", "--dirty", "--abbrev=40", "--exclude=*") or os.environ.get("ARTIFACT_REVISION")
    return told or _released() or "unknown"


def last_commit_of_claims() -> str:
    """Return the last commit that changed what counts as reproduced; empty where neither git nor an image tells."""
    return _git("log", "-1", "--format=%H", "--", str(CLAIMS)) or os.environ.get("ARTIFACT_CLAIMS_REVISION", "")


def image() -> dict[str, str]:
    """Return what an image says of itself: revision, source and time of creation; nothing outside one."""
    told = {name: os.environ.get(f"ARTIFACT_{name.upper()}", "") for name in ("revision", "source", "created")}
    return {name: value for name, value in told.items() if value}


def _released() -> str:
    """Return the commit that git wrote into an archive of itself."""
    told = REVISION.read_text(encoding="utf-8").strip() if REVISION.is_file() else ""
    return told if re.fullmatch("[0-9a-f]{40}", told) else ""


def locks_sha256() -> dict[str, str]:
    """Return the checksum of each lock, by file name."""
    return {path.name: sha256(path) for path in sorted(LOCKS.glob("*.txt"))}


def hardware(device: str = "cpu") -> dict[str, Any]:
    """Describe the machine: processor, cores, memory (GiB), system; with CUDA its GPUs, driver and CUDA version."""
    return {
        **(_gpus() if device == "cuda" else {}),
        "processor": _cpu_model(),
        "cores": len(_usable_cores()),
        "memory_gib": _memory_gib(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
    }


def _gpus() -> dict[str, Any]:
    import torch

    try:
        driver = Path("/proc/driver/nvidia/version").read_text(encoding="utf-8").splitlines()[0]
    except (OSError, IndexError):
        driver = "unknown"
    names = [torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())]
    return {"gpus": names, "driver": driver, "cuda": str(torch.version.cuda)}


def _usable_cores() -> set[int]:
    return os.sched_getaffinity(0)


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")


def _memory_gib() -> float:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)


def _git(*arguments: str) -> str:
    """Return what git says of this checkout; nothing outside one."""
    command = ["git", "-C", str(ROOT), *arguments]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""
