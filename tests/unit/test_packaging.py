"""What surrounds the code: locks, targets, container, metadata."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from artifact.paths import LOCKS, ROOT

FIXED = {
    "help", "setup", "all", "test", "smoke", "data", "train", "report", "verify", "bench", "lint", "container",
    "container-test", "clean", "distclean",
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


@pytest.mark.parametrize("lock", sorted(LOCKS.glob("*.txt")), ids=lambda path: path.name)
def test_every_lock_pins_by_version_and_hash_and_names_no_host(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-zA-Z])", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).strip())
    for entry in entries:
        assert re.match(r"[\w.\-]+==[\w.+]+", entry), entry
        assert "--hash=sha256:" in entry
    assert "://" not in text.replace("https://download.pytorch.org/whl/cpu", "")


def test_every_direct_dependency_says_why_it_is_there() -> None:
    for name in ("requirements.in", "torch-cpu.in", "torch-cuda.in"):
        for line in (LOCKS / name).read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                assert re.match(r"\S+\s+# .{5,}", line), line


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


def test_nothing_loads_a_pickle() -> None:
    for path in (ROOT / "artifact").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\bpickle\b|torch\.(load|save)\(|allow_pickle|joblib|(?<!\.)\beval\(|\bexec\(", text), (
            path
        )


def test_metadata_names_the_paper_and_the_licence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert project["license"] == "Apache-2.0"
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "preferred-citation" in citation
    assert "Henderson" in citation
