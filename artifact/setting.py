"""A study, or a variation of it, with its plug-ins looked up and their tables checked."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from artifact.approaches.approach import Approach
from artifact.errors import BadInputError
from artifact.inputs.input import Input
from artifact.mistakes import first_mistake
from artifact.plugins import Kind, Plugin
from artifact.run import Setting
from artifact.study import StudyFile, Variation
from artifact.tasks.task import Task

TASKS = Kind("task", "artifact.tasks", Task)
INPUTS = Kind("input", "artifact.inputs", Input)
APPROACHES = Kind("approach", "artifact.approaches", Approach)
Named = TypeVar("Named", Task, Approach)


def setting_of(file: StudyFile, approaches: Sequence[str] | None = None, tasks: Sequence[str] | None = None) -> Setting:
    """Return a study's setting; an unknown plug-in or a wrong table is a BadInputError.

    ``approaches`` are the names of those that are wanted instead of the study's, with those that teach them added;
    ``tasks`` the names of those that are wanted alone.
    """
    found = tuple(task for task in tasks_of(file) if tasks is None or task.name in tasks)
    known = {approach.name: approach for approach in approaches_of(file)}
    wanted: dict[str, Approach] = {}
    for name in known if approaches is None else approaches:
        _add(file, known.get(name) or _ready(file, _found(file, APPROACHES, name, "approaches")), known, wanted)
    return Setting(file.study.trace, file.study.dataset, found, tuple(wanted.values()))


def varied(file: StudyFile, variation: Variation | None) -> StudyFile:
    """Return the study under a variation; what it says about tasks that the study does not have is left out."""
    if variation is None:
        return file
    names = {task.name for task in tasks_of(file)}
    changes = {dotted: value for dotted, value in variation.set.items() if not _of_another_task(dotted, names)}
    try:
        changed = file.with_values(changes)
        setting_of(changed)
    except BadInputError as error:
        _, problem, remedy, _ = error.given
        path, line = variation.where
        raise BadInputError(
            path or "variation", f"{variation.name}: {problem}", remedy, line if path else None
        ) from None
    return changed


def tasks_of(file: StudyFile) -> tuple[Task, ...]:
    """Return the study's tasks in its order, each with its parameters; an unknown one is a BadInputError."""
    found = _listed(file, TASKS, "tasks")
    for name in file.study.tasks:
        if name not in {task.name for task in found} and name not in TASKS.known():
            raise BadInputError(
                file.path, f"a table for an unknown task {name!r}", TASKS.remedy, file.line("tasks", name)
            )
    return tuple(task_of(file, task, name) for task, name in zip(found, file.study.runs.tasks, strict=True))


def task_of(file: StudyFile, task: Task, name: str) -> Task:
    """Return the task of that name with its table in the study; a wrong one is a BadInputError.

    So is an ordinary mistake in a task from outside, ``module:attribute``.
    """
    return _without_mistakes(_with_table(file, _without_mistakes(task, name)), name)


def approaches_of(file: StudyFile) -> tuple[Approach, ...]:
    """Return the study's approaches in its order, each with parameters and input; an unknown one is a BadInputError."""
    return tuple(_ready(file, approach) for approach in _listed(file, APPROACHES, "approaches"))


def _add(
    file: StudyFile,
    approach: Approach,
    known: Mapping[str, Approach],
    wanted: dict[str, Approach],
    taught: tuple[str, ...] = (),
) -> None:
    """Put an approach behind the one that teaches it, which may be taught itself."""
    if "weak labels" in approach.all_needs:
        name = approach.teacher
        teacher = known.get(name) or _ready(file, _found(file, APPROACHES, name, "approaches"))
        if teacher.name in (*taught, approach.name):
            raise BadInputError(file.path, f"approach {teacher.name!r} teaches itself", "name another teacher")
        _add(file, teacher, known, wanted, (*taught, approach.name))
        approach = dataclasses.replace(approach, teacher=teacher.name)
    wanted.setdefault(approach.name, approach)


def _listed(file: StudyFile, kind: Kind[Named], key: str) -> list[Named]:
    names = getattr(file.study.runs, key)
    found = [_found(file, kind, name, key) for name in names]
    if len({plugin.name for plugin in found}) < len(found):
        problem = f"{kind.word} listed twice"
        raise BadInputError(file.path, problem, f"list each {kind.word} once", file.line("runs", key))
    return found


def _found(file: StudyFile, kind: Kind[Plugin], name: str, key: str) -> Plugin:
    try:
        return _without_mistakes(kind.find(name), name)
    except LookupError as error:
        raise BadInputError(file.path, f"runs.{key}: {error}", kind.remedy, file.line("runs", key)) from None


def _without_mistakes(plugin: Plugin, name: str) -> Plugin:
    """Refuse an ordinary mistake in what comes from outside; the tests see to the artifact's own."""
    if (":" in name or not plugin.module.startswith("artifact.")) and (mistake := first_mistake(plugin, name)):
        raise mistake
    return plugin


def _with_table(file: StudyFile, task: Task) -> Task:
    table = dict(file.study.tasks.get(task.name, {}))
    rule_table = table.pop("rule", {})
    p = file.check(task.parameters, ("tasks", task.name), table)
    if p.suite not in task.suites:
        problem, remedy = f"tasks.{task.name}.suite = {p.suite!r}", f"use one of {', '.join(task.suites)}"
        raise BadInputError(file.path, problem, remedy, file.line("tasks", task.name, "suite"))
    rule_p = file.check(task.rules[0].parameters, ("tasks", task.name, "rule"), rule_table) if task.rules else None
    return task.with_parameters(p, rule_p)


def _ready(file: StudyFile, approach: Approach) -> Approach:
    table = approach.table or approach.name
    p = file.check(approach.parameters, ("approaches", table), file.study.approaches.get(table, {}))
    approach = approach.with_parameters(p, None)
    if "input" not in approach.all_needs:
        return approach
    name: Any = getattr(p, "input", "ping")
    try:
        sees = _without_mistakes(INPUTS.find(name), name)
    except LookupError as error:
        problem = f"approaches.{table}.input: {error}"
        raise BadInputError(file.path, problem, INPUTS.remedy, file.line("approaches", table, "input")) from None
    tables: Mapping[str, Any] = file.study.inputs
    checked = file.check(sees.parameters, ("inputs", sees.name), tables.get(sees.name, {}))
    return approach.with_parameters(p, sees.with_parameters(checked))


def _of_another_task(dotted: str, names: set[str]) -> bool:
    head, _, rest = dotted.partition(".")
    return head == "tasks" and rest.partition(".")[0] not in names
