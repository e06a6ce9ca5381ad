"""Labels for the network: hard with ties masked, ties tossed, or the label model's probabilities."""

from __future__ import annotations

from artifact.audit.answer import Answer, Cell, each_in_words
from artifact.audit.evidence import MEASURES, Evidence, decided
from artifact.audit.sharing import differences


def answer(evidence: Evidence) -> Answer:
    """Train the shared network on three kinds of weak labels of the same label models."""
    kinds = {
        "hard, ties masked (Table 1's recipe)": evidence.shared,
        "hard, ties tossed": evidence.trained(evidence.stacked(lambda w: w.labels("random"))),
        "soft probabilities": evidence.trained(evidence.stacked(lambda w: w.posteriors)),
    }
    labels = {kind: decided(positive) for kind, positive in kinds.items()}
    masked, _, soft = labels.values()
    gain = differences(evidence, soft, masked)
    rows: list[list[Cell]] = [[kind, *evidence.cells(of, MEASURES)] for kind, of in labels.items()]
    said = each_in_words(evidence.names, gain[::2])
    return Answer(
        question="Which weak labels should the network be trained on?",
        answer=f"Accuracy on soft probabilities over hard labels with ties masked: {said}.",
        caption="Accuracy and F1 of the shared network on the testing rows, per kind of label it was trained on.",
        columns=["labels", *evidence.heads(MEASURES)],
        rows=[*rows, ["gain of soft over masked", *gain]],
        derived="The same label models, network and seeds; only the training labels differ. Networks are trained "
        "anew in stacks, from other starts than Table 1's "
        "(artifact/audit/network_labels.py).",
        seeds=len(evidence.worlds),
    )
