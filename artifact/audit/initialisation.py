"""Initialisation: what LabelModel's random start alone does to its accuracy."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from artifact.audit.answer import Answer, Found
from artifact.grid.grid import Cell as GridCell
from artifact.intervals import UNIT, over_runs
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
    starts = len(found.records[ROW])
    said = ", ".join(f"{task} {max(of) - min(of):.3f}" for task, of in reached.items() if of)
    return Answer(
        question="How fragile is LabelModel to its random initialisation?",
        answer=f"Best minus worst of {starts} initialisations on the same votes: {said or 'nothing to compare'}. "
        f"Whatever happens in one of {_rare(starts)} cases, or more rarely, may have been missed.",
        caption="Accuracy on the testing rows of the first data set, over random initialisations of LabelModel.",
        columns=["initialisation", *found.tasks],
        rows=[
            ["mean over initialisations", *(over_runs(of, UNIT) for of in reached.values())],
            ["worst", *(round(min(of), 3) if of else None for of in reached.values())],
            ["best", *(round(max(of), 3) if of else None for of in reached.values())],
        ],
        derived=f"Training seeds 0 to {starts - 1}, data set and votes fixed (artifact/audit/initialisation.py).",
        seeds=starts,
        draws=found.tasks,
    )


def _accuracies(found: Found, task: str) -> list[float]:
    """Return the accuracies, those of the starts that decide on any row."""
    reached = (record["scores"][APPROACH][task]["accuracy"] for record in found.records[ROW])
    return [float(of) for of in reached if of is not None]


def _rare(starts: int) -> int:
    """Return how rare a case must be, one in so many, to have a chance of 5 % of being in none of the starts."""
    return math.ceil(1 / (1 - math.pow(0.05, 1 / starts)))
