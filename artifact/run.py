"""The recipe, once: setting, seeds and base trace -> data set -> votes -> approaches -> record (sections 3.1 to 3.5).

Whoever needs runs asks for them here, or has the grid do so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artifact.approaches.approach import (
    Approach,
    Fitted,
    Labelled,
    Labels,
    Pings,
    Posterior,
    Training,
    fit_each,
    label,
    training_views,
)
from artifact.clock import Seconds, timed
from artifact.dataset import Dataset, build_dataset
from artifact.labeling.bucket import ColumnSeries
from artifact.labeling.engines import LabelMatrix, apply_columns, apply_rows
from artifact.parameters import FAST, DatasetParameters, EngineParameters, TraceParameters
from artifact.scores import EVENTS, event_scores, scores
from artifact.tasks.task import ABSTAIN, Task
from artifact.trace.series import Trace


@dataclass(frozen=True)
class Setting:
    """All that a run works on but for seeds and base: parameters, tasks, and approaches, those that teach first."""

    trace: TraceParameters
    dataset: DatasetParameters
    tasks: tuple[Task, ...]
    approaches: tuple[Approach, ...]


@dataclass(frozen=True)
class Seeds:
    """What decides the data set, and what decides everything random in fitting."""

    dataset: int
    training: int


@dataclass(frozen=True)
class Run:
    """One repetition: its data set and votes, what was fitted (per approach and part), labels of every ping, record.

    The record holds only what JSON does: seeds, checksums, scores on the testing rows, seconds.
    """

    dataset: Dataset
    votes: Mapping[str, LabelMatrix]
    fitted: Mapping[str, Mapping[str, Fitted]]
    labelled: Mapping[str, Labelled]
    record: dict[str, Any]


def run(  # noqa: PLR0913 - one per thing that decides it
    setting: Setting,
    seeds: Sequence[Seeds],
    engine: EngineParameters = FAST,
    trace: Trace | None = None,
    device: str = "cpu",
    onto: Mapping[str, Trace | None] | None = None,
) -> list[Run]:
    """Do one run for each pair of seeds.

    On a CPU the engine changes times and nothing else. ``trace`` is the base, a synthetic one drawn with the data-set
    seed where there is none. ``onto`` names other bases: data sets of the same seed are built on them as well, and
    what was fitted is scored on their testing rows.
    """
    return run_together([(setting, of) for of in seeds], engine, trace, device, onto)


def run_together(
    asked: Sequence[tuple[Setting, Seeds]],
    engine: EngineParameters = FAST,
    trace: Trace | None = None,
    device: str = "cpu",
    onto: Mapping[str, Trace | None] | None = None,
) -> list[Run]:
    """Do a run for each setting with its seeds; what can be is fitted in one stack.

    Settings that list other approaches are a ValueError.
    """
    begun = [_voted(setting, seeds, engine, trace) for setting, seeds in asked]
    for approaches in zip(*(setting.approaches for setting, _ in asked), strict=True):
        _fit(approaches, begun, device, engine)
    found = []
    for of in begun:
        record = _record(of)
        if onto:
            record["carried"] = {name: _carried(of, base) for name, base in onto.items()}
        found.append(Run(of.dataset, of.votes, of.fitted, of.labelled, record))
    return found


@dataclass(frozen=True)
class _Begun:
    """A data set with its votes and the seconds that labeling took; approaches are added one after the other."""

    setting: Setting
    seeds: Seeds
    dataset: Dataset
    series: ColumnSeries
    votes: dict[str, LabelMatrix]
    labeling: dict[str, dict[str, float]]
    fitted: dict[str, dict[str, Fitted]] = field(default_factory=dict)
    fit: dict[str, dict[str, Seconds]] = field(default_factory=dict)
    labelled: dict[str, Labelled] = field(default_factory=dict)

    def seen_by(self, approach: Approach) -> Pings:
        weak = self.labelled[approach.teacher].posteriors if approach.teacher in self.labelled else None
        return seen(approach, self.setting.tasks, self.series, self.votes, (self.dataset.gold, weak))


def _fit(approaches: Sequence[Approach], begun: Sequence[_Begun], device: str, engine: EngineParameters) -> None:
    """Fit one approach, under the parameters of each, to the training rows of each data set, and label all rows."""
    if len({approach.name for approach in approaches}) > 1:
        raise ValueError("runs that are done together have the same approaches, in one order")
    wholes = [of.seen_by(approach) for approach, of in zip(approaches, begun, strict=True)]
    asked = {
        (k, part): (approach, Training(pings, begun[k].seeds.training, device, engine))
        for k, (approach, whole) in enumerate(zip(approaches, wholes, strict=True))
        for part, pings in training_views(approach, whole, begun[k].dataset.splits["train"]).items()
    }
    name = approaches[0].name
    for (k, part), (fitted, seconds) in fit_each(asked).items():
        begun[k].fitted.setdefault(name, {})[part] = fitted
        begun[k].fit.setdefault(name, {})[part] = seconds
    for of, whole in zip(begun, wholes, strict=True):
        of.labelled[name] = label(of.fitted[name], whole)


def _voted(setting: Setting, seeds: Seeds, engine: EngineParameters, trace: Trace | None) -> _Begun:
    """Build a data set and label it.

    Ping by ping, labeling functions are applied to training and validation rows, which is what the published rates
    fit (104 s x 114 it/s = 12,000 rows of 15,000), or to a sample of these, and timed there; the testing rows are
    labelled column-wise.
    """
    dataset = build_dataset(setting.trace, setting.dataset, setting.tasks, seeds.dataset, trace)
    series, votes, seconds = ColumnSeries(dataset.rtt_us), {}, {}
    of_rows = round(len(dataset.rtt_us) * (setting.dataset.train + setting.dataset.validation))
    at = _sample(of_rows, engine.sample)
    for task in setting.tasks:
        columns, whole = timed(partial(apply_columns, task, dataset.rtt_us, series))
        votes[task.name] = columns
        seconds[task.name] = {"all_rows": len(columns), "columns_s": whole.spent_s, "columns_wall_s": whole.wall_s}
        if engine.labeling == "rows":
            by_row, each = timed(partial(apply_rows, task, dataset.rtt_us, at, engine.bucket))
            if not np.array_equal(by_row, columns[at]):
                raise AssertionError(f"the two labeling engines disagree on {task.name}")
            sampled = {"rows": len(at), "of_rows": of_rows}
            seconds[task.name] |= {**sampled, "rows_s": each.spent_s, "rows_wall_s": each.wall_s}
    return _Begun(setting, seeds, dataset, series, votes, seconds)


def _sample(rows: int, share: float) -> NDArray[np.int64]:
    """Return the positions of a share of the first rows, at least one, spread evenly so that no stretch is special."""
    count = max(1, round(rows * share))
    return np.arange(count) * rows // count


def _carried(of: _Begun, base: Trace | None) -> dict[str, Any]:
    """Score what was fitted on the testing rows of another base, of which it sees no gold and no weak labels."""
    other = _voted(of.setting, of.seeds, FAST, base)
    for approach in of.setting.approaches:
        whole = seen(approach, of.setting.tasks, other.series, other.votes)
        other.labelled[approach.name] = label(of.fitted[approach.name], whole)
    return {name: _scored(other, said) for name, said in other.labelled.items()}


def seen(
    approach: Approach,
    tasks: tuple[Task, ...],
    series: ColumnSeries,
    votes: Mapping[str, LabelMatrix],
    answers: tuple[Mapping[str, Labels], Mapping[str, Posterior] | None] = ({}, None),
) -> Pings:
    """Return what an approach may see of every ping of a series: what it needs, and no more.

    ``answers`` are gold labels, and posteriors of the approach that it learns from.
    """
    needs = approach.all_needs
    return Pings(
        tasks,
        np.arange(series.n),
        votes=votes if "votes" in needs else {},
        weak=(answers[1] or {}) if "weak labels" in needs else {},
        gold=answers[0] if "gold" in needs else {},
        features=approach.input.of(series) if approach.input else None,
        series=series if "series" in needs else None,
    )


def _record(of: _Begun) -> dict[str, Any]:
    dataset, tasks = of.dataset, of.setting.tasks
    return {
        "seeds": {"dataset": of.seeds.dataset, "training": of.seeds.training},
        "dataset_sha256": dataset.sha256(),
        "base": _described(dataset.base_us),
        "rows": {name: len(part) for name, part in dataset.splits.items()},
        "apart": {task.name: _apart(dataset, task.name) for task in tasks},
        "votes_sha256": {name: hashlib.sha256(votes.tobytes("C")).hexdigest() for name, votes in of.votes.items()},
        "labeling": {task.name: _analysed(task, of) for task in tasks},
        "scores": {name: _scored(of, said) for name, said in of.labelled.items()},
        "times": {
            "labeling": of.labeling,
            "fit_s": _each(of.fit, lambda seconds: seconds.spent_s),
            "fit_wall_s": _each(of.fit, lambda seconds: seconds.wall_s),
        },
    }


def _described(base_us: NDArray[np.int64]) -> dict[str, float]:
    """Describe a base after cleaning: its length and its RTT statistics (ms)."""
    answered = base_us[base_us > 0] / 1000
    centred = answered - answered.mean()
    return {
        "pings": len(base_us),
        "median_ms": float(np.median(answered)),
        "p99_ms": float(np.quantile(answered, 0.99)),
        "loss": float((base_us == 0).mean()),
        "autocorrelation": float((centred[1:] * centred[:-1]).mean() / max(float(centred.var()), 1e-12)),
    }


def _apart(dataset: Dataset, task: str) -> float | None:
    """Return the share of a property's pings that lie above every ping of the base; None where there are none."""
    marked = dataset.rtt_us[dataset.gold[task] == 1]
    return float((marked > dataset.base_us.max()).mean()) if len(marked) else None


