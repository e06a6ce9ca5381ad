"""Set-up: what a host's pip is configured to is taken for its sources alone, a failure is one line with its package."""

from __future__ import annotations

import importlib
import os
import stat
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from artifact.store.paths import LOCKS, ROOT


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "tools")
    module = importlib.import_module("environment")
    monkeypatch.setattr(module, "ETC", Path("/nonexistent"))
    return module


@pytest.mark.parametrize(
    ("log", "words"),
    [  # as uv 0.13.9 and pip 26 print them
        (
            "error: Failed to download `tqdm==4.70.1`\n  cause: Hash mismatch for `tqdm==4.70.1`\n",
            "tqdm==4.70.1: its hash is another than locked; check the sources (pip config list)",
        ),
        (
            "  cause: Because there is no version of tqdm==9.70.1 and you require tqdm==9.70.1, we can",
            "tqdm==9.70.1: it cannot be found; check network and sources (pip config list)",
        ),
        ("  cause: Because tqdm was not found in the provided", "tqdm: it cannot be found; check network and sources"),
        ("error: Failed to download `torch==2.13.0+cpu`\n  cause: reset", "torch==2.13.0+cpu: it cannot be downloaded"),
        (
            "error: Failed to fetch: http://127.0.0.1:9/simple/tqdm/\n  cause: Connection refused",
            "http://127.0.0.1:9/simple/tqdm/: it cannot be fetched; check the network",
        ),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If\n    tqdm==4.70.1 from file:",
            "tqdm==4.70.1: its hash is another than locked",
        ),
        ("ERROR: No matching distribution found for uv==0.13.9", "uv==0.13.9: it cannot be found"),
        ("failed to write to file `x`: No space left on device (os error 28)", "the disk is full; make room, 3 GB"),
        ("something new\n", "something new; check network and sources (pip config list)"),
        ("", "no word; check network and sources (pip config list)"),
    ],
)
def test_a_failure_is_a_line_that_names_the_package(environment: ModuleType, log: str, words: str) -> None:
    said = environment.reason(log)
    assert said.startswith(words)
    assert "\n" not in said


STRANGE = """
[global]
index-url = https://one.example/simple
find-links = /wheels
    /more
constraint = /nonexistent/constraints.txt
user = true
require-virtualenv = true
trusted-host = one.example
[install]
index-url = https://two.example/simple
no-binary = :all:
"""


def test_of_a_strange_configuration_only_sources_count(environment: ModuleType, tmp_path: Path) -> None:
    for folder in ("xdg", "home/.config"):
        (tmp_path / folder / "pip").mkdir(parents=True)
    (tmp_path / "xdg" / "pip" / "pip.conf").write_text(STRANGE, encoding="utf-8")
    (tmp_path / "home" / ".config" / "pip" / "pip.conf").write_text(
        "[global]\ntrusted-host = mine.example\nprefix = /x\n", encoding="utf-8"
    )
    variables = {"HOME": f"{tmp_path}/home", "XDG_CONFIG_DIRS": f"{tmp_path}/xdg", "PIP_NO_INDEX": "true"}
    found = environment.sources({**variables, "PIP_USER": "1"})
    assert found == {
        "index-url": "https://two.example/simple",
        "find-links": "/wheels /more",
        "trusted-host": "mine.example",
        "no-index": "true",
    }
    assert "\nindex-url = https://two.example/simple\nno-index = true\n" in environment.as_pip_configuration(found)
    options = environment.as_uv_options(found, ["https://cpu.example"])
    assert options[:2] == ["--default-index", "https://two.example/simple"]
    assert options[2:] == [
        "--index=https://cpu.example",
        "--find-links=/wheels",
        "--find-links=/more",
        "--allow-insecure-host=mine.example",
        "--no-index",
    ]
    assert environment.sources({**variables, "PIP_CONFIG_FILE": os.devnull}) == {"no-index": "true"}


