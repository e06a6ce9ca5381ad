"""Multiverse: the unreported parameters vary together, N worlds, each a whole study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from artifact.audit.answer import Answer, Cell, proportion
from artifact.audit.evidence import Evidence, decided, world_of
from artifact.errors import BadInputError
from artifact.study import StudyFile
from artifact.tasks import tasks_of

RUNS_PER_WORLD = 2
DECIDING = 3


def worlds(file: StudyFile, count: int) -> list[dict[str, float]]:
    """Draw ``count`` points of a Sobol design over the ranges of [multiverse], by dotted parameter name."""
    from scipy.stats import qmc

    ranges = file.study.multiverse.ranges
    sampler = qmc.Sobol(len(ranges), scramble=True, rng=np.random.default_rng(file.study.multiverse.seed))
    unit = sampler.random_base2(max(count - 1, 1).bit_length())[:count]
    low, high = (np.array([bounds[end] for bounds in ranges.values()]) for end in (0, 1))
    return [dict(zip(ranges, map(float, point), strict=True)) for point in low + unit * (high - low)]


def check(file: StudyFile) -> None:
    """Refuse a range whose ends are no possible studies, naming its line, before any world is run."""
    for name, bounds in file.study.multiverse.ranges.items():
        line = file.lines.get(("multiverse", "ranges", name), (1, ""))[0]
        for end in bounds:
            try:
                tasks_of(changed(file, {name: end}))
            except (BadInputError, TypeError, ValueError, ZeroDivisionError):
                problem = f"multiverse.ranges: {name} = {end:g} makes no possible study"
                raise BadInputError(file.path, problem, "narrow the range, or name another parameter", line) from None


def changed(file: StudyFile, point: Mapping[str, float]) -> StudyFile:
    """Return the study at one point; a range keeps its proportions, its lower end at the value."""
    for name, value in point.items():
        *table, key = name.split(".")
        old = file.value((*table, key))
        file = file.with_value((*table, key), _like(old, value, key))
    return file


def world(file: StudyFile, seed: int) -> dict[str, Any]:
    """Run one world, a pure function of study and seed: mean accuracy per approach and task over two runs."""
    runs = file.study.runs.model_copy(
        update={"count": RUNS_PER_WORLD, "first_dataset_seed": seed, "first_training_seed": seed + RUNS_PER_WORLD}
    )
    study = file.study.model_copy(update={"runs": runs})
    tasks = tasks_of(file)
    evidence = Evidence(study, tasks, tuple(world_of(study, tasks, k, None) for k in range(RUNS_PER_WORLD)), {})
    predicted = {
        "single_task": evidence.stacked(lambda w: w.labels(study.label_model.ties)),
        "multi_task": decided(evidence.shared),
    }
    return {
        side: {name: sum(s["accuracy"] for s in of) / len(of) for name, of in evidence.scored(labels).items()}
        for side, labels in predicted.items()
    }


def answer_for(points: Sequence[Mapping[str, float]], reached: Sequence[Mapping[str, Any]], pings: int) -> Answer:
    """Summarise the worlds: the spread of each cell of Table 1, who wins, and which parameters decide it."""
    names = list(reached[0]["single_task"])
    accuracies = {
        side: {name: np.array([world[side][name] for world in reached]) for name in names}
        for side in ("single_task", "multi_task")
    }
    gains = {name: accuracies["multi_task"][name] - accuracies["single_task"][name] for name in names}
    rows: list[list[Cell]] = []
    for side, of in accuracies.items():
        for share in (0.05, 0.5, 0.95):
            cells: list[Cell] = [round(float(np.quantile(of[name], share)), 3) for name in names]
            rows.append([f"{side.replace('_', '-')}, {share:.0%} of worlds below", *cells])
    rows.append(
        ["multi-task is more accurate, share of worlds", *(proportion(list(gains[name] > 0)) for name in names)]
    )
    rows.append(
        ["multi-task is less accurate, share of worlds", *(proportion(list(gains[name] < 0)) for name in names)]
    )
    rows += _deciding(points, gains)
    wins = ", ".join(f"{name} {float((gains[name] > 0).mean()):.0%}" for name in names)
    return Answer(
        question="Does the conclusion hang on what the paper does not report?",
        answer=f"Share of {len(reached)} worlds in which multi-task is more accurate: {wins}.",
        caption="Accuracy on the testing rows over worlds in which the unreported parameters vary together, and rank "
        "correlations of the gain with the parameters that decide most.",
        columns=["", *names],
        rows=rows,
        derived=f"A Sobol design over [multiverse] in study.toml; {RUNS_PER_WORLD} runs of {pings:,} pings a world, "
        "column engine and stacked networks (artifact/audit/multiverse.py). Run it with make multiverse.",
        seeds=len(reached),
    )


def _deciding(points: Sequence[Mapping[str, float]], gains: Mapping[str, Any]) -> list[list[Cell]]:
    """Rank parameters by Spearman's correlation with each task's gain."""
    from scipy.stats import spearmanr

    columns: dict[str, list[str]] = {}
    for name, gain in gains.items():
        found = {}
        for parameter in points[0]:
            values = [point[parameter] for point in points]
            # A gain that is the same in every world hangs on nothing.
            found[parameter] = float(spearmanr(values, gain).statistic) if np.ptp(gain) > 0 else 0.0
        strongest = sorted(found, key=lambda parameter: -abs(found[parameter]))[:DECIDING]
        columns[name] = [
            f"{parameter} ({found[parameter]:+.2f})" if found[parameter] else "-" for parameter in strongest
        ]
    return [
        [f"deciding parameter {k + 1}", *(of[k] for of in columns.values())]
        for k in range(min(DECIDING, len(points[0])))
    ]


def _like(old: Any, value: float, key: str) -> Any:
    """Return the value in the shape of the parameter that it replaces."""
    if isinstance(old, list | tuple):
        low, high = old
        stretched = value * high / low
        return (
            [round(value), round(stretched)] if isinstance(low, int) and isinstance(high, int) else [value, stretched]
        )
    if isinstance(old, int):
        return 2 * round(value / 2) if key == "bucket" else round(value)
    return value
