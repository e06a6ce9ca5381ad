"""Real lines: the study on every trace of a folder, one row each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from artifact.audit import best
from artifact.audit.answer import Answer, Cell
from artifact.audit.evidence import Evidence, decided, world_of
from artifact.errors import BadInputError
from artifact.study import Study
from artifact.tasks.task import Task
from artifact.trace.reading import read_trace
from artifact.trace.series import Trace

HEADS = ("label models", "multi-task", "rule F1", "label model F1", "best F1")


def answer_for(study: Study, tasks: tuple[Task, ...], folder: Path) -> Answer:
    """Run study and study.best.toml on every trace below ``folder``, on the seeds of study.best.toml."""
    file, _ = best.best_study()
    runs = file.study.runs.model_copy(update={"tasks": study.runs.tasks})
    study = study.model_copy(update={"runs": runs})
    rows: list[list[Cell]] = []
    for trace in _traces(folder, study.trace.pings):
        worlds = tuple(world_of(study, tasks, number, trace) for number in range(study.runs.count))
        rows.append([trace.name, *_cells(Evidence(study, tasks, worlds, {}, trace=trace))])
    return Answer(
        question="Do the numbers carry over to real lines?",
        answer=f"On {len(rows)} traces, study.best.toml is at least as good as rule and label model in "
        f"{sum(map(_best_holds, rows))} of {len(rows)}, for every task.",
        caption="Accuracy of the paper's two approaches and macro F1 of rule, label model and study.best.toml on the "
        "testing rows, the same study on other base traces.",
        columns=["trace", *(f"{task.name} {head}" for task in tasks for head in HEADS)],
        rows=rows,
        derived=f"Every readable trace of the given folder, {study.trace.pings:,} pings at most, with the seeds of "
        "study.best.toml (artifact/audit/real_lines.py). Run it with make audit TRACES=DIR.",
        seeds=study.runs.count,
    )


def _best_holds(row: Sequence[Cell]) -> bool:
    """Tell whether the best labels reach the better of rule and label model for every task of a row."""
    means = [cell["mean"] for cell in row[1:] if isinstance(cell, dict)]
    return all(
        best_f1 >= max(rule, label_model)
        for rule, label_model, best_f1 in zip(means[2::5], means[3::5], means[4::5], strict=True)
    )


def _cells(evidence: Evidence) -> list[Cell]:
    label_models = evidence.stacked(lambda w: w.labels(evidence.study.label_model.ties))
    accuracies = [evidence.cells(labels, ["accuracy"]) for labels in (label_models, decided(evidence.shared))]
    macro = {str(row[0]): row[1:] for row in best.answer(evidence).rows}
    by_head = [*accuracies, *(macro[row] for row in (best.RULE, best.TABLE1, best.BEST))]
    return [column[j] for j in range(len(evidence.names)) for column in by_head]


def _traces(folder: Path, at_most: int) -> Sequence[Trace]:
    """Read the traces of a folder by name; other files, such as notes, are passed over."""
    found = []
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        try:
            found.append(read_trace(path, at_most))
        except BadInputError as error:
            print(f"passed over: {error}")
    if not found:
        raise BadInputError(folder, "holds no readable trace", "put ping logs, CSV or TSV files there")
    return found
