"""The multi-task network: a trunk that is shared, what it learns from, seeds that are read."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from artifact.approaches.approach import Approach, Fitted, Pings, Training, decided
from artifact.approaches.multi_task import fit
from artifact.dataset import Dataset
from artifact.inputs.input import Scale
from artifact.networks.network import NetworkParameters, Problem
from artifact.networks.snorkel import untrained
from artifact.networks.stack import train_stack
from artifact.parameters import FAST

ApproachOf = Callable[..., Approach]
Fit = Callable[..., dict[str, Fitted]]
NAMES = ("noise", "outage", "swell")
SNORKEL = FAST.model_copy(update={"training": "snorkel"})


@pytest.fixture(scope="module")
def quick(approach_of: ApproachOf) -> Approach:
    return approach_of("multi_task", epochs=2)


@pytest.fixture(scope="module")
def pings(everything: Pings, dataset: Dataset) -> Pings:
    """The training rows."""
    return everything.rows(dataset.splits["train"])


def learnt(approach: Approach, pings: Pings, seed: int = 1) -> dict[str, np.ndarray]:
    ((one, _),) = approach.fit({"all": Training(pings, seed, "cpu", FAST)}).values()
    return dict(one.state())


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    return all(np.array_equal(values, other[name]) for name, values in one.items())


@pytest.fixture(scope="module")
def trained(quick: Approach, pings: Pings) -> dict[str, np.ndarray]:
    return learnt(quick, pings)


def with_weak(pings: Pings, task: str, positive: np.ndarray) -> Pings:
    return dataclasses.replace(pings, weak={**pings.weak, task: np.stack([1 - positive, positive], axis=1)})


def test_it_learns_what_it_is_taught(approach_of: ApproachOf, pings: Pings) -> None:
    slow = (pings.features[:, 0] > np.quantile(pings.features[:, 0], 0.7)).astype(np.float64)
    taught = with_weak(with_weak(pings, "swell", slow), "outage", 1 - slow)
    ((one, _),) = approach_of("multi_task").fit({"all": Training(taught, 1, "cpu", FAST)}).values()
    said = one.label(taught.without_answers())
    assert set(said.labels) == set(NAMES)
    assert (said.labels["swell"] == slow).mean() > 0.98
    assert (said.labels["outage"] == 1 - slow).mean() > 0.98


def test_the_trunk_is_one_and_each_task_has_a_head(trained: dict[str, np.ndarray]) -> None:
    parts = {name.split(".")[1] for name in trained if name != "input"}
    assert parts == {"trunk", *(f"{name} head" for name in NAMES)}
    # 1-8-4 trunk: 16 + 36; three heads 4-2: 3 x 10.
    assert sum(values.size for name, values in trained.items() if name != "input") == 16 + 36 + 30
    assert trained["input"].shape == (2,)


def test_training_one_task_moves_the_trunk_but_no_other_head(quick: Approach, pings: Pings) -> None:
    only_noise = pings
    for name in ("outage", "swell"):
        only_noise = with_weak(only_noise, name, np.full(len(pings.at), 0.5))
    z = Scale.of(pings.features).standardised(pings.features)
    labels = {name: np.full(len(z), -1, dtype=np.int8) for name in NAMES}
    before = {name: of.numpy() for name, of in untrained(Problem(z, labels, 1), quick.p).state_dict().items()}
    after = learnt(quick, only_noise)
    moved = {name for name in before if not np.array_equal(before[name], after[name])}
    assert any("trunk" in name for name in moved)
    assert any("noise head" in name for name in moved)
    assert not any("outage head" in name or "swell head" in name for name in moved)


def test_another_tasks_labels_move_a_shared_trunk(
    quick: Approach, pings: Pings, trained: dict[str, np.ndarray]
) -> None:
    """One task's labels move the other tasks' outputs."""
    other = learnt(quick, with_weak(pings, "noise", 1 - pings.weak["noise"][:, 1]))
    for name in ("module_pool.trunk.0.weight", "module_pool.swell head.weight"):
        assert not np.allclose(trained[name], other[name], atol=1e-3)


TARGETS = {
    # What the network is given for P(property) = .8, .1, .5 at ping 4 and .5 at ping 7; ties are tossed by position.
    "masked": [1, 0, -1, -1],
    "tossed": [1, 0, *decided(np.full((2, 2), 0.5), np.array([4, 7]), "random").tolist()],
    "soft": [0.8, 0.1, 0.5, 0.5],
}


@pytest.mark.parametrize("learns_from", TARGETS)
def test_labels_are_masked_where_tied_or_tossed_or_probabilities(
    quick: Approach, pings: Pings, monkeypatch: pytest.MonkeyPatch, learns_from: str
) -> None:
    given: list[Problem] = []

    def noting(problems: list[Problem], parameters: list[NetworkParameters], device: str) -> object:
        given.extend(problems)
        return train_stack(problems, parameters, device)

    monkeypatch.setattr("artifact.networks.stack.train_stack", noting)
    positive = np.array([0.8, 0.1, 0.5, 0.5])
    some = dataclasses.replace(with_weak(pings.rows(np.arange(4)), "noise", positive), at=np.array([0, 1, 4, 7]))
    p = quick.p.model_copy(update={"learns_from": learns_from, "epochs": 1})
    fit([Training(some, 9, "cpu", FAST)], [p])
    ((problem),) = given
    assert problem.seed == 9
    assert tuple(problem.labels) == NAMES
    assert problem.labels["noise"].tolist() == pytest.approx(TARGETS[learns_from])


def test_tossed_ties_are_what_the_label_model_says(pings: Pings) -> None:
    assert set(TARGETS["tossed"][2:]) <= {0, 1}
    assert set(decided(pings.weak["noise"], pings.at, "random").tolist()) == {0, 1}


@pytest.mark.parametrize("learns_from", ["tossed", "soft"])
def test_each_kind_of_label_makes_another_network(
    approach_of: ApproachOf, pings: Pings, trained: dict[str, np.ndarray], learns_from: str
) -> None:
    assert not same(learnt(approach_of("multi_task", epochs=2, learns_from=learns_from), pings), trained)


def test_no_gold_label_is_asked_for(quick: Approach, pings: Pings, trained: dict[str, np.ndarray]) -> None:
    assert set(quick.all_needs) == {"weak labels", "input"}
    flipped = {name: (1 - gold).astype(np.int8) for name, gold in pings.gold.items()}
    assert same(learnt(quick, dataclasses.replace(pings, gold=flipped, votes={}, series=None)), trained)


@pytest.mark.parametrize("learns_from", ["masked", "soft"])
def test_all_engines_train_the_same_network(approach_of: ApproachOf, pings: Pings, learns_from: str) -> None:
    """In a stack or by Snorkel's Trainer, with its loader or ours, the weights agree to the last bit."""
    approach = approach_of("multi_task", epochs=1, learns_from=learns_from)
    some = pings.rows(np.arange(500))
    engines = [FAST, SNORKEL, SNORKEL.model_copy(update={"loader": "snorkel"})]
    stacked, batched, plain = (approach.fit({1: Training(some, 4, "cpu", engine)})[1][0].state() for engine in engines)
    assert same(dict(batched), dict(plain))
    assert same(dict(stacked), dict(batched))


