"""Ties: how much of the single-task error is coin tossing."""

from __future__ import annotations

from collections.abc import Mapping

from artifact.audit.answer import Answer, Cell, Found, means
from artifact.intervals import UNIT, over_runs

APPROACH = "single_task"
TABLE1, NORMAL, LEFT_OUT = "as in Table 1", "NORMAL", "left out of the score"
ROWS = {
    TABLE1: ("", APPROACH),
    "another coin": ("ties_coin", APPROACH),
    NORMAL: ("ties_normal", APPROACH),
    LEFT_OUT: ("ties_left_out", APPROACH),
}


def answer(found: Found) -> Answer:
    """Compare tie policies on the label models of Table 1, and count the errors on tied rows."""
    policy = found.plan.file.value(f"approaches.{APPROACH}.ties")
    shares: dict[str, list[Cell]] = {
        "tied rows": found.row(LEFT_OUT, APPROACH, ("left_out",)),
        "errors on tied rows": [_on_ties(found, task) for task in found.tasks],
    }
    rows = {row: found.row(row, APPROACH, ("accuracy",)) for row in ROWS}
    empty: list[Cell] = [None] * len(found.tasks)
    heads = [f"{task} {what}" for what in ("accuracy", "share") for task in found.tasks]
    return Answer(
        question="How much of the single-task error is coin tossing on ties?",
        answer="Share of the label models' errors that lie on tied rows, in the runs with errors: "
        f"{means(found.tasks, shares['errors on tied rows'], '{:.0%}') or 'there are none'}. Accuracy with ties as in "
        f"Table 1 ({policy}): {means(found.tasks, rows[TABLE1])}; with ties counted as NORMAL: "
        f"{means(found.tasks, rows[NORMAL])}.",
        caption="Accuracy of the label models on the testing rows per tie policy, and shares of rows and errors.",
        columns=["ties are", *heads],
        rows=[
            *([f"{policy} ({row})" if row == TABLE1 else row, *of, *empty] for row, of in rows.items()),
            *([row, *empty, *of] for row, of in shares.items()),
        ],
        derived="The same votes and label models; only tied rows are treated differently: variations ties_coin, "
        "ties_normal, ties_left_out (artifact/audit/ties.py).",
        seeds=len(found.records[TABLE1]),
        draws=heads,
    )


def _on_ties(found: Found, task: str) -> Cell:
    """Return the share of errors on tied rows: those that are not made where ties are left out."""
    shares: list[float | None] = []
    for decided, left_out in zip(found.records[TABLE1], found.records[LEFT_OUT], strict=True):
        wrong, elsewhere = (_wrong(record["scores"][APPROACH][task]) for record in (decided, left_out))
        shares.append(1 - elsewhere / wrong if wrong > 0 else None)
    return over_runs(shares, UNIT)


def _wrong(of: Mapping[str, float | None]) -> float:
    """Return the share of all rows that carry a wrong label."""
    accuracy, left_out = of["accuracy"], of.get("left_out") or 0.0
    return 0.0 if accuracy is None else (1 - accuracy) * (1 - left_out)
