"""The table, on made-up series."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
import pytest

from artifact.changes import comparing
from artifact.changes.comparing import OURS, OURS_PENALTIES, Asked, Fit
from artifact.changes.labelled import Labelled
from artifact.changes.scoring import Score
from artifact.errors import BadInputError


def labelled(name: str, seed: int) -> Labelled:
    rtt = np.random.default_rng(seed).normal(180, 0.2, 900)
    rtt[300:600] += 5
    rtt[450] = np.nan
    return Labelled(name, rtt, np.array([300, 450, 600]))


def test_our_change_points_are_scored_with_losses_and_without() -> None:
    fit = comparing._fit(Asked(OURS, 6.0, labelled("1", 0)))
    assert fit.scores["as they come"] == Score(1, 2 / 3, fit.scores["as they come"].weighted_recall)
    assert fit.scores["filled"] == Score(1, 1, 1)


def fits(series: str, *f: float) -> list[Fit]:
    """Return fits of one series whose F1 and F2 are those given, one for each penalty."""
    of = labelled(series, 0)
    scores = [Score(value, value, value) for value in f]
    return [
        Fit(Asked(OURS, penalty, of), dict.fromkeys(comparing.LOSSES, score), penalty)
        for penalty, score in zip(OURS_PENALTIES, scores, strict=True)
    ]


def test_the_best_penalty_is_chosen_on_all_series_or_on_the_others() -> None:
    """Two series like the last penalty, one the first by far: without one of the two, medians lean to the first."""
    all_ = [*fits("1", 0, 0, 0, 0, 0.9), *fits("2", 0.2, 0, 0, 0, 0.8), *fits("3", 1, 0, 0, 0, 0.1)]
    shipped, best, others = comparing._rows(OURS, all_)[:3]
    assert (shipped.penalty, best.penalty, others.penalty) == ("as shipped (6)", "best (12)", "best on the others")
    assert [score.precision for score in shipped.scores] == [0, 0, 0]
    assert [score.precision for score in best.scores] == [0.9, 0.8, 0.1]
    # Medians of the other two: 1 for .6 against .45, 2 for .5 against .5 (the first), 3 for .1 against .85.
    assert [score.precision for score in others.scores] == [0, 0.2, 0.1]
    assert best.seconds == 12


def test_the_table_has_medians_with_intervals(capsys: pytest.CaptureFixture[str]) -> None:
    rows = comparing._rows(OURS, [*fits("1", 0, 0, 0.5, 0, 0), *fits("2", 0, 0, 0.75, 0, 0)])
    comparing._show(rows)
    said = capsys.readouterr().out
    assert "0.625 [0.50, 0.75]" in said.splitlines()[1]
    (first, *_) = csv.DictReader(comparing._as_csv(rows).splitlines())
    assert (first["method"], first["series"], first["F2"], first["F2 low"]) == (OURS, "2", "0.6250", "0.5000")


def test_a_missing_package_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "1.csv").write_text("epoch;rtt;cp\n1;2.5;0\n2;9.5;1\n")
    monkeypatch.setitem(sys.modules, "ruptures", None)
    with pytest.raises(BadInputError, match="ruptures: is not installed; run make bench-changes"):
        comparing.compare(tmp_path, tmp_path / "changes.csv")
    assert not (tmp_path / "changes.csv").exists()
