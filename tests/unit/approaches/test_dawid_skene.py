"""Dawid and Skene's model against votes whose making is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from artifact.approaches._decoding import decode
from artifact.approaches.approach import Approach, Fitted, Pings, Training
from artifact.approaches.dawid_skene import DawidSkene, DawidSkeneParameters, FittedDawidSkene, fit
from artifact.parameters import FAST
from artifact.setting import setting_of
from artifact.study import StudyFile
from artifact.tasks.task import PROPERTY, Task

ApproachOf = Callable[..., Approach]
Fit = Callable[..., dict[str, Fitted]]
P = DawidSkeneParameters(epochs=200, decoded=())


def model_of(votes: np.ndarray, p: DawidSkeneParameters = P, task: Task | None = None) -> FittedDawidSkene:
    """Fit it to the given votes of one task."""
    task = task or Task("some", parameters=None)  # type: ignore[arg-type]
    return fit(Training(Pings((task,), np.arange(len(votes)), votes={task.name: votes}), 1, "cpu", FAST), p)


def drawn(rows: int, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Votes of four functions, right with .9, abstaining on a third of the rows."""
    rng = np.random.default_rng(seed)
    gold = (rng.random(rows) < share).astype(np.int8)
    votes = np.where(rng.random((rows, 4)) < 0.9, gold[:, None], 1 - gold[:, None]).astype(np.int8)
    votes[rng.random((rows, 4)) < 0.33] = -1
    return votes, gold


def test_it_learns_the_class_balance_and_the_confusion_tables() -> None:
    votes, gold = drawn(20_000, 0.1, 1)
    model = model_of(votes).model
    assert model.pi[1] == pytest.approx(0.1, abs=0.02)
    assert model.theta[:, 1, 2] == pytest.approx([0.6] * 4, abs=0.05)  # .67 x .9
    labels = (model.posterior(votes)[:, 1] > 0.5).astype(np.int8)
    # Bayes' rule with the true tables reaches no more.
    known = DawidSkene(np.tile([[0.33, 0.603, 0.067], [0.33, 0.067, 0.603]], (4, 1, 1)), np.array([0.9, 0.1]))
    bayes = (known.posterior(votes)[:, 1] > 0.5).astype(np.int8)
    assert (labels == gold).mean() > (bayes == gold).mean() - 0.002


def test_probabilities_sum_to_one_and_repeat() -> None:
    votes, _ = drawn(500, 0.3, 2)
    first, second = (model_of(votes).model.posterior(votes) for _ in range(2))
    assert first.sum(axis=1) == pytest.approx(np.ones(500))
    assert np.array_equal(first, second)


def test_votes_that_all_abstain_are_no_error() -> None:
    silent = np.full((10, 3), -1, dtype=np.int8)
    assert np.isfinite(model_of(silent).model.posterior(silent)).all()


def test_abstaining_is_a_symbol_that_tells_something() -> None:
    """A function that is silent on the property alone: its silence speaks for the property."""
    rng = np.random.default_rng(3)
    gold = (rng.random(5_000) < 0.2).astype(np.int8)
    votes = np.where(rng.random((5_000, 3)) < 0.95, gold[:, None], 1 - gold[:, None]).astype(np.int8)
    votes[:, 2] = np.where(gold == 1, -1, 0)
    posterior = model_of(votes).model.posterior(np.array([[-1, -1, -1], [-1, -1, 0]], dtype=np.int8))
    assert posterior[0, 1] > 0.9
    assert posterior[1, 1] < 0.1


def test_the_order_of_rows_decides_nothing() -> None:
    votes, _ = drawn(500, 0.3, 2)
    mixed = np.random.default_rng(1).permutation(votes)
    assert model_of(votes).model.theta == pytest.approx(model_of(mixed).model.theta)


def test_it_labels_each_task_of_a_study(
    approach_of: ApproachOf, fitted: Fit, everything: Pings, same_after_reloading: Callable[..., None]
) -> None:
    approach = approach_of("dawid_skene")
    parts = fitted(approach)
    same_after_reloading(approach, parts, everything)
    outage = parts["outage"].label(everything)
    assert (outage.labels["outage"] == everything.gold["outage"]).mean() > 0.999
    assert np.array_equal(outage.labels["outage"], (outage.posteriors["outage"][:, PROPERTY] > 0.5).astype(np.int8))


def test_labels_are_decoded_over_time_where_the_study_says_so(
    approach_of: ApproachOf, fitted: Fit, everything: Pings, same_after_reloading: Callable[..., None]
) -> None:
    plain, decoded = approach_of("dawid_skene"), approach_of("dawid_skene", decoded=("swell",))
    one, other = fitted(plain), fitted(decoded)
    swell = everything.of(everything.tasks[2])
    before, after = one["swell"].label(swell), other["swell"].label(swell)
    assert np.array_equal(before.posteriors["swell"], after.posteriors["swell"])
    assert flips(after.labels["swell"]) < flips(before.labels["swell"]) / 3
    # The prior is the chain's own, so it is taken out; no ping counts more than e.
    pi, posterior = other["swell"].state()["pi"], after.posteriors["swell"].clip(1e-12, 1 - 1e-12)
    odds = np.log(posterior[:, 1] / (1 - posterior[:, 1])) - np.log(pi[1] / pi[0])
    assert np.array_equal(after.labels["swell"], decode(odds.clip(-1, 1), (100 + 400) / 2, (500 + 1_500) / 2))
    assert np.array_equal(
        one["noise"].label(everything).labels["noise"], other["noise"].label(everything).labels["noise"]
    )
    same_after_reloading(decoded, other, everything)


def flips(labels: np.ndarray) -> int:
    return int((np.diff(labels) != 0).sum())


def test_no_gold_label_is_asked_for(small: StudyFile) -> None:
    assert setting_of(small, ["dawid_skene"]).approaches[0].all_needs == ("votes",)
