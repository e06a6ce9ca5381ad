"""``status``: what is current, what is not, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from artifact.cli._options import grid_options

if TYPE_CHECKING:
    from artifact.grid.grid import Grid


@click.command()
@grid_options()
def command(grid: Grid, data: Path) -> None:
    """Say which cells of the study and its audit are current, and why the others are not."""
    del data
    from artifact.audit import QUESTIONS, asks
    from artifact.reported import Plan

    plan = Plan(grid.file)
    asked = {"the study": plan.reported(), **{name: asks(name, plan) for name in QUESTIONS}}
    for name, of in asked.items():
        cells = [cell for some in of.values() for cell in some]
        if cells:
            print(f"{name}: {grid.status(cells)}")
