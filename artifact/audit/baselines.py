"""Baselines: what the majority class and a practitioner's rules reach, beside every model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from artifact.audit.answer import Answer, Cell, Found
from artifact.grid.grid import Cell as GridCell
from artifact.reported import Plan
from artifact.setting import setting_of
from artifact.settled import never_found

MEASURES = ("accuracy", "balanced_accuracy", "f1", "mcc", "average_precision")
EVENTS = {"found": "events found", "true": "events true", "late": "pings late", "covered": "event covered"}
RULE, TEXTBOOK = "rules", "rule, as textbooks have it"
CROSSED = "every data set with every training seed"


def asks(plan: Plan) -> Mapping[str, Sequence[GridCell]]:
    """Ask for the rules with the textbook's parameters, and for all runs there are; the rest stands in the results."""
    return {TEXTBOOK: plan.cells(RULE, variation="rule_textbook"), CROSSED: plan.crossed()}


def answer(found: Found) -> Answer:
    """Show the scores of every approach of the study, per ping and per event."""
    titles, approaches = found.results["titles"], found.results["approaches"]
    rows: list[list[Cell]] = []
    for task in found.tasks:
        for name, of in approaches.items():
            if task in of:
                rows.append([f"{task}: {titles[name]}", *(of[task][m] for m in (*MEASURES, *EVENTS))])
        if _differs(found, task):
            cells = [found.measured(TEXTBOOK, RULE, task, m) for m in (*MEASURES, *EVENTS)]
            rows.append([f"{task}: {TEXTBOOK}", *cells])
    heads = [*(m.replace("_", " ") for m in MEASURES), *EVENTS.values()]
    return Answer(
        question="Do the models beat what one would do without them?",
        answer=f"F1 of a rule of thumb{_table1_titles(found)}: {_beside_rules(found)}. {_never_found(found)}",
        caption="Per ping: accuracy, balanced accuracy, F1, MCC, average precision. Per event (a run of pings with the "
        "property): share of events found, share of predicted events that are true, pings until the first hit, share "
        "of a found event's pings predicted; each a mean over the runs that have any such event, and how many these "
        "are stands beside it where they are not all.",
        columns=["approach", *heads],
        rows=rows,
        derived="Testing rows. A rule stands in its task's file; its parameters in study.toml, which says how each was "
        "chosen: where with gold labels in view, that favours the rule. A task without a rule has none here. The "
        "textbook's parameters are the variation rule_textbook (artifact/audit/baselines.py).",
        seeds=max((len(row[1]["runs"]) for row in rows if isinstance(row[1], Mapping)), default=0),
        draws=heads,
    )


def _never_found(found: Found) -> str:
    """Name those of Table 1 and the networks that never recognise a property in some run, which a mean hides."""
    records, titles, said = found.records[CROSSED], found.results["titles"], []
    learn = [of.name for of in setting_of(found.plan.file).approaches if of.name in _learning(found)]
    for name in learn:
        counts = {task: never_found(records, name, task) for task in found.tasks}
        dead = [f"{task} in {never} of {runs} runs" for task, (never, runs) in counts.items() if never]
        if dead:
            said.append(f"{titles[name]}: {', '.join(dead)}")
    if said:
        return f"Not a single ping of a property is found by {'; '.join(said)}."
    named = " and ".join(titles[name].lower() for name in learn) or "whatever was trained"
    return f"In each of {len(records)} runs, {named} found some ping of every property that there was."


def _learning(found: Found) -> set[str]:
    """Return the names of Table 1's approaches and of all others with a network, those that the records hold."""
    networks = {of.name for of in setting_of(found.plan.file).approaches if of.input}
    scored = {name for record in found.records[CROSSED] for name in record["scores"]}
    return (networks | set(found.results["table1"])) & scored


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
        models = " and ".join(_f1(approaches[name].get(task, {}).get("f1")) for name in found.results["table1"])
        textbook = found.measured(TEXTBOOK, RULE, task, "f1")
        other = f" (as textbooks have it {_f1(textbook)})" if textbook and _differs(found, task) else ""
        said.append(f"{task} {_f1(approaches[RULE][task]['f1'])}{other}" + (f" against {models}" if models else ""))
    return ", ".join(said)


def _f1(cell: Mapping[str, Any] | None) -> str:
    return f"{cell['mean']:.3f}" if cell and cell["mean"] is not None else "none"


def _differs(found: Found, task: str) -> bool:
    ours: dict[str, Any] | None = found.results["approaches"].get(RULE, {}).get(task)
    other = found.measured(TEXTBOOK, RULE, task, "f1")
    return bool(ours and other and ours["f1"]["runs"] != other["runs"])
