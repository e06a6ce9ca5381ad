"""The whole way that can be repeated, resumed and interrupted."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from artifact.audit.answer import Answer
from artifact.errors import BadInputError
from artifact.grid.grid import Grid
from artifact.rebuild import _answer_manifest, _kept_answers, keep_answer, writing
from artifact.reported import Plan
from artifact.store.comparison import differing, stage_sums
from artifact.store.kept import kept
from artifact.store.paths import ROOT, STUDY, VARIATIONS, ResultPaths
from artifact.study import StudyFile, read_study

SMALL = {"runs.count": 2, "trace.pings": 3_000}


def command(*given: str | Path) -> list[str]:
    return [sys.executable, "-m", "artifact", *map(str, given)]


def artifact(*given: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*given), env={**os.environ, **environment}, cwd=ROOT, capture_output=True, text=True, check=True
    )


def stages(folder: Path) -> dict[str, dict[str, str]]:
    return stage_sums(folder, folder / "data")


def touched(folder: Path) -> dict[str, int]:
    """When each file was written; the lock is none of them."""
    return {
        str(path.relative_to(folder)): path.stat().st_mtime_ns
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


@pytest.fixture
def copied(small_results: Path, tmp_path: Path) -> Path:
    shutil.copytree(small_results, tmp_path / "results")
    return tmp_path / "results"


@pytest.fixture
def grid(study_file: StudyFile, copied: Path) -> Grid:
    return Grid(study_file.with_values(SMALL), ResultPaths(copied))


def test_two_runs_agree_to_the_bit(small_results: Path, tmp_path: Path) -> None:
    others = {"PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo", "LC_ALL": "C", "OMP_NUM_THREADS": "2"}
    artifact("smoke", "--results", tmp_path, **others)
    first = stages(small_results)
    assert all(of for stage, of in first.items() if stage != "audit")  # only what is asked on demand is kept there
    assert differing(first, stages(tmp_path)) == {stage: [] for stage in first}


def test_the_same_command_again_does_nothing(copied: Path) -> None:
    artifact("smoke", "--results", copied)  # results.json names the folder that it was made for
    before, results = touched(copied), (copied / "results.json").read_bytes()
    said = artifact("smoke", "--results", copied)
    assert "cells" not in said.stderr
    assert (copied / "results.json").read_bytes() == results
    changed = {name for name, at in touched(copied).items() if before.get(name) != at}
    assert changed <= {"results.json", "table1.csv", ".steps.json"}


def test_interrupted_work_goes_on_where_it_stopped(small_results: Path, copied: Path, grid: Grid) -> None:
    """A lost record, a cut model, an edited series: those three cells are done again, and no other is touched."""
    plan = Plan(grid.file)
    lost, cut, edited = plan.timed()[1], plan.every()[1], plan.timed()[0]
    (copied / "results.json").unlink()
    grid.paths(lost).record.unlink()
    model = grid.paths(cut).fitted("multi_task", "all")
    model.write_bytes(model.read_bytes()[:-1])
    series = grid.paths(edited).series
    series.write_text(series.read_text(encoding="utf-8").replace(",0\n", ",1\n", 1), encoding="utf-8")
    before = touched(copied)
    said = artifact("smoke", "--results", copied)
    assert "1 to do: not done yet" in said.stderr
    assert "1 to do: multi_task.safetensors is missing, torn or edited" in said.stderr
    assert "1 to do: series.csv is missing, torn or edited" in said.stderr
    again = {str(grid.paths(cell).folder.relative_to(copied)) for cell in (lost, cut, edited)}
    changed = {name for name, at in touched(copied).items() if before.get(name) != at and name.startswith("cells/")}
    assert {str(Path(name).parent) for name in changed} == again
    assert differing(stages(copied), stages(small_results)) == {stage: [] for stage in stages(copied)}


@pytest.mark.parametrize("name", ["series.csv", "multi_task.safetensors", "single_task_swell.safetensors"])
@pytest.mark.parametrize("damage", ["lost", "cut"])
def test_a_cell_with_a_damaged_output_is_done_again(grid: Grid, name: str, damage: str) -> None:
    first, second = Plan(grid.file).timed()
    assert grid.reasons(first) == []
    path = grid.paths(first).folder / name
    content = path.read_bytes()
    path.unlink()
    if damage == "cut":
        path.write_bytes(content[:-1])
    assert grid.reasons(first) == [f"{name} is missing, torn or edited"]
    assert grid.reasons(second) == []


def test_an_edited_accuracy_is_no_record(grid: Grid) -> None:
    cell = Plan(grid.file).every()[0]
    path = grid.paths(cell).record
    record = json.loads(path.read_text(encoding="utf-8"))
    record["content"]["scores"]["single_task"]["noise"]["accuracy"] = 0.99999
    path.write_text(json.dumps(record), encoding="utf-8")
    assert grid.reasons(cell) == ["record.json is missing, torn or edited"]


def test_status_says_what_is_stale_and_why(copied: Path, tmp_path: Path) -> None:
    text = STUDY.read_text(encoding="utf-8").replace("count = 10 ", "count = 2 ").replace("= 15000", "= 3000")
    study = tmp_path / "study.toml"
    study.write_text(text, encoding="utf-8")
    plan = Plan(read_study(study, VARIATIONS))
    grid = Grid(plan.file, ResultPaths(copied))
    count = len({grid.paths(cell).folder for of in plan.reported().values() for cell in of})
    current = artifact("status", "--study", study, "--results", copied).stdout.splitlines()
    assert current[0] == f"the study: {count} of {count} cells current"
    assert all(" cells current" in line for line in current)
    study.write_text(text.replace("low = 1.05 ", "low = 1.1 "), encoding="utf-8")
    before = touched(copied)
    said = artifact("status", "--study", study, "--results", copied).stdout
    changed = "tasks.swell.low changed from 1.05 to 1.1"
    assert f"the study: 0 of {count} cells current\n  {count} to do: {changed}\n" in said
    assert touched(copied) == before


def test_a_comment_makes_nothing_stale(grid: Grid, tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    study.write_text(STUDY.read_text(encoding="utf-8").replace("# paper 3.1", "# 3.1"), encoding="utf-8")
    other = Grid(read_study(study).with_values(SMALL), grid.results)
    plan = Plan(grid.file)
    assert [other.reasons(cell) for cell in plan.every()] == [[]] * len(plan.data_sets)


def test_every_record_agrees_with_the_labels_it_stands_beside(small_results: Path, study_file: StudyFile) -> None:
    grid = Grid(study_file.with_values(SMALL), ResultPaths(small_results))
    for cell in Plan(grid.file).timed():
        record, series = kept(grid.paths(cell).record), pd.read_csv(grid.paths(cell).series)
        test = series.iloc[-record["rows"]["test"] :]
        for side in ("single_task", "multi_task"):
            for task, scores in record["scores"][side].items():
                accuracy = (test[f"{task}_gold"] == test[f"{task}_{side}"]).mean()
                assert scores["accuracy"] == pytest.approx(accuracy, abs=1e-12)


def test_data_sets_are_those_of_the_timed_cells(small_results: Path, study_file: StudyFile) -> None:
    grid = Grid(study_file.with_values(SMALL), ResultPaths(small_results))
    sums = (small_results / "data" / "SHA256SUMS").read_text(encoding="utf-8").split()
    for k, cell in enumerate(Plan(grid.file).timed()):
        data, series = pd.read_csv(small_results / "data" / f"run-{k:02}.csv"), pd.read_csv(grid.paths(cell).series)
        assert data["ping_ms"].equals(series["ping_ms"])
        assert data["swell"].equals(series["swell_gold"])
        assert data["split"].value_counts().to_dict() == {"train": 1_800, "validation": 600, "test": 600}
        assert sums[2 * k] == kept(grid.paths(cell).record)["dataset_sha256"]


def test_a_link_or_a_pipe_as_lock_harms_nothing(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("kept", encoding="utf-8")
    paths = ResultPaths(tmp_path / "results")
    paths.folder.mkdir()
    paths.lock.symlink_to(precious)
    with pytest.raises(BadInputError, match="cannot be written"), writing(paths):
        pass
    assert precious.read_text(encoding="utf-8") == "kept"
    paths.lock.unlink()
    os.mkfifo(paths.lock)
    with writing(paths):
        pass


def test_two_commands_never_write_to_one_folder(tmp_path: Path) -> None:
    paths = ResultPaths(tmp_path)
    with writing(paths), pytest.raises(BadInputError, match="another command is writing here"), writing(paths):
        pass
    with writing(paths):
        pass


@pytest.fixture
def started(tmp_path: Path) -> Callable[[], subprocess.Popen[str]]:
    """Start `all` in a process group of its own."""

    def start() -> subprocess.Popen[str]:
        given = command("all", "--results", tmp_path / "results")
        return subprocess.Popen(given, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True)

    return start


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_workers_end_with_the_first_process(started: Callable[[], subprocess.Popen[str]], stop: signal.Signals) -> None:
    with started() as first:
        while len(living(first.pid)) < 3 and first.poll() is None:
            time.sleep(0.1)
        time.sleep(1)
        os.kill(first.pid, stop)
        said = first.communicate(timeout=60)[1]
    assert "Traceback" not in said
    assert nobody_lives(first.pid)


@pytest.mark.parametrize("after_s", [0.0, 0.3, 1.0, 6.0])
def test_ctrl_c_is_one_line_and_leaves_no_process(
    after_s: float, started: Callable[[], subprocess.Popen[str]], tmp_path: Path
) -> None:
    with started() as first:
        while not (tmp_path / "results" / ".lock").exists():
            time.sleep(0.01)
        time.sleep(after_s)
        os.killpg(first.pid, signal.SIGINT)
        said = first.communicate(timeout=60)[1]
    assert first.returncode == 130
    assert "Traceback" not in said
    assert said.rstrip().splitlines()[-1].startswith("artifact: interrupted;")
    assert nobody_lives(first.pid)
    assert not (tmp_path / "results" / "results.json").exists()


def nobody_lives(group: int) -> bool:
    """Wait at most half a minute until no process of a group is left."""
    deadline = time.monotonic() + 30
    while (alive := living(group)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not alive


def living(group: int) -> list[str]:
    """Name the processes of a group that still run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = stat.read_text(encoding="utf-8").rpartition(") ")
        except OSError:
            continue
        state, _, pgrp = rest.split()[:3]
        if int(pgrp) == group and state != "Z":
            found.append(name)
    return found


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of 1,500 pings."""
    rtt = np.random.default_rng(1).normal(20, 1, 1_500).round(3)
    (tmp_path / "rtt.csv").write_text("rtt_ms\n" + "\n".join(map(str, rtt)) + "\n", encoding="utf-8")
    return tmp_path / "rtt.csv"


def test_a_short_log_is_used_whole(log: Path, tmp_path: Path) -> None:
    artifact("train", "--runs", "1", "--trace", log, "--results", tmp_path / "results")
    artifact("report", "--results", tmp_path / "results")
    assert len(pd.read_csv(tmp_path / "results" / "data" / "run-00.csv")) == 1_500
    page = (tmp_path / "results" / "report.html").read_text(encoding="utf-8")
    assert "holds 1,500 pings, fewer than the study" in " ".join(page.split())
    assert "rtt.csv" in page


def test_a_long_log_is_cut(log: Path, tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    study.write_text(STUDY.read_text(encoding="utf-8").replace("pings = 15000", "pings = 1200"), encoding="utf-8")
    artifact("data", "--study", study, "--runs", "1", "--trace", log, "--results", tmp_path / "results")
    base = pd.read_csv(tmp_path / "results" / "data" / "run-00.csv")["base_ms"]
    assert len(base) == 1_200
    first = pd.read_csv(log)["rtt_ms"][:1_200]
    assert np.allclose(base, np.minimum(first, base.max()))


def test_an_answer_on_demand_hangs_on_the_variations(grid: Grid) -> None:
    """The best labels of real lines are a variation's; another value of it makes their answer another's."""
    grid = dataclasses.replace(grid, file=read_study(STUDY, VARIATIONS))
    best = grid.file.variations["best"]
    other = best.model_copy(update={"set": {**best.set, "tasks.swell.bucket": 26}})
    changed = dataclasses.replace(grid, file=dataclasses.replace(grid.file, variations={"best": other}))
    assert _answer_manifest(grid, "real_lines") != _answer_manifest(changed, "real_lines")
    reworded = best.model_copy(update={"reason": "another"})
    same = {**grid.file.variations, "best": reworded}
    same_grid = dataclasses.replace(grid, file=dataclasses.replace(grid.file, variations=same))
    assert _answer_manifest(grid, "real_lines") == _answer_manifest(same_grid, "real_lines")


def test_an_answer_with_further_traces_stands_for_that_of_make_all_until_a_line_changes(
    grid: Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    from artifact.trace import shipped

    answer = Answer("Do they?", "On 7 of 7.", "c", ["line"], [["mine"]], "d", 1, options=" --traces mine")
    assert _kept_answers(grid) == {}
    keep_answer(grid, "real_lines", answer)
    assert set(_kept_answers(grid)) == {"real_lines"}
    assert _kept_answers(grid)["real_lines"]["options"] == " --traces mine"
    lines = shipped.shipped(3_000)
    other = [dataclasses.replace(lines[0], sha256="0" * 64), *lines[1:]]
    monkeypatch.setattr("artifact.audit.real_lines.shipped", lambda _: other)
    assert _kept_answers(grid) == {}
