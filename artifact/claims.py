"""Published against reproduced -> verdicts (paper_tables/claims.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from artifact.intervals import paired
from artifact.store.paths import CLAIMS

REPRODUCED, TREND, NOT_REPRODUCED, NOT_ATTEMPTED = (
    "reproduced",
    "trend only",
    "not reproduced",
    "not attempted",
)
COMMAND = "make all"


def judge(results: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return every claim with its reproduced value and verdict.

    ``results`` needs the accuracies of the paper's tasks (``paper``) and the ``timing``; no other task is looked at.
    """
    claims = tomllib.loads(CLAIMS.read_text(encoding="utf-8"))["claim"]
    return [_judged(claim, results) for claim in claims]


def verdict(mean: float, ci95: tuple[float, float] | None, claim: Mapping[str, Any]) -> str:
    """Compare a reproduced value with the closed ranges of a claim; a direction needs the whole interval."""
    low, high = claim["accept"]
    direction = claim["measure"] == "direction"
    held = ci95 if direction else (mean,)
    # One run has no interval, so it shows no more than a trend.
    if held and all(low <= value <= high for value in held):
        return REPRODUCED
    if "trend" in claim and claim["trend"][0] <= mean <= claim["trend"][1]:
        return TREND
    return NOT_REPRODUCED


def _judged(claim: Mapping[str, Any], results: Mapping[str, Any]) -> dict[str, Any]:
    reproduced = _measured(claim, results)
    said = {key: claim.get(key) for key in ("id", "statement", "section", "published", "tolerance", "accept", "reason")}
    said["timed"] = claim["measure"] == "time_ratio"
    if reproduced is None or reproduced["mean"] is None:
        return {**said, "reproduced": None, "ci95": None, "verdict": NOT_ATTEMPTED, "command": COMMAND}
    found = verdict(reproduced["mean"], reproduced["ci95"], claim)
    return {
        **said,
        "reproduced": reproduced["mean"],
        "ci95": reproduced["ci95"],
        "verdict": found,
        "command": COMMAND,
    }


def _measured(claim: Mapping[str, Any], results: Mapping[str, Any]) -> dict[str, Any] | None:
    """Take the value that a claim speaks of from the results; None where the study does not have it."""
    of = results["paper"]
    if claim["measure"] == "time_ratio":
        ratio: dict[str, Any] = results["timing"][claim["accounting"]]["ratio"]
        return ratio
    sides = [claim[key] for key in ("side", "over") if key in claim]
    if not sides or any(side not in of for side in sides):
        return None
    tasks = [claim["task"]] if "task" in claim else list(of[sides[0]])
    if any(task not in of[side] for side in sides for task in tasks):
        return None
    if claim["measure"] == "accuracy":
        accuracy: dict[str, Any] = of[claim["side"]][claim["task"]]["accuracy"]
        return accuracy
    gains = [paired(of[claim["side"]][task]["accuracy"], of[claim["over"]][task]["accuracy"]) for task in tasks]
    return max(gains, key=lambda gain: float(gain["mean"]))
