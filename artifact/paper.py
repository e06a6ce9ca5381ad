"""What the paper printed: Table 1 and the rates of section 3.5 (paper_tables/)."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from artifact.store.paths import RATES, TABLE1


@cache
def published() -> dict[str, Any]:
    """Return Table 1 per approach and column, ``time_s`` among them, and the rates per task."""
    return {"table1": _by(TABLE1, "approach"), "rates": _by(RATES, "task")}


def approaches() -> tuple[str, ...]:
    """Return the names of the approaches that Table 1 compares."""
    return tuple(published()["table1"])


def tasks(names: Iterable[str]) -> tuple[str, ...]:
    """Return those of the names that are the paper's tasks."""
    printed = {column for cells in published()["table1"].values() for column in cells} - {"time_s"}
    return tuple(name for name in names if name in printed)


def _by(path: Path, key: str) -> dict[str, dict[str, float]]:
    with path.open(encoding="utf-8", newline="") as table:
        return {row.pop(key): {name: float(of) for name, of in row.items()} for row in csv.DictReader(table)}
