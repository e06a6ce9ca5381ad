"""The network on every input that there is, in one table: same seeds, the ping alone first to be compared with."""

from __future__ import annotations

from typing import Any

import pytest

from artifact.audit import inputs
from artifact.audit.answer import Found
from artifact.errors import BadInputError
from artifact.reported import Plan
from artifact.store.paths import ROOT
from artifact.study import read_study


@pytest.fixture(scope="module")
def plan() -> Plan:
    return Plan(read_study(ROOT / "study.five.toml", ROOT / "variations.toml"))


def records(*accuracies: float) -> list[dict[str, Any]]:
    tasks = ("noise", "outage", "swell", "route_change", "jitter")
    return [{"scores": {"multi_task": {t: {"accuracy": of, "f1": of / 2} for t in tasks}}} for of in accuracies]


def test_every_input_is_asked_for_on_the_same_seeds(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "needed", lambda *_, **__: None)
    asked = inputs.asks(plan)
    assert list(asked) == ["ping", "tsfresh", "window"]
    for name, cells in asked.items():
        assert [cell.seeds for cell in cells] == plan.data_sets[:10]
        for cell in cells:
            assert cell.variation is not None
            assert cell.variation.set == {"approaches.multi_task.input": name}


def test_without_tsfresh_nothing_is_asked_for(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(BadInputError, match=r"run `make tsfresh-setup`$"):
        inputs.asks(plan)


def test_gains_are_over_the_ping_alone_and_said_as_their_intervals_are(plan: Plan) -> None:
    found = {"ping": records(0.7, 0.72, 0.71), "tsfresh": records(0.9, 0.91, 0.92), "window": records(0.7, 0.8, 0.6)}
    said = inputs.answer(Found(plan, found, {}))
    assert "With tsfresh, noise: a gain of 0.200, at least 0.1" in said.answer
    assert "With window, noise: no difference seen; one of up to" in said.answer
    assert [row[0] for row in said.rows] == ["ping", "tsfresh", "window", "gain of tsfresh", "gain of window"]
    assert said.rows[1][1]["mean"] == pytest.approx(0.91)
    assert said.rows[3][2]["mean"] == pytest.approx(0.1)
    assert len(said.rows[0]) == len(said.columns) == 11
