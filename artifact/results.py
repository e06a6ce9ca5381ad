"""Records of the runs -> results.json, the one source of report, verdicts and tests."""

from __future__ import annotations

import csv
import inspect
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from artifact import paper
from artifact.claims.judging import judge
from artifact.errors import BadInputError
from artifact.grid.grid import Grid
from artifact.intervals import POSITIVE, over_runs
from artifact.reported import TIMED_UNDER, Plan
from artifact.scores import MEASURES, SCALES
from artifact.setting import setting_of, tasks_of
from artifact.settled import calibration, dead, settled
from artifact.store import provenance
from artifact.store.files import json_sha256, sha256, write_text
from artifact.store.kept import read_checked, write_checked
from artifact.store.paths import ResultPaths
from artifact.stretch import stretch
from artifact.study import parameter_lines
from artifact.tasks.task import Task, description

SCHEMA_VERSION = 2
ACCOUNTINGS = {
    "paper": "As the paper most likely measured: row-by-row labeling plus label model, against the network's training "
    "alone. Its rates multiply to 12,000 rows, the training and validation rows.",
    "like_for_like": "Both sides with their labeling: the network is trained on the label models' weak labels, so it "
    "needs everything that the single-task side needs, and its own training on top.",
    "fit_only": "Fitting only: the label models' fit against the network's training, labeling left out on both sides.",
}
Record = Mapping[str, Any]
Records = Sequence[Record]


def assemble(grid: Grid, records: Mapping[str, Records], carried: Mapping[str, Any]) -> dict[str, Any]:
    """Return results.json, audit left out: means over the records, three accountings, verdicts, provenance.

    ``records`` are those of ``Plan.reported``. Table 1, times and verdicts come from runs of the paper's tasks
    alone; everything else speaks of all of the study's. ``carried`` are accuracies on lines that were not trained on,
    as ``carries.unseen`` returns them.
    """
    tasks, plan = tasks_of(grid.file), Plan(grid.file)
    timing = {name: _accounting(records["paper_timed"], plan.paper_tasks, name) for name in ACCOUNTINGS}
    table1 = _approaches(records["paper_timed"], plan.paper_tasks)
    first = records["timed"][0]
    results: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "table1": {name: {**of, "time_s": timing["paper"][name]} for name, of in table1.items()},
        "published": paper.published(),
        "paper": _approaches(records["paper_every"], plan.paper_tasks),
        "approaches": _approaches(records["every"], plan.tasks),
        "titles": {approach.name: approach.title for approach in setting_of(grid.file).approaches},
        "know_nothing": list(plan.know_nothing),
        "know_nothing_s": {name: _fit_s(records["every"], name) for name in plan.know_nothing},
        "design": _design(plan),
        "settled": {**settled(plan, records), "carried": carried},
        "dead": dead(plan, records),
        "stretch": stretch(plan, grid.paths(plan.every()[0]).series, records["every"][0]),
        "calibration": calibration(plan),
        "timing": timing,
        "timing_under": _timing_under(plan, records),
        "rates": {task.name: _rates(records["timed"], task.name) for task in tasks},
        "labeling": {task.name: _labeling(records["timed"], task) for task in tasks},
        "tasks": [_task(task, plan) for task in tasks],
        "figure2": _figure2(tasks),
        "base": {**_base(grid), **first["base"]},
        "rows": first["rows"],
        "study": parameter_lines(grid.file),
    }
    results["claims"] = judge(results)
    results["commands"] = dict(grid.commands)
    results["audit"] = {}
    results["provenance"] = _provenance(grid, records)
    return results


def write_results(paths: ResultPaths, results: Mapping[str, Any]) -> None:
    """Write results.json and table1.csv."""
    write_checked(paths.results, results)
    write_text(paths.table1, table1_csv(results))


def read_results(path: Path) -> dict[str, Any]:
    """Read results.json; where it is missing, edited or of another schema, say how to make it."""
    try:
        results = read_checked(path)
    except ValueError:
        raise BadInputError(path, "no results, or edited ones", "run `make all` first") from None
    if results["schema_version"] != SCHEMA_VERSION:
        raise BadInputError(path, f"results of schema {results['schema_version']}", "run `make all` again")
    return results


