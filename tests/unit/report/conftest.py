"""Results with everything that the page can show: each verdict, each reservation, a stretch, dead runs, a heat map."""

from __future__ import annotations

import shutil
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from artifact.report.figures import curve, dots, stretch
from artifact.report.figures.style import svg
from artifact.results import read_results
from artifact.store.paths import ResultPaths


def claim(number: int, verdict: str, **other: Any) -> dict[str, Any]:
    """A claim of results.json about an accuracy of 0.9 that came out at 0.88."""
    return {
        "id": f"C{number}",
        "statement": f"Statement number {number}",
        "section": "3.5",
        "published": 0.9,
        "tolerance": 0.02,
        "reason": f"Reason of range {number}.",
        "accept": [0.85, 0.92],
        "trend": None,
        "measure": "accuracy",
        "timed": False,
        "reproduced": 0.88,
        "ci90": [0.87, 0.89],
        "samples": 25,
        "runs": 100,
        "verdict": verdict,
        "reservations": [],
        "stands": False,
        "contradicted": None,
        "under": [],
        "command": "make all",
        **other,
    }


def reservation(kind: str, says: str) -> dict[str, Any]:
    return {"kind": kind, "says": says, "variations": []}


def under(variation: str, mean: float | None, **other: Any) -> dict[str, Any]:
    """What a claim becomes under a variation."""
    return {
        "variation": variation,
        "choice": "ties",
        "reason": f"Reason of {variation}",
        "mean": mean,
        "ci90": None if mean is None else [mean - 0.01, mean + 0.02],
        "verdict": "reproduced",
        "samples": 25,
        "turns": False,
        **other,
    }


def gain(number: int, verdict: str, **other: Any) -> dict[str, Any]:
    """A claim about a difference, varied."""
    varied = [
        under("ties_coin", 0.09),
        under("ties_normal", -0.02, turns=True, verdict="not reproduced"),
        under("trunk_half", 0.11, choice="trunk", ci90=None),
        under("trunk_gone", None, choice="trunk", verdict="undecided"),
    ]
    values = {"measure": "gain", "published": 0.1, "reproduced": 0.1, "ci90": [0.08, 0.12], "accept": [0.0, 1.0]}
    return claim(number, verdict, **{**values, "under": varied, **other})


CLAIMS = [
    claim(1, "reproduced", stands=True),
    claim(2, "reproduced", reservations=[reservation("calibrated", "labeling.x chosen against this number")]),
    claim(3, "reproduced", reservations=[reservation("uninformative", "met as well with silence")]),
    gain(4, "reproduced", reservations=[reservation("depends on a choice", "ties_normal: not reproduced")]),
    gain(5, "not reproduced", accept=[0.2, 0.3], trend=[0.15, 1.0]),
    claim(6, "undecided", ci90=None),
    claim(7, "trend only", trend=[0.0, 1.0]),
    claim(8, "not reproduced", contradicted="Table 1 itself makes it 0, outside 0.85 to 0.92"),
    claim(9, "not attempted", measure="none", published=None, accept=None, reproduced=None, ci90=None, samples=0),
    claim(10, "reproduced", measure="time_ratio", published=None, timed=True, accept=[0.0, 0.5], reproduced=0.3,
          ci90=[0.2, 0.4], samples=10, runs=10, stands=True),
]  # fmt: skip
HEAT = {
    "title": "noise by heat",
    "rows": ["here", "there"],
    "columns": ["a", "b"],
    "values": [[1.0, 0.04], [None, 0.5]],
}
MEASURED = {"mean": 0.5, "ci95": [0.4, 0.6], "runs": [0.4, 0.6]}


def answer(**other: Any) -> dict[str, Any]:
    """An answer of the audit."""
    return {
        "question": "What do ties do?",
        "answer": "Much.",
        "caption": "c",
        "columns": ["policy", "noise", "swell"],
        "rows": [["random", MEASURED, MEASURED], ["gain of another", MEASURED, 3], ["nothing", None, "-"]],
        "derived": "d",
        "seeds": 2,
        "times": [],
        "options": "",
        "draws": ["noise", "swell"],
        "heats": [HEAT],
        **other,
    }


def with_everything(results: dict[str, Any]) -> dict[str, Any]:
    """Return results with claims, design, dead runs, a stretch and a drawn answer as the whole study makes them."""
    names = [task["name"] for task in results["tasks"]]
    labels = {name: [int(ping % 7 == place) for ping in range(60)] for place, name in enumerate(names)}
    silent = {name: [0] * 60 for name in names}
    sides = {"gold": labels, "single_task": labels, "multi_task": silent, "rules": {names[0]: labels[names[0]]}}
    return {
        **results,
        "claims": deepcopy(CLAIMS),
        "design": {"commit": "c0ffee" * 6, "data_sets": 25, "trainings": 4, "level": 0.9, "timed_runs": 10},
        "dead": [{"approach": "Multi-task network", "task": names[0], "runs": 4, "of": 100}],
        "stretch": {
            "begin": 1200,
            "ping_ms": [10.0 + ping % 5 for ping in range(60)],
            "labels": sides,
            "titles": {"gold": "What was added"},
            "seed": 3,
        },
        "audit": {**results["audit"], "carrying": answer()},
    }


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures that are turned into SVG, in order."""
    drawn: list[Figure] = []

    def keep(figure: Figure) -> str:
        drawn.append(figure)
        return svg(figure)

    for drawing in (curve, dots, stretch):
        monkeypatch.setattr(drawing, "svg", keep)
    return drawn


@pytest.fixture
def paths(small_results: Path, tmp_path: Path) -> ResultPaths:
    """Results of one's own, as `make smoke` leaves them."""
    shutil.copytree(small_results, tmp_path, dirs_exist_ok=True)
    return ResultPaths(tmp_path)


@pytest.fixture(scope="session")
def whole(small_results: Path) -> dict[str, Any]:
    """Results with everything; copy before a change."""
    return with_everything(read_results(small_results / "results.json"))
