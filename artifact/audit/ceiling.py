"""Ceiling: what the same network reaches on gold labels, with the ping alone and with its surroundings."""

from __future__ import annotations

from artifact.audit.answer import MEASURES, Answer, Found, means

ROWS = {
    "weak labels, ping alone (Table 1's recipe)": ("", "multi_task"),
    "gold labels, ping alone": ("", "gold_network"),
    "weak labels, surroundings too": ("input_window", "multi_task"),
    "gold labels, surroundings too": ("input_window", "gold_network"),
}


def answer(found: Found) -> Answer:
    """Compare training labels and inputs."""
    rows = found.rows(ROWS)
    f1 = [means(found.tasks, row[2 :: len(MEASURES)]) for row in rows]
    return Answer(
        question="How far does this network go with gold labels?",
        answer=f"F1 on weak labels from the ping alone: {f1[0]}; on gold labels: {f1[1]}; on gold labels with "
        f"the ping's surroundings: {f1[3]}.",
        caption="Accuracy and F1 of the shared network on the testing rows, per training labels and inputs.",
        columns=["trained on", *found.heads()],
        rows=rows,
        derived="An oracle, since nobody has gold labels on a line of their own. Surroundings: the variation "
        "input_window (artifact/inputs/window.py); the same trunk, epochs and seeds (artifact/audit/ceiling.py).",
        seeds=len(found.plan.seeds),
    )
