"""Which cells an edit makes stale, and what the reader is told: the table below is the documentation of it."""

from __future__ import annotations

import dataclasses
import importlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from artifact.grid.grid import Cell, Grid, Piece, code_of, do_piece
from artifact.parameters import FAST
from artifact.run import Seeds
from artifact.setting import setting_of
from artifact.store.kept import kept
from artifact.store.paths import ROOT, ResultPaths
from artifact.study import StudyFile, Variation
from artifact.tasks.task import BLIND, PROPERTY, LabelingFunction
from artifact.trace.series import Trace

LAB = {
    "tasks.py": '''
"""A task that lives elsewhere: pings that fall below everything around them."""

from artifact.parameters import Probability
from artifact.tasks.task import NORMAL, PROPERTY, Task, TaskParameters
from my_lab.words import lf_silent


class DipParameters(TaskParameters):
    probability: Probability


dip = Task("dip", parameters=DipParameters, excludes=("outage",))
dip.plain_labeling_function(lf_silent)


@dip.injection
def add_dips(rtt_us, rng, p):
    gold = (rng.random(len(rtt_us)) < p.probability) & (rtt_us > 0)
    rtt_us[gold] = rtt_us[gold] // 4 + 1
    return rtt_us, gold


@dip.labeling_function(votes=PROPERTY)
def lf_half(x, bucket):
    """Below a part of the mean around it."""
    from my_lab.helper import PART

    return (x.ping > 0) & (x.ping < bucket.mean * PART)


@dip.labeling_function(votes=NORMAL)
def lf_not_half(x, bucket):
    """Not below it."""
    return x.ping >= bucket.mean / 2
''',
    "helper.py": "PART = 0.5  # of the mean\n",
    "words.py": """
from snorkel.labeling import labeling_function


@labeling_function()
def lf_silent(x):
    return 0 if x.ping == 0 else -1
""",
    "approaches.py": """
from artifact.approaches.approach import Approach
from artifact.approaches.majority import fit, load

mine = Approach("mine", "Mine", needs=("gold",))
mine.fitting()(fit)
mine.loading(load)
""",
    "inputs.py": """
from artifact.inputs.input import Input

slope = Input("slope", title="the ping and the one before")


@slope.features
def slopes(series, p):
    import numpy as np

    return np.stack([series.rtt_us / 1000, np.diff(series.rtt_us, prepend=0) / 1000], axis=1)
""",
    "unused.py": "NOBODY = 'imports this'\n",
}

NETWORKS = ("timed", "table 1", "separate", "window", "lab input")
LABEL_MODELS = (*NETWORKS, "coin")
WITHOUT_SYNTHETIC = ("own log", "carried to a line")
PAPER = (*LABEL_MODELS, "best", "majority", "rules", *WITHOUT_SYNTHETIC, "carried", "lab approach")
"""The cells with all three of the paper's tasks."""
EVERY = (*PAPER, "noise alone", "all tasks", "lab task")
WITH_THE_LABS_TASK = ("all tasks", "lab task")
NOTHING = ()


@dataclass(frozen=True)
class Edit:
    """One edit, the cells that it makes stale, and why, word by word; all the other cells stay current."""

    name: str
    file: str
    old: str
    new: str
    stale: tuple[str, ...] = NOTHING
    why: str = ""
    set: dict[str, Any] = field(default_factory=dict)


def told(name: str, stale: tuple[str, ...], why: str, **given: Any) -> Edit:
    """What is no edit of a file: seeds, base, device, versions."""
    return Edit(name, "", "", "", stale, why, given)


