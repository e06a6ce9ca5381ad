"""What an approach is: what it needs, how it is fitted to training rows, and how it then labels every ping."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from artifact.clock import Seconds, timed
from artifact.inputs.input import Features, Input
from artifact.labeling.bucket import ColumnSeries
from artifact.labeling.engines import LabelMatrix
from artifact.parameters import EngineParameters, NoParameters, StrictModel
from artifact.plugins import Pluggable
from artifact.tasks.task import ABSTAIN, NORMAL, PROPERTY, Task

Labels = NDArray[np.int8]
Rows = NDArray[np.int64]
Posterior = NDArray[np.floating[Any]]
Need = Literal["votes", "weak labels", "input", "gold", "series"]
State = Mapping[str, NDArray[Any]]
Key = TypeVar("Key")
Stacked = Callable[[Any], Any]

JOINT = "all"
"""The one part of an approach that is fitted to all tasks at once."""
TIE_TOLERANCE = 1e-5
"""Two probabilities nearer than this are a tie (``snorkel.utils.probs_to_preds``)."""


@dataclass(frozen=True)
class Pings:
    """What an approach may see of some pings of a series: row i of every array is the ping at position ``at[i]``.

    Per task: ``votes``, shape (rows, functions); ``weak``, P(NORMAL) and P(property) by the approach that it learns
    from, shape (rows, 2); ``gold`` labels, shape (rows,). ``features``, shape (rows, k), are its input. ``series`` is
    the whole series. What an approach has not asked for is not there.
    """

    tasks: tuple[Task, ...]
    at: Rows
    votes: Mapping[str, LabelMatrix] = field(default_factory=dict)
    weak: Mapping[str, Posterior] = field(default_factory=dict)
    gold: Mapping[str, Labels] = field(default_factory=dict)
    features: Features | None = None
    series: ColumnSeries | None = None

    def rows(self, rows: Rows) -> Pings:
        """Return the given rows alone."""
        return Pings(
            self.tasks,
            self.at[rows],
            {task: votes[rows] for task, votes in self.votes.items()},
            {task: posterior[rows] for task, posterior in self.weak.items()},
            {task: labels[rows] for task, labels in self.gold.items()},
            None if self.features is None else self.features[rows],
            self.series,
        )

    def of(self, task: Task) -> Pings:
        """Return what belongs to one task alone."""
        return dataclasses.replace(
            self,
            tasks=(task,),
            votes={name: votes for name, votes in self.votes.items() if name == task.name},
            weak={name: posterior for name, posterior in self.weak.items() if name == task.name},
            gold={name: labels for name, labels in self.gold.items() if name == task.name},
        )

    def without_answers(self) -> Pings:
        """Return the same pings without gold and weak labels, as they come to be labelled."""
        return dataclasses.replace(self, weak={}, gold={})


@dataclass(frozen=True)
class Labelled:
    """Labels per task, shape (rows,): 0, 1, or -1 where it does not decide; posteriors, shape (rows, 2).

    A task that the approach has nothing to say about is missing.
    """

    labels: Mapping[str, Labels]
    posteriors: Mapping[str, Posterior]


class Fitted(Protocol):
    """What fitting gives."""

    def label(self, pings: Pings) -> Labelled:
        """Label pings that come without gold and weak labels."""
        ...

    def state(self) -> State:
        """Return all that was learnt, as plain arrays."""
        ...


@dataclass(frozen=True)
class Training:
    """The training rows of one run, the seed of what is random in fitting, and where and how to fit."""

    pings: Pings
    seed: int
    device: str
    engine: EngineParameters


@dataclass(frozen=True)
class Approach(Pluggable):
    """A way to label every ping; ``title`` is how people call it.

    ``needs`` says what it is fitted on, ``asks`` what else some parameters need. Approaches are fitted to one task
    after the other, those with ``joint`` to all at once. Parameters stand in study.toml under the approach's name, or
    under ``table``. Weak labels are those of the approach ``teacher``. ``p`` and ``input`` come from the study.
    """

    name: str
    title: str
    needs: tuple[Need, ...] = ()
    parameters: type[StrictModel] = NoParameters
    asks: Callable[[Any], tuple[Need, ...]] | None = None
    joint: bool = False
    table: str = ""
    teacher: str = "single_task"
    fits: list[tuple[Callable[..., Any], Stacked | None]] = field(default_factory=list)
    loads: list[Callable[[State, tuple[Task, ...], Any], Fitted]] = field(default_factory=list)
    p: Any = None
    input: Input | None = None

    def fitting(self, together: Stacked | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register how it is fitted: (training, parameters) -> fitted.

        With ``together`` it takes lists of both and fits them in one go: those whose parameters agree in what
        ``together`` makes of them, something that can be hashed.
        """

        def register(body: Callable[..., Any]) -> Callable[..., Any]:
            self.fits.append((body, together))
            return body

        return register

    def loading(self, body: Callable[[State, tuple[Task, ...], Any], Fitted]) -> Callable[..., Fitted]:
        """Register how a fitted one comes back: (state, tasks, parameters) -> fitted."""
        self.loads.append(body)
        return body

    def with_parameters(self, p: StrictModel, sees: Input | None) -> Approach:
        """Return this approach with the parameters and the input of a study."""
        return dataclasses.replace(self, p=p, input=sees)

    @property
    def all_needs(self) -> tuple[Need, ...]:
        """What it is fitted on, with its present parameters."""
        return (*self.needs, *(self.asks(self.p) if self.asks else ()))

    @property
    def oracle(self) -> bool:
        """Whether it is fitted on gold labels together with anything that they could be learnt from."""
        return "gold" in self.all_needs and len(self.all_needs) > 1

    @property
    def sees_pings(self) -> bool:
        """Whether anything that it is given tells one ping from another."""
        return bool(set(self.all_needs) - {"gold"})

    def parts(self, tasks: Sequence[Task]) -> list[str]:
        """Return the names of what is fitted by itself: the tasks, or one part for all."""
        return [JOINT] if self.joint else [task.name for task in tasks]

    @property
    def stack(self) -> Any:
        """What those that are fitted in one go with this one agree in; None where each is fitted by itself."""
        ((_, together),) = self.fits
        return together(self.p) if together else None

    def fit(self, trainings: Mapping[Key, Training]) -> dict[Key, tuple[Fitted, Seconds]]:
        """Fit every training by itself, or all in one stack where the engine says so; with the seconds of each."""
        return fit_each({key: (self, training) for key, training in trainings.items()})

    def load(self, state: State, tasks: Sequence[Task]) -> Fitted:
        """Return what was fitted, from its arrays."""
        (body,) = self.loads
        return body(state, tuple(tasks), self.p)


