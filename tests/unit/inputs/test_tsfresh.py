"""tsfresh's features of a window around a ping; without tsfresh, one line that names its target."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from artifact.errors import BadInputError
from artifact.inputs.tsfresh import TsfreshParameters, tsfresh
from artifact.labeling.bucket import ColumnSeries

FEATURES = ("median", "standard_deviation", "minimum", "maximum", "mean_abs_change", "skewness")
there = pytest.mark.skipif(importlib.util.find_spec("tsfresh") is None, reason="`make tsfresh-setup` installs it")
SERIES = ColumnSeries(np.array([9, 9, 19, 0, 9, 39, 9, 9], dtype=np.int64) * 1_000)


def numbers(features: tuple[str, ...] = FEATURES, window: int = 4) -> np.ndarray:
    return tsfresh.with_parameters(TsfreshParameters(window=window, features=features)).of(SERIES)


@there
def test_it_sees_the_ping_and_half_a_window_to_either_side() -> None:
    seen = numbers()
    window = np.log1p([19, 0, 9, 39, 9])
    by_numpy = [np.median(window), window.std(), window.min(), window.max(), np.abs(np.diff(window)).mean()]
    assert seen.shape == (8, 7)
    assert seen[4, 0] == np.log1p(9)
    assert seen[4, 1:6] == pytest.approx(by_numpy)


@there
def test_beyond_its_ends_a_series_goes_on_and_what_is_not_defined_is_0() -> None:
    assert numbers(("median",))[0].tolist() == pytest.approx(np.log1p([9, 9]))
    assert numbers(("skewness",), window=2)[7].tolist() == pytest.approx([np.log1p(9), 0])


@there
def test_an_unknown_feature_is_one_line() -> None:
    for name in ("medium", "quantile", "set_property"):
        with pytest.raises(BadInputError, match=rf"tsfresh has no feature '{name}' without parameters; name one of "):
            numbers((name,))


def test_without_tsfresh_its_target_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(BadInputError, match=r"^tsfresh: is not installed; run `make tsfresh-setup`$"):
        numbers()
