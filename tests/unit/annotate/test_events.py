"""Events: where they begin and end, and how bad they are."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lines_made import made, told

from artifact.annotate.events import GAP, Event, events_of, in_words, milliseconds
from artifact.annotate.labels import Labelers
from artifact.annotate.moments import Moments, moments_of

RTT = [10.0] * 20 + [14.0, 0.0, 15.0, 16.0] + [12.0] * 20
STRETCH = [0] * 20 + [1] * 4 + [0] * 20


def test_a_stretch_is_told_by_what_is_calm_nearby(asked: Labelers) -> None:
    trace = made(RTT)
    (event,) = events_of(trace.rtt_us, moments_of(trace), asked.tasks, told(swell=STRETCH))
    # Inside the median of 14, 15, 16; around it twenty of 10 and twenty of 12.
    assert event == Event("swell", 20, 24, lost=1, probability=1.0, above_ms=15.0 - 11.0, slowest_ms=16.0)
    assert in_words(event) == "4.0 ms slower, 1 of 4 lost"


def test_calm_is_what_no_task_marks(asked: Labelers) -> None:
    trace = made(RTT)
    noisy = [0] * 24 + [1] * 20
    events = events_of(trace.rtt_us, moments_of(trace), asked.tasks, told(swell=STRETCH, noise=noisy))
    swell = next(event for event in events if event.what == "swell")
    assert swell.above_ms == 5.0  # what lies behind is noisy, so that only the tens are left


def test_a_gap_ends_an_event_and_is_one_itself(asked: Labelers) -> None:
    trace = made([10.0] * 6 + [0.0] * 4, at=[*range(8), 100, 101])
    events = events_of(trace.rtt_us, moments_of(trace), asked.tasks, told(outage=[0] * 6 + [1] * 4))
    assert [(event.what, event.begin, event.end) for event in events] == [
        ("outage", 6, 8), (GAP, 8, 8), ("outage", 8, 10),
    ]  # fmt: skip
    assert [in_words(event) for event in events] == ["no reply", "nothing was sent", "no reply"]


def test_of_an_event_task_the_level_behind_counts_against_that_before(asked: Labelers) -> None:
    task = dataclasses.replace(asked.tasks[0], name="reroute", kind="event")
    trace = made([10.0] * 30 + [7.5] * 30)
    moment = np.arange(60) == 30
    (event,) = events_of(trace.rtt_us, moments_of(trace), [task], told(reroute=moment))
    assert (event.is_moment, event.above_ms) == (True, -2.5)
    assert in_words(event) == "2.5 ms faster"


def test_nothing_is_said_of_what_has_no_reply_to_say_it_of(asked: Labelers) -> None:
    trace = made([0.0] * 5)
    (event,) = events_of(trace.rtt_us, moments_of(trace), asked.tasks, told(outage=[1] * 5))
    assert (event.lost, event.above_ms, event.slowest_ms) == (5, None, None)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3)), min_size=1, max_size=60), st.data())
def test_events_hold_what_is_labelled_and_nothing_else(
    asked: Labelers, pings: list[tuple[bool, int]], data: st.DataObject
) -> None:
    labels = np.array([label for label, _ in pings])
    rtt_us = np.array([1_000 * rtt for _, rtt in pings], dtype=np.int64)
    steps = data.draw(st.lists(st.sampled_from([1, 1, 1, 50]), min_size=len(pings), max_size=len(pings)))
    moments = Moments(len(pings), np.cumsum(steps).astype(np.int64) * 1_000_000)
    found = [of for of in events_of(rtt_us, moments, asked.tasks, told(swell=labels)) if of.what == "swell"]
    covered = np.zeros(len(pings), dtype=np.int64)
    for event in found:
        covered[event.begin : event.end] += 1
        assert event.lost == (rtt_us[event.begin : event.end] == 0).sum()
        assert not set(range(event.begin + 1, event.end)) & set(moments.gaps.tolist())
    assert (covered == labels).all()


@pytest.mark.parametrize(
    ("value", "said"),
    [(812.4, "812 ms"), (18.4, "18 ms"), (9.96, "10 ms"), (9.94, "9.9 ms"), (2.44, "2.4 ms"), (0.996, "1.0 ms"),
     (0.31, "0.31 ms"), (0.0242, "0.024 ms")],
)  # fmt: skip
def test_milliseconds_have_the_digits_that_tell_something(value: float, said: str) -> None:
    assert milliseconds(value) == said
