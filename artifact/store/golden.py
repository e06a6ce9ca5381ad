"""One checksum per stage of the smoke run, kept in data/: a mismatch says at which stage a machine goes its own way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from artifact.errors import BadInputError
from artifact.store.comparison import STAGES, stage_sums
from artifact.store.files import write_text
from artifact.store.paths import GOLDEN

EXACT = ("data sets", "label matrices")
"""Stages of whole numbers and exact sums: the same on every machine. Later ones hang on how a processor rounds."""


def check(results: Path) -> int:
    """Print each stage's verdict; return 1 where a stage that has to be the same everywhere is not."""
    golden, found = _golden(), _combined(results)
    failed = 0
    for stage in found:
        same = golden.get(stage) == found[stage]
        failed |= not same and stage in EXACT
        other = "ANOTHER" if stage in EXACT else "another: this processor rounds sums differently from the golden one"
        print(f"{stage:24}{'golden' if same else other}")
    return int(failed)


def write(results: Path) -> None:
    """Write the checksums of a smoke run as the golden ones."""
    lines = [f"{total}  {stage}" for stage, total in _combined(results).items()]
    write_text(GOLDEN, "\n".join(lines) + "\n")


def _golden() -> Mapping[str, str]:
    try:
        lines = GOLDEN.read_text(encoding="utf-8").splitlines()
        return {stage: total for total, stage in (line.split("  ", 1) for line in lines)}
    except (OSError, ValueError):
        raise BadInputError(GOLDEN, "no readable checksums", "write them with make golden") from None


def _combined(results: Path) -> dict[str, str]:
    sums = stage_sums(results, results / "data")
    canonical = {stage.name: json.dumps(sums[stage.name], sort_keys=True).encode() for stage in STAGES}
    return {name: hashlib.sha256(of).hexdigest() for name, of in canonical.items()}
