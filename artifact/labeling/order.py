"""Medians and quantiles of the answered pings in windows that move along a series, exact at every ping."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
LARGEST = np.iinfo(np.int64).max


def medians(rtt_us: Integers, width: int) -> Floats:
    """Return the median answered RTT (microseconds) of each window of so many pings, NaN where none was answered.

    ``rtt_us``: shape (n,), 0 is a loss; the result has shape (n - width + 1,), the window of the first pings first.
    """
    windows = _Windows(rtt_us, width, 0.5)
    found = windows.answered_at((windows.answered - 1) // 2)
    found += windows.answered_at(windows.answered // 2)
    return np.divide(found, 2, out=found)


def quantiles(rtt_us: Integers, width: int, share: float) -> Floats:
    """Return the answered RTT below which that share of each window's lies, the lower of two, as ``medians`` does."""
    windows = _Windows(rtt_us, width, share)
    return windows.answered_at((share * (windows.answered - 1)).astype(np.int32))


class _Windows:
    """All windows of one width, filled up so that what is asked for has nearly the same rank in each.

    SciPy gives one rank of all windows, and counts losses in. As large a share of them as is asked of the answered
    pings is therefore made smaller than all of these, evenly, and the others larger: two or three ranks remain.
    """

    def __init__(self, rtt_us: Integers, width: int, share: float) -> None:
        losses = np.zeros(len(rtt_us) + 1, dtype=np.int32)
        np.cumsum(rtt_us == 0, out=losses[1:])
        smaller = (share * losses).astype(np.int32)
        larger = losses - smaller
        self._width = width
        self._filled = np.where(larger[1:] > larger[:-1], LARGEST, rtt_us)
        self._smaller = smaller[width:] - smaller[:-width]
        self._of_rank: dict[int, Floats] = {}
        self.answered = width - (losses[width:] - losses[:-width])

    def answered_at(self, place: NDArray[np.int32]) -> Floats:
        """Return the answered RTT at that place, 0 that of the smallest, of each window."""
        ranks = np.clip(place + self._smaller, 0, self._width - 1)
        first, last = int(ranks.min()), int(ranks.max())
        found = self._at_rank(first).copy()
        for rank in range(first + 1, last + 1):
            np.copyto(found, self._at_rank(rank), where=ranks == rank)
        found[self.answered == 0] = np.nan
        return found

    def _at_rank(self, rank: int) -> Floats:
        from scipy.ndimage import rank_filter

        if rank not in self._of_rank:
            # It centres its windows, and goes on at either end with what is no ping.
            ranked = rank_filter(self._filled, rank, self._width, mode="constant")
            self._of_rank[rank] = ranked[self._width // 2 :][: len(self._smaller)].astype(np.float64)
        return self._of_rank[rank]
