"""What an approach keeps: it learns from the training rows alone, repeatably, and labels without seeing answers."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artifact.approaches.approach import (
    Approach,
    Fitted,
    Labelled,
    Pings,
    Posterior,
    State,
    Training,
    label,
    training_views,
)
from artifact.contract.tables import shipped
from artifact.dataset import Dataset, build_dataset
from artifact.labeling.bucket import ColumnSeries
from artifact.labeling.engines import LabelMatrix, apply_columns
from artifact.mistakes import Checks, attempt, broken
from artifact.parameters import FAST
from artifact.run import seen
from artifact.setting import tasks_of
from artifact.store.files import numbers_as_bytes
from artifact.tasks.task import ABSTAIN, NORMAL, PROPERTY, Task

PINGS = 1_000
"""The shortest series that a study may have."""
TRAINING_ROWS = 240
SEED = 5
SUM_TOLERANCE = 1e-4
"""How far from 1 two probabilities may sum up: they may be float32."""


def check_labels(approach: Approach) -> None:
    """Fitted to two tasks or to three, it gives a label and two probabilities for each ping, without its answers."""
    for tasks in (2, 3):
        world = _world(tasks)
        if len(world.tasks) == tasks:
            _, labelled = _labelled(approach, world)
            _check_labelled(approach, world, labelled)


def check_training_rows(approach: Approach) -> None:
    """Whatever stands in other rows than those for training, votes, answers and input, leaves what is learnt alone."""
    world = _world(2)
    whole = _whole(approach, world)
    altered = _altered(whole, world)
    fitted = _fit(approach, world, whole)
    state = _state(approach, fitted)
    # What is labelled in one run must not be remembered in the next.
    _label(approach, fitted, altered)
    other = _state(approach, _fit(approach, world, altered))
    if differing := _differing(state, other):
        problem = f"{differing} depends on rows that are not for training"
        raise broken(approach, problem, "use what the training holds and nothing else", _body(approach))


def check_labeling_teaches_nothing(approach: Approach) -> None:
    """Labeling leaves what was learnt as it was, and gives the same when asked again."""
    world = _world(2)
    whole = _whole(approach, world)
    fitted = _fit(approach, world, whole)
    before = _state(approach, fitted)
    first = _label(approach, fitted, whole)
    _label(approach, fitted, _altered(whole, world))
    if differing := _differing(before, _state(approach, fitted)):
        raise broken(approach, f"labeling changes {differing}", "learn in fitting alone", _body(approach))
    if _other_labels(first, _label(approach, fitted, whole)):
        problem = "labels the same pings otherwise when asked again"
        raise broken(approach, problem, "draw nothing in label(); use the training's seed", _body(approach))


def check_repeats(approach: Approach) -> None:
    """The same rows and seed give the same to the last bit, whatever was drawn before."""
    world = _world(2)
    states = []
    for seed in (1, 2):
        with _global_generators(seed):
            states.append(_state(approach, _fit(approach, world, _whole(approach, world))))
    if differing := _differing(*states):
        problem = f"{differing} is another when fitted again with the same seed"
        raise broken(
            approach, problem, "seed every generator with training.seed, torch's and NumPy's too", _body(approach)
        )


def check_state(approach: Approach) -> None:
    """What was learnt is plain arrays of numbers, goes through a file, and labels the same when loaded."""
    from safetensors.numpy import load

    world = _world(2)
    fitted, labelled = _labelled(approach, world)
    tasks = {task.name: task for task in world.tasks}
    for part, state in _state(approach, fitted).items():
        for name, values in state.items():
            if not isinstance(values, np.ndarray) or values.dtype.kind not in "biuf":
                shown = values.dtype if isinstance(values, np.ndarray) else type(values).__name__
                problem = f"state() holds {name!r} as {shown}"
                raise broken(approach, problem, "keep arrays of numbers alone, as in np.array(3)", _body(approach))
        of = [tasks[part]] if part in tasks else world.tasks
        through_a_file = load(numbers_as_bytes(state))
        (load_it,) = approach.loads
        fitted[part] = attempt(approach, load_it, approach.load, through_a_file, of)
    if _other_labels(labelled, _label(approach, fitted, _whole(approach, world))):
        problem = "labels otherwise when loaded from its state"
        raise broken(approach, problem, "keep all that was learnt in state()", approach.loads[0])


WITH_PARAMETERS: Checks = (
    ("labels", check_labels),
    ("training_rows", check_training_rows),
    ("labeling_teaches_nothing", check_labeling_teaches_nothing),
    ("repeats", check_repeats),
    ("state", check_state),
)


@dataclass(frozen=True)
class _World:
    """A short data set of some of the shipped study's tasks, its votes, and posteriors as a teacher might give them."""

    tasks: tuple[Task, ...]
    dataset: Dataset
    series: ColumnSeries
    votes: dict[str, LabelMatrix]
    weak: dict[str, Posterior]
    train: NDArray[np.int64]


