"""Looks: a task keeps its own, and no two tasks look alike."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from artifact.report.looks import COLOURS, MARKERS, Look, looks
from artifact.tasks.task import Task

PAPER = {"noise": Look("#2ca02c", "o"), "outage": Look("#d62728", "X"), "swell": Look("#1f77b4", "s")}
some_tasks = st.lists(
    st.fixed_dictionaries(
        {
            "colour": st.sampled_from([None, "", *COLOURS, *(look.colour for look in PAPER.values()), "#D62728"]),
            "marker": st.sampled_from([None, "", *MARKERS, "x", "d"]),
        }
    ),
    max_size=10,
)


@given(some_tasks)
def test_no_two_of_up_to_ten_tasks_share_a_colour_or_a_marker(tasks: list[dict[str, Any]]) -> None:
    colours, markers = zip(*looks(tasks), strict=True) if tasks else ((), ())
    assert len(set(colours)) == len(set(markers)) == len(tasks)
    assert all(colours)
    assert all(markers)


@given(some_tasks)
def test_the_first_to_bring_a_colour_or_a_marker_keeps_it(tasks: list[dict[str, Any]]) -> None:
    given_looks = looks(tasks)
    for key in ("colour", "marker"):
        brought = [(task[key] or "").lower() if key == "colour" else task[key] or "" for task in tasks]
        for place, own in enumerate(brought):
            if own and own not in brought[:place]:
                assert getattr(given_looks[place], key) == own


def test_the_papers_tasks_keep_the_papers_looks_whoever_comes_before(tasks: tuple[Task, ...]) -> None:
    described = [{"name": task.name, "colour": task.colour, "marker": task.marker} for task in tasks]
    for before in ([], [{"name": "new"}] * 7):
        assert (
            dict(zip((task.name for task in tasks), looks([*before, *described])[len(before) :], strict=True)) == PAPER
        )


def test_a_colour_is_the_same_in_capitals() -> None:
    first, second = looks([{"colour": "#d62728", "marker": "x"}, {"colour": "#D62728", "marker": "X"}])
    assert first == Look("#d62728", "x")
    assert second == Look(COLOURS[0], "X")


@pytest.mark.parametrize("palette", [COLOURS, MARKERS])
def test_a_palette_has_ten(palette: tuple[str, ...]) -> None:
    assert len(set(palette)) == len(palette) == 10


def test_past_ten_the_palette_begins_again() -> None:
    assert looks([{}] * 12)[10:] == looks([{}] * 2)
