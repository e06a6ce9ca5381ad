"""``train``: the runs, without audit and page."""

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
    """Do the runs and write results.json and table1.csv, without the audit."""
    from artifact import rebuild

    with rebuild.prepared(grid, data):
        rebuild.rebuild(grid, audit=False)
