"""Patterns of votes: a row's votes are one number, and what depends on them alone is worked out once for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from artifact.labeling.engines import LabelMatrix

Integers = NDArray[np.int64]
Number = TypeVar("Number", bound=np.generic)
SYMBOLS = 3
"""A function abstains, or votes one of two ways."""
COUNTED = 10
"""Up to so many votes make numbers so small (3^10 = 59,049) that counting each is faster than sorting them."""
BLOCK = 1 << 16
"""Rows whose numbers are worked out at a time, so that they stay in the cache."""


@dataclass(frozen=True)
class Patterns:
    """The distinct rows of votes in ascending order, shape (patterns, functions), and how often each comes.

    Patterns of parts of a series add up to those of the whole.
    """

    votes: LabelMatrix
    counts: Integers

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return int(self.counts.sum())

    def __add__(self, other: Patterns) -> Patterns:
        both, inverse = patterns_of(np.concatenate([self.votes, other.votes]))
        counts = np.zeros(len(both.votes), dtype=np.int64)
        np.add.at(counts, inverse, np.concatenate([self.counts, other.counts]))
        return Patterns(both.votes, counts)


def patterns_of(votes: LabelMatrix) -> tuple[Patterns, NDArray[np.intp]]:
    """Return the patterns of votes, shape (rows, functions), and which of them each row is, shape (rows,)."""
    if votes.shape[1] > COUNTED:
        return _paired(patterns_of(votes[:, :COUNTED]), patterns_of(votes[:, COUNTED:]))
    number = _numbers(votes)
    patterns, place = _tallied(number, votes.shape[1])
    return patterns, place[number]


def counts_of(votes: LabelMatrix) -> Patterns:
    """Return the patterns alone, which takes half as long."""
    if votes.shape[1] > COUNTED:
        return patterns_of(votes)[0]
    return _tallied(_numbers(votes), votes.shape[1])[0]


def each_row(votes: LabelMatrix, of_patterns: Callable[[LabelMatrix], NDArray[Number]]) -> NDArray[Number]:
    """Return what a function gives for each row, shape (rows, ...): it is asked for the distinct rows alone."""
    if votes.shape[1] > COUNTED:
        patterns, place = patterns_of(votes)
        return of_patterns(patterns.votes).take(place, axis=0)
    number = _numbers(votes)
    patterns, place = _tallied(number, votes.shape[1])
    # What each possible number has is looked up at once, without a place of each row in between.
    return of_patterns(patterns.votes)[place].take(number, axis=0)


def _tallied(number: NDArray[Any], functions: int) -> tuple[Patterns, NDArray[np.intp]]:
    """Return the patterns of so many functions from the rows' numbers, and the place of each possible number."""
    there, counts, place = _present(number, SYMBOLS**functions)
    powers = SYMBOLS ** np.arange(functions)[::-1]
    distinct = (there[:, None] // powers % SYMBOLS - 1).astype(np.int8)
    return Patterns(distinct, counts), place


def _present(number: NDArray[Any], possible: int) -> tuple[Integers, Integers, NDArray[np.intp]]:
    """Return which of the possible numbers are there, ascending, how often each, and the place of each possible one."""
    counts = _counted(number, possible)
    there = np.flatnonzero(counts)
    place = np.zeros(possible, dtype=np.intp)
    place[there] = np.arange(len(there))
    return there, counts[there], place


def _counted(number: NDArray[Any], possible: int) -> Integers:
    """Return how often each possible number comes: short ones are counted two at a time, in half the time."""
    if number.dtype != np.uint8:
        return np.asarray(np.bincount(number, minlength=possible))
    even = len(number) // 2 * 2
    both = np.bincount(number[:even].view(np.uint16), minlength=1 << 16).reshape(1 << 8, 1 << 8)
    counts = np.asarray(both.sum(axis=0) + both.sum(axis=1))
    counts[number[even:]] += 1
    return counts[:possible]


def _paired(
    left: tuple[Patterns, NDArray[np.intp]], right: tuple[Patterns, NDArray[np.intp]]
) -> tuple[Patterns, NDArray[np.intp]]:
    """Return the patterns of both together: a pair of theirs is a number again, and sorts as rows do."""
    (lefts, of_left), (rights, of_right) = left, right
    possible = len(lefts.votes) * len(rights.votes)
    number = of_left * len(rights.votes) + of_right
    if possible <= SYMBOLS**COUNTED:
        there, counts, place = _present(number, possible)
        which = place[number]
    else:
        there, which, counts = np.unique(number, return_inverse=True, return_counts=True)
    pairs = np.divmod(there, len(rights.votes))
    both = np.concatenate([of.votes[at] for of, at in zip((lefts, rights), pairs, strict=True)], axis=1)
    return Patterns(both, counts), which.ravel()


def _numbers(votes: LabelMatrix) -> NDArray[Any]:
    """Return the votes of each row as one number of base 3, which sorts as rows do."""
    kind: type[Any] = np.uint8 if votes.shape[1] <= 5 else np.uint16
    found = np.zeros(len(votes), dtype=kind)
    for begin in range(0, len(votes), BLOCK):
        number = found[begin : begin + BLOCK]
        for column in votes[begin : begin + BLOCK].T:
            np.multiply(number, kind(SYMBOLS), out=number)
            np.add(number, (column + 1).astype(kind), out=number)
    return found
