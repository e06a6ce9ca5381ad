"""A laboratory of somebody else: own tasks, approach and input go all the way, and change none of the paper's numbers.

Everything of it lies outside the repository; the commands are those of the command line.
"""

from __future__ import annotations

import csv
import html
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from artifact import paper
from artifact.labeling.bucket import ColumnSeries
from artifact.report.looks import looks
from artifact.results import read_results
from artifact.run import Seeds, run
from artifact.setting import setting_of, varied
from artifact.store.comparison import without_times
from artifact.store.kept import kept
from artifact.store.paths import ROOT, STUDY, VARIATIONS, ResultPaths
from artifact.study import read_study

TASKS = '''
"""Single pings that fall below everything around them (a state), and a route that changes for good (an event)."""

import numpy as np
from artifact.parameters import MillisecondsRange, Probability
from artifact.tasks.task import NORMAL, PROPERTY, Task, TaskParameters


class DipParameters(TaskParameters):
    probability: Probability


class RerouteParameters(TaskParameters):
    probability: Probability
    step_ms: MillisecondsRange


dip = Task("dip", parameters=DipParameters, colour="#9467bd", marker="v", excludes=("outage",))
reroute = Task("reroute", parameters=RerouteParameters, kind="event", within=5)


@dip.injection
def add_dips(rtt_us, rng, p):
    gold = (rng.random(len(rtt_us)) < p.probability) & (rtt_us > 0)
    rtt_us[gold] = rtt_us[gold] // 4 + 1
    return rtt_us, gold


@dip.labeling_function(votes=PROPERTY)
def lf_half(x, bucket):
    """Below half of the mean around it."""
    return (x.ping > 0) & (x.ping < bucket.mean / 2)


@dip.labeling_function(votes=NORMAL)
def lf_not_half(x, bucket):
    """Not below half of the mean around it."""
    return x.ping >= bucket.mean / 2


@dip.labeling_function(votes=NORMAL)
def lf_no_reply(x):
    """Nothing there to fall."""
    return x.ping == 0


@reroute.injection
def add_route_changes(rtt_us, rng, p):
    """From each moment on, all replies take still longer; gold is the moment alone."""
    gold = rng.random(len(rtt_us)) < p.probability
    low, high = (int(1000 * bound) for bound in p.step_ms)
    levels = np.cumsum(np.where(gold, rng.integers(low, high, size=len(gold), endpoint=True), 0))
    rtt_us += np.where(rtt_us > 0, levels, 0)
    return rtt_us, gold


@reroute.labeling_function(votes=PROPERTY)
def lf_step(bucket, p):
    """Later replies are slower than earlier ones by half of the smallest step."""
    return bucket.later.median > bucket.earlier.median + p.step_ms[0] / 2


@reroute.labeling_function(votes=NORMAL)
def lf_no_step(bucket, p):
    """Later replies are no slower than earlier ones."""
    return bucket.later.median <= bucket.earlier.median + p.step_ms[0] / 2


@reroute.labeling_function(votes=NORMAL)
def lf_same_mean(bucket):
    """Means before and after are about the same."""
    return bucket.later.mean < 1.1 * bucket.earlier.mean
'''
REST = '''
"""A line on the share of votes for the property, and an input with the difference to the ping before."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from artifact.approaches.approach import Approach, Labelled, certain
from artifact.inputs.input import Input
from artifact.parameters import NoParameters, StrictModel

steps = Input("steps", title="the ping and its difference to the one before")


@steps.features
def ping_and_step(series, _: NoParameters):
    ping = np.log1p(series.rtt_us / 1000)
    return np.stack([ping, np.diff(ping, prepend=ping[:1])], axis=-1)


class LineParameters(StrictModel):
    share: Annotated[float, Field(gt=0, lt=1)]


vote_line = Approach("vote_line", "Line on the votes", needs=("votes",), parameters=LineParameters)


@dataclass(frozen=True)
class Line:
    task: str
    share: float

    def label(self, pings):
        labels = ((pings.votes[self.task] == 1).mean(axis=1) > self.share).astype(np.int8)
        return Labelled({self.task: labels}, {self.task: certain(labels)})

    def state(self):
        return {"share": np.array(self.share)}


@vote_line.fitting()
def fit(training, p):
    ((task, _),) = training.pings.votes.items()
    return Line(task, p.share)


@vote_line.loading
def load(state, tasks, p):
    (task,) = tasks
    return Line(task.name, float(state["share"]))
'''
TABLES = """
[tasks.dip]
bucket = 20                  # chosen
probability = 0.02           # chosen

[tasks.reroute]
bucket = 40                  # chosen
probability = 0.004          # chosen
step_ms = [10, 20]           # chosen

[approaches.vote_line]
share = 0.3                  # chosen
"""
STEPS = """
[input_steps]
section = "5"
reason = "the ping and its difference to the one before"
set."approaches.multi_task.input" = "my_lab.rest:steps"
"""
SMALL = {
    "count = 10 ": "count = 2 ",
    "pings = 15000": "pings = 3000",
    "epochs = 500 ": "epochs = 30 ",
    "epochs = 10 ": "epochs = 2 ",
    "epochs = 200 ": "epochs = 20 ",
    '"approaches.multi_task.epochs" = [5, 20]': '"approaches.multi_task.epochs" = [1, 2]',
    "seeds = 20 ": "seeds = 1 ",
    "\nsweep.noise =": "\n#",
    "\nsweep.swell =": "\n#",
    "[calibration]\n": '[calibration]\nsweep.dip = { parameter = "probability", values = [0.01, 0.02] }\n',
    "values = [[4, 8], [5, 10], [6, 12], [8, 16]]": "values = [[5, 10], [6, 12]]",
}
"""Changes to study.toml that make a run take seconds; as small as `smoke`, so that it finds the runs of `all`."""
ADDED = {
    'tasks = ["noise", "outage", "swell"]': 'tasks = ["noise", "outage", "swell", '
    '"my_lab.tasks:reroute", "my_lab.tasks:dip"]',
    '"gold_network",\n]': '"gold_network", "my_lab.rest:vote_line",\n]',
}
PAPER, FURTHER = ("noise", "outage", "swell"), ("reroute", "dip")