def fit_each(asked: Mapping[Key, tuple[Approach, Training]]) -> dict[Key, tuple[Fitted, Seconds]]:
    """Fit one approach, under the parameters of each, to each training; with the seconds of each.

    Those that agree in what can be stacked are fitted in one go where their engine says so.
    """
    stacks: dict[Any, list[Key]] = {}
    for key, (approach, training) in asked.items():
        alone = approach.stack is None or training.engine.training != "stack"
        stacks.setdefault(("alone", key) if alone else approach.stack, []).append(key)
    found: dict[Key, tuple[Fitted, Seconds]] = {}
    for keys in stacks.values():
        approaches, trainings = zip(*(asked[key] for key in keys), strict=True)
        ((body, together),) = approaches[0].fits
        parameters = [approach.p for approach in approaches]
        given = (list(trainings), parameters) if together else (trainings[0], parameters[0])
        fitted, seconds = timed(partial(body, *given), trainings[0].device)
        for key, one in zip(keys, fitted if together else [fitted], strict=True):
            found[key] = one, seconds.shared(len(keys))
    return {key: found[key] for key in asked}


def training_views(approach: Approach, whole: Pings, train: Rows) -> dict[str, Pings]:
    """Return what each part is fitted on: the training rows of its tasks, and nothing of any other row."""
    pings = whole.rows(train)
    if approach.joint:
        return {JOINT: pings}
    return {task.name: pings.of(task) for task in whole.tasks}


def label(parts: Mapping[str, Fitted], whole: Pings) -> Labelled:
    """Label every ping with each part, and put the tasks together."""
    asked = whole.without_answers()
    tasks = {task.name: task for task in whole.tasks}
    said = [fitted.label(asked.of(tasks[part]) if part in tasks else asked) for part, fitted in parts.items()]
    labels = {task: of for one in said for task, of in one.labels.items()}
    return Labelled(labels, {task: of for one in said for task, of in one.posteriors.items()})


def decided(posterior: Posterior, at: Rows, ties: str, seed: int = 0) -> Labels:
    """Return what a posterior, shape (rows, 2), decides for: 0, 1, and on a tie what ``ties`` says.

    "random" is Snorkel's policy of that name, a hash of the ping's position; "coin" another coin, drawn with
    ``seed``; "normal" NORMAL; "left out" -1, which no score counts.
    """
    normal, positive = posterior.T
    labels = np.where(positive > normal, PROPERTY, NORMAL).astype(np.int8)
    tied = np.flatnonzero(np.abs(positive - normal) < TIE_TOLERANCE)
    if ties == "random":
        labels[tied] = _hashed(at[tied])
    elif ties == "coin":
        labels[tied] = np.random.default_rng(seed).integers(0, 2, len(labels))[tied]
    else:
        labels[tied] = NORMAL if ties == "normal" else ABSTAIN
    return labels


def certain(labels: Labels) -> Posterior:
    """Return the posterior, shape (rows, 2), of an approach that gives labels and no probability."""
    return np.stack([labels != PROPERTY, labels == PROPERTY], axis=1).astype(np.float64)


def _hashed(positions: Rows) -> Labels:
    from snorkel.utils.core import _hash

    return np.array([_hash(int(position)) % 2 for position in positions], dtype=np.int8)
