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


def smoothed(odds: Floats, chain: Chain, steps: Integers | None = None) -> tuple[Floats, Chain]:
    """Return P(property) of each ping given all of them, shape (n,), and the chain that fits best to what it expects.

    ``odds``, shape (n,): log P(ping | property) - log P(ping | NORMAL); ``steps``, shape (n - 1,): how many pings on
    the next one lies, 1 everywhere if not given. Forward and backward probabilities (Rabiner, Proc. IEEE 1989) are
    products of 2 x 2 matrices. The series is cut into as many stretches as each has pings; all are gone through side by
    side, once for their products and, when these tell how each begins and ends, once more in either direction.
    """
    n, neighbours = len(odds), np.ones(len(odds))
    neighbours[1:] = 1 if steps is None else steps == 1
    neighbours[0] = 0
    moves = _stretches(_moves(odds, chain, steps))
    begins, ends = _along(_products(moves))
    before, after = _forward(moves, begins), _backward(moves, ends)
    here = [before[state][1:] * after[state] for state in (0, 1)]
    both = [[before[i][:-1] * moves[i, j] * after[j] for j in (0, 1)] for i in (0, 1)]
    (weight,) = _stretches(neighbours[None], fill=0.0)
    weight = weight / (both[0][0] + both[0][1] + both[1][0] + both[1][1])
    count = np.array([[float((of * weight).sum()) for of in row] for row in both])
    positive = here[1] / (here[0] + here[1])
    return np.ascontiguousarray(positive.T).ravel()[:n], _of_moves(count)


def counted(positive: Floats, steps: Integers) -> Chain:
    """Return the chain of pings with those P(property), shape (n,), each taken by itself."""
    state = np.stack([1 - positive, positive], axis=1)[:, :, None]
    both = state[:-1] * state[1:].swapaxes(1, 2)
    return _of_moves(both[steps == 1].sum(axis=0))


def _of_moves(count: Floats) -> Chain:
    """Return the chain that fits best to so many moves; half a move of each keeps every one possible."""
    count = count + 0.5
    return Chain(float(count[0, 1] / count[0].sum()), float(count[1, 0] / count[1].sum()))


def _moves(odds: Floats, chain: Chain, steps: Integers | None) -> Floats:
    """Return P(state, ping | state before), up to a factor, shape (2, 2, n); the first comes from either."""
    share = chain.enter / (chain.enter + chain.leave)
    kept = np.full(len(odds), 1 - chain.enter - chain.leave)
    if steps is not None:
        kept[1:] **= steps
    kept[0] = 0
    moves = np.empty((2, 2, len(odds)))
    for j, (reached, seen) in enumerate(((1 - share, np.minimum(-odds, 0)), (share, np.minimum(odds, 0)))):
        likely = np.exp(seen)
        for i in (0, 1):
            moves[i, j] = (reached + ((i == j) - reached) * kept) * likely
    return moves


def _stretches(values: Floats, fill: float | None = None) -> Floats:
    """Cut the last axis, n, into stretches side by side: (..., n) -> (..., pings of a stretch, stretches).

    What lacks at the end is ``fill``, or, of matrices, such as change nothing.
    """
    *outer, n = values.shape
    width = max(int(np.sqrt(n)), 1)
    length = -(-n // width)
    cut = np.empty((*outer, width * length))
    cut[..., :n] = values
    cut[..., n:] = np.eye(2)[..., None] if fill is None else fill
    return np.ascontiguousarray(cut.reshape(*outer, width, length).swapaxes(-1, -2))


def _products(moves: Floats) -> Floats:
    """Return the product of each stretch's matrices up to a factor, shape (2, 2, stretches)."""
    product = np.broadcast_to(np.eye(2)[..., None], (2, 2, moves.shape[-1]))
    for k in range(moves.shape[-2]):
        move = moves[:, :, k]
        product = product[:, :1] * move[:1] + product[:, 1:] * move[1:]
        product /= product.max(axis=(0, 1))
    return product


def _along(products: Floats) -> tuple[Floats, Floats]:
    """Return what stands before each stretch and what comes behind it, up to a factor, shape (2, stretches) each."""
    begins, ends = np.empty((2, products.shape[-1])), np.empty((2, products.shape[-1]))
    rows = list(enumerate(products.reshape(4, -1).T.tolist()))
    normal, positive = 1.0, 1.0  # the first ping comes from either
    for k, (a, b, c, d) in rows:
        begins[:, k] = normal, positive
        normal, positive = normal * a + positive * c, normal * b + positive * d
        normal, positive = normal / (normal + positive), positive / (normal + positive)
    normal, positive = 1.0, 1.0
    for k, (a, b, c, d) in reversed(rows):
        ends[:, k] = normal, positive
        normal, positive = a * normal + b * positive, c * normal + d * positive
        normal, positive = normal / (normal + positive), positive / (normal + positive)
    return begins, ends


def _forward(moves: Floats, begins: Floats) -> Floats:
    """Return P(state, pings so far) up to a factor, before each stretch's first ping and at each, (2, pings + 1, .)."""
    found = np.empty((2, moves.shape[-2] + 1, moves.shape[-1]))
    found[:, 0] = begins
    for k in range(moves.shape[-2]):
        now = found[0, k] * moves[0, :, k] + found[1, k] * moves[1, :, k]
        np.divide(now, now[0] + now[1], out=found[:, k + 1])
    return found


def _backward(moves: Floats, ends: Floats) -> Floats:
    """Return P(pings to come | state) up to a factor, at each ping of each stretch, shape (2, pings, stretches)."""
    found = np.empty((2, *moves.shape[2:]))
    found[:, -1] = ends
    for k in range(moves.shape[-2] - 1, 0, -1):
        now = moves[:, 0, k] * found[0, k] + moves[:, 1, k] * found[1, k]
        np.divide(now, now[0] + now[1], out=found[:, k - 1])
    return found


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
