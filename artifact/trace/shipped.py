"""The real lines that come with the artifact (data/lines/README.md)."""

from __future__ import annotations

import dataclasses
from functools import cache

from artifact.store.paths import LINES
from artifact.trace.reading import read_trace
from artifact.trace.series import FEWEST_PINGS, Trace


@cache
def shipped(at_most: int) -> tuple[Trace, ...]:
    """Return the first ``at_most`` pings of every line in the box, by name; a damaged one is a BadInputError."""
    return tuple(
        dataclasses.replace(read_trace(path, at_most, fewest=FEWEST_PINGS), name=path.stem)
        for path in sorted(LINES.glob("*.csv"))
    )
