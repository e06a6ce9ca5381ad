"""``reference``: results beside those of the release."""

from __future__ import annotations

from pathlib import Path

import click

from artifact.cli._options import results_option


@click.command()
@results_option
@click.option("--write", is_flag=True, help="write these results as the reference instead, for a release")
def command(results: Path, write: bool) -> int:
    """Compare results with those of the release; exit 1 where data sets, votes or a verdict are others."""
    from artifact import reference
    from artifact.errors import BadInputError
    from artifact.results import read_results
    from artifact.store.paths import REFERENCE

    found = read_results(results / "results.json")
    if write:
        reference.write(found)
        print(f"{REFERENCE}: {REFERENCE.stat().st_size / 1e6:.2f} MB")
        return 0
    beside = reference.compared(found)
    if not beside:
        raise BadInputError(
            REFERENCE, "is no reference for this study and base", "compare results of study.toml as shipped"
        )
    print(f"reference: commit {beside['commit']}, on {beside['processor']}")
    for row in beside["stages"]:
        print(f"{row['stage']:16}{row['values']:>7} values  {row['says']}")
    return int(reference.changed(beside["stages"]))
