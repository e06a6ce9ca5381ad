"""Time: what the published ratio becomes once both sides are charged alike, and once labeling is vectorised."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from artifact.audit.answer import Answer, Cell, Found
from artifact.intervals import over_runs


def answer(found: Found) -> Answer:
    """Charge labeling to nobody, to one side, to both; row by row as the paper did, or over columns."""
    rows = [_row(name, timing) for name, timing in found.results["timing"].items()]
    rows.append(_row("like for like, columns", _vectorised(found)))
    ratios = [str(row[0]) for row in rows if isinstance(row[-1], Mapping) and (row[-1]["mean"] or math.inf) < 1]
    return Answer(
        question="Is multi-task training really faster?",
        answer=f"On average in {len(ratios)} of {len(rows)} accountings: {', '.join(ratios) or 'none'}. "
        "Labeling is needed by both sides, so charged to both it can only slow the side that trains on top.",
        caption="Seconds per run and their ratio, paired per run, in each accounting.",
        columns=["accounting", "single-task (s)", "multi-task (s)", "multi / single"],
        rows=[],
        times=rows,
        derived="From the records of the timed runs of the paper's tasks: the three accountings of the report, and a "
        "fourth with the column engine's labeling time instead of the row-by-row one (artifact/audit/timing.py).",
        seeds=len(found.plan.seeds),
    )


def _row(name: str, timing: Mapping[str, Any]) -> Sequence[Cell]:
    return [name.replace("_", " "), *(timing[key] for key in ("single_task", "multi_task", "ratio"))]


def _vectorised(found: Found) -> dict[str, Any]:
    rates, fits = found.results["rates"], found.results["timing"]["fit_only"]
    pings = sum(found.results["rows"].values())
    runs = range(len(fits["multi_task"]["runs"]))
    labeling = [math.fsum(pings / rates[task]["columns"]["runs"][k] for task in found.plan.paper_tasks) for k in runs]
    single = [labeling[k] + fits["single_task"]["runs"][k] for k in runs]
    multi = [single[k] + fits["multi_task"]["runs"][k] for k in runs]
    ratio = [m / s if s else None for m, s in zip(multi, single, strict=True)]
    return {"single_task": over_runs(single), "multi_task": over_runs(multi), "ratio": over_runs(ratio)}
