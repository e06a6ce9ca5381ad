"""``docs``: the numbers in the documents."""

from __future__ import annotations

from pathlib import Path

import click

from artifact.cli._options import results_option


@click.command()
@results_option
def command(results: Path) -> None:
    """Write the numbers in README.md, ARTIFACT.md and the datasheet anew."""
    from artifact.report.documents import update
    from artifact.store.paths import ResultPaths

    update(ResultPaths(results))
