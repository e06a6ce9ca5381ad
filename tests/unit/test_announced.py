"""What packages announce by entry points, as pip writes them into a folder of the path; none is installed here.

https://packaging.python.org/en/latest/specifications/entry-points/
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from artifact.errors import BadInputError
from artifact.grid import code
from artifact.grid.grid import Cell, Grid
from artifact.run import Seeds
from artifact.setting import TASKS, setting_of
from artifact.store.paths import ResultPaths
from artifact.study import StudyFile
from artifact.trace.reading import read_log, read_trace

Announce = Callable[[str, dict[str, str], dict[str, str]], None]
TASK = "from artifact.tasks.task import Task, TaskParameters\nmine = Task('dip', parameters=TaskParameters)\n"
READER = """
import numpy as np
from artifact.trace.log import Series

FORMAT = "modem"
MS = 1000


def recognises(head):
    return head.startswith(b"modem,rtt\\n")


def read(lines):
    words = lines.document().split()[1:]
    lines.known = len(words)
    return [Series("modem", np.array([MS * int(word.split(b",")[1]) for word in words], dtype=np.int64))]
"""
LOG = "modem,rtt\n" + "a,9\na,11\n" * 500


@pytest.fixture
def announce(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Announce:
    """Put a package's modules and its entry points, by group and name, on the path."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    before = set(sys.modules)

    def put(package: str, points: dict[str, str], modules: dict[str, str]) -> None:
        for name, text in modules.items():
            (site / name).write_text(text, encoding="utf-8")
        folder = site / f"{package}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n", encoding="utf-8")
        lines = [f"[{at.rpartition('/')[0]}]\n{at.rpartition('/')[2]} = {value}" for at, value in points.items()]
        (folder / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")

    yield put
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_an_announced_task_is_found_by_its_bare_name(announce: Announce) -> None:
    announce("lab", {"artifact.tasks/dip": "lab_tasks : mine [fast]"}, {"lab_tasks.py": TASK})
    assert TASKS.find("dip") == TASKS.find("lab_tasks:mine")
    assert "dip" in TASKS.remedy


def test_what_comes_with_the_artifact_goes_before_an_entry_point_of_its_name(announce: Announce) -> None:
    announce("lab", {"artifact.tasks/noise": "lab_tasks:mine"}, {"lab_tasks.py": TASK})
    assert TASKS.find("noise").module == "artifact.tasks.noise"
    assert TASKS.announced() == {}


def test_one_name_of_two_packages_is_refused_and_one_package_twice_on_the_path_is_not(announce: Announce) -> None:
    announce("lab", {"artifact.tasks/dip": "lab_tasks:mine"}, {"lab_tasks.py": TASK})
    announce("lab_too", {"artifact.tasks/dip": "lab_tasks:mine"}, {})
    assert TASKS.find("dip").module == "lab_tasks"
    announce("other", {"artifact.tasks/dip": "other_tasks:mine"}, {"other_tasks.py": TASK})
    with pytest.raises(LookupError, match=r"^no single task 'dip' \(lab_tasks:mine and other_tasks:mine are announced"):
        TASKS.find("dip")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (
            "lab_tasks:mine",
            r"runs.tasks: no task 'dip' \(RuntimeError: two lines, .*lab_tasks.py:1\); list tasks among",
        ),
        ("not_there:mine", r"runs.tasks: no task 'dip' \(ModuleNotFoundError: "),
        ("lab_other", r"runs.tasks: no task 'dip'; list tasks among "),
    ],
)
def test_an_entry_point_that_leads_nowhere_is_one_line(
    announce: Announce, study_file: StudyFile, value: str, said: str
) -> None:
    announce("lab", {"artifact.tasks/dip": value}, {"lab_tasks.py": "raise RuntimeError('two\\n lines')\n"})
    with pytest.raises(BadInputError, match=said) as refused:
        setting_of(study_file.with_values({"runs.tasks": ["noise", "dip"]}))
    assert "\n" not in str(refused.value)


def test_an_announced_reader_is_asked_before_tables(announce: Announce, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(LOG, encoding="utf-8")
    assert read_log(log).format == "RTT table"
    announce("lab", {"artifact.readers/modem": "lab_reader"}, {"lab_reader.py": READER})
    read = read_log(log)
    assert (read.format, read.series[0].rtt_us[:2].tolist()) == ("modem", [9_000, 11_000])
    log.write_text("PING a (192.0.2.1) 56(84) bytes\n64 bytes from 192.0.2.1: icmp_seq=1 ttl=9 time=9.04 ms\n")
    assert read_log(log).format == "ping log"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("raise RuntimeError('two\\n lines')\n", r"RuntimeError: two lines, .*lab_reader.py:1; mend the package"),
        ("FORMAT = 'modem'\n", r"is no reader: it has no recognises and no read; mend the package"),
    ],
)
def test_an_announced_reader_that_is_none_is_one_line(announce: Announce, tmp_path: Path, text: str, said: str) -> None:
    announce("lab", {"artifact.readers/modem": "lab_reader"}, {"lab_reader.py": text})
    log = tmp_path / "log"
    log.write_text(LOG, encoding="utf-8")
    with pytest.raises(BadInputError, match=rf"^entry point modem = lab_reader: {said}") as refused:
        read_log(log)
    assert "\n" not in str(refused.value)


def test_a_log_read_otherwise_makes_its_runs_stale(announce: Announce, study_file: StudyFile, tmp_path: Path) -> None:
    """The same file, the same checksum; another reader gives other pings."""
    log = tmp_path / "log"
    log.write_text(LOG, encoding="utf-8")
    cell = Cell(Seeds(0, 100), ("single_task",))
    as_table, again = (_manifest(study_file, log, cell) for _ in range(2))
    assert as_table == again
    announce("lab", {"artifact.readers/modem": "lab_reader"}, {"lab_reader.py": READER.replace("1000", "1001")})
    changed = _manifest(study_file, log, cell)
    assert {key for key in changed if changed[key] != as_table[key]} == {"base as read"}


def test_an_installed_plug_in_is_told_by_its_code(
    announce: Announce, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    announce("lab", {"artifact.tasks/dip": "lab_tasks:mine"}, {"lab_tasks.py": TASK})
    (tmp_path / "site" / "lab_fast.so").write_bytes(b"\0compiled")
    folders = (("site", (tmp_path / "site").resolve()), *code._folders())
    monkeypatch.setattr(code, "_folders", lambda: folders)
    for cached in (code._source, code._library, code._read):
        cached.cache_clear()
    said = code.code_and_versions(["lab_tasks"])
    assert code._read(tmp_path / "site" / "lab_fast.so", "lab_fast")[1] == ()
    assert f"code of {tmp_path / 'site' / 'lab_tasks.py'}" in said
    assert "version of lab_tasks" not in said
    code._library.cache_clear()


def _manifest(study_file: StudyFile, log: Path, cell: Cell) -> dict[str, object]:
    return Grid(study_file, ResultPaths(log.parent / "results"), read_trace(log)).manifest(cell)
