"""What a new task begins as: it keeps the contract under any name, and nothing of somebody's is written over."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from artifact.contract import check_task
from artifact.errors import BadInputError
from artifact.setting import TASKS
from artifact.starting import start_task
from artifact.store.paths import STUDY
from artifact.study import read_study


def test_it_keeps_the_contract_under_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the test that is written beside it does with pytest; test_documents_run runs that one."""
    task, test, study = start_task("late_replies_2", tmp_path / "lab")
    monkeypatch.syspath_prepend(tmp_path / "lab")
    found = TASKS.find("late_replies_2:late_replies_2")
    assert found.name == "late_replies_2"
    assert found.parameters.__name__ == "LateReplies2Parameters"
    check_task(found, read_study(study))
    assert "starting" not in task.read_text(encoding="utf-8").lower()
    compile(test.read_text(encoding="utf-8"), str(test), "exec")
    extended = tomllib.loads(study.read_text(encoding="utf-8"))["extends"]
    assert (study.parent / extended).resolve() == STUDY


@pytest.mark.parametrize("there", ["slow.py", "test_slow.py", "slow.toml"])
def test_nothing_is_written_where_one_of_them_is(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("mine")
    with pytest.raises(BadInputError, match=f"{there}: is there already; name a new file"):
        start_task("slow", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "mine"


@pytest.mark.parametrize("name", ["Slow", "2slow", "a-b", "../slow", "", "class", "slow;", "noise", "jitter"])
def test_a_name_that_cannot_be_is_one_line(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInputError, match=r"is no name of a task|comes with the artifact"):
        start_task(name, tmp_path)
    assert not list(tmp_path.iterdir())
