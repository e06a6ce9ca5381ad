"""The tasks: one file per property, found by name; a task may also live elsewhere (``my_lab.tasks:reroute``)."""

from __future__ import annotations

import importlib
import pkgutil

from artifact.errors import BadInputError
from artifact.study import StudyFile
from artifact.tasks.task import Task

__all__ = ["Task", "find", "known", "tasks_of"]


def tasks_of(file: StudyFile) -> tuple[Task, ...]:
    """Return the study's tasks in its order, each with its parameters; an unknown one is a BadInputError."""
    names = file.study.runs.tasks
    line = file.lines.get(("runs", "tasks"), (1, ""))[0]
    found = []
    for name in names:
        try:
            found.append(find(name))
        except LookupError as error:
            raise BadInputError(file.path, f"runs.tasks: {error}", _remedy(), line) from None
    if len({task.name for task in found}) < len(found):
        raise BadInputError(file.path, "a task is listed twice", "list each task once", line)
    _check_unused(file, found)
    tables = file.study.tasks
    return tuple(
        task.with_parameters(file.check(task.parameters, ("tasks", task.name), tables.get(task.name, {})))
        for task in found
    )


def find(name: str) -> Task:
    """Return the task of that name, or of that ``module:attribute``; LookupError where there is none."""
    module, _, attribute = name.rpartition(":")
    if not module:
        if name not in known():
            raise LookupError(f"no task {name!r}")
        module, attribute = f"{__name__}.{name}", name
    try:
        task = getattr(importlib.import_module(module), attribute)
    except Exception as error:  # whatever a module of somebody else's raises on import
        raise LookupError(f"no task {name!r} ({error})") from None
    if not isinstance(task, Task):
        raise LookupError(f"{name!r} is no Task")
    return task


def known() -> tuple[str, ...]:
    """Return the names of the tasks that come with the artifact: the files of this folder."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name != "task"))


def _remedy() -> str:
    return f"list tasks among {', '.join(known())} or as module:attribute"


def _check_unused(file: StudyFile, tasks: list[Task]) -> None:
    for name in file.study.tasks:
        if name not in {task.name for task in tasks} and name not in known():
            line = file.lines.get(("tasks", name), (1, ""))[0]
            raise BadInputError(file.path, f"a table for an unknown task {name!r}", _remedy(), line)
