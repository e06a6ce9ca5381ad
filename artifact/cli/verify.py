"""``verify``: the verdicts as text."""

from __future__ import annotations

from pathlib import Path

import click

from artifact.cli._options import results_option


@click.command()
@results_option
def command(results: Path) -> int:
    """Print each claim's verdict; exit 1 where one is not reproduced."""
    from artifact.claims import NOT_REPRODUCED
    from artifact.results import read_results

    claims = read_results(results / "results.json")["claims"]
    for claim in claims:
        reproduced = "-" if claim["reproduced"] is None else f"{claim['reproduced']:.3f}"
        published = "-" if claim["published"] is None else f"{claim['published']:g}"
        numbers = f"published {published:>5}  here {reproduced:>6}"
        print(f"{claim['id']:4} {claim['verdict']:15} {numbers}  {claim['statement']}")
    failed = [claim["id"] for claim in claims if claim["verdict"] == NOT_REPRODUCED]
    print(f"{len(failed)} of {len(claims)} claims not reproduced" + (f": {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0
