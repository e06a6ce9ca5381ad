"""``tasks``: what a study recognises, and whether a task keeps its contract."""

from __future__ import annotations

from pathlib import Path

import click

from artifact.cli._options import PATH, read, study_option


@click.group(invoke_without_command=True)
@study_option
@click.pass_context
def command(context: click.Context, study: Path) -> None:
    """List the study's tasks and their labeling functions, or check one."""
    if context.invoked_subcommand:
        return
    from artifact.setting import TASKS, tasks_of
    from artifact.tasks.task import description

    for task in tasks_of(read(study)):
        print(f"{task.name}: {task.kind} task, bucket of {task.p.bucket} pings")
        for function in task.labeling_functions:
            print(f"  {function.name:24} {description(function)}")
        print(f"  rule of thumb: {'yes' if task.rules else 'none'}")
    print(f"come with the artifact: {', '.join(TASKS.known())}")


@command.command()
@click.argument("name")
@study_option
def check(name: str, study: Path) -> None:
    """Hold the task NAME (module:attribute, or one of the artifact's) to its contract, with its table in the study."""
    from artifact.contract import check_task
    from artifact.setting import TASKS, task_of

    file = read(study)
    try:
        task = TASKS.find(name)
    except LookupError as error:
        from artifact.errors import BadInputError

        raise BadInputError(name, str(error), TASKS.remedy) from None
    check_task(task_of(file, task, name))
    print(f"{task.name}: keeps the contract")


@command.command()
@click.argument("name")
@click.option("--folder", type=PATH, default=Path(), help="where to write it (default: here)")
def new(name: str, folder: Path) -> None:
    """Write a task NAME to begin with, its test, which passes, and a study that has it."""
    from artifact.starting import start_task

    task, test, study = start_task(name, folder)
    print(f"{task}: say what {name} is: how it comes into a trace, and what would label it")
    print(f"{test}: passes now, with {task.parent.resolve()} on PYTHONPATH; add what is true of {name} alone")
    print(f"{study}: its parameters, each with its source")
