"""Votes: over columns against Snorkel's applier, and against a bare pass over a long column."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import partial

import numpy as np

from artifact.approaches.approach import Pings, Training
from artifact.approaches.blind import fit as fit_blind
from artifact.bench.measuring import Bar, Reached, beside, faster, passes, peak_mib
from artifact.dataset import build_dataset
from artifact.labeling.bucket import ColumnSeries
from artifact.labeling.engines import apply_columns, apply_rows
from artifact.parameters import FAST
from artifact.setting import setting_of
from artifact.study import StudyFile

ROWS, SAMPLE = 12_000, 10
"""Rows that are labelled, of which Snorkel's applier labels one in so many: its rows cost the same each."""
OFTEN = 20
LONG, BLIND = 10_000_000, 1_000_000
PASS = "a NumPy pass over the column (read, compare, write)"  # noqa: S105 - no password


def votes(file: StudyFile, seed: int) -> Iterator[Reached]:
    """Measure every suite on 12,000 rows and on ten million, and the blind labels."""
    setting = setting_of(file, ["blind"])
    rtt_us = build_dataset(setting.trace, setting.dataset, setting.tasks, seed).rtt_us
    few, at = rtt_us[:ROWS], np.arange(0, min(ROWS, len(rtt_us)), SAMPLE)
    long = np.resize(rtt_us, LONG)
    for task in setting.tasks:
        pairs, equal = beside(
            partial(apply_rows, task, few, at),
            partial(apply_columns, task, few),
            lambda rows, columns: np.array_equal(rows, columns[at]),
            often=OFTEN,
        )
        bar = Bar(f"votes on {task.name}, {len(few):,} rows", "Snorkel's PandasLFApplier, same functions", 15_000)
        yield Reached(bar, faster(pairs, SAMPLE), equal, f"Snorkel's applier on every {SAMPLE}th row")
    for task in setting.tasks:
        expected = apply_columns(task, long[:ROWS])[: ROWS // 2]
        pairs, equal = beside(partial(_pass, long), partial(apply_columns, task, long), partial(_begins, expected))
        bar = Bar(f"votes on {task.name}, {LONG:,} rows", PASS, 30, "passes", "at most")
        yield Reached(bar, passes(pairs), equal)
        peak = peak_mib(partial(apply_columns, task, long))
        bar = Bar(f"memory for votes on {task.name}, {LONG:,} rows", "the column alone", 64, "MiB more", "at most")
        yield Reached(bar, (peak,), None, "votes included; measured once, as it does not vary")
    yield _blind(file, seed, long[:BLIND])


def _blind(file: StudyFile, seed: int, long: np.ndarray) -> Reached:
    """Measure blind labels of all tasks, fitted beforehand to a series of the study."""
    (blind,) = (setting := setting_of(file, ["blind"])).approaches
    series = ColumnSeries(build_dataset(setting.trace, setting.dataset, setting.tasks, seed).rtt_us)
    short = Pings(setting.tasks, np.arange(series.n), series=series)
    fitted = [fit_blind(Training(short.of(task), 0, "cpu", FAST), blind.p) for task in setting.tasks]

    def label() -> list[np.ndarray]:
        pings = Pings(setting.tasks, np.arange(len(long)), series=ColumnSeries(long))
        return [
            of.label(dataclasses.replace(pings, tasks=(task,))).labels[task.name]
            for of, task in zip(fitted, setting.tasks, strict=True)
        ]

    pairs, _ = beside(partial(_pass, np.resize(long, LONG)), label, lambda *_: True)
    scaled = tuple(of * LONG / len(long) for of in passes(pairs))
    bar = Bar(f"blind labels of all tasks, {LONG:,} rows", PASS, 150, "passes", "at most")
    return Reached(bar, scaled, None, f"labels of {len(long):,} rows, times {LONG // len(long)}; fitting left out")


def _pass(column: np.ndarray) -> np.ndarray:
    return column > 9_000


def _begins(expected: np.ndarray, _: np.ndarray, found: np.ndarray) -> bool:
    return np.array_equal(found[: len(expected)], expected)
