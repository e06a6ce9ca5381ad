"""Comparing results: a changed byte is found at its stage, a changed time is not one."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from artifact.errors import BadInputError
from artifact.store import golden
from artifact.store.comparison import STAGES, as_table, differing, stage_sums, without_times
from artifact.store.kept import write_checked
from artifact.store.paths import CellPaths, ResultPaths

OF_DATA = {"data/SHA256SUMS", "data/datasets.json"}
"""What stands beside the data sets: checksums of the same, and what decided them."""


@pytest.fixture
def copied(small_results: Path, tmp_path: Path) -> Path:
    shutil.copytree(small_results, tmp_path, dirs_exist_ok=True)
    return tmp_path


def changed(small_results: Path, copied: Path) -> list[str]:
    sums = (stage_sums(folder, folder / "data") for folder in (small_results, copied))
    return [stage for stage, names in differing(*sums).items() if names]


def test_a_changed_byte_is_found_at_its_stage(small_results: Path, copied: Path) -> None:
    assert changed(small_results, copied) == []
    paths = ResultPaths(copied)
    second, first = (next(copied.glob(f"cells/*/*/study/timed+*/{seeds}")) for seeds in ("1-101", "0-100"))
    for path, stage in (
        (copied / "data" / "run-00.csv", "data sets"),
        (CellPaths(second).fitted("multi_task", "all"), "fitted models"),
        (CellPaths(second).fitted("single_task", "swell"), "fitted models"),
        (CellPaths(first).series, "labels of every ping"),
        (paths.figure(3), "figures"),
        (paths.table1, "Table 1"),
    ):
        before = path.read_bytes()
        path.write_bytes(before + b" ")
        assert changed(small_results, copied) == [stage]
        path.write_bytes(before)


def test_every_output_belongs_to_a_stage(small_results: Path) -> None:
    patterns = {
        f"data/{pattern}" if stage.name == "data sets" else pattern for stage in STAGES for pattern in stage.patterns
    }
    compared = {path for pattern in patterns for path in small_results.glob(pattern)}
    others = {path for path in small_results.rglob("*") if path.is_file()} - compared
    assert {str(path.relative_to(small_results)) for path in others} <= {
        ".lock",
        ".steps.json",
        "rendered.json",
        *OF_DATA,
    }


def test_a_time_in_table_1_is_no_difference(small_results: Path, copied: Path) -> None:
    table = ResultPaths(copied).table1
    text = table.read_text(encoding="utf-8")
    table.write_text(re.sub(r"(single_task,time_s,)[^,]+", r"\g<1>99", text), encoding="utf-8")
    assert table.read_text(encoding="utf-8") != text
    assert changed(small_results, copied) == []


def test_a_stage_without_outputs_is_not_said_to_be_the_same(copied: Path) -> None:
    shutil.rmtree(copied / "data")
    sums = stage_sums(copied, copied / "data")
    assert "data sets                      0  nothing to compare" in as_table(sums, differing(sums, sums))


def test_an_accuracy_counts_and_a_time_does_not(small_results: Path, copied: Path) -> None:
    paths = ResultPaths(copied)
    results = json.loads(paths.results.read_text(encoding="utf-8"))
    results["timing"]["paper"]["ratio"]["mean"] = 99.0
    results["provenance"]["hardware"]["processor"] = "another"
    write_checked(paths.results, results)
    assert changed(small_results, copied) == []
    results["table1"]["single_task"]["noise"]["accuracy"]["mean"] += 1e-15
    results["claims"][0]["reproduced"] = 0.5
    write_checked(paths.results, results)
    assert changed(small_results, copied) == ["results"]


@pytest.mark.parametrize(
    ("key", "value", "stages"),
    [
        ("votes_sha256", {"noise": "another"}, ["label matrices", "scores"]),
        ("scores", {}, ["scores"]),
        ("wall_s", 99.0, []),
        ("times", {}, []),
    ],
)
def test_a_record_that_differs_is_found_at_its_stage(
    key: str, value: object, stages: list[str], small_results: Path, copied: Path
) -> None:
    path = next(copied.glob("cells/*/*/ties_coin/*/40000-50000/record.json"))
    record = json.loads(path.read_text(encoding="utf-8"))
    record["content"][key] = value
    write_checked(path, record)
    assert changed(small_results, copied) == stages


def test_an_answer_that_hangs_on_the_clock_is_left_out() -> None:
    by_clock = {"question": "q", "answer": "3 s", "rows": [], "times": [["a", 3]]}
    assert without_times(by_clock) == {"question": "q", "rows": []}
    kept = {"question": "q", "answer": "0.9", "rows": [["a", 0.9]], "times": [["a", 3]]}
    assert without_times(kept) == {"question": "q", "answer": "0.9", "rows": [["a", 0.9]]}


def test_a_torn_record_is_one_line(copied: Path) -> None:
    path = next(copied.glob("cells/*/*/ties_coin/*/40000-50000/record.json"))
    path.write_text(path.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    with pytest.raises(BadInputError, match="is torn or edited; run `make all`"):
        stage_sums(copied, copied / "data")


def test_a_missing_output_is_a_difference(small_results: Path, copied: Path) -> None:
    ResultPaths(copied).figure(1).unlink()
    assert changed(small_results, copied) == ["figures"]


def test_only_what_is_read_off_a_clock_is_left_out() -> None:
    claims = [{"id": "C1", "timed": False, "reproduced": 0.8}, {"id": "C13", "timed": True, "reproduced": 0.3}]
    assert without_times({"claims": claims, "timing": 1}) == {"claims": [claims[0], {"id": "C13"}]}


def test_data_and_votes_are_the_golden_ones(small_results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert golden.check(small_results) == 0
    assert capsys.readouterr().out.count("golden") >= len(golden.EXACT)


def test_a_mismatch_says_which_stage(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copied / "data" / "run-00.csv").write_text("x\n", encoding="utf-8")
    assert golden.check(copied) == 1
    assert "data sets               ANOTHER" in capsys.readouterr().out


def test_an_empty_folder_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="make smoke"):
        stage_sums(tmp_path, tmp_path)
