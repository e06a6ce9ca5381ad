"""study.toml: every parameter has a source, and what is wrong is said with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from artifact.errors import BadInputError
from artifact.paths import STUDY
from artifact.study import StudyFile, parameter_lines, read_study
from artifact.tasks import tasks_of

TEXT = STUDY.read_text(encoding="utf-8")


def test_every_parameter_says_where_it_comes_from(study_file: StudyFile) -> None:
    sources = {line["name"]: line["source"] for line in parameter_lines(study_file)}
    assert len(sources) > 35
    for name, source in sources.items():
        assert re.match(r"(paper \d|chosen|calibrated)", source), name


def test_the_papers_own_numbers_stand(study_file: StudyFile) -> None:
    study = study_file.study
    assert study.runs.count == 10  # 3.5
    assert study.trace.pings == 15_000  # 3.1
    assert (study.dataset.train, study.dataset.validation) == (0.6, 0.2)  # 3.1
    assert study.tasks["noise"]["probability"] == 0.01  # 3.1
    assert study.tasks["outage"]["probability"] == 0.005  # 3.1


def test_reported_and_calibration_seeds_are_disjoint(study_file: StudyFile) -> None:
    runs, calibration = study_file.study.runs, study_file.study.calibration
    reported = set(range(runs.first_dataset_seed, runs.first_dataset_seed + runs.count))
    assert not reported & set(range(calibration.first_seed, calibration.first_seed + calibration.seeds))


def test_the_network_is_not_calibrated(study_file: StudyFile) -> None:
    calibration = study_file.study.calibration
    swept = [*calibration.sweep, *calibration.dataset_sweep]
    assert set(swept) <= set(study_file.study.runs.tasks)
    # Labeling lines by the single-task numbers; only sizes of added properties by all six.
    assert {sweep.parameter for sweep in calibration.dataset_sweep.values()} == {"increase_ms"}


BAD = [
    ("probability = 0.01 ", "probabilty = 0.01 ", "tasks.noise.probabilty", "did you mean probability?"),
    ("epochs = 10 ", "epoch = 10 ", "multi_task.epoch", "did you mean epochs?"),
    ("probability = 0.01 ", "probability = 1.5 ", "tasks.noise.probability = 1.5", "less than 1"),
    ("probability = 0.01 ", "probability = nan ", "tasks.noise.probability", "finite"),
    ("bucket = 50 ", "bucket = 51 ", "tasks.noise.bucket = 51", "even"),
    ("length = [3, 15]", "length = [15, 3]", "tasks.outage.length", "down to"),
    ("count = 10 ", 'count = "ten" ', "runs.count = 'ten'", "valid integer"),
    ("train = 0.6 ", "train = 6 ", "dataset.train = 6", "less than"),
    ("train = 0.6 ", "train = ", "no valid TOML", "mend"),
    ("first_seed = 1000", "first_seed = 5", "calibration seed", "apart"),
    (
        'tasks = ["noise", "outage", "swell"]',
        'tasks = ["noise", "outtage"]',
        "no task 'outtage'",
        "list tasks among noise, outage",
    ),
    ('tasks = ["noise", "outage", "swell"]', 'tasks = ["noise", "noise"]', "twice", "once"),
    ('class_balance = "uniform"', 'class_balance = "even"', "label_model.class_balance = 'even'", "uniform"),
    ("[tasks.swell]", "[tasks.swel]", "swel", "list tasks"),
    ('tasks = ["noise", "outage", "swell"]', 'tasks = ["noise", "artifact.tasks.noise:noise"]', "twice", "once"),
    ('tasks = ["noise", "outage", "swell"]', 'tasks = [".noise:noise"]', "no task '.noise:noise'", "list tasks"),
    ("validation = 0.2", "validation = 0.8", "leave less than 0.05 for testing", "write a value that is"),
]


@pytest.mark.parametrize(("old", "new", "problem", "remedy"), BAD)
def test_a_wrong_study_is_one_line_with_file_line_and_remedy(
    tmp_path: Path, old: str, new: str, problem: str, remedy: str
) -> None:
    assert old in TEXT
    changed = TEXT.replace(old, new, 1)
    path = tmp_path / "study.toml"
    path.write_text(changed, encoding="utf-8")
    with pytest.raises(BadInputError) as caught:
        tasks_of(read_study(path))
    said = str(caught.value)
    assert "\n" not in said
    assert problem in said
    assert remedy in said
    line = next(number for number, text in enumerate(changed.splitlines(), 1) if new.strip() in text)
    if "swel]" not in new:
        assert said.startswith(f"{path}:{line}:"), said


def test_what_is_listed_is_what_was_read(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(TEXT, encoding="utf-8")
    file = read_study(path)
    path.write_text(TEXT.replace("calm_sd = 0.25", "calm_sd = 9.75"), encoding="utf-8")
    listed = {line["name"]: line["value"] for line in parameter_lines(file)}
    assert listed["tasks.noise.calm_sd"] == 0.25


def test_every_way_to_write_a_key_is_listed(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    text = TEXT.replace("[rules]", '["r\\u0075les"]')
    assert text != TEXT
    path.write_text(text, encoding="utf-8")
    names = [line["name"] for line in parameter_lines(read_study(path))]
    path.write_text(TEXT, encoding="utf-8")
    assert names == [line["name"] for line in parameter_lines(read_study(path))]


def test_a_line_within_a_text_is_no_parameter(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    old = "values = [0.0,"
    assert old in TEXT
    path.write_text(TEXT.replace(old, 'values = ["""\nfoo = 1\n[bar]\n""", 0.0,', 1), encoding="utf-8")
    assert not [line for line in parameter_lines(read_study(path)) if "foo" in line["name"] or "bar" in line["name"]]


def test_a_missing_key_names_its_table(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(re.sub(r"^spike_factor.*\n", "", TEXT, flags=re.M), encoding="utf-8")
    with pytest.raises(BadInputError, match=r"study\.toml:\d+: key tasks\.noise\.spike_factor is missing"):
        tasks_of(read_study(path))


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[" * 3000, b"a" * 100_000, b"a = " + b"9" * 5000])
def test_garbage_is_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "study.toml"
    path.write_bytes(content)
    with pytest.raises(BadInputError):
        read_study(path)


def test_a_missing_study_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="STUDY="):
        read_study(tmp_path / "none.toml")


def test_comments_and_order_leave_the_fingerprint_alone(tmp_path: Path, study_file: StudyFile) -> None:
    path = tmp_path / "study.toml"
    path.write_text(re.sub(r"  +#.*$", "", TEXT, flags=re.M), encoding="utf-8")
    assert read_study(path).study.fingerprint() == study_file.study.fingerprint()
    path.write_text(TEXT.replace("calm_sd = ", "calm_sd = 1"), encoding="utf-8")
    assert read_study(path).study.fingerprint() != study_file.study.fingerprint()
