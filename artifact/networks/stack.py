"""Many networks trained at once, each with the initial weights, batches and arithmetic of Snorkel's own training."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from artifact.networks.network import PARTS, TRUNK, Network, NetworkParameters, Problem, head
from artifact.networks.products import product
from artifact.networks.recorded import recorded
from artifact.networks.snorkel import columns, untrained

if TYPE_CHECKING:
    from torch import Generator, Tensor

CLIP = 1.0
"""The norm to which Snorkel's Trainer clips a network's gradient."""
BETAS, EPSILON = (0.9, 0.999), 1e-8
"""Adam's constants in Snorkel's Trainer."""
LANES = 16
"""As many floats as torch works on at once at most; what remains it goes through otherwise, and may round otherwise."""
GATHERED = 1000
"""At most so many batches have their rows gathered at once: it bounds the memory."""


def train_stack(
    problems: Sequence[Problem], parameters: Sequence[NetworkParameters], device: str = "cpu"
) -> list[Network]:
    """Train one network on each problem: what Snorkel makes of it alone, on a CPU to the last bit, else up to rounding.

    ``device`` is one of torch's. Networks that differ in trunk, batch, rows, inputs or number of tasks go in stacks of
    their own.
    """
    import torch

    stacks: dict[Any, list[int]] = {}
    # Those that are trained longest come first, so that those that are left are always the first of a stack.
    for k in sorted(range(len(problems)), key=lambda k: -parameters[k].epochs):
        shape = (*problems[k].z.shape, len(problems[k].labels))
        stacks.setdefault((shape, parameters[k].trunk, parameters[k].batch), []).append(k)
    found: dict[int, Network] = {}
    with torch.no_grad():
        for places in stacks.values():
            stack = _Stack([problems[k] for k in places], [parameters[k] for k in places], device)
            for epoch in range(1, parameters[places[0]].epochs + 1):
                stack.train_epoch()
                left = sum(parameters[k].epochs > epoch for k in places)
                found |= zip(places[left:], stack.taken_out(left), strict=False)
    return [found[k] for k in range(len(problems))]


class _Stack:
    """K networks with T heads each; row k of ``_weights`` holds all of network k, the heads behind the trunk.

    Networks of one stack agree in trunk and batch, and may differ in all else.
    """

    def __init__(self, problems: Sequence[Problem], parameters: Sequence[NetworkParameters], device: str) -> None:
        import torch

        self._batch, self._device = parameters[0].batch, device
        self._soft = any(of.learns_from == "soft" for of in parameters)
        self._tasks = [tuple(problem.labels) for problem in problems]
        self._heads = len(self._tasks[0])
        # Shapes (K, rows, inputs), (K, T, rows) and (K, rows, T); both targets of a row are one complex number.
        self._z = torch.from_numpy(np.stack([problem.z for problem in problems])).to(device)
        targets = torch.from_numpy(
            np.stack(
                [
                    np.stack([columns(of, p) for of in problem.labels.values()])
                    for problem, p in zip(problems, parameters, strict=True)
                ]
            )
        )
        self._targets = torch.view_as_complex(targets).to(device)
        self._labelled = targets.any(dim=-1).mT.contiguous()
        weights, self._generators = _initial(problems, parameters)
        self._weights = weights.to(device)
        self._moments = torch.zeros_like(self._weights), torch.zeros_like(self._weights)
        trunk = parameters[0].trunk
        widths = (self._z.shape[2], *trunk)
        shapes: list[tuple[int, ...]] = [of for a, b in pairwise(widths) for of in ((b, a), (b,))]
        shapes += [(self._heads, 2, trunk[-1]), (self._heads, 2)]
        ends = list(accumulate(map(math.prod, shapes), initial=0))
        self._parts = [
            self._weights[:, a:b].view(-1, *shape) for (a, b), shape in zip(pairwise(ends), shapes, strict=True)
        ]
        # Snorkel steps a head only in batches that hold a label of its task, and the trunk in each of these batches.
        self._steps = torch.zeros((len(problems), 1 + self._heads), dtype=torch.int64)
        self._rates = torch.tensor([[of.learning_rate] for of in parameters], dtype=torch.float64)
        self._corrections = _corrections(parameters[0].epochs * -(-self._z.shape[1] // self._batch))
        heads = torch.arange(1, 1 + self._heads)
        owner = [torch.zeros(ends[-3], dtype=torch.int64), heads.repeat_interleave(2 * trunk[-1])]
        self._owner = torch.cat([*owner, heads.repeat_interleave(2)]).to(device)
        self._whole: dict[tuple[int, int], Callable[..., None]] = {}

    def taken_out(self, left: int) -> list[Network]:
        """Return what all but the first networks have learnt, and go on with these alone."""
        *trunk, weights, biases = (part[left:].cpu().numpy() for part in self._parts)
        learnt = []
        for k, tasks in enumerate(self._tasks[left:]):
            of_heads = [of for both in zip(weights[k], biases[k], strict=True) for of in both]
            values = [of.copy() for of in (*(part[k] for part in trunk), *of_heads)]
            learnt.append(Network(dict(zip(_names(tasks, len(trunk) // 2), values, strict=True)), tasks))
        if learnt:
            self._whole.clear()
            self._tasks, self._generators = self._tasks[:left], self._generators[:left]
            self._z, self._targets, self._labelled = self._z[:left], self._targets[:left], self._labelled[:left]
            self._weights, self._parts = self._weights[:left], [part[:left] for part in self._parts]
            self._moments = self._moments[0][:left], self._moments[1][:left]
            self._steps, self._rates = self._steps[:left], self._rates[:left]
        return learnt

    def train_epoch(self) -> None:
        """Go once through all rows, in the order in which Snorkel's loader would draw those of each network."""
        import torch

        rows, batch = self._z.shape[1], self._batch
        order = torch.stack([_permutation(generator, rows) for generator in self._generators])
        whole = rows - rows % batch
        for taken, size in ((order[:, :whole], batch), (order[:, whole:], rows - whole)):
            if taken.numel():
                batches = taken.reshape(len(order), -1, size)
                for some in batches.chunk(-(-batches.shape[1] // GATHERED), dim=1):
                    self._train_batches(some)

    def _train_batches(self, order: Tensor) -> None:
        """Train on batches of one size; ``order``, shape (K, batches, size), holds row numbers."""
        import torch

        (networks, batches, size), rows = order.shape, self._z.shape[1]
        # A row of all networks' rows has one number; so has one of all tasks of all networks.
        each = torch.arange(networks)[:, None, None] * rows
        tasks = torch.arange(self._heads)[:, None, None] * rows
        at, of_tasks = order + each, (order + each * self._heads)[:, None] + tasks
        counts = _taken(self._labelled.flatten(0, 1), at).sum(dim=2).transpose(0, 1)
        stepped = torch.cat([counts.any(dim=2, keepdim=True), counts > 0], dim=2)
        factors, pulls = self._factors(stepped), self._pulls(of_tasks.flatten(0, 1), counts.flatten(1))
        z = _taken(self._z.flatten(0, 1), at).transpose(0, 1).contiguous()
        all_step = stepped.flatten(1).all(dim=1).tolist()
        whole = self._whole.setdefault((size, factors[0].shape[2]), recorded(self._move, self._device))
        for b in range(batches):
            given = z[b], *(of[b] for of in (*factors, *pulls))
            if all_step[b]:
                whole(*given)
            else:
                self._move(*given, stepped=stepped[b])

    def _factors(self, stepped: Tensor) -> list[Tensor]:
        """Return Adam's rate and the root in its divisor, shape (batches, K, 1 + T), or (batches, K, 1) if one is all.

        ``stepped``, shape (batches, K, 1 + T): whether the trunk and each head take a step.
        """
        steps = self._steps + stepped.cumsum(dim=0)
        self._steps = steps[-1]
        if (steps == steps[..., :1]).all():
            steps = steps[..., :1]
        first, root = (of[steps] for of in self._corrections)
        return [of.to(self._device) for of in ((self._rates / first).float(), root.float())]

    def _pulls(self, at: Tensor, counts: Tensor) -> list[Tensor]:
        """Return the gradient in the logarithms of probabilities, shape (batches, 2, K T size and what fills LANES).

        ``at``, shape (K T, batches, size), says which rows these are, and ``counts``, shape (batches, K T), how many of
        a head's have a label.
        """
        import torch

        heads, batches, size = at.shape
        targets = torch.view_as_real(_taken(self._targets.flatten(), at))
        pull = targets.new_zeros(batches, 2, heads * size + -(heads * size) % LANES)
        scale = -counts.clamp(min=1).reciprocal().to(self._device)[:, None, :, None]
        into = pull[..., : heads * size].view(batches, 2, heads, size)
        torch.mul(targets.permute(1, 3, 0, 2), scale, out=into)
        if not self._soft:
            return [pull]
        # Snorkel's cross entropy with probabilities goes back class by class.
        return [pull * torch.eye(2, device=self._device)[k][:, None] for k in range(2)]

    def _move(self, z: Tensor, rate: Tensor, root: Tensor, *pulls: Tensor, stepped: Tensor | None = None) -> None:
        """Learn from one batch; where ``stepped``, shape (K, 1 + T), is false, nothing moves."""
        self._step(_clipped(self._gradient(z, pulls), stepped), (rate, root), stepped)

    def _gradient(self, z: Tensor, pulls: Sequence[Tensor]) -> list[Tensor]:
        """Return the gradient in each part of the weights."""
        import torch

        *trunk, weights, biases = self._parts
        hidden = [z]
        for weight, bias in zip(trunk[::2], trunk[1::2], strict=True):
            hidden.append(product("forward", hidden[-1], weight, bias).relu_())
        # To a product, the heads are as many networks more.
        h, weight, bias = hidden[-1].repeat_interleave(self._heads, 0), weights.flatten(0, 1), biases.flatten(0, 1)
        g = _into_logits(pulls, product("forward", h, weight, bias))
        found = [of.view(*weights.shape[:2], *of.shape[1:]) for of in _into_linear(g, h)]
        *others, last = product("input", g, weight).view(-1, self._heads, *h.shape[1:]).unbind(1)
        # Autograd adds up from the last head to the first.
        into = functools.reduce(torch.add, reversed(others), last)
        for layer in reversed(range(len(trunk) // 2)):
            g = torch.ops.aten.threshold_backward(into, hidden[layer + 1], 0)
            found = [*_into_linear(g, hidden[layer]), *found]
            if layer:
                into = product("input", g, trunk[2 * layer])
        return found

    def _step(self, gradient: Tensor, factors: Sequence[Tensor], stepped: Tensor | None) -> None:
        """Take a step of Adam, as ``_move`` says."""
        import torch

        values = (self._weights, *self._moments)
        before = [value.clone() for value in values] if stepped is not None else []
        mean, square = self._moments
        rate, root = (of if of.shape[1] == 1 else of.index_select(1, self._owner) for of in factors)
        mean.lerp_(gradient, 1 - BETAS[0])
        square.mul_(BETAS[1]).addcmul_(gradient, gradient, value=1 - BETAS[1])
        self._weights.sub_((rate * mean).div_((square.sqrt() / root).add_(EPSILON)))
        if stepped is not None:
            moved = stepped.to(self._device).index_select(1, self._owner)
            for value, was in zip(values, before, strict=True):
                value.copy_(torch.where(moved, value, was))


def _initial(problems: Sequence[Problem], parameters: Sequence[NetworkParameters]) -> tuple[Tensor, list[Generator]]:
    """Return Snorkel's initial weights, shape (K, numbers), and the generator that each network goes on with."""
    import torch

    weights, generators = [], []
    for problem, p in zip(problems, parameters, strict=True):
        drawn = untrained(problem, p).state_dict()
        values = [drawn[name].ravel() for name in _names(tuple(problem.labels), len(p.trunk))]
        trunk, heads = values[: 2 * len(p.trunk)], values[2 * len(p.trunk) :]
        weights.append(torch.cat([*trunk, *heads[::2], *heads[1::2]]))
        generators.append(torch.Generator().set_state(torch.get_rng_state()))
    return torch.stack(weights), generators


def _names(tasks: Sequence[str], layers: int) -> list[str]:
    trunk = [f"{TRUNK}{2 * layer}.{part}" for layer in range(layers) for part in PARTS]
    return trunk + [name for task in tasks for name in head(task)]


def _permutation(generator: Generator, rows: int) -> Tensor:
    """Draw an epoch's order of rows as torch's loader does: its workers' seed first, then the seed of its sampler."""
    import torch

    _, seed = (torch.empty((), dtype=torch.int64).random_(generator=generator) for _ in range(2))
    return torch.randperm(rows, generator=torch.Generator().manual_seed(int(seed)))


def _corrections(most: int) -> list[Tensor]:
    """Return Adam's first correction and the root of its second after each number of steps, after none such as stop."""
    import torch

    counts = range(1, most + 1)
    first = [math.inf, *(1 - BETAS[0] ** float(n) for n in counts)]
    roots = [1.0, *((1 - BETAS[1] ** float(n)) ** 0.5 for n in counts)]
    return [torch.tensor(of, dtype=torch.float64) for of in (first, roots)]


def _taken(rows: Tensor, at: Tensor) -> Tensor:
    """Return the rows that ``at`` names, in its shape: many times as fast as an index."""
    return rows.index_select(0, at.flatten().to(rows.device)).view(*at.shape, *rows.shape[1:])


def _into_logits(pulls: Sequence[Tensor], logits: Tensor) -> Tensor:
    """Carry gradients in the logarithms of probabilities, classes first, back to the logits, shape (K T, rows, 2).

    Where classes come last, torch goes through them row by row, ten times as slowly.
    """
    import torch

    first = logits.flatten(0, 1).mT
    used, filled = first.shape[1], pulls[0].shape[1]
    if filled > used:
        first = torch.nn.functional.pad(first, (0, filled - used))
    logarithms = torch.log_softmax(first.contiguous(), 0)
    back = torch.ops.aten._log_softmax_backward_data
    into: Tensor = functools.reduce(torch.add, (back(pull, logarithms, 0, pull.dtype) for pull in pulls))
    return into[:, :used].mT.contiguous().view(logits.shape)


def _into_linear(g: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    return product("weight", g, x), g.sum(1)


def _clipped(gradient: Sequence[Tensor], stepped: Tensor | None) -> Tensor:
    """Return all parts of a gradient, shape (K, numbers), clipped network by network as ``clip_grad_norm_`` does."""
    import torch

    *trunk, weights, biases = gradient
    norm = torch.linalg.vector_norm
    of_heads = torch.stack([norm(part.flatten(2), dim=2) for part in (weights, biases)], dim=2)
    norms = torch.cat([*(norm(part.flatten(1), dim=1, keepdim=True) for part in trunk), of_heads.flatten(1)], dim=1)
    if stepped is None:
        total = norm(norms, dim=1)
    else:
        # The norm of a head without labels is absent in Snorkel; a zero in its place would change the order of a sum.
        there = torch.cat([stepped[:, :1].expand(-1, len(trunk)), stepped[:, 1:].repeat_interleave(2, dim=1)], dim=1)
        places = (of.nonzero().ravel().to(norms.device) for of in there)
        total = torch.stack([norm(of.index_select(0, at)) for of, at in zip(norms, places, strict=True)])
    flat = torch.cat([part.flatten(1) for part in gradient], dim=1)
    return flat.mul_((CLIP / (total + 1e-6)).clamp(max=1.0)[:, None])
