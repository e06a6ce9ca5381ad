"""What the numbers mean: one file per question that the paper leaves open."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from artifact.audit.answer import Answer

QUESTIONS = (
    "baselines",
    "best",
    "ties",
    "class_balance",
    "starts",
    "sharing",
    "network_labels",
    "ceiling",
    "splits",
    "clocks",
    "effort",
)
"""Answered by `make all`, in the order of the report."""

ON_DEMAND = ("real_lines", "multiverse")
"""Asked for by name: they need a folder of traces, or minutes."""


def question(name: str) -> Callable[[Any], Answer]:
    """Return the function that answers a question from the evidence of a study's runs."""
    answer: Callable[[Any], Answer] = importlib.import_module(f"{__name__}.{name}").answer
    return answer
