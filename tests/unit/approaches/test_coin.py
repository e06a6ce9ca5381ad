"""The baseline that tosses: as often the property as the training rows are, and nothing of any RTT."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from artifact.approaches.approach import Approach, Fitted, Pings
from artifact.dataset import Dataset

ApproachOf = Callable[..., Approach]
Fit = Callable[..., dict[str, Fitted]]


@pytest.fixture
def often(everything: Pings, dataset: Dataset) -> Pings:
    """Pings of which a quarter of the training rows and all others are swell, and half of the training rows noise."""
    train = dataset.splits["train"]
    gold = {task: np.ones_like(labels) for task, labels in everything.gold.items()}
    gold["swell"][train] = np.arange(len(train)) % 4 == 0
    gold["noise"][train] = np.arange(len(train)) % 2 == 0
    return dataclasses.replace(everything, gold=gold)


def said(parts: dict[str, Fitted], pings: Pings, task: str = "swell") -> list[int]:
    labels: list[int] = parts[task].label(pings).labels[task].tolist()
    return labels


def test_it_shows_the_property_as_often_as_the_training_rows(
    approach_of: ApproachOf, fitted: Fit, often: Pings
) -> None:
    parts = fitted(approach_of("coin"), often)
    # 3,000 tosses: five standard deviations are .04.
    assert np.mean(said(parts, often)) == pytest.approx(0.25, abs=0.04)
    assert np.mean(said(parts, often, "noise")) == pytest.approx(0.5, abs=0.046)
    assert set(said(parts, often, "outage")) == {1}


def test_a_property_that_training_lacks_is_never_said(approach_of: ApproachOf, fitted: Fit, often: Pings) -> None:
    none = dataclasses.replace(often, gold={task: np.zeros_like(of) for task, of in often.gold.items()})
    assert set(said(fitted(approach_of("coin"), none), none)) == {0}


def test_it_sees_neither_rtt_nor_gold_of_what_it_labels(approach_of: ApproachOf, fitted: Fit, often: Pings) -> None:
    alike = np.zeros_like(often.at)
    alike[::4] = 1
    gold = {**often.gold, "swell": np.random.default_rng(0).permutation(alike).astype(np.int8)}
    labels = np.array(said(fitted(approach_of("coin"), often), dataclasses.replace(often, gold=gold, features=None)))
    # Gold by chance: they agree no more often than chance has it, 0.625.
    assert np.mean(labels == gold["swell"]) == pytest.approx(0.625, abs=0.045)


def test_tosses_hang_on_the_training_seed_and_the_task(approach_of: ApproachOf, fitted: Fit, often: Pings) -> None:
    coin = approach_of("coin")
    assert said(fitted(coin, often), often) == said(fitted(coin, often), often)
    assert said(fitted(coin, often, seed=4), often) != said(fitted(coin, often), often)
    alike = dataclasses.replace(often, gold={**often.gold, "noise": often.gold["swell"]})
    parts = fitted(coin, alike)
    assert said(parts, alike, "noise") != said(parts, alike, "swell")


def test_a_ping_is_labelled_the_same_whichever_others_are(approach_of: ApproachOf, fitted: Fit, often: Pings) -> None:
    parts = fitted(approach_of("coin"), often)
    some = np.array([2_999, 5, 700])
    assert said(parts, often.rows(some)) == [said(parts, often)[ping] for ping in some]


def test_its_posterior_is_certain_and_it_reloads(
    approach_of: ApproachOf, fitted: Fit, often: Pings, same_after_reloading: Callable[..., None]
) -> None:
    approach = approach_of("coin")
    parts = fitted(approach, often)
    same_after_reloading(approach, parts, often)
    posterior = parts["swell"].label(often).posteriors["swell"]
    assert posterior[:, 1].tolist() == said(parts, often)
    assert (posterior.sum(axis=1) == 1).all()


def test_it_is_no_oracle(approach_of: ApproachOf) -> None:
    approach = approach_of("coin")
    assert approach.all_needs == ("gold",)
    assert not approach.oracle


@pytest.mark.parametrize("rows", [0, 7])
def test_it_labels_any_number_of_pings(approach_of: ApproachOf, fitted: Fit, everything: Pings, rows: int) -> None:
    labelled = fitted(approach_of("coin"))["noise"].label(everything.rows(np.arange(rows)))
    assert labelled.labels["noise"].shape == (rows,)
    assert labelled.posteriors["noise"].shape == (rows, 2)