def table1_csv(results: Mapping[str, Any]) -> str:
    """Return Table 1 as CSV: one row per cell, reproduced beside published; times in the paper's accounting."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["approach", "column", "published", "reproduced", "ci95_low", "ci95_high", "runs"])
    for side, cells in results["table1"].items():
        printed = results["published"]["table1"][side]
        for column, cell in cells.items():
            value = cell if column == "time_s" else cell["accuracy"]
            numbers = [value["mean"], *(value["ci95"] or ("", ""))]
            shown = (repr(of) if of != "" else "" for of in numbers)
            writer.writerow([side, column, printed.get(column, ""), *shown, len(value["runs"])])
    return out.getvalue()


def _approaches(records: Records, tasks: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return each approach's measures per task."""
    found: dict[str, dict[str, Any]] = {}
    for name in records[0]["scores"] if records else ():
        scored = [task for task in tasks if task in records[0]["scores"][name]]
        found[name] = {task: _measures(records, name, task) for task in scored}
    return found


def _measures(records: Records, approach: str, task: str) -> dict[str, Any]:
    return {m: over_runs([record["scores"][approach][task][m] for record in records], SCALES[m]) for m in MEASURES}


def _fit_s(records: Records, approach: str) -> float:
    """Return the mean seconds that an approach is fitted in."""
    return math.fsum(s for record in records for s in record["times"]["fit_s"][approach].values()) / len(records)


def _accounting(records: Records, tasks: Sequence[str], accounting: str) -> dict[str, Any]:
    """Return both sides' seconds and their ratio, paired per run: CPU time, and wall time below "wall"."""
    cpu, wall = (_by_clock(records, tasks, accounting, clock) for clock in ("", "wall_"))
    return {"description": ACCOUNTINGS[accounting], **cpu, "wall": wall}


def _by_clock(records: Records, tasks: Sequence[str], accounting: str, clock: str) -> dict[str, Any]:
    single = [_single_task_s(record, tasks, accounting != "fit_only", clock) for record in records]
    multi = [math.fsum(record["times"][f"fit_{clock}s"].get("multi_task", {}).values()) for record in records]
    if accounting == "like_for_like":
        multi = [fit + labeled for fit, labeled in zip(multi, single, strict=True)]
    return {
        "single_task": over_runs(single, POSITIVE),
        "multi_task": over_runs(multi, POSITIVE),
        "ratio": over_runs([m / s if s else None for m, s in zip(multi, single, strict=True)], POSITIVE),
    }


def _single_task_s(record: Record, tasks: Sequence[str], labeling: bool, clock: str) -> float:
    fit_s = record["times"][f"fit_{clock}s"].get("single_task", {})
    given = record["times"]["labeling"]
    return math.fsum(fit_s.get(name, 0.0) + (_labeling_s(given[name], clock) if labeling else 0.0) for name in tasks)


def _labeling_s(times: Mapping[str, float], clock: str = "") -> float:
    """Return the seconds of labeling row by row, scaled from a sample to all its rows; else those over columns."""
    if "rows" not in times:
        return times[f"columns_{clock}s"]
    return times[f"rows_{clock}s"] * times["of_rows"] / times["rows"]


def _timing_under(plan: Plan, records: Mapping[str, Records]) -> dict[str, Any]:
    """Return the paper's accounting under each variation of the engine, paired with the timed runs of the same seeds.

    Only what the variation changes is measured anew; everything else is those runs'.
    """
    runs = {tuple(record["seeds"].values()): record for record in records["paper_timed"]}
    found = {}
    for name, cells in plan.timed_under().items():
        if not cells:
            continue
        variation, anew, fitted = plan.file.varied(name), records[f"timed {name}"], TIMED_UNDER[name]
        told = [_timed_anew(runs[tuple(record["seeds"].values())], record, fitted) for record in anew]
        found[name] = {
            **_accounting(told, plan.paper_tasks, "paper"),
            "choice": variation.choice,
            "reason": variation.reason,
            "says": _how_timed(anew, fitted),
            "rates": {task: _rates(told, task)["row_by_row"]["runs"] for task in _labelled_row_by_row(plan, anew)},
        }
    return found


def _labelled_row_by_row(plan: Plan, anew: Records) -> list[str]:
    """Name the tasks whose labeling was measured anew, ping by ping; a loader has no part in it."""
    return [task for task in plan.paper_tasks if "rows" in anew[0]["times"]["labeling"][task]]


def _timed_anew(run: Record, anew: Record, fitted: Sequence[str]) -> Record:
    """Return a timed run with the labeling row by row, and the fits of the named approaches, that another has."""
    ours, theirs = run["times"], anew["times"]
    labeling = {task: of if "rows" in of else ours["labeling"][task] for task, of in theirs["labeling"].items()}
    fits = {key: {**ours[key], **{name: theirs[key][name] for name in fitted}} for key in ("fit_s", "fit_wall_s")}
    return {"times": {"labeling": labeling, **fits}}


