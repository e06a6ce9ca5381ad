"""What it takes: the smallest change of the setting under which a shared trunk beats a network for each task."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from artifact.audit.answer import Answer, Cell, Found
from artifact.grid.grid import Cell as GridCell
from artifact.intervals import SIGNED, over_runs
from artifact.reported import Plan
from artifact.study import Variation

SHARED, SEPARATE = "multi_task", "separate_networks"
MEASURES = ("accuracy", "f1")
LEVEL = 0.9
"""Of the interval that has to lie above 0: by chance one change without effect in twenty does so."""
EACH = 5
"""Data sets that a change of this file is searched on, and as many others that have to confirm it."""
AS_IT_IS = "study"
CHANGES = (
    "takes_batch",
    "takes_learning_rate",
    "takes_epochs_half",
    "takes_epochs_twice",
    "initialisation_glorot",
    "learns_tossed",
    "learns_soft",
    "trunk_half",
    "trunk_twice",
    "input_window",
    "split_shuffled",
    "takes_few_rows",
    "takes_related_tasks",
)
"""From small to large: how a network is trained, on which labels, its shape, what it sees, other data."""


def asks(plan: Plan) -> Mapping[str, Sequence[GridCell]]:
    """Ask for both kinds of network, as they are and under each change that the study can make."""
    found = {AS_IT_IS: plan.cells(SHARED, SEPARATE)}
    some = [cell.seeds for cell in found[AS_IT_IS]][: 2 * EACH]
    for name, change in changes(plan).items():
        # Those of variations.toml are there on every data set.
        seeds = () if name in plan.file.variations else some
        found[name] = plan.cells(SHARED, SEPARATE, variation=change, seeds=seeds)
    return found


def changes(plan: Plan) -> dict[str, Variation]:
    """Return the changes that the study can make, from small to large, in proportion to its own values."""
    known = {**plan.file.variations, **{of.name: of for of in _own(plan)}}
    return {name: known[name] for name in CHANGES if name in known}


def _own(plan: Plan) -> list[Variation]:
    value, table = plan.file.value, "approaches.multi_task"
    batch, rate, epochs = (value(f"{table}.{key}") for key in ("batch", "learning_rate", "epochs"))
    wanted = [
        ("batch", "four times as large batches", {f"{table}.batch": 4 * batch}),
        ("learning_rate", "half the learning rate", {f"{table}.learning_rate": rate / 2}),
        ("epochs_half", "half as many epochs", {f"{table}.epochs": max(epochs // 2, 1)}),
        ("epochs_twice", "twice as many epochs", {f"{table}.epochs": 2 * epochs}),
        ("few_rows", "a sixth of the training rows", {"dataset.train": round(value("dataset.train") / 6, 4)}),
    ]
    if {"noise", "swell"} <= set(plan.tasks):
        size = {"tasks.noise.increase_ms": value("tasks.swell.increase_ms")}
        wanted.append(("related_tasks", "related tasks: noisy pings rise by as much as swells do", size))
    return [Variation(name=f"takes_{name}", reason=reason, section="3.4", set=of) for name, reason, of in wanted]


@dataclass(frozen=True)
class Try:
    """Gains of sharing under one change, a number per run: those searched on, and those that have to confirm."""

    title: str
    searched: Sequence[float]
    confirming: Sequence[float]

    @property
    def seen(self) -> bool:
        """Whether there is a gain on the data sets that were searched on."""
        return _lowest(self.searched) > 0

    @property
    def holds(self) -> bool:
        """Whether there is one on the others too."""
        return self.seen and _lowest(self.confirming) > 0

    @property
    def loses(self) -> bool:
        """Whether there is a loss on both."""
        return all(_lowest([-gain for gain in some]) > 0 for some in (self.searched, self.confirming))


def answer(found: Found) -> Answer:
    """Name the smallest change that passes on both samples, or say that none does."""
    titles = {AS_IT_IS: "the study as it is", **{name: of.reason for name, of in changes(found.plan).items()}}
    tries = {m: [_try(title, found.records[name], m) for name, title in titles.items()] for m in MEASURES}
    tried = (len(titles) - 1) * len(MEASURES)
    rows: list[list[Cell]] = []
    for k, title in enumerate(titles.values()):
        each = [tries[m][k] for m in MEASURES]
        held = " and ".join(m for m in MEASURES if tries[m][k].holds)
        rows.append(
            [title, *(over_runs(part, SIGNED) for of in each for part in (of.searched, of.confirming)), held or "no"]
        )
    return Answer(
        question="What would it take for a shared trunk to beat separate networks?",
        answer=" ".join(_said(m, tries[m]) for m in MEASURES),
        caption="Gain of the shared trunk over a network for each task, mean over tasks, paired per run, with 95 % "
        f"interval; it beats them where the {LEVEL:.0%} interval lies above 0 on the data sets searched and again on "
        "the others. Changes from small to large.",
        columns=["change", *(f"{m} gain, {part}" for m in MEASURES for part in ("searched", "confirming")), "beats"],
        rows=rows,
        derived=f"A change without effect passes one sample in {_chance():.0%} of cases and both in "
        f"{_chance() ** 2:.2%}: of {tried} comparisons {tried * _chance() ** 2:.3f} by chance. The order from small "
        "to large is ours; more tasks than the study has are not among the changes "
        "(artifact/audit/what_it_takes.py).",
        seeds=len(found.records[AS_IT_IS]),
        draws=[f"{m} gain, {part}" for m in MEASURES for part in ("searched", "confirming")],
    )


def _try(title: str, records: Sequence[Mapping[str, Any]], measure: str) -> Try:
    """Give the first half of the runs to the search, the others to the confirmation."""
    gains = [_gain(record["scores"], measure) for record in records]
    half = len(gains) // 2
    first, others = ([gain for gain in some if gain is not None] for some in (gains[:half], gains[half:]))
    return Try(title, first, others)


def _gain(scores: Mapping[str, Any], measure: str) -> float | None:
    """Return the mean over tasks of what sharing gains; None where a task has no score."""
    pairs = [(of[measure], scores[SEPARATE][task][measure]) for task, of in scores[SHARED].items()]
    if not pairs or any(one is None for pair in pairs for one in pair):
        return None
    return math.fsum(ours - theirs for ours, theirs in pairs) / len(pairs)


def _said(measure: str, tries: Sequence[Try]) -> str:
    as_it_is, *changed = tries
    by = f"By {measure.replace('f1', 'F1')}"
    if as_it_is.holds:
        return f"{by}, no change is needed: {_both(as_it_is)}."
    smallest = next((of for of in changed if of.holds), None)
    if smallest:
        return f"{by}: {smallest.title}, {_both(smallest)}."
    chance = [of for of in changed if of.seen]
    first = (
        f"{len(chance)} gained on the data sets searched, not on the others"
        if chance
        else "none showed a gain on the data sets searched"
    )
    lost = sum(of.loses for of in tries)
    losses = f"; sharing loses on both under {lost} of {len(tries)} settings" if lost else ""
    return f"{by}, none found in {len(changed)} changes: {first}{_missed(changed)}{losses}."


def _both(of: Try) -> str:
    first, again = (math.fsum(some) / len(some) for some in (of.searched, of.confirming))
    return f"a gain of {first:.3f} where it was searched and of {again:.3f} on other data sets"


def _missed(tries: Sequence[Try]) -> str:
    """Say how large a gain the widest interval over all runs of a change leaves possible."""
    highest = [-_lowest([-gain for gain in (*of.searched, *of.confirming)]) for of in tries]
    largest = max(highest, default=math.inf)
    return f"; gains of up to {largest:.3f} could have been missed" if largest < math.inf else ""


def _chance() -> float:
    return (1 - LEVEL) / 2


def _lowest(gains: Sequence[float]) -> float:
    """Return the lower end of the interval; of a single run nothing is known."""
    from scipy.special import stdtrit

    n = len(gains)
    if n < 2:
        return -math.inf
    mean = math.fsum(gains) / n
    sd = math.sqrt(math.fsum((gain - mean) ** 2 for gain in gains) / (n - 1))
    return mean - float(stdtrit(n - 1, (1 + LEVEL) / 2)) * sd / math.sqrt(n)
