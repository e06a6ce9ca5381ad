"""Labels over time: what lasts does not come and go from one ping to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Chain:
    """A Markov chain of two states: the probabilities of entering and of leaving the property from ping to ping."""

    enter: float
    leave: float


@dataclass(frozen=True)
class Stretches:
    """Pings one after the other, each of a kind, cut into as many stretches as each has pings, to lie side by side.

    ``kind``, shape (pings of a stretch, stretches); what lacks at the end is of the last kind. A kind is a pattern of
    votes, one of ``patterns``, and how many pings it lies behind the one before: ``steps``, shape (kinds / patterns,),
    0 for the first ping. ``n``: how many pings there are.
    """

    kind: NDArray[np.unsignedinteger[Any]]
    patterns: int
    steps: Integers
    n: int

    def along(self, values: Floats) -> Floats:
        """Return values of the pings in stretches as those of one ping after the other, shape (n,)."""
        return np.ascontiguousarray(values.T).ravel()[: self.n]


def stretches_of(pattern: NDArray[np.intp], patterns: int, steps: Integers | None = None) -> Stretches:
    """Return pings of these patterns, shape (n,), of so many.

    ``steps``, shape (n - 1,): how many pings on the next one lies, 1 everywhere if not given.
    """
    n = len(pattern)
    if steps is None:
        distinct, kind = np.array([1, 0]), pattern.copy()
        kind[0] += patterns
    else:
        distinct, which = np.unique(np.concatenate([[0], steps]), return_inverse=True)
        kind = which * patterns + pattern
    width = max(int(np.sqrt(n)), 1)
    last = len(distinct) * patterns
    cut = np.full((width, -(-n // width)), last, dtype=np.min_scalar_type(last))
    cut.reshape(-1)[:n] = kind
    return Stretches(np.ascontiguousarray(cut.T), patterns, distinct, n)


def smoothed(odds: Floats, chain: Chain, pings: Stretches) -> Floats:
    """Return P(property) of each ping given all of them, shape (n,).

    ``odds``, shape (patterns,): log P(ping | property) - log P(ping | NORMAL). Forward and backward probabilities
    (Rabiner, Proc. IEEE 1989) are products of 2 x 2 matrices. All stretches are gone through side by side, once for
    their products and, when these tell how each begins and ends, once more in either direction.
    """
    return pings.along(_both_sides(_moves(odds, chain, pings).take(pings.kind, axis=2)).positive)


def smoothed_and_counted(odds: Floats, chain: Chain, pings: Stretches) -> tuple[Floats, Chain]:
    """Return as ``smoothed`` does, and the chain that fits best to the moves between neighbours that it expects."""
    neighbours = np.append(np.repeat(pings.steps == 1, pings.patterns), False).astype(np.float64)
    moves = _moves(odds, chain, pings).take(pings.kind, axis=2)
    sides = _both_sides(moves)
    both = [[sides.until[:-1, i] * moves[i, j] * sides.after[:, j] for j in (0, 1)] for i in (0, 1)]
    weight = neighbours[pings.kind] / (both[0][0] + both[0][1] + both[1][0] + both[1][1])
    count = np.array([[float((of * weight).sum()) for of in row] for row in both])
    return pings.along(sides.positive), _of_moves(count)


def counted(positive: Floats, steps: Integers) -> Chain:
    """Return the chain of pings with those P(property), shape (n,), each taken by itself."""
    state = np.stack([1 - positive, positive], axis=1)[:, :, None]
    both = state[:-1] * state[1:].swapaxes(1, 2)
    return _of_moves(both[steps == 1].sum(axis=0))


def _of_moves(count: Floats) -> Chain:
    """Return the chain that fits best to so many moves; half a move of each keeps every one possible."""
    count = count + 0.5
    return Chain(float(count[0, 1] / count[0].sum()), float(count[1, 0] / count[1].sum()))


def _moves(odds: Floats, chain: Chain, pings: Stretches) -> Floats:
    """Return P(state, ping | state before) of each kind, up to a factor, shape (2, 2, kinds + 1).

    The first ping comes from either state; the last kind changes nothing.
    """
    share = chain.enter / (chain.enter + chain.leave)
    kept = np.repeat(np.where(pings.steps > 0, (1 - chain.enter - chain.leave) ** pings.steps, 0), pings.patterns)
    seen = np.tile(odds, len(pings.steps))
    moves = np.empty((2, 2, len(kept) + 1))
    moves[..., -1] = np.eye(2)
    for j, (reached, sure) in enumerate(((1 - share, np.minimum(-seen, 0)), (share, np.minimum(seen, 0)))):
        likely = np.exp(sure)
        for i in (0, 1):
            moves[i, j, :-1] = (reached + ((i == j) - reached) * kept) * likely
    return moves


@dataclass(frozen=True)
class _Sides:
    """Probabilities of either state up to a factor: of the pings until before and with each, and of those after it.

    ``until``, shape (pings of a stretch + 1, 2, stretches); ``after``, shape (pings of a stretch, 2, stretches).
    """

    until: Floats
    after: Floats

    @property
    def positive(self) -> Floats:
        """P(property) of each ping."""
        normal, positive = (self.until[1:, state] * self.after[:, state] for state in (0, 1))
        normal += positive
        return np.divide(positive, normal, out=positive)


def _both_sides(moves: Floats) -> _Sides:
    """Go through all stretches forwards and backwards; ``moves``, shape (2, 2, pings of a stretch, stretches)."""
    length, stretches = moves.shape[2:]
    sides = _Sides(np.empty((length + 1, 2, stretches)), np.empty((length, 2, stretches)))
    sides.until[0], sides.after[-1] = _along(_products(moves))
    for k in range(length):
        now = sides.until[k, :, None] * moves[:, :, k]
        _scaled(now[0] + now[1], to=sides.until[k + 1])
    for k in range(length - 1, 0, -1):
        now = moves[:, :, k] * sides.after[k]
        _scaled(now[:, 0] + now[:, 1], to=sides.after[k - 1])
    return sides


def _scaled(likely: Floats, to: Floats) -> None:
    np.divide(likely, likely[0] + likely[1], out=to)


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
    count = products.shape[-1]
    begins, ends = np.empty((2, count)), np.empty((2, count))
    # Column by column: a list for each stretch would wake the garbage collector.
    columns = products.reshape(4, -1).tolist()
    normal, positive = 1.0, 1.0  # the first ping comes from either
    for k, (a, b, c, d) in enumerate(zip(*columns, strict=True)):
        begins[:, k] = normal, positive
        normal, positive = normal * a + positive * c, normal * b + positive * d
        normal, positive = normal / (normal + positive), positive / (normal + positive)
    normal, positive = 1.0, 1.0
    for k, (a, b, c, d) in enumerate(zip(*map(reversed, columns), strict=True), start=1):
        ends[:, count - k] = normal, positive
        normal, positive = a * normal + b * positive, c * normal + d * positive
        normal, positive = normal / (normal + positive), positive / (normal + positive)
    return begins, ends


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
