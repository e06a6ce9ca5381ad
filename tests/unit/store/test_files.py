"""Files appear whole or not at all."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from artifact.errors import BadInputError
from artifact.store.files import appearing, write_text


def test_a_failure_half_way_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    write_text(path, "old")
    with pytest.raises(RuntimeError), appearing(path) as beside:
        beside.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_old_file_stands_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "results.json"
    write_text(path, "old")
    with appearing(path) as beside:
        beside.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"


KILLED = """
import os, signal, sys
from pathlib import Path
from artifact.store.files import appearing
with appearing(Path(sys.argv[1])) as beside:
    beside.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_killed_half_way_it_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("old")
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "labels.csv")], check=False)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"labels.csv": "old"}


@pytest.mark.parametrize("without", ["files without a name", "/proc"])
def test_where_there_are_none_it_has_a_name_meanwhile(
    without: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if without == "/proc":
        monkeypatch.setattr(Path, "exists", lambda _: False)
    else:
        monkeypatch.setattr(os, "O_TMPFILE", os.O_DIRECTORY | os.O_WRONLY)
    with appearing(tmp_path / "labels.csv") as beside:
        beside.write_text("new")
        assert beside.parent == tmp_path
    monkeypatch.undo()
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"labels.csv": "new"}


def test_it_is_as_open_to_others_as_any_file(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_text(tmp_path / "labels.csv", "new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "labels.csv").stat().st_mode) == 0o640


def test_a_place_that_is_a_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadInputError, match="cannot be written"):
        write_text(tmp_path / "file" / "labels.csv", "new")
