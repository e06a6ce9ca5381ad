"""Real lines: the study on every trace of a folder, one row each."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from artifact.audit import best
from artifact.audit.answer import Answer, Cell, Found
from artifact.errors import BadInputError
from artifact.grid.grid import Cell as GridCell
from artifact.reported import Plan
from artifact.trace.reading import read_trace
from artifact.trace.series import Trace

ACCURACIES = {"label models": "single_task", "multi-task": "multi_task"}
MACRO = {"rule F1": best.RULE, "label model F1": best.TABLE1, "best F1": best.BEST}


def asks(plan: Plan, folder: Path) -> Mapping[str, Sequence[GridCell]]:
    """Ask for study and variation best on every trace below ``folder``, on fresh seeds."""
    seeds = best.fresh_seeds(plan)
    found: dict[str, Sequence[GridCell]] = {}
    for trace in _traces(folder, plan.file.study.trace.pings):
        name = f"{trace.name} ({trace.sha256[:8]})"
        found[f"study: {name}"] = plan.cells("rules", "single_task", "multi_task", seeds=seeds, trace=trace)
        found[f"best: {name}"] = plan.cells("dawid_skene", variation="best", seeds=seeds, trace=trace)
    return found


def answer(found: Found) -> Answer:
    """Show a row per trace: accuracies of Table 1's approaches, macro F1 of rule, label model and best labels."""
    names = [name.removeprefix("study: ") for name in found.records if name.startswith("study: ")]
    rows: list[list[Cell]] = [[name, *_cells(found, name)] for name in names]
    holds = sum(_best_holds(found, name) for name in names)
    return Answer(
        question="Do the numbers carry over to real lines?",
        answer=f"On {len(rows)} traces, the best labels are at least as good as rule and label model in "
        f"{holds} of {len(rows)}, for every task.",
        caption="Accuracy of the paper's two approaches and macro F1 of rule, label model and best labels (an oracle) "
        "on the testing rows, the same study on other base traces.",
        columns=["trace", *(f"{task} {head}" for task in found.tasks for head in (*ACCURACIES, *MACRO))],
        rows=rows,
        derived=f"Every readable trace of the given folder, {found.plan.file.study.trace.pings:,} pings at most, on "
        f"seeds {best.FIRST_SEED} and up (artifact/audit/real_lines.py). Run it with make audit TRACES=DIR.",
        seeds=len(found.plan.seeds),
    )


def _cells(found: Found, name: str) -> list[Cell]:
    cells: list[Cell] = []
    for task in found.tasks:
        cells += [found.measured(f"study: {name}", approach, task, "accuracy") for approach in ACCURACIES.values()]
        cells += _macro(found, name, task)
    return cells


def _macro(found: Found, name: str, task: str) -> list[Cell]:
    rows = (best.ROWS[row] for row in MACRO.values())
    return [found.measured(f"{of or 'study'}: {name}", approach, task, "macro_f1") for of, approach in rows]


def _best_holds(found: Found, name: str) -> bool:
    """Tell whether the best labels reach the better of rule and label model for every task."""
    for task in found.tasks:
        *others, reached = (cell["mean"] for cell in _macro(found, name, task) if isinstance(cell, Mapping))
        if reached < max(others):
            return False
    return True


def _traces(folder: Path, at_most: int) -> Sequence[Trace]:
    """Read the traces of a folder by name; other files, such as notes, are passed over."""
    found = []
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        try:
            found.append(read_trace(path, at_most))
        except BadInputError as error:
            print(f"passed over: {error}", file=sys.stderr)
    if not found:
        raise BadInputError(folder, "holds no readable trace", "put ping logs, CSV or TSV files there")
    return found
