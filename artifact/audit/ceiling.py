"""Ceiling: what the same network reaches on gold labels, with the ping alone and with its surroundings."""

from __future__ import annotations

from artifact.audit.answer import MEASURES, Answer, Found, each_in_words, means

WEAK, GOLD = "weak labels, input of Table 1", "gold labels, input of Table 1"
WEAK_WIDE, GOLD_WIDE = "weak labels, surroundings too", "gold labels, surroundings too"
ROWS = {
    WEAK: ("", "multi_task"),
    GOLD: ("", "gold_network"),
    WEAK_WIDE: ("input_window", "multi_task"),
    GOLD_WIDE: ("input_window", "gold_network"),
}


def answer(found: Found) -> Answer:
    """Compare training labels and inputs; gold labels need not be an upper end."""
    sees = found.plan.file.value("approaches.multi_task.input")
    rows = found.rows(ROWS)
    gold = each_in_words(found.tasks, found.gain(ROWS, GOLD, WEAK)[1 :: len(MEASURES)])
    return Answer(
        question="How far does this network go with gold labels?",
        answer=f"F1 on weak labels with Table 1's input ({sees}): {means(found.tasks, rows[0][2 :: len(MEASURES)])}. "
        f"On gold labels instead: {gold}. On gold labels with the ping's surroundings: "
        f"{means(found.tasks, rows[3][2 :: len(MEASURES)])}.",
        caption="Accuracy and F1 of the shared network on the testing rows, per training labels and inputs.",
        columns=["trained on", *found.heads()],
        rows=rows,
        derived="Gold labels make an oracle, since nobody has them on a line of their own. Surroundings: the variation "
        "input_window (artifact/inputs/window.py); the same trunk, epochs and seeds (artifact/audit/ceiling.py).",
        seeds=len(found.records[WEAK]),
        draws=found.heads(),
    )
