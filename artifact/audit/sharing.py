"""Sharing: the cell that the paper's comparison leaves out, three single-task networks on the same weak labels."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from artifact.audit.answer import Answer, Cell, each_in_words, measured
from artifact.audit.evidence import MEASURES, Evidence, decided
from artifact.models.networks import Networks


def answer(evidence: Evidence) -> Answer:
    """Compare one shared network with one network per task: same weak labels, trunk, epochs, seeds."""
    shared, separate = (decided(p) for p in (evidence.shared, evidence.separate))
    label_models = evidence.stacked(lambda w: w.labels(evidence.study.label_model.ties))
    gain = differences(evidence, shared, separate)
    rows: list[list[Cell]] = [
        ["label models (Table 1)", *evidence.cells(label_models, MEASURES)],
        ["one network per task", *evidence.cells(separate, MEASURES)],
        ["one network, shared trunk", *evidence.cells(shared, MEASURES)],
        ["gain of sharing", *gain],
        ["gain of a network over label models (3.3)", *differences(evidence, separate, label_models)],
        ["parameters, one per task / shared", *_parameters(evidence)],
    ]
    said = each_in_words(evidence.names, gain[::2])
    return Answer(
        question="Is it the sharing that gains, or the network?",
        answer=f"Accuracy of the shared trunk over separate networks on the same weak labels: {said}.",
        caption="Accuracy and F1 on the testing rows; gains are paired per run, with 95 % interval.",
        columns=["approach", *evidence.heads(MEASURES)],
        rows=rows,
        times=[["seconds per network, one per task / shared", *_seconds(evidence)]],
        derived="Stacked networks of Table 1's shape and recipe, same seeds, weak labels and epochs on both "
        "sides; times are for one epoch of a stack of all runs, divided by the runs (artifact/audit/sharing.py).",
        seeds=len(evidence.worlds),
    )


def differences(evidence: Evidence, ours: NDArray[np.int8], theirs: NDArray[np.int8]) -> list[Cell]:
    """Return paired differences per run, for each task each measure."""
    a, b = evidence.scored(ours), evidence.scored(theirs)
    return [
        measured([x[m] - y[m] for x, y in zip(a[name], b[name], strict=True)])
        for name in evidence.names
        for m in MEASURES
    ]


def _parameters(evidence: Evidence) -> list[Cell]:
    p = evidence.study.multi_task
    alone, shared = (Networks(heads, 1, p, [0]).parameters() for heads in (1, len(evidence.tasks)))
    return [f"{len(evidence.tasks) * alone} / {shared}"] + [None] * (2 * len(evidence.tasks) - 1)


def _seconds(evidence: Evidence) -> list[Cell]:
    p = evidence.study.multi_task.model_copy(update={"epochs": 1})
    train = evidence.worlds[0].train
    z, weak = evidence.inputs[:, train], evidence.weak[:, train]
    taken = []
    for heads in (weak[..., :1], weak):
        begin = time.perf_counter()
        Networks(heads.shape[-1], 1, p, evidence.seeds).fit(z, heads)
        taken.append((time.perf_counter() - begin) / len(evidence.worlds))
    alone, shared = taken
    return [f"{len(evidence.tasks) * alone:.2f} / {shared:.2f}"] + [None] * (2 * len(evidence.tasks) - 1)
