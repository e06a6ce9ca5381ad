"""Carrying over: what is trained on one line, used on each other one, synthetic and real."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import Any

from artifact.audit import best
from artifact.audit.answer import Answer, Cell, Found, Heat
from artifact.grid.grid import OWN_BASE
from artifact.grid.grid import Cell as GridCell
from artifact.intervals import over_runs, paired
from artifact.reported import BASE, Plan
from artifact.scores import SCALES
from artifact.study import Variation
from artifact.trace.shipped import shipped

MOST_SEEDS = 3
"""Data sets per line: each is fitted on, and used on, by every line."""
LOWER = 0.05
"""How much less macro F1 is called lower."""
BESIDE, MAJORITY, NETWORK = ("rules", "blind"), "majority", "multi_task"
UNDER = "under "
"""Before a variation's name: the network of this report's base so varied, used on each line."""
Records = Mapping[str, Sequence[Mapping[str, Any]]]
Pairs = Sequence[tuple[str, str]]
"""The line that was trained on, and the one that it is used on."""


def asks(plan: Plan) -> Mapping[str, Sequence[GridCell]]:
    """Ask for each line, this study's base first, carried onto all the others, on fresh seeds."""
    lines = (None, *shipped(plan.file.study.trace.pings))
    seeds = best.fresh_seeds(plan)[:MOST_SEEDS]
    found = {}
    for line in lines:
        # What knows nothing of a ping is set against the network of this report's base alone.
        further = plan.know_nothing if line is None else ()
        approaches = tuple(dict.fromkeys((*_compared(plan), MAJORITY, *further)))
        onto = tuple(other for other in lines if other is not line)
        found[line.name if line else OWN_BASE] = [GridCell(of, approaches, trace=line, onto=onto) for of in seeds]
    for variation in _of_the_network(plan):
        varied = [GridCell(of, (NETWORK, MAJORITY), variation, onto=lines[1:]) for of in seeds]
        found[f"{UNDER}{variation.name}"] = varied
    return found


def answer(found: Found) -> Answer:
    """Show a matrix of lines per task and approach, and what is lost from a line to another."""
    lines, compared, titles = _lines(found.records), _compared(found.plan), found.results["titles"]
    seeds = len(found.records[OWN_BASE])
    own, others = [(line, line) for line in lines], list(permutations(lines, 2))
    unseen_by_base = [(OWN_BASE, line) for line in lines[1:]]
    rows: list[list[Cell]] = []
    for approach in compared:
        rows += [
            [f"{titles[approach]}, own line", *_row(found, own, approach)],
            [f"{titles[approach]}, other lines", *_row(found, others, approach)],
        ]
    if NETWORK in compared:
        rows += [[f"{titles[NETWORK]}, {a} to {b}", *_row(found, [(a, b)], NETWORK)] for a, b in unseen_by_base]
    return Answer(
        question="Does a model carry over?",
        answer=" ".join([*_said(found, others), *_useful(found, unseen_by_base)]),
        caption="Macro F1 on the testing rows, and accuracy minus that of the majority class of the line that was "
        "trained on: means over all lines, each trained on and used on itself, and over all pairs of two; then the "
        "network that was trained on this report's base, on each line that it has not seen. Heat maps: macro F1, a row "
        "per line that was trained on, a column per line that it is used on.",
        columns=["trained and used", *(f"{task} {head}" for task in found.tasks for head in ("F1", "gain"))],
        rows=rows,
        derived=f"This report's base and {len(lines) - 1} real lines of data/lines/, with the study's properties in "
        f"the study's sizes; {seeds} data sets per line, seeds {best.FIRST_SEED} and up; on another line nothing is "
        "fitted and no gold is seen (artifact/audit/carries.py).",
        seeds=seeds,
        draws=[f"{task} F1" for task in found.tasks],
        heats=[_heat(found, lines, approach, task) for task in found.tasks for approach in compared],
    )


def unseen(plan: Plan, records: Records) -> dict[str, dict[str, Any]]:
    """Return accuracies on each line that was not trained on, a column per seed.

    ``lines`` by the line's name, of what was trained on the study's own base: ``seeds`` (data set, training) and
    ``accuracy`` per approach and task of the paper. ``under`` the same for what was trained on each other line, and
    for each other network, with what was chosen and why. Nothing where the study has none of these tasks.
    """
    if not plan.paper_tasks:
        return {"lines": {}, "under": {}}
    own, *others = _lines(records)
    under = {}
    for line in others:
        told = {"choice": BASE, "reason": f"trained on {line} of data/lines/", "instead": {}}
        onto = [other for other in (own, *others) if other != line]
        under[f"base_{line}"] = {**told, "lines": _unseen(plan, records, line, onto)}
    for variation in _of_the_network(plan):
        told = {"choice": variation.choice, "reason": variation.reason, "instead": {}}
        trained = f"{UNDER}{variation.name}"
        under[variation.name] = {**told, "lines": _unseen(plan, records, trained, others)}
    return {"lines": _unseen(plan, records, own, others), "under": under}