@functools.cache
def _world(tasks: int) -> _World:
    study = shipped().study
    some = tasks_of(shipped())[:tasks]
    trace = study.trace.model_copy(update={"pings": PINGS})
    dataset = build_dataset(trace, study.dataset, some, seed=SEED)
    series = ColumnSeries(dataset.rtt_us)
    votes = {task.name: apply_columns(task, dataset.rtt_us, series) for task in some}
    rows = dataset.splits["train"]
    train = np.sort(np.random.default_rng(SEED).choice(rows, TRAINING_ROWS, replace=False))
    return _World(some, dataset, series, votes, {task: _share(of) for task, of in votes.items()}, train)


def _share(votes: LabelMatrix) -> Posterior:
    against, positive = ((votes == vote).sum(axis=1) for vote in (NORMAL, PROPERTY))
    share = (positive + 0.5) / (against + positive + 1)
    return np.stack([1 - share, share], axis=1)


def _whole(approach: Approach, world: _World) -> Pings:
    """Return what the approach may see of every ping; it cannot be written to."""
    whole = seen(approach, world.tasks, world.series, world.votes, (world.dataset.gold, world.weak))
    return _read_only(whole)


def _altered(whole: Pings, world: _World) -> Pings:
    """Return the same pings with all that belongs to other rows than the training rows drawn at random."""
    rng = np.random.default_rng(SEED + 1)
    others = np.setdiff1d(np.arange(len(whole.at)), world.train)

    def drawn(of: Mapping[str, NDArray[Any]], draw: Callable[[tuple[int, ...]], Any]) -> dict[str, NDArray[Any]]:
        found = {name: values.copy() for name, values in of.items()}
        for values in found.values():
            values[others] = draw(values[others].shape)
        return found

    votes = drawn(whole.votes, lambda shape: rng.integers(ABSTAIN, PROPERTY, shape, endpoint=True))
    weak = drawn(whole.weak, lambda shape: rng.dirichlet((1, 1), shape[0]))
    gold = drawn(whole.gold, lambda shape: rng.integers(NORMAL, PROPERTY, shape, endpoint=True))
    features = None
    if whole.features is not None:
        features = drawn({"": whole.features}, lambda shape: 10 * rng.standard_normal(shape))[""]
    return _read_only(Pings(whole.tasks, whole.at, votes, weak, gold, features, whole.series))


def _read_only(whole: Pings) -> Pings:
    """Return the same with arrays that cannot be written to: they are lent to one approach after the other."""

    def locked(values: NDArray[Any]) -> NDArray[Any]:
        view = values.view()
        view.flags.writeable = False
        return view

    votes, weak, gold = (
        {name: locked(of) for name, of in all_.items()} for all_ in (whole.votes, whole.weak, whole.gold)
    )
    features = None if whole.features is None else locked(whole.features)
    return Pings(whole.tasks, locked(whole.at), votes, weak, gold, features, whole.series)


def _fit(approach: Approach, world: _World, whole: Pings) -> dict[str, Fitted]:
    views = training_views(approach, whole, world.train)
    trainings = {part: Training(_read_only(pings), SEED, "cpu", FAST) for part, pings in views.items()}
    found: dict[str, tuple[Fitted, float]] = attempt(approach, _body(approach), approach.fit, trainings)
    for part, (fitted, _) in found.items():
        for method in ("label", "state"):
            if not callable(getattr(fitted, method, None)):
                problem = f"{_body(approach).__name__} gives {type(fitted).__name__} for {part}, without {method}()"
                raise broken(approach, problem, "return an object with label(pings) and state()", _body(approach))
    return {part: fitted for part, (fitted, _) in found.items()}