S, V = "study.toml", "variations.toml"
# fmt: off
EDITS = [
    # A parameter: the cells that read it.
    Edit("[trace]", S, "sigma = 0.4 ", "sigma = 0.5 ", tuple(cell for cell in EVERY if cell not in WITHOUT_SYNTHETIC),
         "trace.sigma changed from 0.4 to 0.5"),
    Edit("[trace] pings", S, "pings = 15000 ", "pings = 9000 ", EVERY, "trace.pings changed from 15000 to 9000"),
    Edit("[dataset]", S, "clean_quantile = 0.995 ", "clean_quantile = 0.99 ", EVERY,
         "dataset.clean_quantile changed from 0.995 to 0.99"),
    Edit("[dataset] split", S, 'split = "time" ', 'split = "shuffled" ', EVERY,
         "dataset.split changed from time to shuffled"),
    Edit("[tasks.noise]", S, "calm_sd = 0.25 ", "calm_sd = 0.5 ", (*PAPER, "noise alone", "all tasks"),
         "tasks.noise.calm_sd changed from 0.25 to 0.5"),
    Edit("[tasks.outage]", S, "length = [3, 15]", "length = [3, 16]", (*PAPER, "all tasks"),
         "tasks.outage.length changed from [3, 15] to [3, 16]"),
    Edit("[tasks.swell]", S, "low = 1.05 ", "low = 1.1 ", (*PAPER, "all tasks"),
         "tasks.swell.low changed from 1.05 to 1.1"),
    Edit("[tasks.dip]", S, "probability = 0.02 ", "probability = 0.03 ", WITH_THE_LABS_TASK,
         "tasks.dip.probability changed from 0.02 to 0.03"),
    Edit("[tasks.noise.rule]", S, "rule.sd = 12.0 ", "rule.sd = 8.0 ", ("rules",),
         "tasks.noise.rule.sd changed from 12.0 to 8.0"),
    Edit("[tasks.swell.rule]", S, "rule.increase_ms = 5.0 ", "rule.increase_ms = 6.0 ", ("rules",),
         "tasks.swell.rule.increase_ms changed from 5.0 to 6.0"),
    Edit("[inputs.window]", S, "near = 24 ", "near = 26 ", ("window",), "inputs.window.near changed from 24 to 26"),
    Edit("[approaches.single_task]", S, "epochs = 500 ", "epochs = 400 ", LABEL_MODELS,
         "approaches.single_task.epochs changed from 500 to 400"),
    Edit("[approaches.multi_task]", S, "epochs = 10 ", "epochs = 11 ", NETWORKS,
         "approaches.multi_task.epochs changed from 10 to 11"),
    Edit("[approaches.dawid_skene]", S, "epochs = 200 ", "epochs = 100 ", ("best",),
         "approaches.dawid_skene.epochs changed from 200 to 100"),
    Edit("[engine] loader", S, 'loader = "snorkel" ', 'loader = "batched" ', ("timed",),
         "engine.loader changed from snorkel to batched"),
    Edit("[engine] sample", S, "sample = 1.0 ", "sample = 0.5 ", ("timed",), "engine.sample changed from 1.0 to 0.5"),
    Edit("[engine] labeling", S, 'labeling = "rows" ', 'labeling = "columns" ', ("timed",),
         "engine.labeling changed from rows to columns"),
    Edit("[runs] tasks", S, '"noise", "outage", "swell"', '"outage", "noise", "swell"', (*PAPER, "all tasks"),
         "not done yet"),
    # What decides no run.
    Edit("[runs] count", S, "count = 10 ", "count = 12 "),
    Edit("[runs] approaches", S, ' "gold_network",', ""),
    Edit("[multiverse]", S, '"trace.sigma" = [0.2, 0.6]', '"trace.sigma" = [0.3, 0.6]'),
    Edit("[calibration]", S, "seeds = 20 ", "seeds = 30 "),
    Edit("a comment in study.toml", S, "# paper 3.1: 15,000 natural", "# 15,000 natural"),
    # A variation: its own cells.
    Edit("a variation's value", V, '.ties" = "coin"', '.ties" = "normal"', ("coin",),
         "approaches.single_task.ties changed from coin to normal"),
    Edit("a variation's further value", V, '.input" = "window"', '.input" = "window"\nset."trace.sigma" = 0.6',
         ("window",), "trace.sigma changed from 0.4 to 0.6"),
    Edit("a variation's reason", V, "another coin than Snorkel's", "a coin unlike Snorkel's"),
    Edit("another variation", V, '.learns_from" = "soft"', '.learns_from" = "tossed"'),
    # Code: the cells whose run may get there.
    Edit("the recipe", "artifact/run.py", "fit_each(asked).items()", "fit_each(dict(asked)).items()", EVERY,
         "code of artifact/run.py changed"),
    Edit("how it is scored", "artifact/scores.py", "all_of else 0.0", "all_of else 1.0", EVERY,
         "code of artifact/scores.py changed"),
    Edit("a bucket", "artifact/labeling/bucket.py", "count / 1000", "count * 0.001", EVERY,
         "code of artifact/labeling/bucket.py changed"),
    Edit("a labeling function", "artifact/tasks/swell.py", "p.high * bucket", "1.0 * p.high * bucket",
         (*PAPER, "all tasks"), "code of artifact/tasks/swell.py changed"),
    Edit("a network's training", "artifact/networks/stack.py", "CLIP = 1.0", "CLIP = 2.0", NETWORKS,
         "code of artifact/networks/stack.py changed"),
    Edit("an approach's helper", "artifact/approaches/_decoding.py", "step *= 2", "step = 2 * step", ("best",),
         "code of artifact/approaches/_decoding.py changed"),
    Edit("an approach that borrows its fit", "artifact/approaches/separate_networks.py", 'table="multi_task"',
         'table="multi_task", joint=True', ("separate",), "code of artifact/approaches/separate_networks.py changed"),
    Edit("an input", "artifact/inputs/window.py", "np.log1p(ping)", "np.log1p(2 * ping)", ("window",),
         "code of artifact/inputs/window.py changed"),
    Edit("the lab's injection", "../lab/my_lab/tasks.py", "// 4 + 1", "// 5 + 1", WITH_THE_LABS_TASK,
         "code of LAB/tasks.py changed"),
    Edit("what the lab's task excludes", "../lab/my_lab/tasks.py", 'excludes=("outage",)', "excludes=()",
         WITH_THE_LABS_TASK, "code of LAB/tasks.py changed"),
    Edit("a helper that is imported within a function", "../lab/my_lab/helper.py", "0.5", "0.4", WITH_THE_LABS_TASK,
         "code of LAB/helper.py changed"),
    Edit("a helper that is imported no more", "../lab/my_lab/tasks.py", "from my_lab.helper import PART", "PART = 0.5",
         WITH_THE_LABS_TASK, "code of LAB/tasks.py changed; code of LAB/helper.py is no longer used"),
    Edit("a further helper", "../lab/my_lab/helper.py", "PART = 0.5", "import my_lab.unused\nPART = 0.5",
         WITH_THE_LABS_TASK, "code of LAB/helper.py changed; code of LAB/unused.py is new"),
    Edit("a plain Snorkel function", "../lab/my_lab/words.py", "x.ping == 0", "x.ping <= 0", WITH_THE_LABS_TASK,
         "code of LAB/words.py changed"),
    Edit("the lab's approach", "../lab/my_lab/approaches.py", 'needs=("gold",)', 'needs=("gold", "votes")',
         ("lab approach",), "code of LAB/approaches.py changed"),
    Edit("the lab's input", "../lab/my_lab/inputs.py", "prepend=0", "prepend=1", ("lab input",),
         "code of LAB/inputs.py changed"),
    # Code that decides no run.
    Edit("a comment in a module", "artifact/run.py", "import hashlib", "# why\nimport hashlib"),
    Edit("a docstring", "artifact/scores.py", "Return the scores of labels", "The scores of labels"),
    Edit("what a constant is for", "artifact/tasks/task.py", "The suite of labeling functions that", "What"),
    Edit("layout", "artifact/scores.py", "float(kept.mean())", "float(\n        kept.mean()\n    )"),
    Edit("a comment in the lab's helper", "../lab/my_lab/helper.py", "# of the mean", "# of it"),
    Edit("a module that nothing imports", "../lab/my_lab/unused.py", "imports this", "will"),
    Edit("the page's template", "artifact/report/page.html.j2", "<", "<!-- --><"),
    Edit("a question's wording", "artifact/audit/ties.py", "?", ", please?"),
    Edit("the command line", "artifact/cli/__init__.py", "import", "import sys\nimport"),
    Edit("the grid itself", "artifact/grid/grid.py", "MOST_TOGETHER = 40", "MOST_TOGETHER = 5"),
    Edit("how errors of a study read", "artifact/study.py", "did you mean", "is it"),
    # What is no file.
    told("another data-set seed", EVERY, "not done yet", seeds=[1, 100]),
    told("another training seed", EVERY, "not done yet", seeds=[0, 101]),
    told("another base trace", (*WITHOUT_SYNTHETIC, "carried"), "not done yet", base="2" * 64),
    told("another line to be carried onto", ("carried", "carried to a line"),
         f"onto a line changed from {'3' * 64} to {'4' * 64}", line="4" * 64),
    told("the other device", EVERY, "device changed from cpu to cuda", device="cuda"),
    told("another numpy", EVERY, "version of numpy changed from HERE to 9.9", versions={"numpy": "9.9"}),
    told("another scikit-learn", NOTHING, "", versions={"scikit-learn": "9.9"}),
    told("another torch", LABEL_MODELS, "version of torch changed from HERE to 9.9", versions={"torch": "9.9"}),
    told("another matplotlib", NOTHING, "", versions={"matplotlib": "9.9"}),
    told("another tomlkit", NOTHING, "", versions={"tomlkit": "9.9"}),
]
# fmt: on


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, list[str]]]:
    """What each edit makes stale, in a copy of the artifact and of a lab's package outside it."""
    root = tmp_path_factory.mktemp("edited") / "artifact"
    shutil.copytree(ROOT / "artifact", root / "artifact", ignore=shutil.ignore_patterns("__pycache__"))
    lab = root.parent / "lab" / "my_lab"
    lab.mkdir(parents=True)
    (lab / "__init__.py").touch()
    for name, text in LAB.items():
        (lab / name).write_text(text, encoding="utf-8")
    listed, table = 'tasks = ["noise", "outage", "swell"]', "\n[tasks.dip]\nbucket = 20\nprobability = 0.02 \n"
    study = (ROOT / "study.toml").read_text(encoding="utf-8")
    assert listed in study
    (root / "study.toml").write_text(study.replace(listed, f'{listed[:-1]}, "my_lab.tasks:dip"]') + table, "utf-8")
    own = '\n[input_lab]\nsection = "5"\nreason = "ours"\nset."approaches.multi_task.input" = "my_lab.inputs:slope"\n'
    (root / "variations.toml").write_text((ROOT / "variations.toml").read_text(encoding="utf-8") + own, "utf-8")
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("stale_after.py")],
        input=json.dumps([dataclasses.asdict(edit) for edit in EDITS]),
        env={**os.environ, "PYTHONPATH": f"{root}:{lab.parent}", "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=root,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.replace(f"{lab}", "LAB"))  # type: ignore[no-any-return]


def test_the_copy_is_current_as_long_as_nothing_is_edited(found: dict[str, dict[str, list[str]]]) -> None:
    assert found["kept"] == found["unchanged"] == {cell: [] for cell in sorted(EVERY, key=list(found["kept"]).index)}


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.name)
def test_an_edit_makes_stale_what_it_may_change_and_nothing_else(
    found: dict[str, dict[str, list[str]]], edit: Edit
) -> None:
    from importlib import metadata

    said = {cell: "; ".join(reasons) for cell, reasons in found[edit.name].items()}
    why = edit.why
    for library in edit.set.get("versions", {}):
        why = why.replace("HERE", metadata.version(library))
    assert said == {cell: why if cell in edit.stale else "" for cell in EVERY}


