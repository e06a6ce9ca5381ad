"""Records of the runs -> results.json, the one source of report, verdicts and tests."""

from __future__ import annotations

import csv
import inspect
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from artifact.claims import judge
from artifact.errors import BadInputError
from artifact.paths import RATES, TABLE1
from artifact.scores import MEASURES, over_runs
from artifact.sealed import read_sealed
from artifact.study import StudyFile, parameter_lines
from artifact.tasks.task import Task
from artifact.trace.series import Trace

SCHEMA_VERSION = 1
SIDES = {
    "single_task": "Single-task label models",
    "multi_task": "Multi-task network",
    "discriminative": "Single-task networks (3.3)",
    "majority": "Always the majority class",
}
"""The approaches that are scored, and how they are called where people read."""
ACCOUNTINGS = {
    "paper": "As the paper most likely measured: row-by-row labeling plus label model, against the network's training "
    "alone. Its rates multiply to 12,000 rows, the training and validation rows.",
    "like_for_like": "Both sides with their labeling: the network is trained on the label models' weak labels, so it "
    "needs everything that the single-task side needs, and its own training on top.",
    "fit_only": "Fitting only: the label models' fit against the network's training, labeling left out on both sides.",
}
Record = Mapping[str, Any]


def assemble(
    file: StudyFile,
    tasks: Sequence[Task],
    records: Sequence[Record],
    base: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> dict[str, Any]:
    """Return results.json: means over the runs' records, times in three accountings, verdicts, provenance."""
    names = [task.name for task in tasks]
    approaches = {side: {name: _measures(records, side, name) for name in names} for side in SIDES}
    timing = {name: _accounting(records, names, name) for name in ACCOUNTINGS}
    results: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "table1": {
            side: {**approaches[side], "time_s": timing["paper"][side]} for side in ("single_task", "multi_task")
        },
        "published": published(),
        "approaches": approaches,
        "timing": timing,
        "rates": {name: _rates(records, name) for name in names},
        "labeling": {name: _labeling(records, name) for name in names},
        "tasks": [{"name": task.name, "colour": task.colour, "marker": task.marker} for task in tasks],
        "figure2": _figure2(tasks),
        "base": dict(base),
        "rows": records[0]["rows"],
        "parameters": records[0]["parameters"],
        "study": parameter_lines(file),
    }
    results["claims"] = judge(results)
    results["audit"] = {}
    results["provenance"] = dict(provenance)
    return results


def read_results(path: Path) -> dict[str, Any]:
    """Read results.json; where it is missing, edited or of another schema, say how to make it."""
    try:
        results = read_sealed(path)
    except ValueError:
        raise BadInputError(path, "no results, or edited ones", "run `make all` first") from None
    if results["schema_version"] != SCHEMA_VERSION:
        raise BadInputError(path, f"results of schema {results['schema_version']}", "run `make all` again")
    return results


def published() -> dict[str, Any]:
    """Return what the paper printed: Table 1 per approach, and the rates of section 3.5 per task."""
    with TABLE1.open(encoding="utf-8", newline="") as table:
        table1 = {row.pop("approach"): {k: float(v) for k, v in row.items()} for row in csv.DictReader(table)}
    with RATES.open(encoding="utf-8", newline="") as table:
        rates = {row.pop("task"): {k: float(v) for k, v in row.items()} for row in csv.DictReader(table)}
    return {"table1": table1, "rates": rates}


def table1_csv(results: Mapping[str, Any]) -> str:
    """Return Table 1 as CSV: one row per cell, reproduced beside published; times in the paper's accounting."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["approach", "column", "published", "reproduced", "ci95_low", "ci95_high", "runs"])
    for side, cells in results["table1"].items():
        printed = results["published"]["table1"][side]
        for column, cell in cells.items():
            value = cell if column == "time_s" else cell["accuracy"]
            numbers = [value["mean"], *value["ci95"]]
            writer.writerow([side, column, printed.get(column, ""), *map(repr, numbers), len(value["runs"])])
    return out.getvalue()


def describe_base(trace: Trace | None, cleaned_us: np.ndarray[Any, np.dtype[np.int64]], wanted: int) -> dict[str, Any]:
    """Describe the first run's base after cleaning: what it is, how long, and its RTT statistics (ms)."""
    answered = cleaned_us[cleaned_us > 0] / 1000
    centred = answered - answered.mean()
    return {
        "name": trace.name if trace else "synthetic home line",
        "format": trace.format if trace else "synthetic",
        "sha256": trace.sha256 if trace else None,
        "notes": list(trace.notes) if trace else [],
        "pings": len(cleaned_us),
        "wanted": wanted,
        "median_ms": float(np.median(answered)),
        "p99_ms": float(np.quantile(answered, 0.99)),
        "loss": float((cleaned_us == 0).mean()),
        "autocorrelation": float((centred[1:] * centred[:-1]).mean() / max(float(centred.var()), 1e-12)),
    }


def _measures(records: Sequence[Record], side: str, name: str) -> dict[str, Any]:
    return {m: over_runs([record["scores"][side][name][m] for record in records]) for m in MEASURES}


def _accounting(records: Sequence[Record], names: Sequence[str], accounting: str) -> dict[str, Any]:
    single = [_single_task_seconds(record, names, accounting != "fit_only") for record in records]
    multi = [record["times"]["multi_task"]["fit_s"] for record in records]
    if accounting == "like_for_like":
        multi = [fit + labeled for fit, labeled in zip(multi, single, strict=True)]
    return {
        "says": ACCOUNTINGS[accounting],
        "single_task": over_runs(single),
        "multi_task": over_runs(multi),
        "ratio": over_runs([m / s for m, s in zip(multi, single, strict=True)]),
    }


def _single_task_seconds(record: Record, names: Sequence[str], labeling: bool) -> float:
    times = record["times"]["single_task"]
    return math.fsum(times[name]["fit_s"] + (times[name]["labeling_s"] if labeling else 0.0) for name in names)


def _rates(records: Sequence[Record], name: str) -> dict[str, Any]:
    times = [record["times"]["single_task"][name] for record in records]
    return {
        "rows": times[0]["rows"],
        "row_by_row": over_runs([t["rows"] / t["labeling_s"] for t in times]),
        "columns": over_runs([t["all_rows"] / t["column_labeling_s"] for t in times]),
        "labeling_s": over_runs([t["labeling_s"] for t in times]),
        "fit_s": over_runs([t["fit_s"] for t in times]),
    }


def _labeling(records: Sequence[Record], name: str) -> dict[str, Any]:
    suites = [record["labeling"][name] for record in records]
    functions = []
    for j, first in enumerate(suites[0]["functions"]):
        means = {
            key: over_runs([suite["functions"][j][key] for suite in suites])["mean"]
            for key in ("coverage", "overlap", "conflict", "accuracy")
        }
        functions.append({"name": first["name"], "says": first["says"], **means})
    return {"functions": functions, "all_abstain": over_runs([suite["all_abstain"] for suite in suites])}


def _figure2(tasks: Sequence[Task]) -> str:
    """Return the source of the function of Figure 2, as it ran; empty where the study has no such function."""
    for task in tasks:
        for function in task.labeling_functions:
            if function.name == "lf_g_two_sd":
                return inspect.getsource(function.body)
    return ""
