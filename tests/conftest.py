"""What the tests share: the study as it is shipped, and one small data set."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from hypothesis import settings

from artifact.dataset import Dataset, build_dataset
from artifact.run import Setting
from artifact.setting import setting_of, tasks_of
from artifact.store.paths import ROOT, STUDY, VARIATIONS
from artifact.study import Study, StudyFile, read_study
from artifact.tasks.task import Task

settings.register_profile("same", derandomize=True, deadline=None, max_examples=40)
settings.load_profile("same")


@pytest.fixture(scope="session", autouse=True)
def as_from_a_terminal() -> None:
    """One thread; Ctrl-C and a hang-up work even where the tests were started in the background or by nohup."""
    torch.set_num_threads(1)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(scope="session")
def study_file() -> StudyFile:
    """The study as it is shipped, with its variations."""
    return read_study(STUDY, VARIATIONS)


@pytest.fixture(scope="session")
def study(study_file: StudyFile) -> Study:
    return study_file.study


@pytest.fixture(scope="session")
def tasks(study_file: StudyFile) -> tuple[Task, ...]:
    return tasks_of(study_file)


@pytest.fixture(scope="session")
def small(study_file: StudyFile) -> StudyFile:
    """The study over 3,000 pings."""
    return study_file.with_values({"trace.pings": 3_000})


@pytest.fixture(scope="session")
def setting(small: StudyFile) -> Setting:
    return setting_of(small)


@pytest.fixture(scope="session")
def dataset(setting: Setting) -> Dataset:
    return build_dataset(setting.trace, setting.dataset, setting.tasks, seed=7_000)


@pytest.fixture(scope="session")
def results_folder() -> Path:
    """Where `make test` has put the default study's results."""
    return Path(os.environ.get("RESULTS", "results"))


@pytest.fixture(scope="session")
def small_results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make smoke` leaves: two runs over 3,000 pings."""
    base = tmp_path_factory.getbasetemp()
    # Each of pytest-xdist's processes has a folder of its own in one that all share.
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "smoke"
    with Path(f"{folder}.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            command = [
                sys.executable,
                "-m",
                "artifact",
                "smoke",
                "--results",
                str(folder),
                "--data",
                str(folder / "data"),
            ]
            subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=300)
    return folder


@pytest.fixture(autouse=True)
def forget_my_lab() -> Iterator[None]:
    """Tests write packages of one name; a module of an earlier one must not stand for that of a later one."""
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "my_lab"]:
        del sys.modules[name]
