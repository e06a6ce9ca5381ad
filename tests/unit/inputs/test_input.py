"""What a network sees: numbers for every ping, standardised on the training rows."""

from __future__ import annotations

import numpy as np
import pytest

from artifact.dataset import Dataset
from artifact.inputs.input import Input, Scale
from artifact.labeling.bucket import ColumnSeries
from artifact.parameters import StrictModel
from artifact.setting import INPUTS
from artifact.study import StudyFile


class ShiftParameters(StrictModel):
    by: int


def test_an_input_is_a_function_of_the_series_and_its_own_parameters() -> None:
    shifted = Input("shifted", "the ping before", parameters=ShiftParameters)

    @shifted.features
    def before(series: ColumnSeries, p: ShiftParameters) -> np.ndarray:
        return np.roll(series.rtt_us, p.by)[:, None] / 1000

    ready = shifted.with_parameters(ShiftParameters(by=1))
    assert ready.of(ColumnSeries(np.array([1_000, 2_000, 3_000]))).tolist() == [[3], [1], [2]]
    assert shifted.p is None


def test_each_number_has_mean_0_and_deviation_1_on_the_training_rows() -> None:
    rng = np.random.default_rng(1)
    features = np.stack([rng.normal(5, 2, 300), rng.exponential(40, 300)], axis=1)
    features[200:] += 1_000  # other rows may lie anywhere
    z = Scale.of(features[:200]).standardised(features)
    assert z.shape == (300, 2)
    assert z.dtype == np.float32
    assert z[:200].mean(axis=0) == pytest.approx([0, 0], abs=1e-6)
    assert z[:200].std(axis=0) == pytest.approx([1, 1], abs=1e-6)
    assert (z[200:, 0] > 100).all()


def test_inputs_are_standardised_on_the_training_rows() -> None:
    z = Scale.of(np.linspace(1, 50, 100)[:, None]).standardised(np.r_[np.linspace(1, 50, 100), 4000.0][:, None])
    assert z.shape == (101, 1)
    assert abs(z[:100].mean()) < 1e-6
    assert z[:100].std() == pytest.approx(1, abs=1e-6)


def test_a_number_that_never_changes_is_no_division_by_zero() -> None:
    z = Scale.of(np.full((10, 1), 7.0)).standardised(np.array([[7.0], [8.0]]))
    assert z.tolist() == [[0], [1]]


@pytest.mark.parametrize("name", INPUTS.known())
def test_every_input_has_a_finite_row_for_each_ping(study_file: StudyFile, dataset: Dataset, name: str) -> None:
    if name == "tsfresh":
        pytest.importorskip("tsfresh", reason="`make tsfresh-setup` installs it")
    found = INPUTS.find(name)
    ready = found.with_parameters(file_checked(study_file, found))
    silent = np.zeros(50, dtype=np.int64)
    for rtt_us in (dataset.rtt_us, silent, dataset.rtt_us[:1]):
        features = ready.of(ColumnSeries(rtt_us))
        assert len(features) == len(rtt_us)
        assert features.ndim == 2
        assert np.isfinite(features).all()
    before = dataset.rtt_us.copy()
    assert np.array_equal(ready.of(ColumnSeries(dataset.rtt_us)), ready.of(ColumnSeries(before)))
    assert np.array_equal(dataset.rtt_us, before)


def file_checked(file: StudyFile, found: Input) -> StrictModel:
    return file.check(found.parameters, ("inputs", found.name), file.study.inputs.get(found.name, {}))
