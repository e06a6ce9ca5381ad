"""The choice of open parameters: the nearest to the published numbers, of the paper's tasks alone, resumed."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, ClassVar

import pytest

from artifact import paper
from artifact.calibration import Trial, calibrate
from artifact.grid.grid import Cell, Grid
from artifact.store.paths import ResultPaths
from artifact.study import StudyFile

SMALL: dict[str, Any] = {
    "trace.pings": 2_000,
    "approaches.single_task.epochs": 20,
    "approaches.multi_task.epochs": 1,
    "calibration.seeds": 2,
    "calibration.sweep": {"noise": {"parameter": "calm_sd", "values": [0.0, 0.25]}},
    "calibration.dataset_sweep": {"swell": {"parameter": "increase_ms", "values": [[4, 8], [8, 16]]}},
}


class Here(Grid):
    """A grid that does its cells in this process and counts them."""

    done: ClassVar[list[Cell]] = []

    def do(self, cells: Any) -> None:
        from artifact.grid.grid import Piece, do_piece

        for cell in cells:
            if self.reasons(cell):
                self.done.append(cell)
                do_piece(Piece(self, (cell,)))


@pytest.fixture(scope="module")
def grid(study_file: StudyFile, tmp_path_factory: pytest.TempPathFactory) -> Here:
    return Here(study_file.with_values(SMALL), ResultPaths(tmp_path_factory.mktemp("results")))


@pytest.fixture(scope="module")
def trials(grid: Here) -> tuple[list[Trial], list[Trial]]:
    """All trials in order, and those that were chosen."""
    Here.done.clear()
    tried: list[Trial] = []
    return tried, calibrate(grid, tried.append)


def test_every_value_is_tried_and_the_nearest_chosen(trials: tuple[list[Trial], list[Trial]]) -> None:
    tried, chosen = trials
    assert [(of.task, of.parameter, of.value) for of in tried] == [
        ("noise", "calm_sd", 0.0),
        ("noise", "calm_sd", 0.25),
        ("swell", "increase_ms", (4, 8)),
        ("swell", "increase_ms", (8, 16)),
    ] or [list(of.value) for of in tried[2:]] == [[4, 8], [8, 16]]
    assert chosen == [min(tried[:2], key=lambda of: of.distance), min(tried[2:], key=lambda of: of.distance)]


def test_lines_are_judged_by_their_own_task_and_sizes_by_all_six(trials: tuple[list[Trial], list[Trial]]) -> None:
    tried, _ = trials
    published = paper.published()["table1"]
    assert list(tried[0].accuracies) == ["single_task"]
    assert list(tried[0].accuracies["single_task"]) == ["noise"]
    assert {side: list(of) for side, of in tried[2].accuracies.items()} == {
        side: ["noise", "outage", "swell"] for side in ("single_task", "multi_task")
    }
    for trial in tried:
        off = [value - published[side][task] for side, of in trial.accuracies.items() for task, value in of.items()]
        assert trial.distance == pytest.approx(math.hypot(*off))


def test_no_reported_seed_is_used_and_the_network_learns_on_the_chosen_lines(
    grid: Here, trials: tuple[list[Trial], list[Trial]]
) -> None:
    _, (calm, _) = trials
    assert {cell.seeds.dataset for cell in Here.done} == {1_000, 1_001}
    assert len(Here.done) == 8
    for cell in Here.done:
        assert cell.variation is not None
        assert cell.variation.name.startswith("calibrate-")
    records = grid.results.folder.glob("cells/*/*/calibrate-swell-*/*/*/record.json")
    assert {f'"tasks.noise.calm_sd": {calm.value}' in path.read_text(encoding="utf-8") for path in records} == {True}


def test_a_second_time_no_cell_is_done(grid: Here, trials: tuple[list[Trial], list[Trial]]) -> None:
    before = len(Here.done)
    again: list[Trial] = []
    assert calibrate(grid, again.append) == trials[1]
    assert again == trials[0]
    assert len(Here.done) == before


def test_a_task_that_is_not_the_papers_is_not_judged(
    grid: Here, trials: tuple[list[Trial], list[Trial]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither tried nor looked at; what the paper's tasks make of it is in the same cells."""
    from artifact.tasks import outage

    text = Path(outage.__file__).read_text(encoding="utf-8")
    text = text.replace('outage = Task("outage"', 'quiet = Task("quiet"').replace("@outage.", "@quiet.")
    (tmp_path / "quiet.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    sweep = {"quiet": {"parameter": "bucket", "values": [4, 6]}, **SMALL["calibration.sweep"]}
    file = grid.file.with_values({"tasks.quiet": grid.file.study.tasks["outage"], "calibration.sweep": sweep})
    more = Here(file.with_values({"runs.tasks": ["noise", "outage", "swell", "quiet:quiet"]}), grid.results)
    before, tried = len(Here.done), list[Trial]()
    assert calibrate(more, tried.append) == trials[1]
    assert tried == trials[0]
    assert len(Here.done) == before
