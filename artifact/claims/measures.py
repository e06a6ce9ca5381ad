"""What a claim speaks of, run by run: one value per data set, or per timed run, and their mean with its interval."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress, pairwise
from typing import Any

from artifact import paper
from artifact.intervals import POSITIVE, SIGNED, UNIT, interval

Claim = Mapping[str, Any]
Seeds = tuple[int, int]
Of = Mapping[Seeds, float]
"""A value per data-set seed and training seed; NaN is one that cannot be."""
Samples = tuple[list[float], int]
"""A value per data set, or timed run, and the number of runs behind them."""


@dataclass(frozen=True)
class Runs:
    """The runs that a claim is judged by: those of the study, or those under a variation.

    ``runs`` holds ``seeds``, ``accuracy`` per approach and task, and ``apart`` per task, in the order of the seeds;
    ``others`` the runs under each variation. ``instead`` puts one approach in the place of another.
    """

    runs: Mapping[str, Any]
    times: Mapping[str, Any] = field(default_factory=dict)
    others: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    carried: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    instead: Mapping[str, str] = field(default_factory=dict)

    def replaced(self, approach: str, by: str) -> Runs:
        """Return the same runs with another approach in the place of one."""
        return dataclasses.replace(self, instead={**self.instead, approach: by})

    def since(self, data_set: int) -> Runs:
        """Return the same runs on data sets of this seed and later ones alone."""
        return dataclasses.replace(self, runs=_since(self.runs, data_set), others=_each_since(self.others, data_set))

    def accuracy(self, approach: str, task: str, variation: str = "", line: str = "") -> Of | None:
        """Return accuracies on the testing rows, under a variation, or on another line; None where there are none."""
        of = self.others.get(variation, {}) if variation else self.carried.get(line, {}) if line else self.runs
        values = of.get("accuracy", {}).get(self.instead.get(approach, approach), {}).get(task)
        return None if values is None else _by_seeds(of, values)

    @property
    def tasks(self) -> list[str]:
        """The paper's tasks that the study has."""
        return list(self.runs["apart"])


@dataclass(frozen=True)
class Measured:
    """A mean over samples, its interval (None for fewer than enough samples), and how many samples and runs there are.

    ``mean`` is None where a run has no value.
    """

    mean: float | None
    interval: list[float] | None
    samples: int
    runs: int


def measured(claim: Claim, runs: Runs) -> Measured | None:
    """Return what a claim speaks of; None where the study lacks what it needs."""
    take, scale = MEASURES[claim["measure"]]
    found = take(claim, runs)
    return None if found is None else _over(*found, scale)


def _accuracy(claim: Claim, runs: Runs) -> Samples | None:
    of = runs.accuracy(claim["side"], claim["task"])
    return (_per_data_set(of), len(of)) if of else None


def _gain(claim: Claim, runs: Runs) -> Samples | None:
    side, over, variation = claim["side"], claim["over"], claim.get("side_variation", "")
    tasks = [claim["task"]] if "task" in claim else runs.tasks
    pairs = [(runs.accuracy(side, task, variation), runs.accuracy(over, task)) for task in tasks]
    return _combined([_difference(*pair) for pair in pairs], claim.get("combine", "largest"))


def _easiest(claim: Claim, runs: Runs) -> Samples | None:
    """Take the smaller margin of both approaches, each over the best of the other tasks."""
    margins = []
    for side in paper.approaches():
        others = [runs.accuracy(side, task) or {} for task in runs.tasks if task != claim["task"]]
        ours = runs.accuracy(side, claim["task"]) or {}
        margins.append({key: value - max(of[key] for of in others) for key, value in ours.items() if others})
    return _combined(margins, "smallest")


def _apart(claim: Claim, runs: Runs) -> Samples | None:
    of = _by_seeds(runs.runs, runs.runs["apart"].get(claim["task"], []))
    return (_per_data_set(of), len(of)) if of else None


def _carried(claim: Claim, runs: Runs) -> Samples | None:
    """Take for each task the mean over the other lines; a data-set seed is a sample."""
    per_task = []
    for task in runs.tasks:
        pairs = [(runs.accuracy(claim[key], task, line=line) for key in ("side", "over")) for line in runs.carried]
        gains = [_difference(*pair) for pair in pairs]
        if not gains or not all(gains):
            return None
        per_task.append({key: _mean([of[key] for of in gains]) for key in gains[0]})
    return _combined(per_task, claim["combine"])


def _time_ratio(claim: Claim, runs: Runs) -> Samples | None:
    seconds = [_seconds(runs, claim["accounting"], side) for side in reversed(paper.approaches())]
    ratios = [multi / single for multi, single in zip(*seconds, strict=True) if single]
    return (ratios, len(ratios)) if ratios else None


