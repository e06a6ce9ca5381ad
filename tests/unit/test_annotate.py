"""A log of one's own, labelled by the trained models."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from artifact.annotate import annotate
from artifact.errors import BadInputError
from artifact.paths import STUDY


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


def test_it_finds_what_is_plain_to_see(log: Path, small_results: Path, tmp_path: Path) -> None:
    annotate(log, tmp_path / "labels.csv", STUDY, small_results)
    labels = pd.read_csv(tmp_path / "labels.csv")
    assert labels["ping"].tolist() == list(range(1, 2_001))
    assert np.flatnonzero(labels["noise_best"]).tolist() == [700]
    assert labels["swell_best"].sum() < 20
    assert labels["noise_single_task"][700] == 1
    assert labels["noise_single_task"].sum() < 60
    silent = labels["rtt_ms"] == 0
    assert silent.sum() == 10
    for approach in ("best", "single_task"):
        assert (labels[f"outage_{approach}"] == silent).all()
    assert (labels["outage_multi_task"] == silent).all()


def test_without_models_it_says_what_to_do(log: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="make all"):
        annotate(log, tmp_path / "labels.csv", STUDY, tmp_path / "none")
    assert not (tmp_path / "labels.csv").exists()
