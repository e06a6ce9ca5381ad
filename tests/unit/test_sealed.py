"""A sealed file comes back as it was written, or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from artifact.sealed import read_sealed, write_sealed

JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(), st.lists)


@given(content=st.dictionaries(st.text(), JSON))
def test_it_gives_back_what_was_written(tmp_path_factory: pytest.TempPathFactory, content: dict[str, object]) -> None:
    path = tmp_path_factory.mktemp("sealed") / "kept.json"
    write_sealed(path, content)
    read = read_sealed(path)
    write_sealed(path, read)  # in place of the seal that it carries
    assert read == read_sealed(path)
    assert {key: value for key, value in read.items() if key != "seal"} == {
        key: value for key, value in content.items() if key != "seal"
    }


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "{",
        "[]",
        "null",
        '"seal"',
        "{}",
        '{"seal": null}',
        '{"accuracy": 0.88, "seal": "0"}',
        "[" * 100_000,
        '{"seal": ' * 100_000,
    ],
    ids=lambda damage: damage[:12] or "empty",
)
def test_anything_else_is_refused(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "kept.json"
    path.write_text(damage, encoding="utf-8")
    with pytest.raises(ValueError, match="missing, torn or edited"):
        read_sealed(path)


def test_one_edited_digit_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    write_sealed(path, {"accuracy": 0.88})
    path.write_text(path.read_text(encoding="utf-8").replace("0.88", "0.89"), encoding="utf-8")
    assert json.loads(path.read_bytes())["accuracy"] == 0.89
    with pytest.raises(ValueError, match="edited"):
        read_sealed(path)


def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "none", "."):
        with pytest.raises(ValueError, match="missing"):
            read_sealed(tmp_path / name)