def _time_spread(_: Claim, runs: Runs) -> Samples | None:
    spreads = []
    for side in paper.approaches():
        seconds = _seconds(runs, "paper", side)
        mean = _mean(seconds) if seconds else 0.0
        spreads.append({(k, 0): abs(of / mean - 1) for k, of in enumerate(seconds) if mean})
    return _combined(spreads, "largest")


def _rate_order(_: Claim, runs: Runs) -> Samples | None:
    published = paper.published()["rates"]
    slowest_first = sorted(published, key=lambda task: published[task]["rows_per_s"])
    rates = [runs.times["rates"].get(task, []) for task in slowest_first]
    if not all(rates):
        return None
    ratios = [
        min(faster / slower for slower, faster in pairwise(run)) for run in zip(*rates, strict=True) if None not in run
    ]
    return (ratios, len(ratios)) if ratios else None


Take = Callable[[Claim, Runs], Samples | None]
MEASURES: Mapping[str, tuple[Take, tuple[float, float]]] = {
    "accuracy": (_accuracy, UNIT),
    "gain": (_gain, SIGNED),
    "easiest": (_easiest, SIGNED),
    "apart": (_apart, UNIT),
    "carried": (_carried, SIGNED),
    "time_ratio": (_time_ratio, POSITIVE),
    "time_spread": (_time_spread, POSITIVE),
    "rate_order": (_rate_order, POSITIVE),
}
"""How each measure is taken, and the scale that its interval never leaves."""
TIMED = ("time_ratio", "time_spread", "rate_order")
"""Measures that hang on the clock."""


def _combined(per_task: Sequence[Of], combine: str) -> Samples | None:
    """Return the samples of the task that counts, or their mean over the tasks, run by run."""
    if not per_task or not all(per_task):
        return None
    if combine == "mean":
        per_task = [{key: _mean([of[key] for of in per_task]) for key in per_task[0]}]
    samples = [_per_data_set(of) for of in per_task]
    means = [_mean(of) for of in samples]
    if not all(map(math.isfinite, means)):
        return [math.nan], len(per_task[0])
    weights = [-mean if combine == "smallest" else abs(mean) if combine == "farthest" else mean for mean in means]
    return samples[weights.index(max(weights))], len(per_task[0])


def _over(samples: Sequence[float], runs: int, scale: tuple[float, float]) -> Measured:
    mean, design = _mean(samples), paper.design()
    if not math.isfinite(mean):
        return Measured(None, None, len(samples), runs)
    found = interval(samples, design["level"], scale) if len(samples) >= design["fewest"] else None
    return Measured(mean, found, len(samples), runs)


def _since(runs: Mapping[str, Any], data_set: int) -> dict[str, Any]:
    keep = [seeds[0] >= data_set for seeds in runs["seeds"]]

    def kept(of: Any) -> Any:
        return {key: kept(some) for key, some in of.items()} if isinstance(of, Mapping) else list(compress(of, keep))

    return {**runs, **{key: kept(runs[key]) for key in ("seeds", "accuracy", "apart")}}


def _each_since(runs: Mapping[str, Mapping[str, Any]], data_set: int) -> dict[str, Mapping[str, Any]]:
    return {name: _since(of, data_set) for name, of in runs.items()}


def _by_seeds(of: Mapping[str, Any], values: Sequence[float | None]) -> Of:
    """Return the values by their seeds; a run that was not asked for one is left out."""
    pairs = zip(of["seeds"], values, strict=True) if values else ()
    return {(data_set, training): value for (data_set, training), value in pairs if value is not None}


def _difference(ours: Of | None, theirs: Of | None) -> Of:
    """Return differences run by run, over the runs that both have."""
    return {key: value - theirs[key] for key, value in (ours or {}).items() if theirs and key in theirs}


def _per_data_set(of: Of) -> list[float]:
    """Return the mean over the trainings of each data set: data sets are the sample, not rows and not trainings."""
    grouped: dict[int, list[float]] = {}
    for (data_set, _), value in of.items():
        grouped.setdefault(data_set, []).append(value)
    return [_mean(values) for values in grouped.values()]


def _seconds(runs: Runs, accounting: str, side: str) -> list[float]:
    """Return one side's seconds per timed run; those of an approach that knows nothing are the same in each."""
    seconds = [of for of in runs.times[accounting][side]["runs"] if of is not None]
    other = runs.instead.get(side)
    return [runs.times["know_nothing_s"][other]] * len(seconds) if other else seconds


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
