"""Claims in words and bars."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from artifact.report.claims import BAR, accepted, bar, claims_of, curves, farthest, fresh, here, kinds, level, published


@pytest.fixture
def claims(whole: dict[str, Any]) -> list[dict[str, Any]]:
    return deepcopy(claims_of(whole))


@pytest.mark.parametrize(
    ("measure", "accept", "says"),
    [
        ("accuracy", [0.995, 1.0], "0.995 to 1"),
        ("gain", [0.0, 1.0], "at least 0"),
        ("gain", [-1.0, 0.017], "at most 0.017"),
        ("gain", [0.045, 0.105], "0.045 to 0.105"),
        ("rate_order", [1.0, 1000.0], "at least 1"),
        ("time_ratio", [0.0, 0.5], "0 to 0.5"),
        ("apart", [1.0, 1.0], "1 to 1"),
        ("none", None, "–"),
    ],
)
def test_ranges_in_words(measure: str, accept: Any, says: str) -> None:
    assert accepted({"measure": measure, "accept": accept}) == says


def test_differences_have_a_sign_and_accuracies_none(claims: list[dict[str, Any]]) -> None:
    assert here(claims[0], 0.5, [0.4, 0.6]) == "0.500 [0.400, 0.600]"
    assert here(claims[3], 0.5, None) == "+0.500"
    assert here(claims[3], None, None) == "–"
    assert [published(claims[number]) for number in (0, 3, 8)] == ["0.9", "+0.1", "–"]


def test_what_a_claim_is_worth_includes_table_1_itself(claims: list[dict[str, Any]]) -> None:
    assert [kinds(claim) for claim in claims[:4]] == [[], ["calibrated"], ["uninformative"], ["depends on a choice"]]
    assert kinds(claims[7]) == ["contradicted by Table 1"]


def test_of_what_a_claim_does_not_have_there_is_nothing() -> None:
    (claim,) = claims_of({"claims": [{"id": "C1"}]})
    assert (claim["under"], claim["reservations"], claim["stands"], claim["ci90"]) == ([], [], False, None)


@pytest.mark.parametrize(
    ("mean", "interval"),
    [(0.88, [0.87, 0.89]), (0.99, [0.91, 1.0]), (-3.0, [-4.0, -2.0]), (0.85, None), (0.85, [0.85, 0.85])],
)
@pytest.mark.parametrize("accept", [[0.85, 0.92], [0.0, 1000.0], [-1.0, 0.017], [0.85, 0.85]])
def test_a_bar_keeps_its_order_and_its_frame(mean: float, interval: Any, accept: list[float], claims: Any) -> None:
    shown = bar({**claims[0], "reproduced": mean, "ci90": interval, "accept": accept})
    assert shown is not None
    first, width = shown["accept"]
    ends = shown["interval"] or [shown["mean"]] * 2
    assert 0 <= ends[0] <= shown["mean"] <= ends[1] <= BAR[0]
    assert first >= 0
    assert width > 0
    if (interval or [mean])[-1] < accept[0]:
        assert shown["mean"] <= first


def test_a_bar_shows_inside_as_inside_and_outside_as_outside(claims: list[dict[str, Any]]) -> None:
    def shown(low: float, high: float) -> tuple[bool, bool]:
        of = bar({**claims[0], "reproduced": (low + high) / 2, "ci90": [low, high]})
        assert of is not None and of["interval"] is not None
        first, width = of["accept"]
        return first <= of["interval"][0], of["interval"][1] <= first + width

    assert shown(0.87, 0.89) == (True, True)
    assert shown(0.80, 0.89) == (False, True)
    assert shown(0.87, 0.95) == (True, False)
    assert shown(0.10, 0.20)[0] is False
    assert shown(0.98, 0.99)[1] is False


def test_claims_of_the_same_values_share_a_curve(claims: list[dict[str, Any]]) -> None:
    ((first, others),) = curves(claims)
    assert (first["id"], [of["id"] for of in others]) == ("C4", ["C5"])
    claims[4]["under"][0]["mean"] += 0.01
    assert [of["id"] for of, _ in curves(claims)] == ["C4", "C5"]
    assert (
        curves([{**claims[3], "measure": "accuracy"}, {**claims[3], "under": []}, {**claims[3], "reproduced": None}])
        == []
    )


def test_the_farthest_is_one_that_turns(claims: list[dict[str, Any]]) -> None:
    far = farthest(claims[3])
    assert far is not None and far["variation"] == "ties_normal"
    assert farthest({**claims[3], "under": [{**far, "turns": False}]}) is None
    assert farthest({**claims[3], "under": [{**far, "mean": None}]}) is None


def test_the_level_is_the_designs() -> None:
    assert level({"design": {"level": 0.95}}) == "95"
    assert level({}) == "90"


def test_what_new_data_sets_alone_make_of_a_verdict_is_told(claims: list[dict[str, Any]]) -> None:
    for claim in claims:
        claim["fresh"] = claim["verdict"]
    assert fresh(claims) == "each verdict is the same"
    claims[0]["fresh"], claims[1]["fresh"], claims[2]["fresh"] = "no word of ours", None, "another"
    assert fresh(claims) == f"{claims[0]['id']} is no word of ours, {claims[2]['id']} is another"
