"""Real lines: the study on those in the box, and on every trace of a folder, with sizes scaled to each line."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from artifact.audit import best
from artifact.audit.answer import Answer, Cell, Found, Heat
from artifact.errors import BadInputError
from artifact.grid.grid import Cell as GridCell
from artifact.reported import Plan
from artifact.study import Variation
from artifact.trace.reading import read_trace
from artifact.trace.series import FEWEST_PINGS, Trace
from artifact.trace.shipped import shipped

MOST_SEEDS = 3
"""Data sets per line."""
EQUAL = 0.0005
"""Half of the last digit that is shown counts as equal."""
ACCURACIES = {"label model": "single_task", "network": "multi_task"}
BLIND, ORACLE = "blind", "oracle"
MACRO = {"rule": "rules", "label model": "single_task", BLIND: "blind"}
DECODED = "dawid_skene"
"""The oracle's approach, under the variation best."""
STUDY = "study: "


def asks(plan: Plan, folder: Path | None = None) -> Mapping[str, Sequence[GridCell]]:
    """Ask for the study and its oracle on every line in the box, and every trace below ``folder``, on fresh seeds."""
    seeds, at_most = best.fresh_seeds(plan)[:MOST_SEEDS], plan.file.study.trace.pings
    lines = {line.name: line for line in shipped(at_most)}
    if folder is not None:
        lines |= {f"{line.name} ({line.sha256[:8]})": line for line in _traces(folder, at_most)}
    approaches = tuple(dict.fromkeys([*ACCURACIES.values(), *_macro(plan).values()]))
    found: dict[str, Sequence[GridCell]] = {}
    for name, line in lines.items():
        scaled = best.scaled_to(plan, line)
        found[f"{STUDY}{name}"] = plan.cells(*approaches, variation=scaled, seeds=seeds, trace=line)
        found[f"{ORACLE}: {name}"] = plan.cells(DECODED, variation=_oracle(plan, scaled), seeds=seeds, trace=line)
    return found


def answer(found: Found) -> Answer:
    """Show a row per line: accuracies of Table 1's approaches, macro F1 of rule, label model, blind labels, oracle."""
    names = [name.removeprefix(STUDY) for name in found.records if name.startswith(STUDY)]
    labels, seeds = [*_macro(found.plan), ORACLE], len(found.records[STUDY + names[0]])
    heads = (*ACCURACIES, *(f"{of} F1" for of in labels))
    return Answer(
        question="Do the numbers carry over to real lines?",
        answer=_said(found, names),
        caption=f"Accuracy of the paper's two approaches and macro F1 of {', '.join(labels)} on the testing rows, the "
        "same study on other base traces. Heat maps: macro F1.",
        columns=["line", *(f"{task} {head}" for task in found.tasks for head in heads)],
        rows=[[name, *_cells(found, name, labels)] for name in names],
        derived="The lines of data/lines/, and every readable trace of the folder that make audit TRACES=DIR names, "
        f"{found.plan.file.study.trace.pings:,} pings at most; increases scaled to each line's own spread; on these "
        "lines, with other increases, the blind functions were chosen, gold labels in view; gold knows only what was "
        "added, so that a line's own rise, where labels find it, counts as false; "
        f"{seeds} data sets per line, seeds {best.FIRST_SEED} and up (artifact/audit/real_lines.py).",
        seeds=seeds,
        draws=[f"{task} {head}" for task in found.tasks for head in ACCURACIES],
        heats=[
            Heat(task, names, labels, [[_mean(found, name, of, task) for of in labels] for name in names])
            for task in found.tasks
        ],
    )


def _macro(plan: Plan) -> dict[str, str]:
    """Return the approaches under the study's own functions whose macro F1 is shown; blind where the study lists it."""
    return {of: name for of, name in MACRO.items() if of != BLIND or name in plan.approaches}


def _oracle(plan: Plan, scaled: Variation) -> Variation:
    """Return the variation best with the increases of a line."""
    oracle = plan.file.varied("best")
    return oracle.model_copy(update={"name": f"{oracle.name}_{scaled.name}", "set": {**oracle.set, **scaled.set}})


def _cells(found: Found, name: str, labels: Sequence[str]) -> list[Cell]:
    cells: list[Cell] = []
    for task in found.tasks:
        cells += [found.measured(STUDY + name, approach, task, "accuracy") for approach in ACCURACIES.values()]
        cells += [_macro_f1(found, name, of, task) for of in labels]
    return cells


def _macro_f1(found: Found, name: str, of: str, task: str) -> dict[str, Any] | None:
    row, approach = (f"{ORACLE}: {name}", DECODED) if of == ORACLE else (STUDY + name, MACRO[of])
    return found.measured(row, approach, task, "macro_f1")


def _mean(found: Found, name: str, of: str, task: str) -> float | None:
    cell = _macro_f1(found, name, of, task)
    return cell["mean"] if cell else None


def _said(found: Found, names: Sequence[str]) -> str:
    """Say on how many lines blind labels reach rule and label model, and where they do not."""
    ours = BLIND if BLIND in _macro(found.plan) else ORACLE
    others = [of for of in _macro(found.plan) if of != ours]
    short = {name: [task for task in found.tasks if not _reaches(found, name, task, ours, others)] for name in names}
    missed = [f"{name} ({', '.join(tasks)})" for name, tasks in short.items() if tasks]
    return (
        f"On {len(names) - len(missed)} of {len(names)} lines the {ours} labels are at least as good as "
        f"{' and '.join(others)} for every task{'; not on ' if missed else ''}{', '.join(missed)}."
    )


def _reaches(found: Found, name: str, task: str, ours: str, others: Sequence[str]) -> bool:
    reached, *wanted = (_mean(found, name, of, task) for of in (ours, *others))
    return all(of is None or (reached is not None and reached >= of - EQUAL) for of in wanted)


def _traces(folder: Path, at_most: int) -> Sequence[Trace]:
    """Read the traces of a folder by name; other files, such as notes, are passed over."""
    found = []
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        try:
            found.append(read_trace(path, at_most, fewest=FEWEST_PINGS))
        except BadInputError as error:
            print(f"passed over: {error}", file=sys.stderr)
    if not found:
        raise BadInputError(folder, "holds no readable trace", "put ping logs, CSV or TSV files there")
    return found
