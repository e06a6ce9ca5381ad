"""Sharing: the cell that the paper's comparison leaves out, single-task networks on the same weak labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from artifact.approaches.multi_task import multi_task
from artifact.audit.answer import MEASURES, Answer, Cell, Found, asked, each_in_words
from artifact.grid.grid import Cell as GridCell
from artifact.labeling.bucket import ColumnSeries
from artifact.reported import Plan
from artifact.setting import setting_of

LABEL_MODELS, SEPARATE, SHARED = "label models (Table 1)", "one network per task", "one network, shared trunk"
ROWS = {LABEL_MODELS: ("", "single_task"), SEPARATE: ("", "separate_networks"), SHARED: ("", "multi_task")}


def asks(plan: Plan) -> Mapping[str, Sequence[GridCell]]:
    """Ask for every data set with every training seed, there in any case where the study lists these approaches."""
    listed = {approach for _, approach in ROWS.values()} <= set(plan.judged)
    return dict.fromkeys(ROWS, plan.crossed()) if listed else asked(plan, ROWS)


def answer(found: Found) -> Answer:
    """Compare one shared network with one network per task, paired per data set, and that with the label models."""
    found = found.by_data_set()
    none: list[Cell] = [None] * len(found.heads())
    gains = [none, found.gain(ROWS, SEPARATE, LABEL_MODELS), found.gain(ROWS, SHARED, SEPARATE)]
    network, *sharing = (
        each_in_words(found.tasks, gain[at :: len(MEASURES)])
        for gain, at in ((gains[1], 0), (gains[2], 0), (gains[2], 1))
    )
    heads, over = found.heads(), [f"{head}, gain" for head in found.heads()]
    separate, shared = trained(found)
    return Answer(
        question="Is it the sharing that gains, or the network?",
        answer=f"A shared trunk over separate networks, by accuracy: {sharing[0]}. By F1: {sharing[1]}. Separate "
        f"networks over the label models, by accuracy: {network}.",
        caption="Accuracy and F1 on the testing rows, the mean over a data set's trainings; gains over the row above, "
        "paired per data set, with 95 % interval.",
        columns=["approach", *heads, *over],
        rows=[[*row, *gain] for row, gain in zip(found.rows(ROWS), gains, strict=True)],
        derived=f"Networks of Table 1's shape and recipe: {separate} trained numbers in one network per task, {shared} "
        "in the shared one; same seeds, weak labels and epochs on both sides (artifact/audit/sharing.py).",
        seeds=len(found.records[SHARED]),
        draws=[*heads, *over],
    )


def trained(found: Found) -> tuple[int, int]:
    """Count weights and biases of a network for each task, and of the shared one."""
    of = next(one for one in setting_of(found.plan.file, (multi_task.name,)).approaches if one.name == multi_task.name)
    sees = of.input.of(ColumnSeries(np.full(2, 1_000))).shape[1] if of.input else 0
    trunk = sum((inputs + 1) * outputs for inputs, outputs in pairwise((sees, *of.p.trunk)))
    head, tasks = (of.p.trunk[-1] + 1) * 2, len(found.tasks)
    return tasks * (trunk + head), trunk + tasks * head
