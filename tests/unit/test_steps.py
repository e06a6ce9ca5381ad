"""What is done next, and how long it took last time."""

from __future__ import annotations

from pathlib import Path

import pytest

from artifact import steps
from artifact.steps import step
from artifact.store.paths import ResultPaths


def test_a_step_says_how_long_it_took_last_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 7.0, 10.0, 10.2])
    monkeypatch.setattr(steps.time, "monotonic", lambda: next(clock))
    results = ResultPaths(tmp_path / "results")
    with step(results, "data sets"):
        pass
    with step(results, "page"):
        pass
    monkeypatch.undo()
    with step(results, "data sets"):
        pass
    assert capsys.readouterr().err.splitlines() == [
        "data sets (not done here before)",
        "page (not done here before)",
        "data sets (last time 7 s)",
    ]


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"page": "x"}', '{"page": null}'])
def test_what_cannot_be_read_is_not_done_before(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = ResultPaths(tmp_path)
    results.steps.write_text(text, encoding="utf-8")
    with step(results, "page"):
        pass
    assert capsys.readouterr().err == "page (not done here before)\n"


def test_an_interrupted_step_is_not_remembered(tmp_path: Path) -> None:
    results = ResultPaths(tmp_path)
    with pytest.raises(KeyboardInterrupt), step(results, "cells"):
        raise KeyboardInterrupt
    assert not results.steps.exists()
