"""The command line as its users meet it: one line, exit 2, nothing touched."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from artifact.paths import ROOT, STUDY
from artifact.results import SCHEMA_VERSION
from artifact.sealed import write_sealed


def run(*arguments: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "artifact", *map(str, arguments)]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "PYTHONHASHSEED": "0"}
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment, timeout=120, check=False)


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys, artifact.cli as c; c._parser(); "
        "print([name for name in ('numpy', 'torch', 'pydantic') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    assert said.stdout.strip() == "[]"


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """Earlier results, which bad input must leave alone."""
    folder = tmp_path / "results"
    (folder / "runs" / "00").mkdir(parents=True)
    for name in ("results.json", "report.html", "runs/00/record.json"):
        (folder / name).write_text("earlier", encoding="utf-8")
    return folder


def digest(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return hashlib.sha256(b"".join(str(path).encode() + path.read_bytes() for path in files)).hexdigest()


GOOD = "rtt_ms\n" + "10.5\n" * 1_200
TRACES = {
    "missing": (None, "no such file"),
    "empty": ("", "empty"),
    "too short": ("rtt_ms\n" + "10.5\n" * 999, "999"),
    "garbled": ("no ping here\n", "garbled"),
    "one strange line": (GOOD + "no ping here\n", ":1202:"),
}


@pytest.mark.parametrize("case", TRACES)
def test_a_bad_trace_is_one_line_and_changes_nothing(case: str, earlier: Path, tmp_path: Path) -> None:
    content, expected = TRACES[case]
    trace = tmp_path / f"{case}.csv"
    if content is not None:
        trace.write_text(content, encoding="utf-8")
    before = digest(earlier)
    said = run("all", "--study", STUDY, "--trace", trace, "--results", earlier, "--data", tmp_path / "data")
    assert said.returncode == 2, said.stderr
    assert said.stderr.count("\n") == 1
    assert str(trace) in said.stderr
    assert expected.lower() in said.stderr.lower()
    assert said.stdout == ""
    assert digest(earlier) == before
    assert not (tmp_path / "data").exists()


def test_a_misspelt_key_is_one_line_and_changes_nothing(earlier: Path, tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    study.write_text(STUDY.read_text(encoding="utf-8").replace("calm_sd", "calm_ds", 1), encoding="utf-8")
    before = digest(earlier)
    said = run("all", "--study", study, "--results", earlier, "--data", tmp_path / "data")
    assert said.returncode == 2
    assert said.stderr.count("\n") == 1
    assert "did you mean calm_sd?" in said.stderr
    assert digest(earlier) == before


def test_verify_without_results_says_what_to_do(tmp_path: Path) -> None:
    said = run("verify", "--results", tmp_path)
    assert said.returncode == 2
    assert "make all" in said.stderr


@pytest.mark.parametrize(("word", "code"), [("reproduced", 0), ("not reproduced", 1)])
def test_verify_exits_1_where_a_claim_is_not_reproduced(tmp_path: Path, word: str, code: int) -> None:
    claim = {"id": "C1", "verdict": word, "published": 0.88, "reproduced": 0.5, "statement": "s"}
    write_sealed(tmp_path / "results.json", {"schema_version": SCHEMA_VERSION, "claims": [claim]})
    said = run("verify", "--results", tmp_path)
    assert said.returncode == code
    assert word in said.stdout


@pytest.mark.parametrize(
    "given", [["no-such-command"], ["all", "--runs", "0"], ["all", "--device", "tpu"], [], ["all", "--rums", "3"]]
)
def test_usage_errors_are_one_line_and_exit_2(given: list[str]) -> None:
    said = run(*given)
    assert said.returncode == 2
    assert said.stderr.count("\n") == 1
    assert said.stderr.startswith("artifact: ")


def test_a_folder_that_another_command_holds_is_refused(tmp_path: Path) -> None:
    import fcntl

    (tmp_path / "results").mkdir()
    with (tmp_path / "results" / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        said = run("data", "--study", STUDY, "--results", tmp_path / "results", "--data", tmp_path / "data")
    assert said.returncode == 2
    assert "another command" in said.stderr


def test_other_results_leave_the_default_data_alone(tmp_path: Path) -> None:
    said = run("data", "--study", STUDY, "--runs", "1", "--results", tmp_path / "mine", cwd=tmp_path)
    assert said.returncode == 0, said.stderr
    assert (tmp_path / "mine" / "data" / "run-00.csv").exists()
    assert not (tmp_path / "data").exists()


def test_only_our_own_torn_files_are_removed(tmp_path: Path) -> None:
    mine, torn = tmp_path / "downloads" / ".holiday.mp4.part", tmp_path / ".results.json.4711.0123abcd.part"
    mine.parent.mkdir()
    for path in (mine, torn, tmp_path / ".notes.part"):
        path.write_text("x", encoding="utf-8")
    run("data", "--study", STUDY, "--runs", "1", "--results", tmp_path, "--data", tmp_path / "data")
    assert mine.exists()
    assert (tmp_path / ".notes.part").exists()
    assert not torn.exists()


def test_tasks_are_listed_with_their_functions() -> None:
    said = run("tasks")
    assert said.returncode == 0
    assert "lf_g_two_sd" in said.stdout
    assert "Figure 2" in said.stdout
