"""Every claim's verdict, and what it is worth, for results whose numbers are known."""

from __future__ import annotations

import copy
import json
import math
from typing import Any

import pytest
from papers_numbers import MAJORITY, SEEDS, TABLE1, TASKS, Results, around, of_the_paper, times

from artifact.claims.judging import judge
from artifact.claims.verdicts import WORDS
from artifact.paper import claims as written
from artifact.paper import published

HALF_WIDTHS = {"C1": 0.012, "C2": 0.0, "C3": 0.011, "C4": 0.005, "C5": 0.0, "C6": 0.008}
"""Of a share over 3,000 rows, 1.96 sqrt(p (1 - p) / 3000); none where the paper expects perfection."""
ROUNDING = 0.005


@pytest.fixture
def results() -> Results:
    return of_the_paper()


def judged(results: Results) -> dict[str, dict[str, Any]]:
    return {claim["id"]: claim for claim in judge(results)}


def verdicts(results: Results) -> dict[str, str]:
    return {name: claim["verdict"] for name, claim in judged(results).items()}


def kinds(claim: dict[str, Any]) -> list[str]:
    return [of["kind"] for of in claim["reservations"]]


def put(results: Results, side: str, values: dict[str, list[float]]) -> Results:
    """Return results with an approach's accuracies replaced, everywhere."""
    changed = copy.deepcopy(results)
    settled = changed["settled"]
    for runs in (settled["runs"], *settled["under"].values(), *settled["carried"]["lines"].values()):
        runs["accuracy"][side] = values
    return changed


def test_the_papers_own_numbers(results: Results) -> None:
    """A table of verdicts and reservations for Table 1 itself, on a study in which no choice matters."""
    found = judged(results)
    assert {name: (claim["verdict"], kinds(claim)) for name, claim in found.items()} == {
        "C1": ("reproduced", ["calibrated"]),
        "C2": ("reproduced", []),
        "C3": ("reproduced", ["uninformative"]),
        "C4": ("reproduced", ["uninformative", "depends on a choice"]),
        "C5": ("reproduced", []),
        "C6": ("reproduced", ["depends on a choice"]),
        "C7": ("reproduced", ["uninformative", "calibrated"]),
        "C8": ("reproduced", []),
        "C9": ("reproduced", ["uninformative"]),
        "C10": ("reproduced", ["uninformative", "calibrated", "depends on a choice"]),
        "C11": ("not reproduced", []),
        "C12": ("reproduced", ["depends on a choice"]),
        "C13": ("reproduced", ["uninformative", "one sitting"]),
        "C14": ("reproduced", ["calibrated"]),
        "C15": ("not attempted", []),
        "C16": ("not attempted", []),
        "C17": ("reproduced", ["uninformative", "one sitting"]),
        "C18": ("reproduced", ["one sitting"]),
        "C19": ("reproduced", ["one sitting"]),
        "C20": ("not reproduced", ["calibrated"]),
        "C21": ("reproduced", ["uninformative", "calibrated"]),
        "C22": ("not reproduced", []),
        "C23": ("reproduced", ["uninformative", "depends on a choice"]),
        "C24": ("reproduced", ["by construction"]),
        "C25": ("reproduced", ["calibrated"]),
    }


@pytest.mark.parametrize("blind", ["majority", "coin"])
@pytest.mark.parametrize("side", ["single_task", "multi_task", "separate_networks", "majority_vote"])
def test_no_claim_that_speaks_of_an_approach_stands_on_one_that_sees_nothing(
    results: Results, blind: str, side: str
) -> None:
    """Whoever it takes the place of, with the time that it takes."""
    changed = put(results, side, results["settled"]["runs"]["accuracy"][blind])
    if side in TABLE1:
        seconds = {"single_task": 173.0, "multi_task": 64.0, side: 0.001}
        changed["timing"] = dict.fromkeys(changed["timing"], times(*seconds.values()))
    found = judged(changed)
    for claim in written():
        speaks = {claim.get("side"), claim.get("over")} if "side" in claim else set(TABLE1)
        if side in speaks and claim["measure"] not in ("apart", "rate_order", "none"):
            assert not found[claim["id"]]["stands"], claim["id"]


