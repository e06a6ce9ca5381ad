"""The numbers that verdicts rest on: runs in columns, dead runs by the approach's title, what calibration judged."""

from __future__ import annotations

from typing import Any

from artifact.reported import Plan
from artifact.settled import calibration, dead, settled
from artifact.study import StudyFile

TASKS = ("noise", "outage", "swell")


def record(seed: int, f1: float, present: float | None = 0.5, approaches: tuple[str, ...] = ("multi_task",)) -> Any:
    """A run whose approaches all have one F1; ``present`` is None where no testing row has a property."""
    scores = {"accuracy": 0.9, "f1": f1, "average_precision": present}
    return {
        "seeds": {"dataset": seed, "training": seed + 100},
        "scores": {name: dict.fromkeys(TASKS, scores) for name in approaches},
        "apart": dict.fromkeys(TASKS, 1.0),
    }


def records(timed: list[Any], every: list[Any], plan: Plan) -> dict[str, list[Any]]:
    under = {f"under {name}": every for name in (*(of.name for of in plan.choices()), *plan.on_lines())}
    return {"paper_timed": timed, "paper_every": every, "paper_again": [], **under}


def test_dead_runs_are_those_of_all_kinds_and_bear_the_title(study_file: StudyFile) -> None:
    plan = Plan(study_file)
    found = dead(plan, records([record(0, 0.0)], [record(1, 0.0), record(2, 0.4)], plan))
    assert found == [{"approach": "Multi-task network", "task": task, "runs": 2, "of": 3} for task in TASKS]


def test_a_run_with_nothing_to_find_is_neither_dead_nor_counted(study_file: StudyFile) -> None:
    plan = Plan(study_file)
    assert dead(plan, records([], [record(0, 0.0, present=None), record(1, 0.4)], plan)) == []
    found = dead(plan, records([], [record(0, 0.0, present=None), record(1, 0.0)], plan))
    assert {(of["runs"], of["of"]) for of in found} == {(1, 1)}


def test_a_run_without_an_approach_has_none_in_its_place(study_file: StudyFile) -> None:
    plan = Plan(study_file)
    both = ("multi_task", "majority")
    runs = settled(plan, records([record(0, 0.5)], [record(1, 0.5, approaches=both)], plan))["runs"]
    assert runs["seeds"] == [[0, 100], [1, 101]]
    assert runs["accuracy"]["majority"]["noise"] == [None, 0.9]
    assert runs["accuracy"]["multi_task"]["noise"] == [0.9, 0.9]


def test_every_choice_has_its_runs(study_file: StudyFile) -> None:
    plan = Plan(study_file)
    under = settled(plan, records([], [record(1, 0.5)], plan))["under"]
    assert list(under) == [*(of.name for of in plan.choices()), *plan.on_lines()]
    assert under["trunk_not_shared"]["instead"] == {"multi_task": "separate_networks"}
    assert {of["choice"] for of in under.values()} >= {"ties", "class balance", "trunk", "split", "base trace"}
    assert under["base_cloud_host"]["reason"] == "cloud_host of data/lines/ as base"


def test_what_calibration_judged_is_read_off_the_study(study_file: StudyFile) -> None:
    found = {of["parameter"]: of for of in calibration(Plan(study_file))}
    assert found["tasks.noise.calm_sd"] == {
        "parameter": "tasks.noise.calm_sd",
        "judged": [["single_task", "noise"]],
        "size": False,
    }
    assert found["tasks.swell.increase_ms"]["size"]
    assert len(found["tasks.swell.increase_ms"]["judged"]) == 6
