"""A log -> a label per ping, task and approach."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from artifact.approaches.approach import JOINT, Approach, Labelled, Training, label, training_views
from artifact.errors import BadInputError
from artifact.labeling.bucket import ColumnSeries
from artifact.labeling.engines import apply_columns
from artifact.parameters import FAST
from artifact.results import read_results
from artifact.run import Setting, seen
from artifact.setting import setting_of, varied
from artifact.store.files import refuse_existing, write_text
from artifact.store.kept import kept, read_checked
from artifact.store.paths import VARIATIONS, CellPaths, ResultPaths
from artifact.study import StudyFile, read_study
from artifact.tasks.task import NORMAL
from artifact.trace.reading import read_trace

BLIND = "blind"
"""The approach whose labels need no model of another line."""
ORACLE, ORACLE_OF = "oracle", ("best", "dawid_skene")
"""The variation and its approach that know what the study adds: increases in ms, lengths, gaps."""


def annotate(log: Path, output: Path, study: Path, results: Path, approaches: Sequence[str] = (BLIND,)) -> None:
    """Write a CSV with a row per ping: RTT (ms, 0 is a loss) and each named approach's label for each task.

    ``blind`` labels are fitted to this log, as nothing in them needs another line: how high what lasts lies
    and how long is for this line's own pings to say, and a model of the study would know its sizes. So are those of
    ``oracle``, which take this log's properties for as large as the study's. Those of the others are by the models of
    the study's first run: labeling functions look at a ping's own surroundings, so label models carry over to lines of
    another speed; networks know the RTTs of their training line only. What an approach does not decide, or by a coin
    alone, is normal. An unknown approach, and one that was shown gold labels, is a BadInputError.
    """
    import pandas as pd

    refuse_existing(output)
    file = read_study(study, VARIATIONS)
    setting = setting_of(file)
    of_the_study = _trained(setting, approaches)
    trace = read_trace(log)
    series = ColumnSeries(trace.rtt_us)
    columns: dict[str, Any] = {"ping": range(1, len(trace) + 1), "rtt_ms": trace.rtt_us / 1000}
    if BLIND in approaches:
        columns |= _columns(BLIND, _fitted_here(setting_of(file, (BLIND,)), series))
    if ORACLE in approaches:
        variation, name = ORACLE_OF
        columns |= _columns(ORACLE, _fitted_here(setting_of(varied(file, file.varied(variation)), (name,)), series))
    if of_the_study:
        columns |= _by_the_study(of_the_study, setting, _folders(ResultPaths(results), file, setting), series)
    write_text(output, pd.DataFrame(columns).to_csv(index=False, lineterminator="\n"))


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
    votes = {task.name: apply_columns(task, series.rtt_us, series) for task in setting.tasks}
    whole = seen(approach, setting.tasks, series, votes)
    views = training_views(approach, whole, np.arange(series.n))
    found = approach.fit({part: Training(pings, 0, "cpu", FAST) for part, pings in views.items()})
    return label({part: fitted for part, (fitted, _) in found.items()}, whole)


def _by_the_study(
    approaches: Sequence[Approach], setting: Setting, folders: list[CellPaths], series: ColumnSeries
) -> dict[str, Any]:
    votes = {task.name: apply_columns(task, series.rtt_us, series) for task in setting.tasks}
    columns: dict[str, Any] = {}
    for approach in approaches:
        fitted = {
            part: approach.load(_state(folders, approach, part), [t for t in setting.tasks if part in (t.name, JOINT)])
            for part in approach.parts(setting.tasks)
        }
        columns |= _columns(approach.name, label(fitted, seen(approach, setting.tasks, series, votes)))
    return columns


def _without_coins(approach: Approach) -> Approach:
    """Return the approach with ties that count as normal, if it has a policy for them."""
    if "ties" not in type(approach.p).model_fields:
        return approach
    return dataclasses.replace(approach, p=approach.p.model_copy(update={"ties": "normal"}))


def _columns(name: str, labelled: Labelled) -> dict[str, Any]:
    return {f"{task}_{name}": np.maximum(labels, NORMAL) for task, labels in labelled.labels.items()}


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


def _state(folders: list[CellPaths], approach: Approach, part: str) -> Mapping[str, Any]:
    from safetensors.numpy import load_file

    for folder in folders:
        if (path := folder.fitted(approach.name, part)).is_file():
            return load_file(path)
    return {}
