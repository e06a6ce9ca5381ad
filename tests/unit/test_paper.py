"""What the paper printed, and which names are its own."""

from __future__ import annotations

from artifact import paper


def test_table_1_is_as_printed() -> None:
    table1 = paper.published()["table1"]
    assert table1["single_task"] == {"noise": 0.88, "outage": 1.0, "swell": 0.9, "time_s": 173.0}
    assert table1["multi_task"] == {"noise": 0.98, "outage": 1.0, "swell": 0.95, "time_s": 64.0}


def test_rates_multiply_to_the_training_and_validation_rows() -> None:
    """Section 3.5: 12,000 of 15,000 rows, within the rounding of both printed numbers."""
    rates = paper.published()["rates"]
    assert set(rates) == {"noise", "outage", "swell"}
    for rate in rates.values():
        assert abs(rate["rows_per_s"] * rate["seconds"] / 12_000 - 1) < 0.05


def test_the_papers_tasks_keep_the_order_of_a_study() -> None:
    assert paper.tasks(["dip", "swell", "noise"]) == ("swell", "noise")
    assert paper.tasks(["dip", "time_s"]) == ()
    assert paper.approaches() == ("single_task", "multi_task")
