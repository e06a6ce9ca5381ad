"""Class balance and label model: what a prior, and another label model, do with the same votes."""

from __future__ import annotations

from artifact.audit.answer import MEASURES, Answer, Cell, Found, means

TABLE1 = "LabelModel as in Table 1"
VOTES, MAJORITY = "LabelModel, prior estimated from votes", "majority vote, ties NORMAL"
ROWS = {
    TABLE1: ("", "single_task"),
    VOTES: ("balance_votes", "single_task"),
    "LabelModel, gold prior: an oracle": ("balance_gold", "single_task"),
    MAJORITY: ("", "majority_vote"),
    "Dawid-Skene, ABSTAIN a symbol": ("", "dawid_skene"),
}


def answer(found: Found) -> Answer:
    """Compare label models and priors on the votes of Table 1."""
    prior = found.plan.file.value("approaches.single_task.class_balance")
    rows = found.rows(ROWS)
    none: list[Cell] = [None] * len(found.heads())
    gains = {row: none if row == TABLE1 else found.gain(ROWS, row, TABLE1) for row in ROWS}
    accuracy = {str(row[0]): means(found.tasks, row[1 :: len(MEASURES)]) for row in rows}
    heads, over = found.heads(), [f"{head}, gain" for head in found.heads()]
    return Answer(
        question="What does the class balance do, and is Snorkel's label model the one to take?",
        answer=f"Accuracy of LabelModel with Table 1's prior ({prior}): {accuracy[TABLE1]}; with one estimated from "
        f"the votes: {accuracy[VOTES]}; of a plain majority of votes: {accuracy[MAJORITY]}.",
        caption="Accuracy and F1 on the testing rows; all variants see the same votes; gains over Table 1's label "
        "model, paired per run, with 95 % interval.",
        columns=["variant", *heads, *over],
        rows=[
            [f"{row[0]} ({prior} prior)" if row[0] == TABLE1 else row[0], *row[1:], *gains[str(row[0])]] for row in rows
        ],
        derived="The estimated prior is the share of training rows on which votes for the property outnumber those "
        "against it; the gold prior the share of training rows with the property. Under these two, ties count as "
        "NORMAL: variations balance_votes and balance_gold (artifact/audit/class_balance.py).",
        seeds=len(found.records[TABLE1]),
        draws=[*heads, *over],
    )
