"""``compare``: two results folders side by side."""

from __future__ import annotations

from pathlib import Path

import click

from artifact.cli._options import PATH


@click.command()
@click.argument("first", type=PATH)
@click.argument("second", type=PATH)
def command(first: Path, second: Path) -> int:
    """Compare the results folders FIRST and SECOND; exit 1 where an output differs.

    Data sets are looked for in a results folder's own folder data.
    """
    from artifact.store.comparison import as_table, differing, stage_sums

    ours, theirs = (stage_sums(folder, folder / "data") for folder in (first, second))
    different = differing(ours, theirs)
    print(as_table(ours, different))
    return 1 if any(different.values()) else 0
