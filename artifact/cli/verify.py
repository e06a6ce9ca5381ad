"""``verify``: the verdicts as text, against those that are expected."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from artifact.cli._options import results_option


@click.command()
@results_option
@click.option("--strict", is_flag=True, help="exit 1 where a number does not come out, expected or not")
@click.option("--summary", is_flag=True, help="print Table 1 and the verdicts as Markdown instead of lines")
def command(results: Path, strict: bool, summary: bool) -> int:
    """Print each claim's verdict and what it is worth; exit 1 where one is not as expected."""
    from artifact.claims.expected import changed
    from artifact.claims.verdicts import NOT_ATTEMPTED, REPRODUCED, standing_of
    from artifact.report.documents import summary as as_markdown
    from artifact.results import read_results

    found = read_results(results / "results.json")
    claims = found["claims"]
    print(as_markdown(found) if summary else "\n".join(map(_line, claims)))
    others = changed(claims)
    missed = [claim["id"] for claim in claims if claim["verdict"] not in (REPRODUCED, NOT_ATTEMPTED)]
    print(f"\n{standing_of(claims)}")
    print("\n".join(["not as recorded in paper_tables/expected.toml:", *others]) if others else "all as expected")
    return 1 if others or (strict and missed) else 0


def _line(claim: Mapping[str, Any]) -> str:
    here = "-" if claim["reproduced"] is None else f"{claim['reproduced']:.3f}"
    interval = claim["ci90"] and f"[{claim['ci90'][0]:.3f}, {claim['ci90'][1]:.3f}]"
    kinds = ", ".join(of["kind"] for of in claim["reservations"]) or ("stands" if claim["stands"] else "")
    return f"{claim['id']:4} {claim['verdict']:15} {here:>6} {interval or '':16} {claim['statement']}" + (
        f"\n{'':5}{kinds}" if kinds else ""
    )
