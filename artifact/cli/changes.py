"""``changes``: how well change points are found."""

from __future__ import annotations

from pathlib import Path

import click

from artifact.cli._options import PATH, results_option


@click.command()
@click.argument("folder", type=PATH)
@results_option
def command(folder: Path, results: Path) -> None:
    """Find the changes in the labelled series of FOLDER, and score them beside ruptures' and skchange's."""
    from artifact.changes.comparing import compare
    from artifact.store.paths import ResultPaths

    compare(folder, ResultPaths(results).changes)
