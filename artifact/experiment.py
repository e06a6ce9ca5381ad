"""Repeated runs of the study, each with its own seeds: label, train, predict, score, time (section 3.5)."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from artifact.bucket import ColumnSeries
from artifact.dataset import Dataset, build_dataset
from artifact.labeling import LabelMatrix, apply_columns, apply_rows
from artifact.models.multi_task import MultiTaskModel
from artifact.models.single_task import SingleTaskModel
from artifact.scores import majority, scores
from artifact.study import Study
from artifact.tasks.task import LabelingFunction, Task
from artifact.trace.series import Trace

Labels = NDArray[np.int8]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Run:
    """One repetition: its data set, trained models, labels of every ping, and what ``run-NN.json`` keeps of it."""

    dataset: Dataset
    single_task: dict[str, SingleTaskModel]
    multi_task: MultiTaskModel
    labels: dict[str, dict[str, Labels]]
    record: dict[str, Any]


def run_once(study: Study, tasks: Sequence[Task], number: int, trace: Trace | None = None, device: str = "cpu") -> Run:
    """Run the study once; run ``number`` has data-set seed and training seed ``first + number``.

    Labeling functions are applied row by row to training and validation rows, which is what the published rates
    fit (104 s x 114 it/s = 12,000 rows of 15,000), and timed there; the testing rows are labelled column-wise.
    """
    seed = study.runs.first_dataset_seed + number
    training_seed = study.runs.first_training_seed + number
    dataset = build_dataset(study, tasks, seed, trace)
    votes, times = _label(tasks, dataset)
    train = dataset.splits["train"]
    single_task: dict[str, SingleTaskModel] = {}
    for task in tasks:
        fit = _fitting(votes[task.name][train], study, training_seed, device)
        single_task[task.name], times[task.name]["fit_s"] = _timed(fit)
    weak = {name: model.predict(votes[name], "abstain") for name, model in single_task.items()}
    multi_task, fit_s = _train_multi_task(study, dataset, weak, training_seed, device)
    labels = {
        "single_task": {
            name: model.predict(votes[name], study.label_model.ties) for name, model in single_task.items()
        },
        "multi_task": multi_task.predict(dataset.rtt_us / 1000),
        "discriminative": _train_discriminative(study, dataset, weak, training_seed),
        "majority": _majority(dataset),
    }
    record = {
        "seeds": {"dataset": seed, "training": training_seed},
        "dataset_sha256": dataset.sha256(),
        "rows": {name: part.stop - part.start for name, part in dataset.splits.items()},
        "scores": _score(dataset, labels),
        "votes_sha256": {name: hashlib.sha256(of.tobytes("C")).hexdigest() for name, of in votes.items()},
        "labeling": {task.name: _analyse(task, votes[task.name], dataset) for task in tasks},
        "times": {"single_task": times, "multi_task": {"fit_s": fit_s}},
        "parameters": multi_task.parameters(),
    }
    return Run(dataset, single_task, multi_task, labels, record)


def _label(tasks: Sequence[Task], dataset: Dataset) -> tuple[dict[str, LabelMatrix], dict[str, dict[str, float]]]:
    rows = dataset.splits["validation"].stop
    series = ColumnSeries(dataset.rtt_us)
    votes, times = {}, {}
    for task in tasks:
        row_votes, row_s = _timed(lambda task=task: apply_rows(task, dataset.rtt_us, rows))  # type: ignore[misc]
        column_votes, column_s = _timed(lambda task=task: apply_columns(task, dataset.rtt_us, series))  # type: ignore[misc]
        if not np.array_equal(row_votes, column_votes[:rows]):
            raise AssertionError(f"the two labeling engines disagree on {task.name}")
        votes[task.name] = column_votes
        times[task.name] = {
            "rows": rows,
            "labeling_s": row_s,
            "all_rows": len(dataset.rtt_us),
            "column_labeling_s": column_s,
        }
    return votes, times


def _fitting(votes: LabelMatrix, study: Study, seed: int, device: str) -> Callable[[], SingleTaskModel]:
    return lambda: SingleTaskModel.fit(votes, study.label_model, seed, device)


def _train_multi_task(
    study: Study, dataset: Dataset, weak: dict[str, Labels], seed: int, device: str
) -> tuple[MultiTaskModel, float]:
    train = dataset.splits["train"]
    ping_ms = dataset.rtt_us[train] / 1000
    labels = {name: values[train] for name, values in weak.items()}
    model = MultiTaskModel.untrained(tuple(weak), ping_ms, study.multi_task, seed, device)
    _, seconds = _timed(lambda: model.train(ping_ms, labels, study.multi_task))
    return model, seconds


def _train_discriminative(study: Study, dataset: Dataset, weak: dict[str, Labels], seed: int) -> dict[str, Labels]:
    """Train one network per task on the same weak labels: the model that section 3.3 leaves out."""
    from artifact.models.networks import Networks, standardised

    train = dataset.splits["train"]
    z = np.repeat(standardised(dataset.rtt_us / 1000, train)[None], len(weak), axis=0)
    targets = np.stack([values[train] for values in weak.values()])[..., None]
    networks = Networks(1, 1, study.multi_task, [seed] * len(weak)).fit(z[:, train], targets)
    return dict(zip(weak, networks.predict(z)[..., 0], strict=True))


def _majority(dataset: Dataset) -> dict[str, Labels]:
    train = dataset.splits["train"]
    return {name: majority(gold[train], len(gold)) for name, gold in dataset.gold.items()}


def _score(dataset: Dataset, labels: dict[str, dict[str, Labels]]) -> dict[str, dict[str, dict[str, float]]]:
    test = dataset.splits["test"]
    return {
        side: {name: scores(dataset.gold[name][test], values[test]) for name, values in of.items()}
        for side, of in labels.items()
    }


def _analyse(task: Task, votes: LabelMatrix, dataset: Dataset) -> dict[str, Any]:
    """Describe the suite on the training rows with Snorkel's ``LFAnalysis``."""
    from snorkel.labeling import LFAnalysis

    train = dataset.splits["train"]
    rows, gold = votes[train].astype(np.int64), dataset.gold[task.name][train].astype(np.int64)
    analysis = LFAnalysis(rows)
    columns = {
        "coverage": analysis.lf_coverages(),
        "overlap": analysis.lf_overlaps(),
        "conflict": analysis.lf_conflicts(),
        "accuracy": np.nan_to_num(analysis.lf_empirical_accuracies(gold)),
    }
    functions = [
        {
            "name": function.name,
            "says": function.says if isinstance(function, LabelingFunction) else "a plain Snorkel function",
            **{name: float(values[j]) for name, values in columns.items()},
        }
        for j, function in enumerate(task.labeling_functions)
    ]
    return {"functions": functions, "all_abstain": float((rows == -1).all(axis=1).mean())}


def _timed(work: Callable[[], Result]) -> tuple[Result, float]:
    begin = time.perf_counter()
    result = work()
    return result, time.perf_counter() - begin
