"""Labels for the network: hard with ties masked, ties tossed, or the label model's probabilities."""

from __future__ import annotations

from artifact.audit.answer import MEASURES, Answer, Cell, Found, each_in_words

APPROACH = "multi_task"
TABLE1, TOSSED, SOFT = "as in Table 1", "hard, ties tossed", "soft probabilities"
ROWS = {TABLE1: ("", APPROACH), TOSSED: ("learns_tossed", APPROACH), SOFT: ("learns_soft", APPROACH)}


def answer(found: Found) -> Answer:
    """Compare the shared network trained on three kinds of weak labels of the same label models."""
    kind = found.plan.file.value(f"approaches.{APPROACH}.learns_from")
    none: list[Cell] = [None] * len(found.heads())
    gains = {row: none if row == TABLE1 else found.gain(ROWS, row, TABLE1) for row in ROWS}
    said = each_in_words(found.tasks, gains[SOFT][:: len(MEASURES)])
    heads, over = found.heads(), [f"{head}, gain" for head in found.heads()]
    return Answer(
        question="Which weak labels should the network be trained on?",
        answer=f"Accuracy on soft probabilities over Table 1's labels ({kind}): {said}.",
        caption="Accuracy and F1 of the shared network on the testing rows, per kind of label it was trained on; gains "
        "over Table 1's kind, paired per run, with 95 % interval.",
        columns=["labels", *heads, *over],
        rows=[
            [f"{kind} ({row[0]})" if row[0] == TABLE1 else row[0], *row[1:], *gains[str(row[0])]]
            for row in found.rows(ROWS)
        ],
        derived="The same label models, network and seeds; only the training labels differ: variations learns_tossed "
        "and learns_soft (artifact/audit/network_labels.py).",
        seeds=len(found.records[TABLE1]),
        draws=[*heads, *over],
    )
