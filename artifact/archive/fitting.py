"""Between the passes: label models fitted to the counts of the whole archive, the network to its sample."""

from __future__ import annotations

import dataclasses

from artifact.approaches.approach import JOINT, Approach, Fitted, Pings, Training
from artifact.approaches.single_task import fit_to_patterns
from artifact.archive.counting import Counted
from artifact.archive.job import Job
from artifact.parameters import FAST
from artifact.store.files import write_numbers
from artifact.tasks.task import Task


def fit(job: Job, found: Counted) -> None:
    """Fit the approaches of Table 1 and keep them; a tie counts as normal, as no coin tells anything of a ping."""
    setting, seed = job.setting, job.file.study.runs.first_training_seed
    teacher, network = setting.approaches
    models = fit_to_patterns(found.patterns, with_ties_normal(teacher).p, seed)
    weak = {task: model.posterior(found.votes[task]) for task, model in models.items()}
    features = found.features[network.input.name] if network.input else None
    sample = Pings(setting.tasks, job.sample, weak=weak, features=features)
    ((learnt, _),) = network.fit({JOINT: Training(sample, seed, "cpu", FAST)}).values()
    for task, model in models.items():
        write_numbers(job.paths.fitted(teacher.name, task), dict(model.state()))
    write_numbers(job.paths.fitted(network.name, JOINT), dict(learnt.state()))


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
