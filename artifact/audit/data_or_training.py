"""Data or training: what data sets and trainings contribute to the spread, and what the paper's design sees of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artifact import paper
from artifact.audit.answer import Answer, Cell, Found
from artifact.grid.grid import Cell as GridCell
from artifact.intervals import SIGNED, UNIT, over_runs
from artifact.reported import Plan
from artifact.run import Seeds

CROSSED = "every data set with every training seed"
ALONE = 3
"""Data sets that the paper's design is tried on: each alone, trained on as often as the paper did."""
GAIN = "gain"
SOURCES = ("data sets", "training seeds", "both together")
FEWEST = 3
"""Data sets below which the jackknife is not tried."""
ROUNDING = 1e-15
"""A variance that is nothing but rounding."""
Table = NDArray[np.float64]
"""Scores, shape (data sets, training seeds)."""


def asks(plan: Plan) -> Mapping[str, Sequence[GridCell]]:
    """Ask for crossed seeds, which are there in any case, and for many trainings on each of a few data sets."""
    crossed = plan.crossed()
    first = min(cell.seeds.training for cell in crossed)
    data_sets = list(dict.fromkeys(cell.seeds.dataset for cell in crossed))[:ALONE]
    there = {cell.seeds: [cell] for cell in crossed}
    found = {CROSSED: crossed}
    for one in data_sets:
        seeds = [Seeds(one, first + k) for k in range(len(plan.seeds))]
        found[str(one)] = [of for pair in seeds for of in there.get(pair) or _more(plan, pair)]
    return found


def _more(plan: Plan, pair: Seeds) -> list[GridCell]:
    return plan.cells(*_approaches(plan), seeds=[pair])


@dataclass(frozen=True)
class Scores:
    """Scores of data sets crossed with training seeds, and over trainings on single data sets, by their names."""

    crossed: Table
    alone: Mapping[str, NDArray[np.float64]]
    scale: tuple[float, float] = UNIT

    @property
    def times_as_wide(self) -> float | None:
        """How much wider runs spread that each have their own data set than trainings on one.

        Infinity where trainings do not differ at all, None where nothing does or one run shows no spread.
        """
        spreads = [float(one.var(ddof=1)) for one in self.alone.values() if len(one) > 1]
        if len(self.crossed) < 2 or not spreads:
            return None
        within = math.fsum(spreads) / len(spreads)
        wide = float(self.crossed.var(axis=0, ddof=1).mean())
        if within < ROUNDING:
            return math.inf if wide > ROUNDING else None
        return math.sqrt(wide / within)

    def minus(self, other: Scores) -> Scores:
        """Return the paired differences."""
        alone = {name: of - other.alone[name] for name, of in self.alone.items()}
        return Scores(self.crossed - other.crossed, alone, SIGNED)


def answer(found: Found) -> Answer:
    """Split the variance of each of Table 1's accuracies, and of the gain, by what it comes from."""
    of = _scores(found)
    titles = {**found.results["titles"], GAIN: "the gain"}
    alone = [name for name in found.records if name != CROSSED]
    heads = [*(f"sd by {source}" for source in SOURCES), "share by data sets"]
    return Answer(
        question="Does the spread come from the data or from the training?",
        answer=_said(found, of),
        caption="Mean accuracy; standard deviations that data sets, training seeds, and what a seed does to one data "
        "set alone contribute, and the data sets' share of the variance; accuracy over trainings on one data set "
        "alone; how many times as wide the interval over runs is that each have a data set of their "
        "own (unbounded: trainings do not differ at all; none: nothing does).",
        columns=[
            "accuracy of",
            "mean over data sets",
            *heads,
            *(f"data set {name} alone" for name in alone),
            "times as wide",
        ],
        rows=[[f"{task}: {titles[name]}", *_row(scores)] for (task, name), scores in of.items()],
        derived=_derived(found, of, titles),
        seeds=len(found.records[CROSSED]),
        draws=heads,
    )


