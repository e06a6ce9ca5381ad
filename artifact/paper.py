"""What the paper printed: Table 1 and the rates of section 3.5 (paper_tables/)."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from artifact.store.paths import CLAIMS, RATES, TABLE1


@cache
def published() -> dict[str, Any]:
    """Return Table 1 per approach and column, ``time_s`` among them, and the rates per task."""
    return {"table1": _by(TABLE1, "approach"), "rates": _by(RATES, "task")}


def approaches() -> tuple[str, ...]:
    """Return the names of the approaches that Table 1 compares."""
    return tuple(published()["table1"])


def published_tasks() -> tuple[str, ...]:
    """Return the names of the paper's tasks."""
    return tuple(dict.fromkeys(of for cells in published()["table1"].values() for of in cells if of != "time_s"))


def tasks(names: Iterable[str]) -> tuple[str, ...]:
    """Return those of the names that are the paper's tasks."""
    return tuple(name for name in names if name in published_tasks())


def claims() -> list[dict[str, Any]]:
    """Return every statement of the paper that can be tested, as claims.toml has it."""
    written: list[dict[str, Any]] = _claims()["claim"]
    return written


def design() -> dict[str, Any]:
    """Return what claims.toml fixes beforehand: seeds, numbers of data sets and trainings, level of the intervals."""
    fixed: dict[str, Any] = _claims()["design"]
    return fixed


@cache
def _claims() -> dict[str, Any]:
    return tomllib.loads(CLAIMS.read_text(encoding="utf-8"))


def _by(path: Path, key: str) -> dict[str, dict[str, float]]:
    with path.open(encoding="utf-8", newline="") as table:
        return {row.pop(key): {name: float(of) for name, of in row.items()} for row in csv.DictReader(table)}
