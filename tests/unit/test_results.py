"""results.json: the three accountings, from records whose times are known; what it holds of which cells."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from artifact.errors import BadInputError
from artifact.intervals import UNIT, over_runs
from artifact.reported import Plan
from artifact.results import _accounting, _approaches, _rates, _timing_under, read_results, table1_csv
from artifact.scores import MEASURES
from artifact.store.kept import write_checked
from artifact.study import StudyFile

NAMES = ("noise", "swell")
PAPER = ("noise", "outage", "swell")


def labeled(rows_s: float, columns_s: float, rows: int = 12) -> dict[str, float]:
    """What labeling took of a thread; by wall it took ten times as long."""
    cpu = {"rows_s": rows_s, "columns_s": columns_s}
    wall = {"rows_wall_s": 10 * rows_s, "columns_wall_s": 10 * columns_s}
    return {"rows": rows, "of_rows": 12, "all_rows": 15, **cpu, **wall}


RECORD: dict[str, Any] = {
    "times": {
        "labeling": {
            "noise": labeled(8.0, 0.5),
            "swell": labeled(5.0, 0.25),
            "dip": labeled(500.0, 50.0),
        },
        "fit_s": {"single_task": {"noise": 1.0, "swell": 2.0, "dip": 300.0}, "multi_task": {"all": 4.0}},
        "fit_wall_s": {"single_task": {"noise": 10.0, "swell": 20.0, "dip": 3e3}, "multi_task": {"all": 160.0}},
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


@pytest.mark.parametrize(
    ("accounting", "single", "multi"),
    [("paper", 160.0, 160.0), ("like_for_like", 160.0, 320.0), ("fit_only", 30.0, 160.0)],
)
def test_each_accounting_has_wall_time_beside_it(accounting: str, single: float, multi: float) -> None:
    wall = _accounting([RECORD], NAMES, accounting)["wall"]
    assert (wall["single_task"]["mean"], wall["multi_task"]["mean"]) == (single, multi)
    assert wall["ratio"] == over_runs([multi / single])


def test_a_sample_of_the_rows_is_scaled_to_all_of_them() -> None:
    sampled = {"times": {**RECORD["times"], "labeling": {"noise": labeled(2.0, 0.5, rows=3)}}}
    timing = _accounting([sampled], ["noise"], "paper")
    assert timing["single_task"]["mean"] == 2.0 * 4 + 1.0
    assert timing["wall"]["single_task"]["mean"] == 20.0 * 4 + 10.0
    rates = _rates([sampled], "noise")
    assert (rates["row_by_row"]["mean"], rates["labeling_s"]["mean"], rates["rows"]) == (1.5, 8.0, 3)


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


def timed(seeds: int, labeling: dict[str, Any], single: float, multi: float) -> dict[str, Any]:
    """A record whose wall is ten times its thread's seconds."""
    fits = {"single_task": dict.fromkeys(PAPER, single), "multi_task": {"all": multi}}
    wall = {approach: {part: 10 * s for part, s in parts.items()} for approach, parts in fits.items()}
    times = {"labeling": labeling, "fit_s": fits, "fit_wall_s": wall}
    return {"seeds": {"dataset": seeds, "training": 100 + seeds}, "times": times}


@pytest.fixture
def under(study_file: StudyFile) -> dict[str, Any]:
    """Three timed runs, run k k + 1 times as long as the first, and in another order what was timed anew of them."""
    by_columns = {task: {"all_rows": 15, "columns_s": 7.0, "columns_wall_s": 70.0} for task in PAPER}
    studied = [
        timed(k, dict.fromkeys(PAPER, labeled(9.0 * (k + 1), 0.5)), 1.0 * (k + 1), 15.0 * (k + 1)) for k in range(3)
    ]
    batched = [timed(k, by_columns, 100.0, 6.0 * (k + 1)) for k in (2, 0, 1)]
    sliced = [timed(k, dict.fromkeys(PAPER, labeled(4.0 * (k + 1), 0.5, rows=3)), 100.0, 100.0) for k in (1, 2, 0)]
    records = {"paper_timed": studied, "timed loader_batched": batched, "timed bucket_figure_2": sliced}
    return _timing_under(Plan(study_file), records)


def test_a_loaders_times_are_paired_with_the_timed_runs_of_the_same_seeds(under: dict[str, Any]) -> None:
    """Labeling and label models are those of the study's runs, 30 s (k + 1); training 6 s (k + 1) instead of 15."""
    batched = under["loader_batched"]
    assert batched["single_task"]["runs"] == [90.0, 30.0, 60.0]
    assert batched["multi_task"]["runs"] == [18.0, 6.0, 12.0]
    assert batched["ratio"]["runs"] == pytest.approx([0.2] * 3)
    assert batched["wall"]["multi_task"]["runs"] == [180.0, 60.0, 120.0]
    assert (batched["choice"], "loader of ours" in batched["reason"]) == ("loader", True)
    assert batched["rates"] == {}
    assert batched["says"] == "multi-task training, timed in 3 runs; all else from the timed runs of the same seeds"


def test_a_buckets_times_are_scaled_and_paired_with_the_timed_runs_of_the_same_seeds(under: dict[str, Any]) -> None:
    """A quarter of the rows takes 4 s (k + 1) per task, so all take 16; fits are those of the study's runs."""
    sliced = under["bucket_figure_2"]
    assert sliced["single_task"]["runs"] == [3 * (16.0 + 1.0) * k for k in (2, 3, 1)]
    assert sliced["multi_task"]["runs"] == [30.0, 45.0, 15.0]
    assert sliced["wall"]["single_task"]["runs"] == [3 * (160.0 + 10.0) * k for k in (2, 3, 1)]
    assert sliced["ratio"]["runs"] == pytest.approx([15 / 51] * 3)
    assert set(sliced["rates"]) == set(PAPER)
    assert sliced["says"] == (
        "labeling row by row on 3 of 12 rows, evenly spread, and scaled to all, timed in 3 runs; "
        "all else from the timed runs of the same seeds"
    )


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
