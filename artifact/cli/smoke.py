"""``smoke``: the whole chain, small."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from artifact.cli._options import grid_options
from artifact.cli.all import everything

if TYPE_CHECKING:
    from artifact.grid.grid import Grid


@click.command()
@grid_options(small=True)
def command(grid: Grid, data: Path) -> None:
    """The whole chain, small: two runs over 3,000 pings."""
    everything(grid, data)
