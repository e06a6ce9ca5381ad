"""Plug-ins with their parameters: those that they have, those of a table, or those of the study as it is shipped."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from artifact.approaches.approach import Approach
from artifact.errors import ContractError
from artifact.inputs.input import Input
from artifact.parameters import StrictModel
from artifact.setting import INPUTS
from artifact.store.paths import STUDY
from artifact.study import StudyFile, first_problem, read_study
from artifact.tasks.task import Task

Given = StrictModel | Mapping[str, Any] | StudyFile | None
"""Parameters, a table of them, or a study that has the table; nothing stands for the study as it is shipped."""
Model = TypeVar("Model", bound=StrictModel)


@functools.cache
def shipped() -> StudyFile:
    """Return the study as it is shipped."""
    return read_study(STUDY)


def task_with(task: Task, p: Given = None) -> Task:
    """Return a task with parameters; what is wrong in a table is a ContractError that names the key."""
    if isinstance(p, StrictModel) or (p is None and task.p is not None):
        return task.with_parameters(p or task.p, task.rule_p)  # type: ignore[arg-type]
    table = dict(_table("tasks", task.name, p))
    rule = table.pop("rule", {})
    rule_p = _checked(("tasks", task.name, "rule"), task.rules[0].parameters, rule) if task.rules else None
    return task.with_parameters(_checked(("tasks", task.name), task.parameters, table), rule_p)


def approach_with(approach: Approach, p: Given = None) -> Approach:
    """Return an approach with parameters and input; what is wrong in a table is a ContractError that names the key."""
    if p is None and approach.p is not None:
        return approach
    name = approach.table or approach.name
    given = _parameters(("approaches", name), approach.parameters, p)
    approach = approach.with_parameters(given, None)
    if "input" not in approach.all_needs:
        return approach
    sees = getattr(given, "input", "ping")
    try:
        found = INPUTS.find(sees)
    except LookupError as error:
        raise ContractError(f"approaches.{name}.input", str(error), INPUTS.remedy) from None
    return approach.with_parameters(given, input_with(found, p if isinstance(p, StudyFile) else None))


def input_with(sees: Input, p: Given = None) -> Input:
    """Return an input with parameters; what is wrong in a table is a ContractError that names the key."""
    if p is None and sees.p is not None:
        return sees
    return sees.with_parameters(_parameters(("inputs", sees.name), sees.parameters, p))


def _parameters(keys: tuple[str, str], model: type[StrictModel], given: Given) -> StrictModel:
    return given if isinstance(given, StrictModel) else _checked(keys, model, _table(*keys, given))


def _table(kind: str, name: str, given: Mapping[str, Any] | StudyFile | None) -> Mapping[str, Any]:
    if isinstance(given, Mapping):
        return given
    tables: list[Mapping[str, Any]] = [
        getattr(file.study, kind)[name]
        for file in ([given] if given else (shipped(), *_further()))
        if name in getattr(file.study, kind)
    ]
    return tables[0] if tables else {}


@functools.cache
def _further() -> list[StudyFile]:
    """Return the studies beside it: tasks that it does not list have their tables there."""
    return [read_study(path) for path in sorted(STUDY.parent.glob("study.*.toml"))]


def _checked(keys: tuple[str, ...], model: type[Model], table: Mapping[str, Any]) -> Model:
    try:
        return model.model_validate(table)
    except ValidationError as error:
        of, problem, remedy = first_problem(error, model, keys)
        missing = problem.endswith("is missing")
        raise ContractError(".".join(of), problem, "hand it over with the table p" if missing else remedy) from None
