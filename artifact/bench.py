"""What is fast, and how much: ratios within one run, medians of repeated measurements."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from artifact.bucket import ColumnSeries
from artifact.dataset import Dataset, build_dataset
from artifact.labeling import apply_columns, apply_rows
from artifact.paths import STUDY
from artifact.study import Study, read_study
from artifact.tasks import tasks_of
from artifact.tasks.task import Task

SEED = 5_000
ROWS = 1_000
REPEATS = 3


def bench(study: Path = STUDY) -> None:
    """Print rows per second of both labeling engines per task, and of both ways to train the network."""
    import torch

    torch.set_num_threads(1)
    file = read_study(study)
    tasks = tasks_of(file)
    dataset = build_dataset(file.study, tasks, SEED)
    print(f"{'labeling':10}{'row by row':>14}{'columns':>14}{'ratio':>10}")
    for task in tasks:
        rows, columns = _engines(task, dataset)
        print(f"{task.name:10}{rows:>10,.0f}/s  {columns:>10,.0f}/s  {columns / rows:>8,.0f}x")
    trainer, stacked = _networks(file.study, tasks, dataset)
    print(f"training one network: Snorkel's Trainer {trainer:.2f} s, stacked with nine others {stacked:.2f} s each")
    print(f"ratio {trainer / stacked:.1f}x")


def _engines(task: Task, dataset: Dataset) -> tuple[float, float]:
    """Return rows per second, row by row and column-wise."""
    rtt_us = dataset.rtt_us
    rows = _median_s(lambda: apply_rows(task, rtt_us, ROWS))
    columns = _median_s(lambda: apply_columns(task, rtt_us, ColumnSeries(rtt_us)))
    return ROWS / rows, len(rtt_us) / columns


def _networks(study: Study, tasks: tuple[Task, ...], dataset: Dataset) -> tuple[float, float]:
    """Return seconds per network: Snorkel's Trainer, and ten networks in one stack (gold labels, one epoch)."""
    import numpy as np

    from artifact.models.multi_task import MultiTaskModel
    from artifact.models.networks import Networks, standardised

    p, train = study.multi_task.model_copy(update={"epochs": 1}), dataset.splits["train"]
    ping_ms = dataset.rtt_us / 1000
    labels = {task.name: dataset.gold[task.name][train] for task in tasks}
    trainer = _median_s(lambda: MultiTaskModel.fit(ping_ms[train], labels, p, SEED))
    z = np.repeat(standardised(ping_ms, train)[None, train], 10, axis=0)
    targets = np.repeat(np.stack(list(labels.values()), axis=-1)[None], 10, axis=0)
    stacked = _median_s(lambda: Networks(len(tasks), 1, p, range(10)).fit(z, targets))
    return trainer, stacked / 10


def _median_s(work: Callable[[], object]) -> float:
    seconds = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds)
