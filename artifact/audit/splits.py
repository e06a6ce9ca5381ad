"""Splits: chronological, as in the study, against points shuffled before the split."""

from __future__ import annotations

from collections.abc import Mapping

from artifact.audit.answer import MEASURES, Answer, Cell, Found

ORDERS = {"in the order of time": "", "shuffled": "split_shuffled"}
MODELS = {"label models": "single_task", "shared network": "multi_task"}
ROWS = {
    f"{title}, {order}": (variation, approach)
    for title, approach in MODELS.items()
    for order, variation in ORDERS.items()
}


def answer(found: Found) -> Answer:
    """Compare accuracies and how far they spread over the runs."""
    rows = found.rows(ROWS)
    in_time, shuffled = (row[1 :: len(MEASURES)] for row in rows[-2:])
    said = [
        f"{task} {a:.3f} and {b:.3f}"
        for task, a, b in zip(found.tasks, map(_half_width, in_time), map(_half_width, shuffled), strict=True)
        if a is not None and b is not None
    ]
    widths = "; ".join(said) or "one run shows none"
    return Answer(
        question="Does it matter that the split keeps the order of time?",
        answer="Half-width of the interval for the shared network's accuracy in the order of time and shuffled: "
        f"{widths}.",
        caption="Accuracy and F1 on the testing rows, the points split in the order of time or shuffled.",
        columns=["approach and split", *found.heads()],
        rows=rows,
        derived="Shuffled with a stream of the data-set seed, the variation split_shuffled: a block of pings then lies "
        "in all three parts; 60/20/20 both ways (artifact/audit/splits.py).",
        seeds=len(found.plan.seeds),
    )


def _half_width(cell: Cell) -> float | None:
    interval = cell["ci95"] if isinstance(cell, Mapping) else None
    return (interval[1] - interval[0]) / 2 if interval else None
