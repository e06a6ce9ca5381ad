"""Ceiling: what the same network reaches on gold labels, with the ping alone and with its surroundings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from artifact.audit.answer import Answer, Cell
from artifact.audit.evidence import MEASURES, Evidence, World, decided
from artifact.bucket import ColumnSeries
from artifact.models.networks import Networks


def answer(evidence: Evidence) -> Answer:
    """Train the shared network on gold labels: an upper end for every labeling function and label model."""
    variants = {
        "weak labels (Table 1's recipe)": evidence.shared,
        "gold labels": evidence.on_gold,
        "weak labels, context as input": in_context(evidence, evidence.weak),
        "gold labels, context as input": in_context(evidence, evidence.gold),
    }
    labels = {name: decided(positive) for name, positive in variants.items()}
    rows: list[list[Cell]] = [[name, *evidence.cells(of, MEASURES)] for name, of in labels.items()]
    gold = [cell["mean"] for cell in rows[1][2::2] if isinstance(cell, dict)]
    context = [cell["mean"] for cell in rows[3][2::2] if isinstance(cell, dict)]
    said = ", ".join(f"{name} {a:.3f} and {b:.3f}" for name, a, b in zip(evidence.names, gold, context, strict=True))
    return Answer(
        question="How far could this network go with perfect labels?",
        answer=f"F1 on gold labels, from the ping alone and with its surroundings: {said}.",
        caption="Accuracy and F1 of the shared network on the testing rows, per training labels and inputs.",
        columns=["trained on", *evidence.heads(MEASURES)],
        rows=rows,
        derived="Context: log of the ping over the median of 24 pings around it, and that median over one of 2,000; "
        "the same trunk, epochs and seeds; trained anew, from other starts than Table 1's (artifact/audit/ceiling.py).",
        seeds=len(evidence.worlds),
    )


def in_context(evidence: Evidence, labels: NDArray[np.int8]) -> NDArray[np.float32]:
    """Train on the ping and its surroundings; return P(property), shape (worlds, pings, tasks)."""
    train = evidence.worlds[0].train
    surroundings = np.stack([_surroundings(world) for world in evidence.worlds])
    z = np.concatenate([evidence.inputs, surroundings], axis=-1)
    networks = Networks(labels.shape[-1], z.shape[-1], evidence.study.multi_task, evidence.seeds)
    return networks.fit(z[:, train], labels[:, train]).probabilities(z)


def _surroundings(world: World) -> NDArray[np.float32]:
    """Return a ping's standardised surroundings, shape (pings, 2)."""
    series, ping = ColumnSeries(world.dataset.rtt_us), world.dataset.rtt_us / 1000
    near, far = series.bucket(24).median, series.bucket(2_000).median
    context = np.nan_to_num(np.stack([np.log((1 + ping) / (1 + near)), np.log((1 + near) / (1 + far))], axis=-1))
    of_train = context[world.train]
    return np.asarray((context - of_train.mean(axis=0)) / (of_train.std(axis=0) + 1e-9), dtype=np.float32)
