"""``annotate``: a log of one's own."""

from __future__ import annotations

from pathlib import Path

import click

from artifact.cli._options import PATH, results_option, study_option


@click.command()
@click.argument("log", type=PATH)
@click.option(
    "--output", type=PATH, help="a folder (default: below results), or a .csv or .parquet for the points alone"
)
@click.option("--series", help="which series of the log, by name, or all (default: the longest)")
@click.option("--labels", "by_hand", type=PATH, help="labels by hand, as the page exports them: how far they agree")
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
def command(  # noqa: PLR0913 - one per option
    log: Path,
    output: Path | None,
    series: str | None,
    by_hand: Path | None,
    approaches: tuple[str, ...],
    study: Path,
    results: Path,
) -> None:
    """Say what is wrong with the line of LOG: every ping labelled, events, a summary, and a page to look into it."""
    from artifact.annotate.annotating import annotate

    click.echo(annotate(log, output, study, results, approaches, series, by_hand), nl=False)
