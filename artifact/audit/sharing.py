"""Sharing: the cell that the paper's comparison leaves out, single-task networks on the same weak labels."""

from __future__ import annotations

from itertools import pairwise

from artifact.approaches.multi_task import multi_task
from artifact.audit.answer import MEASURES, Answer, Cell, Found, each_in_words
from artifact.setting import setting_of

LABEL_MODELS, SEPARATE, SHARED = "label models (Table 1)", "one network per task", "one network, shared trunk"
ROWS = {LABEL_MODELS: ("", "single_task"), SEPARATE: ("", "separate_networks"), SHARED: ("", "multi_task")}


def answer(found: Found) -> Answer:
    """Compare one shared network with one network per task, paired per run."""
    gain = found.gain(ROWS, SHARED, SEPARATE)
    said = each_in_words(found.tasks, gain[:: len(MEASURES)])
    return Answer(
        question="Is it the sharing that gains, or the network?",
        answer=f"Accuracy of the shared trunk over separate networks on the same weak labels: {said}.",
        caption="Accuracy and F1 on the testing rows; gains are paired per run, with 95 % interval.",
        columns=["approach", *found.heads()],
        rows=[
            *found.rows(ROWS),
            ["gain of sharing", *gain],
            ["gain of a network over label models (3.3)", *found.gain(ROWS, SEPARATE, LABEL_MODELS)],
            ["trained numbers, one per task / shared", _trained(found), *([None] * (len(gain) - 1))],
        ],
        derived="Networks of Table 1's shape and recipe, trained in stacks, same seeds, weak labels and epochs on "
        "both sides (artifact/audit/sharing.py).",
        seeds=len(found.plan.seeds),
    )


def _trained(found: Found) -> Cell:
    """Count weights and biases of one network per task, and of the shared one."""
    p = next(of.p for of in setting_of(found.plan.file, (multi_task.name,)).approaches if of.name == multi_task.name)
    trunk = sum((inputs + 1) * outputs for inputs, outputs in pairwise((1, *p.trunk)))
    head = (p.trunk[-1] + 1) * 2
    tasks = len(found.tasks)
    return f"{tasks * (trunk + head)} / {trunk + tasks * head}"