def _scored(of: _Begun, said: Labelled) -> dict[str, dict[str, float | None]]:
    test, found = of.dataset.splits["test"], {}
    in_time = bool((np.diff(test) == 1).all())
    for task in of.setting.tasks:
        if task.name not in said.labels:
            continue
        gold, labels = of.dataset.gold[task.name][test], said.labels[task.name][test]
        by_event = event_scores(gold, labels, task.within) if in_time else dict.fromkeys(EVENTS, None)
        found[task.name] = {**scores(gold, labels, said.posteriors[task.name][test, 1]), **by_event}
    return found


def _analysed(task: Task, of: _Begun) -> dict[str, Any]:
    """Describe the suite on the training rows with Snorkel's ``LFAnalysis``."""
    from snorkel.labeling import LFAnalysis

    train = of.dataset.splits["train"]
    votes, gold = of.votes[task.name][train].astype(np.int64), of.dataset.gold[task.name][train].astype(np.int64)
    analysis = LFAnalysis(votes)
    columns = {
        "coverage": analysis.lf_coverages(),
        "overlap": analysis.lf_overlaps(),
        "conflict": analysis.lf_conflicts(),
        "accuracy": np.nan_to_num(analysis.lf_empirical_accuracies(gold)),
    }
    functions = {
        function.name: {name: float(values[j]) for name, values in columns.items()}
        for j, function in enumerate(task.labeling_functions)
    }
    return {"functions": functions, "all_abstain": float((votes == ABSTAIN).all(axis=1).mean())}


def _each(fit: Mapping[str, Mapping[str, Seconds]], take: Callable[[Seconds], float]) -> dict[str, dict[str, float]]:
    return {approach: {part: take(of) for part, of in parts.items()} for approach, parts in fit.items()}
