"""Where an interval lies against a range, edge by edge."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from artifact.claims.verdicts import earns, turned, verdict

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
        if wide == "not reproduced":
            assert narrow in (wide, "trend only")
        if wide == "reproduced":
            assert narrow == "reproduced"


@pytest.mark.parametrize(("claim", "word", "other", "mean", "turns"), [
    (RANGE, "reproduced", "reproduced", 0.88, False),
    (RANGE, "reproduced", "not reproduced", 0.95, True),
    (RANGE, "undecided", "reproduced", 0.88, True),
    (RANGE, "undecided", "trend only", 0.95, True),
    # Fewer runs make an interval wide; what counts then is where the mean lies.
    (RANGE, "reproduced", "undecided", 0.89, False),
    (RANGE, "reproduced", "undecided", 0.91, True),
    (RANGE, "not reproduced", "undecided", 0.91, False),
    (RANGE, "not reproduced", "undecided", 0.89, True),
    (RANGE, "trend only", "undecided", 0.89, False),
    (RANGE, "undecided", "undecided", 0.95, False),
    (RANGE, "reproduced", "undecided", None, False),
    (DIRECTION, "reproduced", "trend only", 0.01, False),
    (DIRECTION, "reproduced", "undecided", -0.01, True),
    (DIRECTION, "trend only", "undecided", -0.01, True),
    (DIRECTION, "undecided", "trend only", 0.01, False),
    (DIRECTION, "not reproduced", "trend only", 0.01, True),
])  # fmt: skip
def test_a_choice_turns_a_verdict_or_only_has_fewer_runs(
    claim: dict[str, object], word: str, other: str, mean: float | None, turns: bool
) -> None:
    assert turned(claim, word, other, mean) == turns


def test_who_knows_nothing_earns_what_is_as_good() -> None:
    better = ["undecided", "trend only", "reproduced"]
    for k, word in enumerate(better):
        assert [earns(word, other) for other in better] == [at >= k for at in range(3)]
        assert not earns("not reproduced", word)
        assert not earns(word, "not reproduced")
        assert not earns(word, "")
