"""Points and events as files."""

from __future__ import annotations

import dataclasses
import importlib.util
from pathlib import Path

import pandas as pd
import pytest
from lines_made import a_bad_hour

from artifact.annotate.annotation import Annotation, annotated
from artifact.annotate.labels import Labelers
from artifact.annotate.tables import inert, write_events, write_points
from artifact.errors import BadInputError


def test_points_are_the_log_and_what_was_found(hour: Annotation, tmp_path: Path) -> None:
    write_points(tmp_path / "points.csv", [hour])
    points = pd.read_csv(tmp_path / "points.csv")
    assert list(points)[:3] == ["ping", "time", "rtt_ms"]
    assert (points["rtt_ms"] * 1000).round().astype(int).tolist() == hour.trace.rtt_us.tolist()
    assert points["time"][[0, 2_499, 2_500]].tolist() == [
        "2024-10-22 16:00:00", "2024-10-22 16:41:39", "2024-10-22 16:46:40",
    ]  # fmt: skip
    assert points["outage_blind"].tolist() == (points["rtt_ms"] == 0).astype(int).tolist()
    assert ((points["swell_blind_p"] > 0.5) == (points["swell_blind"] == 1)).all()


def test_events_have_times_and_how_bad(hour: Annotation, tmp_path: Path) -> None:
    write_events(tmp_path / "events.csv", [hour])
    events = pd.read_csv(tmp_path / "events.csv").set_index(["what", "first_ping"], drop=False)
    outage = events.loc[("outage", 901)]
    assert (outage["from"], outage["to"]) == ("2024-10-22 16:15:00", "2024-10-22 16:16:00")
    assert (outage["seconds"], outage["last_ping"], outage["lost"], outage["how_bad"]) == (60, 960, 60, "no reply")
    (gap,) = events[events["what"] == "gap"].to_dict("records")
    assert (gap["from"], gap["to"], gap["seconds"]) == ("2024-10-22 16:41:39", "2024-10-22 16:46:40", 301)
    noisy = events.loc[("noise", 501)]
    assert noisy["above_ms"] == pytest.approx(78, abs=0.5)
    assert noisy["slowest_ms"] == 90


def test_several_series_stand_in_one_file(hour: Annotation, tmp_path: Path) -> None:
    both = [dataclasses.replace(hour, trace=dataclasses.replace(hour.trace, series=name)) for name in ("=1+1", "b")]
    write_points(tmp_path / "points.csv", both)
    write_events(tmp_path / "events.csv", both)
    for name in ("points", "events"):
        assert pd.read_csv(tmp_path / f"{name}.csv")["series"].unique().tolist() == ["'=1+1", "b"]


@pytest.mark.parametrize("name", ["=cmd()", "+1", "-1", "@x", "\tx"])
def test_no_name_is_a_formula(name: str) -> None:
    assert inert(name) == f"'{name}"


def test_a_series_that_is_too_short_has_no_labels(asked: Labelers, tmp_path: Path) -> None:
    whole = a_bad_hour()
    short = dataclasses.replace(whole, rtt_us=whole.rtt_us[:99], sent_us=None)
    annotation = annotated(short, asked)
    assert annotation.notes[-1] == "too few pings to fit labels to: 99 of at least 100"
    write_points(tmp_path / "points.csv", [annotation])
    assert list(pd.read_csv(tmp_path / "points.csv")) == ["ping", "rtt_ms"]


@pytest.mark.parametrize("n", [1, 2, 3, 99, 100, 101, 250])
@pytest.mark.parametrize("kind", ["calm", "lost", "constant"])
def test_any_length_is_annotated(n: int, kind: str, asked: Labelers) -> None:
    whole = a_bad_hour()
    rtt_us = {"calm": whole.rtt_us[:n], "lost": whole.rtt_us[:n] * 0, "constant": whole.rtt_us[:n] * 0 + 9_000}[kind]
    found = annotated(dataclasses.replace(whole, rtt_us=rtt_us, sent_us=None), asked)
    assert bool(found.labelled) == (n >= 100)
    if kind == "calm":
        assert sum(event.pings for event in found.events) <= 0.05 * n
    else:
        assert {event.what for event in found.events} <= ({"outage"} if kind == "lost" else set())
    assert found.said[0].text.startswith(f"{n:,} ping")


def test_parquet_needs_its_library(hour: Annotation, tmp_path: Path) -> None:
    if importlib.util.find_spec("pyarrow"):
        write_points(tmp_path / "points.parquet", [hour])
        assert len(pd.read_parquet(tmp_path / "points.parquet")) == len(hour.trace)
    else:
        with pytest.raises(BadInputError, match=r"needs pyarrow, which is not installed; install it, or name a \.csv"):
            write_points(tmp_path / "points.parquet", [hour])
