"""A step that is recorded and replayed is the step that was recorded: tried without a GPU, operation by operation."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten

from artifact.networks import stack
from artifact.networks.network import Network, NetworkParameters, Problem
from artifact.networks.recorded import Recorded, recorded
from artifact.networks.stack import train_stack

ProblemOf = Callable[..., Problem]


class Tape(TorchDispatchMode):
    """Stands in for a CUDA graph: notes operations without changing anything, and refuses to look at a value."""

    taped: list[Any]

    def __init__(self) -> None:
        super().__init__()
        self.taped, self.replays = [], 0

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        assert "local_scalar" not in str(function), "a value is looked at while a graph is recorded"
        assert "nonzero" not in str(function), "a shape hangs on values while a graph is recorded"
        if function._schema.is_mutable:
            self.taped.append((function, args, kwargs, None))
            return args[0]
        made = function(*args, **kwargs)
        if not function.is_view:
            self.taped.append((function, args, kwargs, made))
        return made

    def replay(self) -> None:
        self.replays += 1
        for function, args, kwargs, made in self.taped:
            again = function(*args, **kwargs)
            if made is not None:
                for kept, of in zip(tree_flatten(made)[0], tree_flatten(again)[0], strict=True):
                    kept.copy_(of)


@pytest.fixture
def tapes(monkeypatch: pytest.MonkeyPatch) -> list[Tape]:
    made: list[Tape] = []

    def tape() -> Tape:
        made.append(Tape())
        return made[-1]

    @contextlib.contextmanager
    def taping(graph: Tape) -> Iterator[None]:
        with graph:
            yield

    monkeypatch.setattr(torch.cuda, "CUDAGraph", tape)
    monkeypatch.setattr(torch.cuda, "graph", taping)
    monkeypatch.setattr(torch.cuda, "device", lambda _: contextlib.nullcontext())
    return made


def test_what_is_replayed_works_on_what_is_given_then(tapes: list[Tape]) -> None:
    total = torch.zeros(3)
    add = Recorded(lambda a, b: total.add_(a * b))
    for k in range(5):
        add(torch.full((3,), float(k)), torch.full((3,), 2.0))
    assert total.tolist() == [20.0] * 3
    (tape,) = tapes
    assert tape.replays == 4


@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_nothing_is_recorded_where_there_is_no_gpu(device: str) -> None:
    assert recorded(print, device) is print


def test_each_gpu_records() -> None:
    assert isinstance(recorded(print, "cuda:1"), Recorded)


@pytest.mark.parametrize("masked", [0.2, 0.9])
@pytest.mark.parametrize("learns_from", ["masked", "soft"])
def test_networks_of_recorded_steps_are_the_same(
    problem_of: ProblemOf,
    p: NetworkParameters,
    soft: NetworkParameters,
    learns_from: str,
    masked: float,
    tapes: list[Tape],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    of = soft if learns_from == "soft" else p
    parameters = [of.model_copy(update={"epochs": epochs}) for epochs in (3, 1, 2)]
    problems = [problem_of(seed, masked=masked, soft=learns_from == "soft") for seed in range(3)]
    expected = train_stack(problems, parameters)
    monkeypatch.setattr(stack, "recorded", lambda work, _: Recorded(work))
    for one, other in zip(expected, train_stack(problems, parameters), strict=True):
        assert bits(one) == bits(other)
    assert sum(tape.replays for tape in tapes) > 0


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_trains_the_same_networks_up_to_rounding(problem_of: ProblemOf, p: NetworkParameters) -> None:
    problems = [problem_of(seed, masked=masked) for seed, masked in enumerate((0.2, 0.9, 0.97))]
    parameters = [p.model_copy(update={"epochs": epochs}) for epochs in (3, 1, 2)]
    for one, other in zip(train_stack(problems, parameters), train_stack(problems, parameters, "cuda"), strict=True):
        for name, values in one.weights.items():
            np.testing.assert_allclose(values, other.weights[name], atol=1e-4, err_msg=name)


def bits(of: Network) -> dict[str, bytes]:
    return {name: values.tobytes() for name, values in of.weights.items()}
