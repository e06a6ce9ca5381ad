"""Time: what the published ratio becomes once both sides are charged alike, and once labeling is vectorised."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from artifact.audit.answer import Answer, Cell, measured
from artifact.audit.evidence import Evidence


def answer(evidence: Evidence) -> Answer:
    """Charge labeling to nobody, to one side, to both; row by row as the paper did, or over columns."""
    rows = [_row(name, timing) for name, timing in evidence.results["timing"].items()]
    rows.append(_row("like for like, columns", _vectorised(evidence)))
    faster = [str(row[0]) for row in rows if isinstance(row[-1], Mapping) and row[-1]["mean"] < 1]
    return Answer(
        question="Is multi-task training really faster?",
        answer=f"On average in {len(faster)} of {len(rows)} accountings: {', '.join(faster) or 'none'}. "
        "Labeling is needed by both sides.",
        caption="Seconds per run and their ratio, paired per run, in each accounting.",
        columns=["accounting", "single-task (s)", "multi-task (s)", "multi / single"],
        rows=[],
        times=rows,
        derived="From the runs' records: the three accountings of the report, and a fourth with the column engine's "
        "labeling time instead of the row-by-row one (artifact/audit/clocks.py).",
        seeds=len(evidence.worlds),
    )


def _row(name: str, timing: Mapping[str, Any]) -> Sequence[Cell]:
    return [name.replace("_", " "), *(timing[key] for key in ("single_task", "multi_task", "ratio"))]


def _vectorised(evidence: Evidence) -> dict[str, Any]:
    rates, fits = evidence.results["rates"], evidence.results["timing"]["fit_only"]
    pings = len(evidence.worlds[0].dataset.rtt_us)
    runs = range(len(fits["multi_task"]["runs"]))
    labeling = [math.fsum(pings / rates[name]["columns"]["runs"][k] for name in evidence.names) for k in runs]
    single = [labeling[k] + fits["single_task"]["runs"][k] for k in runs]
    multi = [single[k] + fits["multi_task"]["runs"][k] for k in runs]
    ratio = [m / s for m, s in zip(multi, single, strict=True)]
    return {"single_task": measured(single), "multi_task": measured(multi), "ratio": measured(ratio)}
