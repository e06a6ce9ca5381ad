"""The baseline that sees no RTT."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from artifact.approaches.approach import Approach, Fitted, Pings
from artifact.dataset import Dataset

ApproachOf = Callable[..., Approach]
Fit = Callable[..., dict[str, Fitted]]


def test_the_majority_is_taken_from_the_training_rows(
    approach_of: ApproachOf, fitted: Fit, everything: Pings, dataset: Dataset
) -> None:
    gold = np.zeros(3_000, dtype=np.int8)
    gold[dataset.splits["train"][:901]] = 1  # 901 of 1,800: just more than half
    pings = dataclasses.replace(everything, gold={**everything.gold, "swell": gold})
    parts = fitted(approach_of("majority"), pings)
    assert set(parts["swell"].label(pings).labels["swell"].tolist()) == {1}
    assert set(parts["noise"].label(pings).labels["noise"].tolist()) == {0}
    gold[dataset.splits["train"][0]] = 0  # half of them: NORMAL
    gold[dataset.splits["test"]] = 1  # what is scored does not count
    assert set(fitted(approach_of("majority"), pings)["swell"].label(pings).labels["swell"].tolist()) == {0}


def test_its_posterior_is_certain_and_it_reloads(
    approach_of: ApproachOf, fitted: Fit, everything: Pings, same_after_reloading: Callable[..., None]
) -> None:
    approach = approach_of("majority")
    parts = fitted(approach)
    same_after_reloading(approach, parts, everything)
    assert parts["noise"].label(everything).posteriors["noise"][:2].tolist() == [[1, 0], [1, 0]]


def test_it_is_no_oracle(approach_of: ApproachOf) -> None:
    approach = approach_of("majority")
    assert approach.all_needs == ("gold",)
    assert not approach.oracle


@pytest.mark.parametrize("rows", [0, 7])
def test_it_labels_any_number_of_pings(approach_of: ApproachOf, fitted: Fit, everything: Pings, rows: int) -> None:
    said = fitted(approach_of("majority"))["noise"].label(everything.rows(np.arange(rows)))
    assert said.labels["noise"].shape == (rows,)
    assert said.posteriors["noise"].shape == (rows, 2)
