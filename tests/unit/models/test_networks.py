"""Stacked networks: each is what it would be alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from artifact.models.networks import Networks, standardised
from artifact.study import MultiTaskParameters

P = MultiTaskParameters(trunk=(8, 4), epochs=3, batch=32, learning_rate=0.02)


@pytest.fixture(scope="module")
def problem() -> tuple[np.ndarray, np.ndarray]:
    """Inputs (2, 400, 1) and weak labels (2, 400, 2) of two different problems."""
    rng = np.random.default_rng(8)
    z = rng.standard_normal((2, 400, 1)).astype(np.float32)
    labels = np.stack([z[..., 0] > 0.5, z[..., 0] < -0.5], axis=-1).astype(np.int8)
    labels[rng.random(labels.shape) < 0.1] = -1
    return z, labels


def test_a_stack_trains_each_network_as_if_alone(problem: tuple[np.ndarray, np.ndarray]) -> None:
    z, labels = problem
    together = Networks(2, 1, P, [3, 4]).fit(z, labels).probabilities(z)
    for k, seed in enumerate([3, 4]):
        alone = Networks(2, 1, P, [seed]).fit(z[k : k + 1], labels[k : k + 1]).probabilities(z[k : k + 1])
        np.testing.assert_allclose(together[k], alone[0], atol=1e-5)


def test_one_step_is_torchs_own(problem: tuple[np.ndarray, np.ndarray]) -> None:
    """Against an ordinary torch module: cross entropy per task, gradients clipped to norm 1, Adam."""
    z, labels = problem[0][:1], problem[1][:1]
    p = P.model_copy(update={"epochs": 1, "batch": 400})
    networks = Networks(2, 1, p, [5])
    modules = [torch.nn.Linear(1, 8), torch.nn.Linear(8, 4), torch.nn.Linear(4, 4)]
    for module, weight, bias in zip(modules, networks.weights[::2], networks.weights[1::2], strict=True):
        module.weight.data, module.bias.data = weight.data[0].T.clone(), bias.data[0, 0].clone()
    networks.fit(z, labels)
    parameters = [value for module in modules for value in (module.weight, module.bias)]
    optimiser = torch.optim.Adam(parameters, lr=p.learning_rate)
    hidden = torch.relu(modules[1](torch.relu(modules[0](torch.from_numpy(z[0])))))
    scores = modules[2](hidden).view(-1, 2, 2)
    targets = torch.from_numpy(labels[0].astype(np.int64))
    loss = sum(torch.nn.functional.cross_entropy(scores[:, t], targets[:, t], ignore_index=-1) for t in (0, 1))
    torch.autograd.backward(loss)
    torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    optimiser.step()
    for module, weight, bias in zip(modules, networks.weights[::2], networks.weights[1::2], strict=True):
        assert torch.allclose(module.weight, weight.data[0].T, atol=1e-6)
        assert torch.allclose(module.bias, bias.data[0, 0], atol=1e-6)


def test_gradients_are_clipped_to_norm_1_network_by_network() -> None:
    networks = Networks(1, 1, P, [1, 2])
    for weight in networks.weights:
        weight.grad = torch.ones_like(weight)
        weight.grad[1] *= 1e-3
    networks._clip()
    norms = torch.stack([w.grad.square().sum(dim=(1, 2)) for w in networks.weights if w.grad is not None]).sum(dim=0)
    small = 1e-3 * Networks(1, 1, P, [1]).parameters() ** 0.5
    assert norms.sqrt().tolist() == pytest.approx([1.0, small], rel=1e-4)


def test_they_learn(problem: tuple[np.ndarray, np.ndarray]) -> None:
    z, labels = problem
    predicted = Networks(2, 1, P.model_copy(update={"epochs": 20}), [3, 4]).fit(z, labels).predict(z)
    assert (predicted == labels)[labels >= 0].mean() > 0.97


def test_inputs_are_standardised_on_the_training_rows() -> None:
    z = standardised(np.r_[np.linspace(1, 50, 100), 4000.0], slice(0, 100))
    assert z.shape == (101, 1)
    assert abs(z[:100].mean()) < 1e-6
    assert z[:100].std() == pytest.approx(1, abs=1e-6)