def test_pip_is_told_the_sources_and_reads_no_file_of_the_host(
    environment: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "xdg" / "pip").mkdir(parents=True)
    (tmp_path / "xdg" / "pip" / "pip.conf").write_text(STRANGE, encoding="utf-8")
    monkeypatch.setenv("XDG_CONFIG_DIRS", f"{tmp_path}/xdg")
    monkeypatch.setenv("PIP_USER", "1")
    for name in ("PIP_CONFIG_FILE", "PIP_INDEX_URL", "PIP_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(environment, "ETC", tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / "venv"
    folder.mkdir()
    (folder / environment.LOG).touch()
    command = [sys.executable, "-I", "-m", "pip", "config", "list"]
    variables = environment.Environment(folder).variables
    said = subprocess.run(command, env=variables, capture_output=True, text=True, check=True).stdout
    names = {line.partition("=")[0].rpartition(".")[2] for line in said.splitlines()}
    assert {"index-url", "find-links", "trusted-host"} <= names
    assert not names & {"user", "constraint", "require-virtualenv", "no-binary"}
    assert "index-url='https://two.example/simple'" in said


def test_a_file_of_pips_takes_the_place_of_the_users(environment: ModuleType, tmp_path: Path) -> None:
    (tmp_path / ".pip").mkdir()
    for name, where in ((".pip/pip.conf", "user"), ("mine.conf", "mine"), ("torn.conf", "")):
        (tmp_path / name).write_text(f"[global]\nfind-links = /{where}\n" if where else "torn", encoding="utf-8")
    home = {"HOME": str(tmp_path), "XDG_CONFIG_DIRS": "/nonexistent"}
    assert environment.sources(home)["find-links"] == "/user"
    mine = {**home, "PIP_CONFIG_FILE": f"{tmp_path}/mine.conf"}
    assert environment.sources(mine)["find-links"] == "/mine"
    (tmp_path / "pip").mkdir()
    (tmp_path / ".pip" / "pip.conf").rename(tmp_path / "pip" / "pip.conf")
    assert environment.sources({**mine, "XDG_CONFIG_DIRS": str(tmp_path)})["find-links"] == "/mine"
    assert "find-links" not in environment.sources({**home, "PIP_CONFIG_FILE": f"{tmp_path}/torn.conf"})


def test_nothing_of_a_hosts_installers_is_handed_on(environment: ModuleType) -> None:
    given = {"PIP_USER": "1", "UV_OFFLINE": "1", "PYTHONPATH": "/x", "PATH": "/bin", "https_proxy": "http://p"}
    assert environment.without_installers(given) == {"PATH": "/bin", "https_proxy": "http://p"}


@pytest.fixture
def quick(environment: ModuleType, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Installers that install nothing, and an environment without packages."""

    def create(folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        for name in (environment.LOG, "made"):
            (folder / name).touch()

    monkeypatch.setattr(environment, "create", create)
    monkeypatch.setattr(environment, "sources", lambda _: {})
    return environment


LOCK = [LOCKS / "torch-cpu.txt"]


def test_a_cut_set_up_goes_on_and_a_finished_one_is_never_touched(
    quick: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "venv"
    monkeypatch.setattr(quick.Environment, "_run", lambda *_: False)
    assert quick.make(folder, LOCK) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[-1].startswith("make: set-up failed: no word; ")
    assert len([line for line in said if line.startswith("make: ")]) == 1
    (folder / "made").unlink()
    tried: list[list[str]] = []
    monkeypatch.setattr(quick.Environment, "_run", lambda _, command: not tried.append(command))
    assert quick.make(folder, LOCK) == 0
    assert not (folder / "made").exists()  # it was not created anew
    assert not (folder / ".setup").exists()
    assert "going on with venv" in capsys.readouterr().err
    n_tried = len(tried)
    assert quick.make(folder, LOCK) == 0
    assert len(tried) == n_tried


def test_where_uv_fails_pip_takes_its_place_and_pytorch_serves_its_own_lock_alone(
    quick: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[list[str]] = []

    def run(_: object, command: list[str]) -> bool:
        tried.append([Path(word).name for word in command])
        return "--target" not in command and not {"tools.txt", "torch-cpu.txt"} <= set(tried[-1])

    monkeypatch.setattr(quick.Environment, "_run", run)
    assert quick.make(tmp_path / "venv", [LOCKS / "tools.txt", *LOCK]) == 0
    assert "uv.txt" in tried[0]
    assert all(words[:4] == ["python", "-I", "-m", "pip"] for words in tried)
    *_, alone, others, check = tried
    assert [Path(quick.CPU_WHEELS).name in words for words in (alone, others)] == [True, False]
    assert [word for word in alone if word.endswith(".txt")] == ["torch-cpu.txt"]
    assert [word for word in others if word.endswith(".txt")] == ["tools.txt"]
    assert check[-1] == "check"


@pytest.mark.parametrize("name", ["tools", "changes", "browser"])
def test_make_looks_for_the_stamp_that_a_finished_environment_bears(
    environment: ModuleType, tmp_path: Path, name: str
) -> None:
    venv = tmp_path / "venv"
    locks = {venv: ["requirements.txt", "torch-cpu.txt"], tmp_path / f"venv-{name}": [f"{name}.txt"]}
    words = ["make", f"{name}-setup", f"VENV={venv}", "PYTHON=false"]
    codes = []
    for folder, files in locks.items():
        codes.append(subprocess.run(words, cwd=ROOT, capture_output=True, check=False).returncode)
        folder.mkdir()
        (folder / environment.stamp([LOCKS / file for file in files])).touch()
    codes.append(subprocess.run(words, cwd=ROOT, capture_output=True, check=False).returncode)
    assert [code == 0 for code in codes] == [False, False, True]


def test_a_new_environment_is_known_as_ours_at_any_moment(environment: ModuleType, tmp_path: Path) -> None:
    folder = tmp_path / "venv"
    folder.mkdir()
    (folder / environment.LOG).touch()
    (folder / "lib").mkdir()
    (folder / "lib" / "old").touch()
    (folder / "lib64").symlink_to("lib")
    environment.create(folder)
    assert (folder / environment.LOG).exists()
    assert (folder / "bin" / "pip").exists()
    assert not (folder / "lib" / "old").exists()
    assert stat.S_ISLNK((folder / "bin" / "python").lstat().st_mode)
