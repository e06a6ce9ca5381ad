"""results.json: the three accountings, from records whose times are known."""

from __future__ import annotations

from typing import Any

import pytest

from artifact.results import _accounting

NAMES = ("noise", "swell")
RECORD: dict[str, Any] = {
    "times": {
        "single_task": {"noise": {"labeling_s": 8.0, "fit_s": 1.0}, "swell": {"labeling_s": 5.0, "fit_s": 2.0}},
        "multi_task": {"fit_s": 4.0},
    }
}


@pytest.mark.parametrize(
    ("accounting", "single", "multi"),
    [("paper", 16.0, 4.0), ("like_for_like", 16.0, 20.0), ("fit_only", 3.0, 4.0)],
)
def test_each_accounting_charges_what_it_says(accounting: str, single: float, multi: float) -> None:
    timing = _accounting([RECORD], NAMES, accounting)
    assert timing["single_task"]["mean"] == single
    assert timing["multi_task"]["mean"] == multi
    assert timing["ratio"]["mean"] == multi / single
