"""Which cells stand behind results.json: those of the paper's tasks alone are the same whatever a study adds."""

from __future__ import annotations

import dataclasses
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from artifact import paper
from artifact.grid.grid import Grid
from artifact.reported import Plan
from artifact.run import Seeds
from artifact.store.paths import LINES, ResultPaths
from artifact.study import StudyFile
from artifact.tasks import outage
from artifact.trace.series import Trace

FURTHER = "silence:silence"
PAPER = {"paper_timed": 10, "paper_every": 25, "paper_again": 75, "under ties_normal": 25, "under swell_4_8": 25}


@pytest.fixture
def more(study_file: StudyFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StudyFile:
    """The default study with a further task in front of the paper's, from a module of somebody else's."""
    text = Path(outage.__file__).read_text(encoding="utf-8")
    text = text.replace('outage = Task("outage"', 'silence = Task("silence"').replace("@outage.", "@silence.")
    (tmp_path / "silence.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    file = study_file.with_values({"tasks.silence": study_file.study.tasks["outage"]})
    return file.with_values({"runs.tasks": [FURTHER, "noise", "outage", "swell"]})


@pytest.fixture
def paths(tmp_path: Path) -> ResultPaths:
    return ResultPaths(tmp_path)


def test_the_papers_cells_are_those_of_the_default_study(
    study_file: StudyFile, more: StudyFile, paths: ResultPaths
) -> None:
    theirs, ours = Grid(study_file, paths), Grid(more, paths)
    for name, count in PAPER.items():
        plain, further = (Plan(grid.file).reported()[name] for grid in (theirs, ours))
        assert len(plain) == len(further) == count
        for a, b in zip(plain, further, strict=True):
            assert theirs.paths(a) == ours.paths(b)
            assert theirs.manifest(a) == ours.manifest(b)


def test_all_other_cells_are_of_every_task(study_file: StudyFile, more: StudyFile, paths: ResultPaths) -> None:
    theirs, ours = Grid(study_file, paths), Grid(more, paths)
    for name in ("timed", "every"):
        plain, further = (Plan(grid.file).reported()[name] for grid in (theirs, ours))
        for a, b in zip(plain, further, strict=True):
            assert theirs.paths(a) != ours.paths(b)
        assert [task.name for task in ours.setting(further[0]).tasks] == ["silence", "noise", "outage", "swell"]


def test_without_further_tasks_both_are_the_same_cells(study_file: StudyFile) -> None:
    cells = Plan(study_file).reported()
    assert cells["paper_timed"] == cells["timed"]
    assert cells["paper_every"] == cells["every"]


def test_every_data_set_is_trained_on_with_every_training_seed(study_file: StudyFile) -> None:
    design, crossed = paper.design(), Plan(study_file).crossed()
    data_sets, trainings = ({getattr(cell.seeds, of) for cell in crossed} for of in ("dataset", "training"))
    assert (len(data_sets), len(trainings)) == (design["data_sets"], design["trainings"])
    assert {(cell.seeds.dataset, cell.seeds.training) for cell in crossed} == set(product(data_sets, trainings))
    assert len(crossed) == len(data_sets) * len(trainings)
    assert not data_sets & {seeds.dataset for seeds in Plan(study_file).seeds}


def test_a_quick_look_has_fewer_data_sets_and_never_more_than_the_design(study_file: StudyFile) -> None:
    for runs, data_sets, trainings in ((1, 3, 1), (2, 5, 2), (10, 25, 4), (30, 25, 4)):
        plan = Plan(study_file.with_values({"runs.count": runs}))
        assert (len(plan.data_sets), plan.trainings) == (data_sets, trainings)


def test_verdicts_are_tried_under_every_choice_and_every_size_that_was_tried(study_file: StudyFile) -> None:
    choices = {of.name: of for of in Plan(study_file).choices()}
    assert {"ties_normal", "balance_gold", "learns_soft", "trunk_not_shared", "split_shuffled"} <= set(choices)
    assert {"swell_4_8", "swell_5_10", "swell_8_16"} <= set(choices)
    assert not {"best", "rule_textbook", "bucket_figure_2", "swell_6_12"} & set(choices)
    assert choices["swell_4_8"].set == {"tasks.swell.increase_ms": [4, 8]}


def test_verdicts_are_tried_on_every_line_in_the_box_with_the_papers_number_of_data_sets(study_file: StudyFile) -> None:
    plan = Plan(study_file)
    lines = plan.on_lines()
    assert list(lines) == [f"base_{path.stem}" for path in sorted(LINES.glob("*.csv"))]
    for name, cells in lines.items():
        assert [cell.seeds for cell in cells] == [cell.seeds for cell in plan.every()[:10]]
        assert {cell.trace.name for cell in cells if cell.trace} == {name.removeprefix("base_")}
        assert plan.reported()[f"under {name}"] == cells


def test_a_variation_that_puts_one_approach_in_the_place_of_another_needs_no_runs(study_file: StudyFile) -> None:
    plan = Plan(study_file)
    assert plan.under(study_file.varied("trunk_not_shared")) == plan.every()


def test_who_knows_nothing_is_told_by_what_it_needs(study_file: StudyFile) -> None:
    plan = Plan(study_file)
    assert plan.know_nothing == ("majority", "coin")
    assert plan.judged == ("single_task", "multi_task", "separate_networks", "majority_vote")


def test_a_study_without_the_papers_tasks_has_no_cells_of_them(more: StudyFile) -> None:
    own = Plan(more.with_values({"runs.tasks": [FURTHER]}))
    assert own.paper_tasks == ()
    assert own.reported()["paper_timed"] == own.reported()["paper_every"] == []
    assert len(own.reported()["timed"]) == 10


def test_run_k_has_the_first_seeds_plus_k(study_file: StudyFile) -> None:
    assert Plan(study_file).seeds == [Seeds(k, 100 + k) for k in range(10)]


def test_what_the_study_has_in_any_case_is_not_asked_for_twice(study_file: StudyFile) -> None:
    plan = Plan(study_file)
    assert plan.cells("rules", "single_task") == plan.every()
    assert all(cell.variation and cell.approaches == ("rules",) for cell in plan.cells("rules", variation="best"))
    fresh = plan.cells("rules", seeds=[Seeds(7, 8)])
    assert [(cell.seeds, cell.approaches) for cell in fresh] == [(Seeds(7, 8), ("rules",))]
    fewer = Plan(study_file.with_values({"runs.approaches": ["single_task", "multi_task"]}))
    assert {cell.approaches for cell in fewer.cells("rules")} == {("rules",)}


def test_timed_cells_are_of_table_1s_approaches_by_the_studys_engine(study_file: StudyFile, paths: ResultPaths) -> None:
    grid = Grid(study_file, paths)
    timed, every = (Plan(study_file).reported()[name][0] for name in ("timed", "every"))
    assert timed.approaches == ("single_task", "multi_task")
    assert grid.engine(timed) == study_file.study.engine
    assert grid.engine(every) != study_file.study.engine


def test_what_a_variation_costs_is_timed_in_few_cells_that_do_nothing_else(
    study_file: StudyFile, more: StudyFile, paths: ResultPaths
) -> None:
    grid, plan = Grid(study_file, paths), Plan(study_file)
    cells = plan.timed_under()
    assert {name: plan.reported()[f"timed {name}"] for name in cells} == cells
    for name, approaches in {"loader_batched": ("multi_task",), "bucket_figure_2": ()}.items():
        assert [cell.seeds for cell in cells[name]] == plan.seeds[:3]
        assert {(cell.approaches, cell.timed) for cell in cells[name]} == {(approaches, True)}
    loader, bucket = (grid.engine(cells[name][0]) for name in ("loader_batched", "bucket_figure_2"))
    assert (loader.loader, loader.labeling, loader.training) == ("batched", "columns", "snorkel")
    assert (bucket.bucket, bucket.labeling) == ("figure 2", "rows")
    assert 0 < bucket.sample < 1
    further = Plan(more).timed_under()["loader_batched"]
    assert [Grid(more, paths).paths(cell) for cell in further] == [grid.paths(cell) for cell in cells["loader_batched"]]


def test_a_study_without_either_side_or_the_variations_times_nothing_anew(study_file: StudyFile) -> None:
    assert Plan(study_file.with_values({"runs.approaches": ["single_task", "rules"]})).timed_under() == {}
    assert Plan(dataclasses.replace(study_file, variations={})).timed_under() == {}


def test_another_base_device_or_seed_is_another_cell(study_file: StudyFile, paths: ResultPaths) -> None:
    """Each is told by the manifest alone, wherever the cell is kept."""
    cell = Plan(study_file).timed()[0]
    logs = [Trace(np.ones(1_000, dtype=np.int64), "log", "ping log", of * 64) for of in "01"]
    grids = [Grid(study_file, paths, trace) for trace in logs]
    grids.append(dataclasses.replace(grids[0], device="cuda"))
    others = [dataclasses.replace(cell, seeds=Seeds(*of)) for of in ((0, 101), (1, 100))]
    first = grids[0].manifest(cell)
    manifests = [*(grid.manifest(cell) for grid in grids[1:]), *(grids[0].manifest(of) for of in others)]
    changed = [{name for name in first if first[name] != of[name]} for of in manifests]
    assert changed == [{"base"}, {"device"}, {"training seed"}, {"data-set seed"}]
