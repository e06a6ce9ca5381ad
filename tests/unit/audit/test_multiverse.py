"""The multiverse: worlds repeat and go on, and the summary counts what it says."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from artifact.audit import multiverse
from artifact.audit.answer import Found
from artifact.errors import BadInputError
from artifact.grid.grid import Grid
from artifact.reported import Plan
from artifact.setting import setting_of, varied
from artifact.store.paths import ResultPaths
from artifact.study import StudyFile, Variation

RANGES, CHOICES = "multiverse.ranges", "multiverse.choices"


def test_the_design_covers_its_ranges_and_repeats(study_file: StudyFile) -> None:
    points = multiverse.points(study_file, 64)
    assert points == multiverse.points(study_file, 64)
    assert points[:8] == multiverse.points(study_file, 8)  # so that more worlds go on where fewer stopped
    for name, (low, high) in study_file.study.multiverse.ranges.items():
        values = np.array([point[name] for point in points])
        assert low <= values.min() < low + (high - low) / 8
        assert high - (high - low) / 8 < values.max() <= high


def test_every_choice_is_made_about_as_often_as_the_others(study_file: StudyFile) -> None:
    points = multiverse.points(study_file, 64)
    for name, values in study_file.study.multiverse.choices.items():
        counts = [sum(point[name] == value for point in points) for value in values]
        assert sum(counts) == 64
        assert min(counts) >= 64 // len(values) - 2


def test_every_point_is_a_possible_study(study_file: StudyFile) -> None:
    for point in multiverse.points(study_file, 64):
        changed = study_file.with_values(multiverse.changes(study_file, point))
        setting_of(changed)
        low, high = changed.study.tasks["swell"]["length"]
        assert high == pytest.approx(4 * low, abs=3)
        assert changed.study.tasks["noise"]["bucket"] % 2 == 0
        assert isinstance(changed.study.approaches["multi_task"]["epochs"], int)


def test_more_worlds_go_on_where_fewer_stopped(study_file: StudyFile, tmp_path: Path) -> None:
    plan, grid = Plan(study_file), Grid(study_file, ResultPaths(tmp_path))
    few, many = multiverse.asks(plan, 4), multiverse.asks(plan, 16)
    assert len(many) == 16
    for name, cells in few.items():
        for a, b in zip(cells, many[name], strict=True):
            assert grid.paths(a) == grid.paths(b)
            assert grid.manifest(a) == grid.manifest(b)
    seeds = [cell.seeds.dataset for cells in many.values() for cell in cells]
    assert len(set(seeds)) == 32
    assert min(seeds) == study_file.study.multiverse.seed


def test_a_world_hangs_on_what_it_sets(study_file: StudyFile, tmp_path: Path) -> None:
    grid, asked = Grid(study_file, ResultPaths(tmp_path)), multiverse.asks(Plan(study_file), 2)
    point = multiverse.changes(study_file, multiverse.points(study_file, 2)[1])
    manifest = grid.manifest(asked["1"][0])
    for name in ("tasks.swell.low", "approaches.multi_task.epochs", "approaches.single_task.ties", "dataset.split"):
        assert manifest[name] == point[name]
    assert manifest != grid.manifest(asked["0"][0])


def found_with(study_file: StudyFile, gains: list[float]) -> Found:
    """Records of worlds in which multi-task gains so much on swells and nothing else; two runs each."""

    def record(gain: float) -> dict[str, Any]:
        single = {task: {"accuracy": 0.8} for task in ("noise", "outage", "swell")}
        return {"scores": {"single_task": single, "multi_task": {**single, "swell": {"accuracy": 0.8 + gain}}}}

    titles = {"single_task": "Single-task label models", "multi_task": "Multi-task network"}
    records = {str(k): [record(gain - 0.01), record(gain + 0.01)] for k, gain in enumerate(gains)}
    return Found(Plan(study_file), records, {"titles": titles})


def test_the_summary_counts_wins_and_finds_what_decides(study_file: StudyFile) -> None:
    points = multiverse.points(study_file, 32)
    low = study_file.study.multiverse.ranges["tasks.swell.low"][0]
    gains = [point["tasks.swell.low"] - low - 0.125 for point in points]
    answer = multiverse.answer(found_with(study_file, gains))
    rows: dict[str, Any] = {str(row[0]): row[1:] for row in answer.rows}
    won = rows["multi-task is more accurate, share of worlds"]
    assert won[2]["mean"] == np.mean(np.array(gains) > 0)
    assert won[1]["mean"] == 0
    assert rows["multi-task is less accurate, share of worlds"][1]["mean"] == 0
    assert rows["deciding parameter 1"] == ["-", "-", "tasks.swell.low (+1.00)"]
    said = f"noise 0%, outage 0%, swell {won[2]['mean']:.0%}"
    assert answer.answer == f"Share of 32 worlds in which multi-task is more accurate: {said}."
    assert all(len(row) == len(answer.columns) for row in answer.rows)


def test_a_choice_that_decides_is_found(study_file: StudyFile) -> None:
    split = [point["dataset.split"] == "shuffled" for point in multiverse.points(study_file, 32)]
    rows = {row[0]: row[1:] for row in multiverse.answer(found_with(study_file, [0.1 * of for of in split])).rows}
    assert rows["deciding parameter 1"][2] == "dataset.split (+1.00)"


def test_one_world_has_an_answer(study_file: StudyFile) -> None:
    rows = {row[0]: row[1:] for row in multiverse.answer(found_with(study_file, [0.1])).rows}
    assert rows["deciding parameter 1"] == ["-", "-", "-"]


def test_an_unknown_parameter_is_one_line(study_file: StudyFile) -> None:
    with pytest.raises(BadInputError, match=r"no parameter tasks\.swell\.heigth"):
        multiverse.changes(study_file, {"tasks.swell.heigth": 1.0})


@pytest.mark.parametrize(
    ("kind", "parameter", "values"),
    [
        ("ranges", "tasks.swell.increase_ms", [-5, 12]),
        ("ranges", "approaches.multi_task.epochs", [-9, -5]),
        ("ranges", "runs.tasks", [1, 2]),
        ("ranges", "no.such", [0, 1]),
        ("choices", "dataset.split", ["time", "by hand"]),
        ("choices", "approaches.multi_task.input", ["ping", "no.such:input"]),
    ],
)
def test_what_makes_no_possible_study_is_one_line(
    study_file: StudyFile, kind: str, parameter: str, values: list[Any]
) -> None:
    both = {RANGES: {"trace.sigma": [0.2, 0.6]}, CHOICES: {}}
    file = study_file.with_values({**both, f"multiverse.{kind}": {parameter: values}})
    with pytest.raises(BadInputError, match=rf"study\.toml:\d+: multiverse\.{kind}: {parameter}") as refusal:
        multiverse.check(file)
    assert "\n" not in str(refusal.value)


def test_the_line_named_is_the_parameters_own(study_file: StudyFile) -> None:
    impossible = {**study_file.study.multiverse.ranges, "tasks.swell.low": (0.0, 1.0)}
    file = study_file.with_values({RANGES: impossible})
    lines = study_file.path.read_text(encoding="utf-8").splitlines()
    (number,) = (k for k, line in enumerate(lines, start=1) if line.startswith('ranges."tasks.swell.low"'))
    with pytest.raises(BadInputError, match=rf"study\.toml:{number}: "):
        multiverse.asks(Plan(file), 2)


def test_the_shipped_ranges_and_choices_are_possible(study_file: StudyFile) -> None:
    multiverse.check(study_file)


def test_a_world_is_the_study_but_for_what_it_sets(study_file: StudyFile) -> None:
    changes = multiverse.changes(study_file, multiverse.points(study_file, 1)[0])
    changed = varied(study_file, Variation(name="world", reason="r", section="3", set=changes))
    assert dataclasses.replace(changed, study=study_file.study) == study_file
    for name in ("tasks.outage.bucket", "tasks.swell.high", "approaches.single_task.epochs"):
        assert changed.value(name) == study_file.value(name)
