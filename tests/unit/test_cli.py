"""The command line as its users meet it: one line, exit 2, nothing touched."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from unittest import mock

import click
import pytest

from artifact.claims.expected import expected
from artifact.cli._options import as_typed, grid_options
from artifact.grid.grid import Grid
from artifact.results import SCHEMA_VERSION
from artifact.store.kept import write_checked
from artifact.store.paths import ROOT, STUDY, VARIATIONS

PYTHON = ".venv/bin/python -m artifact"


def run(*arguments: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "artifact", *map(str, arguments)]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "PYTHONHASHSEED": "0"}
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment, timeout=120, check=False)


def test_what_lies_on_pythonpath_hides_nothing_that_is_installed(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise SystemExit('another click')\n", encoding="utf-8")
    (tmp_path / "my_lab.py").write_text("mine = 1\n", encoding="utf-8")
    environment = {"PYTHONPATH": f"{tmp_path}:{ROOT}", "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "artifact", "tasks", "check", "my_lab:mine"]
    said = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)
    assert said.returncode == 2
    assert "my_lab:mine" in said.stderr
    assert "No module" not in said.stderr


def test_ctrl_c_while_the_first_modules_load_is_one_line() -> None:
    script = """
import os, runpy, signal, sys
class Impatient:
    def find_spec(self, name, path, target=None):
        if name == "artifact.cli":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Impatient())
