"""Change points as other packages find them: PELT of ruptures and of skchange, each cost as its authors mean it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artifact.changes.scoring import Indices
from artifact.errors import BadInputError

MBIC = 3.0
"""In units of log n, for a cost with one parameter (Zhang & Siegmund 2007, as R's changepoint has it).

Its further term, the logarithm of each level's length, is in neither package.
"""
LOW, HIGH = (1.5, MBIC, 6.0, 12.0, 25.0), (MBIC, 12.0, 50.0, 100.0, 400.0)


@dataclass(frozen=True)
class Peer:
    """A way to find change points: (RTTs in ms without losses, penalty) -> pings at which levels begin.

    ``penalties``: those among which the best single one is taken, in units of log n.
    """

    find: Callable[[NDArray[np.float64], float], Indices]
    penalties: tuple[float, ...]


def peers() -> Mapping[str, Peer]:
    """Return all of them by name; BadInputError where a package is missing."""
    try:
        import ruptures
        import skchange.detectors
        import skchange.interval_scorers as scorers
    except ImportError as error:
        raise BadInputError(str(error.name), "is not installed", "run make bench-changes, which sets it up") from None

    def pelt(cost: Any, series: NDArray[np.float64], penalty: float) -> Indices:
        detector = skchange.detectors.PELT(cost, penalty=penalty).fit(series[:, None])
        return np.asarray(detector.predict(series[:, None]), dtype=np.intp)

    def above_least(rtt_ms: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.rint(rtt_ms - rtt_ms.min()))

    def by_jitter(rtt_ms: NDArray[np.float64]) -> NDArray[np.float64]:
        jitter = 1.4826 * np.median(np.abs(np.diff(rtt_ms))) / 2**0.5
        return rtt_ms / jitter if jitter else rtt_ms

    def linear(rtt_ms: NDArray[np.float64], penalty: float) -> Indices:
        # Its PELT with the squared error in C: equal change points, and every ping is tried, as with jump=1.
        detector = ruptures.KernelCPD(kernel="linear", min_size=2, jump=1).fit(by_jitter(rtt_ms))
        return np.array(detector.predict(pen=penalty)[:-1], dtype=np.intp)

    return {
        "ruptures, squared error": Peer(linear, HIGH),
        "skchange, Poisson": Peer(lambda rtt_ms, cost: pelt(scorers.PoissonCost(), above_least(rtt_ms), cost), LOW),
        "skchange, empirical": Peer(lambda rtt_ms, cost: pelt(scorers.EDFCost(), rtt_ms, cost), LOW),
        # Twice the absolute distance is twice a Laplace distribution's log likelihood, up to its scale. Every candidate
        # costs its whole length again: at higher penalties, which prune less, minutes a series.
        "skchange, L1": Peer(lambda rtt_ms, cost: pelt(scorers.L1Cost(), 2 * by_jitter(rtt_ms), cost), (MBIC, 12.0)),
    }