SEEDS, OTHER = Seeds(7_000, 100), Seeds(7_001, 101)
TWO = ("single_task", "multi_task")
TIMED = Cell(SEEDS, TWO, timed=True, labels=True)


@pytest.fixture(scope="module")
def quick(small: StudyFile) -> StudyFile:
    return small.with_values(
        {"approaches.multi_task.epochs": 1, "approaches.single_task.epochs": 50, "trace.pings": 1_500}
    )


@pytest.fixture(scope="module")
def grid(quick: StudyFile, tmp_path_factory: pytest.TempPathFactory) -> Grid:
    """A grid with the two approaches of Table 1 done on one pair of seeds, timed and not."""
    grid = Grid(quick, ResultPaths(tmp_path_factory.mktemp("grid")))
    done = [do_piece(Piece(grid, (cell,))) for cell in (TIMED, Cell(SEEDS, TWO))]
    (line,), nothing = done
    assert nothing == [""]
    assert line.startswith("data set 7000: accuracy single_task/multi_task: noise 0.")
    return grid


@pytest.fixture
def copy(grid: Grid, tmp_path: Path) -> Grid:
    shutil.copytree(grid.results.folder, tmp_path, dirs_exist_ok=True)
    return dataclasses.replace(grid, results=ResultPaths(tmp_path))


