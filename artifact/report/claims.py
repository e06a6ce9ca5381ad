"""Claims as page and documents show them: numbers in words, a bar for each, and the claims that share a curve."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

VERDICTS = {
    "reproduced": "the interval lies inside the accepted range",
    "trend only": "the weak form holds and no more: the direction of the mean, or a wider range",
    "undecided": "the interval crosses an edge of the accepted range, or there are too few runs for one",
    "not reproduced": "the interval lies outside the accepted range",
    "not attempted": "there is no measured number to compare",
}
RESERVATIONS = {
    "uninformative": "an approach that has seen no RTT earns the same verdict or a better one",
    "calibrated": "a parameter was chosen against this number",
    "depends on a choice": "choosing otherwise what the paper leaves open turns it, or takes its mean out of the range",
    "by construction": "no approach has a part in it: both sides are made here",
    "one sitting": "timed on one machine, one run after the other; another machine, or a busy one, was not asked",
}
CONTRADICTED = "contradicted by Table 1"
CONTRADICTION = "Table 1's own number lies outside what the sentence says"
SYMBOLS = {"reproduced": "✓", "trend only": "≈", "undecided": "?", "not reproduced": "✗", "not attempted": "–"}
GAINS = ("gain",)
"""Measures that are a difference of two approaches."""
BAR = (150, 18)
"""Width and height of a claim's bar."""
_NOTHING: dict[str, Any] = {
    "ci90": None,
    "samples": 0,
    "runs": 0,
    "measure": "none",
    "trend": None,
    "timed": False,
    "reservations": [],
    "contradicted": None,
    "stands": False,
    "under": [],
    "fresh": None,
}


def claims_of(results: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the claims of results.json; of what one does not have, there is nothing."""
    return [{**_NOTHING, **claim} for claim in results["claims"]]


def level(results: Mapping[str, Any]) -> str:
    """Return of how many per cent the claims' intervals are."""
    return f"{100 * results.get('design', {}).get('level', 0.9):g}"


def kinds(claim: Mapping[str, Any]) -> list[str]:
    """Return why a claim does not stand although its number comes out: reservations, and Table 1 itself."""
    found = [of["kind"] for of in claim["reservations"]]
    return [*found, CONTRADICTED] if claim["contradicted"] else found


def accepted(claim: Mapping[str, Any], key: str = "accept") -> str:
    """Say a closed range; an end that nothing reaches goes without saying."""
    if claim[key] is None:
        return "–"
    low, high = claim[key]
    if claim["measure"] != "accuracy" and high >= 1 and low != high:
        return f"at least {low:g}"
    return f"at most {high:g}" if low <= -1 else f"{low:g} to {high:g}"


def here(claim: Mapping[str, Any], mean: float | None, interval: Sequence[float] | None) -> str:
    """Say a claim's value with its interval, a difference with its sign."""
    if mean is None:
        return "–"
    form = "{:+.3f}" if claim["measure"] in GAINS else "{:.3f}"
    if interval is None:
        return form.format(mean)
    low, high = (form.format(end) for end in interval)
    return f"{form.format(mean)} [{low}, {high}]"


def published(claim: Mapping[str, Any]) -> str:
    """Say what the paper printed."""
    if claim["published"] is None:
        return "–"
    return f"{claim['published']:+.3g}" if claim["measure"] in GAINS else f"{claim['published']:.3g}"


def fresh(claims: Sequence[Mapping[str, Any]]) -> str:
    """Say what verdicts become on the data sets alone that no run had used when ranges were set."""
    others = [f"{of['id']} is {of['fresh']}" for of in claims if of["fresh"] not in (None, of["verdict"])]
    return ", ".join(others) or "each verdict is the same"


def bar(claim: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return where a bar shows accepted range, interval, mean and published value, in pixels; None without a mean."""
    mean, interval, printed = claim["reproduced"], claim["ci90"], claim["published"]
    if mean is None:
        return None
    values = [mean, *(interval or ()), *([] if printed is None else [printed])]
    edges = sorted(claim["accept"], key=lambda edge: abs(edge - mean))
    span = max(values) - min(values)
    # The nearer edge is always seen; the other where it does not press all else together.
    values += [
        edge for edge in edges if edge is edges[0] or abs(edge - mean) <= 2 * max(span, abs(edges[0] - mean), 0.02)
    ]
    low, high = min(values), max(values)
    room = 0.08 * (high - low) or 0.01

    def at(value: float) -> float:
        return round(float(BAR[0] * min(max((value - low + room) / (high - low + 2 * room), 0), 1)), 1)

    first, last = (at(edge) for edge in claim["accept"])
    return {
        "accept": (first, max(round(last - first, 1), 1.5)),
        "interval": [at(end) for end in interval] if interval else None,
        "mean": at(mean),
        "published": None if printed is None else at(printed),
    }


def curves(claims: Sequence[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], list[Mapping[str, Any]]]]:
    """Return the gains that were varied, each with the other claims that the same values decide."""
    found: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for claim in claims:
        if claim["measure"] in GAINS and claim["reproduced"] is not None and claim["under"]:
            values = (claim["reproduced"], *((of["variation"], of["mean"]) for of in claim["under"]))
            found.setdefault(values, []).append(claim)
    return [(first, others) for first, *others in found.values()]


def farthest(claim: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the variation that turns a claim's verdict and moves its value most."""
    turning: list[Mapping[str, Any]] = [of for of in claim["under"] if of["turns"] and of["mean"] is not None]
    if claim["reproduced"] is None or not turning:
        return None
    return max(turning, key=lambda of: math.fabs(of["mean"] - claim["reproduced"]))
