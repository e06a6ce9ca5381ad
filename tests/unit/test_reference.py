"""Results beside those of the release: what is equal, what as printed, what by how much, and which verdict turned."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from artifact import reference
from artifact.errors import BadInputError

RESULTS: dict[str, Any] = {
    "provenance": {
        "git_commit": "c0ffee",
        "hardware": {"processor": "a processor"},
        "versions": {"numpy": "2"},
        "study_sha256": "of the study",
        "dataset_sha256": ["aa", "bb"],
    },
    "base": {"sha256": None},
    "labeling": {
        "noise": {"functions": [{"name": "lf", "coverage": 0.25}], "all_abstain": {"mean": 0.5, "runs": [0.5]}}
    },
    "table1": {
        "single_task": {"noise": {"accuracy": {"mean": 0.88, "ci95": [0.8, 0.9], "runs": [0.87, 0.89]}}, "time_s": {}}
    },
    "approaches": {"majority": {"noise": {"f1": {"mean": 0.0, "ci95": None, "runs": [0.0]}}}},
    "claims": [
        {
            "id": "C1",
            "verdict": "reproduced",
            "reservations": [{"kind": "calibrated"}],
            "reproduced": 0.88,
            "ci90": [0.87, 0.89],
            "timed": False,
        },
        {
            "id": "C13",
            "verdict": "reproduced",
            "reservations": [],
            "reproduced": 0.4,
            "ci90": [0.3, 0.5],
            "timed": True,
        },
    ],
    "audit": {"ties": {"rows": [["random", {"mean": 0.5, "ci95": [0.4, 0.6], "runs": [0.5]}]]}},
}


@pytest.fixture
def written(tmp_path: Path) -> Path:
    reference.write(RESULTS, tmp_path / "reference.json")
    return tmp_path / "reference.json"


def changed(*at: Any, to: Any) -> dict[str, Any]:
    results = copy.deepcopy(RESULTS)
    table: Any = results
    for key in at[:-1]:
        table = table[key]
    table[at[-1]] = to
    return results


def said(results: dict[str, Any], written: Path) -> dict[str, str]:
    return {row["stage"]: row["says"] for row in reference.compared(results, written)["stages"]}


def test_the_same_results_are_equal_to_the_last_bit(written: Path) -> None:
    found = reference.compared(copy.deepcopy(RESULTS), written)
    assert found["commit"] == "c0ffee"
    assert found["processor"] == "a processor"
    assert {row["stage"]: row["says"] for row in found["stages"]} == dict.fromkeys(reference.STAGES, reference.SAME)
    assert all(row["values"] > 0 for row in found["stages"])
    assert not reference.changed(found["stages"])


@pytest.mark.parametrize(
    ("at", "to", "stage", "words", "fails"),
    [
        (("provenance", "dataset_sha256"), ["aa", "cc"], "data sets", "1: cc here, bb there", True),
        (
            ("labeling", "noise", "functions", 0, "coverage"),
            0.2500001,
            "votes",
            "equal as printed, at most 1e-07",
            True,
        ),
        (
            ("table1", "single_task", "noise", "accuracy", "runs"),
            [0.87, 0.8904],
            "Table 1",
            "equal as printed, at most 0.0004 apart (single_task.noise.every run.1)",
            False,
        ),
        (
            ("table1", "single_task", "noise", "accuracy", "mean"),
            0.8806,
            "Table 1",
            "at most 0.0006 apart (single_task.noise.accuracy.mean)",
            False,
        ),
        (("claims", 0, "verdict"), "undecided", "verdicts", "C1.verdict: undecided here, reproduced there", True),
        (("claims", 0, "reservations"), [], "verdicts", "C1.reservations: none here, calibrated there", True),
        (("claims", 1, "verdict"), "undecided", "verdicts on times", "C13.verdict: undecided here", False),
        (("claims", 0, "ci90"), None, "claims", "on one side only: 3 values", False),
        (("audit", "ties", "rows", 0, 1, "ci95", 0), 0.3, "audit", "at most 0.1 apart (ties.0.1.ci95.0)", False),
    ],
)
def test_what_differs_is_told_at_its_stage(
    at: tuple[Any, ...], to: Any, stage: str, words: str, fails: bool, written: Path
) -> None:
    results = changed(*at, to=to)
    found = said(results, written)
    assert found.pop(stage).startswith(words)
    assert set(found.values()) == {reference.SAME}
    assert reference.changed(reference.compared(results, written)["stages"]) is fails


def test_a_clock_changes_nothing(written: Path) -> None:
    assert set(said(changed("claims", 1, "reproduced", to=9.0), written).values()) == {reference.SAME}


def test_another_study_base_or_no_file_has_no_reference(written: Path, tmp_path: Path) -> None:
    assert reference.compared(changed("provenance", "study_sha256", to="another"), written) == {}
    assert reference.compared(changed("base", "sha256", to="of a log"), written) == {}
    assert reference.compared(RESULTS, tmp_path / "none.json") == {}


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", json.dumps({"study_sha256": "of the study", "stages": {}})])
def test_a_torn_reference_is_one_line(text: str, written: Path) -> None:
    written.write_text(text, encoding="utf-8")
    with pytest.raises(BadInputError, match="is no reference; take it from git again"):
        reference.compared(RESULTS, written)
