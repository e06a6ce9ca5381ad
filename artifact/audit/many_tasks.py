"""Many tasks: how training seconds grow with the number of tasks, which the paper's section 1 says they multiply by."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from artifact.approaches.multi_task import multi_task
from artifact.approaches.separate_networks import separate_networks
from artifact.approaches.single_task import single_task
from artifact.audit.answer import Answer, Cell, Found
from artifact.grid.grid import Cell as GridCell
from artifact.intervals import POSITIVE, over_runs
from artifact.reported import FEW, Plan
from artifact.study import Variation

KINDS = {
    single_task.name: "label models",
    separate_networks.name: "a network per task",
    multi_task.name: "one network for all",
}
BY_COLUMNS = Variation(
    name="labelled_by_columns",
    reason="training alone is timed, so labels may come from columns",
    section="3.5",
    set={"engine.labeling": "columns"},
)


def asks(plan: Plan) -> dict[str, list[GridCell]]:
    """Ask for timed cells over the paper's tasks, over the study's, and over those twice, on the first seeds."""
    return {
        f"{of['repeats'] * len(of['tasks'])}": [
            GridCell(pair, tuple(KINDS), BY_COLUMNS, of["tasks"], timed=True, repeats=of["repeats"])
            for pair in plan.seeds[:FEW]
        ]
        for of in _sets(plan)
    }


def _sets(plan: Plan) -> list[dict[str, Any]]:
    every = tuple(plan.tasks)
    sets = [{"tasks": plan.paper_tasks, "repeats": 1}, {"tasks": every, "repeats": 1}, {"tasks": every, "repeats": 2}]
    return [of for k, of in enumerate(sets) if of["tasks"] and of not in sets[:k]]


def answer(found: Found) -> Answer:
    """Set the seconds of each kind of training against the number of tasks, and say how they grow."""
    counts = sorted(found.records, key=int)
    spent = {count: {kind: _seconds(found.records[count], kind) for kind in KINDS} for count in counts}
    few, many = counts[0], counts[-1]
    factor = int(many) / int(few)
    growth = {kind: _ratio(spent[many][kind], spent[few][kind]) for kind in KINDS}
    shared = {count: _ratio(of[multi_task.name], of[separate_networks.name]) for count, of in spent.items()}
    said = "; ".join(f"{KINDS[kind]}: {_grows(growth[kind], factor)}" for kind in KINDS)
    return Answer(
        question="Does training time multiply with the number of tasks?",
        answer=f"From {few} to {many} tasks, {factor:.2g} times as many, seconds of training grow: {said}. One network "
        f"for all takes, of the seconds of a network per task: {_shares(shared)}.",
        caption="Seconds of training per run by number of tasks: CPU time of the thread that does the work (on a GPU "
        "wall time). Labeling is left out.",
        columns=["tasks", *(f"{title} (s)" for title in KINDS.values()), "one for all / one per task"],
        rows=[],
        times=[[f"{count} tasks", *map(_cell, spent[count].values()), _cell(shared[count])] for count in counts],
        derived="The paper's tasks, the study's, and each of these twice with properties of its own: "
        f"{', '.join(counts)} tasks; the first {len(found.records[few])} timed runs, by the study's own trainer. Both "
        "kinds of network learn from the label models' output, whose seconds come on top "
        "(artifact/audit/many_tasks.py). Run it with make many-tasks.",
        seeds=len(found.records[few]),
        draws=[*(f"{title} (s)" for title in KINDS.values()), "one for all / one per task"],
    )


def _seconds(records: Sequence[Mapping[str, Any]], kind: str) -> list[float]:
    return [math.fsum(record["times"]["fit_s"][kind].values()) for record in records]


def _ratio(ours: Sequence[float], theirs: Sequence[float]) -> list[float | None]:
    return [a / b if b else None for a, b in zip(ours, theirs, strict=True)]


def _cell(values: Sequence[float | None]) -> Cell:
    return over_runs(values, POSITIVE)


def _grows(growth: Sequence[float | None], factor: float) -> str:
    """Say whether seconds grow in proportion to the tasks, as far as the interval tells."""
    of = over_runs(growth, POSITIVE)
    if of["mean"] is None:
        return "nothing measured"
    times = f"{of['mean']:.2f} times"
    if of["ci95"] is None:
        return f"{times} in one run, which decides nothing"
    low, high = of["ci95"]
    said = f"{times} [{low:.2f}, {high:.2f}]"
    if low <= factor <= high:
        return f"{said}, in proportion as far as these runs tell"
    return f"{said}, {'less' if high < factor else 'more'} than in proportion"


def _shares(shared: Mapping[str, Sequence[float | None]]) -> str:
    means = {count: over_runs(of, POSITIVE)["mean"] for count, of in shared.items()}
    return ", ".join(f"{mean:.0%} with {count} tasks" for count, mean in means.items() if mean is not None)
