"""What surrounds the code: locks, targets, container, metadata."""

from __future__ import annotations

import importlib
import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from types import ModuleType, SimpleNamespace

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
    assert text.index("COPY . /artifact") < text.index("ARG REVISION")  # a new commit keeps the layers before it


def test_what_the_image_says_of_itself_comes_from_build_arguments() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    builds = (ROOT / "tools" / "container").read_text(encoding="utf-8")
    for name in ("REVISION", "CLAIMS_REVISION", "SOURCE", "CREATED"):
        assert f"ARTIFACT_{name}=${{{name}}}" in text
        assert f'--build-arg "{name}=' in builds
    for label in ("revision", "source", "created"):
        assert f"org.opencontainers.image.{label}=${{{label.upper()}}}" in text


def test_no_bytecode_in_the_image_names_a_time() -> None:
    """-I does not hear PYTHONDONTWRITEBYTECODE, and compileall leaves bytecode alone that is there already."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "-name '*.pyc' -delete; \\\n    /venv/bin/python -IB /locks/tools/imported.py" in text
    assert "| /venv/bin/python -IB -m compileall -q -i - --invalidation-mode unchecked-hash" in text


PYTEST = "-m pytest -p no:cacheprovider --numprocesses auto --maxprocesses 4 --dist loadfile"


@pytest.mark.parametrize(
    ("given", "runs"),
    [
        ([], "-m artifact"),
        (["verify", "--strict"], "-m artifact verify --strict"),
        (["test"], f"{PYTEST} -m not whole_study tests/unit tests/contract"),
        (["test", "-k", "swell or noise"], f"{PYTEST} -k swell or noise"),
    ],
)
def test_the_image_runs_a_command_or_the_tests(given: list[str], runs: str, tmp_path: Path) -> None:
    stand_in = tmp_path / "python"
    stand_in.write_text('#!/bin/sh\necho "$@${RESULTS:+ in $RESULTS}"\n', encoding="utf-8")
    stand_in.chmod(0o755)
    script = (ROOT / "tools" / "entrypoint").read_text(encoding="utf-8").replace("/venv/bin/python", str(stand_in))
    said = subprocess.run(
        ["sh", "-c", script, "entrypoint", *given], capture_output=True, text=True, check=True, env={"RESULTS": "/r"}
    )
    assert said.stdout == runs + ("" if given[:1] == ["test"] else " in /r") + "\n"


def test_two_contents_are_compared_by_path_mode_and_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(ROOT / "tools")
    contents = importlib.import_module("contents")
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc" / "1").touch()
    (tmp_path / "a file").write_text("one", encoding="utf-8")
    (tmp_path / "link").symlink_to("a file")
    first = list(contents.listed(tmp_path))
    assert len(first) == 2
    assert contents.compare(first, list(contents.listed(tmp_path))) == 0
    assert contents.compare([], []) == 1
    (tmp_path / "a file").chmod(0o700)
    second = list(contents.listed(tmp_path))
    assert contents.compare(first, second) == 1
    (tmp_path / "a file").write_text("two", encoding="utf-8")
    assert contents.compare(second, list(contents.listed(tmp_path))) == 1
    assert f"{tmp_path}/a file'" in capsys.readouterr().out


def test_ci_runs_the_readmes_test_command() -> None:
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "\nmake test" in ci
    assert "    make test " in (ROOT / "README.md").read_text(encoding="utf-8")
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


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The tool that packs a release, on a repository that is ready for one; targets of make do nothing."""
    monkeypatch.syspath_prepend(ROOT / "tools")
    module: ModuleType = importlib.import_module("release")
    monkeypatch.setattr(module, "ROOT", tmp_path / "clone")
    (module.ROOT / "data").mkdir(parents=True)
    for name in ("CITATION.cff", "CHANGELOG.md", "pyproject.toml", "REVISION", ".gitattributes"):
        shutil.copy(ROOT / name, module.ROOT)
    (module.ROOT / "data" / "reference.json").write_text("{}\n", encoding="utf-8")
    (module.ROOT / "Makefile").write_text(
        "lint test verify compare-reference:\n\t@true\nsbom:\n\t@touch sbom.json\n", encoding="utf-8"
    )
    monkeypatch.setenv("RESULTS", str(module.ROOT))
    monkeypatch.setattr(module.sys, "argv", ["release.py", str(tmp_path / "release")])
    (module.ROOT / ".gitignore").write_text("sbom.json\n", encoding="utf-8")
    commit(module.ROOT)
    return module


def commit(folder: Path) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    for command in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-q", "--allow-empty", "-m", "one"]):
        subprocess.run(["git", "-C", str(folder), *command], check=True)


needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed, as in the image")


@needs_git
def test_a_release_is_whole_and_knows_its_commit(release: ModuleType, tmp_path: Path) -> None:
    assert release.main() == 0
    folder = tmp_path / "release"
    (archive,) = folder.glob("*.tar.gz")
    assert {path.name for path in folder.iterdir()} == {archive.name, "reference.json", "sbom.json", "SHA256SUMS"}
    subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=folder, check=True)
    told = subprocess.run(["tar", "-xzOf", archive, f"{archive.name[:-7]}/REVISION"], capture_output=True, check=True)
    assert told.stdout.decode().strip() == release.git("rev-parse", "HEAD")


@needs_git
@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("new", "", "the tree differs from its commit"),
        ("data/reference.json", None, "data/reference.json is missing"),
        ("CHANGELOG.md", "## 0.0.1\n", "CHANGELOG.md does not begin with"),
        ("pyproject.toml", '[project]\nversion = "0.0.1"\n', "write the same"),
        ("CITATION.cff", "version: 1.0\n", "CITATION.cff has no date-released"),
        ("Makefile", "lint:\n\t@true\ntest:\n\t@false\n", "`make test` failed; nothing was released"),
    ],
)
def test_what_is_not_ready_is_not_released(
    path: str, text: str | None, words: str, release: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = release.ROOT / path
    changed.unlink() if text is None else changed.write_text(text, encoding="utf-8")
    if path != "new":
        commit(release.ROOT)
    assert release.main() == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "release").exists()


def test_version_and_date_are_the_same_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "tools")
    assert re.fullmatch(r"\d+\.\d+\.\d+", importlib.import_module("release").consistent_version())


def test_the_devcontainer_is_the_image() -> None:
    said = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    assert (ROOT / ".devcontainer" / said["build"]["dockerfile"]).resolve() == ROOT / "Dockerfile"
    assert said["containerEnv"]["VENV"] == "/venv"


def test_metadata_names_the_paper_and_the_licence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert project["license"] == "Apache-2.0"
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "preferred-citation" in citation
    assert "Henderson" in citation
