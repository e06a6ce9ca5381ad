"""The context of a measurement: section 3.2's bucket, one ping at a time and for a whole column at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from artifact.labeling.order import medians, quantiles

if TYPE_CHECKING:
    import pandas as pd

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Edges = tuple[int, int]


def get_bucket(pings_us: pd.Series, i: int, size: int) -> pd.Series:
    """Return the measurements between i - S/2 and i + S/2 (section 3.2), cut at the ends of the series."""
    return pings_us.iloc[max(i - size // 2, 0) : i + size // 2]


class RowBucket:
    """The bucket of one ping, cut out of the series as the paper's ``get_bucket`` does; statistics in ms.

    ``mean``, ``std`` and ``median`` are those of the answered pings, as in Figure 2; NaN where there are too few. All
    are NumPy's numbers: ~ turns round what a comparison of them gives, and a division by zero warns as in a column.
    """

    def __init__(self, pings_us: pd.Series, i: int, size: int, window: tuple[int, int] | None = None) -> None:
        self._pings_us, self._i, self._size, self._window = pings_us, i, size, window

    @cached_property
    def _cut(self) -> pd.Series | Integers:
        if self._window is None:
            return get_bucket(self._pings_us, self._i, self._size)
        begin, end = (max(self._i + edge, 0) for edge in self._window)
        return np.asarray(self._pings_us)[begin:end]

    @cached_property
    def _answered(self) -> Any:
        return np.asarray(self._cut[self._cut != 0], dtype=np.int64)

    @property
    def size(self) -> np.int64:
        """The number of measurements in the bucket."""
        return np.int64(len(self._cut))

    @property
    def answered(self) -> np.int64:
        """The number of answered pings in the bucket."""
        return np.int64(len(self._answered))

    @property
    def mean(self) -> np.float64:
        """The mean of the answered pings (ms)."""
        answered = self._answered
        return np.float64(_mean_ms(float(answered.sum()), len(answered)) if len(answered) > 0 else np.nan)

    @property
    def std(self) -> np.float64:
        """The standard deviation of the answered pings (ms), with n - 1 as pandas has it."""
        answered = self._answered
        if len(answered) < 2:
            return np.float64(np.nan)
        return np.float64(_std_ms(float(answered.sum()), float((answered * answered).sum()), len(answered)))

    @property
    def median(self) -> np.float64:
        """The median of the answered pings (ms)."""
        answered = self._answered
        return np.float64(np.median(answered) / 1000 if len(answered) > 0 else np.nan)

    def quantile(self, share: float) -> np.float64:
        """Return the answered ping (ms) below which that share of them lies, the lower of two."""
        answered = np.sort(self._answered)
        return np.float64(answered[int(share * (len(answered) - 1))] / 1000 if len(answered) > 0 else np.nan)

    def excess(self, size: int) -> RowBucket:
        """Return the bucket of how far (ms) each ping lies above the medians before and after it, ``size`` / 2 each.

        At least a microsecond: pings that lie above neither are answered ones still.
        """
        import pandas as pd

        n, half = len(self._pings_us), size // 2
        begin, end = self._window or (-(self._size // 2), self._size // 2)
        first, last = (min(max(self._i + edge, 0), n) for edge in (begin, end))
        start = max(first - half, 0)
        wide = ColumnSeries(np.asarray(self._pings_us)[start : last + half]).excess(size)
        return type(self)(pd.Series(wide.rtt_us[first - start : last - start]), 0, 0, (0, last - first))

    def prior(self, buckets: int) -> RowBucket:
        """Return the given number of buckets that lie before this one, as one."""
        begin = -(self._size // 2)
        return self._other((begin - buckets * self._size, begin))

    def around(self, buckets: int) -> RowBucket:
        """Return the bucket of the same ping that is as large as the given number of buckets."""
        return type(self)(self._pings_us, self._i, self._size * buckets)

    @property
    def earlier(self) -> RowBucket:
        """The half of the bucket that lies before the ping."""
        return self._other((-(self._size // 2), 0))

    @property
    def later(self) -> RowBucket:
        """The half of the bucket that begins with the ping."""
        return self._other((0, self._size // 2))

    def _other(self, window: tuple[int, int]) -> RowBucket:
        return type(self)(self._pings_us, self._i, self._size, window)


class SlicedBucket(RowBucket):
    """The same bucket as Figure 2 prints it: sliced by pandas anew for each statistic, and summed by pandas."""

    @property
    def _answered(self) -> Any:
        window = self._window or (-(self._size // 2), self._size // 2)
        begin, end = (max(self._i + edge, 0) for edge in window)
        bucket = self._pings_us.iloc[begin:end]
        return bucket[bucket != 0]


class ColumnBucket:
    """The buckets of every ping of a series, shape (n,) each; the same words and the same values as RowBucket.

    Sums over whole microseconds are exact, so the order in which they are taken does not matter.
    """

    def __init__(self, series: ColumnSeries, size: int, begin: int | None = None, end: int | None = None) -> None:
        self._series, self._size = series, size
        self._begin = -(size // 2) if begin is None else begin
        self._end = size // 2 if end is None else end
        self._quantiles: dict[float, Floats] = {}

    @cached_property
    def size(self) -> Integers:
        """The number of measurements in each bucket."""
        return self._series.window_size(self._begin, self._end)

    @cached_property
    def answered(self) -> Integers:
        """The number of answered pings in each bucket."""
        return self._sum("answered")

    @cached_property
    def mean(self) -> Floats:
        """The mean of the answered pings (ms)."""
        return self._mean_us / 1000

    @cached_property
    def std(self) -> Floats:
        """The standard deviation of the answered pings (ms), with n - 1 as pandas has it."""
        # The steps of _std_ms, in one array.
        found = self._total * self._mean_us
        with np.errstate(divide="ignore", invalid="ignore"):
            np.subtract(self._sum("squares").astype(np.float64), found, out=found)
            np.maximum(found, 0, out=found)
            np.divide(found, self._count - 1, out=found)
            np.sqrt(found, out=found)
        return np.divide(found, 1000, out=found)

    @cached_property
    def _mean_us(self) -> Floats:
        # Nothing through nothing is the NaN of an empty bucket.
        with np.errstate(divide="ignore", invalid="ignore"):
            return self._total / self._count

    @cached_property
    def _total(self) -> Floats:
        return self._sum("total").astype(np.float64)

    @cached_property
    def _count(self) -> Floats:
        return self.answered.astype(np.float64)

    @cached_property
    def median(self) -> Floats:
        """The median of the answered pings (ms)."""
        return self._series.window_median(self._begin, self._end) / 1000

    def quantile(self, share: float) -> Floats:
        """Return the answered pings (ms) below which that share of each bucket's lies, the lower of two."""
        if share not in self._quantiles:
            self._quantiles[share] = self._series.window_quantile(self._begin, self._end, share) / 1000
        return self._quantiles[share]

    def excess(self, size: int) -> ColumnBucket:
        """Return the buckets of how far (ms) each ping lies above the medians before and after it, ``size`` / 2 each.

        At least a microsecond: pings that lie above neither are answered ones still.
        """
        return self._series.excess(size).window(self._size, self._begin, self._end)

    def prior(self, buckets: int) -> ColumnBucket:
        """Return the given number of buckets that lie before each one, as one."""
        return self._series.window(self._size, self._begin - buckets * self._size, self._begin)

    def around(self, buckets: int) -> ColumnBucket:
        """Return the buckets of the same pings that are as large as the given number of buckets."""
        return self._series.bucket(self._size * buckets)

    @property
    def earlier(self) -> ColumnBucket:
        """The halves of the buckets that lie before each ping."""
        return self._series.window(self._size, -(self._size // 2), 0)

    @property
    def later(self) -> ColumnBucket:
        """The halves of the buckets that begin with each ping."""
        return self._series.window(self._size, 0, self._size // 2)

    def _sum(self, what: str) -> Integers:
        return self._series.window_sum(what, self._begin, self._end)


class Sliced(Protocol):
    """Whole microseconds of every ping, 0 a loss: an array, or what is worked out where it is asked for."""

    def __len__(self) -> int:
        """Return the number of pings."""
        ...

    def __getitem__(self, part: slice, /) -> Integers:
        """Return the values of a part."""
        ...


@dataclass
class Reach:
    """How far, in pings, windows have looked before and behind a series' pings; ``excess`` that of its excesses."""

    before: int = 0
    behind: int = 0
    excess: dict[int, Reach] = field(default_factory=dict)

    def cover(self, begin: int, end: int) -> tuple[int, int]:
        """Take in the window from i + begin to i + end (exclusive), and return how far windows have looked by now."""
        self.before, self.behind = max(self.before, -begin), max(self.behind, end)
        return self.before, self.behind

    @property
    def whole(self) -> tuple[int, int]:
        """How many pings before and behind a stretch decide what is said of it."""
        beyond = [(size // 2 + of.whole[0], size // 2 + of.whole[1]) for size, of in self.excess.items()]
        before, behind = zip((self.before, self.behind), *beyond, strict=True)
        return max(before), max(behind)


class ColumnSeries:
    """A series, or a block of its pings with windows that reach beyond it; what is computed once is shared.

    ``rtt_us``: shape (n,), int64, microseconds, 0 is a loss. Running sums begin anew with each block and its
    surroundings, as far as ``reach`` says that windows look: blocks that stay in the cache are worked on there.
    ``measured``, shape (n + 1,): how many of the first pings were measured, where others, 0, only keep series apart.
    """

    def __init__(
        self,
        rtt_us: Sliced,
        block: Edges | None = None,
        reach: Reach | None = None,
        measured: Integers | None = None,
    ) -> None:
        self._whole, self._measured = rtt_us, measured
        self._begin, self._end = block or (0, len(rtt_us))
        self.n = self._end - self._begin
        self.reach = reach or Reach()
        self._sums: dict[str, Integers] = {}
        self._padded: Integers = np.zeros(0, dtype=np.int64)
        self._padding = (-1, -1)
        self._there = 0
        self._windows: dict[tuple[int, int, int], ColumnBucket] = {}
        self._order: dict[tuple[Any, int], Floats] = {}
        self._excesses: dict[int, ColumnSeries] = {}

    @cached_property
    def rtt_us(self) -> Integers:
        """The values of the pings (microseconds), shape (n,)."""
        return self._whole[self._begin : self._end]

    @cached_property
    def ping(self) -> Floats:
        """The pings (ms), shape (n,)."""
        return self.rtt_us / 1000

    def blocks(self, rows: int) -> Iterator[tuple[slice, ColumnSeries]]:
        """Cut it into blocks of at most so many pings, each with its place; one that is no longer is its own block."""
        if self.n <= rows:
            yield slice(0, self.n), self
            return
        for begin in range(0, self.n, rows):
            end = min(begin + rows, self.n)
            edges = (self._begin + begin, self._begin + end)
            block = ColumnSeries(self._whole, edges, self.reach, self._measured)
            yield slice(begin, end), block
            block.forget()

    def forget(self) -> None:
        """Let go of all windows: as they know their series and it knows them, nothing would free a block at once."""
        for series in self._excesses.values():
            series.forget()
        self._excesses.clear()
        self._windows.clear()

    def of(self, values: Integers) -> ColumnSeries:
        """Return a series of other values, to take the same windows over."""
        return ColumnSeries(values)

    def bucket(self, size: int) -> ColumnBucket:
        """Return the buckets of that size around every ping."""
        return self.window(size, -(size // 2), size // 2)

    def window(self, size: int, begin: int, end: int) -> ColumnBucket:
        """Return the windows from i + begin to i + end (exclusive) around every ping i."""
        key = (size, begin, end)
        if key not in self._windows:
            self._windows[key] = ColumnBucket(self, *key)
        return self._windows[key]

    def window_size(self, begin: int, end: int) -> Integers:
        """Return how many pings of the series lie from i + begin to i + end (exclusive) for every i."""
        if self._measured is not None:
            first, last = self._cut(np.arange(self._begin, self._end), begin, end)
            return self._measured[last] - self._measured[first]
        found = np.full(self.n, end - begin)
        head = min(max(-begin - self._begin, 0), self.n)
        tail = min(max(len(self._whole) - end - self._begin, head), self.n)
        for part in (slice(0, head), slice(tail, self.n)):
            first, last = self._cut(np.arange(self._begin + part.start, self._begin + part.stop), begin, end)
            found[part] = last - first
        return found

    def _cut(self, at: Integers, begin: int, end: int) -> tuple[Integers, Integers]:
        """Return where the windows of pings begin and end in the whole series, cut at its ends."""
        length = len(self._whole)
        first, last = (np.minimum(np.maximum(at + edge, 0), length) for edge in (begin, end))
        return first, last

    def window_sum(self, what: str, begin: int, end: int) -> Integers:
        """Return how many are "answered" from i + begin to i + end (exclusive), their "total", or that of "squares".

        Squares may wrap around on the way; the sum over a window is exact still.
        """
        values = self._within_reach(begin, end)
        if what not in self._sums:
            self._sums[what] = _running(SUMMANDS[what](values))
        running, (first, _) = self._sums[what], self._padding
        return running[first + end : first + end + self.n] - running[first + begin : first + begin + self.n]

    def excess(self, size: int) -> ColumnSeries:
        """Return how far each ping lies above the medians of the ``size`` / 2 before it and from it on (microseconds).

        What lasts is on one side of its first and last ping, so that it exceeds nothing there.
        """
        if size not in self._excesses:
            reach = self.reach.excess.setdefault(size, Reach())
            above = _Computed(len(self._whole), partial(self._above_both_sides, size))
            self._excesses[size] = ColumnSeries(above, (self._begin, self._end), reach, self._measured)
        return self._excesses[size]

    def window_median(self, begin: int, end: int) -> Floats:
        """Return the median answered RTT (microseconds) from i + begin to i + end (exclusive) for every i."""
        return self._ordered("median", begin, end, medians)

    def window_quantile(self, begin: int, end: int, share: float) -> Floats:
        """Return the answered RTT (microseconds) below which that share of such a window lies, the lower of two."""
        return self._ordered(share, begin, end, partial(quantiles, share=share))

    def _above_both_sides(self, size: int, part: slice) -> Integers:
        """Return the values of ``excess`` for a part of the whole series that holds this block."""
        beyond = (self._begin - part.start, part.stop - self._end)
        sides = [self._ordered("median", *side, medians, beyond) for side in ((-(size // 2), 0), (0, size // 2))]
        rtt_us = self._whole[part]
        return np.where(rtt_us > 0, np.rint(np.maximum(rtt_us - np.fmax(*sides), 1)), 0).astype(np.int64)

    def _ordered(
        self, what: Any, begin: int, end: int, statistic: Callable[[Integers, int], Floats], beyond: Edges = (0, 0)
    ) -> Floats:
        """Return a statistic of such windows, and of so many before and behind; one width is gone through once."""
        values, width = self._within_reach(begin - beyond[0], end + beyond[1]), end - begin
        if (what, width) not in self._order:
            self._order[what, width] = statistic(values, width)
        first = self._padding[0] + begin - beyond[0]
        return self._order[what, width][first : first + beyond[0] + self.n + beyond[1]]

    def _within_reach(self, begin: int, end: int) -> Integers:
        """Return the pings with as many before and behind as windows reach, losses where the series has none."""
        if (reach := self.reach.cover(begin, end)) != self._padding:
            first, last = self._begin - reach[0], self._end + reach[1]
            there = self._whole[max(first, 0) : min(last, len(self._whole))]
            self._padded = np.zeros(last - first, dtype=np.int64)
            self._padded[max(-first, 0) :][: len(there)] = there
            more = (reach[0] - self._padding[0], reach[1] - self._padding[1])
            # Where the reach grew beyond both ends of the series, losses alone came in: sums stay what they are.
            kept = self._sums if len(there) == self._there else {}
            self._sums = {what: _widened(running, *more) for what, running in kept.items()}
            self._order.clear()
            self._padding, self._there = reach, len(there)
        return self._padded


@dataclass(frozen=True)
class _Computed:
    """Values of every ping of a series, worked out for the part that is asked for."""

    length: int
    of_part: Callable[[slice], Integers]

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, part: slice) -> Integers:
        return self.of_part(part)


SUMMANDS: dict[str, Callable[[Integers], NDArray[Any]]] = {
    "answered": lambda values: values > 0,
    "total": lambda values: values,
    "squares": lambda values: values * values,
}


def _running(values: NDArray[Any]) -> Integers:
    sums = np.empty(len(values) + 1, dtype=np.int64)
    sums[0] = 0
    np.cumsum(values, out=sums[1:])
    return sums


def _widened(running: Integers, before: int, behind: int) -> Integers:
    """Return running sums with so many zeros before and behind what they add up."""
    wide = np.zeros(before + len(running) + behind, dtype=np.int64)
    wide[before:][: len(running)] = running
    wide[before + len(running) :] = running[-1]
    return wide


def _mean_ms(total: Any, count: Any) -> Any:
    return total / count / 1000


def _std_ms(total: Any, squares: Any, count: Any) -> Any:
    return np.sqrt(np.maximum(squares - total * (total / count), 0) / (count - 1)) / 1000
