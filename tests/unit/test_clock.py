"""Which clock is read: the thread's CPU time, on a GPU wall time; with clocks whose hands the tests move."""

from __future__ import annotations

import pytest

from artifact import clock
from artifact.clock import Seconds, timed


class Hands:
    """Two clocks that move when the work says so: sleep moves the wall's alone."""

    def __init__(self) -> None:
        self.wall, self.cpu = 1_000.0, 50.0

    def perf_counter(self) -> float:
        return self.wall

    def thread_time(self) -> float:
        return self.cpu

    def pass_by(self, busy: float, asleep: float) -> str:
        self.cpu += busy
        self.wall += busy + asleep
        return "done"


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    hands = Hands()
    monkeypatch.setattr(clock, "time", hands)
    return hands


def test_sleep_is_wall_time_and_no_cpu_time(hands: Hands) -> None:
    assert timed(lambda: hands.pass_by(busy=2.0, asleep=5.0)) == ("done", Seconds(spent_s=2.0, wall_s=7.0))


def test_on_a_gpu_wall_time_is_the_time(hands: Hands) -> None:
    _, seconds = timed(lambda: hands.pass_by(busy=2.0, asleep=5.0), "cuda")
    assert seconds == Seconds(spent_s=7.0, wall_s=7.0)


def test_what_was_worked_on_together_shares_the_seconds() -> None:
    assert Seconds(6.0, 9.0).shared(3) == Seconds(2.0, 3.0)
