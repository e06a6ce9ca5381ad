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
_WORTH = (UNDECIDED, TREND, REPRODUCED)
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


def turned(claim: Mapping[str, Any], word: str, other: str, mean: float | None) -> bool:
    """Tell whether a choice under which verdict and mean are ``other`` and ``mean`` turns the verdict ``word``.

    It does where it decides otherwise, and where it decides nothing but the mean lies on the other side of the accepted
    range's edge: fewer runs alone turn nothing.
    """
    if other == word or mean is None:
        return False
    by_mean = claim.get("direction", False)
    if other in (REPRODUCED, NOT_REPRODUCED) or (other == TREND and not by_mean):
        return True
    was_inside = word == REPRODUCED or (word == TREND and by_mean)
    return (was_inside or word == NOT_REPRODUCED) and _inside((mean, mean), claim["accept"]) != was_inside


def earns(word: str, other: str) -> bool:
    """Tell whether a verdict ``other`` is as good as ``word``, which is one that some number earned."""
    return word in _WORTH and other in _WORTH and _WORTH.index(other) >= _WORTH.index(word)


def counted(claims: Sequence[Mapping[str, Any]]) -> str:
    """Say how many claims have which verdict."""
    words = [claim["verdict"] for claim in claims]
    return "claims: " + ", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(words))


def standing_of(claims: Sequence[Mapping[str, Any]]) -> str:
    """Say which of the tested claims stand."""
    stand = [claim["id"] for claim in claims if claim["stands"]]
    tested = sum(claim["verdict"] != NOT_ATTEMPTED for claim in claims)
    return f"{len(stand)} of {tested} tested claims stand: {', '.join(stand) or 'none'}"


def _inside(interval: Interval, accept: Interval) -> bool:
    return bool(accept[0] <= interval[0] and interval[1] <= accept[1])
