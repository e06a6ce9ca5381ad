"""Between the passes: label models fitted to the whole archive's counts, the network to its sample; or a study's."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from artifact import paper
from artifact.annotate.labels import _folders, _state
from artifact.approaches.approach import JOINT, Approach, Fitted, Pings, State, Training
from artifact.approaches.single_task import fit_to_patterns
from artifact.archive.counting import Counted
from artifact.archive.job import Job
from artifact.parameters import FAST
from artifact.setting import setting_of
from artifact.store.files import write_numbers
from artifact.store.paths import ResultPaths
from artifact.study import StudyFile
from artifact.tasks.task import Task

Models = Mapping[tuple[str, str], State]
"""What was fitted, by approach and part."""


def fit(job: Job, found: Counted) -> Models:
    """Fit the approaches of Table 1; a tie counts as normal, as no coin tells anything of a ping."""
    setting, seed = job.setting, job.file.study.runs.first_training_seed
    teacher, network = setting.approaches
    models = fit_to_patterns(found.patterns, with_ties_normal(teacher).p, seed)
    weak = {task: model.posterior(found.votes[task]) for task, model in models.items()}
    features = found.features[network.input.name] if network.input else None
    sample = Pings(setting.tasks, job.sample, weak=weak, features=features)
    ((learnt, _),) = network.fit({JOINT: Training(sample, seed, "cpu", FAST)}).values()
    return {**{(teacher.name, task): of.state() for task, of in models.items()}, (network.name, JOINT): learnt.state()}


def of_the_study(file: StudyFile, results: Path) -> Models:
    """Return what the study's first run has fitted; results of another study are a BadInputError."""
    setting = setting_of(file)
    folders = _folders(ResultPaths(results), file, setting)
    wanted = [of for of in setting.approaches if of.name in paper.approaches()]
    return {(of.name, part): _state(folders, of, part) for of in wanted for part in of.parts(setting.tasks)}


def keep_models(job: Job, models: Models) -> None:
    """Keep what was fitted where labels are made with it, and beside them in the end."""
    for (approach, part), state in models.items():
        write_numbers(job.paths.fitted(approach, part), dict(state))


def fitted(job: Job) -> dict[str, dict[str, Fitted]]:
    """Return what was fitted, of each approach to each part."""
    from safetensors.numpy import load_file

    tasks = job.setting.tasks
    return {
        of.name: {
            part: of.load(load_file(job.paths.fitted(of.name, part)), _of(tasks, part)) for part in of.parts(tasks)
        }
        for of in map(with_ties_normal, job.setting.approaches)
    }


def with_ties_normal(approach: Approach) -> Approach:
    """Return the approach with ties that count as normal, if it has a policy for them."""
    if "ties" not in type(approach.p).model_fields:
        return approach
    return dataclasses.replace(approach, p=approach.p.model_copy(update={"ties": "normal"}))


def _of(tasks: tuple[Task, ...], part: str) -> list[Task]:
    return [task for task in tasks if part in (task.name, JOINT)]
