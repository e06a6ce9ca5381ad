"""``annotate``: a log of one's own."""

from __future__ import annotations

from pathlib import Path

import click

from artifact.cli._options import PATH, results_option, study_option


@click.command()
@click.argument("log", type=PATH)
@click.option("--output", type=PATH, required=True, help="the CSV to write")
@study_option
@results_option
def command(log: Path, output: Path, study: Path, results: Path) -> None:
    """Label the pings of LOG with the trained models."""
    from artifact.annotate.labels import annotate

    annotate(log, output, study, results)
