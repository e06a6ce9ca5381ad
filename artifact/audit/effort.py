"""Effort (3.6): "considerably more intensive to implement", counted in this project's own source."""

from __future__ import annotations

import ast
from pathlib import Path

from artifact.audit.answer import Answer, Cell
from artifact.audit.evidence import Evidence
from artifact.paths import ROOT
from artifact.study import LabelModelParameters, MultiTaskParameters

MODELS = ROOT / "artifact" / "models"


def answer(_: Evidence) -> Answer:
    """Count statements, names taken from Snorkel and torch, and hyper-parameters of both approaches."""
    single = _counts(MODELS / "single_task.py", len(LabelModelParameters.model_fields))
    network = _counts(MODELS / "multi_task.py", len(MultiTaskParameters.model_fields))
    multi = {what: single[what] + network[what] for what in single}
    rows: list[list[Cell]] = [[what, single[what], multi[what], f"{multi[what] / single[what]:.1f}"] for what in single]
    return Answer(
        question="Is the multi-task path considerably more intensive to implement?",
        answer=f"Here it takes {multi['statements']} statements against {single['statements']}, and "
        f"{multi['names from Snorkel and torch']} library names against {single['names from Snorkel and torch']}; "
        "the network is trained on the label models' output, so its path needs theirs too; both need the functions.",
        caption="Counted in the source that each path needs, loading and saving included, labeling functions left out.",
        columns=["count", "single-task", "multi-task", "multi / single"],
        rows=rows,
        derived="Statements of artifact/models/single_task.py and multi_task.py by Python's own parser, docstrings "
        "left out; hyper-parameters from study.toml's tables (artifact/audit/effort.py). One implementation by one "
        "team, so an anecdote with numbers.",
        seeds=0,
    )


def _counts(path: Path, hyper_parameters: int) -> dict[str, int]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and not _is_docstring(node)]
    names = {
        f"{node.module}.{alias.name}"
        for node in statements
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in {"snorkel", "torch"}
        for alias in node.names
    }
    return {
        "statements": len(statements),
        "names from Snorkel and torch": len(names),
        "hyper-parameters": hyper_parameters,
    }


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
