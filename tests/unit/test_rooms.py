"""CONTRIBUTING's map of the rooms, which has to name each of them."""

from __future__ import annotations

import re

from artifact.store.paths import ROOT


def test_every_room_is_on_the_map_and_none_that_is_not_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rooms = text[text.index("    study.py") : text.index("What follows")]
    named = set(re.findall(r"(?<![\w./])[a-z]+(?:\.py|/)", rooms))
    paths = [path for path in (ROOT / "artifact").iterdir() if path.name[0] != "_"]
    there = {path.name if path.is_file() else f"{path.name}/" for path in paths}
    within = {"readers/", "figures/", "browser/", "task.py", "input.py", "approach.py", "dask.py"}
    assert named - within == there
