"""Baselines: what the majority class and a practitioner's rules reach, beside every model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from artifact.audit.answer import Answer, Cell, Found
from artifact.grid.grid import Cell as GridCell
from artifact.reported import Plan

MEASURES = ("accuracy", "balanced_accuracy", "f1", "mcc", "average_precision")
EVENTS = {"found": "events found", "true": "events true", "late": "pings late", "covered": "event covered"}
RULE, TEXTBOOK = "rules", "rule, as textbooks have it"


def asks(plan: Plan) -> Mapping[str, Sequence[GridCell]]:
    """Ask for the rules with the textbook's parameters; everything else stands in the results."""
    return {TEXTBOOK: plan.cells(RULE, variation="rule_textbook")}


def answer(found: Found) -> Answer:
    """Show the scores of every approach of the study, per ping and per event."""
    titles = found.results["titles"]
    rows: list[list[Cell]] = []
    for task in found.tasks:
        for name, of in found.results["approaches"].items():
            if task in of:
                rows.append([f"{task}: {titles[name]}", *(of[task][m] for m in (*MEASURES, *EVENTS))])
        if _differs(found, task):
            cells = [found.measured(TEXTBOOK, RULE, task, m) for m in (*MEASURES, *EVENTS)]
            rows.append([f"{task}: {TEXTBOOK}", *cells])
    return Answer(
        question="Do the models beat what one would do without them?",
        answer=f"F1 of a rule of thumb{_table1_titles(found)}: {_beside_rules(found)}.{_never_found(found)}",
        caption="Per ping: accuracy, balanced accuracy, F1, MCC, average precision. Per event (a run of pings with the "
        "property): share of events found, share of predicted events that are true, pings until the first hit, share "
        "of a found event's pings predicted.",
        columns=["approach", *(m.replace("_", " ") for m in MEASURES), *EVENTS.values()],
        rows=rows,
        derived="Testing rows of every run. A rule stands in its task's file, with parameters that were chosen on "
        "calibration seeds with gold labels, which favours it; a task without one has none here. The textbook's "
        "parameters are the variation rule_textbook (artifact/audit/baselines.py).",
        seeds=len(found.plan.seeds),
    )


def _table1_titles(found: Found) -> str:
    titles = [found.results["titles"][name].lower() for name in found.results["table1"]]
    return f" against {' and '.join(titles)}" if titles else ""


def _beside_rules(found: Found) -> str:
    said = []
    approaches = found.results["approaches"]
    for task in found.tasks:
        if task not in approaches.get(RULE, {}):
            said.append(f"{task} has no rule")
            continue
        models = " and ".join(f"{approaches[name][task]['f1']['mean']:.3f}" for name in found.results["table1"])
        textbook = found.measured(TEXTBOOK, RULE, task, "f1")
        other = f" (as textbooks have it {textbook['mean']:.3f})" if textbook and _differs(found, task) else ""
        said.append(
            f"{task} {approaches[RULE][task]['f1']['mean']:.3f}{other}" + (f" against {models}" if models else "")
        )
    return ", ".join(said)


def _differs(found: Found, task: str) -> bool:
    ours: dict[str, Any] | None = found.results["approaches"].get(RULE, {}).get(task)
    other = found.measured(TEXTBOOK, RULE, task, "f1")
    return bool(ours and other and ours["f1"]["runs"] != other["runs"])


def _never_found(found: Found) -> str:
    """Say in how many runs an approach of Table 1 never recognises a property: a mean hides it."""
    said = []
    for name in found.results["table1"]:
        never = {
            task: sum(of == 0 for of in cells["f1"]["runs"])
            for task, cells in found.results["approaches"][name].items()
        }
        counted = ", ".join(f"{task} in {count}" for task, count in never.items() if count)
        if counted:
            title = found.results["titles"][name].lower()
            said.append(f" Of {len(found.plan.seeds)} runs, {title} never find a single ping of {counted}.")
    return "".join(said)
