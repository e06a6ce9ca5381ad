"""Class balance and label model: what a prior, and another label model, do with the same votes."""

from __future__ import annotations

from artifact.audit.answer import Answer, Found, means

ROWS = {
    "LabelModel, uniform prior (Table 1)": ("", "single_task"),
    "LabelModel, prior estimated from votes": ("balance_votes", "single_task"),
    "LabelModel, gold prior: an oracle": ("balance_gold", "single_task"),
    "majority vote, ties NORMAL": ("", "majority_vote"),
    "Dawid-Skene, ABSTAIN a symbol": ("", "dawid_skene"),
}


def answer(found: Found) -> Answer:
    """Compare label models and priors on the votes of Table 1."""
    rows = found.rows(ROWS)
    return Answer(
        question="What does the class balance do, and is Snorkel's label model the one to take?",
        answer=f"Accuracy with a uniform prior: {means(found.tasks, rows[0][1::2])}; with one estimated from the "
        f"votes: {means(found.tasks, rows[1][1::2])}; of a plain majority of votes: "
        f"{means(found.tasks, rows[3][1::2])}.",
        caption="Accuracy and F1 on the testing rows; all variants see the same votes.",
        columns=["variant", *found.heads()],
        rows=rows,
        derived="The estimated prior is the share of training rows on which votes for the property outnumber those "
        "against it; the gold prior the share of training rows with the property. With a prior told, ties count as "
        "NORMAL: variations balance_votes and balance_gold (artifact/audit/class_balance.py).",
        seeds=len(found.plan.seeds),
    )
