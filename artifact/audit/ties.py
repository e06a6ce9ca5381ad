"""Ties: how much of the single-task error is coin tossing."""

from __future__ import annotations

from artifact.audit.answer import Answer, Cell, Found, means
from artifact.intervals import over_runs

APPROACH = "single_task"
ROWS = {
    "random (Table 1)": ("", APPROACH),
    "another coin": ("ties_coin", APPROACH),
    "NORMAL": ("ties_normal", APPROACH),
    "left out of the score": ("ties_left_out", APPROACH),
}


def answer(found: Found) -> Answer:
    """Compare tie policies on the label models of Table 1, and count what a lost coin costs."""
    rows = found.rows(ROWS, ("accuracy",))
    lost = [_lost_coins(found, task) for task in found.tasks]
    rows.append(["tied rows, share", *found.row("left out of the score", APPROACH, ("left_out",))])
    rows.append(["errors that are lost coins, share", *lost])
    return Answer(
        question="How much of the single-task error is coin tossing on ties?",
        answer="Share of the label models' errors that are rows tossed to the wrong side: "
        f"{means(found.tasks, lost, '{:.0%}') or 'there are no errors'}. With ties counted as NORMAL, accuracy is "
        f"{means(found.tasks, rows[2][1:])}.",
        caption="Accuracy of the label models on the testing rows under each tie policy, and shares of rows.",
        columns=["ties are", *found.tasks],
        rows=rows,
        derived="The same votes and label models; only tied rows are treated differently: variations ties_coin, "
        "ties_normal, ties_left_out (artifact/audit/ties.py).",
        seeds=len(found.plan.seeds),
    )


def _lost_coins(found: Found, task: str) -> Cell:
    """Return the share of errors on tied rows: those that are not made where ties are left out."""
    shares: list[float | None] = []
    pairs = zip(found.records["random (Table 1)"], found.records["left out of the score"], strict=True)
    for tossed, left_out in pairs:
        wrong = 1 - tossed["scores"][APPROACH][task]["accuracy"]
        of_rest = left_out["scores"][APPROACH][task]
        wrong_untied = (1 - (of_rest["accuracy"] or 0)) * (1 - of_rest["left_out"]) if of_rest["left_out"] < 1 else 0.0
        shares.append(1 - wrong_untied / wrong if wrong > 0 else None)
    return over_runs(shares)
