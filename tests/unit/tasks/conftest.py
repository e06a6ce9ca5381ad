from __future__ import annotations

import pytest

from artifact.setting import tasks_of
from artifact.store.paths import ROOT
from artifact.study import read_study
from artifact.tasks.task import Task


@pytest.fixture(scope="session")
def five() -> dict[str, Task]:
    """The tasks of study.five.toml by name, with their parameters."""
    return {task.name: task for task in tasks_of(read_study(ROOT / "study.five.toml"))}
