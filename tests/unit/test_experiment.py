"""One run: what the network is trained on, what is timed, what is scored."""

from __future__ import annotations

import numpy as np
import pytest

from artifact import experiment
from artifact.experiment import Run, run_once
from artifact.models.multi_task import MultiTaskModel
from artifact.study import Study
from artifact.tasks.task import Task


@pytest.fixture(scope="module")
def trained_on() -> dict[str, np.ndarray]:
    return {}


@pytest.fixture(scope="module")
def run(small: Study, tasks: tuple[Task, ...], trained_on: dict[str, np.ndarray]) -> Run:
    """A run over 3,000 pings, noting the labels that the network is given."""
    patch = pytest.MonkeyPatch()
    train = MultiTaskModel.train

    def noting(self: MultiTaskModel, ping_ms: np.ndarray, labels: dict[str, np.ndarray], p: object) -> None:
        trained_on.update(labels)
        train(self, ping_ms, labels, p)  # type: ignore[arg-type]

    patch.setattr(experiment.MultiTaskModel, "train", noting)
    done = run_once(small, tasks, 0)
    patch.undo()
    return done


def test_the_network_is_trained_on_weak_labels_with_ties_masked(run: Run, trained_on: dict[str, np.ndarray]) -> None:
    train = run.dataset.splits["train"]
    for name, labels in trained_on.items():
        assert len(labels) == train.stop
        assert (labels != run.dataset.gold[name][train]).any() or name == "outage"
        cast = labels >= 0
        assert np.array_equal(labels[cast], run.labels["single_task"][name][train][cast])
    assert (trained_on["noise"] == -1).mean() > 0.05


def test_rows_are_those_of_the_papers_rates(run: Run) -> None:
    for times in run.record["times"]["single_task"].values():
        assert times["rows"] == 2_400  # training and validation
        assert times["all_rows"] == 3_000
        assert min(times["labeling_s"], times["fit_s"], times["column_labeling_s"]) > 0


def test_seeds_are_the_runs_own(run: Run, small: Study) -> None:
    assert run.record["seeds"] == {
        "dataset": small.runs.first_dataset_seed,
        "training": small.runs.first_training_seed,
    }
