"""The oracle: the multi-task network on gold labels."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from artifact.approaches.approach import Approach, Fitted, Pings

ApproachOf = Callable[..., Approach]
Fit = Callable[..., dict[str, Fitted]]


def test_it_is_trained_on_gold(approach_of: ApproachOf, fitted: Fit, everything: Pings) -> None:
    """Where the gold labels say something else than every labeling function, the network learns that."""
    slow = (everything.features[:, 0] > np.median(everything.features[:, 0])).astype(np.int8)
    pings = dataclasses.replace(everything, gold={**everything.gold, "outage": slow}, weak={}, votes={})
    said = fitted(approach_of("gold_network"), pings)["all"].label(pings.without_answers())
    assert (said.labels["outage"] == slow).mean() > 0.95


def test_it_is_an_oracle_that_sees_no_weak_label(approach_of: ApproachOf) -> None:
    approach = approach_of("gold_network")
    assert set(approach.all_needs) == {"gold", "input"}
    assert approach.oracle
    assert not approach_of("multi_task").oracle


def test_on_the_same_labels_it_is_the_multi_task_network(
    approach_of: ApproachOf, fitted: Fit, everything: Pings
) -> None:
    certain = {name: np.stack([1 - gold, gold], axis=1).astype(float) for name, gold in everything.gold.items()}
    pings = dataclasses.replace(everything, weak=certain)
    gold, weak = (fitted(approach_of(name, epochs=1), pings)["all"].state() for name in ("gold_network", "multi_task"))
    assert all(np.array_equal(values, weak[name]) for name, values in gold.items())


def test_it_reloads_to_the_same_labels(
    approach_of: ApproachOf, fitted: Fit, everything: Pings, same_after_reloading: Callable[..., None]
) -> None:
    approach = approach_of("gold_network", epochs=1)
    same_after_reloading(approach, fitted(approach), everything)
