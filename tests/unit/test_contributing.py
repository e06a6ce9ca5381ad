"""What CONTRIBUTING.md prints runs as it is printed."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from artifact.audit.answer import Found, asked
from artifact.reported import Plan
from artifact.setting import setting_of, varied
from artifact.store.paths import ROOT, STUDY
from artifact.study import read_study, read_variations

sys.path.insert(0, str(ROOT / "tools"))
from lab import BLOCKS, FILE, write

COMMANDS = [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every file that CONTRIBUTING.md prints."""
    folder = tmp_path_factory.mktemp("lab")
    write(folder)
    return folder


def run(command: list[str], lab: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": f"{lab}:{ROOT}", "OMP_NUM_THREADS": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)


def test_each_kind_of_plug_in_is_shown(lab: Path) -> None:
    written = {str(path.relative_to(lab)) for path in lab.rglob("*.*")}
    files = ("tasks", "inputs", "approaches", "check_reader")
    others = {"test_my_lab.py", "study.toml", "variations.toml", "questions/trunks.py"}
    assert written == {*(f"my_lab/{name}.py" for name in files), *others}
    assert all(FILE.match(text) for kind, text in BLOCKS if kind != "sh")


def test_the_study_lists_them(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(lab))
    setting = setting_of(read_study(lab / "study.toml"))
    assert {"dip", "reroute"} <= {task.name for task in setting.tasks}
    assert "trust" in {approach.name for approach in setting.approaches}
    assert "change" in {approach.input.name for approach in setting.approaches if approach.input}


def test_the_variation_changes_the_study(lab: Path) -> None:
    study = read_study(STUDY)
    for variation in read_variations(lab / "variations.toml").values():
        changed = varied(study, variation)
        assert all(changed.value(dotted) == value != study.value(dotted) for dotted, value in variation.set.items())


def test_the_question_compares_what_its_variation_changes(lab: Path) -> None:
    spec = importlib.util.spec_from_file_location("trunks", lab / "questions" / "trunks.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    plan = Plan(read_study(STUDY, lab / "variations.toml").with_values({"runs.count": 2}))
    cells = asked(plan, module.ROWS)
    assert [cell.variation and cell.variation.name for cell in cells[module.ONE]] == ["short_trunk"] * len(
        plan.data_sets
    )
    assert cells[module.TWO] == plan.every()
    records = {
        row: [
            {"scores": {"multi_task": {task: {"accuracy": of + k / 100, "f1": of} for task in plan.tasks}}}
            for k in (0, 1)
        ]
        for row, of in {module.TWO: 0.9, module.ONE: 0.8}.items()
    }
    answer = module.answer(Found(plan, records, {}))
    assert all(len(row) == len(answer.columns) for row in answer.rows)
    assert f"{plan.tasks[0]}: a loss of 0.100, at least" in answer.answer


def test_its_tests_pass(lab: Path) -> None:
    done = run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(lab)], lab)
    assert done.returncode == 0, done.stdout
    assert re.search(r"^\d+ passed", done.stdout, re.MULTILINE), done.stdout


def test_the_reader_keeps_its_contract(lab: Path) -> None:
    done = run([sys.executable, str(lab / "my_lab" / "check_reader.py")], lab)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", [line for line in COMMANDS if " -m artifact tasks" in line])
def test_its_commands_run(lab: Path, command: str) -> None:
    words = command.replace("~/lab", str(lab)).split()
    assert words[:2] == [f"PYTHONPATH={lab}", ".venv/bin/python"]
    done = run([sys.executable, *words[2:]], lab)
    assert (done.returncode, done.stderr) == (0, "")
    assert "reroute: " in done.stdout