@pytest.mark.parametrize("side", list(TABLE1))
def test_gold_labels_are_not_the_published_numbers(results: Results, side: str) -> None:
    found = verdicts(put(results, side, {task: [1.0] * len(SEEDS) for task in TASKS}))
    for claim in written():
        if claim["measure"] == "accuracy" and claim["side"] == side:
            expected = "reproduced" if claim["task"] == "outage" else "not reproduced"
            assert found[claim["id"]] == expected


@pytest.mark.parametrize("side", list(TABLE1))
def test_swapped_tasks_are_seen(results: Results, side: str) -> None:
    of = results["settled"]["runs"]["accuracy"][side]
    swapped = {"noise": of["swell"], "outage": of["noise"], "swell": of["outage"]}
    found = verdicts(put(results, side, swapped))
    numbers = [claim["id"] for claim in written() if claim["measure"] == "accuracy" and claim["side"] == side]
    assert "reproduced" not in {found[name] for name in numbers}


@pytest.mark.parametrize("side", list(TABLE1))
def test_one_run_without_a_number_decides_nothing(results: Results, side: str) -> None:
    broken = copy.deepcopy(results)
    for task in TASKS:
        broken["settled"]["runs"]["accuracy"][side][task][3] = math.nan
    found = judged(broken)
    for claim in written():
        if claim["measure"] in ("accuracy", "gain") and side in (claim["side"], claim.get("over")):
            of = found[claim["id"]]
            assert (of["verdict"], of["reproduced"], of["stands"]) == ("undecided", None, False), claim["id"]


@pytest.mark.parametrize("task", TASKS)
def test_one_task_without_a_number_leaves_undecided_which_task_counts(results: Results, task: str) -> None:
    """The task that would count has a number; the one that lacks it could have counted."""
    over_all = [claim for claim in written() if claim["measure"] == "gain" and "task" not in claim]
    for claim in over_all:
        broken = copy.deepcopy(results)
        broken["settled"]["runs"]["accuracy"][claim["over"]][task][3] = math.nan
        of = judged(broken)[claim["id"]]
        assert (of["verdict"], of["reproduced"]) == ("undecided", None), claim["id"]
    assert {claim.get("combine") for claim in over_all} == {"largest", "farthest", "mean"}


@pytest.mark.parametrize("number", HALF_WIDTHS)
def test_an_interval_across_the_edge_is_undecided_and_one_beyond_it_fails(results: Results, number: str) -> None:
    claim = next(claim for claim in written() if claim["id"] == number)
    edge = TABLE1[claim["side"]][claim["task"]] - HALF_WIDTHS[number] - ROUNDING
    for mean, verdict in ((edge + 0.003, "reproduced"), (edge, "undecided"), (edge - 0.003, "not reproduced")):
        of = copy.deepcopy(results["settled"]["runs"]["accuracy"][claim["side"]])
        of[claim["task"]] = around(mean)
        assert verdicts(put(results, claim["side"], of))[number] == verdict


def test_data_sets_are_the_sample_not_trainings(results: Results) -> None:
    """A hundred trainings of two data sets say no more than the two data sets."""
    few = copy.deepcopy(results)
    runs = few["settled"]["runs"]
    runs["seeds"] = [[k % 2, k] for k in range(len(SEEDS))]
    assert {verdict for name, verdict in verdicts(few).items() if name in HALF_WIDTHS} == {"undecided"}
    found = judged(results)["C1"]
    assert (found["samples"], found["runs"]) == (12, 24)


def test_no_interval_leaves_its_scale(results: Results) -> None:
    wide = put(results, "multi_task", {task: [1.0] * (len(SEEDS) - 2) + [0.2, 0.2] for task in TASKS})
    for claim in judge(wide):
        if claim["ci90"] and claim["measure"] == "accuracy":
            assert 0 <= claim["ci90"][0] <= claim["ci90"][1] <= 1


def test_a_variation_that_decides_otherwise_is_named(results: Results) -> None:
    normal = results["settled"]["under"]["ties_normal"]["accuracy"]["single_task"]
    normal["noise"] = around(0.975)
    claim = judged(results)["C1"]
    (of,) = [of for of in claim["reservations"] if of["kind"] == "depends on a choice"]
    assert of["variations"] == ["ties_normal"]
    assert "not reproduced" in of["says"]
    assert not claim["stands"]


def test_a_variation_with_too_wide_an_interval_turns_nothing(results: Results) -> None:
    normal = results["settled"]["under"]["ties_normal"]["accuracy"]["single_task"]
    normal["noise"] = around(0.88, spread=0.1)
    claim = judged(results)["C1"]
    assert "depends on a choice" not in kinds(claim)
    assert next(of for of in claim["under"] if of["variation"] == "ties_normal")["verdict"] == "undecided"


