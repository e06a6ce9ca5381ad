"""Split: in the order of time, or shuffled points, whose neighbours leak through buckets and swells."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from artifact.audit.answer import Answer, Cell, measured
from artifact.audit.evidence import MEASURES, Evidence, decided
from artifact.models.networks import Networks
from artifact.models.single_task import SingleTaskModel
from artifact.scores import scores
from artifact.tasks.task import NORMAL


def answer(evidence: Evidence) -> Answer:
    """Repeat label models and shared network with points shuffled before the split; votes stay as they are."""
    orders = [np.random.default_rng(seed).permutation(len(evidence.gold[0])) for seed in evidence.seeds]
    gold, weak, tossed = _shuffled_label_models(evidence, orders)
    z = np.stack([inputs[order] for inputs, order in zip(evidence.inputs, orders, strict=True)])
    networks = Networks(len(evidence.tasks), 1, evidence.study.multi_task, evidence.seeds)
    train, test = (evidence.worlds[0].dataset.splits[part] for part in ("train", "test"))
    shuffled = networks.fit(z[:, train], weak[:, train]).predict(z)
    chronological = decided(evidence.shared)
    ties = evidence.study.label_model.ties
    rows: list[list[Cell]] = [
        ["label models, in the order of time", *evidence.cells(evidence.stacked(lambda w: w.labels(ties)), MEASURES)],
        ["label models, shuffled", *_cells(evidence, gold[:, test], tossed[:, test])],
        ["shared network, in the order of time", *evidence.cells(chronological, MEASURES)],
        ["shared network, shuffled", *_cells(evidence, gold[:, test], shuffled[:, test])],
    ]
    spreads = [_spread(row[-2]) for row in rows[2:]]
    return Answer(
        question="Does it matter that the split keeps the order of time?",
        answer=f"Half-width of the interval for the shared network's accuracy on {evidence.names[-1]}: "
        f"{spreads[0]:.3f} in the order of time, {spreads[1]:.3f} shuffled, where every swell is in all three splits.",
        caption="Accuracy and F1 on the testing rows, the points split in the order of time or shuffled.",
        columns=["approach and split", *evidence.heads(MEASURES)],
        rows=rows,
        derived="Shuffled with the training seed; 60/20/20 both ways (artifact/audit/splits.py).",
        seeds=len(evidence.worlds),
    )


def _shuffled_label_models(
    evidence: Evidence, orders: list[NDArray[np.int64]]
) -> tuple[NDArray[np.int8], NDArray[np.int8], NDArray[np.int8]]:
    """Return gold labels, weak labels (-1 tied) and tossed labels in shuffled order, shape (worlds, pings, tasks)."""
    gold, weak, tossed = (np.full_like(evidence.gold, NORMAL) for _ in range(3))
    for k, (world, order) in enumerate(zip(evidence.worlds, orders, strict=True)):
        for j, name in enumerate(evidence.names):
            votes = world.votes[name][order]
            model = SingleTaskModel.fit(votes[world.train], evidence.study.label_model, world.training_seed)
            gold[k, :, j] = world.dataset.gold[name][order]
            weak[k, :, j] = model.predict(votes, "abstain")
            tossed[k, :, j] = model.predict(votes, "random")
    return gold, weak, tossed


def _cells(evidence: Evidence, gold: NDArray[np.int8], predicted: NDArray[np.int8]) -> list[Cell]:
    return [
        measured([scores(g[:, j], p[:, j])[m] for g, p in zip(gold, predicted, strict=True)])
        for j in range(len(evidence.names))
        for m in MEASURES
    ]


def _spread(cell: Cell) -> float:
    return (cell["ci95"][1] - cell["ci95"][0]) / 2 if isinstance(cell, dict) else 0.0
