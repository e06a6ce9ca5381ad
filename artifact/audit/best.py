"""The best labels that labeling functions give to label models, step by step; they know what was added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from artifact.audit.answer import Answer, Found, asked, means
from artifact.grid.grid import Cell as GridCell
from artifact.reported import Plan
from artifact.run import Seeds
from artifact.study import Variation
from artifact.trace.series import Trace

FIRST_SEED = 2_000
"""Of data sets that were never used in choosing anything; training seeds lie 100 above."""
RULE, TABLE1, BEST = "rule of thumb", "label models of Table 1", "robust functions, Dawid-Skene, decoded"
SCALED_TO_SPREAD = {"noise": (4.0, 14.0), "swell": (0.9, 1.8)}
"""Smallest and largest increase on another line, in its 10-90 % ranges: about three quarters of what the study adds."""
SMALLEST_SPREAD_US = 100
"""What a line has at least, so that something is added even to one whose every ping is the same."""
ROWS = {
    RULE: ("", "rules"),
    TABLE1: ("", "single_task"),
    "functions of Table 1, Dawid-Skene": ("", "dawid_skene"),
    "robust functions, LabelModel": ("robust_functions", "single_task"),
    "robust functions, Dawid-Skene": ("robust_functions", "dawid_skene"),
    BEST: ("best", "dawid_skene"),
}


def asks(plan: Plan) -> Mapping[str, Sequence[GridCell]]:
    """Ask for label models on three suites of functions, on fresh seeds."""
    return asked(plan, ROWS, fresh_seeds(plan))


def fresh_seeds(plan: Plan) -> list[Seeds]:
    """Return as many seeds as the study reports, none of which was used in choosing anything."""
    return [Seeds(FIRST_SEED + k, FIRST_SEED + 100 + k) for k in range(len(plan.seeds))]


def scaled_to(plan: Plan, trace: Trace) -> Variation:
    """Return the study with noise and swells that are scaled to this line.

    Increases (ms) are multiples of the 10-90 % range of the answered pings that the study would take of ``trace``.
    """
    taken = trace.rtt_us[: plan.file.study.trace.pings]
    low, high = np.percentile(taken[taken > 0], (10, 90)) if (taken > 0).any() else (0, 0)
    spread_ms = max(float(high - low), SMALLEST_SPREAD_US) / 1000
    return Variation(
        name=f"scaled-{trace.sha256[:8]}",
        reason="noise and swells in proportion to the spread of this line",
        section="3.1",
        set={
            f"tasks.{task}.increase_ms": [round(times * spread_ms, 3) for times in both]
            for task, both in SCALED_TO_SPREAD.items()
        },
    )


def answer(found: Found) -> Answer:
    """Compare the rules, the paper's label models and what better functions and models give."""
    rows = found.rows(ROWS, ("macro_f1",))
    return Answer(
        question="What is the best that label models give, if the functions know what was added?",
        answer=f"Macro F1 on seeds never used in choosing anything: {means(found.tasks, rows[-1][1:])}; the label "
        f"models of Table 1: {means(found.tasks, rows[1][1:])}.",
        caption="Macro F1 (mean of the property's and NORMAL's) on the testing rows, beside Table 1.",
        columns=["labels", *found.tasks],
        rows=rows,
        derived=f"Data-set seeds {FIRST_SEED} and up, the base trace of this report; variations robust_functions and "
        "best. The label models see votes alone, but the functions and the decoding know the definition of what was "
        "added: an oracle. Their lines, as the rule's, were chosen with gold labels of calibration seeds in view "
        "(artifact/audit/best.py).",
        seeds=len(found.plan.seeds),
    )
