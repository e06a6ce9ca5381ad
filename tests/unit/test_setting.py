"""A study's plug-ins, each with its own table, its teacher before it, and what it sees."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import pytest

from artifact.errors import BadInputError
from artifact.run import Setting
from artifact.setting import approaches_of, setting_of, tasks_of, varied
from artifact.study import StudyFile

LAB = '''
"""Approaches that live elsewhere and are taught."""

from artifact.approaches.approach import Approach

taught = Approach("taught", "Taught", needs=("weak labels",))
twice = Approach("twice", "Taught by a taught one", needs=("weak labels",), teacher="my_lab:taught")
itself = Approach("itself", "Taught by itself", needs=("weak labels",), teacher="my_lab:itself")
one = Approach("one", "Taught by another", needs=("weak labels",), teacher="my_lab:other")
other = Approach("other", "Taught by one", needs=("weak labels",), teacher="my_lab:one")
asking = Approach("asking", "Asks for an input", asks=lambda _: ("input", "weak labels"))
lost = Approach("lost", "Taught by nobody", needs=("weak labels",), teacher="nobody")
for approach in (taught, twice, itself, one, other, asking, lost):
    approach.fitting()(lambda training, p: None)
    approach.loading(lambda state, tasks, p: None)
'''


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_lab.py").write_text(LAB, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("my_lab", None)


def names(setting: Setting) -> list[str]:
    return [approach.name for approach in setting.approaches]


def test_the_studys_order_stands(study_file: StudyFile) -> None:
    setting = setting_of(study_file)
    assert [task.name for task in setting.tasks] == ["noise", "outage", "swell"]
    assert names(setting) == list(study_file.study.runs.approaches)
    assert setting.trace == study_file.study.trace
    assert setting.dataset == study_file.study.dataset


def test_each_plug_in_has_its_own_table(study_file: StudyFile) -> None:
    setting = setting_of(study_file)
    noise, outage, swell = setting.tasks
    assert (noise.p.calm_sd, noise.rule_p.sd) == (0.25, 12.0)
    assert (outage.p.length, swell.p.low) == ((3, 15), 1.05)
    by_name = {approach.name: approach for approach in setting.approaches}
    assert by_name["single_task"].p.epochs == 500
    assert by_name["dawid_skene"].p.epochs == 200
    # Networks on other labels are the same networks.
    assert by_name["separate_networks"].p == by_name["gold_network"].p == by_name["multi_task"].p
    assert by_name["multi_task"].p.epochs == 10


def test_an_input_is_given_to_what_needs_one(study_file: StudyFile) -> None:
    by_name = {approach.name: approach for approach in approaches_of(study_file)}
    assert {name for name, approach in by_name.items() if approach.input} == {
        "multi_task",
        "separate_networks",
        "gold_network",
    }
    assert by_name["multi_task"].input.name == "ping"
    seen = approaches_of(varied(study_file, study_file.varied("input_window")))
    by_name = {approach.name: approach for approach in seen}
    assert by_name["gold_network"].input.name == "window"
    assert by_name["gold_network"].input.p.far == 2_000
    assert by_name["single_task"].input is None


def test_an_input_that_parameters_ask_for_is_given_too(study_file: StudyFile, lab: None) -> None:
    (_, asking) = setting_of(study_file, ["my_lab:asking"]).approaches
    assert asking.input.name == "ping"


def test_some_approaches_are_wanted_alone_and_what_teaches_them_is_added(study_file: StudyFile) -> None:
    assert names(setting_of(study_file, ["majority"])) == ["majority"]
    assert names(setting_of(study_file, ["multi_task"])) == ["single_task", "multi_task"]
    assert names(setting_of(study_file, ["separate_networks", "majority", "single_task"])) == [
        "single_task",
        "separate_networks",
        "majority",
    ]
    assert names(setting_of(study_file, [])) == []


def test_those_that_teach_come_first_in_whatever_order_a_study_lists_them(study_file: StudyFile) -> None:
    turned = study_file.with_values({"runs.approaches": ["multi_task", "rules", "single_task"]})
    assert names(setting_of(turned)) == ["single_task", "multi_task", "rules"]
    left_out = study_file.with_values({"runs.approaches": ["multi_task"]})
    assert names(setting_of(left_out)) == ["single_task", "multi_task"]
    # The teacher has its table although the study does not list it.
    assert setting_of(left_out).approaches[0].p.epochs == 500


def test_a_teacher_may_be_taught_and_live_elsewhere(study_file: StudyFile, lab: None) -> None:
    setting = setting_of(study_file, ["my_lab:twice"])
    assert names(setting) == ["single_task", "taught", "twice"]
    # Weak labels are looked up by their teacher's name.
    assert [approach.teacher for approach in setting.approaches[1:]] == ["single_task", "taught"]


@pytest.mark.parametrize(("name", "said"), [("itself", "'itself' teaches itself"), ("one", "'one' teaches itself")])
def test_nobody_teaches_itself(study_file: StudyFile, lab: None, name: str, said: str) -> None:
    with pytest.raises(BadInputError, match=said):
        setting_of(study_file, [f"my_lab:{name}"])


def test_a_teacher_that_is_not_there_is_one_line(study_file: StudyFile, lab: None) -> None:
    with pytest.raises(
        BadInputError, match=r"study\.toml:\d+: runs\.approaches: no approach 'nobody'; list approaches"
    ):
        setting_of(study_file, ["my_lab:lost"])


def test_an_approach_need_not_be_listed_to_be_wanted(study_file: StudyFile) -> None:
    fewer = study_file.with_values({"runs.approaches": ["majority"]})
    assert names(setting_of(fewer, ["dawid_skene"])) == ["dawid_skene"]
    with pytest.raises(
        BadInputError, match="no approach 'dawid_skeene'; list approaches among blind, coin, dawid_skene, "
    ):
        setting_of(fewer, ["dawid_skeene"])


def test_some_tasks_are_wanted_alone(study_file: StudyFile) -> None:
    setting = setting_of(study_file, None, ["swell", "noise"])
    assert [task.name for task in setting.tasks] == ["noise", "swell"]


def test_a_task_without_a_rule_has_no_rule_parameters(study_file: StudyFile) -> None:
    noise = tasks_of(study_file)[0]
    bare = dataclasses.replace(noise, rules=[])
    assert bare.with_parameters(noise.p).rule_p is None


def test_a_rule_that_a_task_does_not_have_is_refused(study_file: StudyFile) -> None:
    odd = study_file.with_values({"tasks.outage.rule": {"window": 50}})
    with pytest.raises(BadInputError, match=r"unknown key tasks\.outage\.rule\.window"):
        tasks_of(odd)
