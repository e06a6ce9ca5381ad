"""Verdicts: ranges that cannot drift, numbers that come from the results."""

from __future__ import annotations

import copy
import tomllib
from typing import Any

import pytest

from artifact.claims import judge, verdict
from artifact.intervals import over_runs
from artifact.paper import published
from artifact.store.paths import CLAIMS

PUBLISHED = published()["table1"]
HALF_WIDTHS = {"C1": 0.012, "C2": 0.0, "C3": 0.011, "C4": 0.005, "C5": 0.0, "C6": 0.008}
"""Of a share over 3,000 rows, 1.96 sqrt(p (1 - p) / 3000); none where the paper expects perfection."""
ROUNDING = 0.005
WRITTEN = tomllib.loads(CLAIMS.read_text(encoding="utf-8"))["claim"]


def results(**changes: float) -> dict[str, Any]:
    """Results that equal Table 1, but for ``side_task=accuracy`` changes."""
    approaches: dict[str, Any] = {side: {} for side in ("single_task", "multi_task", "separate_networks")}
    for side, of in approaches.items():
        for task in ("noise", "outage", "swell"):
            value = changes.get(f"{side}_{task}", PUBLISHED.get(side, PUBLISHED["single_task"])[task])
            of[task] = {"accuracy": over_runs([value, value])}
    return {"paper": approaches, "timing": {"paper": {"ratio": over_runs([changes.get("ratio", 64 / 173)])}}}


def verdicts(of: dict[str, Any]) -> dict[str, str]:
    return {claim["id"]: claim["verdict"] for claim in judge(of)}


def test_the_papers_own_table_is_reproduced_but_for_its_own_contradiction() -> None:
    said = verdicts(results())
    # The abstract's "5-10 % per property" does not hold for outages in Table 1 itself.
    assert {key for key, word in said.items() if word == "not reproduced"} == {"C11"}
    assert {key for key, word in said.items() if word == "not attempted"} == {"C15", "C16"}


@pytest.mark.parametrize(("side", "task", "claim"), [
    ("single_task", "noise", "C1"), ("single_task", "outage", "C2"), ("single_task", "swell", "C3"),
    ("multi_task", "noise", "C4"), ("multi_task", "outage", "C5"), ("multi_task", "swell", "C6"),
])  # fmt: skip
def test_an_accuracy_beyond_its_tolerance_fails(side: str, task: str, claim: str) -> None:
    at = PUBLISHED[side][task]
    margin = HALF_WIDTHS[claim] + ROUNDING
    assert verdicts(results(**{f"{side}_{task}": at - margin + 0.001}))[claim] == "reproduced"
    assert verdicts(results(**{f"{side}_{task}": at - margin - 0.001}))[claim] == "not reproduced"
    if at + margin < 1:
        assert verdicts(results(**{f"{side}_{task}": at + margin + 0.001}))[claim] == "not reproduced"


def test_a_loss_is_no_gain() -> None:
    assert verdicts(results(multi_task_swell=0.89))["C9"] == "not reproduced"


def test_times_are_judged_by_the_papers_words() -> None:
    assert verdicts(results(ratio=0.49))["C13"] == "reproduced"
    assert verdicts(results(ratio=0.7))["C13"] == "trend only"
    assert verdicts(results(ratio=1.1))["C13"] == "not reproduced"


def test_the_largest_gain_of_separate_networks_counts() -> None:
    assert verdicts(results(separate_networks_swell=0.93))["C14"] == "not reproduced"


def test_a_task_that_the_study_lacks_is_not_attempted() -> None:
    fewer = copy.deepcopy(results())
    for of in fewer["paper"].values():
        del of["swell"]
    said = verdicts(fewer)
    assert said["C3"] == said["C6"] == said["C12"] == "not attempted"
    assert said["C1"] == "reproduced"


def test_an_approach_that_the_study_lacks_is_not_attempted() -> None:
    without = copy.deepcopy(results())
    del without["paper"]["separate_networks"]
    said = verdicts(without)
    assert said["C14"] == "not attempted"
    assert said["C12"] == verdicts(results())["C12"]


def test_a_further_task_is_never_looked_at() -> None:
    """Not even by a claim about the largest gain: what it speaks of are the paper's tasks, in `paper`."""
    more = results()
    more["approaches"] = {side: {"dip": {"accuracy": over_runs([0.0, 1.0])}} for side in more["paper"]}
    assert judge(more) == judge(results())


def test_one_run_shows_no_direction_and_no_interval() -> None:
    one = results()
    for of in one["paper"].values():
        for task in of:
            of[task] = {"accuracy": over_runs(of[task]["accuracy"]["runs"][:1])}
    said = {claim["id"]: claim for claim in judge(one)}
    assert all(claim["ci95"] is None for claim in said.values())
    assert said["C1"]["verdict"] == "reproduced"
    assert said["C9"]["verdict"] == "trend only"


def test_every_claim_says_what_it_was_judged_by() -> None:
    for claim in judge(results()):
        assert {"id", "statement", "section", "published", "accept", "reason", "verdict", "command"} <= set(claim)
        assert claim["timed"] is (claim["id"] == "C13")


def test_ranges_are_closed() -> None:
    claim = {"measure": "accuracy", "accept": [0.86, 0.9], "trend": [0.0, 0.95]}
    assert verdict(0.9, (0.8, 1.0), claim) == "reproduced"
    assert verdict(0.91, (0.9, 0.92), claim) == "trend only"
    assert verdict(0.96, (0.9, 1.0), claim) == "not reproduced"


def test_a_direction_is_no_stronger_than_its_interval() -> None:
    claim = {"measure": "direction", "accept": [0.0, 1.0], "trend": [0.0, 1.0]}
    assert verdict(0.03, (0.01, 0.05), claim) == "reproduced"
    assert verdict(0.0, (0.0, 0.0), claim) == "reproduced"
    assert verdict(0.03, (-0.01, 0.07), claim) == "trend only"
    assert verdict(0.03, None, claim) == "trend only"
    assert verdict(-0.01, (-0.03, 0.01), claim) == "not reproduced"


def test_claims_agree_with_the_printed_tables_and_never_widen() -> None:
    for claim in WRITTEN:
        assert claim["reason"]
        if claim["measure"] != "accuracy":
            continue
        at, margin = claim["published"], HALF_WIDTHS[claim["id"]] + ROUNDING
        assert at == PUBLISHED[claim["side"]][claim["task"]]
        assert claim["accept"] == pytest.approx([at - margin, min(1.0, at + margin)])
    assert [claim["id"] for claim in WRITTEN] == [f"C{n}" for n in range(1, len(WRITTEN) + 1)]
