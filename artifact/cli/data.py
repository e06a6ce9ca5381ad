"""``data``: the reported data sets."""

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
    """Build the data sets of every run as CSV."""
    from artifact.rebuild import prepared

    with prepared(grid, data):
        print(f"data sets of {grid.file.study.runs.count} runs are in {data}")
