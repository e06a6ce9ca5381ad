"""Label models, networks, and whole runs: many at once against Snorkel's, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from artifact.approaches._label_models import LabelModelProblem, fit_label_models
from artifact.approaches.single_task import FittedLabelModel
from artifact.bench.measuring import Bar, Reached, beside, faster, in_turn
from artifact.labeling.engines import LabelMatrix
from artifact.labeling.patterns import counts_of
from artifact.networks.network import Network, Problem
from artifact.networks.snorkel import train_by_snorkel
from artifact.networks.stack import train_stack
from artifact.parameters import FAST, EngineParameters
from artifact.run import Run, Seeds, run
from artifact.setting import setting_of
from artifact.study import StudyFile

ROWS, MANY = 9_000, 100
LONG, FUNCTIONS = 3_000_000, 4
PINGS, STACKED = 3_000, 30
SNORKEL = EngineParameters(labeling="rows", bucket="once", sample=1.0, training="snorkel", loader="snorkel")


def label_models(file: StudyFile) -> Iterator[Reached]:
    """Measure one label model on three million rows, and a hundred on 9,000."""
    p = setting_of(file, ["single_task"]).approaches[0].p

    def ours(votes: LabelMatrix, seeds: range) -> list[Any]:
        return fit_label_models(
            [LabelModelProblem(counts_of(votes), None, seed) for seed in seeds], p.epochs, p.learning_rate
        )

    def both(votes: LabelMatrix) -> Any:
        ((mu, prior),) = ours(votes, range(1))
        return mu, FittedLabelModel("", mu, prior, "random", 0).posterior(votes)

    long = made_up_votes(LONG)
    pairs, equal = beside(partial(_snorkels, long, p), partial(both, long), _all_equal)
    bar = Bar(f"label model, fit and predict, {LONG:,} x {FUNCTIONS}", "Snorkel's LabelModel", 50)
    yield Reached(bar, faster(pairs), equal, "parameters and posteriors to the last bit")
    votes = made_up_votes(ROWS)
    pairs, equal = beside(
        partial(_snorkels, votes, p),
        partial(ours, votes, range(MANY)),
        lambda one, many: np.array_equal(one[0], many[0][0]),
    )
    bar = Bar(f"{MANY} label models, {ROWS:,} rows", f"{MANY} of Snorkel's", 40)
    yield Reached(bar, faster(pairs, MANY), equal, f"one of Snorkel's, times {MANY}; the first to the last bit")


def networks(file: StudyFile, device: str) -> Iterator[Reached]:
    """Measure one network, and a hundred, on 9,000 rows, each time beside one by Snorkel's Trainer."""
    p = setting_of(file, ["multi_task"]).approaches[-1].p
    many = [made_up_problem(seed) for seed in range(MANY)]
    stacks = (many[:1], many)
    same = _same_network if device == "cpu" else _close_network
    triples, equal = in_turn(
        lambda: train_by_snorkel(many[0], p, device, "snorkel"),
        [partial(train_stack, problems, [p] * len(problems), device) for problems in stacks],
        same,
        device=device,
    )
    for k, (problems, wanted) in enumerate(zip(stacks, (3.5, 100), strict=True)):
        count = len(problems)
        what = f"{count} networks" if count > 1 else "one network"
        bar = Bar(f"{what}, {ROWS:,} rows, batch {p.batch}", f"{count} by Snorkel's Trainer as it comes", wanted)
        note = (
            "weights to the last bit" if count == 1 else f"one of Snorkel's, times {count}; the first to the last bit"
        )
        pairs = [(of[0], of[k + 1]) for of in triples]
        yield Reached(bar, faster(pairs, count), equal[k], note if device == "cpu" else "weights up to rounding")


def runs(file: StudyFile, device: str) -> Iterator[Reached]:
    """Measure a run of Table 1's approaches in a stack against one that is timed."""
    setting = setting_of(file.with_values({"trace.pings": PINGS}), ["single_task", "multi_task"])
    pairs, equal = beside(
        partial(run, setting, [Seeds(0, 100)], SNORKEL, device=device),
        partial(run, setting, [Seeds(k, 100 + k) for k in range(STACKED)], FAST, device=device),
        lambda one, many: _same_run(one[0], many[0]),
        device=device,
    )
    bar = Bar(f"a run of Table 1's approaches, {PINGS:,} pings, in a stack of {STACKED}", "a timed run", 60)
    yield Reached(bar, faster(pairs, STACKED), equal if device == "cpu" else None, "votes, labels and scores the same")


def made_up_votes(rows: int) -> LabelMatrix:
    """Return votes of four functions, shape (rows, 4): three in four are right, one in three abstains."""
    rng = np.random.default_rng(0)
    gold = rng.random((rows, 1), dtype=np.float32) < 0.1
    right = rng.random((rows, FUNCTIONS), dtype=np.float32) < 0.75
    spoken = rng.random((rows, FUNCTIONS), dtype=np.float32) < 0.67
    return np.asfortranarray(np.where(spoken, gold == right, -1).astype(np.int8))


def made_up_problem(seed: int) -> Problem:
    """Return what a network of three tasks learns from 9,000 rows, one label in five masked."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(ROWS, 1)).astype(np.float32)
    labels = {}
    for task, line in (("one", 1.0), ("two", 2.0), ("three", 0.5)):
        labels[task] = np.where(rng.random(ROWS) < 0.2, -1, z[:, 0] > line).astype(np.int8)
    return Problem(z, labels, seed)


def _snorkels(votes: LabelMatrix, p: Any) -> Any:
    from snorkel.labeling.model import LabelModel

    model = LabelModel(cardinality=2, verbose=False)
    model.fit(votes, n_epochs=p.epochs, lr=p.learning_rate, seed=0, progress_bar=False)
    return model.mu.detach().numpy(), model.predict_proba(votes)


def _all_equal(one: Any, other: Any) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def _same_network(one: Network, many: list[Network]) -> bool:
    return all(np.array_equal(values, many[0].weights[name]) for name, values in one.weights.items())


def _close_network(one: Network, many: list[Network]) -> bool:
    return all(np.allclose(values, many[0].weights[name], atol=1e-4) for name, values in one.weights.items())


def _same_run(one: Run, other: Run) -> bool:
    return all(one.record[part] == other.record[part] for part in ("votes_sha256", "scores"))
