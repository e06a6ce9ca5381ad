"""Labels over time: what lasts does not come and go from one ping to the next."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def decode(odds: Floats, mean_length: float, mean_gap: float) -> NDArray[np.int8]:
    """Return the most probable labels of a two-state Markov chain (Viterbi, IEEE Trans. Inf. Theory 1967).

    ``odds``, shape (n,): log P(ping | property) - log P(ping | NORMAL). States last ``mean_length`` and
    ``mean_gap`` pings on average. Of two states, only the difference of scores matters, and a step changes it to
    clip(difference + drift, low, high) + odds; such steps compose, so all n are taken in log2(n) rounds.
    """
    leave, enter = 1 / mean_length, 1 / mean_gap
    stay, rest = np.log1p(-leave), np.log1p(-enter)
    to_normal, to_property = np.log(leave), np.log(enter)
    drift = stay - rest
    before = _differences(odds, drift, (to_property - rest, stay - to_normal), drift)
    after = _differences(odds[::-1], drift, (to_normal - rest, stay - to_property), 0.0)[::-1]
    return (before + after - odds > 0).astype(np.int8)


def _differences(odds: Floats, drift: float, bounds: tuple[float, float], first: float) -> Floats:
    """Return d[t] = clip(d[t-1] + drift, *bounds) + odds[t], d[0] = first + odds[0], by a prefix scan."""
    # Each entry is a function x -> clip(x + shift, floor, ceiling); composing two gives another.
    shift, floor, ceiling = (part + odds for part in (drift, *bounds))
    shift[0] = floor[0] = ceiling[0] = first + odds[0]
    step = 1
    while step < len(odds):
        earlier = [part[:-step] for part in (shift, floor, ceiling)]
        later = [part[step:] for part in (shift, floor, ceiling)]
        joined = (
            earlier[0] + later[0],
            np.clip(earlier[1] + later[0], later[1], later[2]),
            np.clip(earlier[2] + later[0], later[1], later[2]),
        )
        shift, floor, ceiling = (
            np.concatenate([part[:step], new]) for part, new in zip((shift, floor, ceiling), joined, strict=True)
        )
        step *= 2
    return np.clip(shift, floor, ceiling)
