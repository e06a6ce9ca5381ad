"""Multiverse: what the paper leaves open varies together, ranges and choices, over N worlds, each a small study."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from artifact import paper
from artifact.audit.answer import Answer, Cell, Found
from artifact.errors import BadInputError
from artifact.grid.grid import Cell as GridCell
from artifact.intervals import proportion
from artifact.reported import Plan
from artifact.run import Seeds
from artifact.setting import varied
from artifact.study import StudyFile, Variation

RUNS_PER_WORLD = 2
DECIDING = 3
Point = Mapping[str, Any]


def asks(plan: Plan, count: int) -> Mapping[str, Sequence[GridCell]]:
    """Ask for ``count`` worlds, two runs each; more worlds go on where fewer stopped."""
    check(plan.file)
    first = plan.file.study.multiverse.seed
    found = {}
    for k, point in enumerate(points(plan.file, count)):
        seeds = [Seeds(first + RUNS_PER_WORLD * k + run, first + RUNS_PER_WORLD * (k + 1) + run) for run in range(2)]
        variation = Variation(
            name=f"world-{k:04}", reason="a point of the multiverse", section="3", set=changes(plan.file, point)
        )
        found[str(k)] = plan.cells(*_approaches(plan), variation=variation, seeds=seeds)
    return found


def points(file: StudyFile, count: int) -> list[Point]:
    """Draw points of a Sobol design over the ranges and choices of [multiverse], by dotted parameter name."""
    from scipy.stats import qmc

    ranges, choices = file.study.multiverse.ranges, file.study.multiverse.choices
    sampler = qmc.Sobol(len(ranges) + len(choices), rng=np.random.default_rng(file.study.multiverse.seed))
    unit = sampler.random_base2(max(count - 1, 1).bit_length())[:count]
    return [
        {name: low + u * (high - low) for (name, (low, high)), u in zip(ranges.items(), at, strict=False)}
        | {name: of[int(u * len(of))] for (name, of), u in zip(choices.items(), at[len(ranges) :], strict=True)}
        for at in unit.tolist()
    ]


def check(file: StudyFile) -> None:
    """Refuse a range or a choice whose ends are no possible studies, naming its line, before any world is run."""
    ends = [("ranges", name, end) for name, of in file.study.multiverse.ranges.items() for end in of]
    ends += [("choices", name, end) for name, of in file.study.multiverse.choices.items() for end in of]
    for kind, name, end in ends:
        try:
            varied(file, Variation(name=name, reason="an end", section="", set=changes(file, {name: end})))
        except (BadInputError, TypeError, ValueError, ZeroDivisionError):
            problem = f"multiverse.{kind}: {name} = {end} makes no possible study"
            remedy = "narrow the range, or name another parameter"
            raise BadInputError(file.path, problem, remedy, file.line("multiverse", kind, name)) from None


def changes(file: StudyFile, point: Point) -> dict[str, Any]:
    """Return a point's values in the shape of the parameters they replace; a range keeps its proportions."""
    chosen = file.study.multiverse.choices
    return {
        name: value if name in chosen else _like(file.value(name), value, name.rpartition(".")[2])
        for name, value in point.items()
    }


def answer(found: Found) -> Answer:
    """Summarise the worlds: the spread of each cell of Table 1, who wins, and which parameters decide it."""
    accuracies = {name: _accuracies(found, name) for name in _approaches(found.plan)}
    first, second = accuracies
    gains = {task: accuracies[second][task] - accuracies[first][task] for task in found.tasks}
    titles, count = found.results["titles"], len(found.records)
    rows: list[list[Cell]] = []
    for name, of in accuracies.items():
        for share in (0.05, 0.5, 0.95):
            cells: list[Cell] = [_quantile(of[task], share) for task in found.tasks]
            rows.append([f"{titles[name]}, {share:.0%} of worlds below", *cells])
    for word, sign in (("more", 1), ("less", -1)):
        shares = (proportion(list(sign * gains[task] > 0)) for task in found.tasks)
        rows.append([f"multi-task is {word} accurate, share of worlds", *shares])
    rows += _deciding(points(found.plan.file, count), gains)
    wins = ", ".join(f"{task} {float((gains[task] > 0).mean()):.0%}" for task in found.tasks)
    return Answer(
        question="Does the conclusion hang on what the paper does not report?",
        answer=f"Share of {count} worlds in which multi-task is more accurate: {wins}.",
        caption="Accuracy on the testing rows over worlds in which the unreported parameters vary together, and what "
        "the gain hangs on most: rank correlations with ranges, shares of its ranks' variance explained by choices.",
        columns=["", *found.tasks],
        rows=rows,
        derived=f"A Sobol design over [multiverse] in study.toml; {RUNS_PER_WORLD} runs a world, and a world without "
        "an accuracy counts as neither more nor less accurate (artifact/audit/multiverse.py). Run it with make "
        "multiverse.",
        seeds=count,
    )


def _approaches(plan: Plan) -> list[str]:
    return [name for name in paper.approaches() if name in plan.approaches]


def _accuracies(found: Found, approach: str) -> dict[str, Any]:
    """Return each task's mean accuracy over a world's runs, shape (worlds,), NaN in a world that has none."""
    worlds = [found.records[str(k)] for k in range(len(found.records))]
    return {
        task: np.array([_mean([run["scores"][approach][task]["accuracy"] for run in world]) for world in worlds])
        for task in found.tasks
    }


def _mean(values: Sequence[float | None]) -> float:
    there = [value for value in values if value is not None]
    return math.fsum(there) / len(there) if there else math.nan


def _quantile(values: Any, share: float) -> float | None:
    there = values[~np.isnan(values)]
    return round(float(np.quantile(there, share)), 3) if len(there) else None


def _deciding(worlds: Sequence[Point], gains: Mapping[str, Any]) -> list[list[Cell]]:
    """Rank parameters by what each task's gain hangs on them."""
    columns: list[list[str]] = []
    for gain in gains.values():
        found = {name: _strength([world[name] for world in worlds], gain) for name in worlds[0]}
        strongest = sorted(found, key=lambda name: -abs(found[name]))[:DECIDING]
        columns.append([f"{name} ({found[name]:+.2f})" if found[name] else "-" for name in strongest])
    return [[f"deciding parameter {k + 1}", *(of[k] for of in columns)] for k in range(min(DECIDING, len(worlds[0])))]


def _strength(values: Sequence[Any], gain: Any) -> float:
    """Return Spearman's rank correlation with numbers, the share of ranked variance between the groups of choices.

    A gain that is the same in every world hangs on nothing; a world without one does not count.
    """
    from scipy.stats import rankdata, spearmanr

    there = ~np.isnan(gain)
    values, gain = [value for value, counts in zip(values, there, strict=True) if counts], gain[there]
    if not len(gain) or np.ptp(gain) == 0 or len(set(map(str, values))) == 1:
        return 0.0
    if not isinstance(values[0], str):
        return float(spearmanr(values, gain).statistic)
    ranks, groups = rankdata(gain), np.array(values)
    between = sum((groups == g).sum() * (ranks[groups == g].mean() - ranks.mean()) ** 2 for g in set(values))
    return float(between / ((ranks - ranks.mean()) ** 2).sum())


def _like(old: Any, value: float, key: str) -> Any:
    """Return the value in the shape of the parameter that it replaces."""
    if isinstance(old, list | tuple):
        low, high = old
        stretched = value * high / low
        whole = isinstance(low, int) and isinstance(high, int)
        return [round(value), round(stretched)] if whole else [value, stretched]
    if isinstance(old, int):
        return 2 * round(value / 2) if key == "bucket" else round(value)
    return value
