"""Baselines: what the majority class and a practitioner's rules reach, beside every model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artifact.audit.answer import Answer, Cell, measured
from artifact.audit.class_balance import dawid_skene
from artifact.audit.evidence import Evidence, World, decided
from artifact.models.rules import RULES
from artifact.scores import average_precision, event_scores, majority, scores

MEASURES = ("accuracy", "balanced_accuracy", "f1", "mcc")
TEXTBOOK = "rule, textbook's 3 sd"
EVENTS = {"found": "events found", "true": "events true", "late": "pings late", "covered": "event covered"}


def answer(evidence: Evidence) -> Answer:
    """Score majority class, rules, both of the paper's models and the audit's further ones, per ping and per event."""
    approaches = _approaches(evidence)
    rows: list[list[Cell]] = []
    for j, name in enumerate(evidence.names):
        for approach, positive in approaches.items():
            if approach == TEXTBOOK and name != "noise":
                continue
            rows.append([f"{name}: {approach}", *_cells(evidence, name, positive[..., j])])
    f1 = {row[0]: row[3]["mean"] for row in rows if isinstance(row[3], dict)}
    said = ", ".join(
        f"{name} {f1[f'{name}: rule']:.3f} against {f1[f'{name}: label model (Table 1)']:.3f} and "
        f"{f1[f'{name}: multi-task (Table 1)']:.3f}"
        for name in evidence.names
        if f"{name}: rule" in f1
    )
    return Answer(
        question="Do the models beat what one would do without them?",
        answer=f"F1 of a rule of thumb against label model and multi-task network: {said}.{_textbook(f1)}"
        f"{_never_found(evidence, approaches['multi-task (Table 1)'])}",
        caption="Per ping: accuracy, balanced accuracy, F1, MCC, average precision. Per event (a run of pings with the "
        "property): share of events found, share of predicted events that are true, pings until the first hit, share "
        "of a found event's pings predicted.",
        columns=["approach", *(m.replace("_", " ") for m in MEASURES), "average precision", *EVENTS.values()],
        rows=rows,
        derived="Testing rows of every run. Rules: Hampel filter, zero, median step, with the parameters under [rules] "
        "in study.toml, the Hampel line chosen on calibration seeds with gold labels, which favours it "
        "(artifact/audit/baselines.py, artifact/models/rules.py).",
        seeds=len(evidence.worlds),
    )


def _textbook(f1: Mapping[Any, float]) -> str:
    reached = f1.get(f"noise: {TEXTBOOK}")
    if reached is None:
        return ""
    return f" With the textbook's 3 sd instead of a line tuned on gold labels, the rule for noise has {reached:.3f}."


def _never_found(evidence: Evidence, multi_task_positive: NDArray[Any]) -> str:
    """Say in how many runs the multi-task network never recognises a property: a mean hides it."""
    found = evidence.scored(decided(multi_task_positive))
    never = {name: sum(s["f1"] == 0 for s in of) for name, of in found.items()}
    said = ", ".join(f"{name} in {count}" for name, count in never.items() if count)
    return f" Of {len(evidence.worlds)} runs, the multi-task network never finds {said}." if said else ""


def rules(evidence: Evidence, world: World) -> dict[str, NDArray[np.int8]]:
    """Return each task's rule of thumb; NORMAL throughout for a task without one."""
    rtt_us, p = world.dataset.rtt_us, evidence.study.rules
    silent = np.zeros(len(rtt_us), dtype=np.int8)
    return {name: RULES[name](rtt_us, p) if name in RULES else silent for name in evidence.names}


def _approaches(evidence: Evidence) -> dict[str, NDArray[Any]]:
    """Return P(property), or a label, of each approach, shape (worlds, pings, tasks)."""
    textbook = evidence.study.rules.model_copy(update={"hampel_sd": 3.0})
    return {
        "majority": evidence.stacked(_majority),
        "rule": evidence.stacked(lambda w: rules(evidence, w)),
        TEXTBOOK: evidence.stacked(
            lambda w: {**rules(evidence, w), "noise": RULES["noise"](w.dataset.rtt_us, textbook)}
        ),
        "label model (Table 1)": _tossed(evidence),
        "multi-task (Table 1)": multi_task(evidence),
        "separate networks": evidence.separate,
        "Dawid-Skene": evidence.stacked(dawid_skene),
        "network on gold": evidence.on_gold,
    }


def multi_task(evidence: Evidence) -> NDArray[np.float32]:
    """Return P(property) by the trained multi-task networks of Table 1, shape (worlds, pings, tasks)."""
    said = []
    for model, world in zip(evidence.multi_task_models, evidence.worlds, strict=True):
        positive = model.probabilities(world.dataset.rtt_us / 1000)
        said.append(np.stack([positive[name][:, 1] for name in evidence.names], axis=-1))
    return np.stack(said)


def _tossed(evidence: Evidence) -> NDArray[np.float64]:
    """Return the label models' P(property), moved past one half where a coin decided in Table 1."""
    positive = evidence.stacked(lambda w: w.posteriors)
    labels = evidence.stacked(lambda w: w.labels(evidence.study.label_model.ties))
    return np.asarray(np.where((positive > 0.5) == (labels == 1), positive, 0.5 + (labels - 0.5) * 1e-6))


def _majority(world: World) -> dict[str, NDArray[np.int8]]:
    return {name: majority(gold[world.train], len(gold)) for name, gold in world.dataset.gold.items()}


def _cells(evidence: Evidence, name: str, positive: NDArray[Any]) -> list[Cell]:
    found: list[dict[str, float]] = []
    for world, of in zip(evidence.worlds, positive, strict=True):
        gold, said = world.dataset.gold[name][world.test], of[world.test]
        labels = decided(said)
        ranked = {"average precision": average_precision(gold, said)}
        found.append({**scores(gold, labels), **ranked, **event_scores(gold, labels)})
    return [measured([of[key] for of in found]) for key in (*MEASURES, "average precision", *EVENTS)]
