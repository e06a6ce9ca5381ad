"""Runs that can be repeated, resumed and interrupted; a task from outside goes all the way to the page."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from artifact.comparison import differing, stage_sums
from artifact.errors import BadInputError
from artifact.paths import ROOT, STUDY, ResultPaths
from artifact.pipeline import _is_current, prepare, smaller, writing
from artifact.results import read_results
from artifact.sealed import write_sealed
from artifact.trace.series import Trace

FOREIGN = '''
"""A task that lives elsewhere: pings that fall below everything around them."""

from artifact.study import Probability
from artifact.tasks.task import NORMAL, PROPERTY, Task, TaskParameters


class DipParameters(TaskParameters):
    probability: Probability


dip = Task("dip", colour="#9467bd", marker="v", parameters=DipParameters, excludes=("outage",))


@dip.injection
def add_dips(rtt_us, rng, p):
    gold = (rng.random(len(rtt_us)) < p.probability) & (rtt_us > 0)
    rtt_us[gold] = rtt_us[gold] // 4 + 1
    return rtt_us, gold


@dip.labeling_function(votes=PROPERTY)
def lf_half(x, bucket):
    """Below half of the mean around it."""
    return (x.ping > 0) & (x.ping < bucket.mean / 2)


@dip.labeling_function(votes=NORMAL)
def lf_not_half(x, bucket):
    """Not below half of the mean around it."""
    return x.ping >= bucket.mean / 2


@dip.labeling_function(votes=NORMAL)
def lf_no_reply(x):
    """Nothing there to fall."""
    return x.ping == 0
'''


def smoke(results: Path, study: Path = STUDY, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "artifact", "smoke", "--study", study, "--results", results]
    return subprocess.run(
        [*map(str, command), "--data", str(results / "data")],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )


def stages(folder: Path) -> dict[str, dict[str, str]]:
    return stage_sums(folder, folder / "data")


def test_two_runs_agree_to_the_bit(small_results: Path, tmp_path: Path) -> None:
    smoke(tmp_path, PYTHONHASHSEED="77", TZ="Asia/Tokyo", LC_ALL="C", OMP_NUM_THREADS="2")
    first = stages(small_results)
    assert all(first.values())
    assert differing(first, stages(tmp_path)) == {stage: [] for stage in first}


def test_interrupted_work_goes_on_where_it_stopped(small_results: Path, tmp_path: Path) -> None:
    shutil.copytree(small_results, tmp_path, dirs_exist_ok=True)
    paths = ResultPaths(tmp_path)
    kept = paths.run(0).record.stat().st_mtime_ns
    paths.results.unlink()
    paths.run(1).record.unlink()
    (paths.run(1).folder / "single_task_noise.safetensors").write_bytes(b"half a mod")
    said = smoke(tmp_path)
    assert "run 1:" in said.stderr
    assert "run 0:" not in said.stderr
    assert paths.run(0).record.stat().st_mtime_ns == kept
    assert stages(tmp_path) == stages(small_results)


def test_a_changed_study_makes_its_runs_stale(tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    text = STUDY.read_text(encoding="utf-8")
    prints = []
    for changed in (text, text.replace("calm_sd = 0.25 ", "calm_sd = 0.75 "), text.replace("# paper 3.1", "# 3.1")):
        study.write_text(changed, encoding="utf-8")
        job = prepare(study, (tmp_path, tmp_path), "cpu")
        record = {"fingerprint": job.fingerprint(0)}
        job.results.run(0).folder.mkdir(parents=True, exist_ok=True)
        if not prints:
            write_sealed(job.results.run(0).record, {**record, "outputs": {}})
        prints.append((record["fingerprint"], _is_current(job, 0)))
    assert prints[0][0] == prints[2][0] != prints[1][0]  # a comment changes nothing
    assert [current for _, current in prints] == [True, False, True]


def test_another_trace_or_device_makes_runs_stale(tmp_path: Path) -> None:
    job = prepare(STUDY, (tmp_path, tmp_path), "cpu")
    trace = Trace(np.ones(1_000, dtype=np.int64), "log", "ping log", "0" * 64)
    others = (dataclasses.replace(job, trace=trace), dataclasses.replace(job, device="cuda"))
    assert len({of.fingerprint(0) for of in (job, *others)}) == 3
    assert job.fingerprint(0) != job.fingerprint(1)


@pytest.mark.parametrize("name", ["series.csv", "multi_task.safetensors", "single_task_swell.safetensors"])
@pytest.mark.parametrize("damage", ["lost", "cut"])
def test_a_run_with_a_damaged_output_is_done_again(small_results: Path, tmp_path: Path, name: str, damage: str) -> None:
    shutil.copytree(small_results, tmp_path, dirs_exist_ok=True)
    job = smaller(prepare(STUDY, (tmp_path, tmp_path / "data"), "cpu"))
    assert _is_current(job, 0)
    path = job.results.run(0).folder / name
    content = path.read_bytes()
    path.unlink()
    if damage == "cut":
        path.write_bytes(content[:-1])
    assert not _is_current(job, 0)
    assert _is_current(job, 1)


def test_an_edited_accuracy_is_no_record(small_results: Path, tmp_path: Path) -> None:
    shutil.copytree(small_results, tmp_path, dirs_exist_ok=True)
    job = smaller(prepare(STUDY, (tmp_path, tmp_path / "data"), "cpu"))
    path = job.results.run(0).record
    record = json.loads(path.read_text(encoding="utf-8"))
    record["scores"]["single_task"]["noise"]["accuracy"] = 0.99999
    path.write_text(json.dumps(record), encoding="utf-8")
    assert not _is_current(job, 0)


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


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_workers_end_with_the_first_process(tmp_path: Path, stop: signal.Signals) -> None:
    command = [sys.executable, "-m", "artifact", "all", "--results", tmp_path / "results", "--data", tmp_path / "data"]
    with subprocess.Popen([*map(str, command)], cwd=ROOT, stderr=subprocess.DEVNULL, start_new_session=True) as started:
        while len(living(started.pid)) < 3 and started.poll() is None:
            time.sleep(0.1)
        time.sleep(1)
        os.kill(started.pid, stop)
        started.wait(timeout=60)
    deadline = time.monotonic() + 30
    while (alive := living(started.pid)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert alive == []


@pytest.mark.parametrize("after_s", [0.0, 0.3, 1.0, 6.0])
def test_ctrl_c_is_one_line_and_leaves_no_process(after_s: float, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "artifact", "all", "--results", tmp_path / "results", "--data", tmp_path / "data"]
    with subprocess.Popen(
        [*map(str, command)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as started:
        while not (tmp_path / "results" / ".lock").exists():
            time.sleep(0.01)
        time.sleep(after_s)
        os.killpg(started.pid, signal.SIGINT)
        said = started.communicate(timeout=60)[1]
    assert started.returncode == 130
    assert "Traceback" not in said
    assert said.rstrip().splitlines()[-1].startswith("artifact: interrupted;")
    deadline = time.monotonic() + 20
    while (alive := living(started.pid)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert alive == []
    assert not (tmp_path / "results" / "results.json").exists()


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


@pytest.fixture(scope="module")
def with_a_fourth_task(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fourth")
    (folder / "my_lab_tasks.py").write_text(FOREIGN, encoding="utf-8")
    text = STUDY.read_text(encoding="utf-8")
    listed = 'tasks = ["noise", "outage", "swell"]'
    assert listed in text
    text = text.replace(listed, 'tasks = ["noise", "outage", "swell", "my_lab_tasks:dip"]')
    study = folder / "study.toml"
    study.write_text(text + "\n[tasks.dip]\nbucket = 20  # chosen\nprobability = 0.02  # chosen\n", encoding="utf-8")
    smoke(folder / "results", study, PYTHONPATH=f"{ROOT}:{folder}")
    return folder / "results"


def test_a_fourth_task_grows_a_column_a_colour_and_a_head(with_a_fourth_task: Path) -> None:
    paths = ResultPaths(with_a_fourth_task)
    results = read_results(paths.results)
    for side in ("single_task", "multi_task"):
        assert results["table1"][side]["dip"]["accuracy"]["mean"] > 0.9
    assert "#9467bd" in paths.figure(3).read_text(encoding="utf-8") or "dip (" in paths.report.read_text("utf-8")
    page = paths.report.read_text(encoding="utf-8")
    assert '<th scope="col" class="n">Dip</th>' in page
    assert "lf_half" in page
    series = pd.read_csv(paths.run(0).series)
    assert {"dip_gold", "dip_single_task", "dip_multi_task"} <= set(series)


def test_a_fourth_task_leaves_the_others_data_alone(with_a_fourth_task: Path, small_results: Path) -> None:
    with_dip, without = (pd.read_csv(ResultPaths(f).run(0).series) for f in (with_a_fourth_task, small_results))
    for gold in ("noise_gold", "outage_gold", "swell_gold"):
        assert np.array_equal(with_dip[gold], without[gold])


def test_every_record_agrees_with_the_labels_it_stands_beside(small_results: Path) -> None:
    paths = ResultPaths(small_results)
    for number in (0, 1):
        record = json.loads(paths.run(number).record.read_text(encoding="utf-8"))
        series = pd.read_csv(paths.run(number).series)
        test = series.iloc[-record["rows"]["test"] :]
        for side in ("single_task", "multi_task"):
            for task, scores in record["scores"][side].items():
                accuracy = (test[f"{task}_gold"] == test[f"{task}_{side}"]).mean()
                assert scores["accuracy"] == pytest.approx(accuracy, abs=1e-12)


def test_a_long_log_is_cut_and_a_short_one_used_whole(tmp_path: Path) -> None:
    log = tmp_path / "rtt.csv"
    rtt = np.random.default_rng(1).normal(20, 1, 1_500).round(3)
    log.write_text("rtt_ms\n" + "\n".join(map(str, rtt)) + "\n", encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "artifact",
        "all",
        "--runs",
        "1",
        "--trace",
        log,
        "--results",
        tmp_path / "results",
    ]
    subprocess.run([*map(str, command), "--data", str(tmp_path / "data")], cwd=ROOT, check=True, capture_output=True)
    page = (tmp_path / "results" / "report.html").read_text(encoding="utf-8")
    assert "holds 1,500 pings, fewer than the study" in " ".join(page.split())
