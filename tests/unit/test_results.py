"""results.json: the three accountings, from records whose times are known; what it holds of which cells."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from artifact.errors import BadInputError
from artifact.intervals import UNIT, over_runs
from artifact.results import _accounting, _approaches, _rates, read_results, table1_csv
from artifact.scores import MEASURES
from artifact.store.kept import write_checked

NAMES = ("noise", "swell")
RECORD: dict[str, Any] = {
    "times": {
        "labeling": {
            "noise": {"rows": 12, "rows_s": 8.0, "all_rows": 15, "columns_s": 0.5},
            "swell": {"rows": 12, "rows_s": 5.0, "all_rows": 15, "columns_s": 0.25},
            "dip": {"rows": 12, "rows_s": 500.0, "all_rows": 15, "columns_s": 50.0},
        },
        "fit_s": {"single_task": {"noise": 1.0, "swell": 2.0, "dip": 300.0}, "multi_task": {"all": 4.0}},
    }
}


@pytest.mark.parametrize(
    ("accounting", "single", "multi"),
    [("paper", 16.0, 4.0), ("like_for_like", 16.0, 20.0), ("fit_only", 3.0, 4.0)],
)
def test_each_accounting_charges_what_it_says(accounting: str, single: float, multi: float) -> None:
    timing = _accounting([RECORD], NAMES, accounting)
    assert timing["single_task"]["mean"] == single
    assert timing["multi_task"]["mean"] == multi
    assert timing["ratio"]["mean"] == multi / single


def test_ratios_are_taken_within_a_run() -> None:
    slow = {"times": {**RECORD["times"], "fit_s": {**RECORD["times"]["fit_s"], "multi_task": {"all": 32.0}}}}
    assert _accounting([RECORD, slow], NAMES, "paper")["ratio"]["runs"] == [0.25, 2.0]


def test_without_runs_there_is_no_time() -> None:
    assert _accounting([], (), "paper")["ratio"] == {"mean": None, "ci95": None, "runs": []}


def test_rates_are_rows_per_second_of_either_engine() -> None:
    rates = _rates([RECORD], "noise")
    assert (rates["row_by_row"]["mean"], rates["columns"]["mean"], rates["rows"]) == (1.5, 30.0, 12)
    by_columns = {"times": {"labeling": {"noise": {"all_rows": 15, "columns_s": 0.5}}, "fit_s": {}}}
    assert _rates([by_columns], "noise")["row_by_row"]["mean"] is None


def scored(value: float, *approaches: str) -> dict[str, Any]:
    of = dict.fromkeys(MEASURES, value)
    return {"scores": {name: dict.fromkeys(NAMES, of) for name in approaches}}


def test_each_approach_has_the_measures_of_the_tasks_that_it_labels() -> None:
    found = _approaches([scored(0.5, "single_task"), scored(1.0, "single_task")], ["noise", "swell", "dip"])
    assert found["single_task"]["noise"]["accuracy"]["mean"] == 0.75
    assert set(found["single_task"]) == set(NAMES)


def test_no_interval_of_a_score_leaves_its_scale() -> None:
    found = _approaches([scored(0.0, "rules"), scored(1.0, "rules")], ["noise"])["rules"]["noise"]
    assert found["f1"]["ci95"] == [0.0, 1.0]
    assert found["mcc"]["ci95"][0] == -1.0


def test_table_1_as_csv_has_a_row_per_cell() -> None:
    cell = {"accuracy": over_runs([0.5, 0.25])}
    results = {
        "table1": {"single_task": {"noise": cell, "time_s": over_runs([3.0])}},
        "published": {"table1": {"single_task": {"noise": 0.88, "time_s": 173.0}}},
    }
    noise, time_s = csv.DictReader(io.StringIO(table1_csv(results)))
    assert (noise["published"], noise["reproduced"], noise["runs"]) == ("0.88", "0.375", "2")
    assert float(noise["ci95_low"]) < 0.375 < float(noise["ci95_high"])
    assert (time_s["reproduced"], time_s["ci95_low"], time_s["ci95_high"]) == ("3.0", "", "")


def test_results_of_another_schema_are_refused(tmp_path: Path) -> None:
    write_checked(tmp_path / "results.json", {"schema_version": 1})
    with pytest.raises(BadInputError, match="results of schema 1; run `make all` again"):
        read_results(tmp_path / "results.json")


def test_edited_results_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    write_checked(path, {"schema_version": 2, "accuracy": 0.5})
    assert read_results(path)["accuracy"] == 0.5
    path.write_text(path.read_text(encoding="utf-8").replace("0.5", "0.9"), encoding="utf-8")
    with pytest.raises(BadInputError, match="no results, or edited ones; run `make all` first"):
        read_results(path)


def test_the_mean_of_every_cell_is_that_of_its_runs(small_results: Path) -> None:
    results = read_results(small_results / "results.json")
    for side, cells in results["table1"].items():
        for task in ("noise", "outage", "swell"):
            accuracy = cells[task]["accuracy"]
            assert accuracy == over_runs(accuracy["runs"], UNIT)
            of_all = results["approaches"][side][task]["accuracy"]
            assert of_all == results["paper"][side][task]["accuracy"]
            assert len(of_all["runs"]) == results["design"]["data_sets"]
    assert len(results["provenance"]["seeds"]) == 2
