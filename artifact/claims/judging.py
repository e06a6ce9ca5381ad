"""Every claim with its value, its verdict, what that is worth, and what it becomes where something else is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from artifact import paper
from artifact.claims.measures import TIMED, Claim, Measured, Runs, measured
from artifact.claims.reservations import numbers, reservations
from artifact.claims.verdicts import NOT_ATTEMPTED, REPRODUCED, decides, verdict

COMMAND = "make all"
Results = Mapping[str, Any]


def judge(results: Results) -> list[dict[str, Any]]:
    """Return every claim of claims.toml as results.json has it.

    ``results`` needs ``settled`` (seeds, accuracies and ``apart`` of all runs, ``under`` each variation, ``carried``
    to other lines), ``timing``, ``timing_under``, ``rates``, ``calibration``,
    ``know_nothing`` with seconds, and ``titles``.
    """
    runs = runs_of(results)
    return [_judged(claim, runs, results) for claim in paper.claims()]


def runs_of(results: Results) -> Runs:
    """Return the runs of the study as it is."""
    settled = results["settled"]
    return Runs(settled["runs"], times_of(results), settled["under"], settled["carried"])


def times_of(results: Results) -> dict[str, Any]:
    """Return what the clock said: each accounting, rates per task, and what approaches take that know nothing."""
    rates = {task: of["row_by_row"]["runs"] for task, of in results["rates"].items()}
    return {**results["timing"], "rates": rates, "know_nothing_s": results["know_nothing_s"]}


def _judged(claim: Claim, runs: Runs, results: Results) -> dict[str, Any]:
    keys = ("id", "statement", "section", "tolerance", "accept", "trend", "reason", "measure")
    published, timed = _published(claim), claim["measure"] in TIMED
    said = {**{key: claim.get(key) for key in keys}, "published": published, "timed": timed, "command": COMMAND}
    found = measured(claim, runs) if claim["measure"] != "none" else None
    if found is None:
        nothing = {"reproduced": None, "ci90": None, "samples": 0, "runs": 0, "contradicted": None}
        return {**said, **nothing, "verdict": NOT_ATTEMPTED, "reservations": [], "under": [], "stands": False}
    word = verdict(claim, found.mean, found.interval)
    under = _under(claim, word, runs, results)
    reserved = reservations(claim, word, runs, under, results)
    contradicted = _contradicted(claim, published)
    return {
        **said,
        "reproduced": found.mean,
        "ci90": found.interval,
        "samples": found.samples,
        "runs": found.runs,
        "verdict": word,
        "reservations": reserved,
        "contradicted": contradicted,
        "stands": word == REPRODUCED and not reserved and not contradicted,
        "under": under,
    }


def _under(claim: Claim, word: str, base: Runs, results: Results) -> list[dict[str, Any]]:
    """Return the claim's value and verdict under each variation that can change it; ``turns``: decided otherwise."""
    if "side_variation" in claim or claim["measure"] in ("carried", "none"):
        return []
    if claim["measure"] in TIMED:
        of_times = results["timing_under"].items()
        told = [(name, of, Runs({}, {"paper": of, "rates": {}})) for name, of in of_times]
    else:
        told = [(name, of, Runs(of, instead=of["instead"])) for name, of in base.others.items()]
    found = []
    for name, of, varied in told:
        value = measured(claim, varied)
        if value is None:
            continue
        turned = verdict(claim, value.mean, value.interval)
        moves = claim["measure"] in TIMED or _moves(claim, base, varied)
        found.append(
            {**_shown(name, of, value, turned), "moves": moves, "turns": turned != word and decides(claim, turned)}
        )
    return found


def _shown(name: str, of: Mapping[str, Any], value: Measured, word: str) -> dict[str, Any]:
    return {
        "variation": name,
        "choice": of["choice"],
        "reason": of["reason"],
        "mean": value.mean,
        "ci90": value.interval,
        "samples": value.samples,
        "verdict": word,
    }


def _moves(claim: Claim, base: Runs, varied: Runs) -> bool:
    """Tell whether any accuracy behind the claim is another one in a run of the same seeds."""
    for side, task in numbers(claim):
        ours, theirs = base.accuracy(side, task) or {}, varied.accuracy(side, task) or {}
        if any(ours[key] != theirs[key] for key in ours.keys() & theirs.keys()):
            return True
    return False


def _published(claim: Claim) -> float | None:
    """Return the published number, or what Table 1's numbers make of it."""
    if "published" in claim:
        return float(claim["published"])
    table = paper.published()["table1"]
    if claim["measure"] == "time_ratio":
        return float(table["multi_task"]["time_s"] / table["single_task"]["time_s"])
    printed = [table.get(claim.get(key, ""), {}).get(claim.get("task", "")) for key in ("side", "over")]
    return None if claim["measure"] != "gain" or None in printed else round(printed[0] - printed[1], 4)


def _contradicted(claim: Claim, published: float | None) -> str | None:
    if published is None or claim["accept"][0] <= published <= claim["accept"][1]:
        return None
    return f"Table 1 itself makes it {published:g}, outside {claim['accept'][0]:g} to {claim['accept'][1]:g}"
