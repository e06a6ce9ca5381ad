"""Intervals against scipy, and words that say no more than they do."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from artifact.intervals import UNIT, in_words, interval, over_runs, paired, proportion


def test_the_interval_is_students() -> None:
    values = [0.87, 0.88, 0.9, 0.86]
    low, high = stats.t.interval(0.95, 3, loc=np.mean(values), scale=stats.sem(values))
    measured = over_runs(values)
    assert measured["ci95"] == pytest.approx([low, high])
    assert measured["mean"] == pytest.approx(0.8775)
    assert measured["runs"] == values


def test_one_run_shows_no_interval() -> None:
    assert over_runs([0.5]) == {"mean": 0.5, "ci95": None, "runs": [0.5]}


def test_equal_runs_have_an_interval_without_width() -> None:
    assert over_runs([0.25, 0.25])["ci95"] == [0.25, 0.25]


def test_runs_without_a_value_keep_their_place_and_count_for_nothing() -> None:
    measured = over_runs([0.5, None, 0.7])
    assert measured["runs"] == [0.5, None, 0.7]
    assert measured["mean"] == pytest.approx(0.6)
    assert measured["ci95"] == pytest.approx(over_runs([0.5, 0.7])["ci95"])
    assert over_runs([None, 0.5])["ci95"] is None


@pytest.mark.parametrize("values", [[], [None], [None, None]])
def test_of_nothing_there_is_no_mean(values: list[None]) -> None:
    assert over_runs(values) == {"mean": None, "ci95": None, "runs": values}


def test_a_difference_is_taken_run_by_run() -> None:
    # Both vary much more than they differ.
    ours, theirs = over_runs([0.2, 0.5, 0.9]), over_runs([0.1, 0.4, 0.81])
    gain = paired(ours, theirs)
    assert gain["runs"] == pytest.approx([0.1, 0.1, 0.09])
    assert gain["ci95"][0] > 0.08
    assert paired(theirs, ours)["mean"] == pytest.approx(-gain["mean"])


def test_a_run_that_one_side_lacks_is_no_pair() -> None:
    gain = paired(over_runs([0.5, None, 0.7, 0.9]), over_runs([0.25, 0.2, None, 0.4]))
    assert gain["runs"] == [0.25, None, None, 0.5]
    assert gain["mean"] == 0.375


def test_different_numbers_of_runs_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        paired(over_runs([0.5]), over_runs([0.5, 0.6]))


def test_a_share_has_its_exact_interval() -> None:
    share = proportion([True] * 8 + [False] * 2)
    assert share["mean"] == 0.8
    assert share["ci95"] == pytest.approx([stats.beta.ppf(0.025, 8, 3), stats.beta.ppf(0.975, 9, 2)])
    assert share["runs"] == [1.0] * 8 + [0.0] * 2
    # Of ten, all: what is not seen may still be there.
    assert proportion([True] * 10)["ci95"] == pytest.approx([0.025 ** (1 / 10), 1.0])
    assert proportion([False] * 10)["ci95"] == pytest.approx([0.0, 1 - 0.025 ** (1 / 10)])


def test_no_verdict_is_stronger_than_its_interval() -> None:
    assert in_words(over_runs([0.02, 0.03, 0.025])).startswith("a gain of 0.025, at least")
    assert in_words(over_runs([-0.02, -0.03, -0.025])).startswith("a loss of 0.025, at least")
    assert in_words({"mean": 0.01, "ci95": [-0.02, 0.04], "runs": [0, 1]}) == (
        "no difference seen; one of up to 0.040 could have been missed"
    )
    assert in_words({"mean": -0.01, "ci95": [-0.04, 0.02], "runs": [0, 1]}) == (
        "no difference seen; one of up to 0.040 could have been missed"
    )
    assert in_words(over_runs([0.01])) == "+0.010 in the one run, which shows no difference"
    assert in_words({"mean": 0.0, "ci95": [0.0, 0.0], "runs": [0, 0]}) == "the same score in every run"
    assert in_words(over_runs([None])) == "nothing to compare"


def test_the_least_gain_is_the_intervals_end() -> None:
    gain = over_runs([0.02, 0.03, 0.025])
    assert in_words(gain).endswith(f"at least {gain['ci95'][0]:.3f}")
    loss = over_runs([-0.02, -0.03, -0.025])
    assert in_words(loss).endswith(f"at least {-loss['ci95'][1]:.3f}")


def test_an_interval_ends_where_its_scale_does_and_nowhere_else() -> None:
    values = [0.9, 1.0, 1.0, 1.0]
    wide = interval(values, 0.9)
    assert wide is not None
    assert wide[1] > 1
    assert interval(values, 0.9, UNIT) == [wide[0], 1.0]
    expected = stats.t.interval(0.9, 3, loc=0.975, scale=0.05 / 2)
    assert wide == pytest.approx(expected)
    assert interval([0.5], 0.9, UNIT) is None
    assert over_runs(values, UNIT)["ci95"][1] == 1.0
    assert paired({"runs": [1.0, 0.0]}, {"runs": [0.0, 1.0]})["ci95"] == [-1.0, 1.0]