def test_the_engine_decides_who_trains(quick: Approach, pings: Pings, monkeypatch: pytest.MonkeyPatch) -> None:
    from artifact.networks import snorkel, stack

    called: list[tuple[str, str]] = []
    by_snorkel, train = snorkel.train_by_snorkel, stack.train_stack
    monkeypatch.setattr(snorkel, "train_by_snorkel", lambda *a: called.append(("snorkel", a[3])) or by_snorkel(*a))
    monkeypatch.setattr(stack, "train_stack", lambda *a: called.append(("stack", str(len(a[0])))) or train(*a))
    some = pings.rows(np.arange(100))
    for engine in (FAST, SNORKEL, SNORKEL.model_copy(update={"loader": "snorkel"})):
        quick.fit({k: Training(some, k, "cpu", engine) for k in (1, 2)})
    assert called == [("stack", "2"), *[("snorkel", "batched")] * 2, *[("snorkel", "snorkel")] * 2]


def test_networks_that_are_trained_together_are_what_each_is_alone(quick: Approach, pings: Pings) -> None:
    trainings = {seed: Training(pings.rows(np.arange(seed, 600 + seed)), seed, "cpu", FAST) for seed in (1, 2)}
    together = quick.fit(trainings)
    for seed, training in trainings.items():
        ((alone, _),) = quick.fit({"all": training}).values()
        for name, values in alone.state().items():
            np.testing.assert_allclose(together[seed][0].state()[name], values, atol=1e-5)


def test_the_seed_decides(quick: Approach, pings: Pings, trained: dict[str, np.ndarray]) -> None:
    np.random.default_rng().random(7)
    assert same(learnt(quick, pings), trained)
    assert not same(learnt(quick, pings, 2), trained)


def test_it_reloads_to_the_same_labels(
    quick: Approach, fitted: Fit, everything: Pings, same_after_reloading: Callable[..., None]
) -> None:
    same_after_reloading(quick, fitted(quick), everything)


def test_its_input_is_standardised_on_the_training_rows(
    quick: Approach, fitted: Fit, everything: Pings, dataset: Dataset
) -> None:
    centre, spread = fitted(quick)["all"].state()["input"]
    train = everything.features[dataset.splits["train"], 0]
    assert (centre, spread) == (pytest.approx(train.mean()), pytest.approx(train.std()))
