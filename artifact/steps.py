"""What a long command does next, and how long that took last time."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from artifact.store.files import write_text
from artifact.store.paths import ResultPaths


@contextmanager
def step(results: ResultPaths, name: str) -> Iterator[None]:
    """Print a step and the seconds that it took last time in this folder; remember them when it is done."""
    before = _remembered(results)
    print(f"{name} ({_last_time(before.get(name))})", file=sys.stderr)
    begin = time.monotonic()
    yield
    write_text(results.steps, json.dumps({**before, name: round(time.monotonic() - begin, 1)}, indent=1) + "\n")


def _last_time(seconds: float | None) -> str:
    return "not done here before" if seconds is None else f"last time {seconds:.0f} s"


def _remembered(results: ResultPaths) -> dict[str, float]:
    try:
        found = json.loads(results.steps.read_text(encoding="utf-8"))
        return {str(name): float(seconds) for name, seconds in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
