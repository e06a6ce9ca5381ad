"""What a result hangs on, as it is told."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from artifact.store import provenance
from artifact.store.paths import LOCKS


@pytest.fixture(autouse=True)
def outside_an_image(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REVISION", "CLAIMS_REVISION", "SOURCE", "CREATED"):
        monkeypatch.delenv(f"ARTIFACT_{name}", raising=False)


def test_libraries_and_locks_are_those_that_are_there() -> None:
    import numpy as np

    versions = provenance.versions()
    assert versions["numpy"] == np.__version__
    assert set(versions) == {"python", *provenance.LIBRARIES}
    locks = provenance.locks_sha256()
    assert locks
    for name, total in locks.items():
        assert total == hashlib.sha256((LOCKS / name).read_bytes()).hexdigest()


def test_the_machine_is_described() -> None:
    machine = provenance.hardware()
    assert set(machine) == {"processor", "cores", "memory_gib", "system"}
    assert machine["cores"] >= 1
    assert machine["memory_gib"] > 0


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed, as in the image")
def test_a_commit_is_named_and_marked_where_files_differ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    assert provenance.git_commit() == "unknown"
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    (tmp_path / "file").write_text("one", encoding="utf-8")
    for command in (["init", "-q"], ["add", "file"], [*identity, "commit", "-q", "-m", "one"]):
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True)
    assert re.fullmatch(r"[0-9a-f]{40}", provenance.git_commit())
    (tmp_path / "file").write_text("two", encoding="utf-8")
    assert re.fullmatch(r"[0-9a-f]{40}-dirty", provenance.git_commit())


def test_without_git_an_image_or_a_release_tells_the_commit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(provenance, "REVISION", tmp_path / "REVISION")
    assert provenance.git_commit() == "unknown"
    assert provenance.last_commit_of_claims() == ""
    assert provenance.image() == {}
    provenance.REVISION.write_text("$Format:%H$\n", encoding="utf-8")
    assert provenance.git_commit() == "unknown"
    provenance.REVISION.write_text("0" * 40 + "\n", encoding="utf-8")
    assert provenance.git_commit() == "0" * 40
    monkeypatch.setenv("ARTIFACT_REVISION", "1" * 40)
    monkeypatch.setenv("ARTIFACT_CLAIMS_REVISION", "2" * 40)
    monkeypatch.setenv("ARTIFACT_CREATED", "2026-01-01T00:00:00Z")
    assert provenance.git_commit() == "1" * 40
    assert provenance.last_commit_of_claims() == "2" * 40
    assert provenance.image() == {"revision": "1" * 40, "created": "2026-01-01T00:00:00Z"}
