"""Seed fragility: what LabelModel's random start alone does to its accuracy."""

from __future__ import annotations

from artifact.audit.answer import Answer, Cell, measured
from artifact.audit.evidence import Evidence
from artifact.models.single_task import SingleTaskModel
from artifact.scores import scores

STARTS = 10
MANY_EPOCHS = 2_000


def answer(evidence: Evidence) -> Answer:
    """Fit LabelModel to the first run's votes from many starts, with the study's epochs and with many."""
    p = evidence.study.label_model
    rows: list[list[Cell]] = []
    worst = {}
    for epochs in (p.epochs, MANY_EPOCHS):
        reached = {name: _accuracies(evidence, name, epochs) for name in evidence.names}
        rows.append([f"{epochs} epochs, mean over starts", *(measured(reached[name]) for name in evidence.names)])
        rows.append([f"{epochs} epochs, worst start", *(round(min(reached[name]), 3) for name in evidence.names)])
        worst[epochs] = {name: max(of) - min(of) for name, of in reached.items()}
    said = ", ".join(f"{name} {spread:.3f}" for name, spread in worst[p.epochs].items())
    return Answer(
        question="How fragile is LabelModel to its random start?",
        answer=f"Best minus worst of {STARTS} starts on the same votes: {said}. With so many starts and no failure, a "
        f"start that fails in up to {1 - 0.05 ** (1 / STARTS):.0%} of cases could have been missed.",
        caption="Accuracy on the testing rows of the first run, over random starts of LabelModel.",
        columns=["epochs", *evidence.names],
        rows=rows,
        derived=f"Seeds 0 to {STARTS - 1} for LabelModel alone, data set and votes fixed (artifact/audit/starts.py).",
        seeds=STARTS,
    )


def _accuracies(evidence: Evidence, name: str, epochs: int) -> list[float]:
    world = evidence.worlds[0]
    votes, gold = world.votes[name], world.dataset.gold[name][world.test]
    p = evidence.study.label_model.model_copy(update={"epochs": epochs})
    models = (SingleTaskModel.fit(votes[world.train], p, seed) for seed in range(STARTS))
    return [scores(gold, model.predict(votes, p.ties)[world.test])["accuracy"] for model in models]
