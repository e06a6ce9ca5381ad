"""Published against reproduced -> verdicts (paper_tables/claims.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from artifact.paths import CLAIMS
from artifact.scores import over_runs

REPRODUCED, TREND, NOT_REPRODUCED, NOT_ATTEMPTED = (
    "reproduced",
    "trend only",
    "not reproduced",
    "not attempted",
)
COMMAND = "make all"
FEWEST_RUNS = 2


def judge(results: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return every claim with its reproduced value and verdict; ``results`` needs table1, approaches and timing."""
    claims = tomllib.loads(CLAIMS.read_text(encoding="utf-8"))["claim"]
    return [_judged(claim, results) for claim in claims]


def verdict(mean: float, ci95: tuple[float, float], runs: int, claim: Mapping[str, Any]) -> str:
    """Compare a reproduced value with the closed ranges of a claim; a direction needs the whole interval."""
    low, high = claim["accept"]
    direction = claim["measure"] == "direction"
    held = ci95 if direction else (mean,)
    # One run has no interval, so it shows no more than a trend.
    if not (direction and runs < FEWEST_RUNS) and all(low <= value <= high for value in held):
        return REPRODUCED
    if "trend" in claim and claim["trend"][0] <= mean <= claim["trend"][1]:
        return TREND
    return NOT_REPRODUCED


def _judged(claim: Mapping[str, Any], results: Mapping[str, Any]) -> dict[str, Any]:
    reproduced = _measured(claim, results)
    said = {key: claim.get(key) for key in ("id", "statement", "section", "published", "tolerance", "accept", "reason")}
    said["clocked"] = claim["measure"] == "time_ratio"
    if reproduced is None:
        return {**said, "reproduced": None, "ci95": None, "verdict": NOT_ATTEMPTED, "command": COMMAND}
    found = verdict(reproduced["mean"], reproduced["ci95"], len(reproduced["runs"]), claim)
    return {
        **said,
        "reproduced": reproduced["mean"],
        "ci95": reproduced["ci95"],
        "verdict": found,
        "command": COMMAND,
    }


def _measured(claim: Mapping[str, Any], results: Mapping[str, Any]) -> dict[str, Any] | None:
    """Take the value that a claim speaks of from the results; None where the study does not have it."""
    approaches = results["approaches"]
    if claim["measure"] == "time_ratio":
        ratio: dict[str, Any] = results["timing"][claim["accounting"]]["ratio"]
        return ratio
    if (
        claim["measure"] == "none"
        or claim.get("task", next(iter(approaches["single_task"]))) not in (approaches["single_task"])
    ):
        return None
    if claim["measure"] == "accuracy":
        accuracy: dict[str, Any] = approaches[claim["side"]][claim["task"]]["accuracy"]
        return accuracy
    tasks = [claim["task"]] if "task" in claim else list(approaches["single_task"])
    gains = [_gain(approaches, claim["side"], claim["over"], task) for task in tasks]
    return max(gains, key=lambda gain: float(gain["mean"]))


def _gain(approaches: Mapping[str, Any], side: str, over: str, task: str) -> dict[str, Any]:
    ours, theirs = (approaches[name][task]["accuracy"]["runs"] for name in (side, over))
    return over_runs([a - b for a, b in zip(ours, theirs, strict=True)])