def test_what_was_done_is_current_and_comes_back(grid: Grid, capsys: pytest.CaptureFixture[str]) -> None:
    cells = [TIMED, Cell(SEEDS, TWO), TIMED]
    assert [grid.reasons(cell) for cell in cells] == [[], [], []]
    first, fast, again = grid.records(cells)
    assert first == again == kept(grid.paths(cells[0]).record)
    assert first["scores"] == fast["scores"]
    assert first["wall_s"] > 0
    assert grid.status(cells) == "2 of 2 cells current"
    assert capsys.readouterr().err == ""


def test_a_timed_cell_is_worked_out_by_the_studys_engine_and_any_other_by_the_fast_one(grid: Grid) -> None:
    timed, fast = (grid.records([cell])[0] for cell in (TIMED, Cell(SEEDS, TWO)))
    assert "rows_s" in timed["times"]["labeling"]["noise"]
    assert "rows_s" not in fast["times"]["labeling"]["noise"]
    assert grid.engine(TIMED) == grid.file.study.engine
    assert grid.engine(Cell(SEEDS, TWO)) == FAST
    sliced = grid.file.varied("bucket_figure_2")
    assert grid.engine(Cell(SEEDS, TWO, sliced, timed=True)).bucket == "figure 2"
    assert grid.engine(Cell(SEEDS, TWO, sliced)) == FAST


