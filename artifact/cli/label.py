"""``label``: an archive of pings, larger than memory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from artifact.cli._options import PATH, place_options, study_option

if TYPE_CHECKING:
    from artifact.grid.executor import Place


@click.command()
@click.argument("data", type=PATH)
@click.option("--out", type=PATH, required=True, help="the folder to make")
@click.option("--rtt", help="the column of RTTs, a loss null or 0 (default: found by its name)")
@click.option("--time", help="the column of time stamps (default: found by its name)")
@click.option("--probe", help="the column that tells who pings (default: found by its name, or none)")
@click.option("--target", help="the column that tells who is pinged (default: found by its name, or none)")
@click.option(
    "--unit", type=click.Choice(["s", "ms", "us"]), help="the unit of RTTs (default: as the name ends, or ms)"
)
@click.option("--models", type=PATH, help="results of the study whose models label (default: fitted to DATA)")
@study_option
@place_options
def command(  # noqa: PLR0913 - one per option
    data: Path,
    out: Path,
    rtt: str | None,
    time: str | None,
    probe: str | None,
    target: str | None,
    unit: str | None,
    models: Path | None,
    study: Path,
    place: Place,
) -> None:
    """Label all pings of DATA, a Parquet file or a folder of them: one series per probe and target, or per file."""
    from artifact.extras import needed

    needed("pyarrow")
    from artifact.archive.columns import Named
    from artifact.archive.label import label_archive
    from artifact.cli._options import read

    label_archive(data, out, Named(rtt, time, probe, target, unit), read(study), place, models)