def _unseen(plan: Plan, records: Records, trained: str, lines: Sequence[str]) -> dict[str, Any]:
    seeds = [[record["seeds"]["dataset"], record["seeds"]["training"]] for record in records[trained]]
    return {
        line: {
            "seeds": seeds,
            "accuracy": {
                name: {task: _runs(records, (trained, line), name, task, "accuracy") for task in plan.paper_tasks}
                for name in records[trained][0]["scores"]
            },
        }
        for line in lines
    }


def _of_the_network(plan: Plan) -> list[Variation]:
    """Return the choices that change nothing but how the network is built, what it sees and what it learns from."""
    if NETWORK not in plan.approaches:
        return []
    table = f"approaches.{NETWORK}."
    return [of for of in plan.choices() if of.set and all(name.startswith(table) for name in of.set)]


def _compared(plan: Plan) -> tuple[str, ...]:
    return (*plan.table1, *(name for name in BESIDE if name in plan.approaches))


def _lines(records: Records) -> list[str]:
    """Return the names of the lines, the base first; without that line in the box that is the base itself."""
    first = {name: some[0]["dataset_sha256"] for name, some in records.items() if not name.startswith(UNDER)}
    return [OWN_BASE, *(name for name in first if name != OWN_BASE and first[name] != first[OWN_BASE])]


def _runs(records: Records, pair: tuple[str, str], approach: str, task: str, measure: str) -> list[float | None]:
    trained, used = pair
    scored = [of["scores"] if trained == used else of["carried"][used] for of in records[trained]]
    return [of.get(approach, {}).get(task, {}).get(measure) for of in scored]


def _over(found: Found, pairs: Pairs, approach: str, task: str, measure: str) -> dict[str, Any]:
    """Return the mean over pairs of lines, seed by seed; a seed without one of them has none."""
    per_seed = zip(*(_runs(found.records, pair, approach, task, measure) for pair in pairs), strict=True)
    means = [None if None in of else math.fsum(filter(None, of)) / len(of) for of in per_seed]
    return over_runs(means, SCALES[measure])


def _row(found: Found, pairs: Pairs, approach: str) -> list[Cell]:
    cells: list[Cell] = []
    for task in found.tasks:
        ours, majority = (_over(found, pairs, name, task, "accuracy") for name in (approach, MAJORITY))
        cells += [_over(found, pairs, approach, task, "macro_f1"), paired(ours, majority)]
    return cells


def _mean(found: Found, pair: tuple[str, str], approach: str, task: str, measure: str) -> float | None:
    mean: float | None = _over(found, [pair], approach, task, measure)["mean"]
    return mean


def _heat(found: Found, lines: Sequence[str], approach: str, task: str) -> Heat:
    values = [[_mean(found, (trained, used), approach, task, "macro_f1") for used in lines] for trained in lines]
    return Heat(f"{task}: {found.results['titles'][approach]}", lines, lines, values)


def _said(found: Found, others: Pairs) -> list[str]:
    """Count the transfers that lose to one trained there, and those that lose to the majority, for each approach."""
    lower, below = [], []
    for approach in _compared(found.plan):
        f1 = [_less(found, pair, approach, task, "macro_f1") for pair in others for task in found.tasks]
        accuracy = [_less(found, pair, approach, task, "accuracy") for pair in others for task in found.tasks]
        title = found.results["titles"][approach]
        lower.append(f"{title} {_share(f1, LOWER)}")
        below.append(f"{title} {_share(accuracy, 0)}")
    return [
        f"Transfers (line to line, task by task) more than {LOWER} macro F1 below one trained there: "
        f"{', '.join(lower)}.",
        f"Less accurate than the majority class: {', '.join(below)}.",
    ]


def _less(found: Found, pair: tuple[str, str], approach: str, task: str, measure: str) -> float | None:
    """Return how much lower an approach is there than one trained there, or its accuracy than the majority's."""
    than = (approach, (pair[1], pair[1])) if measure == "macro_f1" else (MAJORITY, pair)
    ours = _mean(found, pair, approach, task, measure)
    theirs = _mean(found, than[1], than[0], task, measure)
    return None if ours is None or theirs is None else theirs - ours


def _share(differences: Sequence[float | None], line: float) -> str:
    there = [of for of in differences if of is not None]
    return f"{sum(of > line for of in there)} of {len(there)}"


def _useful(found: Found, unseen_by_base: Pairs) -> list[str]:
    """Say on how many lines the network of this report's base is worth more than no model, if the study has one."""
    if NETWORK not in _compared(found.plan):
        return []
    less = [[_less(found, pair, NETWORK, task, "accuracy") for task in found.tasks] for pair in unseen_by_base]
    useful = sum(all(of is not None and of < 0 for of in tasks) for tasks in less)
    return [
        f"{found.results['titles'][NETWORK]} of this report's base: more accurate than that class for every task on "
        f"{useful} of {len(less)} unseen lines."
    ]
