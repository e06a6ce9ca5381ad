"""Run by test_grid.py in a process of its own, in a copy of the artifact: say what each edit makes stale, and why.

Read edits from standard input, write {edit: {cell: reasons}} to standard output. Nothing is trained: records are
written by hand, with the manifests of the copy as it is. Edited code is looked at by a fork that imports it anew.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

# Heavy, and not the artifact's: imported once.
import numpy as np
import pandas  # noqa: F401
import pydantic  # noqa: F401
import snorkel.labeling  # noqa: F401
import tomlkit  # noqa: F401

ROOT = Path.cwd()


def reasons_after(changes: dict[str, Any]) -> dict[str, list[str]]:
    """Return why each cell would have to be done; with ``keep`` among the changes, keep an empty record of each."""
    from artifact.grid.grid import Cell, Grid, Seeds
    from artifact.store.kept import keep
    from artifact.store.paths import STUDY, VARIATIONS, ResultPaths
    from artifact.study import read_study
    from artifact.trace.series import Trace

    if "versions" in changes:
        real = metadata.version
        metadata.version = lambda name: changes["versions"].get(name) or real(name)
    file = read_study(STUDY, VARIATIONS)
    paper, own = ("noise", "outage", "swell"), Trace(np.arange(1_000), "my log", "csv", changes.get("base", "1" * 64))
    line = Trace(np.arange(1_000), "a line", "csv", changes.get("line", "3" * 64))
    seeds, two = Seeds(*changes.get("seeds", [0, 100])), ("single_task", "multi_task")
    grid = Grid(file, ResultPaths(ROOT / "results"), device=changes.get("device", "cpu"))
    cells = {
        "timed": Cell(seeds, two, tasks=paper, timed=True),
        "table 1": Cell(seeds, two, tasks=paper),
        "separate": Cell(seeds, ("separate_networks",), tasks=paper),
        "window": Cell(seeds, ("multi_task",), file.varied("input_window"), paper),
        "coin": Cell(seeds, ("single_task",), file.varied("ties_coin"), paper),
        "best": Cell(seeds, ("dawid_skene",), file.varied("best"), paper),
        "majority": Cell(seeds, ("majority",), tasks=paper),
        "rules": Cell(seeds, ("rules",), tasks=paper),
        "noise alone": Cell(seeds, ("majority",), tasks=("noise",)),
        "own log": Cell(seeds, ("majority",), tasks=paper, trace=own),
        "carried": Cell(seeds, ("majority",), tasks=paper, trace=own, onto=(None, line)),
        "carried to a line": Cell(seeds, ("majority",), tasks=paper, trace=own, onto=(line,)),
        "all tasks": Cell(seeds, ("majority",)),
        "lab task": Cell(seeds, ("majority",), tasks=("dip",)),
        "lab approach": Cell(seeds, ("my_lab.approaches:mine",), tasks=paper),
        "lab input": Cell(seeds, ("multi_task",), file.varied("input_lab"), paper),
    }
    if "keep" in changes:
        for cell in cells.values():
            keep(grid.paths(cell).record, grid.manifest(cell), {"by": "hand"})
    return {name: grid.reasons(cell) for name, cell in cells.items()}


def in_a_fork(changes: dict[str, Any]) -> Any:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            said = json.dumps(reasons_after(changes)).encode()
        except BaseException as error:
            said = json.dumps({"failed": [f"{type(error).__name__}: {error}"]}).encode()
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(said)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return json.loads(said)


def after(edit: dict[str, Any]) -> Any:
    """Do an edit, look, and undo it."""
    if not edit["file"]:
        return in_a_fork(edit["set"])
    path = ROOT / edit["file"]
    before = path.read_text(encoding="utf-8")
    if edit["old"] not in before:
        return {"failed": [f"{edit['old']!r} is not in {edit['file']}"]}
    path.write_text(before.replace(edit["old"], edit["new"], 1), encoding="utf-8")
    try:
        return in_a_fork({}) if path.suffix == ".py" else reasons_after({})
    finally:
        path.write_text(before, encoding="utf-8")


if __name__ == "__main__":
    edits = json.load(sys.stdin)
    kept = in_a_fork({"keep": True})
    # This process imports nothing of the artifact before all edits of its code have been looked at.
    code = [edit for edit in edits if edit["file"].endswith(".py") or "versions" in edit["set"]]
    of_code = {edit["name"]: after(edit) for edit in code}
    others = {edit["name"]: after(edit) for edit in edits if edit["name"] not in of_code}
    json.dump({"kept": kept, "unchanged": reasons_after({}), **of_code, **others}, sys.stdout)
