"""What a question starts from, the records of its cells, and what it gives: one sentence and one small table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from artifact.grid.grid import Cell as GridCell
from artifact.intervals import in_words, over_runs, paired
from artifact.reported import Plan
from artifact.run import Seeds
from artifact.scores import SCALES

Rows = Mapping[str, tuple[str, str]]
"""Rows of a table: how each is called, the variation (none: the study as it is) and the approach behind it."""
Cell = str | int | float | Mapping[str, Any] | None
MEASURES = ("accuracy", "f1")
"""What most answers show of an approach."""


@dataclass(frozen=True)
class Heat:
    """One panel of a heat map: a value in [0, 1] per row and column, None where there is none."""

    title: str
    rows: Sequence[str]
    columns: Sequence[str]
    values: Sequence[Sequence[float | None]]


@dataclass(frozen=True)
class Answer:
    """What a question found: ``rows`` begin with their name; a measured cell is a mean with interval and runs.

    ``times`` are rows of the same columns that hang on the clock, kept apart from what two runs must agree on.
    ``options`` are those that it was asked with on demand, as somebody would type them. ``draws`` names the columns
    whose measured cells the page draws as dots with intervals, a panel each; ``heats`` are panels of a heat map.
    """

    question: str
    answer: str
    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    derived: str
    seeds: int
    times: Sequence[Sequence[Cell]] = ()
    options: str = ""
    draws: Sequence[str] = ()
    heats: Sequence[Heat] = ()


@dataclass(frozen=True)
class Found:
    """The records of the cells that a question asked for, by the names that it gave them, and results.json so far."""

    plan: Plan
    records: Mapping[str, Sequence[Mapping[str, Any]]]
    results: Mapping[str, Any]

    @property
    def tasks(self) -> list[str]:
        """The names of the study's tasks."""
        return self.plan.tasks

    def measured(self, name: str, approach: str, task: str, measure: str) -> dict[str, Any] | None:
        """Return a score over the records of that name; None where the approach has nothing to say about the task."""
        scored = [record["scores"][approach].get(task) for record in self.records[name]]
        if None in scored:
            return None
        return over_runs([of[measure] for of in scored], SCALES[measure])

    def row(self, name: str, approach: str, measures: Sequence[str] = MEASURES) -> list[Cell]:
        """Return a table's cells: for each task each measure."""
        return [self.measured(name, approach, task, measure) for task in self.tasks for measure in measures]

    def rows(self, rows: Rows, measures: Sequence[str] = MEASURES) -> list[list[Cell]]:
        """Return a table's rows, each with its name first."""
        return [[row, *self.row(row, approach, measures)] for row, (_, approach) in rows.items()]

    def gain(self, rows: Rows, ours: str, theirs: str, measures: Sequence[str] = MEASURES) -> list[Cell]:
        """Return the paired differences of two rows, None where one has nothing."""
        pairs = (self.row(row, rows[row][1], measures) for row in (ours, theirs))
        return [
            paired(a, b) if isinstance(a, Mapping) and isinstance(b, Mapping) else None
            for a, b in zip(*pairs, strict=True)
        ]

    def by_data_set(self) -> Found:
        """Return the same with each data set's scores averaged over its trainings: data sets are the sample."""
        return replace(self, records={name: _averaged(of) for name, of in self.records.items()})

    def heads(self, measures: Sequence[str] = MEASURES) -> list[str]:
        """Return the columns that belong to ``row``."""
        return [f"{task} {measure.replace('_', ' ')}" for task in self.tasks for measure in measures]


def _averaged(records: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return a record per data set with the means of ``MEASURES`` alone, those that each of its trainings has."""
    trainings: dict[int, list[Mapping[str, Any]]] = {}
    for record in records:
        trainings.setdefault(record["seeds"]["dataset"], []).append(record["scores"])
    return [{"scores": _mean_scores(of)} for of in trainings.values()]


def _mean_scores(trainings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    def mean(name: str, task: str, measure: str) -> float | None:
        values = [of[name][task][measure] for of in trainings]
        return None if None in values else math.fsum(values) / len(values)

    return {
        name: {task: {measure: mean(name, task, measure) for measure in MEASURES} for task in tasks}
        for name, tasks in trainings[0].items()
        if all(name in of for of in trainings)
    }


def asked(plan: Plan, rows: Rows, seeds: Sequence[Seeds] = ()) -> dict[str, list[GridCell]]:
    """Return the cells behind a table's rows; rows of one variation share theirs."""
    together: dict[str, list[str]] = {}
    for variation, approach in rows.values():
        together.setdefault(variation, []).append(approach)
    return {
        row: plan.cells(*dict.fromkeys(together[variation]), variation=variation, seeds=seeds)
        for row, (variation, _) in rows.items()
    }


def each_in_words(names: Sequence[str], gains: Sequence[Cell]) -> str:
    """Say for each task what its paired difference shows; ``gains`` holds one cell per name."""
    said = zip(names, gains, strict=True)
    return "; ".join(f"{name}: {in_words(cell)}{_some_runs(cell)}" for name, cell in said if isinstance(cell, Mapping))


def means(names: Sequence[str], cells: Sequence[Cell], form: str = "{:.3f}") -> str:
    """List the mean of each task's cell, those that have one."""
    said = zip(names, cells, strict=True)
    return ", ".join(
        f"{name} {form.format(cell['mean'])}{_some_runs(cell)}"
        for name, cell in said
        if isinstance(cell, Mapping) and cell["mean"] is not None
    )


def as_text(answer: Answer) -> str:
    """Return an answer for a terminal."""
    table = [list(answer.columns), *([_shown(cell) for cell in row] for row in (*answer.rows, *answer.times))]
    widths = [max(len(row[i]) for row in table) for i in range(len(answer.columns))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
    return "\n".join([answer.question, answer.answer, "", *lines, "", answer.derived])


def _shown(cell: Cell) -> str:
    if not isinstance(cell, Mapping):
        return "-" if cell is None else str(cell)
    if cell["mean"] is None:
        return "-"
    low_high = cell["ci95"]
    return f"{cell['mean']:.3f}" + (f" [{low_high[0]:.3f}, {low_high[1]:.3f}]" if low_high else "") + _some_runs(cell)


def _some_runs(cell: Mapping[str, Any]) -> str:
    """Say over how many runs a mean goes where it is not over all: those without a value are not seen in it."""
    there = sum(run is not None for run in cell["runs"])
    return f" ({there} of {len(cell['runs'])} runs)" if 0 < there < len(cell["runs"]) else ""
