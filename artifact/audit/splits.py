"""Splits: chronological, as in the study, against points shuffled before the split."""

from __future__ import annotations

from collections.abc import Mapping

from artifact.audit.answer import MEASURES, Answer, Cell, Found, each_in_words

TABLE1, SHUFFLED = "as in Table 1", "shuffled"
ORDERS = {TABLE1: "", SHUFFLED: "split_shuffled"}
MODELS = {"label models": "single_task", "shared network": "multi_task"}
ROWS = {
    f"{title}, {order}": (variation, approach)
    for title, approach in MODELS.items()
    for order, variation in ORDERS.items()
}
IN_WORDS = {"time": "the order of time", "shuffled": "shuffled"}


def answer(found: Found) -> Answer:
    """Compare accuracies and how far they spread over the runs."""
    dataset = found.plan.file.study.dataset
    split = IN_WORDS[dataset.split]
    rows = found.rows(ROWS)
    ours, theirs = (f"shared network, {order}" for order in (SHUFFLED, TABLE1))
    gain = found.gain(ROWS, ours, theirs)[:: len(MEASURES)]
    in_time, shuffled = (row[1 :: len(MEASURES)] for row in rows[-2:])
    said = [
        f"{task} {a:.3f} and {b:.3f}"
        for task, a, b in zip(found.tasks, map(_half_width, in_time), map(_half_width, shuffled), strict=True)
        if a is not None and b is not None
    ]
    widths = "; ".join(said) or "one run shows none"
    return Answer(
        question="Does it matter that the split keeps the order of time?",
        answer=f"The shared network's accuracy shuffled, over that of Table 1's split ({split}): "
        f"{each_in_words(found.tasks, gain)}. Half-width of its interval with Table 1's split and shuffled: {widths}.",
        caption=f"Accuracy and F1 on the testing rows, the points split as in Table 1 ({split}) or shuffled.",
        columns=["approach and split", *found.heads()],
        rows=rows,
        derived="Shuffled with a stream of the data-set seed, the variation split_shuffled: a block of pings then lies "
        f"in all three parts; {dataset.train:.0%} training, {dataset.validation:.0%} validation, the rest testing both "
        "ways (artifact/audit/splits.py).",
        seeds=len(found.records[ours]),
        draws=found.heads(),
    )


def _half_width(cell: Cell) -> float | None:
    interval = cell["ci95"] if isinstance(cell, Mapping) else None
    return (interval[1] - interval[0]) / 2 if interval else None
