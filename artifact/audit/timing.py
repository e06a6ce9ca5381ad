"""Time: what the published ratio becomes once both sides are charged alike, and once the engine is another."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from artifact import paper
from artifact.audit.answer import Answer, Cell, Found
from artifact.grid.grid import Cell as GridCell
from artifact.intervals import POSITIVE, over_runs
from artifact.reported import Plan

BY_ARITHMETIC = ("like for like", "like for like, columns")
"""Accountings whose one side is the other with something added: no clock can bring their ratio below 1."""
KEYS = ("single_task", "multi_task", "ratio")
Timing = Mapping[str, Any]


def asks(plan: Plan) -> dict[str, list[GridCell]]:
    """Return the timed cells of the paper's tasks, which are there in any case."""
    return {"timed": plan.of_the_paper(plan.timed())}


def answer(found: Found) -> Answer:
    """Charge labeling to nobody, to one side, to both; row by row or over columns; by the study's engine or another."""
    table = _table(found)
    return Answer(
        question="Is multi-task training really faster?",
        answer=_said(found, table),
        caption="Seconds per run and their ratio, paired per run, in each accounting: CPU time of the thread that does "
        "the work (on a GPU wall time), and wall time beside it.",
        columns=[
            "accounting",
            *("single-task (s)", "multi-task (s)", "multi / single"),
            *("single-task, wall (s)", "multi-task, wall (s)", "multi / single, wall"),
        ],
        rows=[],
        times=[_row(name, timing) for name, timing in table.items()],
        derived=_derived(found),
        seeds=len(found.plan.seeds),
        draws=["multi / single"],
    )


def _table(found: Found) -> dict[str, Timing]:
    rows: dict[str, Timing] = {name.replace("_", " "): of for name, of in found.results["timing"].items()}
    columns = {clock: _vectorised(found, clock) for clock in ("", "wall_")}
    rows["like for like, columns"] = {**columns[""], "wall": columns["wall_"]}
    return rows | {f"paper ({name})": of for name, of in found.results["timing_under"].items()}


def _row(name: str, timing: Timing) -> Sequence[Cell]:
    return [name, *(timing[key] for key in KEYS), *(timing["wall"][key] for key in KEYS)]


def _said(found: Found, table: Mapping[str, Timing]) -> str:
    """Say what each ratio shows that can lie on either side of 1, and apart from them which cannot."""
    if not all(side in found.results["table1"] for side in paper.approaches()):
        return "No timed run of the paper's tasks has both approaches, so there is no ratio."
    open_ones = {name: of for name, of in table.items() if name not in BY_ARITHMETIC}
    shown: dict[str, list[str]] = {}
    for name, of in open_ones.items():
        shown.setdefault(_shows(of["ratio"]), []).append(_short(name, of))
    otherwise = [name for name, of in open_ones.items() if _shows(of["wall"]["ratio"]) != _shows(of["ratio"])]
    by_wall = f"shows otherwise: {', '.join(otherwise)}" if otherwise else "shows the same of each"
    said = "; ".join(f"{says}: {', '.join(of)}" for says, of in shown.items())
    added = " and ".join(_short(name, table[name]) for name in BY_ARITHMETIC)
    return (
        f"Multi-task over single-task seconds: {said}. "
        f"Wall time {by_wall}. By arithmetic, not as a finding, {added} cannot lie below 1: single-task seconds are "
        "part of both sides."
    )


def _shows(ratio: Mapping[str, Any]) -> str:
    if ratio["mean"] is None:
        return "no ratio"
    if ratio["ci95"] is None:
        return "one run, which decides nothing"
    low, high = ratio["ci95"]
    if low <= 1 <= high:
        return "undecided"
    return f"{'below' if high < 1 else 'above'} 1 with the whole interval"


def _short(name: str, timing: Timing) -> str:
    mean = timing["ratio"]["mean"]
    return name if mean is None else f"{name} {mean:.2f}"


def _derived(found: Found) -> str:
    accountings = (
        "From the records of the timed runs of the paper's tasks: the three accountings of the report, and a fourth "
        "with the column engine's labeling time instead of the row-by-row one (artifact/audit/timing.py)"
    )
    under = [f"{name}: {of['says']}" for name, of in found.results["timing_under"].items()]
    return "; ".join([accountings, *under]) + "."


def _vectorised(found: Found, clock: str) -> dict[str, Any]:
    fits = found.results["timing"]["fit_only"]
    fits = fits["wall"] if clock else fits
    labeling = [
        math.fsum(record["times"]["labeling"][task][f"columns_{clock}s"] for task in found.plan.paper_tasks)
        for record in found.records["timed"]
    ]
    single = [labeled + fit for labeled, fit in zip(labeling, fits["single_task"]["runs"], strict=True)]
    multi = [both + fit for both, fit in zip(single, fits["multi_task"]["runs"], strict=True)]
    ratio = [m / s if s else None for m, s in zip(multi, single, strict=True)]
    return {key: over_runs(values, POSITIVE) for key, values in zip(KEYS, (single, multi, ratio), strict=True)}
