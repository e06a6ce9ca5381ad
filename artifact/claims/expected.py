"""The verdicts and reservations to expect (paper_tables/expected.toml), and what is another now."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from artifact.store.paths import EXPECTED


@cache
def expected() -> dict[str, Any]:
    """Return each claim's verdict, or the words it may be where it hangs on the clock, and its kinds of reservation."""
    return tomllib.loads(EXPECTED.read_text(encoding="utf-8"))


def changed(claims: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a line for each claim whose verdict or reservations are not those recorded as expected."""
    lines = []
    for claim in claims:
        wanted = expected().get(claim["id"])
        if wanted is None:
            lines.append(f"{claim['id']}: {claim['verdict']}, nothing recorded")
            continue
        words = [wanted["verdict"]] if isinstance(wanted["verdict"], str) else wanted["verdict"]
        if claim["verdict"] not in words:
            lines.append(f"{claim['id']}: {claim['verdict']}, expected {' or '.join(words)}")
        kinds = [of["kind"] for of in claim["reservations"]]
        if kinds != wanted["reservations"] and not wanted.get("reservations_vary"):
            said, meant = (", ".join(of) or "none" for of in (kinds, wanted["reservations"]))
            lines.append(f"{claim['id']}: reservations {said}, expected {meant}")
    return lines
