"""What stands and what does not: each sentence follows the numbers, whatever they are."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from artifact.report.standing import listed, standing


@pytest.fixture
def results(whole: dict[str, Any]) -> dict[str, Any]:
    return deepcopy(whole)


def falls(results: dict[str, Any]) -> dict[str, list[str]]:
    return {line.head: line.ids for line in standing(results).falls}


def test_claims_that_do_not_stand_are_grouped_by_why(results: dict[str, Any]) -> None:
    assert falls(results) == {
        "Not reproduced (2)": ["C5", "C8"],
        "Undecided (1)": ["C6"],
        "Trend only (1)": ["C7"],
        "Reproduced, but uninformative (1)": ["C3"],
        "Reproduced, but calibrated (1)": ["C2"],
        "Reproduced, but depends on a choice (1)": ["C4"],
        "Contradicted by Table 1 itself (1)": ["C8"],
        "Not attempted (1)": ["C9"],
    }


def test_a_claim_stands_in_every_group_that_it_belongs_to(results: dict[str, Any]) -> None:
    results["claims"][1]["reservations"].append({"kind": "uninformative", "says": "", "variations": []})
    results["claims"][1]["contradicted"] = "Table 1 says otherwise"
    assert falls(results)["Reproduced, but uninformative (2)"] == ["C2", "C3"]
    assert falls(results)["Reproduced, but calibrated (1)"] == ["C2"]
    assert falls(results)["Reproduced, but contradicted by Table 1 (1)"] == ["C2"]
    assert falls(results)["Contradicted by Table 1 itself (1)"] == ["C8"]


def test_every_claim_that_does_not_stand_is_told_why_and_no_other(results: dict[str, Any]) -> None:
    told = standing(results)
    grouped = {of for line in told.falls for of in line.ids}
    stand = {of for line in told.stands for of in line.ids}
    assert grouped | stand == {claim["id"] for claim in results["claims"]}
    assert not grouped & stand
    assert stand == {"C1", "C10"}


@pytest.mark.parametrize(
    ("stand", "says"),
    [
        (0, "None of the paper's 9 tested statements stands."),
        (1, "1 of the paper's 9 tested statements stands: reproduced, and without a reservation."),
        (2, "2 of the paper's 9 tested statements stand: reproduced, and without a reservation."),
    ],
)
def test_how_many_stand(results: dict[str, Any], stand: int, says: str) -> None:
    for claim in [claim for claim in results["claims"] if claim["stands"]][stand:]:
        claim["stands"] = False
    assert standing(results).count == says


def test_nothing_tested_says_so(results: dict[str, Any]) -> None:
    results["claims"] = [claim for claim in results["claims"] if claim["verdict"] == "not attempted"]
    told = standing(results)
    assert told.count == "None of the paper's statements was tested."
    assert told.stands == []
    assert [line.head for line in told.falls] == ["Not attempted (1)"]


def test_what_stands_is_told_with_its_numbers(results: dict[str, Any]) -> None:
    first, second = (line.says for line in standing(results).stands)
    assert first == "Statement number 1: 0.880 [0.870, 0.890] here, 0.9 published."
    assert second == "Statement number 10: 0.300 [0.200, 0.400] here."


def test_a_gain_that_a_choice_turns_is_told_once_with_the_choice_that_moves_it_most(results: dict[str, Any]) -> None:
    (turned,) = [text for text in standing(results).limits if "as the study is" in text]
    assert turned == (
        "Statement number 4 (C4): +0.100 [+0.080, +0.120] as the study is, "
        "-0.020 [-0.030, +0.000] under “ties_normal”: Reason of ties_normal."
    )


def test_a_gain_that_nothing_turns_is_not_told(results: dict[str, Any]) -> None:
    for claim in results["claims"]:
        for of in claim["under"]:
            of["turns"] = False
    assert not [text for text in standing(results).limits if "as the study is" in text]


def test_a_gain_without_a_published_number_is_not_told(results: dict[str, Any]) -> None:
    for claim in results["claims"]:
        claim["published"] = None
    assert not [text for text in standing(results).limits if "as the study is" in text]


def test_dead_runs_are_told_per_approach(results: dict[str, Any]) -> None:
    results["dead"] = [
        {"approach": "One network", "task": "noise", "runs": 4, "of": 10},
        {"approach": "One network", "task": "outage", "runs": 0, "of": 10},
        {"approach": "One network", "task": "swell", "runs": 1, "of": 10},
        {"approach": "Another", "task": "swell", "runs": 1, "of": 1},
    ]
    assert standing(results).limits[:2] == [
        "One network, in 10 runs: never recognised a single ping of noise in 4 and swell in 1.",
        "Another, in 1 run: never recognised a single ping of swell in 1.",
    ]


def test_what_the_majority_beats_is_told_and_nothing_where_it_beats_nothing(results: dict[str, Any]) -> None:
    def told() -> list[str]:
        return [text for text in standing(results).limits if "majority" in text]

    for cell in results["paper"]["majority"].values():
        cell["accuracy"]["mean"] = 0.0
    assert told() == []
    results["paper"]["majority"]["swell"]["accuracy"]["mean"] = 1.1
    (said,) = told()
    assert "on swell" in said
    assert "on noise" not in said


def test_a_short_base_is_told(results: dict[str, Any]) -> None:
    assert not [text for text in standing(results).limits if "base trace" in text]
    results["base"]["wanted"] = results["base"]["pings"] + 1
    assert [text for text in standing(results).limits if "base trace" in text]


def test_what_was_rebuilt_names_base_tasks_and_runs(results: dict[str, Any]) -> None:
    built = standing(results).built
    assert f"{results['base']['pings']:,} pings ({results['base']['name']}) with noise, outage and swell added" in built
    assert "10 timed runs; verdicts rest on these and on 25 further data sets, 4 trainings on each" in built
    results["design"].update(timed_runs=1, data_sets=1, trainings=1)
    assert (
        "1 timed run; verdicts rest on these and on 1 further data set, 1 training on each" in standing(results).built
    )
    del results["design"]
    assert "timed run" not in standing(results).built


@pytest.mark.parametrize(("names", "says"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")])
def test_names_are_listed_as_a_sentence_does(names: list[str], says: str) -> None:
    assert listed(names) == says


def test_what_the_paper_concludes_are_the_claims_of_its_abstract_and_last_section(results: dict[str, Any]) -> None:
    tested = [claim for claim in results["claims"] if claim["verdict"] != "not attempted"]
    tested[0]["section"], tested[1]["section"], tested[2]["section"] = "abstract", "3.4, 4", "1.4"
    assert standing(results).conclusions == [tested[0]["id"], tested[1]["id"]]
