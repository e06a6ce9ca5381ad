"""study.toml and variations.toml: every parameter has a source, and what is wrong is said with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from artifact.errors import BadInputError
from artifact.run import Setting
from artifact.setting import setting_of, varied
from artifact.store.paths import STUDY, VARIATIONS
from artifact.study import StudyFile, parameter_lines, read_study, read_variations

TEXT = STUDY.read_text(encoding="utf-8")
NAMED = VARIATIONS.read_text(encoding="utf-8")
VARIED = list(read_variations(VARIATIONS))


def written(folder: Path, text: str, name: str = "study.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def settled(path: Path) -> Setting:
    """Read a study as every command does: its own tables, then those of its plug-ins."""
    return setting_of(read_study(path))


def test_every_parameter_says_where_it_comes_from(study_file: StudyFile) -> None:
    sources = {line["name"]: line["source"] for line in parameter_lines(study_file)}
    assert len(sources) > 75
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
    ("epochs = 10 ", "epoch = 10 ", "approaches.multi_task.epoch", "did you mean epochs?"),
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
        "list tasks among jitter, noise, outage",
    ),
    ('tasks = ["noise", "outage", "swell"]', 'tasks = ["noise", "noise"]', "twice", "once"),
    ('class_balance = "uniform"', 'class_balance = "even"', "approaches.single_task.class_balance = 'even'", "uniform"),
    ("[tasks.swell]", "[tasks.swel]", "swel", "list tasks"),
    ('tasks = ["noise", "outage", "swell"]', 'tasks = ["noise", "artifact.tasks.noise:noise"]', "twice", "once"),
    ('tasks = ["noise", "outage", "swell"]', 'tasks = [".noise:noise"]', "no task '.noise:noise'", "list tasks"),
    ("validation = 0.2", "validation = 0.8", "leave less than 0.05 for testing", "write a value that is"),
    ('split = "time"', 'split = "random"', "dataset.split = 'random'", "write a value that is"),
    ("sigma = 0.4 ", "sigme = 0.4 ", "unknown key trace.sigme", "did you mean sigma?"),
    ("sigma = 0.4 ", 'sigma = "0.4" ', "trace.sigma = '0.4'", "valid number"),
    ("level_share = 0.2 ", "level_share = true ", "trace.level_share = True", "valid number"),
    ("count = 10 ", "count = 10.0 ", "runs.count = 10.0", "valid integer"),
    ("epochs = 10 ", 'epochs = "10" ', "approaches.multi_task.epochs = '10'", "valid integer"),
    ("count = 10 ", "count = 2022-01-01 ", "runs.count = '2022-01-01'", "valid integer"),
    ("rule.sd = 12.0", "rule.sds = 12.0", "tasks.noise.rule.sds", "did you mean sd?"),
    ("rule.context = 2000", "rule.context = 2001", "tasks.swell.rule.context = 2001", "even"),
    ('ties = "random"', 'ties = "abstain"', "approaches.single_task.ties = 'abstain'", "'left out'"),
    ("decoded = []", "decode = []", "approaches.dawid_skene.decode", "did you mean decoded?"),
    ("trunk = [8, 4]", "trunk = []", "approaches.multi_task.trunk = []", "at least 1 item"),
    ('input = "ping"', 'input = "pings"', "no input 'pings'", "list inputs among ping, tsfresh, window"),
    ('learns_from = "masked"', 'learns_from = "gold"', "approaches.multi_task.learns_from = 'gold'", "'soft'"),
    ("sample = 1.0 ", "sample = 0.0 ", "engine.sample = 0.0", "greater than 0"),
    ('loader = "snorkel"', 'loader = "fast"', "engine.loader = 'fast'", "'snorkel'"),
    ('labeling = "rows"', 'labelling = "rows"', "unknown key engine.labelling", "did you mean labeling?"),
    ("[approaches.dawid_skene]", "[approach.dawid_skene]", "unknown key approach", "did you mean approaches?"),
    ('"separate_networks", "majority",', '"separate_network", "majority",', "no approach 'separate_network'", "among"),
    ('"separate_networks", "majority",', '"majority", "majority",', "approach listed twice", "once"),
    ("bucket = 4 ", 'suite = "robust"\nbucket = 4 ', "tasks.outage.suite = 'robust'", "use one of main"),
]


@pytest.mark.parametrize(("old", "new", "problem", "remedy"), BAD)
def test_a_wrong_study_is_one_line_with_file_line_and_remedy(
    tmp_path: Path, old: str, new: str, problem: str, remedy: str
) -> None:
    assert old in TEXT
    changed = TEXT.replace(old, new, 1)
    path = written(tmp_path, changed)
    with pytest.raises(BadInputError) as caught:
        settled(path)
    said = str(caught.value)
    assert "\n" not in said
    assert problem in said
    assert remedy in said
    begins = new.splitlines()[0].strip()
    # A list over several lines is named by its first one.
    begins = "approaches = [" if "separate_network" in old else begins
    line = next(number for number, text in enumerate(changed.splitlines(), 1) if begins in text)
    assert said.startswith(f"{path}:{line}:"), said


def test_what_is_listed_is_what_was_read(tmp_path: Path) -> None:
    file = read_study(written(tmp_path, TEXT))
    written(tmp_path, TEXT.replace("calm_sd = 0.25", "calm_sd = 9.75"))
    listed = {line["name"]: line["value"] for line in parameter_lines(file)}
    assert listed["tasks.noise.calm_sd"] == 0.25


def test_every_way_to_write_a_key_is_listed(tmp_path: Path) -> None:
    text = TEXT.replace("[engine]", '["eng\\u0069ne"]').replace("rule.window = 50 ", "\"rule\" . 'window' = 50 ")
    assert text.count("\\u0069") == 1
    assert text.count("'window'") == 2
    names = [line["name"] for line in parameter_lines(read_study(written(tmp_path, text)))]
    assert names == [line["name"] for line in parameter_lines(read_study(written(tmp_path, TEXT)))]
    assert {"engine.bucket", "tasks.swell.rule.window", "multiverse.ranges.trace.sigma"} <= set(names)


def test_a_line_within_a_text_is_no_parameter(tmp_path: Path) -> None:
    old = "values = [0.0,"
    assert old in TEXT
    text = TEXT.replace(old, 'values = ["""\nfoo = 1\n[bar]\n""", 0.0,', 1)
    listed = parameter_lines(read_study(written(tmp_path, text)))
    assert not [line for line in listed if "foo" in line["name"] or "bar" in line["name"]]


def test_a_missing_key_names_its_table(tmp_path: Path) -> None:
    text = re.sub(r"^spike_factor.*\n", "", TEXT, flags=re.M)
    line = text.splitlines().index("[tasks.noise]") + 1
    with pytest.raises(BadInputError, match=rf"study\.toml:{line}: key tasks\.noise\.spike_factor is missing; add it"):
        settled(written(tmp_path, text))


def test_a_study_of_a_few_keys_is_told_to_extend_one(tmp_path: Path) -> None:
    """Somebody who types `[runs]` and no more is not sent from one missing key to the next."""
    path = written(tmp_path, '[runs]\napproaches = ["majority"]\n')
    with pytest.raises(BadInputError, match=r'study\.toml:1: table \[trace\] is missing; .* extends = "study\.toml"'):
        read_study(path)


MISSING = [
    "trace.sigma",
    "tasks.swell.rule.context",
    "inputs.window.far",
    "approaches.single_task.ties",
    "engine.loader",
]


@pytest.mark.parametrize("name", MISSING)
def test_no_parameter_has_a_silent_default(tmp_path: Path, name: str) -> None:
    table, _, key = name.replace(".rule.", ".rule/").rpartition(".")
    head, _, rest = TEXT.partition(f"[{table}]\n")
    assert rest
    text = head + f"[{table}]\n" + re.sub(rf"^{key.replace('/', '.')} .*\n", "", rest, count=1, flags=re.M)
    # A window that no network looks through is not asked for.
    text = text.replace('input = "ping" ', 'input = "window" ')
    with pytest.raises(BadInputError, match=rf"key {re.escape(name)} is missing"):
        settled(written(tmp_path, text))


def test_the_table_of_an_input_is_checked_where_a_network_sees_it(tmp_path: Path) -> None:
    text = TEXT.replace('input = "ping" ', 'input = "window" ').replace("near = 24 ", "near = 25 ")
    line = text.splitlines().index(next(line for line in text.splitlines() if line.startswith("near = "))) + 1
    with pytest.raises(BadInputError, match=rf"study\.toml:{line}: inputs\.window\.near = 25 is not possible .* even"):
        settled(written(tmp_path, text))


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[" * 3000, b"a" * 100_000, b"a = " + b"9" * 5000])
def test_garbage_is_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "study.toml"
    path.write_bytes(content)
    with pytest.raises(BadInputError) as caught:
        read_study(path)
    assert "\n" not in str(caught.value)
    if content:
        with pytest.raises(BadInputError):
            read_study(STUDY, path)


def test_a_missing_study_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="STUDY="):
        read_study(tmp_path / "none.toml")


def test_comments_and_order_leave_the_study_alone(tmp_path: Path, study_file: StudyFile) -> None:
    path = written(tmp_path, re.sub(r"  +#.*$", "", TEXT, flags=re.M))
    assert read_study(path).study == study_file.study
    tables = re.split(r"(?m)^(?=\[)", TEXT)
    assert read_study(written(tmp_path, "\n".join(reversed(tables)))).study == study_file.study
    written(tmp_path, TEXT.replace("calm_sd = ", "calm_sd = 1"))
    assert read_study(path).study != study_file.study


def test_with_values_is_the_study_as_if_it_stood_in_the_file(tmp_path: Path, study_file: StudyFile) -> None:
    before = study_file.study.model_dump_json()
    changes = {"tasks.noise.calm_sd": 0.75, "tasks.noise.rule.sd": 3.0, "dataset.split": "shuffled"}
    text = TEXT.replace("calm_sd = 0.25 ", "calm_sd = 0.75 ").replace("rule.sd = 12.0 ", "rule.sd = 3.0 ")
    file = read_study(written(tmp_path, text.replace('split = "time" ', 'split = "shuffled" ')))
    changed = study_file.with_values(changes)
    assert changed.study == file.study
    assert setting_of(changed).tasks == setting_of(file).tasks
    assert {name: changed.value(name) for name in changes} == changes
    assert study_file.study.model_dump_json() == before
    assert changed.lines is study_file.lines


WRONG_VALUES = [
    ({"trace.sigme": 0.3}, "unknown key trace.sigme"),
    ({"trace.sigma": "wide"}, "trace.sigma = 'wide' is not possible"),
    ({"tasks.sweell.low": 1.0}, "no parameter tasks.sweell.low"),
    ({"dataset.split.order": "time"}, "no parameter dataset.split.order"),
    ({"runs.tasks.0": "noise"}, "no parameter runs.tasks.0"),
    ({"calibration.first_seed": 5}, "a calibration seed is also reported"),
]


@pytest.mark.parametrize(("changes", "problem"), WRONG_VALUES)
def test_a_wrong_value_set_from_outside_is_one_line(
    study_file: StudyFile, changes: dict[str, object], problem: str
) -> None:
    with pytest.raises(BadInputError, match=re.escape(problem)):
        study_file.with_values(changes)


def test_a_parameter_is_asked_for_by_its_dotted_name(study_file: StudyFile) -> None:
    assert study_file.value("tasks.swell.rule.context") == 2_000
    assert study_file.value("multiverse.ranges")["trace.sigma"] == [0.2, 0.6]
    for wrong in ("tasks.swell.rule.content", "trace.pings.count", "nothing"):
        with pytest.raises(BadInputError, match=f"no parameter {wrong}"):
            study_file.value(wrong)


def test_a_key_is_found_by_its_line_and_an_unknown_one_by_its_table(study_file: StudyFile) -> None:
    lines = TEXT.splitlines()
    assert lines[study_file.line("tasks", "noise", "rule", "sd") - 1].startswith("rule.sd = ")
    assert lines[study_file.line("tasks", "noise", "none") - 1] == "[tasks.noise]"
    assert study_file.line("nowhere") == 1


@pytest.mark.parametrize("name", VARIED)
def test_every_variation_is_possible_and_changes_something(study_file: StudyFile, name: str) -> None:
    variation = study_file.varied(name)
    changed = varied(study_file, variation)
    assert setting_of(changed).tasks
    for dotted, value in variation.set.items():
        assert changed.value(dotted) == value
        table = study_file.study.model_dump(mode="json")
        for key in dotted.split(".")[:-1]:
            table = table[key]
        assert table.get(dotted.rpartition(".")[2]) != value, f"{dotted} has that value in the study"
    (kept,) = (line for line in NAMED.splitlines() if line == f"[{name}]")
    assert NAMED.splitlines()[variation.where[1] - 1] == kept
    assert re.match(r"3(\.\d)?|5", variation.section)


def test_variations_are_different_changes(study_file: StudyFile) -> None:
    changes = [sorted(of.set.items()) for of in study_file.variations.values()]
    assert len(changes) > 15
    assert all(one not in changes[:k] for k, one in enumerate(changes))


BAD_VARIATIONS = [
    # old, new, the line that is named, problem, remedy
    ('set."dataset.split" = "shuffled"', 'set."dataset.spilt" = "shuffled"', "[split_shuffled]",
     "split_shuffled: unknown key dataset.spilt", "did you mean split?"),
    ('set."dataset.split" = "shuffled"', 'set."datasets.split" = "shuffled"', "[split_shuffled]",
     "split_shuffled: no parameter datasets.split", "name one of this study"),
    ('set."tasks.noise.rule.sd" = 3.0', 'set."tasks.noise.rule.sds" = 3.0', "[rule_textbook]",
     "rule_textbook: unknown key tasks.noise.rule.sds", "did you mean sd?"),
    ('set."dataset.split" = "shuffled"', 'set."dataset.split" = "mixed"', "[split_shuffled]",
     "split_shuffled: dataset.split = 'mixed' is not possible", "write a value that is"),
    ('set."approaches.single_task.ties" = "coin"', 'set."approaches.single_task.ties" = "dice"', "[ties_coin]",
     "ties_coin: approaches.single_task.ties = 'dice' is not possible", "write a value that is"),
    ('set."approaches.multi_task.input" = "window"', 'set."approaches.multi_task.input" = "windows"', "[input_window]",
     "input_window: approaches.multi_task.input: no input 'windows'", "list inputs among ping, tsfresh, window"),
    ('set."tasks.swell.suite" = "robust"', 'set."tasks.swell.suite" = "robuster"', "[robust_functions]",
     "robust_functions: tasks.swell.suite = 'robuster'", "use one of main, robust"),
    ('reason = "another coin', 'raeson = "another coin', 'raeson = "another coin',
     "unknown key ties_coin.raeson", "did you mean reason?"),
    ('reason = "another coin than Snorkel\'s hash of the row"\n', "", "[ties_coin]",
     "key ties_coin.reason is missing", "add it"),
    ('reason = "another coin than Snorkel\'s hash of the row"', 'reason = ""', 'reason = ""',
     "ties_coin.reason = '' is not possible", "write a value that is"),
    ('set."dataset.split" = "shuffled"\n', "", "[split_shuffled]",
     "a variation needs a table `set`, or one `instead`", "write a value that is"),
    ('section = "3.1"\n', "section = 3.1\n", "section = 3.1", "split_shuffled.section = 3.1", "valid string"),
    ("[ties_coin]\n", "ties_coyn = 3\n[ties_coin]\n", "ties_coyn = 3", "ties_coyn", "missing"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "place", "problem", "remedy"), BAD_VARIATIONS)
def test_a_wrong_variation_is_one_line_with_file_line_and_remedy(
    tmp_path: Path, old: str, new: str, place: str, problem: str, remedy: str
) -> None:
    assert old in NAMED
    changed = NAMED.replace(old, new, 1)
    path = written(tmp_path, changed, "variations.toml")
    with pytest.raises(BadInputError) as caught:
        every_variation(read_study(STUDY, path))
    said = str(caught.value)
    assert "\n" not in said
    assert problem in said
    assert remedy in said
    line = next(number for number, text in enumerate(changed.splitlines(), 1) if text.startswith(place))
    assert said.startswith(f"{path}:{line}:"), said


def every_variation(file: StudyFile) -> None:
    for variation in file.variations.values():
        varied(file, variation)


def test_an_unknown_variation_is_told_the_known_ones(study_file: StudyFile) -> None:
    with pytest.raises(BadInputError, match=r"variations\.toml: no variation 'ties'; name one of ties_coin, "):
        study_file.varied("ties")


def test_what_a_variation_says_of_a_task_that_a_study_lacks_is_left_out(study_file: StudyFile) -> None:
    fewer = study_file.with_values({"runs.tasks": ["noise", "outage"]})
    changed = varied(fewer, study_file.varied("robust_functions"))
    assert changed.value("tasks.noise.suite") == "robust"
    assert changed.study.tasks["swell"] == study_file.study.tasks["swell"]


def test_without_a_variation_the_study_is_as_it_is(study_file: StudyFile) -> None:
    assert varied(study_file, None) is study_file


def test_a_study_that_extends_another_is_as_there_where_it_says_nothing(study_file: StudyFile) -> None:
    five = read_study(STUDY.parent / "study.five.toml")
    assert five.study.runs.tasks == (*study_file.study.runs.tasks, "route_change", "jitter")
    assert five.study.runs.model_copy(update={"tasks": study_file.study.runs.tasks}) == study_file.study.runs
    assert {name: five.study.tasks[name] for name in study_file.study.tasks} == study_file.study.tasks
    assert five.study.approaches == study_file.study.approaches
    sources = {line["name"]: line["source"] for line in parameter_lines(five)}
    assert set(sources) > {line["name"] for line in parameter_lines(study_file)}
    assert all(re.match(r"(paper \d|chosen|calibrated)", source) for source in sources.values())
    assert sources["runs.tasks"] == "chosen: another event and another state"


def test_tables_of_an_extending_study_are_laid_over_key_by_key(tmp_path: Path) -> None:
    written(tmp_path, TEXT)
    text = 'extends = "study.toml"\n[tasks.noise]\nbucket = 20 # chosen\nrule.sd = 3.0 # chosen\n'
    file = read_study(written(tmp_path, text, "mine.toml"))
    assert file.study.tasks["noise"]["bucket"] == 20
    assert file.study.tasks["noise"]["rule"] == {"window": 50, "sd": 3.0}
    assert file.study.tasks["noise"]["probability"] == 0.01


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("extends = 3\n", r"mine.toml:1: extends = 3 is no path; write"),
        ('\nextends = "none.toml"\n', r"none.toml: cannot be read"),
        ('extends = "mine.toml"\n', r"mine.toml:1: mine.toml extends another study itself"),
        ('extends = "other.toml"\n', r"mine.toml:1: other.toml extends another study itself; extend that one"),
        ('extends = "study.toml"\n[runs]\ncount = 0\n', r"mine.toml:3: runs.count = 0 is not possible"),
        ('extends = "study.toml"\n[trace]\nsigme = 1\n', r"mine.toml:3: unknown key trace.sigme"),
    ],
)
def test_what_is_wrong_in_an_extending_study_is_said_with_its_line(tmp_path: Path, text: str, says: str) -> None:
    written(tmp_path, TEXT)
    written(tmp_path, 'extends = "study.toml"\n', "other.toml")
    with pytest.raises(BadInputError, match=says):
        read_study(written(tmp_path, text, "mine.toml"))
