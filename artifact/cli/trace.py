"""``trace``: collect, check or make up a trace."""

from __future__ import annotations

import json
from pathlib import Path

import click

from artifact.cli._options import PATH, POSITIVE, study_option


@click.group()
def command() -> None:
    """Collect, check or make up a trace."""


@command.command()
@click.option("--host", required=True, help="the host to ping")
@click.option("--count", type=POSITIVE, required=True, help="how many pings")
@click.option("--interval", type=float, default=1.0, help="seconds between pings (default: a polite 1)")
@click.option("--output", type=PATH, default=Path("ping.log"), help="the file to write (default: ping.log)")
def collect(host: str, count: int, interval: float, output: Path) -> None:
    """Run the system's ping and keep what it prints."""
    from artifact.trace.collecting import collect as run

    run(host, count, output, interval)


@command.command()
@click.argument("log", type=PATH)
@click.option("--json", "as_json", is_flag=True, help="print it as JSON")
def check(log: Path, as_json: bool) -> None:
    """Print what is in LOG: series, losses, gaps, RTTs, and what was set aside."""
    from artifact.trace.checking import as_text, checked

    found = checked(log)
    click.echo(json.dumps(found, indent=2) if as_json else as_text(found))


@command.command()
@click.option("--rows", type=POSITIVE, required=True, help="how many pings")
@click.option("--out", type=PATH, required=True, help="the Parquet file to write")
@click.option("--series", type=POSITIVE, default=1, help="series that they are divided into (default: 1)")
@study_option
def synth(rows: int, out: Path, series: int, study: Path) -> None:
    """Write pings of the study's kind, with gold labels, as Parquet of any size."""
    from artifact.archive.synthetic import write_synthetic
    from artifact.cli._options import read
    from artifact.extras import needed

    needed("pyarrow")
    write_synthetic(out, rows, series, read(study))
