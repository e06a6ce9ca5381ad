"""What is kept comes back as it was written, or not at all, and says what it hangs on."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from artifact.store.kept import keep, kept, read_checked, stale, write_checked

JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(), st.lists)


@given(content=st.dictionaries(st.text(), JSON))
def test_it_gives_back_what_was_written(tmp_path_factory: pytest.TempPathFactory, content: dict[str, object]) -> None:
    path = tmp_path_factory.mktemp("checked") / "kept.json"
    write_checked(path, content)
    read = read_checked(path)
    write_checked(path, read)  # in place of the checksum that it carries
    assert read == read_checked(path)
    assert {key: value for key, value in read.items() if key != "checksum"} == {
        key: value for key, value in content.items() if key != "checksum"
    }


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "{",
        "[]",
        "null",
        '"checksum"',
        "{}",
        '{"checksum": null}',
        '{"accuracy": 0.88, "checksum": "0"}',
        "[" * 100_000,
        '{"checksum": ' * 100_000,
    ],
    ids=lambda damage: damage[:12] or "empty",
)
def test_anything_else_is_refused(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "kept.json"
    path.write_text(damage, encoding="utf-8")
    with pytest.raises(ValueError, match="missing, torn or edited"):
        read_checked(path)


def test_one_edited_digit_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    write_checked(path, {"accuracy": 0.88})
    path.write_text(path.read_text(encoding="utf-8").replace("0.88", "0.89"), encoding="utf-8")
    assert json.loads(path.read_bytes())["accuracy"] == 0.89
    with pytest.raises(ValueError, match="edited"):
        read_checked(path)


def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "none", "."):
        with pytest.raises(ValueError, match="missing"):
            read_checked(tmp_path / name)


MANIFEST = {
    "training seed": 100,
    "tasks.noise.calm_sd": 0.25,
    "tasks.outage.length": (3, 15),
    "code of artifact/run.py": "aaaa",
    "code of artifact/scores.py": "bbbb",
    "version of numpy": "2.4.6",
}


@pytest.fixture
def record(tmp_path: Path) -> Path:
    output = tmp_path / "series.csv"
    output.write_text("ping_ms\n10\n", encoding="utf-8")
    keep(tmp_path / "record.json", MANIFEST, {"accuracy": 0.88}, [output])
    return tmp_path / "record.json"


def test_what_is_kept_is_current_while_nothing_that_decides_it_changes(record: Path) -> None:
    assert stale(record, MANIFEST) == []
    assert stale(record, dict(reversed(MANIFEST.items()))) == []
    assert kept(record) == {"accuracy": 0.88}


def test_nothing_is_kept_before_it_is_done(tmp_path: Path) -> None:
    assert stale(tmp_path / "record.json", MANIFEST) == ["not done yet"]
    with pytest.raises(ValueError, match=r"record\.json is missing"):
        kept(tmp_path / "record.json")


CHANGES = [
    ({"tasks.noise.calm_sd": 0.5}, "tasks.noise.calm_sd changed from 0.25 to 0.5"),
    ({"tasks.outage.length": (3, 16)}, "tasks.outage.length changed from [3, 15] to [3, 16]"),
    ({"version of numpy": "3.0"}, "version of numpy changed from 2.4.6 to 3.0"),
    ({"code of artifact/run.py": "cccc"}, "code of artifact/run.py changed"),
    ({"code of artifact/new.py": "dddd"}, "code of artifact/new.py is new"),
    ({"code of artifact/run.py": None}, "code of artifact/run.py is no longer used"),
    ({"tasks.noise.large_share": 0.75}, "tasks.noise.large_share is new (0.75)"),
    ({"tasks.noise.calm_sd": None}, "tasks.noise.calm_sd is gone"),
]


@pytest.mark.parametrize(("change", "reason"), CHANGES)
def test_each_change_is_said_in_words(record: Path, change: dict[str, object], reason: str) -> None:
    wanted = {name: value for name, value in {**MANIFEST, **change}.items() if value is not None}
    assert stale(record, wanted) == [reason]


def test_all_changes_are_said(record: Path) -> None:
    wanted = {**MANIFEST, "training seed": 101, "code of artifact/scores.py": "cccc"}
    assert stale(record, wanted) == ["training seed changed from 100 to 101", "code of artifact/scores.py changed"]


@pytest.mark.parametrize("damage", ["lost", "edited", "a folder"])
def test_a_damaged_output_is_told_by_its_name(record: Path, damage: str) -> None:
    output = record.with_name("series.csv")
    output.unlink()
    if damage == "edited":
        output.write_text("ping_ms\n11\n", encoding="utf-8")
    elif damage == "a folder":
        output.mkdir()
    assert stale(record, MANIFEST) == ["series.csv is missing, torn or edited"]
    with pytest.raises(ValueError, match=r"series\.csv is missing, torn or edited"):
        kept(record)


def test_an_edited_manifest_does_not_make_a_record_current(record: Path) -> None:
    text = record.read_text(encoding="utf-8")
    assert '"aaaa"' in text
    record.write_text(text.replace('"aaaa"', '"cccc"'), encoding="utf-8")
    assert stale(record, {**MANIFEST, "code of artifact/run.py": "cccc"}) == ["record.json is missing, torn or edited"]


def test_a_checked_file_of_another_kind_is_no_record(tmp_path: Path) -> None:
    write_checked(tmp_path / "record.json", {"accuracy": 0.88})
    assert stale(tmp_path / "record.json", MANIFEST) == ["record.json is no record"]
    with pytest.raises(ValueError, match="no record"):
        kept(tmp_path / "record.json")


def test_keeping_again_replaces_what_was_kept(record: Path) -> None:
    keep(record, MANIFEST, {"accuracy": 0.9})
    assert kept(record) == {"accuracy": 0.9}
    record.with_name("series.csv").unlink()
    assert stale(record, MANIFEST) == []
