"""What surrounds the code: locks, targets, container, metadata."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest

from artifact.store.paths import LOCKS, ROOT

FIXED = {
    "help", "setup", "all", "test", "smoke", "data", "train", "report", "verify", "audit", "multiverse", "bench",
    "lint", "reproduce", "faults", "fuzz", "mutants", "container", "container-test", "clean", "distclean",
}  # fmt: skip


def make(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
    for name in ("TRACE", "DEVICE", "RUNS", "STUDY", "RESULTS", "PYTHON", "VENV"):
        environment.pop(name, None)
    return subprocess.run(["make", *arguments], capture_output=True, text=True, cwd=cwd, env=environment, check=False)


def test_bare_make_lists_every_target_with_its_time() -> None:
    said = make().stdout
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE)
    assert set(targets) >= FIXED
    for target in targets:
        assert re.search(rf"^  {target} ", said, re.MULTILINE), target
    for target in ("setup", "all", "test", "smoke", "bench", "verify"):
        assert re.search(rf"^  {target} .*(min|seconds)", said, re.MULTILINE), target


@pytest.mark.parametrize("variable", ["VENV", "RESULTS"])
@pytest.mark.parametrize("folder", ["", " ", "/", "."])
def test_no_folder_of_somebody_elses_is_cleared(variable: str, folder: str) -> None:
    for target in ("setup", "clean", "distclean"):
        said = make("-n", target, f"{variable}={folder}")
        assert said.returncode == 2
        assert "names no folder of its own" in said.stderr


def test_an_environment_that_was_not_made_here_stays(tmp_path: Path) -> None:
    (tmp_path / "precious").touch()
    assert "was not made here; name another" in make("setup", f"VENV={tmp_path}").stderr
    assert "it stays" in make("distclean", f"VENV={tmp_path}", f"RESULTS={tmp_path / 'none'}").stderr
    assert (tmp_path / "precious").exists()


@pytest.mark.parametrize("lock", sorted(LOCKS.glob("*.txt")), ids=lambda path: path.name)
def test_every_lock_pins_by_version_and_hash_and_names_no_host(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-zA-Z])", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).strip())
    for entry in entries:
        assert re.match(r"[\w.\-]+==[\w.+]+", entry), entry
        assert "--hash=sha256:" in entry
    assert "://" not in text.replace("https://download.pytorch.org/whl/cpu", "")


def test_every_direct_dependency_says_why_it_is_there() -> None:
    for source in sorted(LOCKS.glob("*.in")):
        lock = source.with_suffix(".txt").read_text(encoding="utf-8")
        for line in source.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                said = re.match(r"([\w-]+)\S+\s+# (.{5,})", line)
                assert said, line
                assert f"# {said[1]}: {said[2]}\n{said[1]}==" in lock


@pytest.mark.parametrize(
    ("said", "compatible"),
    [
        ("MIT", True),
        ("GPL-2.0-only OR MIT", True),
        ("Apache-2.0 AND Apache-2.0 WITH LLVM-exception AND BSL-1.0", True),
        ("3-Clause BSD License, MIT-CMU", True),
        ("License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)", True),
        ("MIT AND GPL-3.0-only", False),
        ("GPL-3.0 and MIT", False),
        ("LGPL-2.1", False),
        ("Limited use, miscellaneous", False),
        ("none stated", False),
    ],
)
def test_every_part_of_a_licence_has_to_be_compatible(
    said: str, compatible: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(ROOT / "tools")
    assert importlib.import_module("supply_chain").compatible(said) is compatible


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        ([{"name": "numpy", "version": "2.4.6", "vulns": []}], 0, "1 packages asked about, 0 with"),
        ([{"name": "pillow", "version": "13.0.0", "vulns": [{"id": "PYSEC-1"}]}], 1, "pillow 13.0.0: PYSEC-1"),
        ([{"name": "torch", "skip_reason": "not found"}], 2, "try again online"),
        (
            [{"name": "torch", "skip_reason": "not found"}, {"name": "tqdm", "version": "4", "vulns": []}],
            0,
            "not known to the service: torch",
        ),
        (None, 2, "try again online"),
    ],
)
def test_vulnerabilities_are_told_from_silence(  # pip-audit's JSON: its README, "JSON"
    answer: list[object] | None,
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.syspath_prepend(ROOT / "tools")
    supply_chain = importlib.import_module("supply_chain")
    stdout = json.dumps({"dependencies": answer}) if answer is not None else ""
    monkeypatch.setattr(supply_chain.subprocess, "run", lambda *_, **__: SimpleNamespace(stdout=stdout))
    assert supply_chain.vulnerabilities() == code
    assert said in "".join(capsys.readouterr())
    assert any(pin.startswith("torch==") and "+" not in pin for pin in supply_chain.locked())


MUTANTS = tomllib.loads((ROOT / "tools" / "mutants.toml").read_text(encoding="utf-8"))["mutant"]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant["name"])
def test_every_mutant_still_has_its_line(mutant: dict[str, str]) -> None:
    text = (ROOT / mutant["path"]).read_text(encoding="utf-8")
    assert text.count(mutant["old"]) == 1
    assert all((ROOT / test).exists() for test in mutant["tests"].split() if test.startswith("tests/"))


def test_a_file_name_is_never_a_command(tmp_path: Path) -> None:
    hostile = "$(shell touch bad);`touch worse`; touch worst '\"$HOME"
    said = make("-n", "all", f"TRACE={hostile}")
    assert said.returncode == 0
    assert '${TRACE:+--trace "$TRACE"}' in said.stdout  # handed over by the shell, never pasted
    printed = make("help", f"TRACE={hostile}")
    assert f"TRACE={hostile}" in printed.stdout
    assert not any((ROOT / name).exists() for name in ("bad", "worse", "worst"))


def test_an_unknown_device_is_one_line() -> None:
    said = make("setup", "DEVICE=tpu")
    assert said.returncode == 2
    assert "DEVICE=tpu is unknown" in said.stderr


def test_the_container_is_pinned_and_nobodys_root() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r"BASE_IMAGE=\S+@sha256:[0-9a-f]{64}", text)
    assert re.search(r"^USER 10001", text, re.MULTILINE)


def test_ci_runs_the_readmes_test_command() -> None:
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "\nmake test" in ci
    assert "    make test\n" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


WORKFLOWS = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / ".github" / "workflows").glob("*.yml")}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_runs_pinned_actions_and_may_read_alone(name: str) -> None:
    text = WORKFLOWS[name]
    used = re.findall(r"uses: (.+)", text)
    assert used
    for action in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action
    assert "\npermissions: {}\n" in text
    assert set(re.findall(r"^ +([\w-]+): (?:read|write)$", text, re.MULTILINE)) == {"contents"}
    assert ": write" not in text
    assert "\nconcurrency:\n" in text
    assert "  workflow_dispatch:\n" in text


def test_pushes_do_not_wait_for_what_runs_weekly() -> None:
    assert set(WORKFLOWS) == {"ci", "weekly"}
    assert "schedule" not in WORKFLOWS["ci"]
    assert not re.search(r"^  (push|pull_request):", WORKFLOWS["weekly"], re.MULTILINE)
    assert "hashFiles('requirements/*.txt')" in WORKFLOWS["ci"]
    assert '--summary >> "$GITHUB_STEP_SUMMARY"' in WORKFLOWS["ci"]


def test_nothing_loads_a_pickle() -> None:
    for path in (ROOT / "artifact").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\bpickle\b|torch\.(load|save)\(|allow_pickle|joblib|(?<!\.)\beval\(|\bexec\(", text), (
            path
        )


def test_nothing_outside_the_tasks_names_one_of_them() -> None:
    """A study of other tasks meets the same code. The page may say where the paper's Figure 2 stands, and that the size
    of its swells was calibrated; two questions name sizes of the paper's properties as variations.
    """
    mentions = {}
    for path in (of for of in (ROOT / "artifact").rglob("*") if of.suffix in (".py", ".j2", ".css", ".toml")):
        name = path.relative_to(ROOT / "artifact")
        if name.parts[0] != "tasks":
            found = re.findall(r"(?i)noise|outage|swell", path.read_text(encoding="utf-8"))
            mentions |= {str(name): found} if found else {}
    questions = {"audit/best.py", "audit/what_it_takes.py"}
    assert {name: of for name, of in mentions.items() if name not in questions} == {
        "report/derived.html.j2": ["swell"],
        "report/numbers.html.j2": ["noise"],
    }


def test_metadata_names_the_paper_and_the_licence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert project["license"] == "Apache-2.0"
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "preferred-citation" in citation
    assert "Henderson" in citation
