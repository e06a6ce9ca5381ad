"""Separate networks: one for each task, on the same weak labels, sharing nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from artifact.approaches.approach import Approach, Fitted, Pings

ApproachOf = Callable[..., Approach]
Fit = Callable[..., dict[str, Fitted]]


def test_the_network_of_a_task_is_trained_on_that_task_alone(
    approach_of: ApproachOf, fitted: Fit, everything: Pings
) -> None:
    separate = approach_of("separate_networks", epochs=1)
    parts = fitted(separate)
    assert list(parts) == ["noise", "outage", "swell"]
    turned = {name: 1 - of if name != "swell" else of for name, of in everything.weak.items()}
    others = fitted(separate, dataclasses.replace(everything, weak=turned))
    alone = fitted(separate, everything.of(everything.tasks[2]))
    for name, values in parts["swell"].state().items():
        assert np.array_equal(values, others["swell"].state()[name])
        np.testing.assert_allclose(alone["swell"].state()[name], values, atol=1e-6)
    assert any(not np.array_equal(of, others["noise"].state()[name]) for name, of in parts["noise"].state().items())
    assert set(parts["swell"].label(everything).labels) == {"swell"}


def test_sharing_takes_fewer_parameters(approach_of: ApproachOf, fitted: Fit) -> None:
    shared = fitted(approach_of("multi_task", epochs=1))["all"]
    separate = fitted(approach_of("separate_networks", epochs=1))
    sizes = [one.network.parameters() for one in (shared, *separate.values())]  # type: ignore[attr-defined]
    assert sizes == [82, 62, 62, 62]


def test_with_one_task_it_is_the_multi_task_network(approach_of: ApproachOf, fitted: Fit, everything: Pings) -> None:
    swell = everything.of(everything.tasks[2])
    shared = fitted(approach_of("multi_task", epochs=1), swell)["all"].state()
    separate = fitted(approach_of("separate_networks", epochs=1), swell)["swell"].state()
    assert all(np.array_equal(values, separate[name]) for name, values in shared.items())


def test_it_reloads_to_the_same_labels(
    approach_of: ApproachOf, fitted: Fit, everything: Pings, same_after_reloading: Callable[..., None]
) -> None:
    approach = approach_of("separate_networks", epochs=1)
    same_after_reloading(approach, fitted(approach), everything)


def test_its_parameters_are_the_multi_task_networks(approach_of: ApproachOf) -> None:
    separate, shared = approach_of("separate_networks"), approach_of("multi_task")
    assert separate.table == "multi_task"
    assert separate.p == shared.p
    assert separate.all_needs == shared.all_needs
    assert (separate.joint, shared.joint) == (False, True)
