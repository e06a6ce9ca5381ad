"""The table of ``make bench-changes``: our change points beside those of other packages, on series people labelled."""

from __future__ import annotations

import csv
import io
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from time import thread_time
from typing import NamedTuple

import numpy as np

from artifact.changes.labelled import Labelled, read_folder
from artifact.changes.peers import MBIC, peers
from artifact.changes.scoring import Score, median_with_interval, score
from artifact.grid.executor import local_processes
from artifact.labeling.levels import PENALTY, change_points
from artifact.store.files import write_text

OURS = "levels"
OURS_PENALTIES = (3.0, 4.5, PENALTY, 8.0, 12.0)
LOSSES = ("as they come", "filled")
MEASURES: Mapping[str, Callable[[Score], float]] = {
    "precision": lambda s: s.precision,
    "recall": lambda s: s.recall,
    "F1": lambda s: s.f1,
    "F2": lambda s: s.f2,
    "weighted F2": lambda s: s.weighted_f2,
}
SEED = 1
"""Of the bootstrap over series."""


class Asked(NamedTuple):
    """One method with one penalty, in units of log n, on one series."""

    method: str
    penalty: float
    series: Labelled


class Fit(NamedTuple):
    """What came of it, by how losses are treated."""

    asked: Asked
    scores: Mapping[str, Score]
    seconds: float


class Row(NamedTuple):
    """One line of the table: how the penalty was chosen, and each series' score."""

    method: str
    penalty: str
    losses: str
    scores: Sequence[Score]
    seconds: float


def compare(folder: Path, table: Path) -> None:
    """Score every method on the labelled series of ``folder``; print the table and write it to ``table`` as CSV.

    Medians over series with 95 % bootstrap intervals. Losses as they come: every label counts, our method sees the
    losses, the others see them filled, which serves them better than a number would. Filled: labels on a loss or right
    after one do not count, and nobody sees one.
    """
    from tqdm import tqdm

    series = read_folder(folder)
    methods = {OURS: OURS_PENALTIES, **{name: peer.penalties for name, peer in peers().items()}}
    asked = [Asked(method, penalty, of) for method, tried in methods.items() for penalty in tried for of in series]
    with local_processes(len(asked)) as executor:
        executor.submit(_fit, asked)
        done = {(*fit.asked[:2], fit.asked.series.name): fit for fit in tqdm(executor.completed(), total=len(asked))}
    fits = [done[*of[:2], of.series.name] for of in asked]
    rows = [row for method in methods for row in _rows(method, fits)]
    write_text(table, _as_csv(rows))
    print(f"{len(series)} series, {sum(len(of.labels) for of in series)} labels")
    _show(rows)


def _fit(asked: Asked) -> Fit:
    method, penalty, series = asked
    filled = series.filled()
    if method == OURS:
        begun = thread_time()
        found = [change_points(of.rtt_us, penalty) for of in (series, filled)]
        seconds = (thread_time() - begun) / len(found)
    else:
        peer = peers()[method]
        begun = thread_time()
        found = [peer.find(filled.rtt_ms, penalty * np.log(len(filled.rtt_ms)))] * len(LOSSES)
        seconds = thread_time() - begun
    each = zip(LOSSES, (series, filled), found, strict=True)
    return Fit(asked, {losses: score(of.rtt_ms, of.labels, at) for losses, of, at in each}, seconds)


def _rows(method: str, fits: Iterable[Fit]) -> list[Row]:
    by_penalty: dict[float, list[Fit]] = {}
    for fit in fits:
        if fit.asked.method == method:
            by_penalty.setdefault(fit.asked.penalty, []).append(fit)
    fixed = ("as shipped", PENALTY) if method == OURS else ("MBIC", MBIC)
    rows = []
    for losses in LOSSES:
        scores = {penalty: [fit.scores[losses] for fit in of] for penalty, of in by_penalty.items()}
        best = _best(scores)
        seconds = {penalty: statistics.median(fit.seconds for fit in of) for penalty, of in by_penalty.items()}
        rows += [
            Row(method, f"{fixed[0]} ({fixed[1]:g})", losses, scores[fixed[1]], seconds[fixed[1]]),
            Row(method, f"best ({best:g})", losses, scores[best], seconds[best]),
            Row(method, "best on the others", losses, _by_the_others(scores), seconds[best]),
        ]
    return rows


def _best(scores: Mapping[float, Sequence[Score]]) -> float:
    """Return the penalty with the best median of F1 and F2 together."""
    return max(scores, key=lambda penalty: sum(statistics.median(of) for of in _f1_f2(scores[penalty])))


def _f1_f2(scores: Sequence[Score]) -> tuple[list[float], list[float]]:
    return [s.f1 for s in scores], [s.f2 for s in scores]


def _by_the_others(scores: Mapping[float, Sequence[Score]]) -> list[Score]:
    """Return each series' score with the penalty that is best on all the others."""
    n = len(next(iter(scores.values())))
    if n == 1:
        return list(next(iter(scores.values())))
    chosen = []
    for i in range(n):
        others = {penalty: [*of[:i], *of[i + 1 :]] for penalty, of in scores.items()}
        chosen.append(scores[_best(others)][i])
    return chosen


def _show(rows: Sequence[Row]) -> None:
    print(f"{'method':34}{'penalty / log n':20}{'losses':14}" + "".join(f"{of:>20}" for of in MEASURES) + f"{'s':>8}")
    for row in rows:
        cells = [median_with_interval([of(s) for s in row.scores], SEED) for of in MEASURES.values()]
        shown = "".join(f"{f'{m:.3f} [{low:.2f}, {high:.2f}]':>20}" for m, low, high in cells)
        print(f"{row.method:34}{row.penalty:20}{row.losses:14}{shown}{row.seconds:>8.2f}")


def _as_csv(rows: Sequence[Row]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    bounds = [name for of in MEASURES for name in (of, f"{of} low", f"{of} high")]
    writer.writerow(["method", "penalty", "losses", "series", *bounds])
    for row in rows:
        cells = [median_with_interval([of(s) for s in row.scores], SEED) for of in MEASURES.values()]
        numbers = [f"{number:.4f}" for cell in cells for number in cell]
        writer.writerow([row.method, row.penalty, row.losses, len(row.scores), *numbers])
    return out.getvalue()