def variances(scores: Table) -> dict[str, float] | None:
    """Return what data sets, training seeds and both together contribute; None below two of each.

    Random effects in two ways with one score each, so that the interaction is what is left: the estimates of the
    analysis of variance (Searle, Casella & McCulloch, Variance Components, 1992, chapter 4), which can be negative.
    """
    data_sets, seeds = scores.shape
    if min(data_sets, seeds) < 2:
        return None
    by_data, by_seed = scores.mean(axis=1), scores.mean(axis=0)
    left = scores - by_data[:, None] - by_seed + scores.mean()
    both = float((left**2).sum()) / ((data_sets - 1) * (seeds - 1))
    found = (float(by_data.var(ddof=1)) - both / seeds, float(by_seed.var(ddof=1)) - both / data_sets, both)
    return {source: 0.0 if abs(of) < ROUNDING else of for source, of in zip(SOURCES, found, strict=True)}


def share(scores: Table) -> float | None:
    """Return the share of the variance that comes from the data sets; None where nothing varies."""
    there = {source: max(of, 0.0) for source, of in (variances(scores) or {}).items()}
    total = math.fsum(there.values())
    return there["data sets"] / total if total else None


def deviation(source: str, scores: Table) -> float | None:
    """Return the standard deviation that a source contributes, 0 where its variance is estimated below 0."""
    parts = variances(scores)
    return math.sqrt(max(parts[source], 0.0)) if parts else None


def jackknifed(scores: Table, of: Callable[[Table], float | None], top: float = math.inf) -> dict[str, Any] | None:
    """Return a number in (0, top) with its 95 % interval over data sets, and what it is without each of them.

    The jackknife works on the logarithm, below 1 on that of the odds, so that the interval stays on the scale. There
    is none where the number, or one without a data set, lies on the scale's end.
    """
    from scipy.special import stdtrit

    value, n = of(scores), len(scores)
    if value is None:
        return None
    without = [of(np.delete(scores, k, axis=0)) for k in range(n)]
    inside = [one for one in (value, *without) if one is not None and 0 < one < top]
    if n < FEWEST or len(inside) <= n:
        return {"mean": value, "ci95": None, "runs": without}
    odds = math.isfinite(top)
    centre, *others = (math.log(one / (top - one) if odds else one) for one in inside)
    spread = math.sqrt((n - 1) / n * float(np.square(np.array(others) - np.mean(others)).sum()))
    ends = [math.exp(min(centre + side * float(stdtrit(n - 1, 0.975)) * spread, 700.0)) for side in (-1, 1)]
    return {"mean": value, "ci95": [end * top / (1 + end) if odds else end for end in ends], "runs": without}


def _row(scores: Scores) -> list[Cell]:
    crossed = scores.crossed
    by_data, by_seed, by_both = (jackknifed(crossed, partial(deviation, source)) for source in SOURCES)
    return [
        over_runs(crossed.mean(axis=1).tolist(), scores.scale),
        by_data,
        # As many data sets as one likes say nothing of how training seeds that nobody tried would differ.
        {**by_seed, "ci95": None} if by_seed else None,
        by_both,
        jackknifed(crossed, share, 1.0),
        *(over_runs(of.tolist(), scores.scale) for of in scores.alone.values()),
        None if scores.times_as_wide is None else _factor(scores.times_as_wide),
    ]


