"""Real lines: those in the box by themselves, a folder's beside them, and a sentence that hangs on the numbers."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from artifact.audit import best, real_lines
from artifact.audit.answer import Found
from artifact.errors import BadInputError
from artifact.reported import Plan
from artifact.setting import varied
from artifact.store.paths import LINES
from artifact.study import StudyFile
from artifact.trace.shipped import shipped

TASKS = ("noise", "outage", "swell")
NAMES = ("one", "two")
Given = Mapping[tuple[str, str, str], float]
"""Macro F1 by line, approach and task, where it is not the usual."""


def found(file: StudyFile, given: Given, seeds: int = 3) -> Found:
    def scores(line: str, *approaches: str) -> dict[str, dict[str, dict[str, float]]]:
        return {
            name: {task: {"accuracy": 0.9, "macro_f1": given.get((line, name, task), 0.8)} for task in TASKS}
            for name in approaches
        }

    records = {}
    for line in NAMES:
        of = scores(line, "single_task", "multi_task", "rules", "blind")
        records[f"study: {line}"] = [{"scores": of}] * seeds
        records[f"oracle: {line}"] = [{"scores": scores(line, "dawid_skene")}] * seeds
    return Found(Plan(file), records, {})


@pytest.fixture(scope="module")
def blind(study_file: StudyFile) -> StudyFile:
    assert "blind" in Plan(study_file).approaches
    return study_file


def test_the_lines_in_the_box_are_asked_about_with_sizes_of_their_own(blind: StudyFile) -> None:
    plan, lines = Plan(blind), shipped(15_000)
    asked = real_lines.asks(plan)
    assert list(asked) == [f"{kind}: {line.name}" for line in lines for kind in ("study", "oracle")]
    for line in lines:
        study, oracle = asked[f"study: {line.name}"], asked[f"oracle: {line.name}"]
        scaled = best.scaled_to(plan, line).set
        assert [cell.seeds for cell in study] == [cell.seeds for cell in oracle] == best.fresh_seeds(plan)[:3]
        assert {cell.trace.sha256 for cell in (*study, *oracle) if cell.trace} == {line.sha256}
        assert {"single_task", "multi_task", "rules", "blind"} == set(study[0].approaches)
        assert study[0].variation is not None
        assert oracle[0].variation is not None
        assert study[0].variation.set == scaled
        # The oracle sees the same data, by its own functions.
        assert oracle[0].variation.set == {**blind.varied("best").set, **scaled}
        changed = [varied(blind, cells[0].variation).study.tasks for cells in (study, oracle)]
        assert all(changed[0][task].get("increase_ms") == changed[1][task].get("increase_ms") for task in TASKS)
    variations = {cell.variation.name for cells in asked.values() for cell in cells if cell.variation}
    assert len(variations) == 2 * len(lines)


def test_a_folders_lines_stand_beside_those_in_the_box(
    blind: StudyFile, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(LINES / "cloud_host.csv", tmp_path / "mine.csv")
    (tmp_path / "notes.txt").write_text("no log\n", encoding="utf-8")
    plan = Plan(blind)
    asked = list(real_lines.asks(plan, tmp_path))
    assert asked[:-2] == list(real_lines.asks(plan))
    assert asked[-2].startswith("study: mine.csv (")
    assert "notes.txt" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInputError, match="no readable trace"):
        real_lines.asks(plan, tmp_path / "empty")


def test_where_blind_labels_reach_both_no_line_is_named(blind: StudyFile) -> None:
    said = real_lines.answer(found(blind, {})).answer
    assert said == "On 2 of 2 lines the blind labels are at least as good as rule and label model for every task."


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({("one", "rules", "swell"): 0.9}, "On 1 of 2 lines .*; not on one \\(swell\\)\\.$"),
        ({("two", "single_task", "noise"): 0.9}, "On 1 of 2 lines .*; not on two \\(noise\\)\\.$"),
        ({("two", "blind", "noise"): 0.1, ("two", "blind", "swell"): 0.2}, "1 of 2 .* two \\(noise, swell\\)\\.$"),
        ({("one", "blind", "outage"): 0.7, ("two", "blind", "outage"): 0.7},
         "On 0 of 2 lines .*not on one \\(outage\\), two \\(outage\\)\\.$"),
        ({("one", "blind", "noise"): 0.7996}, "On 2 of 2 lines"),  # less than half of the last digit shown
        ({("one", "dawid_skene", "noise"): 1.0, ("one", "multi_task", "noise"): 1.0}, "On 2 of 2 lines"),
    ],
)  # fmt: skip
def test_lines_and_tasks_where_they_do_not_are_named(blind: StudyFile, given: Given, said: str) -> None:
    assert re.search(said, real_lines.answer(found(blind, given)).answer)


def test_each_number_stands_in_its_column(blind: StudyFile) -> None:
    names = ("rules", "single_task", "blind", "dawid_skene")
    given = {
        (line, name, task): i / 2 + j / 10 + k / 100
        for i, line in enumerate(NAMES)
        for j, name in enumerate(names)
        for k, task in enumerate(TASKS)
    }
    answer = real_lines.answer(found(blind, given))
    heads = ("label model", "network", "rule F1", "label model F1", "blind F1", "oracle F1")
    assert list(answer.columns) == ["line", *(f"{task} {head}" for task in TASKS for head in heads)]
    for i, row in enumerate(answer.rows):
        for k, task in enumerate(TASKS):
            cells = [cell["mean"] for cell in row[1 + 6 * k : 7 + 6 * k] if isinstance(cell, Mapping)]
            assert cells == pytest.approx([0.9, 0.9, *(i / 2 + j / 10 + k / 100 for j in range(4))])
            heat = answer.heats[k]
            assert (heat.title, list(heat.rows)) == (task, list(NAMES))
            assert list(heat.columns) == ["rule", "label model", "blind", "oracle"]
            assert list(heat.values[i]) == pytest.approx(cells[2:])
    assert answer.seeds == 3


def test_without_blind_labels_in_the_study_the_oracle_is_judged(study_file: StudyFile) -> None:
    bare = study_file.with_values({"runs.approaches": ["single_task", "multi_task"]})
    answer = real_lines.answer(found(bare, {("one", "dawid_skene", "noise"): 0.1}))
    assert answer.answer.startswith("On 1 of 2 lines the oracle labels are")
    assert not any("blind" in column for column in answer.columns)
    asked = real_lines.asks(Plan(bare))
    assert all("blind" not in cell.approaches for cells in asked.values() for cell in cells)
