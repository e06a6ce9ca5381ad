"""Change points on series whose levels are known."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artifact.labeling import levels
from artifact.labeling.levels import LOST_FOR, change_points, unit_us
from artifact.tasks.task import Microseconds


def line(*parts: tuple[int, float], seed: int = 0, jitter_ms: float = 0.2) -> Microseconds:
    """Return pings around levels: (pings, level in ms) each."""
    rng = np.random.default_rng(seed)
    ms = np.concatenate([np.full(pings, level) for pings, level in parts])
    return np.rint(1000 * (ms + rng.normal(0, jitter_ms, len(ms)))).astype(np.int64)


def test_each_lasting_level_is_found_at_its_first_ping() -> None:
    assert change_points(line((300, 180), (200, 184), (40, 178), (460, 184))).tolist() == [300, 500, 540]


def test_a_level_that_lies_within_the_jitter_or_the_floor_is_none() -> None:
    assert change_points(line((100, 180), (100, 180.5))).tolist() == []
    assert change_points(line((100, 180), (100, 184), jitter_ms=4)).tolist() == []


def test_a_short_line_shows_a_small_step_that_a_long_one_hides() -> None:
    assert change_points(line((100, 9), (100, 9.5), jitter_ms=0.02)).tolist() == [100]
    assert change_points(line((100, 189), (100, 189.5), jitter_ms=0.02)).tolist() == []


def test_spikes_are_no_levels_until_they_last() -> None:
    rtt = line((1000, 180))
    rtt[100::50] += 30_000
    assert change_points(rtt).tolist() == []
    rtt[600:640] += 30_000
    assert change_points(rtt).tolist() == [600, 640]


def test_a_slow_drift_is_told_from_a_step() -> None:
    drift = line((1000, 180)) + np.linspace(0, 600, 1000).astype(np.int64)
    assert change_points(drift).tolist() == []


@pytest.mark.parametrize(("lost", "found"), [(LOST_FOR // 2, []), (2 * LOST_FOR, [400, 400 + 2 * LOST_FOR])])
def test_many_losses_in_a_row_are_a_level_of_their_own(lost: int, found: list[int]) -> None:
    rtt = line((1000, 180))
    rtt[400 : 400 + lost] = 0
    assert change_points(rtt).tolist() == found


def test_a_change_behind_a_loss_is_found() -> None:
    rtt = line((500, 180), (500, 185))
    rtt[499:501] = 0
    (found,) = change_points(rtt)
    assert abs(found - 500) <= 1


@pytest.mark.parametrize("rtt", [[5_000], [0], [0] * 50, [5_000] * 50, [5_000, 0, 9_000], []])
def test_where_nothing_can_change_nothing_does(rtt: list[int]) -> None:
    assert change_points(np.array(rtt, dtype=np.int64)).tolist() == []


def test_a_higher_price_never_finds_more() -> None:
    rtt = line((200, 180), (30, 183), (300, 181), (100, 190), (200, 182), jitter_ms=0.5)
    found = [len(change_points(rtt, penalty)) for penalty in (1, 3, 6, 20, 1_000)]
    assert found == sorted(found, reverse=True)
    assert found[-1] == 0 < found[1]


@given(st.integers(0, 2**32), st.sampled_from([3, 10, 64]))
@settings(max_examples=20, deadline=None)
def test_a_line_of_another_length_changes_where_it_did(seed: int, times: int) -> None:
    rtt = line((150, 40), (120, 44), (80, 41), seed=seed)
    assert change_points(times * rtt).tolist() == change_points(rtt).tolist()


def test_the_unit_is_jitter_on_short_lines_and_a_share_of_the_rtt_on_long_ones() -> None:
    assert unit_us(line((5_000, 2), jitter_ms=0.1)) == pytest.approx(200, rel=0.1)
    assert unit_us(line((5_000, 200), jitter_ms=0.01)) == pytest.approx(0.004 * 200_000, rel=0.01)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=7), st.floats(0.1, 6), st.integers(0, 1000))
def test_no_other_path_is_cheaper(ping: list[int], change: float, seed: int) -> None:
    """Against all paths there are: https://doi.org/10.1007/s11222-016-9636-3, equation 1, level by level."""
    prices = np.random.default_rng(seed).random((4, 3)) * 3
    paths = itertools.product(range(3), repeat=len(ping))

    def price(path: tuple[int, ...]) -> float:
        moves = sum(a != b for a, b in itertools.pairwise(path))
        return change * moves + sum(prices[row, level] for row, level in zip(ping, path, strict=True))

    found = levels._cheapest_path(prices, np.array(ping, dtype=np.intp), change)
    parts = np.split(np.array(ping, dtype=np.intp), found)
    ours = change * len(found) + sum(prices[part].sum(axis=0).min() for part in parts)
    assert ours == pytest.approx(min(map(price, paths)))


def test_many_heights_are_tried_on_a_coarser_grid() -> None:
    rtt = np.random.default_rng(1).integers(1, 30_000, 20_000)
    cells, tried, step = levels._grid(rtt, unit=2.0)
    assert (step, len(tried)) == (64, 472)  # at 32 there are more than 512; the cells beside the ends are tried too
    assert cells.tolist() == np.rint((rtt - rtt.min()) / 64).astype(int).tolist()
