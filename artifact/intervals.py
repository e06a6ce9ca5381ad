"""Means over runs with their 95 % interval, shares with theirs, and what a paired difference shows in words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

Cell = Mapping[str, Any]
"""A measured number: ``mean``, ``ci95`` (none where one run shows none) and ``runs``, None where there is nothing."""


UNIT, SIGNED, POSITIVE, ANY = (0.0, 1.0), (-1.0, 1.0), (0.0, math.inf), (-math.inf, math.inf)
"""Scales: of shares and scores, of their differences, of times and ratios, and of anything."""


def over_runs(values: Sequence[float | None], scale: tuple[float, float] = ANY) -> dict[str, Any]:
    """Return mean, 95 % interval (Student's t over the runs that have a value) and the runs themselves."""
    there = [value for value in values if value is not None]
    mean = math.fsum(there) / len(there) if there else None
    return {"mean": mean, "ci95": interval(there, 0.95, scale), "runs": list(values)}


def interval(values: Sequence[float], level: float, scale: tuple[float, float] = ANY) -> list[float] | None:
    """Return the interval of a mean by Student's t, cut where the scale of the values ends; None for one value."""
    half = _half_width(values, level)
    if half is None:
        return None
    mean = math.fsum(values) / len(values)
    return [max(mean - half, scale[0]), min(mean + half, scale[1])]


def paired(ours: Cell, theirs: Cell, scale: tuple[float, float] = SIGNED) -> dict[str, Any]:
    """Return the difference of two measured numbers, of two scores where nothing else is said, run by run."""
    pairs = zip(ours["runs"], theirs["runs"], strict=True)
    return over_runs([None if a is None or b is None else a - b for a, b in pairs], scale)


def proportion(holds: Sequence[bool]) -> dict[str, Any]:
    """Return a share with its exact 95 % interval (Clopper & Pearson, Biometrika 1934), and the cases."""
    from scipy.stats import binomtest

    low, high = binomtest(sum(map(bool, holds)), len(holds)).proportion_ci(0.95, method="exact")
    cases = [float(case) for case in holds]
    return {"mean": math.fsum(cases) / len(cases), "ci95": [float(low), float(high)], "runs": cases}


def in_words(difference: Cell) -> str:
    """Say what a paired difference shows, and no more than its interval does."""
    if difference["mean"] is None:
        return "nothing to compare"
    if difference["ci95"] is None:
        return f"{difference['mean']:+.3f} in the one run, which shows no difference"
    low, high = difference["ci95"]
    if low > 0:
        return f"a gain of {difference['mean']:.3f}, {_at_least(low)}"
    if high < 0:
        return f"a loss of {-difference['mean']:.3f}, {_at_least(-high)}"
    if low == high == 0:
        return "the same score in every run"
    return f"no difference seen; one of up to {max(-low, high):.3f} could have been missed"


def _at_least(low: float) -> str:
    shown = f"{low:.3f}"
    return "hardly told from none" if shown == "0.000" else f"at least {shown}"


def _half_width(values: Sequence[float], level: float) -> float | None:
    from scipy.special import stdtrit  # Student's t; scipy.stats has the same and takes a second to load

    n = len(values)
    if n < 2:
        return None
    mean = math.fsum(values) / n
    variance = math.fsum((value - mean) ** 2 for value in values) / (n - 1)
    return float(stdtrit(n - 1, (1 + level) / 2)) * math.sqrt(variance / n)
