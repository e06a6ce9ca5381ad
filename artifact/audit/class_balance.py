"""Class balance and label model: what a prior, and another label model, do with the same votes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from artifact.audit.answer import Answer, Cell
from artifact.audit.evidence import MEASURES, Evidence, Labels, World, decided
from artifact.labeling import LabelMatrix
from artifact.models.dawid_skene import DawidSkeneModel
from artifact.models.single_task import SingleTaskModel
from artifact.tasks.task import NORMAL, PROPERTY

Prior: TypeAlias = Callable[[World, str, LabelMatrix], float]


def answer(evidence: Evidence) -> Answer:
    """Compare label models and priors on the votes of Table 1; only the gold prior has seen a gold label."""
    variants: dict[str, Callable[[World], dict[str, Labels]]] = {
        "LabelModel, uniform prior (Table 1)": lambda w: w.labels("random"),
        "LabelModel, prior estimated from votes": lambda w: with_prior(evidence, w, weak_prior),
        "LabelModel, gold prior": lambda w: with_prior(evidence, w, gold_prior),
        "majority vote, ties NORMAL": majority_vote,
        "Dawid-Skene, ABSTAIN a symbol": dawid_skene,
    }
    rows: list[list[Cell]] = [[name, *evidence.cells(evidence.stacked(of), MEASURES)] for name, of in variants.items()]
    first = [cell["mean"] for cell in rows[0][1::2] if isinstance(cell, dict)]
    weak = [cell["mean"] for cell in rows[1][1::2] if isinstance(cell, dict)]
    said = ", ".join(f"{name} {a:.3f} to {b:.3f}" for name, a, b in zip(evidence.names, first, weak, strict=True))
    return Answer(
        question="What does the class balance do, and is Snorkel's label model the one to take?",
        answer=f"Telling LabelModel a prior that is estimated from the votes moves accuracy: {said}.",
        caption="Accuracy and F1 on the testing rows; all variants see the same votes.",
        columns=["variant", *evidence.heads(MEASURES)],
        rows=rows,
        derived="The weak prior is the share of training rows on which votes for the property outnumber those against "
        "it; the gold prior the share of training rows with the property (artifact/audit/class_balance.py).",
        seeds=len(evidence.worlds),
    )


def weak_prior(_: World, __: str, votes: LabelMatrix) -> float:
    """Estimate the property's share from the votes of the training rows alone, shape (rows, functions)."""
    return float(((votes == PROPERTY).sum(axis=1) > (votes == NORMAL).sum(axis=1)).mean())


def gold_prior(world: World, name: str, _: LabelMatrix) -> float:
    """Return the property's true share among the training rows."""
    return float(world.dataset.gold[name][world.train].mean())


def with_prior(evidence: Evidence, world: World, prior: Prior) -> dict[str, Labels]:
    """Return the labels of label models that were told a class balance, ties NORMAL."""
    labels = {}
    for name, votes in world.votes.items():
        share = float(np.clip(prior(world, name, votes[world.train]), 1e-3, 1 - 1e-3))
        fitted = SingleTaskModel.fit(
            votes[world.train], evidence.study.label_model, world.training_seed, prior=(1 - share, share)
        )
        labels[name] = fitted.predict(votes, "abstain").clip(min=NORMAL)
    return labels


def majority_vote(world: World) -> dict[str, Labels]:
    """Return what most functions vote for, ties NORMAL."""
    return {
        name: ((votes == PROPERTY).sum(axis=1) > (votes == NORMAL).sum(axis=1)).astype(np.int8)
        for name, votes in world.votes.items()
    }


def dawid_skene(world: World) -> dict[str, Labels]:
    """Return the labels of a Dawid-Skene model of each task's votes."""
    return {
        name: decided(DawidSkeneModel.fit(votes[world.train]).probabilities(votes)[:, 1])
        for name, votes in world.votes.items()
    }
