"""What it takes: gains by chance are not called gains, and the smallest change that truly gains is named."""

from __future__ import annotations

from typing import Any

import pytest

from artifact.audit import what_it_takes as question
from artifact.audit.answer import Answer, Found
from artifact.reported import Plan
from artifact.setting import setting_of, varied
from artifact.study import StudyFile

TASKS = ("noise", "outage", "swell")
NOTHING, GAIN, LOSS = [0.01, -0.01, 0.01, -0.01], [0.02, 0.03, 0.02, 0.03], [-0.02, -0.03, -0.02, -0.03]


def record(gain: float, f1: float | None = None) -> dict[str, Any]:
    separate = {task: {"accuracy": 0.9, "f1": 0.5} for task in TASKS}
    shared = {task: {"accuracy": 0.9 + gain, "f1": 0.5 + (gain if f1 is None else f1)} for task in TASKS}
    return {"scores": {"multi_task": shared, "separate_networks": separate, "single_task": separate}}


def found_with(study_file: StudyFile, **gains: list[float]) -> Found:
    """Runs with these gains under the changes named, with none elsewhere: half are searched, half confirm."""
    plan = Plan(study_file)
    names = [question.AS_IT_IS, *question.changes(plan)]
    assert set(gains) <= set(names)
    records = {name: [record(gain) for gain in gains.get(name, NOTHING * 2)] for name in names}
    return Found(plan, records, {})


def answered(study_file: StudyFile, **gains: list[float]) -> Answer:
    return question.answer(found_with(study_file, **gains))


def test_where_nothing_gains_none_is_found(study_file: StudyFile) -> None:
    said = answered(study_file).answer
    tried = len(question.changes(Plan(study_file)))
    assert tried == len(question.CHANGES)
    assert said.count(f"none found in {tried} changes: none showed a gain on the data sets searched") == 2


def test_a_gain_that_is_not_confirmed_is_chance(study_file: StudyFile) -> None:
    """The best of many changes gains by chance on the data sets that it was searched on."""
    answer = answered(study_file, learns_soft=GAIN + NOTHING, trunk_half=GAIN + LOSS)
    assert "none found" in answer.answer
    assert "2 gained on the data sets searched, not on the others" in answer.answer
    assert {row[-1] for row in answer.rows} == {"no"}


def test_a_gain_on_the_others_alone_does_not_count(study_file: StudyFile) -> None:
    assert "none showed a gain" in answered(study_file, learns_soft=NOTHING + GAIN).answer


def test_the_smallest_change_that_gains_twice_is_named(study_file: StudyFile) -> None:
    """Not the largest gain, and not the first in variations.toml."""
    more = [3 * gain for gain in GAIN]
    answer = answered(study_file, input_window=more + more, takes_batch=GAIN + LOSS, trunk_twice=GAIN + GAIN)
    said = "By accuracy: twice as wide a shared trunk, a gain of 0.025 where it was searched and of 0.025 on other"
    assert answer.answer.startswith(said)
    assert "none found" not in answer.answer
    assert [row[0] for row in answer.rows if row[-1] != "no"] == [
        study_file.variations[name].reason for name in ("trunk_twice", "input_window")
    ]


def test_the_whole_interval_has_to_lie_above_zero(study_file: StudyFile) -> None:
    """A mean of .02 with runs from -.04 to .08 is no gain."""
    assert "none found" in answered(study_file, learns_soft=[0.08, -0.04, 0.03, 0.01] * 2).answer
    assert "none found" in answered(study_file, learns_soft=LOSS + LOSS).answer


def test_no_change_is_needed_where_sharing_gains_as_it_is(study_file: StudyFile) -> None:
    said = answered(study_file, study=GAIN + GAIN, takes_batch=GAIN + GAIN).answer
    assert said.startswith("By accuracy, no change is needed: a gain of 0.025")
    assert "batches" not in said


def test_accuracy_and_f1_are_judged_apart(study_file: StudyFile) -> None:
    """More accurate by staying silent: accuracy gains, F1 does not."""
    found = found_with(study_file)
    found.records["learns_soft"] = [record(gain, f1=-gain) for gain in GAIN + GAIN]  # type: ignore[index]
    answer = question.answer(found)
    assert answer.answer.startswith("By accuracy: the label model's probabilities")
    assert "By F1, none found" in answer.answer
    (beats,) = (row[-1] for row in answer.rows if row[-1] != "no")
    assert beats == "accuracy"


def test_that_sharing_loses_is_said(study_file: StudyFile) -> None:
    """A loss on one of the samples alone may be chance as well."""
    said = answered(study_file, study=LOSS + LOSS, learns_soft=LOSS + LOSS, trunk_half=LOSS + NOTHING).answer
    assert said.count(f"; sharing loses on both under 2 of {len(question.CHANGES) + 1} settings.") == 2
    assert "loses" not in answered(study_file, trunk_half=LOSS + NOTHING).answer


def test_what_could_have_been_missed_is_the_widest_interval(study_file: StudyFile) -> None:
    """Eight runs of +-.05 about .01: by Student's t, .01 + 1.895 * .0535 / sqrt(8)."""
    wide = [0.06, -0.04] * 4
    assert "gains of up to 0.046 could have been missed" in answered(study_file, learns_soft=wide).answer


@pytest.mark.parametrize("runs", [1, 2, 3])
def test_single_runs_show_nothing(study_file: StudyFile, runs: int) -> None:
    found = found_with(study_file, **{name: [0.5] * runs for name in question.changes(Plan(study_file))})
    answer = question.answer(found)
    assert "none found" in answer.answer
    assert "inf" not in answer.answer


def test_a_run_without_a_score_does_not_count(study_file: StudyFile) -> None:
    found = found_with(study_file, learns_soft=GAIN + GAIN)
    for one in (0, 4):
        found.records["learns_soft"][one]["scores"]["multi_task"]["noise"]["accuracy"] = None
    answer = question.answer(found)
    (row,) = (row for row in answer.rows if row[0] == study_file.variations["learns_soft"].reason)
    assert [len(cell["runs"]) for cell in row[1:5]] == [3, 3, 4, 4]  # type: ignore[index, arg-type]


def test_chance_is_counted_over_all_comparisons(study_file: StudyFile) -> None:
    tried = 2 * len(question.CHANGES)
    assert f"of {tried} comparisons {tried * 0.05**2:.3f} by chance" in answered(study_file).derived


def test_both_samples_are_different_data_sets(study_file: StudyFile) -> None:
    asked = question.asks(Plan(study_file))
    assert list(asked) == [question.AS_IT_IS, *question.CHANGES]
    for name, cells in asked.items():
        data_sets = [cell.seeds.dataset for cell in cells]
        assert len(set(data_sets)) == len(data_sets)
        assert {"multi_task", "separate_networks"} <= set(cells[0].approaches)
        assert (cells[0].variation is None) == (name == question.AS_IT_IS)


def test_its_changes_are_in_proportion_to_the_study(study_file: StudyFile) -> None:
    changes = question.changes(Plan(study_file.with_values({"approaches.multi_task.batch": 8})))
    assert changes["takes_batch"].set == {"approaches.multi_task.batch": 32}
    assert changes["takes_related_tasks"].set == {"tasks.noise.increase_ms": [6, 12]}
    for change in changes.values():
        setting_of(varied(study_file, change))


def test_tasks_that_a_study_lacks_are_not_related(study_file: StudyFile) -> None:
    file = study_file.with_values({"runs.tasks": ["outage", "swell"]})
    assert "takes_related_tasks" not in question.changes(Plan(file))
    assert "takes_batch" in question.changes(Plan(file))
