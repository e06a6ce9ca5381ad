"""What is fast, and how much: ratios within one run, medians of repeated measurements."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from artifact.grid.executor import one_thread
from artifact.parameters import FAST
from artifact.run import Seeds, run
from artifact.setting import setting_of
from artifact.store.paths import STUDY
from artifact.study import read_study

SEED = 5_000
PINGS, REPEATS, STACK = 3_000, 3, 10


def bench(study: Path = STUDY) -> None:
    """Print rows per second of both labeling engines per task, and seconds per network of both ways to train."""
    one_thread()
    file = read_study(study).with_values({"trace.pings": PINGS})
    setting = setting_of(file, ("single_task", "multi_task"))
    records = [run(setting, [Seeds(SEED + k, SEED)], file.study.engine)[0].record["times"] for k in range(REPEATS)]
    print(f"{'labeling':10}{'row by row':>14}{'columns':>14}{'ratio':>10}")
    for task in setting.tasks:
        rows, columns = (_rate(records, task.name, *keys) for keys in (("rows", "rows_s"), ("all_rows", "columns_s")))
        print(f"{task.name:10}{rows:>10,.0f}/s  {columns:>10,.0f}/s  {columns / rows:>8,.0f}x")
    stacks = [run(setting, [Seeds(SEED, SEED + k) for k in range(STACK)], FAST) for _ in range(REPEATS)]
    trainer = statistics.median(of["fit_s"]["multi_task"]["all"] for of in records)
    stacked = statistics.median(of[0].record["times"]["fit_s"]["multi_task"]["all"] for of in stacks)
    print(f"training one network: Snorkel's Trainer {trainer:.2f} s, in a stack of {STACK} {stacked:.2f} s each")
    print(f"ratio {trainer / stacked:.1f}x")


def _rate(times: Sequence[Any], task: str, rows: str, seconds: str) -> float:
    return statistics.median(float(of["labeling"][task][rows] / of["labeling"][task][seconds]) for of in times)
