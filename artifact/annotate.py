"""A ping log of one's own, labelled by the trained models."""

from __future__ import annotations

from pathlib import Path

from artifact.audit.best import best_labels, best_study
from artifact.bucket import ColumnSeries
from artifact.errors import BadInputError
from artifact.files import unchanged, write_text
from artifact.labeling import apply_columns
from artifact.models.multi_task import MultiTaskModel
from artifact.models.single_task import SingleTaskModel
from artifact.paths import ResultPaths, RunPaths
from artifact.sealed import read_sealed
from artifact.study import Study, read_study
from artifact.tasks import tasks_of
from artifact.tasks.task import NORMAL
from artifact.trace.reading import read_trace

RUN = 0
"""The run whose models annotate."""


def annotate(log: Path, output: Path, study: Path, results: Path) -> None:
    """Write a CSV with a row per ping: RTT (ms, 0 is a loss) and each approach's label for each task.

    ``best`` labels need no training: study.best.toml's functions, a label model fitted to this log. Labeling functions
    look at a ping's own surroundings, so the label models carry over to lines of another speed; the multi-task network
    knows the RTTs of its training line only. Ties count as normal.
    """
    import pandas as pd

    if output.exists() or output.is_symlink():
        raise BadInputError(output, "is there already", "name a new file")
    file, (best_file, best) = read_study(study), best_study()
    tasks, best_tasks = tasks_of(file), tasks_of(best_file)
    trace = read_trace(log)
    paths = ResultPaths(results).run(RUN)
    single_task, multi_task = _models(file.study, [task.name for task in tasks], paths)
    series = ColumnSeries(trace.rtt_us)
    columns = {"ping": range(1, len(trace) + 1), "rtt_ms": trace.rtt_us / 1000}
    votes = {task.name: apply_columns(task, trace.rtt_us, series) for task in best_tasks}
    for name, labels in best_labels(best_tasks, votes, best.decoded, slice(None)).items():
        columns[f"{name}_best"] = labels
    for task in tasks:
        abstaining = single_task[task.name].predict(apply_columns(task, trace.rtt_us, series), "abstain")
        columns[f"{task.name}_single_task"] = abstaining.clip(min=NORMAL)
    for name, labels in multi_task.predict(trace.rtt_us / 1000).items():
        columns[f"{name}_multi_task"] = labels
    write_text(output, pd.DataFrame(columns).to_csv(index=False, lineterminator="\n"))


def _models(study: Study, names: list[str], paths: RunPaths) -> tuple[dict[str, SingleTaskModel], MultiTaskModel]:
    try:
        record = read_sealed(paths.record)
        if record["models_sha256"] != study.models_fingerprint() or not unchanged(paths.folder, record["outputs"]):
            raise ValueError
    except ValueError:
        remedy = "run `make all` with this study first"
        raise BadInputError(paths.folder, "no trained models of this study", remedy) from None
    single_task = {name: SingleTaskModel.load(paths.single_task(name)) for name in names}
    return single_task, MultiTaskModel.load(paths.multi_task, names, study.multi_task)
