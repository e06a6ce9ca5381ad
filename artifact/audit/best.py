"""The best labels that labeling functions give without a gold label: study.best.toml, step by step."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from artifact.audit.answer import Answer, Cell, measured
from artifact.audit.baselines import rules
from artifact.audit.evidence import Evidence, World, world_of
from artifact.errors import BadInputError
from artifact.labeling import LabelMatrix
from artifact.models.dawid_skene import DawidSkeneModel
from artifact.models.decoding import decode
from artifact.paths import BEST_STUDY
from artifact.scores import scores
from artifact.study import BestParameters, Study, StudyFile, read_study
from artifact.tasks import find, tasks_of
from artifact.tasks.task import Task

Labels = NDArray[np.int8]
RULE, TABLE1, BEST = "rule", "label models of Table 1", "study.best.toml"
DATA_KEYS = ("probability", "length", "gap", "increase_ms")
"""Parameters of a task that make its data, rather than label it."""
MOST_EVIDENCE = 1.0
"""Most that one ping adds to a decoded state's log odds: buckets overlap, so neighbours repeat each other."""


def answer(evidence: Evidence) -> Answer:
    """Compare rules, the paper's label models and study.best.toml on its own seeds, on the evidence's base trace."""
    file, p = best_study()
    study, tasks = _on_the_data_of(evidence, file)
    runs = range(min(study.runs.count, len(evidence.worlds)))
    ours = [world_of(study, tasks, number, evidence.trace) for number in runs]
    paper_study = evidence.study.model_copy(update={"runs": study.runs})
    paper = [world_of(paper_study, evidence.tasks, number, evidence.trace) for number in runs]
    rows = {
        RULE: (paper, [rules(evidence, world) for world in paper]),
        TABLE1: (paper, [world.labels(evidence.study.label_model.ties) for world in paper]),
        "its functions, Dawid-Skene": (
            paper,
            [best_labels(evidence.tasks, world.votes, (), world.train) for world in paper],
        ),
        "better functions, LabelModel": (ours, [world.labels(study.label_model.ties) for world in ours]),
        "better functions, Dawid-Skene": (ours, [best_labels(tasks, world.votes, (), world.train) for world in ours]),
        BEST: (ours, [best_labels(tasks, world.votes, p.decoded, world.train) for world in ours]),
    }
    names = evidence.names
    table: list[list[Cell]] = [[name, *_macro(names, worlds, labels)] for name, (worlds, labels) in rows.items()]
    said = ", ".join(
        f"{name} {cell['mean']:.3f}" for name, cell in zip(names, table[-1][1:], strict=True) if isinstance(cell, dict)
    )
    return Answer(
        question="What is the best that label models give, without a gold label to train on?",
        answer=f"Macro F1 of study.best.toml on seeds never used in choosing it: {said}.",
        caption="Macro F1 (mean of the property's and NORMAL's) on the testing rows, beside Table 1.",
        columns=["labels", *names],
        rows=table,
        derived=f"Data-set seeds {file.study.runs.first_dataset_seed} and up, the base trace of this report. The label "
        "models see votes alone. The functions know the definition of what was added; their lines, as the rule's, were "
        "chosen with gold labels of calibration seeds in view (artifact/audit/best.py, study.best.toml).",
        seeds=len(runs),
    )


def best_study() -> tuple[StudyFile, BestParameters]:
    """Read study.best.toml and its table [best], without which it is a BadInputError."""
    file = read_study(BEST_STUDY)
    if file.study.best is None:
        raise BadInputError(BEST_STUDY, "table [best] is missing", "add it; the one that came with the artifact has it")
    return file, file.study.best


def _on_the_data_of(evidence: Evidence, file: StudyFile) -> tuple[Study, tuple[Task, ...]]:
    """Return the best study on the evidence's data: its base and properties, its tasks where no better is known."""
    better = {find(name).name: name for name in file.study.runs.tasks}
    names = tuple(better.get(find(name).name, name) for name in evidence.study.runs.tasks)
    tables = {**evidence.study.tasks}
    for name, table in file.study.tasks.items():
        ours = evidence.study.tasks.get(name, {})
        tables[name] = {**table, **{key: ours[key] for key in DATA_KEYS if key in ours}}
    runs = file.study.runs.model_copy(update={"tasks": names})
    shared = {"trace": evidence.study.trace, "dataset": evidence.study.dataset, "runs": runs, "tasks": tables}
    study = file.study.model_copy(update=shared)
    return study, tasks_of(dataclasses.replace(file, study=study))


def best_labels(
    tasks: Sequence[Task], votes: Mapping[str, LabelMatrix], decoded: Sequence[str], train: slice
) -> dict[str, Labels]:
    """Label every ping from its votes alone, shape (pings,) per task; label models are fitted to the ``train`` rows."""
    labels = {}
    for task in tasks:
        model = DawidSkeneModel.fit(votes[task.name][train])
        positive = np.clip(model.probabilities(votes[task.name])[:, 1], 1e-12, 1 - 1e-12)
        odds = np.log(positive / (1 - positive))
        if task.name in decoded:
            evidence = np.clip(odds - np.log(model.pi[1] / model.pi[0]), -MOST_EVIDENCE, MOST_EVIDENCE)
            labels[task.name] = decode(evidence, float(np.mean(task.p.length)), float(np.mean(task.p.gap)))
        else:
            labels[task.name] = (odds > 0).astype(np.int8)
    return labels


def _macro(names: Sequence[str], worlds: Sequence[World], labels: Sequence[Mapping[str, Labels]]) -> list[Cell]:
    return [
        measured(
            [
                scores(world.dataset.gold[name][world.test], said[name][world.test])["macro_f1"]
                for world, said in zip(worlds, labels, strict=True)
            ]
        )
        for name in names
    ]
