"""What CONTRIBUTING.md and docs/ print runs as it is printed."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from artifact.audit.answer import Found, asked
from artifact.reported import Plan
from artifact.setting import TASKS, setting_of, varied
from artifact.store.paths import ROOT, STUDY
from artifact.study import read_study, read_variations

sys.path.insert(0, str(ROOT / "tools"))
from lab import BLOCKS, FILE, write

COMMANDS = [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]
MAKE = [line for line in COMMANDS if " make " in f" {line}"]
IN_ORDER = [line for line in COMMANDS if line not in MAKE]
"""Those that do not take a minute, as one would type them from the top of each document."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every file that is printed."""
    folder = tmp_path_factory.mktemp("lab")
    write(folder)
    return folder


def run(command: list[str], lab: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": f"{lab}:{ROOT}", "OMP_NUM_THREADS": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)


def test_each_kind_of_plug_in_is_shown(lab: Path) -> None:
    written = {str(path.relative_to(lab)) for path in lab.rglob("*.*")}
    files = ("tasks", "inputs", "approaches", "check_reader")
    others = {"test_my_lab.py", "study.toml", "variations.toml", "pyproject.toml", "questions/trunks.py"}
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


def test_its_commands_run_one_after_the_other(lab: Path) -> None:
    said = []
    for command in IN_ORDER:
        path, _, rest = command.replace("~/lab", str(lab)).rpartition(".venv/bin/python ")
        assert path in ("", f"PYTHONPATH={lab} "), command
        done = run([sys.executable, *rest.split(), *(["-p", "no:cacheprovider"] if "-m pytest" in rest else [])], lab)
        assert (done.returncode, done.stderr) == (0, ""), command + done.stderr
        said.append(done.stdout)
    assert (lab / "test_slow.py").exists()
    for words in ("test_slow.py: passes now", " passed", "slow: keeps the contract", "slow: state task", "reroute: "):
        assert any(words in one for one in said), words


@pytest.mark.parametrize("command", MAKE)
def test_its_targets_take_what_they_are_given(lab: Path, command: str) -> None:
    _, _, rest = command.rpartition("make ")
    done = run(["make", "-n", *rest.replace("~/lab", str(lab)).split()], lab)
    assert done.returncode == 0
    assert '--study "$STUDY"' in done.stdout


def test_an_installed_package_announces_its_plug_ins(
    lab: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As pip writes them: https://packaging.python.org/en/latest/specifications/entry-points/."""
    project = tomllib.loads((lab / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = project["entry-points"]
    lines = [line for group, of in groups.items() for line in (f"[{group}]", *(f"{k} = {v}" for k, v in of.items()))]
    installed = tmp_path / "my_lab-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text(f"Name: {project['name']}\nVersion: {project['version']}\n", encoding="utf-8")
    (installed / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.syspath_prepend(str(lab))
    monkeypatch.syspath_prepend(str(tmp_path))
    text = (lab / "study.toml").read_text(encoding="utf-8")
    bare = text.replace("my_lab.tasks:dip", "dip").replace("my_lab.approaches:trust", "trust")
    assert bare.count('"dip"') == bare.count('"trust"') == 1
    (tmp_path / "study.toml").write_text(bare, encoding="utf-8")
    setting = setting_of(read_study(tmp_path / "study.toml"))
    assert {task.name: task.module for task in setting.tasks}["dip"] == "my_lab.tasks"
    assert "trust" in {approach.name for approach in setting.approaches}
    assert "route_change, swell, dip or as module:attribute" in TASKS.remedy
