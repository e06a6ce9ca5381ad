"""Seed fragility: what LabelModel's random start alone does to its accuracy."""

from __future__ import annotations

from artifact.audit.answer import Answer, Cell, measured
from artifact.audit.evidence import Evidence
from artifact.models.single_task import SingleTaskModel
from artifact.scores import scores

STARTS = 10


def answer(evidence: Evidence) -> Answer:
    """Fit LabelModel to the first run's votes from many starts."""
    reached = {name: _accuracies(evidence, name) for name in evidence.names}
    rows: list[list[Cell]] = [
        ["mean over starts", *(measured(of) for of in reached.values())],
        ["worst start", *(round(min(of), 3) for of in reached.values())],
        ["best start", *(round(max(of), 3) for of in reached.values())],
    ]
    said = ", ".join(f"{name} {max(of) - min(of):.3f}" for name, of in reached.items())
    return Answer(
        question="How fragile is LabelModel to its random start?",
        answer=f"Best minus worst of {STARTS} starts on the same votes: {said}. With so many starts and no failure, a "
        f"start that fails in up to {1 - 0.05 ** (1 / STARTS):.0%} of cases could have been missed.",
        caption="Accuracy on the testing rows of the first run, over random starts of LabelModel.",
        columns=["start", *evidence.names],
        rows=rows,
        derived=f"Seeds 0 to {STARTS - 1} for LabelModel alone, data set and votes fixed (artifact/audit/starts.py).",
        seeds=STARTS,
    )


def _accuracies(evidence: Evidence, name: str) -> list[float]:
    world, p = evidence.worlds[0], evidence.study.label_model
    votes, gold = world.votes[name], world.dataset.gold[name][world.test]
    models = (SingleTaskModel.fit(votes[world.train], p, seed) for seed in range(STARTS))
    return [scores(gold, model.predict(votes, p.ties)[world.test])["accuracy"] for model in models]