@dataclass(frozen=True)
class Lab:
    """The laboratory's folder, and what its commands printed."""

    folder: Path
    said: Mapping[str, str]

    @property
    def paths(self) -> ResultPaths:
        return ResultPaths(self.folder / "results")

    def page(self) -> str:
        return self.paths.report.read_text(encoding="utf-8")

    def series(self) -> pd.DataFrame:
        first = read_results(self.paths.results)["provenance"]["first_run"]["folder"]
        return pd.read_csv(self.paths.folder / first / "series.csv")


def edited(changes: Mapping[str, str], text: str) -> str:
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def environment(folder: Path, root: Path = ROOT) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": f"{root}:{folder}"}


def artifact(folder: Path, *given: str | Path, root: Path = ROOT) -> str:
    """Run one command in the laboratory's folder; it has to end with 0 and show no traceback."""
    ended = subprocess.run(
        [sys.executable, "-m", "artifact", *map(str, given)],
        cwd=folder,
        env=environment(folder, root),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def empty_lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package, a study as it is shipped but small, one with the additions, and a log."""
    folder = tmp_path_factory.mktemp("my lab's ")
    (folder / "my_lab").mkdir()
    (folder / "my_lab" / "tasks.py").write_text(TASKS, encoding="utf-8")
    (folder / "my_lab" / "rest.py").write_text(REST, encoding="utf-8")
    small = edited(SMALL, STUDY.read_text(encoding="utf-8"))
    (folder / "plain.toml").write_text(small, encoding="utf-8")
    (folder / "study.toml").write_text(edited(ADDED, small) + TABLES, encoding="utf-8")
    # The input is a variation, as another input would make Table 1 another's.
    (folder / "variations.toml").write_text(VARIATIONS.read_text(encoding="utf-8") + STEPS, encoding="utf-8")
    rtt = np.random.default_rng(5).normal(12, 0.5, 2_000).round(3)
    rtt[700], rtt[1_200:] = 3.0, rtt[1_200:] + 10
    (folder / "mine.csv").write_text("rtt_ms\n" + "".join(f"{value:.3f}\n" for value in rtt), encoding="utf-8")
    return folder


ANNOTATING = (
    "blind", "oracle", "single_task", "multi_task", "separate_networks", "majority_vote", "dawid_skene", "vote_line",
    "rules",
)  # fmt: skip
"""Every approach without gold."""


@pytest.fixture(scope="module")
def lab(empty_lab: Path) -> Lab:
    """What `all` leaves in the laboratory, and what is printed on asking about it."""
    asked = " ".join(f"--approach {name}" for name in ANNOTATING)
    annotate = f"annotate mine.csv --output labels.csv {asked}"
    commands = ("all", "audit ties", "audit multiverse --worlds 4", annotate, "status")
    return Lab(empty_lab, {command: artifact(empty_lab, *command.split()) for command in commands})


@pytest.fixture(scope="module")
def plain(empty_lab: Path) -> dict[str, Any]:
    """The results of the same small study without the additions."""
    artifact(empty_lab, "train", "--study", "plain.toml", "--results", "plain")
    return read_results(ResultPaths(empty_lab / "plain").results)


def test_the_papers_claims_are_those_of_the_study_without_additions(lab: Lab, plain: dict[str, Any]) -> None:
    ours = read_results(lab.paths.results)
    for here, there in zip(ours["claims"], plain["claims"], strict=True):
        by_clock = {"reproduced", "ci90", "verdict", "stands", "reservations", "under"} if here["timed"] else set()
        assert {k: v for k, v in here.items() if k not in by_clock} == {
            k: v for k, v in there.items() if k not in by_clock
        }
    assert len(ours["claims"]) == len(paper.claims())
    assert without_times(ours["table1"]) == without_times(plain["table1"])
    assert without_times(ours["paper"]) == {**without_times(plain["paper"]), "vote_line": ours["paper"]["vote_line"]}


def test_times_are_those_of_runs_of_the_papers_tasks_alone(lab: Lab) -> None:
    by_run = {}
    for path in lab.paths.folder.glob("cells/synthetic/noise+outage+swell/study/timed+*/*/record.json"):
        record = kept(path)
        labeling, fit_s = record["times"]["labeling"], record["times"]["fit_s"]
        assert set(labeling) == set(PAPER)
        single = sum(labeling[task]["rows_s"] + fit_s["single_task"][task] for task in PAPER)
        by_run[record["seeds"]["dataset"]] = fit_s["multi_task"]["all"] / single
    ratio = read_results(lab.paths.results)["timing"]["paper"]["ratio"]
    assert ratio["runs"] == pytest.approx([by_run[0], by_run[1]])
    (claim,) = (claim for claim in read_results(lab.paths.results)["claims"] if claim["id"] == "C13")
    assert claim["reproduced"] == ratio["mean"]


def test_further_tasks_and_approaches_stand_beside_the_papers(lab: Lab) -> None:
    ours = read_results(lab.paths.results)
    assert [(task["name"], task["kind"], task["paper"]) for task in ours["tasks"]] == [
        *((name, "state", True) for name in PAPER),
        ("reroute", "event", False),
        ("dip", "state", False),
    ]
    approaches = ours["approaches"]
    assert ours["titles"]["vote_line"] == "Line on the votes"
    assert approaches["vote_line"]["dip"]["f1"]["mean"] > 0.9
    # An event lasts a ping: the label may come so many pings beside it as the task says.
    assert approaches["vote_line"]["reroute"]["found"]["mean"] > 0.9
    assert set(ours["table1"]["multi_task"]) == {*PAPER, "time_s"}
    assert set(approaches["multi_task"]) == {*PAPER, *FURTHER}
    assert not set(FURTHER) & set(approaches["rules"])


def test_the_page_shows_them_and_says_which_are_the_papers(lab: Lab) -> None:
    page = " ".join(lab.page().split())
    assert "This study adds reroute, dip to the paper's tasks" in html.unescape(page)
    assert "runs of the paper's tasks alone (noise, outage, swell)" in html.unescape(page)
    titles = read_results(lab.paths.results)["titles"].values()
    for name in (*PAPER, *FURTHER):
        (table,) = re.findall(rf'aria-label="Measures, {name}".*?</table>', page)
        assert all(title in html.unescape(table) for title in titles)
        assert f'aria-label="Labeling functions, {name}"' in page
    for function in ("lf_half", "lf_same_mean"):
        assert f"<code>{function}</code>" in page
    (table1,) = re.findall(r'aria-label="Table 1".*?</table>', page)
    assert "Swell" in table1
    assert "Dip" not in table1


def test_figure_3_and_its_legend_have_five_tasks(lab: Lab) -> None:
    series, picture, page = lab.series(), lab.paths.figure(3).read_text(encoding="utf-8"), lab.page()
    for name, look in zip((*PAPER, *FURTHER), looks(read_results(lab.paths.results)["tasks"]), strict=True):
        assert {f"{name}_gold", f"{name}_single_task", f"{name}_multi_task"} <= set(series)
        assert look.colour in picture
        assert re.search(rf"[\d,]+ pings labelled {name} \(", page)


def test_an_event_is_a_moment_and_its_level_lasts(lab: Lab) -> None:
    series = lab.series()
    (moments,) = np.nonzero(series["reroute_gold"])
    assert 3 <= len(moments) < 40
    level = series["ping_ms"].rolling(20).median()
    raised = level[moments[0] + 20 :] > level[: moments[0]].median() + 5
    assert raised.mean() > 0.95


def test_the_audit_answers_for_them(lab: Lab) -> None:
    ours = read_results(lab.paths.results)
    for name in ("ties", "best", "class_balance", "network_labels", "ceiling", "splits", "sharing", "initialisation"):
        columns = " ".join(ours["audit"][name]["columns"])
        assert all(task in columns for task in (*PAPER, *FURTHER)), name
    assert "reroute has no rule, dip has no rule" in ours["audit"]["baselines"]["answer"]
    assert "reroute" in lab.said["audit ties"]
    assert "Share of 4 worlds" in lab.said["audit multiverse --worlds 4"]
    assert ours["audit"]["multiverse"]["columns"] == ["", *PAPER, *FURTHER]


def test_status_finds_all_of_it_current(lab: Lab) -> None:
    lines = lab.said["status"].splitlines()
    assert len(lines) >= 9
    for line in lines:
        found = re.fullmatch(r"[\w ]+: (\d+) of (\d+) cells current", line)
        assert found, line
        assert found[1] == found[2]


def test_a_log_is_annotated_for_every_task_by_every_approach_without_gold(lab: Lab) -> None:
    labels = pd.read_csv(lab.folder / "labels.csv")
    fitted = ANNOTATING[:-1]
    for task in (*PAPER, *FURTHER):
        assert {f"{task}_{approach}" for approach in fitted} <= set(labels)
    assert not any("gold_network" in column or column.endswith(("_majority", "_coin")) for column in labels)
    assert {column for column in labels if column.endswith("_rules")} == {f"{task}_rules" for task in PAPER}
    assert np.flatnonzero(labels["dip_vote_line"]).tolist() == [700]
    assert labels["reroute_vote_line"][1_200] == 1
    assert labels["reroute_vote_line"].sum() < 60


def test_every_command_of_the_page_can_be_pasted(lab: Lab) -> None:
    """Each names study and results as the repository finds them; one is run as it stands, by a shell."""
    commands = {html.unescape(of) for of in re.findall(r"<code>((?:make |\.venv)[^<]*)</code>", lab.page())}
    assert {command.split()[0] for command in commands} == {"make", ".venv/bin/python"}
    assert len(commands) > 10
    study, results = lab.folder / "study.toml", lab.folder / "results"
    for command in commands:
        words = shlex.split(command)
        if words[0] == "make":
            assert f"RESULTS={results}" in words
            assert words[1] == "report" or f"STUDY={study}" in words
            assert (
                subprocess.run(["make", "-n", *words[1:]], cwd=ROOT, capture_output=True, check=False).returncode == 0
            )
        else:
            assert [words[words.index(option) + 1] for option in ("--study", "--results")] == [str(study), str(results)]
    (asked,) = (command for command in commands if "audit multiverse" in command)
    place = lab.folder / "elsewhere" / ".venv" / "bin"
    place.mkdir(parents=True)
    (place / "python").write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n', encoding="utf-8")
    (place / "python").chmod(0o755)
    before = lab.page()
    pasted = ["bash", "-c", f"cd {shlex.quote(str(place.parent.parent))} && {asked}"]
    ended = subprocess.run(pasted, env=environment(lab.folder), capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "to do" not in ended.stderr
    assert ended.stdout == lab.said["audit multiverse --worlds 4"]
    assert lab.page() == before


def test_tasks_are_listed_and_calibration_leaves_them_out(lab: Lab) -> None:
    listed = artifact(lab.folder, "tasks")
    assert "reroute: event task, bucket of 40 pings" in listed
    assert "Later replies are slower" in listed
    said = artifact(lab.folder, "calibrate")
    assert "dip" not in said
    assert re.search(r"^\[tasks\.swell\] increase_ms = \[\d+, \d+\]$", said, re.MULTILINE)


def test_an_input_of_ones_own_is_a_variation(lab: Lab) -> None:
    file = read_study(lab.folder / "study.toml", lab.folder / "variations.toml")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(lab.folder)
        setting = setting_of(varied(file, file.varied("input_steps")), ("multi_task",))
        (done,) = run(setting, [Seeds(0, 100)])
    network = setting.approaches[-1]
    assert network.input is not None
    assert network.input.title == "the ping and its difference to the one before"
    assert network.input.of(ColumnSeries(done.dataset.rtt_us)).shape == (3_000, 2)
    assert done.fitted["multi_task"]["all"].state()["input"].shape == (4,)
    assert set(done.record["scores"]["multi_task"]) == {*PAPER, *FURTHER}


def test_documents_are_written_from_these_results_too(lab: Lab, tmp_path: Path) -> None:
    root = tmp_path / "repository"
    shutil.copytree(ROOT / "artifact", root / "artifact", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("README.md", "ARTIFACT.md", "data/DATASHEET.md", "docs", "paper_tables"):
        (root / name).parent.mkdir(exist_ok=True)
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, root / name)
    artifact(lab.folder, "docs", "--results", "results", root=root)
    claims = (root / "ARTIFACT.md").read_text(encoding="utf-8")
    assert len(re.findall(r"^\| C\d+ \|", claims, re.MULTILINE)) == len(paper.claims()) == 25
    assert "dip has no rule" in (root / "README.md").read_text(encoding="utf-8")
    for name in ("figure3.svg", "table1.svg"):
        assert (root / "docs" / name).read_bytes() == (lab.paths.folder / name).read_bytes()


def test_smoke_takes_the_study_as_well_and_finds_the_same_runs(lab: Lab, tmp_path: Path) -> None:
    shutil.copytree(lab.paths.folder, tmp_path / "small")
    artifact(lab.folder, "smoke", "--study", "study.toml", "--results", tmp_path / "small")
    ours, small = (read_results(of / "results.json") for of in (lab.paths.folder, tmp_path / "small"))
    assert {**without_times(small), "audit": {}} == {**without_times(ours), "audit": {}}
    page = html.unescape((tmp_path / "small" / "report.html").read_text(encoding="utf-8"))
    study, results = (shlex.quote(str(of)) for of in (lab.folder / "study.toml", tmp_path / "small"))
    assert f"<code>.venv/bin/python -m artifact smoke --study {study} --results {results}</code>" in page


def test_one_run_shows_no_interval(lab: Lab, tmp_path: Path) -> None:
    """What is timed is one run; what three data sets say has an interval, and nothing of fewer samples has."""
    shutil.copytree(lab.paths.folder, tmp_path / "one")
    artifact(lab.folder, "all", "--runs", "1", "--results", tmp_path / "one")
    one = read_results(tmp_path / "one" / "results.json")
    assert "multiverse" not in one["audit"]  # it was asked about two runs
    page = (tmp_path / "one" / "report.html").read_text(encoding="utf-8")
    table1 = [of.get("accuracy", of) for side in one["table1"].values() for of in side.values()]
    timing = [of[key] for of in one["timing"].values() for key in ("single_task", "multi_task", "ratio")]
    assert {len(of["runs"]) for of in (*table1, *timing)} == {1}
    assert {of["ci95"] is None for of in (*table1, *timing)} == {True}
    tested = [claim for claim in one["claims"] if claim["verdict"] != "not attempted"]
    assert {claim["samples"] for claim in tested if claim["timed"]} == {1}
    assert all((claim["ci90"] is None) is (claim["samples"] < 3) for claim in tested)
    rows = list(csv.DictReader((tmp_path / "one" / "table1.csv").open(encoding="utf-8")))
    assert {row["ci95_low"] + row["ci95_high"] for row in rows} == {""}
    assert (
        "Table 1 is the mean of 1 timed run; verdicts rest on these and on 3 further data sets, 1 training on each."
        in page
    )
    assert "3,000 pings" in page
    assert "RUNS=1" in page


def test_a_study_of_own_tasks_alone_that_lists_the_network_alone_has_its_page(lab: Lab) -> None:
    """No claim is attempted; what teaches the network is named and drawn beside it."""
    text = (lab.folder / "study.toml").read_text(encoding="utf-8")
    text = text.replace('tasks = ["noise", "outage", "swell", ', "tasks = [")
    text = re.sub(r"(?s)approaches = \[.*?\n\]", 'approaches = ["multi_task"]', text)
    (lab.folder / "own.toml").write_text(text, encoding="utf-8")
    artifact(lab.folder, "train", "--study", "own.toml", "--runs", "1", "--results", "own")
    artifact(lab.folder, "report", "--results", "own")
    own = read_results(lab.folder / "own" / "results.json")
    assert {claim["verdict"] for claim in own["claims"]} == {"not attempted"}
    assert own["table1"] == own["paper"] == {}
    assert set(own["titles"]) == {"single_task", "multi_task"}
    page = html.unescape((lab.folder / "own" / "report.html").read_text(encoding="utf-8"))
    assert "none is in this study" in page
    assert re.search(r"[\d,]+ pings labelled dip \(", page)
