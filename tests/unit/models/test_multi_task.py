"""The multi-task network: a trunk that is shared, masked abstains, seeds that are read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from snorkel.classification import DictDataLoader, DictDataset, Trainer

from artifact.models.multi_task import MultiTaskModel
from artifact.study import MultiTaskParameters

NAMES = ("noise", "outage", "swell")


@pytest.fixture(scope="module")
def p() -> MultiTaskParameters:
    return MultiTaskParameters(trunk=(8, 4), epochs=2, batch=32, learning_rate=0.02)


@pytest.fixture(scope="module")
def pings() -> np.ndarray:
    rng = np.random.default_rng(4)
    return rng.uniform(5, 15, 600) + 60 * (rng.random(600) < 0.3)


@pytest.fixture(scope="module")
def labels(pings: np.ndarray) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(5)
    noisy = (pings > 40).astype(np.int8)
    return {"noise": np.where(rng.random(600) < 0.2, -1, noisy).astype(np.int8), "outage": 1 - noisy, "swell": noisy}


def fitted(pings: np.ndarray, labels: dict[str, np.ndarray], p: MultiTaskParameters, seed: int = 1) -> MultiTaskModel:
    return MultiTaskModel.fit(pings, labels, p, seed)


def weights(model: MultiTaskModel) -> list[np.ndarray]:
    return [value.detach().numpy() for value in model.network.state_dict().values()]


def test_it_learns(pings: np.ndarray, labels: dict[str, np.ndarray], p: MultiTaskParameters) -> None:
    predicted = fitted(pings, labels, p.model_copy(update={"epochs": 10})).predict(pings)
    assert set(predicted) == set(NAMES)
    for name in ("outage", "swell"):
        assert (predicted[name] == labels[name]).mean() > 0.99


def test_the_trunk_is_one_and_each_task_has_a_head(p: MultiTaskParameters, pings: np.ndarray) -> None:
    model = MultiTaskModel.untrained(NAMES, pings, p, 1, "cpu")
    assert sorted(model.network.module_pool) == sorted(["trunk", *(f"{name} head" for name in NAMES)])
    # 1-8-4 trunk: 16 + 36; three heads 4-2: 3 x 10.
    assert model.parameters() == 16 + 36 + 30


def test_training_one_task_moves_the_trunk_but_no_other_head(
    pings: np.ndarray, labels: dict[str, np.ndarray], p: MultiTaskParameters
) -> None:
    untrained = MultiTaskModel.untrained(NAMES, pings, p, 1, "cpu").network.state_dict()
    before = {key: value.clone() for key, value in untrained.items()}
    only_noise = {name: labels[name] if name == "noise" else np.full(600, -1, dtype=np.int8) for name in NAMES}
    after = fitted(pings, only_noise, p).network.state_dict()
    moved = {key for key in before if not torch.equal(before[key], after[key])}
    assert any("trunk" in key for key in moved)
    assert any("noise head" in key for key in moved)
    assert not any("outage head" in key or "swell head" in key for key in moved)


def test_handing_out_batches_gives_snorkels_own_weights(
    pings: np.ndarray, labels: dict[str, np.ndarray], p: MultiTaskParameters
) -> None:
    ours = fitted(pings, labels, p)
    plain = MultiTaskModel.untrained(NAMES, pings, p, 1, "cpu")
    targets = {name: torch.from_numpy(values.astype(np.int64)) for name, values in labels.items()}
    rows = DictDataset("pings", "train", {"z": plain._input(pings)}, targets)
    loader = DictDataLoader(rows, batch_size=p.batch, shuffle=True)
    Trainer(n_epochs=p.epochs, lr=p.learning_rate, progress_bar=False, logging=False).fit(plain.network, [loader])
    for one, other in zip(weights(ours), weights(plain), strict=True):
        assert np.array_equal(one, other)


def test_the_seed_decides(pings: np.ndarray, labels: dict[str, np.ndarray], p: MultiTaskParameters) -> None:
    torch.rand(3)
    one, again, other = (weights(fitted(pings, labels, p, seed)) for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(one, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_it_reloads_to_the_same_predictions(
    pings: np.ndarray, labels: dict[str, np.ndarray], p: MultiTaskParameters, tmp_path: Path
) -> None:
    model = fitted(pings, labels, p)
    model.save(tmp_path / "model.safetensors")
    again = MultiTaskModel.load(tmp_path / "model.safetensors", NAMES, p)
    for name, values in model.probabilities(pings).items():
        assert np.array_equal(values, again.probabilities(pings)[name])