runpy.run_module("artifact", run_name="__main__")
"""
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=False)
    assert said.returncode == 130
    assert re.fullmatch(r"\nartifact: interrupted; .*\n", said.stderr)


def test_a_path_that_is_empty_is_not_the_folder_one_stands_in(tmp_path: Path) -> None:
    (tmp_path / "ping.csv").write_text("rtt_ms\n" + "12\n" * 9, encoding="utf-8")
    said = run("annotate", "ping.csv", "--output", "", "--study", STUDY, cwd=tmp_path)
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith("artifact: Invalid value for '--output': no path is given; see ")
    assert [path.name for path in tmp_path.iterdir()] == ["ping.csv"]


COMMANDS = (
    "all", "annotate", "audit", "bench", "calibrate", "changes", "compare", "data", "docs", "golden", "label",
    "reference", "report", "smoke", "status", "tasks", "trace", "train", "verify",
)  # fmt: skip


@pytest.mark.parametrize(
    "given", [[], *([name] for name in COMMANDS), ["trace", "collect"], ["trace", "synth"], ["tasks", "check"]]
)
def test_help_loads_nothing_heavy(given: list[str]) -> None:
    script = (
        "import sys; from artifact.cli import main\n"
        "try: main()\n"
        "finally: print([n for n in ('numpy', 'torch', 'pydantic', 'pandas') if n in sys.modules], file=sys.stderr)"
    )
    command = [sys.executable, "-c", script, *given, "--help"]
    said = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    assert said.stderr.strip() == "[]"
    assert said.stdout.startswith(" ".join(["Usage: python -m artifact", *given]))


def test_every_command_is_listed_with_a_sentence() -> None:
    listed = dict(re.findall(r"^  ([a-z]+)  +(\S.*)$", run("--help").stdout.partition("Commands:")[2], re.MULTILINE))
    assert set(listed) >= set(COMMANDS)
    assert all(sentence.endswith((".", "...")) for sentence in listed.values())


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """Earlier results, which bad input must leave alone."""
    folder = tmp_path / "results"
    (folder / "cells").mkdir(parents=True)
    for name in ("results.json", "report.html", "cells/record.json"):
        (folder / name).write_text("earlier", encoding="utf-8")
    return folder


def digest(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return hashlib.sha256(b"".join(str(path).encode() + path.read_bytes() for path in files)).hexdigest()


TRACES = {
    "missing": (None, "no such file"),
    "empty": ("", "empty"),
    "too short": ("rtt_ms\n" + "10.5\n" * 999, "999"),
    "garbled": ("no ping here\n", "garbled"),
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


def test_a_study_without_the_label_models_is_one_line(tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    text = re.sub(
        r"(?s)approaches = \[.*?\n\]", 'approaches = ["majority"]', STUDY.read_text(encoding="utf-8"), count=1
    )
    study.write_text(text, encoding="utf-8")
    said = run("all", "--study", study, "--results", tmp_path / "results")
    assert said.returncode == 2
    assert re.fullmatch(r"artifact: \S+study.toml:\d+: runs.approaches is without single_task; .*\n", said.stderr)
    assert not (tmp_path / "results").exists()


def test_verify_without_results_says_what_to_do(tmp_path: Path) -> None:
    said = run("verify", "--results", tmp_path)
    assert said.returncode == 2
    assert "make all" in said.stderr


@pytest.mark.parametrize(
    ("word", "options", "code"),
    [
        ("as recorded", [], 0),
        ("not reproduced", [], 1),
        ("as recorded", ["--strict"], 0),
    ],
)
def test_verify_exits_1_where_a_verdict_is_not_the_one_recorded(
    tmp_path: Path, word: str, options: list[str], code: int
) -> None:
    recorded = expected()["C2"]
    claim = {
        "id": "C2",
        "verdict": recorded["verdict"] if word == "as recorded" else word,
        "reservations": [{"kind": kind} for kind in recorded["reservations"]],
        "reproduced": 0.5,
        "ci90": None,
        "stands": False,
        "statement": "s",
    }
    write_checked(tmp_path / "results.json", {"schema_version": SCHEMA_VERSION, "claims": [claim]})
    said = run("verify", "--results", tmp_path, *options)
    assert said.returncode == code
    assert claim["verdict"] in said.stdout
    assert ("all as expected" in said.stdout) is (word == "as recorded")


def test_verify_is_strict_about_a_failure_that_is_recorded(tmp_path: Path) -> None:
    claim = {
        "id": "C11",
        "verdict": "not reproduced",
        "reservations": [],
        "reproduced": 0.0,
        "ci90": None,
        "stands": False,
        "statement": "s",
    }
    write_checked(tmp_path / "results.json", {"schema_version": SCHEMA_VERSION, "claims": [claim]})
    assert run("verify", "--results", tmp_path).returncode == 0
    assert run("verify", "--results", tmp_path, "--strict").returncode == 1


@pytest.mark.parametrize(
    "given",
    [
        ["no-such-command"],
        ["all", "--runs", "0"],
        ["all", "--device", "tpu"],
        ["all", "--rums", "3"],
        ["all", "--study", "no/such.toml"],
        ["audit"],
        ["audit", "no_such_question"],
        ["audit", "real_lines", "--traces", "no-such-folder"],
        ["audit", "ties", "--traces", "."],
        ["audit", "multiverse", "--worlds", "0"],
        ["annotate"],
        ["all", "--scheduler", "tcp://127.0.0.1:1", "--workers", "2"],
        ["annotate", "mine.csv"],
        ["label", "pings.parquet"],
        ["label", "pings.parquet", "--out", "out", "--workers", "0"],
        ["label", "no-such.parquet", "--out", "out"],
        ["trace", "synth", "--rows", "0", "--out", "pings.parquet"],
        ["compare", "one"],
        ["compare", "no-such-folder", "nor-this"],
        ["tasks", "check", "no_such_task"],
        ["trace", "check", "no-such.log"],
        ["trace"],
        [],
    ],
)
def test_usage_errors_are_one_line_and_exit_2(given: list[str], tmp_path: Path) -> None:
    said = run(*given, cwd=tmp_path)
    assert said.returncode == 2
    assert said.stderr.count("\n") == 1
    assert said.stderr.startswith("artifact: ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], {"all": "make all", "report": "make report", "audit": f"{PYTHON} audit QUESTION"}),
        (
            ["--runs", "3", "--results", "/a b/c", "--study", STUDY],
            {
                "all": "make all RESULTS='/a b/c' RUNS=3",
                "report": "make report RESULTS='/a b/c'",
                "audit": f"{PYTHON} audit QUESTION --results '/a b/c' --runs 3",
            },
        ),
    ],
)
def test_commands_are_as_somebody_would_type_them(
    given: list[str], expected: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert commands(given) == expected


def test_commands_lead_from_the_repository_to_where_they_were_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_bytes(STUDY.read_bytes())
    found = commands(["--study", "mine.toml"])
    assert found["all"] == f"make all STUDY={tmp_path}/mine.toml RESULTS={tmp_path}/results"
    assert found["audit"] == f"{PYTHON} audit QUESTION --study {tmp_path}/mine.toml --results {tmp_path}/results"


@pytest.mark.parametrize(
    ("given", "command"),
    [
        (["--results", "results/smoke"], "make smoke"),
        (["--results", "/x/smoke"], "make smoke RESULTS=/x"),
        (["--results", "/x/y"], f"{PYTHON} smoke --results /x/y"),
        (["--results", "results/smoke", "--runs", "1"], f"{PYTHON} smoke --results results/smoke --runs 1"),
    ],
)
def test_a_small_study_has_its_own_command(given: list[str], command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert commands(given, small=True)["all"] == command


def commands(given: list[str], small: bool = False) -> dict[str, str]:
    """Return the commands that a command would note, were it given these options."""
    found: list[dict[str, str]] = []

    @click.command()
    @grid_options(small)
    def noting(grid: Grid, data: Path) -> None:
        del data
        found.append(dict(grid.commands))

    with mock.patch.dict(os.environ):
        os.environ.pop("RESULTS", None)
        noting.main([str(of) for of in given], standalone_mode=False)
    return found[0]


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


@pytest.mark.parametrize("given", [["tasks"], ["--help"], ["compare", "{}", "{}"]])
def test_what_nobody_reads_ends_in_silence(given: list[str], tmp_path: Path) -> None:
    write_checked(tmp_path / "results.json", {})
    command = [sys.executable, "-m", "artifact", *(word.format(tmp_path) for word in given)]
    reads, writes = os.pipe()
    os.close(reads)
    said = subprocess.run(command, stdout=writes, stderr=subprocess.PIPE, cwd=ROOT, check=False)
    os.close(writes)
    assert (said.returncode, said.stderr) == (128 + signal.SIGPIPE, b"")


def test_a_folder_beyond_ascii_is_no_obstacle_where_the_locale_knows_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "straße"
    folder.mkdir()
    for file in (STUDY, VARIATIONS):
        shutil.copy(file, folder)
    command = [sys.executable, "-m", "artifact", "status", "--study", str(folder / STUDY.name)]
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PATH": "/usr/bin:/bin"}
    said = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=plain, check=False)
    assert (said.returncode, said.stderr) == (0, "")


def test_a_command_names_a_folder_by_its_letters_whatever_the_locale_makes_of_them() -> None:
    assert as_typed(Path("/stra\udcc3\udc9fe")) == as_typed(Path("/straße")) == "'/straße'"


def test_tasks_are_listed_with_their_functions() -> None:
    said = run("tasks")
    assert said.returncode == 0
    assert "lf_g_two_sd" in said.stdout
    assert "Figure 2" in said.stdout
    assert "come with the artifact: jitter, noise, outage, route_change, swell" in said.stdout
