"""The multi-task network of section 3.4: a shared trunk and a head per task, trained on the weak labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artifact.approaches.approach import Approach, Labelled, Pings, State, Training, decided
from artifact.inputs.input import Features, Scale
from artifact.networks.network import Network, NetworkParameters, Problem
from artifact.tasks.task import Task

Targets = Mapping[str, NDArray[Any]]

multi_task = Approach(
    "multi_task", "Multi-task network", needs=("weak labels", "input"), parameters=NetworkParameters, joint=True
)


@dataclass(frozen=True)
class FittedNetwork:
    """A network, and how its input was standardised on its training rows."""

    network: Network
    scale: Scale

    def label(self, pings: Pings) -> Labelled:
        """Label each ping for each task of the network."""
        z = self.scale.standardised(_features(pings))
        posteriors = self.network.probabilities(z)
        return Labelled({task: of.argmax(axis=1).astype(np.int8) for task, of in posteriors.items()}, posteriors)

    def state(self) -> State:
        """Return the weights, and centre and spread of the input."""
        return {**self.network.weights, "input": np.concatenate([self.scale.centre, self.scale.spread])}


def in_one_stack(p: NetworkParameters) -> Any:
    """Return what networks agree in that are trained in one stack."""
    return p.trunk, p.batch, p.input


@multi_task.fitting(together=in_one_stack)
def fit(trainings: Sequence[Training], parameters: Sequence[NetworkParameters]) -> list[FittedNetwork]:
    """Train on the teacher's labels: hard with ties masked or tossed, or its probabilities, as the parameters say."""
    return train(trainings, parameters, _weak_labels)


@multi_task.loading
def load(state: State, tasks: tuple[Task, ...], _: NetworkParameters) -> FittedNetwork:
    """Return a network from its arrays; it labels the same."""
    weights = {name: values for name, values in state.items() if name != "input"}
    centre, spread = np.split(state["input"], 2)
    return FittedNetwork(Network(weights, tuple(task.name for task in tasks)), Scale(centre, spread))


def train(
    trainings: Sequence[Training],
    parameters: Sequence[NetworkParameters],
    targets: Callable[[Training, str], Targets],
) -> list[FittedNetwork]:
    """Train a network per training, by Snorkel's Trainer or in stacks, as their engine says.

    ``targets`` are those of a training for what its network learns from.
    """
    from artifact.networks.snorkel import train_by_snorkel
    from artifact.networks.stack import train_stack

    features = [_features(training.pings) for training in trainings]
    scales = [Scale.of(of) for of in features]
    problems = [
        Problem(scale.standardised(of), targets(training, p.learns_from), training.seed)
        for training, p, scale, of in zip(trainings, parameters, scales, features, strict=True)
    ]
    engine, device = trainings[0].engine, trainings[0].device
    if engine.training == "stack":
        networks = train_stack(problems, parameters, device)
    else:
        each = zip(problems, parameters, strict=True)
        networks = [train_by_snorkel(problem, p, device, engine.loader) for problem, p in each]
    return [FittedNetwork(network, scale) for network, scale in zip(networks, scales, strict=True)]


def _features(pings: Pings) -> Features:
    if pings.features is None:
        raise TypeError("a network needs an input; name it among the approach's needs")
    return pings.features


def _weak_labels(training: Training, learns_from: str) -> Targets:
    pings = training.pings
    if learns_from == "soft":
        return {task: posterior[:, 1].astype(np.float32) for task, posterior in pings.weak.items()}
    ties = "random" if learns_from == "tossed" else "left out"
    return {task: decided(posterior, pings.at, ties) for task, posterior in pings.weak.items()}
