"""Summing the votes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from artifact.approaches.approach import Approach, Fitted, Pings
from artifact.approaches.majority_vote import Sum

ApproachOf = Callable[..., Approach]
Fit = Callable[..., dict[str, Fitted]]


def test_what_most_functions_vote_for_and_a_tie_is_normal() -> None:
    votes = np.array([[1, 1, 0], [1, 0, 0], [1, 0, -1], [-1, -1, -1], [1, -1, -1], [-1, -1, 0]], dtype=np.int8)
    said = Sum("some").label(Pings((), np.arange(6), votes={"some": votes}))
    assert said.labels["some"].tolist() == [1, 0, 0, 0, 1, 0]
    assert said.posteriors["some"][:, 1].tolist() == [2 / 3, 1 / 3, 1 / 2, 1 / 2, 1, 0]
    assert said.posteriors["some"].sum(axis=1).tolist() == [1] * 6


def test_it_learns_nothing_and_needs_no_gold_label(
    approach_of: ApproachOf, fitted: Fit, everything: Pings, same_after_reloading: Callable[..., None]
) -> None:
    approach = approach_of("majority_vote")
    assert approach.all_needs == ("votes",)
    parts = fitted(approach)
    assert all(one.state() == {} for one in parts.values())
    same_after_reloading(approach, parts, everything)
