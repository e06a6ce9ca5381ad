"""Verdicts by equivalence: where the interval of a mean lies against an accepted range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

REPRODUCED, TREND, UNDECIDED, NOT_REPRODUCED, NOT_ATTEMPTED = (
    "reproduced",
    "trend only",
    "undecided",
    "not reproduced",
    "not attempted",
)
WORDS = (REPRODUCED, TREND, UNDECIDED, NOT_REPRODUCED, NOT_ATTEMPTED)
Interval = Sequence[float]


def verdict(claim: Mapping[str, Any], mean: float | None, interval: Interval | None) -> str:
    """Return the verdict on a claim from the mean and its interval; None is a mean that some run does not have.

    Two one-sided tests (Schuirmann, J. Pharmacokinet. Biopharm. 1987): an interval inside ``accept`` is needed, and one
    that reaches across its edge decides nothing. A direction that the mean alone has is a trend.
    """
    accept = claim["accept"]
    if mean is None:
        return UNDECIDED
    if interval is not None:
        if _inside(interval, accept):
            return REPRODUCED
        if interval[1] < accept[0] or interval[0] > accept[1]:
            return TREND if "trend" in claim and _inside(interval, claim["trend"]) else NOT_REPRODUCED
    return TREND if claim.get("direction") and _inside((mean, mean), accept) else UNDECIDED


def decides(claim: Mapping[str, Any], word: str) -> bool:
    """Tell whether a verdict is more than a lack of runs: neither undecided nor a direction that the mean alone has."""
    return word in (REPRODUCED, NOT_REPRODUCED) or (word == TREND and not claim.get("direction"))


def counted(claims: Sequence[Mapping[str, Any]]) -> str:
    """Say how many claims have which verdict."""
    words = [claim["verdict"] for claim in claims]
    return "claims: " + ", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(words))


def standing_of(claims: Sequence[Mapping[str, Any]]) -> str:
    """Say which claims stand."""
    stand = [claim["id"] for claim in claims if claim["stands"]]
    return f"{len(stand)} of {len(claims)} claims stand: {', '.join(stand) or 'none'}"


def _inside(interval: Interval, accept: Interval) -> bool:
    return bool(accept[0] <= interval[0] and interval[1] <= accept[1])
