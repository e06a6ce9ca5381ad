"""Many networks at once: each is, to the last bit, what Snorkel makes of it alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from artifact.networks import products, stack
from artifact.networks.network import Network, NetworkParameters, Problem
from artifact.networks.snorkel import _loader, train_by_snorkel, untrained
from artifact.networks.stack import train_stack

ProblemOf = Callable[..., Problem]


def assert_same(one: Network, other: Network) -> None:
    assert one.tasks == other.tasks
    assert list(one.weights) == list(other.weights)
    for name, values in one.weights.items():
        np.testing.assert_array_equal(values, other.weights[name], err_msg=name, strict=True)


def assert_as_snorkel(problems: Sequence[Problem], p: NetworkParameters) -> None:
    for problem, network in zip(problems, train_stack(problems, [p] * len(problems)), strict=True):
        assert_same(network, train_by_snorkel(problem, p))


@pytest.mark.parametrize("initialisation", ["uniform", "glorot"])
def test_initial_weights_are_snorkels(problem_of: ProblemOf, p: NetworkParameters, initialisation: str) -> None:
    p = p.model_copy(update={"initialisation": initialisation})
    problems = [problem_of(1), problem_of(2)]
    for problem, network in zip(problems, stack._Stack(problems, [p] * 2, "cpu").taken_out(0), strict=True):
        drawn = untrained(problem, p).state_dict()
        assert_same(network, Network({name: value.numpy() for name, value in drawn.items()}, tuple(problem.labels)))


def test_batches_are_snorkels(problem_of: ProblemOf, p: NetworkParameters) -> None:
    problem = problem_of(3)
    untrained(problem, p)
    generator = torch.Generator().set_state(torch.get_rng_state())
    loader = _loader(problem, p, "batched")
    for _ in range(3):
        order = stack._permutation(generator, len(problem.z))
        drawn = torch.cat([inputs["z"] for inputs, _ in loader])
        assert torch.equal(drawn, torch.from_numpy(problem.z)[order])


@pytest.mark.parametrize("epochs", [1, 2, 10])
def test_weights_and_labels_are_snorkels_after_each_number_of_epochs(
    problem_of: ProblemOf, p: NetworkParameters, epochs: int
) -> None:
    p = p.model_copy(update={"epochs": epochs})
    problems = [problem_of(seed) for seed in range(5)]
    for problem, network in zip(problems, train_stack(problems, [p] * len(problems)), strict=True):
        alone = train_by_snorkel(problem, p)
        assert_same(network, alone)
        for name, labels in alone.predict(problem.z).items():
            assert np.array_equal(labels, network.predict(problem.z)[name])


@pytest.mark.parametrize("masked", [0.0, 0.9, 0.97, 1.0])
def test_tasks_without_a_label_in_a_batch_stand_still_as_in_snorkel(
    problem_of: ProblemOf, p: NetworkParameters, masked: float
) -> None:
    assert_as_snorkel([problem_of(seed, masked=masked) for seed in range(3)], p)


@pytest.mark.parametrize(
    ("shape", "changed"),
    [
        ({"inputs": 3}, {}),
        ({"tasks": 1}, {}),
        ({}, {"trunk": (16,)}),
        ({}, {"trunk": (5, 3, 7)}),
        ({}, {"batch": 7}),
        ({}, {"batch": 1000}),
        ({}, {"initialisation": "glorot"}),
    ],
)
def test_other_shapes_are_snorkels_too(
    problem_of: ProblemOf, p: NetworkParameters, shape: dict[str, Any], changed: dict[str, Any]
) -> None:
    assert_as_snorkel([problem_of(seed, **shape) for seed in range(2)], p.model_copy(update={"epochs": 3, **changed}))


def test_soft_labels_are_learnt_as_by_snorkel(problem_of: ProblemOf, soft: NetworkParameters) -> None:
    assert_as_snorkel([problem_of(seed, soft=True) for seed in range(3)], soft)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 10, 31])
def test_a_network_does_not_depend_on_the_others(problem_of: ProblemOf, p: NetworkParameters, count: int) -> None:
    p = p.model_copy(update={"epochs": 3})
    ours = problem_of(100)
    (alone,) = train_stack([ours], [p])
    others = [problem_of(seed, masked=0.9 if seed % 2 else 0.1) for seed in range(count - 1)]
    for place in {0, count // 2, count - 1}:
        assert_same(train_stack([*others[:place], ours, *others[place:]], [p] * count)[place], alone)


@pytest.mark.parametrize(
    "refused", [(products._at_once,), (products._at_once, products._fused), tuple(products.WAYS)], ids=len
)
def test_every_way_to_multiply_gives_the_same_bits(
    problem_of: ProblemOf, p: NetworkParameters, monkeypatch: pytest.MonkeyPatch, refused: tuple[products.Way, ...]
) -> None:
    problems, genuine = [problem_of(seed) for seed in range(3)], products.alike
    at_once = train_stack(problems, [p] * 3)
    used = set()

    def alike(way: products.Way, *of: Any) -> bool:
        if way in refused or not genuine(way, *of):
            return False
        used.add(way)
        return True

    monkeypatch.setattr(products, "alike", alike)
    monkeypatch.setattr(products, "way_of", products.way_of.__wrapped__)
    for one, other in zip(at_once, train_stack(problems, [p] * 3), strict=True):
        assert_same(one, other)
    assert (products._padded in used) == (products._padded not in refused)


@pytest.mark.parametrize("kind", ["forward", "weight", "input"])
def test_zeros_behind_the_rows_change_no_product(kind: str) -> None:
    generator = torch.Generator().manual_seed(0)
    shapes = (5, 3), {"forward": (4, 3), "weight": (5, 4), "input": (3, 4)}[kind]
    a, b = (torch.randn(7, *shape, generator=generator) for shape in shapes)
    found = products._padded(kind, a, b, None)
    torch.testing.assert_close(found, products._one_by_one(kind, a, b, None))


def test_an_epoch_may_be_gathered_in_pieces(
    problem_of: ProblemOf, p: NetworkParameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack, "GATHERED", 5)
    assert_as_snorkel([problem_of(seed) for seed in range(2)], p)


def test_gradients_are_clipped_to_norm_1_network_by_network() -> None:
    sizes = ((2, 8, 1), (2, 8), (2, 3, 2, 8), (2, 3, 2))
    gradient = [torch.ones(size) for size in sizes]
    for part in gradient:
        part[1] *= 1e-3
    clipped = stack._clipped(gradient, None)
    assert clipped.norm(dim=1).tolist() == pytest.approx([1.0, 1e-3 * 70**0.5], rel=1e-4)


def test_rows_that_are_masked_for_all_tasks_are_not_trained_on(problem_of: ProblemOf, p: NetworkParameters) -> None:
    problem = problem_of(1, masked=0.6)
    masked = np.all([labels < 0 for labels in problem.labels.values()], axis=0)
    other = Problem(np.where(masked[:, None], np.float32(3), problem.z), problem.labels, problem.seed)
    assert masked.sum() > 50
    assert_same(*train_stack([problem, other], [p] * 2))


def test_each_network_keeps_its_own_tasks(problem_of: ProblemOf, p: NetworkParameters) -> None:
    problem = problem_of(1)
    renamed = Problem(problem.z, {f"other {name}": of for name, of in problem.labels.items()}, 1)
    one, other = train_stack([problem, renamed], [p] * 2)
    assert other.tasks == ("other noise", "other outage", "other swell")
    assert_same(other, train_by_snorkel(renamed, p))
    assert np.array_equal(one.predict(problem.z)["noise"], other.predict(problem.z)["other noise"])


def test_networks_may_differ_in_all_that_a_study_can_say_of_them(problem_of: ProblemOf, p: NetworkParameters) -> None:
    whole = problem_of(8)
    fewer = Problem(whole.z[:100], {name: of[:100] for name, of in whole.labels.items()}, 1)
    given: list[tuple[Problem, dict[str, Any]]] = [
        (problem_of(1), {"epochs": 2}),
        (problem_of(2), {"epochs": 4, "learning_rate": 0.001}),
        (problem_of(3, soft=True), {"epochs": 3, "learns_from": "soft"}),
        (problem_of(4, masked=0.97), {"epochs": 4, "learns_from": "tossed", "initialisation": "glorot"}),
        (problem_of(5, masked=0.97), {"epochs": 1, "learning_rate": 0.3}),
        (problem_of(6, inputs=3), {"epochs": 2}),
        (problem_of(7, tasks=2), {"epochs": 3}),
        (problem_of(8), {"epochs": 2, "trunk": (8,)}),
        (problem_of(9), {"epochs": 3, "batch": 50}),
        (fewer, {"epochs": 2}),
    ]
    parameters = [p.model_copy(update=changed) for _, changed in given]
    problems = [problem for problem, _ in given]
    for problem, of, network in zip(problems, parameters, train_stack(problems, parameters), strict=True):
        assert_same(network, train_by_snorkel(problem, of))


def test_those_that_agree_in_shape_are_trained_in_one_stack(
    problem_of: ProblemOf, p: NetworkParameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = []
    train_epoch = stack._Stack.train_epoch

    def counted(self: stack._Stack) -> None:
        sizes.append(len(self._tasks))
        train_epoch(self)

    monkeypatch.setattr(stack._Stack, "train_epoch", counted)
    epochs = [1, 3, 2, 3]
    train_stack([problem_of(k) for k in range(4)], [p.model_copy(update={"epochs": of}) for of in epochs])
    assert sizes == [4, 3, 2]


def test_no_problem_needs_no_stack() -> None:
    assert train_stack([], []) == []


class OneDevice(TorchDispatchMode):
    """Refuse an operation on tensors of two devices; "meta" stands in for a GPU and hands back zeros."""

    operations = 0

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        devices = {leaf.device.type for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)}
        assert len(devices) <= 1, f"{function} mixes {devices}"
        if devices == {"meta"}:
            self.operations += 1
            if kwargs.get("device") == torch.device("cpu"):
                return torch.zeros(args[0].shape, dtype=args[0].dtype)
        return function(*args, **kwargs)


@pytest.mark.parametrize("masked", [0.2, 0.97])
def test_all_is_trained_on_the_device(problem_of: ProblemOf, p: NetworkParameters, masked: float) -> None:
    problems = [problem_of(seed, masked=masked) for seed in range(2)]
    with OneDevice() as device:
        networks = train_stack(problems, [p.model_copy(update={"epochs": 1})] * 2, "meta")
    assert len(networks) == 2
    # Fourteen batches, each of some sixty operations.
    assert device.operations > 14 * 40