def _how_timed(anew: Records, fitted: Sequence[str]) -> str:
    labeled = next(iter(anew[0]["times"]["labeling"].values()))
    measured = [f"{name.replace('_', '-')} training" for name in fitted]
    if "rows" in labeled:
        sampled = f"on {labeled['rows']:,} of {labeled['of_rows']:,} rows, evenly spread, and scaled to all"
        measured.append(f"labeling row by row {sampled if labeled['rows'] < labeled['of_rows'] else ''}".rstrip())
    runs = "one run" if len(anew) == 1 else f"{len(anew)} runs"
    return f"{' and '.join(measured)}, timed in {runs}; all else from the timed runs of the same seeds"


def _rates(records: Records, task: str) -> dict[str, Any]:
    times = [record["times"]["labeling"][task] for record in records]
    fit_s = [record["times"]["fit_s"].get("single_task", {}).get(task) for record in records]
    return {
        "rows": times[0].get("rows"),
        "row_by_row": over_runs([t["rows"] / t["rows_s"] if "rows" in t else None for t in times]),
        "columns": over_runs([t["all_rows"] / t["columns_s"] for t in times]),
        "labeling_s": over_runs([_labeling_s(t) for t in times]),
        "fit_s": over_runs(fit_s),
    }


def _labeling(records: Records, task: Task) -> dict[str, Any]:
    suites = [record["labeling"][task.name] for record in records]
    functions = []
    for function in task.labeling_functions:
        of = [suite["functions"][function.name] for suite in suites]
        means = {key: over_runs([one[key] for one in of])["mean"] for key in of[0]}
        functions.append({"name": function.name, "description": description(function), **means})
    return {"functions": functions, "all_abstain": over_runs([suite["all_abstain"] for suite in suites])}


def _task(task: Task, plan: Plan) -> dict[str, Any]:
    looks = {"colour": task.colour, "marker": task.marker}
    return {"name": task.name, **looks, "kind": task.kind, "paper": task.name in plan.paper_tasks}


def _figure2(tasks: Sequence[Task]) -> str:
    """Return the source of the function of Figure 2, as it ran; empty where the study has no such function."""
    for task in tasks:
        for function in task.labeling_functions:
            if function.name == "lf_g_two_sd":
                return inspect.getsource(function.body)
    return ""


def _base(grid: Grid) -> dict[str, Any]:
    trace = grid.trace
    return {
        "name": trace.name if trace else "synthetic home line",
        "format": trace.format if trace else "synthetic",
        "sha256": trace.sha256 if trace else None,
        "notes": list(trace.notes) if trace else [],
        "wanted": grid.file.study.trace.pings,
    }


def _first_run(grid: Grid) -> dict[str, str]:
    """Return where the run that figures are drawn from is kept, and the checksums of its files."""
    plan = Plan(grid.file)
    timed, every = (grid.paths(cells[0]) for cells in (plan.timed(), plan.every()))
    return {
        "folder": str(timed.folder.relative_to(grid.results.folder)),
        "record_sha256": sha256(timed.record),
        "series_sha256": sha256(timed.series),
        "every": str(every.folder.relative_to(grid.results.folder)),
    }


def _design(plan: Plan) -> dict[str, Any]:
    """Return what was fixed beforehand, in which commit, and how much of it this study has."""
    counts = {"data_sets": len(plan.data_sets), "trainings": plan.trainings, "timed_runs": len(plan.seeds)}
    return {**paper.design(), **counts, "commit": provenance.last_commit_of_claims()}


def _provenance(grid: Grid, records: Mapping[str, Records]) -> dict[str, Any]:
    timed = records["timed"]
    seconds = {name: math.fsum(record["wall_s"] for record in of) for name, of in records.items()}
    return {
        "git_commit": provenance.git_commit(),
        "image": provenance.image(),
        "locks_sha256": provenance.locks_sha256(),
        "dataset_sha256": [record["dataset_sha256"] for record in timed],
        "trace_sha256": grid.trace.sha256 if grid.trace else None,
        "study_sha256": json_sha256(grid.file.study.model_dump(mode="json")),
        "seeds": [record["seeds"] for record in timed],
        "first_run": _first_run(grid),
        "code": {k: v for k, v in grid.manifest(Plan(grid.file).every()[0]).items() if k.startswith("code of ")},
        "versions": provenance.versions(),
        "hardware": provenance.hardware(grid.device),
        "device": grid.device,
        "stage_s": {
            "one timed run": seconds["timed"] / len(timed),
            "all timed runs, one after the other": seconds["timed"],
            "every approach on the same seeds": seconds["every"],
        },
    }
