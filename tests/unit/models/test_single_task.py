"""The label model: Snorkel's own answers, kept without pickle."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from snorkel.labeling.model import LabelModel

from artifact.dataset import Dataset
from artifact.labeling import LabelMatrix, apply_columns
from artifact.models.single_task import SingleTaskModel
from artifact.study import Study
from artifact.tasks.task import Task


@pytest.fixture(scope="module")
def votes(tasks: tuple[Task, ...], dataset: Dataset) -> LabelMatrix:
    return apply_columns(tasks[0], dataset.rtt_us)


@pytest.fixture(scope="module")
def model(study: Study, votes: LabelMatrix) -> SingleTaskModel:
    return SingleTaskModel.fit(votes, study.label_model, seed=3)


@pytest.fixture(scope="module")
def snorkel(study: Study, votes: LabelMatrix) -> LabelModel:
    model = LabelModel(cardinality=2, verbose=False)
    model.fit(votes, n_epochs=study.label_model.epochs, lr=study.label_model.learning_rate, seed=3, progress_bar=False)
    return model


def test_probabilities_are_snorkels_to_the_last_bit(
    model: SingleTaskModel, snorkel: LabelModel, votes: LabelMatrix
) -> None:
    assert np.array_equal(model.probabilities(votes), snorkel.predict_proba(votes))


@pytest.mark.parametrize("ties", ["random", "abstain"])
def test_ties_are_broken_as_snorkel_breaks_them(
    model: SingleTaskModel, snorkel: LabelModel, votes: LabelMatrix, ties: str
) -> None:
    predicted = model.predict(votes, ties)
    assert np.array_equal(predicted, snorkel.predict(votes, tie_break_policy=ties))
    assert ((votes == -1).all(axis=1) & (predicted == 1)).any() == (ties == "random")


def test_it_reloads_to_the_same_predictions(model: SingleTaskModel, votes: LabelMatrix, tmp_path: Path) -> None:
    model.save(tmp_path / "model.safetensors")
    again = SingleTaskModel.load(tmp_path / "model.safetensors")
    assert np.array_equal(again.probabilities(votes), model.probabilities(votes))
    assert b"pickle" not in (tmp_path / "model.safetensors").read_bytes()


def test_the_same_seed_gives_the_same_model(study: Study, votes: LabelMatrix, model: SingleTaskModel) -> None:
    np.random.default_rng().random(7)
    assert np.array_equal(SingleTaskModel.fit(votes, study.label_model, seed=3).mu, model.mu)
