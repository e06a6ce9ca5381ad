"""An answer: one sentence and one small table, each number with its interval."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from artifact.scores import over_runs

Cell = str | int | float | Mapping[str, Any] | None


@dataclass(frozen=True)
class Answer:
    """What a question found: ``rows`` begin with their name; a measured cell is a mean with interval and runs.

    ``times`` are rows of the same columns that hang on the clock, kept apart from what two runs must agree on.
    """

    question: str
    answer: str
    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    derived: str
    seeds: int
    times: Sequence[Sequence[Cell]] = ()


def measured(values: Sequence[float]) -> dict[str, Any] | None:
    """Return mean, 95 % interval and runs of the values that there are; None where there is none."""
    there = [float(value) for value in values if not math.isnan(value)]
    return over_runs(there) if there else None


def proportion(holds: Sequence[bool]) -> dict[str, Any]:
    """Return a share with its exact 95 % interval (Clopper & Pearson, Biometrika 1934), and the cases."""
    from scipy.stats import binomtest

    low, high = binomtest(sum(map(bool, holds)), len(holds)).proportion_ci(0.95, method="exact")
    cases = [float(case) for case in holds]
    return {"mean": math.fsum(cases) / len(cases), "ci95": [float(low), float(high)], "runs": cases}


def in_words(difference: Mapping[str, Any]) -> str:
    """Say what a paired difference shows, and no more than its interval does."""
    low, high = difference["ci95"]
    if len(difference["runs"]) == 1:
        return f"{difference['mean']:+.3f} in the one run, which shows no difference"
    if low > 0:
        return f"a gain of {difference['mean']:.3f}, at least {low:.3f}"
    if high < 0:
        return f"a loss of {-difference['mean']:.3f}, at least {-high:.3f}"
    if low == high == 0:
        return "the same score in every run"
    return f"no difference seen; one of up to {max(-low, high):.3f} could have been missed"


def each_in_words(names: Sequence[str], differences: Sequence[Cell]) -> str:
    """Say for each task what its paired difference shows; ``differences`` holds one cell per name."""
    said = zip(names, differences, strict=True)
    return "; ".join(f"{name}: {in_words(cell)}" for name, cell in said if isinstance(cell, Mapping))


def as_text(answer: Answer) -> str:
    """Return an answer for a terminal."""
    table = [list(answer.columns), *([_shown(cell) for cell in row] for row in (*answer.rows, *answer.times))]
    widths = [max(len(row[i]) for row in table) for i in range(len(answer.columns))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
    return "\n".join([answer.question, answer.answer, "", *lines, "", answer.derived])


def _shown(cell: Cell) -> str:
    if isinstance(cell, Mapping):
        low, high = cell["ci95"]
        return f"{cell['mean']:.3f} [{low:.3f}, {high:.3f}]"
    return "-" if cell is None else str(cell)
