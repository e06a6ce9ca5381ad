"""The log's own time."""

from __future__ import annotations

import pytest
from lines_made import made

from artifact.annotate.moments import lasting, moments_of


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (0.4, "0.4 s"), (0.9996, "1 s"), (12, "12 s"), (59.7, "1 min"), (61, "1 min 1 s"),
     (3_599, "59 min 59 s"), (3_661, "1 h 1 min"), (7_830, "2 h 10 min"), (86_399, "24 h"), (90_061, "25 h 1 min"),
     (200_000, "2 d 8 h")],
)  # fmt: skip
def test_durations_in_words(seconds: float, said: str) -> None:
    assert lasting(seconds) == said


def test_an_event_is_over_when_the_next_ping_is_sent() -> None:
    moments = moments_of(made([10.0] * 6, at=[0, 1, 2, 3, 60, 61]))
    assert moments.gaps.tolist() == [4]
    assert moments.seconds(0, 3) == 3
    assert moments.seconds(2, 4) == 2  # as usual before a gap, not until the next ping
    assert moments.seconds(4, 4) == 57  # the gap itself
    assert moments.seconds(4, 6) == 2  # as usual at the end
    assert [moments.said(at) for at in (0, 4)] == ["2024-10-22 16:00:00", "2024-10-22 16:01:00"]


def test_fast_pings_have_milliseconds() -> None:
    moments = moments_of(made([10.0] * 4, at=[0, 0.1, 0.2, 0.3]))
    assert moments.said(1) == "2024-10-22 16:00:00.100"


def test_a_clock_that_goes_back_makes_no_negative_time() -> None:
    moments = moments_of(made([10.0] * 4, at=[10, 11, 3, 4]))
    assert moments.seconds(0, 2) == 1
    assert moments.seconds(1, 3) == 0


def test_without_times_pings_have_numbers() -> None:
    moments = moments_of(made([10.0] * 4, at=False))
    assert (moments.gaps.tolist(), moments.said(1_200)) == ([], "ping 1,201")
