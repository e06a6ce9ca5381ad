"""What a verdict is worth: who else would earn it, what was fitted to it, and which choices turn it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from artifact import paper
from artifact.claims.measures import TIMED, Claim, Runs, measured
from artifact.claims.verdicts import earns, verdict
from artifact.reported import SIZE

UNINFORMATIVE, CALIBRATED, DEPENDS = "uninformative", "calibrated", "depends on a choice"
BUILT, ONE_SITTING = "by construction", "one sitting"
KINDS = (UNINFORMATIVE, CALIBRATED, DEPENDS, BUILT, ONE_SITTING)


def reservations(
    claim: Claim, word: str, runs: Runs, under: Sequence[Mapping[str, Any]], results: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return a claim's reservations, each a kind, a sentence, and the variations that it names."""
    found = [_uninformative(claim, word, runs, results), _calibrated(claim, under, results), _depends(under)]
    if claim["measure"] == "apart":
        says = "no approach has a part in it: what was added and what it was added to are both made here"
        found.append(_reservation(BUILT, says))
    if claim["measure"] in TIMED:
        found.append(_reservation(ONE_SITTING, "timed on one machine, one run after the other: its samples are runs"))
    return [of for of in found if of]


def _uninformative(claim: Claim, word: str, runs: Runs, results: Mapping[str, Any]) -> dict[str, Any] | None:
    """Put each approach that sees no RTT in the place of the one that the claim praises; nobody earns a miss."""
    titles, met = results["titles"], []
    for blind in results["know_nothing"]:
        for side in praised(claim):
            other = measured(claim, runs.replaced(side, blind))
            got = verdict(claim, other.mean, other.interval) if other else ""
            if earns(word, got):
                met.append(f"“{titles[blind]}” in the place of “{titles[side]}” is {got}")
    return _reservation(UNINFORMATIVE, "; ".join(met)) if met else None


def _calibrated(claim: Claim, under: Sequence[Mapping[str, Any]], results: Mapping[str, Any]) -> dict[str, Any] | None:
    """Name the parameters that were chosen against a number of the claim, unless the trials leave that number alone."""
    trials, judged = [of for of in under if of["choice"] == SIZE], numbers(claim)
    chosen = [
        of["parameter"]
        for of in results["calibration"]
        if judged & {(side, task) for side, task in of["judged"]}
        and (not of["size"] or any(trial["moves"] for trial in trials))
    ]
    return _reservation(CALIBRATED, f"{', '.join(chosen)} chosen against this number") if chosen else None


def _depends(under: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    turning = [of for of in under if of["turns"]]
    if not turning:
        return None
    says = "; ".join(f"{of['variation']}: {of['verdict']}" for of in turning)
    return _reservation(DEPENDS, says, [of["variation"] for of in turning])


def praised(claim: Claim) -> list[str]:
    """Return the approaches of a claim that its sentence is to the credit of: of a comparison the first.

    What knows nothing takes the same seconds in each run, so that a spread of seconds is nobody's credit.
    """
    if claim["measure"] == "time_spread":
        return []
    if claim["measure"] == "time_ratio":
        return sides(claim)[-1:]
    return sides(claim)[:1] if "over" in claim else sides(claim)


def sides(claim: Claim) -> list[str]:
    """Return the approaches that a claim speaks of."""
    named = [claim[key] for key in ("side", "over") if key in claim]
    return list(dict.fromkeys(named)) or (
        [] if claim["measure"] in ("apart", "rate_order") else list(paper.approaches())
    )


def numbers(claim: Claim) -> set[tuple[str, str]]:
    """Return the accuracies that a claim is made of, on the line that the study is about: approach and task."""
    if claim["measure"] not in ("accuracy", "gain", "easiest"):
        return set()
    tasks = [claim["task"]] if "task" in claim and claim["measure"] != "easiest" else paper.published_tasks()
    return {(side, task) for side in sides(claim) for task in tasks}


def _reservation(kind: str, says: str, variations: Sequence[str] = ()) -> dict[str, Any]:
    return {"kind": kind, "says": says, "variations": list(variations)}
