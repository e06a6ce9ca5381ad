"""Plug-ins are found by their file's name or as module:attribute, and what goes wrong is one line with its cause."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from artifact.approaches.separate_networks import separate_networks
from artifact.inputs.window import window
from artifact.plugins import Kind, Plugin
from artifact.setting import APPROACHES, INPUTS, TASKS
from artifact.tasks.noise import noise
from artifact.tasks.task import Task, TaskParameters

KINDS = pytest.mark.parametrize("kind", [TASKS, INPUTS, APPROACHES], ids=lambda kind: kind.word)


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of somebody's own modules."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


@KINDS
def test_every_file_of_the_folder_is_a_plug_in_of_its_name(kind: Kind[Plugin]) -> None:
    folder = Path(sys.modules[kind.package].__file__ or "").parent
    files = {path.stem for path in folder.glob("[a-z]*.py")} - {kind.word}
    assert set(kind.known()) == files
    for name in kind.known():
        assert kind.find(name).name == name  # type: ignore[attr-defined]


def test_helpers_of_a_folder_are_no_plug_ins() -> None:
    assert "_decoding" not in APPROACHES.known()
    for name in ("_decoding", "approach", "__init__", ""):
        with pytest.raises(LookupError, match=f"no approach '{name}'"):
            APPROACHES.find(name)


def test_a_plug_in_is_also_found_as_module_and_attribute(outside: Path) -> None:
    text = "from artifact.tasks.task import Task, TaskParameters\nmine = Task('dip', parameters=TaskParameters)\n"
    (outside / "my_lab").mkdir()
    (outside / "my_lab" / "tasks.py").write_text(text, encoding="utf-8")
    found = TASKS.find("my_lab.tasks:mine")
    assert found == Task("dip", parameters=TaskParameters)
    assert found.module == "my_lab.tasks"
    assert TASKS.find("artifact.tasks.noise:noise") == TASKS.find("noise") == noise


def test_it_knows_the_module_it_was_found_in_and_shares_what_was_registered() -> None:
    assert INPUTS.find("window").module == "artifact.inputs.window"
    assert INPUTS.find("window").bodies is window.bodies
    # Its fit stands in another file.
    assert APPROACHES.find("separate_networks").module == "artifact.approaches.separate_networks"
    assert separate_networks.fits[0][0].__module__ == "artifact.approaches.multi_task"


WRONG = [
    ("outtage", "no task 'outtage'"),
    (
        "nowhere.tasks:mine",
        r"no task 'nowhere.tasks:mine' \(ModuleNotFoundError: .*'nowhere'; is the folder .*PYTHONPATH",
    ),
    ("artifact.tasks.noise:nose", r"no task 'artifact.tasks.noise:nose' \(nose is not there; .* has noise\)"),
    ("artifact.tasks.noise:", r"no task 'artifact.tasks.noise:' \(.* is not there"),
    (".noise:noise", r"no task '.noise:noise' \(TypeError"),
    (":noise", "no task ':noise'"),
    ("artifact.tasks.noise:NOISE", r"no task 'artifact.tasks.noise:NOISE' \(NOISE is a int, no Task; .* has noise\)"),
    ("artifact.inputs.ping:ping", r"\(ping is a Input, no Task; artifact.inputs.ping has no task\)"),
]


@pytest.mark.parametrize(("name", "said"), WRONG)
def test_what_is_none_is_said_with_its_cause(name: str, said: str) -> None:
    with pytest.raises(LookupError, match=said):
        TASKS.find(name)


BROKEN = [
    ("raise RuntimeError('two\\n lines')", "RuntimeError: two lines"),
    ("import not_there", "ModuleNotFoundError: No module named 'not_there'"),
    ("mine = (", "SyntaxError: '(' was never closed"),
]


@pytest.mark.parametrize(("text", "cause"), BROKEN)
def test_a_module_that_cannot_be_imported_is_one_line(outside: Path, text: str, cause: str) -> None:
    (outside / "my_broken_lab.py").write_text(text + "\n", encoding="utf-8")
    with pytest.raises(LookupError) as caught:
        TASKS.find("my_broken_lab:mine")
    said = str(caught.value)
    assert said.startswith("no task 'my_broken_lab:mine' (")
    assert cause in said
    assert "\n" not in said


def test_the_remedy_names_what_there_is() -> None:
    assert TASKS.remedy == "list tasks among jitter, noise, outage, route_change, swell or as module:attribute"
    assert INPUTS.remedy.startswith("list inputs among ping, tsfresh, window")
    assert APPROACHES.remedy.startswith("list approaches among blind, coin, dawid_skene, gold_network, ")
