"""What the numbers mean: one file per question that the paper leaves open."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from artifact.grid.grid import Cell
    from artifact.reported import Plan

QUESTIONS = (
    "baselines",
    "data_or_training",
    "best",
    "ties",
    "class_balance",
    "initialisation",
    "sharing",
    "what_it_takes",
    "network_labels",
    "ceiling",
    "splits",
    "carries",
    "real_lines",
    "timing",
    "effort",
)
"""Answered by `make all`, in the order of the report."""

ON_DEMAND = ("multiverse", "inputs", "many_tasks")
"""Asked for by name alone: they need minutes."""


def question(name: str) -> Any:
    """Return the module of a question: ``answer(found)`` draws on the records of its cells."""
    return importlib.import_module(f"{__name__}.{name}")


def asks(name: str, plan: Plan, *given: Any) -> Mapping[str, Sequence[Cell]]:
    """Return the cells that a question needs: those behind its ``ROWS``, or what its ``asks(plan, ...)`` names."""
    from artifact.audit.answer import asked

    module = question(name)
    found: Mapping[str, Sequence[Cell]] = (
        module.asks(plan, *given) if hasattr(module, "asks") else asked(plan, getattr(module, "ROWS", {}))
    )
    return found
