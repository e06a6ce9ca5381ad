"""Labels over time: what lasts does not come and go from one ping to the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Chain:
    """A Markov chain of two states: the probabilities of entering and of leaving the property from ping to ping."""

    enter: float
    leave: float

    def moves(self, steps: Integers) -> Floats:
        """Return the probabilities from NORMAL and property to either after so many steps, shape (n, 2, 2)."""
        share = self.enter / (self.enter + self.leave)
        kept = (1 - self.enter - self.leave) ** steps
        rest = np.array([[1 - share, share], [1 - share, share]])
        return np.asarray(rest + kept[:, None, None] * (np.eye(2) - rest))


def smoothed(odds: Floats, chain: Chain, steps: Integers | None = None) -> tuple[Floats, Chain]:
    """Return P(property) of each ping given all of them, shape (n,), and the chain that fits best to what it expects.

    ``odds``, shape (n,): log P(ping | property) - log P(ping | NORMAL); ``steps``, shape (n - 1,): how many pings on
    the next one lies, 1 everywhere if not given. Forward and backward probabilities (Rabiner, Proc. IEEE 1989) are
    products of 2 x 2 matrices, so all are taken in 2 log2(n) rounds (Ladner & Fischer, J. ACM 1980).
    """
    n, steps = len(odds), np.ones(len(odds) - 1, dtype=np.int64) if steps is None else steps
    emitted = np.exp(np.stack([np.minimum(-odds, 0), np.minimum(odds, 0)], axis=1))
    moves = chain.moves(steps) * emitted[1:, None, :]
    share = chain.enter / (chain.enter + chain.leave)
    forward = np.empty((n, 2))
    forward[0] = np.array([1 - share, share]) * emitted[0]
    backward = np.ones((n, 2))
    if n > 1:
        forward[1:] = np.einsum("i,tij->tj", forward[0], _products(moves))
        backward[:-1] = _products(moves[::-1].swapaxes(1, 2)).sum(axis=1)[::-1]
    positive = _normalised(_normalised(forward) * _normalised(backward))[:, 1]
    both = forward[:-1, :, None] * moves * backward[1:, None, :]
    both /= both.sum(axis=(1, 2), keepdims=True)
    return positive, _of_moves(both[steps == 1].sum(axis=0))


def counted(positive: Floats, steps: Integers) -> Chain:
    """Return the chain of pings with those P(property), shape (n,), each taken by itself."""
    state = np.stack([1 - positive, positive], axis=1)[:, :, None]
    both = state[:-1] * state[1:].swapaxes(1, 2)
    return _of_moves(both[steps == 1].sum(axis=0))


def _of_moves(count: Floats) -> Chain:
    """Return the chain that fits best to so many moves; half a move of each keeps every one possible."""
    count = count + 0.5
    return Chain(float(count[0, 1] / count[0].sum()), float(count[1, 0] / count[1].sum()))


def _products(matrices: Floats) -> Floats:
    """Return m[0], m[0] m[1], m[0] m[1] m[2], ..., each up to a factor; shape (n, 2, 2)."""
    n = len(matrices)
    if n == 1:
        return matrices
    found = np.empty_like(matrices)
    found[0] = matrices[0]
    found[1::2] = _products(_times(matrices[: n - n % 2 : 2], matrices[1::2]))
    found[2::2] = _times(found[1 : n - 1 : 2], matrices[2::2])
    return found


def _times(one: Floats, other: Floats) -> Floats:
    product = np.empty_like(one)
    for i, j in np.ndindex(2, 2):
        product[:, i, j] = one[:, i, 0] * other[:, 0, j] + one[:, i, 1] * other[:, 1, j]
    largest = np.maximum(np.maximum(product[:, 0, 0], product[:, 0, 1]), np.maximum(product[:, 1, 0], product[:, 1, 1]))
    product /= largest[:, None, None]
    return product


def _normalised(of: Floats) -> Floats:
    return np.asarray(of / of.sum(axis=1, keepdims=True))


def decode(odds: Floats, mean_length: float, mean_gap: float) -> NDArray[np.int8]:
    """Return the most probable labels of a two-state Markov chain (Viterbi, IEEE Trans. Inf. Theory 1967).

    ``odds``, shape (n,): log P(ping | property) - log P(ping | NORMAL). States last ``mean_length`` and
    ``mean_gap`` pings on average. Of two states, only the difference of scores matters, and a step changes it to
    clip(difference + drift, low, high) + odds; such steps compose, so all n are taken in log2(n) rounds.
    """
    leave, enter = 1 / mean_length, 1 / mean_gap
    stay, rest = np.log1p(-leave), np.log1p(-enter)
    to_normal, to_property = np.log(leave), np.log(enter)
    drift = stay - rest
    before = _differences(odds, drift, (to_property - rest, stay - to_normal), drift)
    after = _differences(odds[::-1], drift, (to_normal - rest, stay - to_property), 0.0)[::-1]
    return (before + after - odds > 0).astype(np.int8)


def _differences(odds: Floats, drift: float, bounds: tuple[float, float], first: float) -> Floats:
    """Return d[t] = clip(d[t-1] + drift, *bounds) + odds[t], d[0] = first + odds[0], by a prefix scan."""
    # Each entry is a function x -> clip(x + shift, floor, ceiling); composing two gives another.
    shift, floor, ceiling = (part + odds for part in (drift, *bounds))
    shift[0] = floor[0] = ceiling[0] = first + odds[0]
    step = 1
    while step < len(odds):
        earlier = [part[:-step] for part in (shift, floor, ceiling)]
        later = [part[step:] for part in (shift, floor, ceiling)]
        joined = (
            earlier[0] + later[0],
            np.clip(earlier[1] + later[0], later[1], later[2]),
            np.clip(earlier[2] + later[0], later[1], later[2]),
        )
        shift, floor, ceiling = (
            np.concatenate([part[:step], new]) for part, new in zip((shift, floor, ceiling), joined, strict=True)
        )
        step *= 2
    return np.clip(shift, floor, ceiling)
