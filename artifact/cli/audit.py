"""``audit``: one question."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import click

from artifact.cli._options import PATH, POSITIVE, as_typed, grid_options
from artifact.errors import BadInputError

if TYPE_CHECKING:
    from artifact.grid.grid import Grid


@click.command()
@click.argument("name")
@click.option("--worlds", type=POSITIVE, default=64, help="multiverse: number of worlds (default: 64)")
@click.option("--traces", type=PATH, help="real_lines: a folder of further traces")
@grid_options()
def command(grid: Grid, data: Path, name: str, worlds: int, traces: Path | None) -> None:
    """Answer one question of the audit, NAME, and print its table."""
    from artifact import rebuild
    from artifact.audit import ON_DEMAND, asks
    from artifact.audit.answer import Answer, as_text
    from artifact.report.page import render
    from artifact.reported import Plan

    _check(name, traces, grid)
    with rebuild.writing(grid.results, data):
        results = rebuild.rebuild(grid)
        given = _given(name, worlds, traces)
        if given or name in ON_DEMAND:
            asked = asks(name, Plan(grid.file), *given.values())
            grid.do([cell for some in asked.values() for cell in some])
            answer = rebuild.answered(grid, name, asked, results)
            options = "".join(f" --{option} {as_typed(value)}" for option, value in given.items())
            rebuild.keep_answer(grid, name, dataclasses.replace(answer, options=options))
            results = rebuild.rebuild(grid)
        render(grid.results)
    print(as_text(Answer(**results["audit"][name])))


def _given(name: str, worlds: int, traces: Path | None) -> dict[str, int | Path]:
    """Return the options that a question takes and was given, by name."""
    if name == "multiverse":
        return {"worlds": worlds}
    return {"traces": traces} if traces else {}


def _check(name: str, traces: Path | None, grid: Grid) -> None:
    """Refuse a question that cannot be answered before any work is done."""
    from artifact.audit import ON_DEMAND, QUESTIONS

    if name == "multiverse" and grid.trace:
        raise BadInputError("audit multiverse", "has synthetic worlds and takes no trace", "leave TRACE= out")
    if name not in (*QUESTIONS, *ON_DEMAND):
        raise BadInputError("audit", f"no question {name!r}", f"ask one of {', '.join((*QUESTIONS, *ON_DEMAND))}")
    if traces and name != "real_lines":
        raise BadInputError(f"audit {name}", "takes no traces", "ask real_lines, or leave --traces out")
    if traces and not traces.is_dir():
        raise BadInputError(traces, "is no folder of traces", "name one with TRACES= or --traces")
