"""The real lines in the box: whole, licensed, readable, chosen by number alone."""

from __future__ import annotations

import hashlib
import re

import numpy as np
import pytest

from artifact.store.paths import LINES
from artifact.trace.shipped import shipped

README = (LINES / "README.md").read_text(encoding="utf-8")
ROW = re.compile(
    r"^\| `(\S+)` \| `\S+` \| ([\d,]+) \| (\d+) \| ([\d.]+) \| `[0-9a-f]{64}` \| `([0-9a-f]{64})` \|$", re.M
)
LISTED = {name: rest for name, *rest in ROW.findall(README)}


def test_every_line_is_listed_with_its_checksum() -> None:
    there = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in LINES.glob("*.csv")}
    assert there == {name: rest[-1] for name, rest in LISTED.items()}
    assert len(there) >= 6
    assert sum(path.stat().st_size for path in LINES.iterdir()) < 600_000


def test_each_reads_as_it_is_described_and_needs_no_correction() -> None:
    lines = shipped(15_000)
    assert [f"{line.name}.csv" for line in lines] == sorted(LISTED)
    for line in lines:
        pings, losses, median, checksum = LISTED[f"{line.name}.csv"]
        assert (f"{len(line):,}", str((line.rtt_us == 0).sum())) == (pings, losses)
        assert f"{np.median(line.rtt_us[line.rtt_us > 0]) / 1000:.1f}" == median
        assert line.sha256 == checksum
        assert line.notes == ()
        assert len(line) >= 5_000


def test_no_more_pings_are_taken_than_asked_for() -> None:
    whole, short = shipped(15_000), shipped(3_000)
    for line, first in zip(whole, short, strict=True):
        assert np.array_equal(first.rtt_us, line.rtt_us[:3_000])
        assert first.sha256 == line.sha256


@pytest.mark.parametrize(
    ("kind", "holder"), [("cloud_host", "2023 Yamir Encarnacion"), ("atlas", "2016-2017 Wenqin Shao")]
)
def test_each_carries_its_licence(kind: str, holder: str) -> None:
    text = (LINES / f"LICENSE.{kind}").read_text(encoding="utf-8")
    assert holder in text
    assert "Permission is hereby granted, free of charge" in text
    assert f"`LICENSE.{kind}`" in README
    named = [path for path in LINES.glob("*.csv") if path.name.startswith(kind)]
    assert named
    for path in named:
        first, _, _ = path.read_text(encoding="utf-8").partition("\n")
        assert f"MIT, Copyright (c) {holder}" in first or f"MIT, Copyright {holder}" in first
