"""The multiverse: a world is a pure function of study and seed, and the summary counts what it says."""

from __future__ import annotations

import numpy as np
import pytest

from artifact.audit import multiverse
from artifact.errors import BadInputError
from artifact.study import StudyFile


@pytest.fixture(scope="module")
def short(study_file: StudyFile) -> StudyFile:
    return study_file.with_value(("trace", "pings"), 2_000)


def test_the_design_covers_its_ranges_and_repeats(study_file: StudyFile) -> None:
    points = multiverse.worlds(study_file, 64)
    assert points == multiverse.worlds(study_file, 64)
    assert points[:8] == multiverse.worlds(study_file, 8)  # so that more worlds go on where fewer stopped
    for name, (low, high) in study_file.study.multiverse.ranges.items():
        values = np.array([point[name] for point in points])
        assert low <= values.min() < low + (high - low) / 8
        assert high - (high - low) / 8 < values.max() <= high


def test_every_point_is_a_valid_study(study_file: StudyFile) -> None:
    from artifact.tasks import tasks_of

    for point in multiverse.worlds(study_file, 64):
        changed = multiverse.changed(study_file, point)
        tasks_of(changed)
        low, high = changed.study.tasks["swell"]["length"]
        assert high == pytest.approx(4 * low, abs=3)


def test_a_world_is_a_pure_function_of_study_and_seed(short: StudyFile) -> None:
    point = multiverse.worlds(short, 2)[1]
    world = multiverse.changed(short, point)
    np.random.default_rng().random()
    assert multiverse.world(world, 3_000) == multiverse.world(world, 3_000)
    assert multiverse.world(world, 3_000) != multiverse.world(world, 3_002)


def test_the_summary_counts_wins_and_finds_what_decides(study_file: StudyFile) -> None:
    points = multiverse.worlds(study_file, 32)
    low = study_file.study.multiverse.ranges["tasks.swell.low"][0]
    gains = [point["tasks.swell.low"] - low - 0.125 for point in points]
    reached = [
        {"single_task": {"swell": 0.8, "outage": 1.0}, "multi_task": {"swell": 0.8 + gain, "outage": 1.0}}
        for gain in gains
    ]
    answer = multiverse.answer_for(points, reached, 15_000)
    rows = {row[0]: row[1:] for row in answer.rows}
    won = rows["multi-task is more accurate, share of worlds"]
    assert won[0]["mean"] == np.mean(np.array(gains) > 0)
    assert won[1]["mean"] == 0
    assert rows["deciding parameter 1"] == ["tasks.swell.low (+1.00)", "-"]


def test_an_unknown_parameter_is_one_line(study_file: StudyFile) -> None:
    with pytest.raises(BadInputError, match=r"no parameter tasks\.swell\.heigth"):
        multiverse.changed(study_file, {"tasks.swell.heigth": 1.0})


@pytest.mark.parametrize(
    ("parameter", "bounds"),
    [
        ("tasks.swell.increase_ms", [-5, 12]),
        ("multi_task.epochs", [-9, -5]),
        ("runs.tasks", [1, 2]),
        ("no.such", [0, 1]),
    ],
)
def test_a_range_without_a_possible_study_is_one_line(
    study_file: StudyFile, parameter: str, bounds: list[float]
) -> None:
    file = study_file.with_value(("multiverse", "ranges"), {parameter: bounds})
    with pytest.raises(BadInputError, match=r"multiverse\.ranges: "):
        multiverse.check(file)


def test_the_shipped_ranges_are_possible(study_file: StudyFile) -> None:
    multiverse.check(study_file)
