"""The numbers that the verdicts rest on, run by run, as results.json holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from artifact.reported import BASE, Plan
from artifact.setting import approaches_of

Records = Sequence[Mapping[str, Any]]


def settled(plan: Plan, records: Mapping[str, Records]) -> dict[str, Any]:
    """Return seeds, accuracies and ``apart`` of the study's runs, and under each choice.

    ``records`` are those of ``Plan.reported``, over the paper's tasks alone.
    """
    crossed = [*records["paper_every"], *records["paper_again"]]
    under = {}
    for variation in plan.choices():
        of = {"choice": variation.choice, "reason": variation.reason, "instead": variation.instead}
        under[variation.name] = {**of, **_runs(plan, records[f"under {variation.name}"])}
    for name in plan.on_lines():
        of = {"choice": BASE, "reason": f"{name.removeprefix('base_')} of data/lines/ as base", "instead": {}}
        under[name] = {**of, **_runs(plan, records[f"under {name}"])}
    return {"runs": _runs(plan, [*records["paper_timed"], *crossed]), "under": under}


def dead(plan: Plan, records: Mapping[str, Records]) -> list[dict[str, Any]]:
    """Count the runs in which an approach that claims speak of never recognises a single ping of a property."""
    of = [*records["paper_timed"], *records["paper_every"], *records["paper_again"]]
    counts = {(name, task): never_found(of, name, task) for name in plan.judged for task in plan.paper_tasks}
    titles = {approach.name: approach.title for approach in approaches_of(plan.file)}
    return [
        {"approach": titles[name], "task": task, "runs": never, "of": runs}
        for (name, task), (never, runs) in counts.items()
        if never
    ]


def never_found(records: Sequence[Mapping[str, Any]], approach: str, task: str) -> tuple[int, int]:
    """Count the runs in which an approach finds none of the property's pings, and the runs that have such pings.

    A network that is dead does so, whatever its accuracy. Where no testing row has the property there is nothing to
    find, and no average precision.
    """
    scored = [record["scores"].get(approach, {}).get(task) for record in records]
    there = [of for of in scored if of and of["average_precision"] is not None]
    return sum(of["f1"] == 0 for of in there), len(there)


def calibration(plan: Plan) -> list[dict[str, Any]]:
    """Return which parameters were chosen, and against which numbers: approach and task (``[calibration]``).

    ``size`` marks a parameter of the data set.
    """
    study, found = plan.file.study.calibration, []
    for task, sweep in study.sweep.items():
        judged = [[plan.table1[0], task]]
        found.append({"parameter": f"tasks.{task}.{sweep.parameter}", "judged": judged, "size": False})
    for task, sweep in study.dataset_sweep.items():
        judged = [[side, of] for side in plan.table1 for of in plan.paper_tasks]
        found.append({"parameter": f"tasks.{task}.{sweep.parameter}", "judged": judged, "size": True})
    return found


def _runs(plan: Plan, records: Records) -> dict[str, Any]:
    """Return columns over runs; what a run does not have is missing in its place: None."""
    names = dict.fromkeys(name for record in records for name in record["scores"])
    accuracy = {
        name: {task: [_accuracy(record, name, task) for record in records] for task in plan.paper_tasks}
        for name in names
    }
    apart = {task: [record["apart"][task] for record in records] for task in plan.paper_tasks}
    seeds = [[record["seeds"]["dataset"], record["seeds"]["training"]] for record in records]
    return {"seeds": seeds, "accuracy": accuracy, "apart": apart}


def _accuracy(record: Mapping[str, Any], approach: str, task: str) -> float | None:
    value: float | None = record["scores"].get(approach, {}).get(task, {}).get("accuracy")
    return value