def test_a_number_that_the_trials_of_a_size_move_is_calibrated_and_another_is_not(results: Results) -> None:
    assert "calibrated" not in kinds(judged(results)["C3"])
    results["settled"]["under"]["swell_4_8"]["accuracy"]["single_task"]["swell"] = around(0.905)
    found = judged(results)
    assert "calibrated" in kinds(found["C3"])
    assert "calibrated" not in kinds(found["C2"])


def test_times_are_judged_by_the_papers_words(results: Results) -> None:
    for multi, less_than_half, a_third in (
        (60.0, "reproduced", "reproduced"),
        (80.0, "reproduced", "trend only"),
        (120.0, "trend only", "not reproduced"),
        (200.0, "not reproduced", "not reproduced"),
    ):
        results["timing"]["paper"] = times(multi=multi)
        found = verdicts(results)
        assert (found["C13"], found["C17"]) == (less_than_half, a_third)


def under_loader(seconds: float, **rates: list[float]) -> dict[str, Any]:
    return {"loader_batched": {**times(multi=seconds), "choice": "loader", "reason": "ours", "rates": rates}}


def test_a_time_under_another_loader_or_accounting_is_shown(results: Results) -> None:
    results["timing_under"] = under_loader(200.0)
    results["timing"]["fit_only"] = times(multi=300.0)
    claim = judged(results)["C13"]
    assert [of["variation"] for of in claim["under"]] == ["like_for_like", "fit_only", "loader_batched"]
    assert [of["verdict"] for of in claim["under"]] == ["reproduced", "not reproduced", "not reproduced"]
    assert kinds(claim) == ["uninformative", "depends on a choice", "one sitting"]


def test_an_order_of_rates_that_comes_from_the_sizes_of_suites_is_seen(results: Results) -> None:
    results["labeling"]["noise"]["functions"] *= 3
    slower = under_loader(64.0, noise=[1.0] * 3, swell=[2.0] * 3, outage=[3.0] * 3)["loader_batched"]
    results["timing_under"] = {**under_loader(64.0), "bucket_figure_2": slower}
    claim = judged(results)["C19"]
    assert {of["variation"]: of["turns"] for of in claim["under"]} == {"per_function": True, "bucket_figure_2": False}
    assert [of["mean"] for of in claim["under"]] == pytest.approx([250 / (3 * 114), 1.5])


def test_a_null_counts_in_the_place_of_the_one_that_is_praised_alone(results: Results) -> None:
    """To be better than a coin is to the credit of a network."""
    better = {task: around(min(value + 0.005, 1.0), 0.0) for task, value in MAJORITY.items()}
    worse = put(put(results, "multi_task", better), "single_task", {task: around(0.6) for task in TASKS})
    assert kinds(judged(worse)["C8"]) == ["uninformative"]
    (said,) = (of["says"] for of in judged(worse)["C8"]["reservations"])
    assert "in the place of “multi task”" in said
    assert "in the place of “single task”" not in said


def test_what_an_undecided_claim_shares_with_a_null_is_uninformative_too(results: Results) -> None:
    """Nobody earns a miss; what is undecided for both tells nothing."""
    wide = results["settled"]["runs"]["accuracy"]
    wide["multi_task"]["swell"] = around(0.941, 0.02)
    assert "uninformative" not in kinds(judged(results)["C6"])
    wide["majority"]["swell"] = around(0.941, 0.02)
    assert "uninformative" in kinds(judged(results)["C6"])


def test_data_sets_that_no_run_had_used_before_are_judged_alone(results: Results) -> None:
    assert {claim["fresh"] for claim in judge(results)} == {None}
    runs = results["settled"]["runs"]
    runs["seeds"] = [[data_set + 40_000 * (data_set > 2), training] for data_set, training in SEEDS]
    for key, (data_set, _) in enumerate(SEEDS):
        if data_set <= 2:
            runs["accuracy"]["single_task"]["noise"][key] = 0.7
    found = judged(results)
    assert (found["C1"]["verdict"], found["C1"]["fresh"]) == ("undecided", "reproduced")
    assert found["C2"]["fresh"] == "reproduced"
    assert found["C13"]["fresh"] is None


