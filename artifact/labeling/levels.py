"""Where a line's level changes: the cheapest path through levels, a price on each change and on each ping beside it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Microseconds = NDArray[np.int64]
PENALTY = 6.0
"""The price of a change in units of log n, as in Schwarz's criterion, but more of them: pings hang together."""
JITTERS = 2.0
"""The unit of distance in standard deviations of the line's jitter."""
FLOOR = 0.004
"""No unit is below this share of the line's quick replies: .8 ms at 200 ms, which a person still calls one level."""
BODY = 3.0
"""Units from its level within which a ping costs the square of its distance, as normal jitter does."""
TAIL = 0.3
"""The price of a unit beyond, as for rare exponential delays: a spike is cheap unless it is huge or lasts."""
LOST_FOR = 12
"""So many losses in a row are worth the two changes into silence and back."""

_STEP = 0.5
_FEWEST_PINGS = 3
_MOST_LEVELS = 512
_LOSS = -1


def change_points(rtt_us: Microseconds, penalty: float = PENALTY) -> NDArray[np.intp]:
    """Return the first ping of each level but the first, ascending; many losses in a row are a level of their own.

    ``rtt_us``: RTTs in whole microseconds, shape (n,), 0 a loss. The path is the cheapest of all over a grid of levels
    (functional pruning of Rigaill 2015 and Maidstone et al. 2017, on a grid); the price of a ping is bounded but for
    ``TAIL``, as by Fearnhead and Rigaill (2019). Multiplying all RTTs changes nothing but by rounding.
    """
    if not (rtt_us > 0).any():
        return np.zeros(0, dtype=np.intp)
    unit = unit_us(rtt_us)
    cells, levels, step = _grid(rtt_us, unit)
    kinds, ping = np.unique(cells, return_inverse=True)
    change = penalty * np.log(len(rtt_us))
    return _cheapest_path(_prices(kinds, levels, step / unit, 2 * change / LOST_FOR), ping, change)


def unit_us(rtt_us: Microseconds) -> float:
    """Return what counts as one unit of distance (µs): ``JITTERS`` standard deviations, and the ``FLOOR`` besides."""
    answered = rtt_us[rtt_us > 0]
    steps = np.abs(np.diff(answered)) if len(answered) > 1 else np.zeros(1)
    jitter = 1.4826 * float(np.median(steps)) / 2**0.5
    return float(np.hypot(FLOOR * np.quantile(answered, 0.01), JITTERS * jitter))


def _grid(rtt_us: Microseconds, unit: float) -> tuple[NDArray[np.int64], NDArray[np.int64], float]:
    """Return each ping's cell, the cells that pings lie in or beside (the levels to try), and a cell's height (µs)."""
    answered, step = rtt_us > 0, _STEP * unit
    lowest = rtt_us[answered].min()
    while True:
        cells = np.where(answered, np.rint((rtt_us - lowest) / step), _LOSS).astype(np.int64)
        occupied, pings = np.unique(cells[answered], return_counts=True)
        near = np.unique(np.concatenate([occupied - 1, occupied, occupied + 1]))
        around = sum(_pings_in(near + shift, occupied, pings) for shift in (-1, 0, 1))
        levels = near[around >= min(_FEWEST_PINGS, answered.sum())]
        if len(levels) <= _MOST_LEVELS:
            return cells, levels, step
        step *= 2


def _pings_in(cells: NDArray[np.int64], occupied: NDArray[np.int64], pings: NDArray[np.intp]) -> NDArray[np.intp]:
    at = np.minimum(np.searchsorted(occupied, cells), len(occupied) - 1)
    return np.where(occupied[at] == cells, pings[at], 0)


def _prices(kinds: NDArray[np.int64], levels: NDArray[np.int64], step: float, misplaced: float) -> NDArray[np.float64]:
    """Return what a ping of each kind costs on each level and, last, in silence: shape (kinds, levels + 1)."""
    away = step * np.abs(kinds[:, None] - levels)
    prices = np.where(away <= BODY, away**2, BODY**2 + TAIL * (away - BODY))
    lost = kinds == _LOSS
    prices[lost] = misplaced
    return np.column_stack([prices, np.where(lost, 0.0, misplaced)])


def _cheapest_path(prices: NDArray[np.float64], ping: NDArray[np.intp], change: float) -> NDArray[np.intp]:
    """Return where the cheapest path changes its level; ``ping`` is the row of ``prices`` for each ping, shape (n,)."""
    cost = prices[ping[0]].copy()
    begun = np.zeros(len(cost), dtype=np.intp)
    last = np.zeros(len(ping), dtype=np.intp)
    best = cost.min()
    for i, row in enumerate(ping[1:], start=1):
        entered = best + change
        np.copyto(begun, i, where=cost > entered)
        np.minimum(cost, entered, out=cost)
        cost += prices[row]
        cheapest = cost.argmin()
        best, last[i] = cost[cheapest], begun[cheapest]
    changes = []
    at = int(last[-1])
    while at > 0:
        changes.append(at)
        at = int(last[at - 1])
    return np.array(changes[::-1], dtype=np.intp)