def _said(found: Found, of: Mapping[tuple[str, str], Scores]) -> str:
    shares, factors = [], []
    for name in _approaches(found.plan):
        tasks = {task: scores for (task, one), scores in of.items() if one == name}
        title = found.results["titles"][name].lower()
        shares.append(f"{title}: " + ", ".join(f"{task} {_percent(share(one.crossed))}" for task, one in tasks.items()))
        wide = (f"{task} {_factor(one.times_as_wide)}" for task, one in tasks.items())
        factors.append(f"{title}: " + ", ".join(wide))
    trainings = max((len(some) for key, some in found.records.items() if key != CROSSED), default=0)
    said = (
        f"Data sets make this share of the variance: {'; '.join(shares)}. An interval over runs on data sets of "
        f"their own is so many times as wide as over {trainings} trainings on one: {'; '.join(factors)}."
    )
    inside = _published_inside(found, of)
    where = "The published accuracy lies inside the latter, where trainings differ at all, in"
    return f"{said} {where} {sum(inside)} of {len(inside)} cases." if inside else said


def _percent(value: float | None) -> str:
    return "none" if value is None else f"{value:.0%}"


def _factor(value: float | None) -> str:
    if value is None:
        return "none"
    return f"{value:.1f}" if value < math.inf else "unbounded"


def _published_inside(found: Found, of: Mapping[tuple[str, str], Scores]) -> list[bool]:
    """Tell of each interval over trainings on one data set, if they differ, whether it holds the published accuracy."""
    holds = []
    for (task, name), scores in of.items():
        printed = found.results["published"]["table1"].get(name, {}).get(task)
        intervals = [over_runs(one.tolist(), scores.scale)["ci95"] for one in scores.alone.values()]
        wide = [of for of in intervals if of and of[0] < of[1] and printed is not None]
        holds += [low <= printed <= high for low, high in wide]
    return holds


def _derived(found: Found, of: Mapping[tuple[str, str], Scores], titles: Mapping[str, str]) -> str:
    negative = [
        f"{task}, {titles[name]}, {source}"
        for (task, name), scores in of.items()
        for source, variance in (variances(scores.crossed) or {}).items()
        if variance < 0
    ]
    seeds = [record["seeds"] for record in found.records[CROSSED]]
    data_sets, trainings = (len({of[key] for of in seeds}) for key in ("dataset", "training"))
    return (
        f"Data sets: {data_sets}; training seeds, the same for each: {trainings}; analysis of variance with random "
        "effects. Intervals by the jackknife over data sets; training seeds are too few for one. Variances estimated "
        f"below 0 and shown as 0: {'; '.join(negative) or 'none'} (artifact/audit/data_or_training.py)."
    )


def _approaches(plan: Plan) -> list[str]:
    return [name for name in paper.approaches() if name in plan.approaches]


def _scores(found: Found) -> dict[tuple[str, str], Scores]:
    """Return the accuracies per task and approach, and the gain of the second over the first; without gaps alone."""
    of: dict[tuple[str, str], Scores] = {}
    for task in found.tasks:
        names = [name for name in _approaches(found.plan) if _whole(found, name, task)]
        of |= {(task, name): _scores_of(found, name, task) for name in names}
        if len(names) == len(paper.approaches()):
            first, second = (of[task, name] for name in names)
            of[task, GAIN] = second.minus(first)
    return of


def _scores_of(found: Found, name: str, task: str) -> Scores:
    alone = {key: [_accuracy(record, name, task) for record in of] for key, of in found.records.items()}
    seeds = [(record["seeds"]["dataset"], record["seeds"]["training"]) for record in found.records[CROSSED]]
    at = dict(zip(seeds, alone.pop(CROSSED), strict=True))
    data_sets, trainings = (sorted({pair[k] for pair in seeds}) for k in (0, 1))
    crossed = np.array([[at[one, seed] for seed in trainings] for one in data_sets], dtype=np.float64)
    return Scores(crossed, {key: np.array(some, dtype=np.float64) for key, some in alone.items()})


def _whole(found: Found, name: str, task: str) -> bool:
    return all(_accuracy(record, name, task) is not None for some in found.records.values() for record in some)


def _accuracy(record: Mapping[str, Any], name: str, task: str) -> float | None:
    value: float | None = record["scores"].get(name, {}).get(task, {}).get("accuracy")
    return value
