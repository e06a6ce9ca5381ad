"""Two results folders side by side: what has to be the same to the byte, and what a clock may change."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from artifact.errors import BadInputError
from artifact.store.kept import read_checked
from artifact.store.paths import ResultPaths

TIMES = {
    "timing",
    "timing_under",
    "know_nothing_s",
    "rates",
    "time_s",
    "times",
    "provenance",
    "reference",
    "wall_s",
    "commands",
    "options",
    "manifest",
    "outputs",
    "checksum",
}
"""Keys of kept JSON below which a clock, the machine or the place has written."""
TIMED = re.compile(r"<!-- timing -->.*?<!-- /timing -->", re.DOTALL)
"""Pieces of the page that show a time or the provenance."""


@dataclass(frozen=True)
class Stage:
    """One stage of the study: its outputs below a results folder, read as what must repeat."""

    name: str
    patterns: tuple[str, ...]
    read: Callable[[Path], bytes]


def without_times(value: Any) -> Any:
    """Return results or a record without what a clock or the machine has written."""
    if isinstance(value, dict):
        if value.get("timed"):
            return {"id": value["id"]}
        # An answer whose rows all hang on the clock says what the clock says.
        timed = {"answer"} if value.get("times") and not value.get("rows") else set()
        return {key: without_times(of) for key, of in value.items() if key not in TIMES | timed}
    return [without_times(v) for v in value] if isinstance(value, list) else value


def stage_sums(results: Path, data: Path) -> dict[str, dict[str, str]]:
    """Return the SHA-256 of every output per stage; ``data`` is the folder of the built data sets."""
    if not ResultPaths(results).results.is_file():
        raise BadInputError(results, "holds no results", "name a folder that `make all` or `make smoke` has filled")
    sums = {}
    for stage in STAGES:
        below = data if stage.name == "data sets" else results
        paths = sorted(path for pattern in stage.patterns for path in below.glob(pattern))
        sums[stage.name] = {
            str(path.relative_to(below)): hashlib.sha256(stage.read(path)).hexdigest() for path in paths
        }
    return sums


def differing(first: Mapping[str, Mapping[str, str]], second: Mapping[str, Mapping[str, str]]) -> dict[str, list[str]]:
    """Return for each stage the outputs that differ or are missing on one side."""
    return {
        stage: sorted(
            name for name in {*first[stage], *second[stage]} if first[stage].get(name) != second[stage].get(name)
        )
        for stage in first
    }


def as_table(first: Mapping[str, Mapping[str, str]], different: Mapping[str, list[str]]) -> str:
    """Return a line per stage: how many outputs, and which of them differ."""
    lines = [f"{'stage':24}{'outputs':>8}  compared"]
    for stage, names in different.items():
        same = "the same bytes" if first[stage] else "nothing to compare on either side"
        found = f"DIFFERENT: {', '.join(names)}" if names else same
        lines.append(f"{stage:24}{len(first[stage]):>8}  {found}")
    lines.append(
        f"{'times, provenance':24}{'':>8}  may differ: they hang on the clock and the machine, and are left out"
    )
    return "\n".join(lines)


def _votes(path: Path) -> bytes:
    return json.dumps(_read(path)["content"]["votes_sha256"], sort_keys=True).encode()


def _without_times(path: Path) -> bytes:
    return json.dumps(without_times(_read(path)), sort_keys=True).encode()


def _read(path: Path) -> dict[str, Any]:
    try:
        return read_checked(path)
    except ValueError:
        raise BadInputError(path, "is torn or edited", "run `make all` or `make smoke` there again") from None


def _without_time_rows(path: Path) -> bytes:
    return b"".join(row for row in path.read_bytes().splitlines(keepends=True) if b",time_s," not in row)


def _without_timed_pieces(path: Path) -> bytes:
    return TIMED.sub("", path.read_text(encoding="utf-8")).encode()


STAGES = (
    Stage("data sets", ("run-*.csv",), Path.read_bytes),
    Stage("label matrices", ("cells/**/record.json",), _votes),
    Stage("fitted models", ("cells/**/*.safetensors",), Path.read_bytes),
    Stage("labels of every ping", ("cells/**/series.csv",), Path.read_bytes),
    Stage("scores", ("cells/**/record.json",), _without_times),
    Stage("audit", ("audit/*.json",), _without_times),
    Stage("results", ("results.json",), _without_times),
    Stage("Table 1", ("table1.csv",), _without_time_rows),
    Stage("figures", ("*.svg",), Path.read_bytes),
    Stage("page", ("report.html",), _without_timed_pieces),
)
