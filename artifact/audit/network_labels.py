"""Labels for the network: hard with ties masked, ties tossed, or the label model's probabilities."""

from __future__ import annotations

from artifact.audit.answer import MEASURES, Answer, Found, each_in_words

APPROACH = "multi_task"
MASKED, TOSSED, SOFT = "hard, ties masked (Table 1's recipe)", "hard, ties tossed", "soft probabilities"
ROWS = {MASKED: ("", APPROACH), TOSSED: ("learns_tossed", APPROACH), SOFT: ("learns_soft", APPROACH)}


def answer(found: Found) -> Answer:
    """Compare the shared network trained on three kinds of weak labels of the same label models."""
    gains = {kind: found.gain(ROWS, kind, MASKED) for kind in (TOSSED, SOFT)}
    said = {kind: each_in_words(found.tasks, gain[:: len(MEASURES)]) for kind, gain in gains.items()}
    return Answer(
        question="Which weak labels should the network be trained on?",
        answer=f"Accuracy on soft probabilities over hard labels with ties masked: {said[SOFT]}.",
        caption="Accuracy and F1 of the shared network on the testing rows, per kind of label it was trained on.",
        columns=["labels", *found.heads()],
        rows=[*found.rows(ROWS), *([f"gain of {kind} over masked", *gain] for kind, gain in gains.items())],
        derived="The same label models, network and seeds; only the training labels differ: variations learns_tossed "
        "and learns_soft (artifact/audit/network_labels.py).",
        seeds=len(found.plan.seeds),
    )
