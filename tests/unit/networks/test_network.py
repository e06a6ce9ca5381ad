"""A trained network: the names of its weights, its probabilities, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from artifact.networks.network import Network, NetworkParameters, Problem
from artifact.networks.snorkel import untrained

NAMES = ("swell", "noise", "outage")


@pytest.fixture(scope="module")
def both(p: NetworkParameters) -> tuple[Any, Network, np.ndarray]:
    """One of Snorkel's own networks, the same as plain arrays, and inputs."""
    z = np.random.default_rng(4).standard_normal((600, 1)).astype(np.float32)
    theirs = untrained(Problem(z, {name: np.zeros(600, np.int8) for name in NAMES}, 7), p)
    weights = {name: value.numpy().copy() for name, value in theirs.state_dict().items()}
    return theirs, Network(weights, NAMES), z


def test_probabilities_are_snorkels_own_to_the_last_bit(both: tuple[Any, Network, np.ndarray]) -> None:
    theirs, ours, z = both
    theirs.eval()
    with torch.no_grad():
        outputs = theirs({"z": torch.from_numpy(z)}, list(NAMES))
    for name, values in ours.probabilities(z).items():
        wanted = torch.softmax(outputs[f"{name} head"], 1).numpy()
        assert np.array_equal(values, wanted)
        assert np.array_equal(ours.predict(z)[name], wanted.argmax(axis=1))
        assert ours.predict(z)[name].dtype == np.int8


def test_it_counts_what_is_trained(both: tuple[Any, Network, np.ndarray]) -> None:
    # 1-8-4 trunk: 16 + 36; three heads 4-2: 3 x 10.
    assert both[1].parameters() == sum(of.numel() for of in both[0].parameters()) == 16 + 36 + 30


def test_equally_probable_is_normal(both: tuple[Any, Network, np.ndarray]) -> None:
    blank = Network({name: np.zeros_like(of) for name, of in both[1].weights.items()}, NAMES)
    assert all((labels == 0).all() for labels in blank.predict(both[2]).values())


@pytest.mark.parametrize(
    ("key", "value"),
    [("trunk", ()), ("trunk", (0,)), ("epochs", 0), ("batch", 0), ("learning_rate", 0.0), ("learns_from", "gold")],
)
def test_impossible_parameters_are_refused(p: NetworkParameters, key: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        NetworkParameters(**{**p.model_dump(), key: value})


@pytest.mark.parametrize(
    "labels", [np.zeros(3, np.int8), np.full(5, 2, np.int8), np.full(5, -0.5), np.full(5, 1.5), np.full(5, np.nan)]
)
def test_labels_that_fit_no_row_or_no_class_are_refused(labels: np.ndarray) -> None:
    with pytest.raises(ValueError, match="noise"):
        Problem(np.zeros((5, 1), np.float32), {"noise": labels}, 1)


def test_torch_is_loaded_only_for_training(problem_of: Callable[..., Problem]) -> None:
    code = (
        "import sys, artifact.networks.stack; sys.exit('torch' in sys.modules or 'artifact.store.files' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
