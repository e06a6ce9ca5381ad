"""Every claim with its value, its verdict, what that is worth, and what it becomes where something else is chosen."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from artifact import paper
from artifact.claims.measures import TIMED, Claim, Measured, Runs, measured
from artifact.claims.reservations import numbers, reservations
from artifact.claims.verdicts import NOT_ATTEMPTED, REPRODUCED, turned, verdict

COMMAND = "make all"
TIES = "ties"
"""The choice whose variations decide tied rows alone, after label models are fitted."""
Results = Mapping[str, Any]
Choice = tuple[str, Mapping[str, Any], Claim, Runs]


def judge(results: Results) -> list[dict[str, Any]]:
    """Return every claim of claims.toml as results.json has it.

    ``results`` needs ``settled`` (seeds, accuracies and ``apart`` of all runs, ``under`` each variation, ``carried``
    to other lines, as ``carries.unseen`` returns it), ``timing``, ``timing_under``, ``rates``, ``labeling``,
    ``calibration``, ``know_nothing`` with seconds, and ``titles``.
    """
    runs = runs_of(results)
    return [_judged(claim, runs, results) for claim in paper.claims()]


def runs_of(results: Results) -> Runs:
    """Return the runs of the study as it is."""
    settled = results["settled"]
    return Runs(settled["runs"], times_of(results), settled["under"], settled["carried"]["lines"])


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
        nothing = {"reproduced": None, "ci90": None, "samples": 0, "runs": 0, "contradicted": None, "fresh": None}
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
        "fresh": _fresh(claim, runs),
        "under": under,
    }


def _fresh(claim: Claim, runs: Runs) -> str | None:
    """Return the verdict on the data sets alone that no run had used when ranges were set; None without any."""
    if claim["measure"] in (*TIMED, "carried"):
        return None
    found = measured(claim, runs.since(paper.design()["first_dataset_seed"]))
    return verdict(claim, found.mean, found.interval) if found else None


def _under(claim: Claim, word: str, base: Runs, results: Results) -> list[dict[str, Any]]:
    """Return the claim's value and verdict under each choice that can change it, and whether that turns the verdict."""
    found = []
    for name, of, claimed, varied in _choices(claim, base, results):
        value = measured(claimed, varied)
        if value is None:
            continue
        other = verdict(claim, value.mean, value.interval)
        moves = claim["measure"] in TIMED or _moves(claim, base, varied)
        turns = turned(claim, word, other, value.mean)
        found.append({**_shown(name, of, value, other), "moves": moves, "turns": turns})
    return found


def _choices(claim: Claim, base: Runs, results: Results) -> Iterator[Choice]:
    """Give the name of each choice, what it is, the claim as it reads under it, and the runs made so."""
    if claim["measure"] == "carried":
        for name, of in results["settled"]["carried"]["under"].items():
            yield name, of, claim, dataclasses.replace(base, carried=of["lines"], instead=of["instead"])
        return
    if claim["measure"] not in TIMED:
        for name, of in base.others.items():
            # A side under a variation of its own is there for the data sets and label models of the study as it is.
            if "side_variation" not in claim or of["choice"] == TIES:
                yield name, of, claim, Runs(of, others=base.others, instead=of["instead"])
        return
    if claim["measure"] == "rate_order":
        rates = base.times["rates"]
        sizes = {task: len(of["functions"]) for task, of in results["labeling"].items()}
        each = {task: [rate and rate * sizes[task] for rate in of] for task, of in rates.items()}
        per = {"choice": "count of functions", "reason": "rows times functions a second, as suites differ in size"}
        yield "per_function", per, claim, Runs({}, {"rates": each})
    elif claim["measure"] == "time_ratio":
        for name, of in results["timing"].items():
            if name != claim["accounting"]:
                told = {"choice": "accounting", "reason": of["description"]}
                yield name, told, {**claim, "accounting": name}, Runs({}, results["timing"])
    for name, of in results["timing_under"].items():
        yield name, of, claim, Runs({}, {"paper": of, "rates": of["rates"]})


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
