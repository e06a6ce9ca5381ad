"""Ties: how much of the single-task error is coin tossing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from artifact.audit.answer import Answer, Cell, measured
from artifact.audit.evidence import Evidence, Labels, World
from artifact.models.single_task import TIE_TOLERANCE
from artifact.scores import scores
from artifact.tasks.task import ABSTAIN, NORMAL, Mask


def answer(evidence: Evidence) -> Answer:
    """Compare Snorkel's tie policies, and ABSTAIN counted as NORMAL, on the label models of Table 1."""
    rows: list[list[Cell]] = [
        ["random (Table 1)", *evidence.cells(evidence.stacked(lambda w: w.labels("random")), ["accuracy"])],
        ["true-random, another coin", *evidence.cells(evidence.stacked(another_coin), ["accuracy"])],
        ["ABSTAIN counts as NORMAL", *evidence.cells(evidence.stacked(tied_as_normal), ["accuracy"])],
        ["ABSTAIN left out of the score", *_without_tied(evidence)],
        ["tied rows, share", *_shares(evidence, lambda w, name: tied(w)[name][w.test])],
        ["rows on which all abstain, share", *_shares(evidence, lambda w, name: silent(w, name)[w.test])],
        ["errors that are lost coins, share", *_lost_coins(evidence)],
    ]
    lost = {name: cell for name, cell in zip(evidence.names, rows[-1][1:], strict=True) if isinstance(cell, dict)}
    said = ", ".join(f"{cell['mean']:.0%} on {name}" for name, cell in lost.items())
    counted = ", ".join(
        f"{cell['mean']:.3f} on {name}"
        for name, cell in zip(evidence.names, rows[2][1:], strict=True)
        if isinstance(cell, dict)
    )
    return Answer(
        question="How much of the single-task error is coin tossing on ties?",
        answer=f"Share of the label models' errors that are rows tossed to the wrong side: {said}. With ABSTAIN "
        f"counted as NORMAL, accuracy is {counted}.",
        caption="Accuracy of the label models on the testing rows under each tie policy, and shares of rows.",
        columns=["policy", *evidence.names],
        rows=rows,
        derived="The same label models and votes; only tied rows are treated differently (artifact/audit/ties.py).",
        seeds=len(evidence.worlds),
    )


def tied(world: World) -> dict[str, Mask]:
    """Return which pings a label model cannot decide, shape (pings,) per task."""
    return {name: np.abs(2 * positive - 1) < TIE_TOLERANCE for name, positive in world.posteriors.items()}


def tied_as_normal(world: World) -> dict[str, Labels]:
    """Return the label models' labels with ties as NORMAL."""
    return {name: np.where(labels < 0, NORMAL, labels) for name, labels in world.labels("abstain").items()}


def another_coin(world: World) -> dict[str, Labels]:
    """Return the label models' labels with ties tossed by the training seed's generator."""
    coins = np.random.default_rng(world.training_seed)
    labels = world.labels("abstain")
    return {name: np.where(of < 0, coins.integers(0, 2, len(of)), of) for name, of in labels.items()}


def silent(world: World, name: str) -> Mask:
    """Return the pings on which every function of a task abstains."""
    return np.asarray((world.votes[name] == ABSTAIN).all(axis=1))


def _without_tied(evidence: Evidence) -> list[Cell]:
    cells: list[Cell] = []
    for name in evidence.names:
        reached = []
        for world in evidence.worlds:
            keep = ~tied(world)[name][world.test]
            gold, said = world.dataset.gold[name][world.test], world.labels("random")[name][world.test]
            reached.append(scores(gold[keep], said[keep])["accuracy"] if keep.any() else np.nan)
        cells.append(measured(reached))
    return cells


def _shares(evidence: Evidence, rows: Callable[[World, str], Mask]) -> list[Cell]:
    return [measured([float(rows(world, name).mean()) for world in evidence.worlds]) for name in evidence.names]


def _lost_coins(evidence: Evidence) -> list[Cell]:
    cells: list[Cell] = []
    for name in evidence.names:
        shares = []
        for world in evidence.worlds:
            wrong = world.labels("random")[name][world.test] != world.dataset.gold[name][world.test]
            shares.append(float(tied(world)[name][world.test][wrong].mean()) if wrong.any() else np.nan)
        cells.append(measured(shares))
    return cells
