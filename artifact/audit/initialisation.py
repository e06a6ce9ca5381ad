"""Initialisation: what LabelModel's random start alone does to its accuracy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from artifact.audit.answer import Answer, Found
from artifact.grid.grid import Cell as GridCell
from artifact.intervals import over_runs
from artifact.reported import Plan
from artifact.run import Seeds

STARTS = 10
APPROACH, ROW = "single_task", "starts"


def asks(plan: Plan) -> Mapping[str, Sequence[GridCell]]:
    """Ask for the label models of the first data set under many training seeds."""
    return {ROW: plan.cells(APPROACH, seeds=[Seeds(plan.seeds[0].dataset, k) for k in range(STARTS)])}


def answer(found: Found) -> Answer:
    """Show the spread over initialisations."""
    reached = {task: _accuracies(found, task) for task in found.tasks}
    said = ", ".join(f"{task} {max(of) - min(of):.3f}" for task, of in reached.items())
    return Answer(
        seeds=STARTS,
        question="How fragile is LabelModel to its random initialisation?",
        answer=f"Best minus worst of {STARTS} initialisations on the same votes: {said}. Whatever happens in one of "
        f"{1 / (1 - 0.05 ** (1 / STARTS)):.0f} cases, or more rarely, may have been missed.",
        caption="Accuracy on the testing rows of the first data set, over random initialisations of LabelModel.",
        columns=["initialisation", *found.tasks],
        rows=[
            ["mean over initialisations", *(over_runs(of) for of in reached.values())],
            ["worst", *(round(min(of), 3) for of in reached.values())],
            ["best", *(round(max(of), 3) for of in reached.values())],
        ],
        derived=f"Training seeds 0 to {STARTS - 1}, data set and votes fixed (artifact/audit/initialisation.py).",
    )


def _accuracies(found: Found, task: str) -> list[float]:
    return [float(record["scores"][APPROACH][task]["accuracy"]) for record in found.records[ROW]]
