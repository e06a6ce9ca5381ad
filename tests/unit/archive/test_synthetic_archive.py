"""Test input: the study's data sets end to end, in memory that does not depend on its length."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("pyarrow")

from artifact.archive import synthetic
from artifact.archive.synthetic import write_synthetic
from artifact.dataset import build_dataset
from artifact.errors import BadInputError
from artifact.setting import tasks_of
from artifact.study import StudyFile


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synthetic, "DRAWN", 5_000)


def test_it_holds_the_studys_data_sets_end_to_end(study_file: StudyFile, tmp_path: Path) -> None:
    write_synthetic(tmp_path / "s.parquet", 12_000, 1, study_file)
    found = pd.read_parquet(tmp_path / "s.parquet")
    trace = study_file.study.trace.model_copy(update={"pings": 5_000})
    sets = [build_dataset(trace, study_file.study.dataset, tasks_of(study_file), seed) for seed in range(3)]
    rtt_us = np.concatenate([of.rtt_us for of in sets])[:12_000]
    assert np.array_equal(found["rtt_ms"].fillna(0), rtt_us / 1000)
    assert (found["rtt_ms"].isna() == (rtt_us == 0)).all()
    for task in ("noise", "outage", "swell"):
        assert np.array_equal(found[f"{task}_gold"], np.concatenate([of.gold[task] for of in sets])[:12_000])
    assert (found["time"].diff().dropna() == pd.Timedelta(seconds=1)).all()
    assert set(found["probe"]) == {1}


def test_a_shorter_one_is_the_beginning_and_the_same_call_gives_the_same_bytes(
    study_file: StudyFile, tmp_path: Path
) -> None:
    for name, rows in (("a", 12_000), ("b", 12_000), ("c", 7_000)):
        write_synthetic(tmp_path / name, rows, 1, study_file)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    longer, shorter = pd.read_parquet(tmp_path / "a"), pd.read_parquet(tmp_path / "c")
    pd.testing.assert_frame_equal(longer[:7_000], shorter)


def test_it_is_divided_into_series(study_file: StudyFile, tmp_path: Path) -> None:
    write_synthetic(tmp_path / "s.parquet", 7_000, 3, study_file)
    found = pd.read_parquet(tmp_path / "s.parquet")
    assert found["probe"].value_counts(sort=False).to_dict() == {1: 2_334, 2: 2_334, 3: 2_332}
    assert found.groupby("probe")["time"].first().nunique() == 1
    with pytest.raises(BadInputError, match="is there already"):
        write_synthetic(tmp_path / "s.parquet", 7_000, 3, study_file)