def test_models_are_kept_of_the_study_as_it_is_and_every_ping_where_it_is_wanted(grid: Grid) -> None:
    models = {f"single_task_{task}.safetensors" for task in ("noise", "outage", "swell")} | {"multi_task.safetensors"}
    timed, fast = ({path.name for path in grid.paths(cell).folder.iterdir()} for cell in (TIMED, Cell(SEEDS, TWO)))
    assert timed == {"record.json", "series.csv", *models}
    assert fast == {"record.json", *models}
    lines = grid.paths(TIMED).series.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1_501
    assert lines[0].split(",")[:5] == ["ping_ms", "base_ms", "noise_gold", "outage_gold", "swell_gold"]


@pytest.mark.parametrize("name", ["series.csv", "multi_task.safetensors", "single_task_swell.safetensors"])
@pytest.mark.parametrize("damage", ["lost", "cut"])
def test_a_cell_with_a_damaged_output_is_done_again(copy: Grid, name: str, damage: str) -> None:
    cell = TIMED
    assert copy.reasons(cell) == []
    path = copy.paths(cell).folder / name
    content = path.read_bytes()
    path.unlink()
    if damage == "cut":
        path.write_bytes(content[:-1])
    assert copy.reasons(cell) == [f"{name} is missing, torn or edited"]
    assert copy.reasons(Cell(SEEDS, TWO)) == []


def test_a_cell_without_labels_is_done_again_where_they_are_wanted(grid: Grid) -> None:
    assert grid.reasons(Cell(SEEDS, TWO, labels=True)) == ["labels of every ping is new (kept)"]


def test_an_edited_accuracy_is_no_record(copy: Grid) -> None:
    path = copy.paths(Cell(SEEDS, TWO)).record
    record = json.loads(path.read_text(encoding="utf-8"))
    record["content"]["scores"]["single_task"]["noise"]["accuracy"] = 0.99999
    path.write_text(json.dumps(record), encoding="utf-8")
    assert copy.reasons(Cell(SEEDS, TWO)) == ["record.json is missing, torn or edited"]
    with pytest.raises(ValueError, match="edited"):
        copy.read([Cell(SEEDS, TWO)])


class InThisProcess:
    """An executor that does everything here and now."""

    def submit(self, work: Callable[[Any], Any], given: Sequence[Any]) -> None:
        self._done = [work(piece) for piece in given]

    def completed(self) -> Iterator[Any]:
        yield from self._done