def _label(approach: Approach, fitted: Mapping[str, Fitted], whole: Pings) -> Labelled:
    given: Labelled = attempt(approach, _body(approach), label, fitted, whole)
    return given


def _labelled(approach: Approach, world: _World) -> tuple[dict[str, Fitted], Labelled]:
    whole = _whole(approach, world)
    fitted = _fit(approach, world, whole)
    return fitted, _label(approach, fitted, whole)


def _state(approach: Approach, fitted: Mapping[str, Fitted]) -> dict[str, State]:
    """Return a copy of all that was learnt, part by part."""
    found: dict[str, State] = {}
    for part, of in fitted.items():
        state = attempt(approach, _body(approach), of.state)
        if not isinstance(state, Mapping):
            problem = f"state() gives {type(state).__name__}"
            raise broken(approach, problem, "return a dict of arrays, {} where nothing is learnt", _body(approach))
        found[part] = {name: np.copy(v) if isinstance(v, np.ndarray) else v for name, v in state.items()}
    return found


def _check_labelled(approach: Approach, world: _World, labelled: Labelled) -> None:
    n, body = len(world.dataset.rtt_us), _body(approach)
    names = {task.name for task in world.tasks}
    if strange := (set(labelled.labels) | set(labelled.posteriors)) - names:
        problem = f"labels {sorted(map(str, strange))}, tasks that are not there"
        raise broken(approach, problem, "call tasks by their names", body)
    for task, labels in labelled.labels.items():
        kind = getattr(labels, "dtype", type(labels).__name__)
        if kind != np.int8 or np.shape(labels) != (n,) or not np.isin(labels, (ABSTAIN, NORMAL, PROPERTY)).all():
            problem = f"labels of {task} are {kind} of shape {np.shape(labels)}, some not in -1, 0, 1"
            if kind != np.int8 or np.shape(labels) != (n,):
                problem = f"labels of {task} are {kind} of shape {np.shape(labels)} for {n:,} pings"
            raise broken(approach, problem, "give 0, 1 or -1 for each ping, as int8", body)
        posterior: Any = labelled.posteriors.get(task)
        if np.shape(posterior) != (n, 2):
            problem = f"posteriors of {task} are of shape {np.shape(posterior)} for {n:,} pings"
            raise broken(approach, problem, "give P(NORMAL) and P(property) of each, or certain(labels)", body)
        values = np.asarray(posterior, dtype=np.float64)
        if not ((values >= 0) & (abs(values.sum(axis=1) - 1) < SUM_TOLERANCE)[:, None]).all():
            raise broken(approach, f"posteriors of {task} are no probabilities that sum to 1", "normalise them", body)


def _body(approach: Approach) -> Callable[..., Any]:
    return approach.fits[0][0]


def _differing(one: Mapping[str, State], other: Mapping[str, State]) -> str:
    """Name what differs between two states, nothing where they are equal to the last bit."""
    for part, state in one.items():
        if set(state) != set(other[part]):
            return f"what the state of {part} holds"
        for name, values in state.items():
            if np.asarray(values).tobytes() != np.asarray(other[part][name]).tobytes():
                return f"{name!r} of {part}"
    return ""


def _other_labels(one: Labelled, other: Labelled) -> bool:
    pairs = [(one.labels, other.labels), (one.posteriors, other.posteriors)]
    return any(
        set(a) != set(b) or any(not np.array_equal(np.asarray(a[task]), np.asarray(b[task])) for task in a)
        for a, b in pairs
    )


@contextmanager
def _global_generators(seed: int) -> Iterator[None]:
    """Seed the generators that everybody shares, and leave them afterwards as they were."""
    import torch

    kept = random.getstate(), np.random.get_state(), torch.get_rng_state()  # noqa: NPY002
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002
    torch.manual_seed(seed)
    try:
        yield
    finally:
        random.setstate(kept[0])
        np.random.set_state(kept[1])  # noqa: NPY002
        torch.set_rng_state(kept[2])
