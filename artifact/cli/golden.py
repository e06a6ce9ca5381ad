"""``golden``: a smoke run against the checksums in data/."""

from __future__ import annotations

from pathlib import Path

import click

from artifact.cli._options import PATH


@click.command()
@click.argument("results", type=PATH)
@click.option("--write", is_flag=True, help="write the checksums anew")
def command(results: Path, write: bool) -> int:
    """Compare the smoke run in RESULTS with the checksums in data/; exit 1 on another."""
    from artifact.store import golden

    if write:
        golden.write(results)
        return 0
    return golden.check(results)
