"""Small problems of three tasks for the networks' tests."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from artifact.networks.network import NetworkParameters, Problem

NAMES = ("noise", "outage", "swell")
ROWS = 424
"""Thirteen batches of 32 and one of 8, as in the study."""


@pytest.fixture(scope="session")
def p() -> NetworkParameters:
    return NetworkParameters(
        trunk=(8, 4),
        epochs=10,
        batch=32,
        learning_rate=0.02,
        input="rtt",
        learns_from="masked",
        initialisation="uniform",
    )


@pytest.fixture(scope="session")
def soft(p: NetworkParameters) -> NetworkParameters:
    return p.model_copy(update={"learns_from": "soft"})


@pytest.fixture(scope="session")
def problem_of() -> Callable[..., Problem]:
    """Return a problem by its seed; each label is masked with probability ``masked``, or soft."""

    def problem(seed: int, masked: float = 0.2, inputs: int = 1, soft: bool = False, tasks: int = 3) -> Problem:
        rng = np.random.default_rng(seed)
        z = rng.standard_normal((ROWS, inputs)).astype(np.float32)
        labels = {}
        for name, line in list(zip(NAMES, (0.5, -0.5, 1.0), strict=True))[:tasks]:
            if soft:
                labels[name] = (1 / (1 + np.exp(-5 * (z[:, 0] - line)))).astype(np.float64)
            else:
                labels[name] = np.where(rng.random(ROWS) < masked, -1, z[:, 0] > line).astype(np.int8)
        return Problem(z, labels, seed)

    return problem
