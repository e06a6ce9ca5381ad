"""Labels by hand: read, refused, compared."""

from __future__ import annotations

from pathlib import Path

import pytest
from lines_made import made, told

from artifact.annotate.annotation import Annotation
from artifact.annotate.hand import Agreement, read_by_hand
from artifact.annotate.labels import Labelers
from artifact.errors import BadInputError

HEAD = "series,task,first_ping,last_ping,from,to,label,by\n"
TASKS = ["noise", "outage", "swell"]


def test_agreement_is_over_what_the_hand_speaks_of(asked: Labelers, tmp_path: Path) -> None:
    """Of 20 pings the first ten are spoken of; the machine says 1 at 3-6, the hand at 5-8, all but one by hand."""
    trace = made([10.0] * 20)
    labels = [0] * 2 + [1] * 4 + [0] * 14
    annotation = Annotation(trace, asked.tasks, {"blind": told(swell=labels)}, [], [], [], [])
    path = tmp_path / "labels.csv"
    path.write_text(
        f"{HEAD}mine.log,swell,1,4,,,0,hand\nmine.log,swell,5,8,,,1,hand\nmine.log,swell,9,9,,,0,hand\n"
        "mine.log,swell,10,10,,,0,machine\n",
        encoding="utf-8",
    )
    hand = read_by_hand(path, [trace], TASKS)
    (agreement,) = hand.agreement(annotation)
    assert agreement == Agreement("swell", 10, 9, 0.6, 0.5, 1.0, 1.0)
    assert agreement.in_words() == (
        "swell: 60 % of 10 pings alike, 9 set by hand; F1 0.500; all of the events by hand found; "
        "all of those found are events by hand."
    )
    assert len(hand.corrections(trace)) == 3


def test_nobody_found_anything(asked: Labelers, tmp_path: Path) -> None:
    trace = made([10.0] * 20)
    annotation = Annotation(trace, asked.tasks, {"blind": told(swell=[0] * 20)}, [], [], [], [])
    (tmp_path / "labels.csv").write_text(f"{HEAD}mine.log,swell,1,20,,,0,hand\n", encoding="utf-8")
    (agreement,) = read_by_hand(tmp_path / "labels.csv", [trace], TASKS).agreement(annotation)
    assert agreement.in_words() == "swell: all of 20 pings alike, 20 set by hand."


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("series,task\n", r"labels\.csv:1: no column 'first_ping'; give a file that the page exported"),
        (f"{HEAD}other,swell,1,2,,,1,hand\n", r"labels\.csv:2: labels of series 'other'; .* here: 'mine\.log'"),
        (f"{HEAD}mine.log,nap,1,2,,,1,hand\n", r"labels\.csv:2: no task 'nap'; name one of noise, outage, swell"),
        (
            f"{HEAD}mine.log,swell,1,x,,,1,hand\n",
            r"labels\.csv:2: a ping or a label that is no whole number; count pings from 1; label is 1",
        ),
        (f"{HEAD}mine.log,swell,1,21,,,1,hand\n", r"labels\.csv:2: pings 1 to 21 of a series of 20"),
        (f"{HEAD}mine.log,swell,0,2,,,1,hand\n", r"labels\.csv:2: pings 0 to 2"),
        (f"{HEAD}mine.log,swell,3,2,,,1,hand\n", r"labels\.csv:2: pings 3 to 2"),
        (f"{HEAD}mine.log,swell,1,2,,,2,hand\n", r"labels\.csv:2: label 2 by 'hand'"),
        (f"{HEAD}mine.log,swell,1,2,,,1,me\n", r"labels\.csv:2: label 1 by 'me'; give 0 or 1, by hand or machine"),
        (
            f"{HEAD}mine.log,swell\n",
            r"labels\.csv:2: a ping or a label that is no whole number; count pings from 1; label is 1",
        ),
        ("", r"labels\.csv:1: no column 'series'"),
    ],
)
def test_what_is_no_such_file_is_refused_in_one_line(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInputError, match=says):
        read_by_hand(path, [made([10.0] * 20)], TASKS)


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00series")
    for name in ("none.csv", "binary.csv"):
        with pytest.raises(BadInputError, match=r"cannot be read as CSV \(.*give a file that the page exported"):
            read_by_hand(tmp_path / name, [made([10.0])], TASKS)
