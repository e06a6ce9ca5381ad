"""``annotate``: a log of one's own."""

from __future__ import annotations

from pathlib import Path

import click

from artifact.cli._options import PATH, results_option, study_option


@click.command()
@click.argument("log", type=PATH)
@click.option("--output", type=PATH, required=True, help="the CSV to write")
@click.option(
    "--approach",
    "approaches",
    multiple=True,
    default=("blind",),
    show_default=True,
    help="whose labels: blind, oracle, or an approach of the study with its trained models; may be repeated",
)
@study_option
@results_option
def command(log: Path, output: Path, approaches: tuple[str, ...], study: Path, results: Path) -> None:
    """Label the pings of LOG, by models that are fitted to it alone or by those of the study."""
    from artifact.annotate.labels import annotate

    annotate(log, output, study, results, approaches)
