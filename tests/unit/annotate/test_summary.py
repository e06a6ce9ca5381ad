"""The summary: every sentence follows from numbers, and changes with them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from lines_made import START_US, made, told

from artifact.annotate.events import events_of
from artifact.annotate.labels import Labelers
from artifact.annotate.moments import moments_of
from artifact.annotate.summary import every_day, percent, sentences
from artifact.approaches.approach import Labelled
from artifact.tasks.task import Task
from artifact.trace.series import Trace

HOUR_S = 3_600


def said(trace: Trace, tasks: tuple[Task, ...], labelled: Labelled) -> list[str]:
    moments = moments_of(trace)
    events = events_of(trace.rtt_us, moments, tasks, labelled)
    return [sentence.text for sentence in sentences(trace, moments, tasks, events, labelled.labels)]


def test_the_line_and_each_task(asked: Labelers) -> None:
    rtt = np.full(600, 10.0)
    rtt[100:160] = 0
    rtt[300] = 0
    rtt[400:520] = 28
    rtt[50] = 90
    labels = {"noise": rtt == 90, "outage": rtt == 0, "swell": rtt == 28}
    assert said(made(rtt), asked.tasks, told(**labels)) == [
        "600 pings from 2024-10-22 16:00:00 to 2024-10-22 16:09:59 (10 min), one a second. 10 % without a reply (61). "
        "Half of the replies came within 10 ms, 99 % within 28 ms, the slowest after 90 ms.",
        "1 noisy ping, at 2024-10-22 16:00:50; 80 ms slower than nearby; the slowest reply after 90 ms.",
        "2 outages, 1 min 1 s in all, the longest 1 min from 2024-10-22 16:01:40; 1 of a single ping.",
        "1 swell, 2 min from 2024-10-22 16:06:40; 18 ms slower than nearby; the slowest reply after 28 ms.",
    ]


def test_without_times_it_speaks_of_pings(asked: Labelers) -> None:
    rtt = np.full(200, 10.0)
    rtt[20:25] = rtt[90:92] = 0
    found = said(made(rtt, at=False), asked.tasks, told(outage=rtt == 0))
    assert found[0].startswith("200 pings; the log has no times. 3.5 % without a reply (7).")
    assert found[1] == "2 outages, 7 pings in all, the longest 5 from ping 21."


def test_what_is_not_there_is_said_too(asked: Labelers) -> None:
    found = said(made([10.0] * 50), asked.tasks, told(outage=[0] * 50))
    assert found[1:] == ["No outages."]
    assert "All were answered." in found[0]


def test_one_ping_and_none_answered(asked: Labelers) -> None:
    nothing = Labelled({}, {})
    assert said(made([12.5]), asked.tasks, nothing) == ["1 ping, sent 2024-10-22 16:00:00. It took 12 ms."]
    assert said(made([0.0]), asked.tasks, nothing) == ["1 ping, sent 2024-10-22 16:00:00. None was answered."]


def test_gaps_are_no_losses(asked: Labelers) -> None:
    found = said(made([10.0] * 6, at=[0, 1, 2, 602, 603, 663]), asked.tasks, Labelled({}, {}))
    assert (
        found[-1] == "2 gaps, in which nothing was sent: 11 min in all, the longest 10 min after 2024-10-22 16:00:02."
    )
    assert "All were answered." in found[0]


def test_moments_are_told_by_how_far_the_level_moved(asked: Labelers) -> None:
    task = dataclasses.replace(asked.tasks[0], name="route_change", kind="event", called=None)
    rtt = [10.0] * 100 + [13.0] * 100 + [9.0] * 100
    found = said(made(rtt), (task,), told(route_change=np.isin(np.arange(300), (100, 200))))
    assert found[1] == "2 route changes, the largest 4.0 ms down at 2024-10-22 16:03:20."


def week(raise_ms: float, hours: range, days: int = 7, without: tuple[int, ...] = ()) -> Trace:
    """A ping a minute from midnight on, slower at some hours, but not on the days ``without``."""
    minute = np.arange(days * 24 * 60)
    rng = np.random.default_rng(2)
    slow = np.isin(minute // 60 % 24, [hour % 24 for hour in hours]) & ~np.isin(minute // 1_440, without)
    rtt_us = (10_000 + rng.gamma(2, 300, len(minute)) + 1_000 * raise_ms * slow).astype(np.int64)
    midnight = START_US - 16 * HOUR_S * 1_000_000
    return Trace(rtt_us, "week.log", "made", "0" * 64, sent_us=midnight + minute * 60_000_000)


@pytest.mark.parametrize(
    ("trace", "sentence"),
    [
        (week(18, range(19, 23)), "Slower by 18 ms every evening from 19 to 23 h."),
        (week(5, range(19, 24)), "Slower by 5.0 ms every evening from 19 to 24 h."),
        (week(5, range(22, 26)), "Slower by 5.0 ms every night from 22 to 2 h."),
        (week(5, range(8, 13)), "Slower by 5.0 ms every day from 8 to 13 h."),
        (week(18, range(19, 23), without=(3,)), "Slower by 18 ms on 6 of 7 evenings from 19 to 23 h."),
        (week(18, range(19, 23), without=(1, 3)), ""),
        (week(0.05, range(19, 23)), ""),
        (week(0, range(19, 23)), ""),
        (week(18, range(19, 23), days=2), ""),
    ],
)
def test_hours_of_the_day(trace: Trace, sentence: str) -> None:
    assert every_day(trace) == sentence


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "none"), (1, "all"), (0.5, "50 %"), (0.0312, "3.1 %"), (0.0004, "0.04 %"), (0.000_001, "almost none"),
     (0.9996, "99.96 %")],
)  # fmt: skip
def test_a_share_is_never_rounded_to_none_or_all(share: float, text: str) -> None:
    assert percent(share) == text
