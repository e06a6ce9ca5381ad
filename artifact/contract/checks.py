"""The checks of each kind of plug-in, one after the other or as a test each."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from artifact.approaches.approach import Approach
from artifact.contract import approaches, inputs, readers, tasks
from artifact.contract.tables import Given, approach_with, input_with, task_with
from artifact.errors import ContractError
from artifact.inputs.input import Input
from artifact.mistakes import AS_WRITTEN, Check, Checks
from artifact.plugins import Kind, Plugin, in_a_line
from artifact.setting import APPROACHES, INPUTS, TASKS
from artifact.study import read_study
from artifact.tasks.task import Task
from artifact.trace.reading import Reader


class _Contract(NamedTuple):
    """What is checked of a plug-in as it is written, and what of one with its parameters, which ``ready`` gives it."""

    as_written: Checks
    with_parameters: Checks
    ready: Callable[[Any, Any], Any]


CONTRACTS: dict[type, _Contract] = {
    Task: _Contract(AS_WRITTEN[Task], tasks.WITH_PARAMETERS, task_with),
    Approach: _Contract(AS_WRITTEN[Approach], approaches.WITH_PARAMETERS, approach_with),
    Input: _Contract(AS_WRITTEN[Input], inputs.WITH_PARAMETERS, input_with),
    readers.SampledReader: _Contract((), readers.CHECKS, lambda reader, _: reader),
}


def check_task(task: str | Task, p: Given = None) -> None:
    """Hold a task, or the one of that name, to its contract; the first violation is a ContractError.

    ``p`` are its parameters, its table of a study, with the rule's under ``rule``, or the whole study; without it the
    task's own parameters are taken, or the study that comes with the artifact.
    """
    _check(_found(TASKS, task), p)


def check_approach(approach: str | Approach, p: Given = None) -> None:
    """Hold an approach, or the one of that name, to its contract; ``p`` and errors as in ``check_task``."""
    _check(_found(APPROACHES, approach), p)


def check_input(sees: str | Input, p: Given = None) -> None:
    """Hold an input, or the one of that name, to its contract; ``p`` and errors as in ``check_task``."""
    _check(_found(INPUTS, sees), p)


def check_reader(reader: Reader, sample: bytes) -> None:
    """Hold the module of a trace format to its contract on a sample of it; errors as in ``check_task``."""
    _check(readers.SampledReader(reader, sample), None)


def checks_of(plugin: Any, p: Given = None) -> list[tuple[str, Check]]:
    """List the checks of a plug-in by name; a check takes the plug-in, ``p`` is as in ``check_task``."""
    contract = _contract_of(plugin)
    later = [(name, _on_ready(contract, check, p)) for name, check in contract.with_parameters]
    return [*contract.as_written, *later]


def parametrize_with_checks(
    plugins: Sequence[Any], expected_failures: Mapping[str, str] | None = None, study: Path | str | None = None
) -> Any:
    """Make a test of (plugin, check) for each plug-in and check.

    A plug-in is an object or, from outside the artifact, a name as ``module:attribute``. ``expected_failures`` maps
    names of checks to reasons; such a check has to fail. ``study`` is a study.toml that has the plug-ins' tables, the
    one that comes with the artifact by default.
    """
    import pytest

    expected, cases, known = expected_failures or {}, [], set[str]()
    file = read_study(Path(study)) if study else None
    for plugin in (_imported(of) if isinstance(of, str) else of for of in plugins):
        for name, check in checks_of(plugin, file):
            failing = pytest.mark.xfail(strict=True, reason=expected.get(name, ""), raises=ContractError)
            marks = [failing] if name in expected else []
            cases.append(pytest.param(plugin, _in_one_line(check), id=f"{_title(plugin)}-{name}", marks=marks))
            known.add(name)
    if unknown := set(expected) - known:
        raise ValueError(f"expected_failures names no check: {sorted(unknown)}; there are {sorted(known)}")
    return pytest.mark.parametrize(("plugin", "check"), cases)


def _check(plugin: Any, p: Given) -> None:
    contract = _contract_of(plugin)
    for _, check in contract.as_written:
        check(plugin)
    ready = contract.ready(plugin, p)
    for _, check in contract.with_parameters:
        check(ready)


def _on_ready(contract: _Contract, check: Check, p: Given) -> Check:
    def checked(plugin: Any) -> None:
        check(contract.ready(plugin, p))

    return checked


def _in_one_line(check: Check) -> Check:
    """Return the check, whose violation pytest shows as the one line that it is, without the artifact's own frames."""

    def checked(plugin: Any) -> None:
        __tracebackhide__ = True
        try:
            check(plugin)
        except ContractError as error:
            raise error.with_traceback(None) from None

    return checked


def _contract_of(plugin: Any) -> _Contract:
    if type(plugin) not in CONTRACTS:
        known = ", ".join(kind.__name__ for kind in CONTRACTS)
        raise ContractError(repr(plugin)[:60], f"a {type(plugin).__name__} is no plug-in", f"give one of {known}")
    return CONTRACTS[type(plugin)]


def _found(kind: Kind[Plugin], plugin: str | Plugin) -> Plugin:
    if not isinstance(plugin, str):
        return plugin
    try:
        return kind.find(plugin)
    except LookupError as error:
        raise ContractError(plugin, str(error), kind.remedy) from None


def _imported(name: str) -> Any:
    module, _, attribute = name.partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        remedy = "name plug-ins as module:attribute, with the module's folder on PYTHONPATH"
        raise ContractError(name, in_a_line(error), remedy) from error


def _title(plugin: Any) -> str:
    suite = getattr(getattr(plugin, "p", None), "suite", "")
    return f"{plugin.name}-{suite}" if suite else str(plugin.name)
