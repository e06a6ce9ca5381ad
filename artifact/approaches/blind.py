"""Labels without gold and without knowing how the data were made: scale-free functions, and a chain fitted to them.

The model is Dawid & Skene's (Applied Statistics, 1979) inside a hidden Markov chain of two states, NORMAL and the
property, fitted by Baum-Welch (Rabiner, Proc. IEEE 1989): what functions say in each state and how long states last are
learnt together, from the votes along the series alone.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from artifact.approaches._decoding import Chain, counted, smoothed, smoothed_and_counted, stretches_of
from artifact.approaches.approach import Approach, Labelled, Pings, Posterior, State, Training
from artifact.labeling.bucket import ColumnSeries
from artifact.labeling.engines import LabelMatrix, apply_columns
from artifact.labeling.patterns import patterns_of
from artifact.parameters import StrictModel
from artifact.tasks.task import ABSTAIN, BLIND, NORMAL, PROPERTY, Task

Floats = NDArray[np.float64]
SPEAKERS = ("column", "vote", "speaker", "of_losses")
ANSWERED = 1
"""The last symbol of a pattern, behind the votes: whether there was a reply."""
STILL = 1e-3
"""No posterior moves by more in the last round of EM: its labels stand still."""
SURE = 0.99
"""What the majority of votes is taken for at the start."""


class BlindParameters(StrictModel):
    """The most rounds of Baum-Welch."""

    rounds: Annotated[int, Field(ge=1, le=1_000)]


blind = Approach("blind", "Blind best", needs=("series",), parameters=BlindParameters)


@dataclass(frozen=True)
class Speakers:
    """What is said of a ping, and by whom: a statement is one function's vote one way.

    ``column`` and ``vote``, shape (statements,), say which vote of which function each is. Statements that never come
    together are one speaker's, ``speaker``, shape (statements,): who puts a ping into one band says thereby that it is
    in no other, and silence is one more thing to say. Counting each band's ABSTAIN would count one thing many times.
    ``of_losses``, shape (speakers,): who speaks of losses too, 0 or 1.
    """

    column: NDArray[np.int64]
    vote: NDArray[np.int64]
    speaker: NDArray[np.int64]
    of_losses: NDArray[np.int64]

    def said(self, patterns: LabelMatrix) -> Floats:
        """Return for each pattern what is said, 0 or 1, the speakers' silences last.

        Silence at a loss is none of a speaker's who never speaks of losses.
        """
        statements = (patterns[:, self.column] == self.vote).astype(np.float64)
        may_speak = (patterns[:, -1:] == ANSWERED) | (self.of_losses > 0)
        return np.concatenate([statements, (1 - statements @ self._members) * may_speak], axis=1)

    @property
    def whose(self) -> NDArray[np.int64]:
        """The speaker of each of these columns."""
        return np.concatenate([self.speaker, np.arange(self.speaker.max(initial=-1) + 1)])

    @property
    def expected(self) -> Floats:
        """What one ping with the property is expected to hear: each speaker's votes for it, equally often.

        A speaker who never votes for it is silent.
        """
        in_favour = (self.vote == PROPERTY).astype(np.float64)
        each = in_favour @ self._members
        silent = (each == 0).astype(np.float64)
        return np.concatenate([in_favour / np.maximum(each, 1)[self.speaker], silent])

    @property
    def _members(self) -> Floats:
        return np.eye(self.speaker.max(initial=-1) + 1)[self.speaker]


@dataclass(frozen=True)
class FittedBlind:
    """A task's functions, log P(said | property) - log P(said | NORMAL), each speaker's weight, and the chain."""

    task: Task
    speakers: Speakers
    odds: Floats
    weights: Floats
    chain: Chain

    def label(self, pings: Pings) -> Labelled:
        """Label each ping by what is said along the whole series."""
        posterior = self.posterior(_votes(self.task, pings.series))[pings.at]
        labels = (posterior > 0.5).astype(np.int8)
        return Labelled({self.task.name: labels}, {self.task.name: np.stack([1 - posterior, posterior], axis=1)})

    def posterior(self, votes: LabelMatrix) -> Posterior:
        """Return P(property) of each row given all of them, shape (rows,)."""
        patterns, inverse = patterns_of(votes)
        pings = stretches_of(inverse, len(patterns.votes))
        return smoothed(self.heard(patterns.votes), self.chain, pings)

    def heard(self, patterns: LabelMatrix) -> Floats:
        """Return the log odds of each pattern of votes; a loss that no function speaks of has none."""
        return self.speakers.said(patterns) @ (self.odds * self.weights[self.speakers.whose])

    def state(self) -> State:
        """Return all tables."""
        return {
            **{name: getattr(self.speakers, name) for name in SPEAKERS},
            "odds": self.odds,
            "weights": self.weights,
            "chain": np.array([self.chain.enter, self.chain.leave]),
        }


@blind.fitting()
def fit(training: Training, p: BlindParameters) -> FittedBlind:
    """Fit to the votes on the training rows, in the order of time."""
    (task,) = training.pings.tasks
    at = np.sort(training.pings.at)
    return fitted_to(_votes(task, training.pings.series)[at], at, task, p.rounds)


@blind.loading
def load(state: State, tasks: tuple[Task, ...], _: BlindParameters) -> FittedBlind:
    """Return it from its arrays."""
    (task,) = tasks
    speakers = Speakers(*(state[name].astype(np.int64) for name in SPEAKERS))
    return FittedBlind(task, speakers, state["odds"], state["weights"], Chain(*state["chain"].tolist()))


def fitted_to(votes: LabelMatrix, at: NDArray[np.int64], task: Task, rounds: int) -> FittedBlind:
    """Fit by Baum-Welch to votes, shape (rows, functions), of the pings at the rising positions ``at``.

    It starts from the majority of votes. Between pings that are no neighbours the chain takes as many steps as lie
    there; how long states last is learnt from neighbours.
    """
    distinct, inverse = patterns_of(votes)
    patterns, counts = distinct.votes, distinct.counts
    steps = np.diff(at)
    speakers = _speakers(patterns)
    weights = _weights(task, speakers)
    positive = _majority(patterns[:, :-1])[inverse]
    chain = counted(positive, steps)
    pings = stretches_of(inverse, len(patterns), steps)
    for _ in range(rounds):
        ours = np.bincount(inverse, positive, len(patterns))
        odds = _odds(speakers, patterns, np.stack([counts - ours, ours]), 1 / chain.leave)
        found = FittedBlind(task, speakers, odds, weights, chain)
        now, chain = smoothed_and_counted(found.heard(patterns), chain, pings)
        moved, positive = float(np.abs(now - positive).max(initial=0)), now
        if moved < STILL:
            break
    return dataclasses.replace(found, chain=chain)


def _majority(votes: LabelMatrix) -> Floats:
    """Return P(property) of each pattern at the start: that of a ping for which most votes are cast is high."""
    in_favour, against = ((votes == vote).sum(axis=1) for vote in (PROPERTY, NORMAL))
    return np.select(
        [in_favour > against, in_favour < against], [SURE, 1 - SURE], np.where(in_favour > 0, 0.5, 1 - SURE)
    )


def _speakers(patterns: LabelMatrix) -> Speakers:
    """Put each statement that was ever made to the first speaker who never made another one with it."""
    made = [
        (j, vote) for j in range(patterns.shape[1] - 1) for vote in (NORMAL, PROPERTY) if (patterns[:, j] == vote).any()
    ]
    said = np.array([patterns[:, j] == vote for j, vote in made]).reshape(len(made), len(patterns)).astype(np.int64)
    together, speakers = said @ said.T > 0, list[list[int]]()
    for statement in range(len(made)):
        apart = (of for of in speakers if not together[statement, of].any())
        if (found := next(apart, None)) is None:
            speakers.append(found := [])
        found.append(statement)
    whose = np.zeros(len(made), dtype=np.int64)
    for k, of in enumerate(speakers):
        whose[of] = k
    column, vote = np.array(made, dtype=np.int64).reshape(len(made), 2).T
    lost = patterns[:, -1] != ANSWERED
    of_losses = np.array([said[of][:, lost].any() for of in speakers], dtype=np.int64)
    return Speakers(column.copy(), vote.copy(), whose, of_losses)


def _odds(speakers: Speakers, patterns: LabelMatrix, rows: Floats, length: float) -> Floats:
    """Return log P(said | property) - log P(said | NORMAL) of each statement and silence.

    ``rows``, shape (2, patterns): how many are NORMAL, and have the property. Pings of one stretch of the property have
    its height in common, so k stretches show k heights: what all were expected to say is added as one stretch,
    ``length`` pings. Half a row of each keeps every logarithm finite.
    """
    heard = rows @ speakers.said(patterns) + 0.5
    heard[1] += length * speakers.expected
    totals = np.stack([np.bincount(speakers.whose, of) for of in heard])[:, speakers.whose]
    shares = np.log(heard / totals)
    return np.asarray(shares[1] - shares[0])


def _weights(task: Task, speakers: Speakers) -> Floats:
    """Return how much each speaker counts: one who speaks of buckets alone, of S pings, says all S times."""
    bodies = [getattr(function, "takes", ("x",)) for function in _blind(task).labeling_functions]
    looks = np.array(["x" in bodies[j] for j in speakers.column], dtype=np.bool_)
    at_pings = np.bincount(speakers.speaker, looks) > 0
    return np.where(at_pings, 1.0, 1 / task.p.bucket if task.p else 1.0)


def _votes(task: Task, series: ColumnSeries | None) -> LabelMatrix:
    """Return the votes of a task's blind functions, of its main ones where it has none, shape (n, functions)."""
    if series is None:
        raise ValueError("blind labels are made of a series")
    votes = apply_columns(_blind(task), series.rtt_us, series)
    return np.column_stack([votes, np.where(series.rtt_us > 0, ANSWERED, ABSTAIN).astype(np.int8)])


def _blind(task: Task) -> Task:
    if BLIND not in task.suites:
        return task
    return dataclasses.replace(task, p=task.p.model_copy(update={"suite": BLIND}))