def test_trainings_that_take_another_time_each_are_seen(results: Results) -> None:
    results["timing"]["paper"]["multi_task"]["runs"] = [40.0, 90.0] * 5
    assert verdicts(results)["C18"] == "not reproduced"


def test_the_order_of_the_rates_holds_in_every_run_or_not(results: Results) -> None:
    results["rates"]["swell"]["row_by_row"]["runs"] = [600.0] * 10
    assert verdicts(results)["C19"] == "not reproduced"


def test_noise_that_is_lost_in_the_base_is_seen(results: Results) -> None:
    results["settled"]["runs"]["apart"]["noise"][0] = 0.5
    assert verdicts(results)["C24"] == "undecided"


def test_a_model_that_is_useful_elsewhere(results: Results) -> None:
    better = {task: around(min(value + 0.005, 1.0), 0.0) for task, value in MAJORITY.items()}
    carried = results["settled"]["carried"]
    for line in carried["lines"].values():
        line["accuracy"]["multi_task"] = better
    claim = judged(results)["C22"]
    assert claim["verdict"] == "reproduced"
    assert [(of["variation"], of["verdict"], of["turns"]) for of in claim["under"]] == [
        ("base_cloud", "not reproduced", True)
    ]
    assert kinds(claim) == ["depends on a choice"]
    carried["under"]["base_cloud"]["lines"]["probe"]["accuracy"]["multi_task"] = better
    assert kinds(judged(results)["C22"]) == []
    carried["lines"]["probe"]["accuracy"]["multi_task"] = {**better, "swell": around(0.5)}
    assert verdicts(results)["C22"] == "not reproduced"


def test_a_label_model_that_beats_the_sum_of_votes(results: Results) -> None:
    less = {task: around(value - 0.05) for task, value in TABLE1["single_task"].items() if task != "time_s"}
    assert verdicts(put(results, "majority_vote", less))["C20"] == "reproduced"


def test_labels_of_another_accuracy_on_one_side_are_seen(results: Results) -> None:
    left_out = results["settled"]["under"]["ties_left_out"]["accuracy"]["single_task"]
    left_out["noise"] = around(0.97)
    claim = judged(results)["C21"]
    assert claim["verdict"] == "not reproduced"
    assert {of["variation"]: of["turns"] for of in claim["under"]} == {"ties_normal": False, "ties_left_out": True}
    assert "depends on a choice" in kinds(claim)


def test_only_the_sentence_that_table_1_contradicts_says_so(results: Results) -> None:
    contradicted = {name: claim["contradicted"] for name, claim in judged(results).items() if claim["contradicted"]}
    assert list(contradicted) == ["C11"]


def test_a_task_or_an_approach_that_the_study_lacks_is_not_attempted(results: Results) -> None:
    fewer = copy.deepcopy(results)
    settled = fewer["settled"]
    for runs in (settled["runs"], *settled["under"].values(), *settled["carried"]["lines"].values()):
        del runs["apart"]["swell"], runs["accuracy"]["separate_networks"]
        for of in runs["accuracy"].values():
            del of["swell"]
    found = verdicts(fewer)
    assert {found[name] for name in ("C3", "C6", "C9", "C12", "C14", "C23")} == {"not attempted"}
    assert found["C1"] == "reproduced"


def test_what_the_page_needs_is_there_and_is_json(results: Results) -> None:
    for claim in json.loads(json.dumps(judge(results), allow_nan=False)):
        assert {"id", "statement", "section", "published", "accept", "reason", "verdict", "command"} <= set(claim)
        assert {"ci90", "samples", "runs", "reservations", "under", "stands", "contradicted"} <= set(claim)
        assert claim["verdict"] in WORDS
        assert claim["stands"] <= (claim["verdict"] == "reproduced")


def test_ranges_are_what_their_reasons_sum_to() -> None:
    assert [claim["id"] for claim in written()] == [f"C{n}" for n in range(1, len(written()) + 1)]
    for claim in written():
        assert claim["reason"]
        if claim["measure"] == "accuracy":
            margin = HALF_WIDTHS[claim["id"]] + ROUNDING
            at = published()["table1"][claim["side"]][claim["task"]]
            assert claim["published"] == at
            assert claim["accept"] == pytest.approx([at - margin, min(1.0, at + margin)])
            half_width = 1.96 * math.sqrt(at * (1 - at) / 3000)
            assert HALF_WIDTHS[claim["id"]] == pytest.approx(half_width, abs=0.0005)
