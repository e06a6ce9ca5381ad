"""Figures: the right way round, the median, and nothing that passes where results differ."""

from __future__ import annotations

import multiprocessing

import numpy as np
import pytest

from artifact.bench import in_words
from artifact.bench.chain import exponent
from artifact.bench.measuring import Bar, Reached, beside, faster, in_turn, own_peak_mib, passes, peak_mib

FAST = Bar("this", "that", 10)
SMALL = Bar("this", "that", 10, "MiB", "at most")


def test_times_and_passes_are_the_right_way_round() -> None:
    pairs = [(10.0, 1.0), (10.0, 2.0)]
    assert faster(pairs) == (10, 5)
    assert faster(pairs, 100) == (1_000, 500)
    assert passes(pairs) == (0.1, 0.2)


@pytest.mark.parametrize(
    ("bar", "values", "equal", "reached"),
    [
        (FAST, (9, 11, 10), True, True),
        (FAST, (9, 11, 9.9), True, False),
        (FAST, (99, 99, 99), False, False),
        (SMALL, (9, 11, 10), None, True),
        (SMALL, (9, 11, 10.1), None, False),
    ],
)
def test_the_median_decides_and_equality_must_hold(
    bar: Bar, values: tuple[float, ...], equal: bool | None, reached: bool
) -> None:
    one = Reached(bar, values, equal)
    assert one.passes is reached
    assert one.as_json()["passes"] is reached
    assert in_words(one).endswith("not reached") is not reached
    assert ("NOT EQUAL" in in_words(one)) is (equal is False)


def test_both_are_done_in_turn_and_compared_each_time() -> None:
    done: list[str] = []

    def work(name: str, gives: int) -> int:
        done.append(name)
        return gives

    pairs, equal = beside(lambda: work("a", 1), lambda: work("b", len(done)), lambda a, b: a == b, repeats=2)
    assert done == ["a", "b", "a", "b", "a", "b"]
    assert len(pairs) == 2
    assert not equal  # 2, 4 and 6 are not all 1
    assert beside(lambda: work("a", 1), lambda: work("b", 1), lambda a, b: a == b, often=3, repeats=1)[1]
    assert done[6:] == ["a", "b", "a", "b", "b", "b"]


def test_several_share_a_reference_and_each_is_compared_with_it() -> None:
    done: list[str] = []

    def work(name: str, gives: int) -> int:
        done.append(name)
        return gives

    works = [lambda: work("b", len(done)), lambda: work("c", 1)]
    rounds, equal = in_turn(lambda: work("a", 1), works, lambda a, b: a == b, repeats=2)
    assert "".join(done) == "abc" * 3
    assert [len(of) for of in rounds] == [3, 3]
    assert equal == [False, True]


def test_a_peak_holds_what_came_and_went() -> None:
    assert 8 <= peak_mib(lambda: float(np.zeros(2**20).sum())) < 9


def test_an_exponent_is_the_slope_of_logarithms() -> None:
    rows = [10, 100, 1_000]
    assert exponent(rows, [3 * n**1.5 for n in rows]) == pytest.approx(1.5)


def test_the_peak_of_a_process_is_not_that_of_the_one_that_started_it() -> None:
    held = np.ones(2**25)  # 256 MiB
    assert own_peak_mib() >= 256
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(own_peak_mib) < 256
    del held
