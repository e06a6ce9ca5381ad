"""A folder with everything, or the points alone; nothing replaced that is somebody else's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from lines_made import a_bad_hour

from artifact.annotate import annotating
from artifact.annotate.annotating import annotate
from artifact.errors import BadInputError
from artifact.store.paths import ROOT, STUDY
from artifact.trace.reading import read_log

WRITTEN = {"points.csv", "events.csv", "summary.txt", "page.html", "annotation.json"}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "hour.csv"
    rtt = a_bad_hour().rtt_us / 1000
    path.write_text("rtt_ms\n" + "".join(f"{of or 'nan'}\n" for of in rtt), encoding="utf-8")
    return path


def test_a_folder_holds_all_of_it(log: Path, tmp_path: Path) -> None:
    said = annotate(log, None, STUDY, tmp_path / "results")
    folder = tmp_path / "results" / "annotated" / "hour"
    assert {path.name for path in folder.iterdir()} - {"points.parquet"} == WRITTEN
    assert said == f"{(folder / 'summary.txt').read_text(encoding='utf-8')}{folder / 'page.html'}\n"
    assert said.startswith("hour.csv")
    assert "\n  3,600 pings; " in said
    assert "  2 noisy pings, " in said
    assert "  2 outages, 61 pings in all, the longest 60 from ping 901; 1 of a single ping.\n" in said


def test_it_may_be_made_again_but_not_over_a_changed_file(log: Path, tmp_path: Path) -> None:
    annotate(log, tmp_path / "mine", STUDY, tmp_path)
    before = (tmp_path / "mine" / "page.html").read_bytes()
    annotate(log, tmp_path / "mine", STUDY, tmp_path)
    assert (tmp_path / "mine" / "page.html").read_bytes() == before
    (tmp_path / "mine" / "events.csv").write_text("my own notes", encoding="utf-8")
    with pytest.raises(
        BadInputError, match=r"points\.csv: is there already, and not as it was written; name a new fol"
    ):
        annotate(log, tmp_path / "mine", STUDY, tmp_path)
    assert (tmp_path / "mine" / "events.csv").read_text(encoding="utf-8") == "my own notes"


def test_somebody_elses_folder_is_left_alone(log: Path, tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "page.html").write_text("a page", encoding="utf-8")
    with pytest.raises(BadInputError, match=r"page\.html: is there already"):
        annotate(log, tmp_path / "theirs", STUDY, tmp_path)
    assert [path.name for path in (tmp_path / "theirs").iterdir()] == ["page.html"]


def test_a_full_disk_leaves_nothing_and_the_same_command_works_later(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, _: str) -> None:
        raise BadInputError(path, "cannot be written (No space left on device)", "make room")

    with monkeypatch.context() as patched:
        patched.setattr(annotating, "write_text", full)
        with pytest.raises(BadInputError, match=rf"^{tmp_path}/mine/summary\.txt: cannot be written \(No space"):
            annotate(log, tmp_path / "mine", STUDY, tmp_path)
    assert not (tmp_path / "mine").exists()
    annotate(log, tmp_path / "mine", STUDY, tmp_path)
    before = {path.name: path.read_bytes() for path in (tmp_path / "mine").iterdir()}
    monkeypatch.setattr(annotating, "write_text", full)
    with pytest.raises(BadInputError):
        annotate(log, tmp_path / "mine", STUDY, tmp_path)
    assert {path.name: path.read_bytes() for path in (tmp_path / "mine").iterdir()} == before


def test_ctrl_c_while_it_writes_leaves_nothing(log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line ends at once elsewhere, where there is nothing to clean up."""

    def at_once(*_: object) -> None:
        raise AssertionError

    before = signal.signal(signal.SIGINT, at_once)
    monkeypatch.setattr(annotating, "write_text", lambda *_: os.kill(os.getpid(), signal.SIGINT))
    try:
        with pytest.raises(KeyboardInterrupt):
            annotate(log, tmp_path / "mine", STUDY, tmp_path)
        assert signal.getsignal(signal.SIGINT) is at_once
    finally:
        signal.signal(signal.SIGINT, before)
    assert [path.name for path in tmp_path.iterdir()] == ["hour.csv"]


def test_labels_by_hand_come_back_as_agreement(log: Path, tmp_path: Path) -> None:
    hand = tmp_path / "labels.csv"
    (trace,) = read_log(log).series
    rows = [f"{trace.series or trace.name},outage,{of}" for of in ("1,900,0,machine", "901,960,0,hand")]
    hand.write_text("\n".join(["series,task,first_ping,last_ping,label,by", *rows]), encoding="utf-8")
    said = annotate(log, tmp_path / "mine", STUDY, tmp_path, by_hand=hand)
    assert (
        "  by hand: outage: 94 % of 960 pings alike, 60 set by hand; F1 0.000; none of those found are events" in said
    )
    page = (tmp_path / "mine" / "page.html").read_text(encoding="utf-8")
    assert "94 % of 960 pings alike, 60 set by hand" in page
    assert '"hand":[[1,900,959,0]]' in page


def test_bad_labels_leave_nothing_behind(log: Path, tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("nothing\n", encoding="utf-8")
    with pytest.raises(BadInputError, match="no column 'series'"):
        annotate(log, tmp_path / "mine", STUDY, tmp_path, by_hand=tmp_path / "labels.csv")
    assert not (tmp_path / "mine").exists()


def test_an_unknown_series_is_one_line(log: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "artifact", "annotate", str(log), "--series", "8.8.8.8", "--output", "mine"]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [*command, "--study", str(STUDY)], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "8.8.8.8" in done.stderr
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize("name", ["a b;$(touch x).log", "..log", "löt.tar.gz", "=x"])
def test_any_name_of_a_log_makes_a_folder(name: str, log: Path, tmp_path: Path) -> None:
    odd = tmp_path / name
    odd.write_bytes(log.read_bytes()[:300])
    annotate(odd, None, STUDY, tmp_path / "results")
    (folder,) = (tmp_path / "results" / "annotated").iterdir()
    assert folder.name.isprintable()
    assert len(pd.read_csv(folder / "points.csv")) > 10