def test_interrupted_work_goes_on_where_it_stopped(
    copy: Grid, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("artifact.grid.grid.workers_at", lambda *_: nullcontext(InThisProcess()))
    cells = [TIMED, Cell(SEEDS, TWO), Cell(OTHER, ("majority",))]
    before = copy.read(cells[:2])
    stands = copy.paths(cells[0]).record.stat().st_mtime_ns
    copy.paths(cells[1]).record.unlink()
    (copy.paths(cells[1]).folder / "single_task_noise.safetensors").write_bytes(b"half a mod")
    records = copy.records(cells)
    said = capsys.readouterr().err
    assert "cells: 2 to do: not done yet" in said
    assert copy.paths(cells[0]).record.stat().st_mtime_ns == stands
    assert records[0] == before[0]
    assert records[1]["scores"] == before[1]["scores"]
    assert records[2]["seeds"] == {"dataset": 7_001, "training": 101}
    assert copy.status(cells) == "3 of 3 cells current"


def test_a_status_counts_reasons(grid: Grid) -> None:
    other = dataclasses.replace(grid, device="cuda")
    cells = [Cell(SEEDS, TWO), TIMED, Cell(OTHER, TWO), Cell(OTHER, ("majority",))]
    assert other.status([*cells, cells[0]]).splitlines() == [
        "0 of 4 cells current",
        "  2 to do: device changed from cpu to cuda",
        "  2 to do: not done yet",
    ]


def test_each_cell_lies_in_a_folder_of_its_own(grid: Grid) -> None:
    base = Trace(np.arange(1_000), "../../a log\n", "csv", "0123456789abcdef")
    cells = [
        Cell(SEEDS, TWO),
        TIMED,
        Cell(OTHER, TWO),
        Cell(SEEDS, ("majority",)),
        Cell(SEEDS, TWO, grid.file.varied("ties_coin")),
        Cell(SEEDS, TWO, tasks=("noise",)),
        Cell(SEEDS, TWO, trace=base),
        Cell(SEEDS, TWO, onto=(base,)),
        Cell(SEEDS, TWO, onto=(base, None)),
        Cell(SEEDS, TWO, trace=base, onto=(None,)),
    ]
    folders = [grid.paths(cell).folder for cell in cells]
    assert len(set(folders)) == len(cells)
    for folder in folders:
        assert folder.resolve().is_relative_to(grid.results.folder.resolve() / "cells")
    shown = [str(folder.relative_to(grid.results.folder)) for folder in folders]
    assert shown[0] == "cells/synthetic/noise+outage+swell/study/single_task+multi_task/7000-100"
    assert shown[4] == "cells/synthetic/noise+outage+swell/ties_coin/single_task+multi_task/7000-100"
    assert shown[6].startswith("cells/.._.._a_log_-01234567/")


def test_the_grids_own_base_is_that_of_its_cells(grid: Grid) -> None:
    base = Trace(np.arange(1_000), "mine", "csv", "1" * 64)
    based = dataclasses.replace(grid, trace=base)
    assert based.paths(Cell(SEEDS, TWO)) == grid.paths(Cell(SEEDS, TWO, trace=base))
    assert based.manifest(Cell(SEEDS, TWO)) == grid.manifest(Cell(SEEDS, TWO, trace=base))
    line = Trace(np.arange(1_000), "a line", "csv", "2" * 64)
    carried = Cell(SEEDS, TWO, trace=line, onto=(None,))
    assert grid.onto(carried) == {"base": None}
    assert based.onto(carried) == {"base": base}
    assert based.manifest(carried)["onto base"] == base.sha256
    assert grid.manifest(carried)["onto base"] == "synthetic"


def test_a_cell_that_is_carried_onto_other_lines_is_another(copy: Grid) -> None:
    """It holds its own scores and those on the other lines; the models of the study are those of the cell without."""
    base = Trace(np.random.default_rng(3).integers(20_000, 30_000, 1_200), "mine", "csv", "1" * 64)
    plain, carried = Cell(SEEDS, ("majority",)), Cell(SEEDS, ("majority",), onto=(base,))
    do_piece(Piece(copy, (plain,)))
    assert copy.reasons(carried) == ["not done yet"]
    do_piece(Piece(copy, (carried,)))
    alone, with_lines = copy.read([plain, carried])
    assert "carried" not in alone
    assert alone["scores"] == with_lines["scores"]
    assert {line: set(of) for line, of in with_lines["carried"].items()} == {"mine": {"majority"}}
    assert [path.name for path in copy.paths(carried).folder.iterdir()] == ["record.json"]


def test_long_names_do_not_share_a_folder(grid: Grid) -> None:
    paths = [grid.results.cell("synthetic", [f"{'task' * 60}{last}"], "study", TWO, "0-1").folder for last in "ab"]
    assert paths[0] != paths[1]
    assert all(len(part) < 250 for path in paths for part in path.parts)


def test_cells_whose_networks_can_be_stacked_are_worked_out_together(grid: Grid) -> None:
    seeds = [Seeds(k, k) for k in range(6)]
    alike, wider = grid.file.varied("ties_coin"), grid.file.varied("trunk_half")
    timed = [Cell(of, TWO, timed=True) for of in seeds[:2]]
    cells = [Cell(of, TWO, under) for of in seeds for under in (None, alike, wider)] + [Cell(seeds[0], ("rules",))]
    pieces = [tuple(some) for some in grid._together([*cells, *timed])]
    assert sorted(map(repr, (cell for some in pieces for cell in some))) == sorted(map(repr, [*cells, *timed]))
    # The timed ones alone, and first: they take longest.
    assert [len(some) for some in pieces[:2]] == [1, 1]
    assert all(some[0].timed == (k < 2) for k, some in enumerate(pieces))
    for some in pieces:
        assert len({(cell.approaches, cell.variation == wider) for cell in some}) == 1
    assert any(None in (of := [cell.variation for cell in some]) and alike in of for some in pieces)


def test_a_piece_of_several_settings_keeps_what_each_would_be_alone(grid: Grid) -> None:
    names = ("ties_coin", "trunk_half", "learns_soft", "split_shuffled", "initialisation_glorot")
    cells = tuple(Cell(Seeds(k, k), TWO, grid.file.varied(name)) for k, name in enumerate(names))
    do_piece(Piece(grid, cells))
    together = grid.read(cells)
    for cell in cells:
        shutil.rmtree(grid.paths(cell).folder)
        do_piece(Piece(grid, (cell,)))
    for one, other in zip(together, grid.read(cells), strict=True):
        assert {**one, "times": None, "wall_s": None} == {**other, "times": None, "wall_s": None}


def test_a_few_cells_stay_in_one_stack_and_many_are_shared_out(grid: Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("artifact.grid.executor.workers", lambda _: 2)
    sizes = {}
    for count in (1, 3, 4, 6, 10, 100):
        cells = [Cell(Seeds(k, k), TWO) for k in range(count)]
        sizes[count] = [len(some) for some in grid._together(cells)]
    assert sizes == {1: [1], 3: [3], 4: [4], 6: [3, 3], 10: [5, 5], 100: [34, 34, 32]}


def test_where_there_are_many_groups_each_is_one_stack_and_the_largest_comes_first(
    grid: Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("artifact.grid.executor.workers", lambda _: 2)
    few = [
        Cell(
            Seeds(k, k),
            TWO,
            Variation(name=f"batch_{of}", reason="some", section="3.4", set={"approaches.multi_task.batch": of}),
        )
        for of in (40, 50, 60, 70)
        for k in range(10)
    ]
    many = [Cell(Seeds(k, k), TWO, grid.file.varied("trunk_twice")) for k in range(20)]
    alone = [Cell(SEEDS, (name,)) for name in ("majority", "rules", "blind")]
    sizes = [len(some) for some in grid._together([*alone, *few, *many])]
    assert sizes == [20, 10, 10, 10, 10, 1, 1, 1]


def test_code_of_a_suite_that_only_an_approach_looks_for_counts_too(
    study_file: StudyFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Functions for blind labels may come from a module that nothing else imports."""
    (tmp_path / "blind_words.py").write_text("def lf_blind(x):\n    return x.ping > 0\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    body = importlib.import_module("blind_words").lf_blind
    setting = setting_of(study_file, ("blind",))
    first, *others = setting.tasks
    function = LabelingFunction("lf_blind", PROPERTY, body, ("x",), BLIND)
    more = dataclasses.replace(first, functions=[*first.functions, function])
    named = code_of(dataclasses.replace(setting, tasks=(more, *others)))
    assert any(name.endswith("blind_words.py") for name in named)
    assert not any(name.endswith("blind_words.py") for name in code_of(setting))
