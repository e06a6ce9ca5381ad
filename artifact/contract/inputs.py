"""What an input keeps: as many numbers for every ping of every series, all of them finite, and the same each time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from artifact.inputs.input import Input
from artifact.labeling.bucket import ColumnSeries
from artifact.mistakes import Checks, attempt, base, broken, edges


def check_features(sees: Input) -> None:
    """It gives float64 numbers, as many for a ping of any series, and finite ones for losses and single pings too."""
    (body,) = sees.bodies
    widths = set()
    for rtt_us in (base(), edges(50), np.zeros(100, dtype=np.int64), np.array([9_000]), np.array([0])):
        given = _numbers(sees, rtt_us)
        if not isinstance(given, np.ndarray) or given.ndim != 2 or len(given) != len(rtt_us) or not given.shape[1]:
            shape = f" of shape {np.shape(given)}"
            problem = f"{body.__name__} gives {type(given).__name__}{shape} for {len(rtt_us):,} pings"
            raise broken(sees, problem, "return an array of shape (n, k)", body)
        if given.dtype != np.float64:
            raise broken(sees, f"{body.__name__} gives {given.dtype}", "return float64", body)
        if not np.isfinite(given).all():
            at = int(np.argmin(np.isfinite(given).all(axis=1)))
            problem = f"{body.__name__} gives {given[at]} for ping {at + 1} of {len(rtt_us):,} ({rtt_us[at] / 1000} ms)"
            raise broken(sees, problem, "mind losses (0) and silent buckets (NaN), as with np.nan_to_num", body)
        widths.add(given.shape[1])
    if len(widths) > 1:
        problem = f"{body.__name__} gives {' or '.join(map(str, sorted(widths)))} numbers for a ping"
        raise broken(sees, problem, "give as many for every series", body)


def check_pure(sees: Input) -> None:
    """The same series gives the same numbers, and stays as it was."""
    (body,) = sees.bodies
    before = base(2)
    kept = before.copy()
    first, second = _numbers(sees, before), _numbers(sees, before)
    if not np.array_equal(first, second):
        raise broken(sees, f"{body.__name__} gives other numbers the second time", "draw nothing at random", body)
    if not np.array_equal(before, kept):
        raise broken(sees, f"{body.__name__} changes the series", "work on a copy", body)


def _numbers(sees: Input, rtt_us: NDArray[np.int64]) -> Any:
    return attempt(sees, sees.bodies[0], sees.of, ColumnSeries(rtt_us))


WITH_PARAMETERS: Checks = (("features", check_features), ("pure", check_pure))
