"""Snorkel's own training: masked labels, soft labels, loaders, seeds, initialisation, device."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch.nn import functional

from artifact.networks.network import Network, NetworkParameters, Problem
from artifact.networks.snorkel import train_by_snorkel, untrained

ProblemOf = Callable[..., Problem]


def same(one: Network, other: Network) -> bool:
    return all(np.array_equal(values, other.weights[name]) for name, values in one.weights.items())


def test_it_learns(problem_of: ProblemOf, p: NetworkParameters) -> None:
    # A wide trunk: of two to four hidden units all can be dead from the first draw on.
    problem, p = problem_of(1), p.model_copy(update={"trunk": (32, 16)})
    predicted = train_by_snorkel(problem, p).predict(problem.z)
    for name, labels in problem.labels.items():
        assert (predicted[name] == labels)[labels >= 0].mean() > 0.97


def test_training_one_task_moves_the_trunk_but_no_other_head(problem_of: ProblemOf, p: NetworkParameters) -> None:
    problem = problem_of(1)
    only = {name: of if name == "noise" else np.full_like(of, -1) for name, of in problem.labels.items()}
    before = untrained(problem, p).state_dict()
    after = train_by_snorkel(Problem(problem.z, only, problem.seed), p).weights
    moved = {name for name in after if not np.array_equal(before[name].numpy(), after[name])}
    assert moved == {name for name in after if "trunk" in name or "noise" in name}


def test_both_loaders_give_the_same_weights(problem_of: ProblemOf, p: NetworkParameters) -> None:
    problem = problem_of(1)
    assert same(train_by_snorkel(problem, p), train_by_snorkel(problem, p, loader="snorkel"))


def test_the_seed_decides(problem_of: ProblemOf, p: NetworkParameters) -> None:
    problem = problem_of(1)
    torch.rand(3)
    again, other = Problem(problem.z, problem.labels, 1), Problem(problem.z, problem.labels, 2)
    assert same(train_by_snorkel(problem, p), train_by_snorkel(again, p))
    assert not same(train_by_snorkel(problem, p), train_by_snorkel(other, p))


def test_soft_labels_pull_towards_themselves(problem_of: ProblemOf, soft: NetworkParameters) -> None:
    problem = problem_of(1, soft=True)
    scores = train_by_snorkel(problem, soft.model_copy(update={"trunk": (32, 16)})).probabilities(problem.z)
    for name, labels in problem.labels.items():
        assert np.abs(scores[name][:, 1] - labels).mean() < 0.1


def test_soft_labels_of_0_and_1_are_hard_ones(problem_of: ProblemOf, p: NetworkParameters) -> None:
    hard = problem_of(1, masked=0)
    soft = Problem(hard.z, {name: of.astype(float) for name, of in hard.labels.items()}, 1)
    one = train_by_snorkel(hard, p)
    assert same(one, train_by_snorkel(soft, p.model_copy(update={"learns_from": "soft"})))


@pytest.mark.parametrize("learns_from", ["masked", "soft"])
def test_labels_of_the_other_kind_are_refused(problem_of: ProblemOf, p: NetworkParameters, learns_from: str) -> None:
    wrong = problem_of(1, soft=learns_from == "masked")
    with pytest.raises(ValueError, match="learns_from"):
        train_by_snorkel(wrong, p.model_copy(update={"learns_from": learns_from}))


def test_glorot_draws_within_its_bound_and_leaves_no_bias(problem_of: ProblemOf, p: NetworkParameters) -> None:
    glorot = p.model_copy(update={"trunk": (64, 32), "initialisation": "glorot"})
    for name, value in untrained(problem_of(1), glorot).state_dict().items():
        bound = (6 / sum(value.shape)) ** 0.5 if name.endswith("weight") else 0.0
        assert value.abs().max() <= bound
        assert value.abs().max() >= 0.9 * bound


def test_uniform_is_torchs_own(problem_of: ProblemOf, p: NetworkParameters) -> None:
    drawn = untrained(problem_of(9), p).state_dict()
    torch.manual_seed(9)
    assert torch.equal(drawn["module_pool.trunk.0.weight"], torch.nn.Linear(1, 8).weight)


def test_the_first_loss_is_the_sum_of_the_tasks_means(problem_of: ProblemOf, p: NetworkParameters) -> None:
    problem = problem_of(1)
    network = untrained(problem, p)
    targets = {name: torch.from_numpy(of.astype(np.int64)) for name, of in problem.labels.items()}
    z = torch.from_numpy(problem.z)
    losses, counts = network.calculate_loss({"z": z}, targets)
    outputs = network({"z": z}, list(targets))
    for name, of in targets.items():
        assert counts[name] == (of >= 0).sum()
        expected = functional.cross_entropy(outputs[f"{name} head"], of, ignore_index=-1)
        # Leaving rows out or weighing them with 0 may round the sum otherwise.
        assert float(losses[name].detach()) == pytest.approx(float(expected.detach()), rel=1e-6)


@pytest.mark.parametrize(("device", "number"), [("cpu", -1), ("cuda", 0)])
def test_snorkel_is_given_the_devices_number(
    problem_of: ProblemOf, p: NetworkParameters, device: str, number: int
) -> None:
    assert untrained(problem_of(1), p, device).config.device == number
