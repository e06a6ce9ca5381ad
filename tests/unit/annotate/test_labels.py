"""A log of one's own, labelled by models that are fitted to it, or by the study's."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from artifact.annotate.annotating import annotate
from artifact.errors import BadInputError
from artifact.results import read_results
from artifact.store.paths import STUDY, CellPaths


@pytest.fixture
def log(tmp_path: Path) -> Path:
    rtt = np.random.default_rng(5).normal(12, 0.5, 2_000).round(3)
    rtt[700], rtt[1_200:1_210] = 90.0, 0.0
    path = tmp_path / "mine.csv"
    path.write_text(
        "second,rtt_ms\n" + "\n".join(f"{i},{f'{value:.3f}' if value else ''}" for i, value in enumerate(rtt)) + "\n",
        encoding="utf-8",
    )
    return path


ALL = ("blind", "oracle", "single_task", "multi_task", "separate_networks", "rules", "majority_vote", "dawid_skene")


def test_it_finds_what_is_plain_to_see_without_any_trained_model(log: Path, tmp_path: Path) -> None:
    annotate(log, tmp_path / "labels.csv", STUDY, tmp_path / "no results")
    labels = pd.read_csv(tmp_path / "labels.csv")
    tasks = ("noise", "outage", "swell")
    assert [name for name in labels if name != "time"] == [
        "ping",
        "rtt_ms",
        *(f"{task}_blind{end}" for task in tasks for end in ("", "_p")),
    ]
    for task in tasks:
        assert (labels[f"{task}_blind"] == (labels[f"{task}_blind_p"] > 0.5)).all()
    assert labels["ping"].tolist() == list(range(1, 2_001))
    assert np.flatnonzero(labels["noise_blind"]).tolist() == [700]
    assert (labels["outage_blind"] == (labels["rtt_ms"] == 0)).all()
    assert labels["outage_blind"].sum() == 10
    assert labels["swell_blind"].sum() < 20


def test_swells_that_are_small_for_the_study_are_found_on_a_calm_line(log: Path, tmp_path: Path) -> None:
    """Two milliseconds on a line of 12 +- .5: nothing for the study's sizes, plain to see for what the line is."""
    text = log.read_text(encoding="utf-8").splitlines()
    for i in (*range(300, 450), *range(1_500, 1_700)):
        second, _, rtt = text[i + 1].partition(",")
        text[i + 1] = f"{second},{float(rtt) + 2:.3f}"
    log.write_text("\n".join(text) + "\n", encoding="utf-8")
    annotate(log, tmp_path / "labels.csv", STUDY, tmp_path / "no results")
    swell = pd.read_csv(tmp_path / "labels.csv")["swell_blind"]
    assert swell.sum() == pytest.approx(350, abs=12)
    assert swell[300:450].mean() > 0.95
    assert swell[1_500:1_700].mean() > 0.95


def test_the_studys_models_label_where_they_are_asked_for(log: Path, small_results: Path, tmp_path: Path) -> None:
    """And each says 0 or 1 for every ping: an undecided one is normal."""
    annotate(log, tmp_path / "labels.csv", STUDY, small_results, ALL)
    labels = pd.read_csv(tmp_path / "labels.csv")
    columns = {f"{task}_{name}" for task in ("noise", "outage", "swell") for name in ALL}
    assert {name for name in labels if not name.endswith("_p")} - {"time"} == {"ping", "rtt_ms", *columns}
    assert labels[[name for name in labels if name.endswith("_p")]].stack().between(0, 1).all()
    assert set(np.unique(labels[sorted(columns)])) == {0, 1}
    assert np.flatnonzero(labels["noise_oracle"]).tolist() == [700]
    assert labels["noise_single_task"][700] == 1
    for approach in ALL:
        assert (labels[f"outage_{approach}"] == (labels["rtt_ms"] == 0)).all(), approach


@pytest.mark.parametrize("name", ["gold_network", "majority", "no_such"])
def test_what_was_shown_gold_labels_does_not_annotate(
    name: str, log: Path, small_results: Path, tmp_path: Path
) -> None:
    with pytest.raises(
        BadInputError, match=rf"no approach '{name}' that labels a log; name one of blind, oracle, single"
    ):
        annotate(log, tmp_path / "labels.csv", STUDY, small_results, ("blind", name))
    assert not (tmp_path / "labels.csv").exists()


def test_a_tie_counts_as_normal(log: Path, small_results: Path, tmp_path: Path) -> None:
    """Of 2,000 pings, one is noisy; a coin would call hundreds of tied ones so."""
    annotate(log, tmp_path / "labels.csv", STUDY, small_results, ("single_task",))
    labels = pd.read_csv(tmp_path / "labels.csv")
    assert labels["noise_single_task"].sum() < 60


def test_nothing_is_replaced(log: Path, small_results: Path, tmp_path: Path) -> None:
    before, pipe = log.read_bytes(), tmp_path / "pipe"
    os.mkfifo(pipe)
    for output in (log, pipe.rename(tmp_path / "pipe.csv")):
        with pytest.raises(BadInputError, match="is there already; name a new file"):
            annotate(log, output, STUDY, small_results)
    assert log.read_bytes() == before
    assert (tmp_path / "pipe.csv").is_fifo()


def test_models_of_another_study_are_refused(log: Path, small_results: Path, tmp_path: Path) -> None:
    study, text = tmp_path / "study.toml", STUDY.read_text(encoding="utf-8")
    study.write_text(text.replace("calm_sd = 0.25 ", "calm_sd = 0.75 "), encoding="utf-8")
    with pytest.raises(BadInputError, match=r"no trained models of \S*study.toml; .* run `make all`"):
        annotate(log, tmp_path / "labels.csv", study, small_results, ("multi_task",))
    assert not (tmp_path / "labels.csv").exists()


@pytest.mark.parametrize("name", ["multi_task.safetensors", "single_task_swell.safetensors", "record.json"])
@pytest.mark.parametrize("damage", ["lost", "cut"])
@pytest.mark.parametrize("where", ["folder", "every"])
def test_damaged_models_are_refused(
    where: str, damage: str, name: str, log: Path, small_results: Path, tmp_path: Path
) -> None:
    shutil.copytree(small_results, tmp_path / "results", ALL)
    first = read_results(small_results / "results.json")["provenance"]["first_run"]
    path = CellPaths(tmp_path / "results" / first[where]).folder / name
    content = path.read_bytes()
    path.unlink()
    if damage == "cut":
        path.write_bytes(content[:-20])
    with pytest.raises(BadInputError, match="run `make all`"):
        annotate(log, tmp_path / "labels.csv", STUDY, tmp_path / "results", ALL)
    assert not (tmp_path / "labels.csv").exists()


def test_without_models_it_says_what_to_do(log: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="make all"):
        annotate(log, tmp_path / "labels.csv", STUDY, tmp_path / "none", ("rules",))
    assert not (tmp_path / "labels.csv").exists()
