"""Effort (3.6): "considerably more intensive to implement", counted in this project's own source."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path

from artifact.approaches.single_task import SingleTaskParameters
from artifact.audit.answer import Answer, Cell, Found
from artifact.networks.network import NetworkParameters
from artifact.store.paths import ROOT

SINGLE = (ROOT / "artifact" / "approaches" / "single_task.py",)
NETWORK = (
    ROOT / "artifact" / "approaches" / "multi_task.py",
    ROOT / "artifact" / "networks" / "network.py",
    ROOT / "artifact" / "networks" / "snorkel.py",
)


def answer(_: Found) -> Answer:
    """Count statements, names taken from Snorkel and torch, and hyper-parameters of both approaches."""
    single = _counts(SINGLE, len(SingleTaskParameters.model_fields))
    network = _counts(NETWORK, len(NetworkParameters.model_fields))
    rows: list[list[Cell]] = [[what, single[what], network[what], single[what] + network[what]] for what in single]
    counted, names = rows[0], rows[1]
    return Answer(
        question="Is the multi-task path considerably more intensive to implement?",
        answer=f"Here the network takes {counted[2]} statements and {names[2]} library names, the label models "
        f"{counted[1]} and {names[1]}. As the network is trained on the label models' output, its path needs both and "
        f"is longer whatever the counts: {counted[3]} statements.",
        caption="Counted in the source that each needs, loading included, labeling functions left out.",
        columns=["count", "label models", "network", "multi-task path: both"],
        rows=rows,
        derived="Statements by Python's own parser, docstrings left out, of artifact/approaches/single_task.py, and of "
        "multi_task.py beside it with artifact/networks/network.py and snorkel.py; hyper-parameters of study.toml's "
        "tables (artifact/audit/effort.py). One implementation by one team, so an anecdote with numbers.",
        seeds=0,
    )


def statements(path: Path) -> list[ast.stmt]:
    """Return the statements of a source file, docstrings left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and not _is_docstring(node)]


def _counts(paths: Sequence[Path], hyper_parameters: int) -> dict[str, int]:
    found = [node for path in paths for node in statements(path)]
    names = {
        f"{node.module}.{alias.name}"
        for node in found
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in {"snorkel", "torch"}
        for alias in node.names
    }
    return {
        "statements": len(found),
        "names from Snorkel and torch": len(names),
        "hyper-parameters": hyper_parameters,
    }


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
