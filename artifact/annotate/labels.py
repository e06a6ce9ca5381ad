"""A series -> a label and a probability per ping, task and approach."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from artifact.approaches.approach import JOINT, Approach, Labelled, Training, label, training_views
from artifact.errors import BadInputError
from artifact.labeling.bucket import ColumnSeries
from artifact.labeling.engines import LabelMatrix, apply_columns
from artifact.parameters import FAST
from artifact.results import read_results
from artifact.run import Setting, seen
from artifact.setting import setting_of, tasks_of, varied
from artifact.store.kept import kept, read_checked
from artifact.store.paths import VARIATIONS, CellPaths, ResultPaths
from artifact.study import StudyFile, read_study
from artifact.tasks.task import BLIND as BLIND_SUITE
from artifact.tasks.task import NORMAL, Task

BLIND = "blind"
"""The approach whose labels need no model of another line."""
ORACLE, ORACLE_OF = "oracle", ("best", "dawid_skene")
"""The variation and its approach that know what the study adds: increases in ms, lengths, gaps."""


@dataclass(frozen=True)
class Labelers:
    """The approaches that were asked for, by name, in that order, and what they need: a study and its models."""

    names: tuple[str, ...]
    file: StudyFile
    of_the_study: Sequence[Approach]
    folders: Sequence[CellPaths]

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The study's tasks."""
        return tasks_of(self.file)

    def suite_of(self, task: Task) -> Task:
        """Return a task with the labeling functions that the first approach listens to."""
        if self.names[0] != BLIND or BLIND_SUITE not in task.suites:
            return task
        return dataclasses.replace(task, p=task.p.model_copy(update={"suite": BLIND_SUITE}))

    def label(self, series: ColumnSeries) -> dict[str, Labelled]:
        """Label every ping of a series by each approach; what it does not decide, or by a coin alone, is normal."""
        found: dict[str, Labelled] = {}
        if BLIND in self.names:
            found[BLIND] = _fitted_here(setting_of(self.file, (BLIND,)), series)
        if ORACLE in self.names:
            variation, name = ORACLE_OF
            knowing = varied(self.file, self.file.varied(variation))
            found[ORACLE] = _fitted_here(setting_of(knowing, (name,)), series)
        if self.of_the_study:
            found |= _by_the_study(self.of_the_study, setting_of(self.file), self.folders, series)
        return {name: _decided(found[name]) for name in self.names}


def labelers(names: Sequence[str], study: Path, results: Path) -> Labelers:
    """Return the named approaches, ready to label.

    ``blind`` labels are fitted to the log itself, as nothing in them needs another line: how high what lasts lies
    and how long is for this line's own pings to say, and a model of the study would know its sizes. So are those of
    ``oracle``, which take this log's properties for as large as the study's. Those of the others are by the models of
    the study's first run: labeling functions look at a ping's own surroundings, so label models carry over to lines of
    another speed; networks know the RTTs of their training line only. An unknown approach, and one that was shown gold
    labels, is a BadInputError.
    """
    file = read_study(study, VARIATIONS)
    setting = setting_of(file)
    of_the_study = _trained(setting, names)
    folders = _folders(ResultPaths(results), file, setting) if of_the_study else []
    return Labelers(tuple(dict.fromkeys(names)), file, of_the_study, folders)


def _trained(setting: Setting, names: Sequence[str]) -> list[Approach]:
    """Return those of the named approaches that need the study's models."""
    known = {approach.name: approach for approach in setting.approaches if "gold" not in approach.all_needs}
    for name in names:
        if name not in (BLIND, ORACLE, *known):
            remedy = f"name one of {', '.join(dict.fromkeys((BLIND, ORACLE, *known)))}"
            raise BadInputError("--approach", f"no approach {name!r} that labels a log", remedy)
    return [_without_coins(known[name]) for name in dict.fromkeys(names) if name not in (BLIND, ORACLE)]


def _fitted_here(setting: Setting, series: ColumnSeries) -> Labelled:
    (approach,) = setting.approaches
    whole = seen(approach, setting.tasks, series, _votes(setting, [approach], series))
    views = training_views(approach, whole, np.arange(series.n))
    found = approach.fit({part: Training(pings, 0, "cpu", FAST) for part, pings in views.items()})
    return label({part: fitted for part, (fitted, _) in found.items()}, whole)


def _by_the_study(
    approaches: Sequence[Approach], setting: Setting, folders: Sequence[CellPaths], series: ColumnSeries
) -> dict[str, Labelled]:
    votes = _votes(setting, approaches, series)
    found = {}
    for approach in approaches:
        fitted = {
            part: approach.load(_state(folders, approach, part), [t for t in setting.tasks if part in (t.name, JOINT)])
            for part in approach.parts(setting.tasks)
        }
        found[approach.name] = label(fitted, seen(approach, setting.tasks, series, votes))
    return found


def _votes(setting: Setting, approaches: Sequence[Approach], series: ColumnSeries) -> dict[str, LabelMatrix]:
    """Return the votes of the main suites, if any approach listens to them."""
    if not any("votes" in approach.all_needs for approach in approaches):
        return {}
    return {task.name: apply_columns(task, series.rtt_us, series) for task in setting.tasks}


def _without_coins(approach: Approach) -> Approach:
    """Return the approach with ties that count as normal, if it has a policy for them."""
    if "ties" not in type(approach.p).model_fields:
        return approach
    return dataclasses.replace(approach, p=approach.p.model_copy(update={"ties": "normal"}))


def _decided(labelled: Labelled) -> Labelled:
    labels = {task: np.maximum(of, NORMAL) for task, of in labelled.labels.items()}
    return dataclasses.replace(labelled, labels=labels)


def _folders(paths: ResultPaths, file: StudyFile, setting: Setting) -> list[CellPaths]:
    """Return where the first run's models lie, the timed one's first; refuse those of another study."""
    from artifact.grid.grid import parameters_of

    first = read_results(paths.results)["provenance"]["first_run"]
    folders = [CellPaths(paths.folder / first[key]) for key in ("folder", "every")]
    try:
        for folder in folders:
            kept(folder.record)
        before = read_checked(folders[1].record)["manifest"]
    except ValueError:
        before = {}
    wanted = {
        k: v for k, v in parameters_of(setting, has_base=True).items() if not k.startswith(("trace.", "dataset."))
    }
    if any(before.get(name) != value for name, value in wanted.items()):
        remedy = "name the study that they were made with, or run `make all` with this one"
        raise BadInputError(paths.folder, f"no trained models of {file.path}", remedy)
    return folders


def _state(folders: Sequence[CellPaths], approach: Approach, part: str) -> Mapping[str, Any]:
    from safetensors.numpy import load_file

    for folder in folders:
        if (path := folder.fitted(approach.name, part)).is_file():
            return load_file(path)
    return {}
