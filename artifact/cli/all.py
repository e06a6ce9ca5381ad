"""``all``: everything, from data sets to page."""

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
    """Data sets, runs, audit, results and page; goes on where it stopped."""
    everything(grid, data)


def everything(grid: Grid, data: Path) -> None:
    """Rebuild the study and render its page."""
    from artifact import rebuild
    from artifact.claims.verdicts import counted
    from artifact.report.page import render
    from artifact.steps import step

    with rebuild.writing(grid.results, data):
        with step(grid.results, "data sets"):
            rebuild.build_data(grid, data)
        with step(grid.results, "runs, verdicts and audit"):
            results = rebuild.rebuild(grid)
        with step(grid.results, "figures and page"):
            render(grid.results)
    print(f"{counted(results['claims'])}; read {grid.results.report}")
