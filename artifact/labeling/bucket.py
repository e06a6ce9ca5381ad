"""The context of a measurement: section 3.2's bucket, one ping at a time and for a whole column at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


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

    @cached_property
    def _edges(self) -> tuple[Integers, Integers]:
        at = np.arange(self._series.n)
        return (
            np.clip(at + self._begin, 0, self._series.n),
            np.clip(at + self._end, 0, self._series.n),
        )

    @cached_property
    def size(self) -> Integers:
        """The number of measurements in each bucket."""
        start, stop = self._edges
        return stop - start

    @cached_property
    def answered(self) -> Integers:
        """The number of answered pings in each bucket."""
        return self._over(self._series.counts)

    @cached_property
    def _total(self) -> Floats:
        return self._over(self._series.totals).astype(np.float64)

    @cached_property
    def mean(self) -> Floats:
        """The mean of the answered pings (ms)."""
        return _where(self.answered > 0, lambda: _mean_ms(self._total, self.answered))

    @cached_property
    def std(self) -> Floats:
        """The standard deviation of the answered pings (ms), with n - 1 as pandas has it."""
        squares = self._over(self._series.squares).astype(np.float64)
        return _where(self.answered > 1, lambda: _std_ms(self._total, squares, self.answered))

    @cached_property
    def median(self) -> Floats:
        """The median of the answered pings (ms)."""
        return self._series.window_median(self._begin, self._end) / 1000

    def quantile(self, share: float) -> Floats:
        """Return the answered pings (ms) below which that share of each bucket's lies, the lower of two."""
        return self._series.window_quantile(self._begin, self._end, share) / 1000

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

    def _over(self, running: Integers) -> Integers:
        start, stop = self._edges
        return running[stop] - running[start]


class ColumnSeries:
    """A whole series with its running sums; windows over it are computed once and shared.

    ``rtt_us``: shape (n,), int64, microseconds, 0 is a loss.
    """

    def __init__(self, rtt_us: Integers) -> None:
        self.n = len(rtt_us)
        self.rtt_us = rtt_us
        self._windows: dict[tuple[int, int, int], ColumnBucket] = {}
        self._quantiles: dict[tuple[int, int, float], Floats] = {}
        self._excesses: dict[int, ColumnSeries] = {}

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

    @cached_property
    def counts(self) -> Integers:
        """Answered pings before each index, shape (n + 1,)."""
        return _running(self.rtt_us > 0)

    @cached_property
    def totals(self) -> Integers:
        """The sum of RTTs before each index, shape (n + 1,), in microseconds."""
        return _running(self.rtt_us)

    @cached_property
    def squares(self) -> Integers:
        """The sum of squares before each index; it may wrap around, and differences of it are still exact."""
        return _running(self.rtt_us * self.rtt_us)

    def excess(self, size: int) -> ColumnSeries:
        """Return how far each ping lies above the medians of the ``size`` / 2 before it and from it on (microseconds).

        What lasts is on one side of its first and last ping, so that it exceeds nothing there.
        """
        if size not in self._excesses:
            medians = (self.window_median(-(size // 2), 0), self.window_median(0, size // 2))
            above = np.rint(np.maximum(self.rtt_us - np.fmax(*medians), 1))
            self._excesses[size] = self.of(np.where(self.rtt_us > 0, above, 0).astype(np.int64))
        return self._excesses[size]

    def window_median(self, begin: int, end: int) -> Floats:
        """Return the median answered RTT (microseconds) from i + begin to i + end (exclusive) for every i."""
        return self._rolling(begin, end, lambda rolling: rolling.median())

    def window_quantile(self, begin: int, end: int, share: float) -> Floats:
        """Return the answered RTT (microseconds) below which that share of such a window lies, the lower of two."""
        key = (begin, end, share)
        if key not in self._quantiles:
            self._quantiles[key] = self._rolling(
                begin, end, lambda rolling: rolling.quantile(share, interpolation="lower")
            )
        return self._quantiles[key]

    def _rolling(self, begin: int, end: int, statistic: Callable[[Any], Any]) -> Floats:
        import pandas as pd

        answered = np.where(self.rtt_us > 0, self.rtt_us, np.nan)
        padding = np.full(max(-begin, end, 0), np.nan)
        # pandas looks back from its row: the window of ping i is the one that ends at i + end - 1.
        padded = pd.Series(np.concatenate([padding, answered, padding]))
        found = statistic(padded.rolling(end - begin, min_periods=1)).to_numpy()
        first = len(padding) + end - 1
        return np.asarray(found[first : first + self.n], dtype=np.float64)


def _running(values: NDArray[Any]) -> Integers:
    sums = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(values, out=sums[1:])
    return sums


def _mean_ms(total: Any, count: Any) -> Any:
    return total / count / 1000


def _std_ms(total: Any, squares: Any, count: Any) -> Any:
    return np.sqrt(np.maximum(squares - total * (total / count), 0) / (count - 1)) / 1000


def _where(enough: NDArray[np.bool_], compute: Callable[[], Floats]) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(enough, compute(), np.nan)
