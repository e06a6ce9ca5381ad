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

    ``mean``, ``std`` and ``min`` are those of the answered pings, as in Figure 2; NaN where there are too few.
    """

    def __init__(self, pings_us: pd.Series, i: int, size: int) -> None:
        self._pings_us, self._i, self._size = pings_us, i, size

    @cached_property
    def _cut(self) -> pd.Series | Integers:
        return get_bucket(self._pings_us, self._i, self._size)

    @property
    def size(self) -> int:
        """The number of measurements in the bucket."""
        return len(self._cut)

    @cached_property
    def _answered(self) -> Integers:
        return np.asarray(self._cut[self._cut != 0], dtype=np.int64)

    @property
    def answered(self) -> int:
        """The number of answered pings in the bucket."""
        return len(self._answered)

    @property
    def mean(self) -> float:
        """The mean of the answered pings (ms)."""
        return float(_mean_ms(float(self._answered.sum()), self.answered)) if self.answered > 0 else np.nan

    @property
    def std(self) -> float:
        """The standard deviation of the answered pings (ms), with n - 1 as pandas has it."""
        if self.answered < 2:
            return np.nan
        total, squares = float(self._answered.sum()), float((self._answered * self._answered).sum())
        return float(_std_ms(total, squares, self.answered))

    @property
    def min(self) -> float:
        """The fastest reply (ms)."""
        return int(self._answered.min()) / 1000 if self.answered > 0 else np.nan

    @property
    def median(self) -> float:
        """The median of the answered pings (ms)."""
        return float(np.median(self._answered)) / 1000 if self.answered > 0 else np.nan

    def prior(self, buckets: int) -> RowBucket:
        """Return the given number of buckets that lie before this one, as one."""
        return _PriorBuckets(self._pings_us, self._i, self._size, buckets)

    def around(self, buckets: int) -> RowBucket:
        """Return the bucket of the same ping that is as large as the given number of buckets."""
        return RowBucket(self._pings_us, self._i, self._size * buckets)


class _PriorBuckets(RowBucket):
    """The given number of buckets that lie before the bucket of one ping, as one."""

    def __init__(self, pings_us: pd.Series, i: int, size: int, buckets: int) -> None:
        super().__init__(pings_us, i, size)
        self._buckets = buckets

    @cached_property
    def _cut(self) -> Integers:
        stop = max(self._i - self._size // 2, 0)
        return np.asarray(self._pings_us)[max(stop - self._buckets * self._size, 0) : stop]


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
    def min(self) -> Floats:
        """The fastest reply (ms)."""
        fastest = self._series.window_minimum(self._begin, self._end)
        return _where(self.answered > 0, lambda: fastest / 1000)

    @cached_property
    def median(self) -> Floats:
        """The median of the answered pings (ms)."""
        return self._series.window_median(self._begin, self._end) / 1000

    def prior(self, buckets: int) -> ColumnBucket:
        """Return the given number of buckets that lie before each one, as one."""
        return self._series.window(self._size, self._begin - buckets * self._size, self._begin)

    def around(self, buckets: int) -> ColumnBucket:
        """Return the buckets of the same pings that are as large as the given number of buckets."""
        return self._series.bucket(self._size * buckets)

    def _over(self, running: Integers) -> Integers:
        start, stop = self._edges
        return running[stop] - running[start]


class ColumnSeries:
    """A whole series with its running sums; windows over it are computed once and shared.

    ``pings_us``: shape (n,), int64, microseconds, 0 is a loss.
    """

    def __init__(self, pings_us: Integers) -> None:
        self.n = len(pings_us)
        self._pings_us = pings_us
        self._windows: dict[tuple[int, int, int], ColumnBucket] = {}

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
        return _running(self._pings_us > 0)

    @cached_property
    def totals(self) -> Integers:
        """The sum of RTTs before each index, shape (n + 1,), in microseconds."""
        return _running(self._pings_us)

    @cached_property
    def squares(self) -> Integers:
        """The sum of squares before each index; it may wrap around, and differences of it are still exact."""
        return _running(self._pings_us * self._pings_us)

    def window_minimum(self, begin: int, end: int) -> Integers:
        """Return the smallest answered RTT (microseconds) from i + begin to i + end (exclusive) for every i."""
        from scipy.ndimage import minimum_filter1d

        width, none = end - begin, np.iinfo(np.int64).max
        padded = np.full(self.n + 2 * max(-begin, end, width) + 2, none, dtype=np.int64)
        offset = max(-begin, end, width) + 1
        padded[offset : offset + self.n] = np.where(self._pings_us > 0, self._pings_us, none)
        # The filter centres a window of that width at i + width // 2; take it from there.
        filtered = minimum_filter1d(padded, width, mode="constant", cval=none)
        first = offset + begin + width // 2
        return np.asarray(filtered[first : first + self.n], dtype=np.int64)

    def window_median(self, begin: int, end: int) -> Floats:
        """Return the median answered RTT (microseconds) from i + begin to i + end (exclusive) for every i."""
        import pandas as pd

        answered = np.where(self._pings_us > 0, self._pings_us, np.nan)
        padding = np.full(max(-begin, end, 0), np.nan)
        # pandas looks back from its row: the window of ping i is the one that ends at i + end - 1.
        padded = pd.Series(np.concatenate([padding, answered, padding]))
        medians = padded.rolling(end - begin, min_periods=1).median().to_numpy()
        first = len(padding) + end - 1
        return np.asarray(medians[first : first + self.n], dtype=np.float64)


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
