"""``calibrate``: the choice of what the paper leaves open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from artifact.cli._options import grid_options

if TYPE_CHECKING:
    from artifact.calibration import Trial
    from artifact.grid.grid import Grid


@click.command()
@grid_options()
def command(grid: Grid, data: Path) -> None:
    """Choose the open parameters on the calibration seeds; goes on where it stopped."""
    del data
    from artifact.calibration import calibrate
    from artifact.rebuild import writing

    with writing(grid.results):
        chosen = calibrate(grid, _show)
    print("nearest to the published accuracies, to be written into study.toml:")
    for trial in chosen:
        print(f"[tasks.{trial.task}] {trial.parameter} = {trial.value}")


def _show(trial: Trial) -> None:
    reached = "; ".join(
        f"{side} {', '.join(f'{name} {value:.4f}' for name, value in of.items())}"
        for side, of in trial.accuracies.items()
    )
    print(f"{trial.task}.{trial.parameter} = {trial.value}: {reached}; off by {trial.distance:.4f}", flush=True)
