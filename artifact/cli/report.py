"""``report``: figures and page."""

from __future__ import annotations

from pathlib import Path

import click

from artifact.cli._options import results_option


@click.command()
@results_option
def command(results: Path) -> None:
    """Render figures and page from results.json."""
    from artifact.rebuild import writing
    from artifact.report.page import render
    from artifact.store.paths import ResultPaths

    paths = ResultPaths(results)
    with writing(paths):
        render(paths)
