"""Where an interval lies against a range, edge by edge."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from artifact.claims.verdicts import decides, verdict

RANGE = {"accept": [0.86, 0.9], "trend": [0.5, 1.0]}
DIRECTION = {"accept": [0.0, 1.0], "direction": True}


@pytest.mark.parametrize(("claim", "mean", "interval", "expected"), [
    (RANGE, 0.88, (0.86, 0.9), "reproduced"),
    (RANGE, 0.88, (0.8599, 0.9), "undecided"),
    (RANGE, 0.88, (0.8, 0.95), "undecided"),
    (RANGE, 0.95, (0.91, 0.99), "trend only"),
    (RANGE, 0.3, (0.2, 0.4), "not reproduced"),
    (RANGE, 0.55, (0.4, 0.7), "not reproduced"),
    (RANGE, 0.88, None, "undecided"),
    (RANGE, None, None, "undecided"),
    (DIRECTION, 0.03, (0.01, 0.05), "reproduced"),
    (DIRECTION, 0.0, (0.0, 0.0), "reproduced"),
    (DIRECTION, 0.03, (-0.01, 0.07), "trend only"),
    (DIRECTION, 0.03, None, "trend only"),
    (DIRECTION, -0.01, (-0.03, 0.01), "undecided"),
    (DIRECTION, -0.02, (-0.03, -0.01), "not reproduced"),
])  # fmt: skip
def test_where_the_interval_lies(
    claim: dict[str, object], mean: float | None, interval: tuple[float, float] | None, expected: str
) -> None:
    assert verdict(claim, mean, interval) == expected


@given(st.floats(0, 1), st.floats(0, 0.5), st.floats(0, 0.5))
def test_a_wider_interval_never_decides_more(mean: float, half: float, more: float) -> None:
    for claim in (RANGE, DIRECTION):
        narrow, wide = (verdict(claim, mean, (mean - h, mean + h)) for h in (half, half + more))
        if decides(claim, wide):
            assert decides(claim, narrow)
        if wide == "reproduced":
            assert narrow == "reproduced"


def test_a_trend_of_a_direction_is_a_lack_of_runs_and_one_of_a_range_is_not() -> None:
    assert not decides(DIRECTION, "trend only")
    assert decides(RANGE, "trend only")
    assert not decides(RANGE, "undecided")
