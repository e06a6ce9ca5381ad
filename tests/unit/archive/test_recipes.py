"""What docs/beyond_one_machine.md prints: commands run as they are printed, recipes are well-formed."""

from __future__ import annotations

import ast
import os
import re
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("distributed")

from artifact.store.paths import ROOT

TEXT = (ROOT / "docs" / "beyond_one_machine.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL))
OURS = [line.strip() for line in TEXT.splitlines() if line.startswith("    .venv/bin/python -m artifact ")]
QUICK = 'extends = "study.toml"\n[trace]\npings = 1000\n[approaches.multi_task]\nepochs = 1\n'


def words(line: str) -> list[str]:
    return shlex.split(line.partition("#")[0].rstrip("& "))[1:]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large")
    (folder / "study.toml").write_text((ROOT / "study.toml").read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "quick.toml").write_text(QUICK, encoding="utf-8")
    run(next(line for line in OURS if " synth " in line).replace("100000", "3000"), folder)
    run(labels_into("labels"), folder)
    return folder


def labels_into(out: str) -> str:
    return next(line for line in OURS if re.search(rf"--out {out}(?= |$)", line))


def run(line: str, folder: Path) -> None:
    given = [sys.executable, *words(line), "--study", "quick.toml"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(given, cwd=folder, env=environment, capture_output=True, check=True, timeout=300)


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    """A scheduler and workers, started as it is printed, at a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    lines = [line for line in TEXT.splitlines() if line.startswith("    .venv/bin/dask ")]
    assert len(lines) == 2
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    started = []
    try:
        for line in lines:
            given = [sys.executable, "-m", "dask", *(word.replace("8786", port) for word in words(line.strip()))]
            started.append(subprocess.Popen(given, cwd=folder, env=environment, stderr=subprocess.DEVNULL))
        yield f"tcp://127.0.0.1:{port}"
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(timeout=60)


def test_a_scheduler_and_workers_started_by_hand_give_the_same(folder: Path, address: str) -> None:
    line = labels_into("labels-3").replace("tcp://127.0.0.1:8786", address)
    for _ in range(60):
        with socket.socket() as there:
            if there.connect_ex(("127.0.0.1", int(address.rpartition(":")[2]))) == 0:
                break
        time.sleep(0.5)
    run(line, folder)
    assert bytes_of(folder / "labels-3") == bytes_of(folder / "labels")


def bytes_of(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def test_the_recipe_for_slurm_gives_each_worker_one_thread_and_the_code() -> None:
    (cluster,) = [of for of in ast.walk(ast.parse(BLOCKS["python"])) if isinstance(of, ast.With)]
    call = cluster.items[0].context_expr
    assert isinstance(call, ast.Call)
    given = {of.arg: ast.unparse(of.value) for of in call.keywords}
    assert given["cores"] == given["processes"] == "1"
    assert "PYTHONPATH" in given["job_script_prologue"]


def test_the_recipe_for_kubernetes_names_one_scheduler_and_mounts_one_volume() -> None:
    yaml = pytest.importorskip("yaml")
    job = yaml.safe_load(BLOCKS["yaml"])
    name, spec = job["metadata"]["name"], job["spec"]
    cluster = spec["cluster"]["spec"]
    assert cluster["scheduler"]["service"]["selector"]["dask.org/cluster-name"] == name
    (runner,) = spec["job"]["spec"]["containers"]
    assert f"tcp://{name}-scheduler:8786" in runner["args"]
    for pod in (spec["job"]["spec"], cluster["worker"]["spec"]):
        mounted = {of["name"]: of["mountPath"] for of in pod["containers"][0]["volumeMounts"]}
        assert mounted == {"shared": "/shared"}
        assert [of["name"] for of in pod["volumes"]] == ["shared"]
    assert cluster["worker"]["spec"]["containers"][0]["command"][-2:] == ["--nthreads", "1"]
