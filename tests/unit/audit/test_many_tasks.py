"""What training costs by number of tasks: which cells are timed, and a sentence for each way that seconds can grow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from artifact.audit import many_tasks
from artifact.audit.answer import Found
from artifact.grid.grid import Grid
from artifact.reported import Plan
from artifact.store.paths import ROOT, ResultPaths
from artifact.study import read_study


@pytest.fixture(scope="module")
def plan() -> Plan:
    return Plan(read_study(ROOT / "study.five.toml", ROOT / "variations.toml"))


def answered(plan: Plan, **seconds: dict[str, list[float]]) -> Any:
    """Answer for runs whose label models, separate networks and shared one took so long, per number of tasks."""
    records = {
        count.strip("n"): [
            {
                "times": {
                    "fit_s": {
                        kind: {"a": run / 2, "b": run / 2} for kind, run in zip(many_tasks.KINDS, of, strict=True)
                    }
                }
            }
            for of in zip(*runs.values(), strict=True)
        ]
        for count, runs in seconds.items()
    }
    return many_tasks.answer(Found(plan, records, {}))


def test_it_asks_for_the_papers_tasks_the_studys_and_these_twice(plan: Plan, tmp_path: Path) -> None:
    asked = many_tasks.asks(plan)
    assert list(asked) == ["3", "5", "10"]
    grid = Grid(plan.file, ResultPaths(tmp_path))
    for count, cells in asked.items():
        assert [cell.seeds for cell in cells] == plan.seeds[:3]
        for cell in cells:
            assert len(grid.setting(cell).tasks) == int(count)
            # Seconds of one run alone, by the trainer that Table 1 is timed with; no ping is labelled by row.
            assert (cell.timed, grid.engine(cell).training, grid.engine(cell).labeling) == (True, "snorkel", "columns")
    names = [task.name for task in grid.setting(asked["10"][0]).tasks]
    assert names[5:] == [f"{name}_2" for name in names[:5]]
    folders = {grid.paths(cell).folder for cells in asked.values() for cell in cells}
    assert len(folders) == 9
    assert grid.manifest(asked["10"][0])["tasks.noise_2.probability"] == 0.01


def test_a_study_of_the_papers_tasks_alone_has_them_once_and_twice() -> None:
    assert list(many_tasks.asks(Plan(read_study(ROOT / "study.toml", ROOT / "variations.toml")))) == ["3", "6"]


def test_seconds_are_told_to_grow_in_proportion_less_or_more_only_with_the_whole_interval(plan: Plan) -> None:
    said = answered(
        plan,
        n3={"labels": [1.0, 1.0, 1.0], "each": [2.0, 2.0, 2.0], "shared": [1.0, 1.0, 1.0]},
        n10={"labels": [3.3, 3.2, 3.5], "each": [9.0, 9.1, 9.2], "shared": [1.5, 1.6, 1.4]},
    )
    assert "From 3 to 10 tasks, 3.3 times as many" in said.answer
    assert "label models: 3.33 times [2.95, 3.71], in proportion as far as these runs tell;" in said.answer
    assert "a network per task: 4.55 times [4.43, 4.67], more than in proportion;" in said.answer
    assert "one network for all: 1.50 times [1.25, 1.75], less than in proportion." in said.answer
    assert "a network per task: 50% with 3 tasks, 16% with 10 tasks." in said.answer
    assert [row[0] for row in said.times] == ["3 tasks", "10 tasks"]
    assert [cell["mean"] for cell in said.times[1][1:4]] == pytest.approx([10 / 3, 9.1, 1.5])
    assert not said.rows  # nothing that two runs must agree on


def test_one_run_decides_nothing(plan: Plan) -> None:
    runs = {"labels": [1.0], "each": [2.0], "shared": [1.0]}
    said = answered(plan, n3=runs, n10={"labels": [1.0], "each": [9.0], "shared": [0.0]})
    assert said.answer.count("in one run, which decides nothing") == 3
    assert "than in proportion" not in said.answer
