"""Speed on the page: only where it was measured, in the numbers of bench.json, and as a picture with exponents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from artifact.errors import BadInputError
from artifact.report.figures import scaling as drawn
from artifact.report.figures.style import svg
from artifact.report.page import render
from artifact.report.speed import speed
from artifact.store.kept import write_checked
from artifact.store.paths import ResultPaths

FIGURE = {
    "bar": {"what": "votes <b>", "against": "Snorkel's", "wanted": 15_000, "unit": "times", "bound": "at least"},
    "values": [20_000.0, 16_000.0, 17_234.0],
    "equal": True,
    "note": "one in ten",
    "median": 17_234.0,
    "passes": True,
}
MEASURED: dict[str, Any] = {
    "schema_version": 1,
    "figures": [FIGURE, {**FIGURE, "equal": None, "passes": False, "values": [0.5], "median": 0.5}],
    "scaling": {
        "rows": [10_000, 100_000],
        "s": {"votes": [0.1, 1.0], "label models": [0.1, 0.2], "network": [0.1, 1.1], "all": [0.3, 2.3]},
        "exponents": {"votes": 1.0, "label models": 0.3, "network": 1.041, "all": 0.88},
        "peak_mib": [400.0, 401.0],
    },
    "provenance": {"git_commit": "abc", "hardware": {"cores": 2, "processor": "some"}, "device": "cpu"},
}


@pytest.fixture
def measured(tmp_path: Path) -> ResultPaths:
    write_checked(tmp_path / "bench.json", MEASURED)
    return ResultPaths(tmp_path)


def test_nothing_measured_is_nothing_said(tmp_path: Path) -> None:
    assert speed(ResultPaths(tmp_path)) is None


def test_numbers_are_those_of_the_file(measured: ResultPaths) -> None:
    said = speed(measured)
    assert said is not None
    first, second = said["figures"]
    assert (first["reached"], first["spread"], first["wanted"]) == ("17,234", "16,000 to 20,000", "at least 15,000")
    assert (first["equal"], first["passes"], second["equal"], second["passes"]) == ("yes", True, "–", False)
    assert (second["reached"], second["spread"], said["reached"]) == ("0.5", "", 1)
    assert "At 100,000: votes 1 s, exponent 1.00, label models 0.2 s, exponent 0.30" in said["alt"]


def test_an_edited_file_is_one_line(measured: ResultPaths) -> None:
    measured.bench.write_text(measured.bench.read_text(encoding="utf-8").replace("17234", "99999"), encoding="utf-8")
    with pytest.raises(BadInputError, match=r"bench\.json.*run `make bench`, or remove it"):
        speed(measured)


def test_the_picture_has_each_step_at_its_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    figures: list[Figure] = []
    monkeypatch.setattr(drawn, "svg", lambda figure: figures.append(figure) or svg(figure))
    assert drawn.scaling(MEASURED["scaling"]).startswith("<?xml")
    cost, memory = figures[0].axes
    assert [line.get_ydata().tolist() for line in cost.lines] == list(MEASURED["scaling"]["s"].values())
    assert [line.get_ydata().tolist() for line in memory.lines] == [[400.0, 401.0]]
    assert {axes.get_xscale() for axes in (cost, memory)} == {axes.get_yscale() for axes in (cost, memory)} == {"log"}
    says = [text.get_text() for text in figures[0].legends[0].get_texts()]
    assert says == ["votes: 1.00", "label models: 0.30", "network: 1.04", "all: 0.88"]


def test_the_page_shows_it_and_is_rendered_anew_once_it_changes(paths: ResultPaths) -> None:
    render(paths)
    assert 'id="speed"' not in paths.report.read_text(encoding="utf-8")
    write_checked(paths.bench, MEASURED)
    render(paths)
    page = paths.report.read_text(encoding="utf-8")
    assert 'id="speed"' in page
    assert "votes &lt;b&gt;" in page
    assert "1 of 2 figures reach" in page
