"""Every command that docs/ prints runs as it is printed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from artifact.store.paths import ROOT

OWN_LOG = ROOT / "docs" / "your-own-ping-log.md"
PING = """#!{python}
import sys
assert sys.argv[1:] == ["-D", "-O", "-c", "3600", "192.0.2.1"]
print("PING 192.0.2.1 (192.0.2.1) 56(84) bytes of data.")
for k in range(1, 401):
    sent = 1729612800 + k
    if 100 <= k < 130:
        print(f"[{{sent + 1:.6f}}] no answer yet for icmp_seq={{k}}")
    else:
        rtt = 9 + k % 7 / 10 + 80 * (k == 300)
        print(f"[{{sent + rtt / 1000:.6f}}] 64 bytes from 192.0.2.1: icmp_seq={{k}} ttl=56 time={{rtt:.1f}} ms")
"""
LABELS = "series,task,first_ping,last_ping,label,by\n192.0.2.1,outage,1,99,0,machine\n192.0.2.1,outage,100,129,1,hand\n"


def commands(page: Path) -> list[str]:
    return [
        line
        for block in re.findall(r"^```sh\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
        for line in block.splitlines()
    ]


def run(command: str, folder: Path, variables: Mapping[str, str]) -> str:
    """Run a command as somebody would who has the clone in that folder; what is set up already stays as it is."""
    typed = command.replace("make ", f"make -C {ROOT} -o setup ") if command.startswith("make ") else command
    typed = typed.replace(".venv/bin/python", sys.executable)
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(
        ["bash", "-c", typed], cwd=folder, env={**environment, **variables}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), command
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a program called ping, and labels as the page exports them."""
    program = tmp_path / "bin" / "ping"
    program.parent.mkdir()
    program.write_text(PING.format(python=sys.executable), encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / "ping.log.labels.csv").write_text(LABELS, encoding="utf-8")
    return tmp_path


def test_your_own_ping_log(folder: Path) -> None:
    variables = {
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "VENV": str(Path(sys.prefix)),
        "RESULTS": str(folder / "results"),
    }
    said = {}
    for command in commands(OWN_LOG):
        typed = re.sub(r"(TRACE|LABELS)=(\S+)", rf"\1={folder}/\2", command)
        study = f" --study {ROOT / 'study.toml'}" if " artifact annotate " in command else ""
        said[command] = run(typed + study, folder, variables)
    assert len(said) == 8
    first = said["make annotate TRACE=ping.log"]
    assert "1 outage, 30 s from 2024-10-22 16:01:40." in first
    assert "1 noisy ping, at 2024-10-22 16:05:00; 80 ms slower than nearby" in first
    assert "by hand: outage: all of 129 pings alike, 30 set by hand" in said[commands(OWN_LOG)[5]]
    assert "192.0.2.1: 400 pings, 30 without a reply (7.5 %)" in said[commands(OWN_LOG)[1]]
    written = {path.name for path in (folder / "results" / "annotated" / "ping").iterdir()}
    named = set(re.findall(r"^\| `([\w.]+)` \|", OWN_LOG.read_text(encoding="utf-8"), re.MULTILINE))
    assert named - {"points.parquet"} == written - {"points.parquet"}
    for output in ("evidence/page.html", "points.csv", "one/page.html", "every/page.html"):
        assert (folder / output).is_file()


def test_its_fewest_pings_are_the_programs() -> None:
    from artifact.annotate.annotation import BUCKETS_TO_FIT
    from artifact.setting import tasks_of
    from artifact.store.paths import STUDY
    from artifact.study import read_study

    fewest = BUCKETS_TO_FIT * max(task.p.bucket for task in tasks_of(read_study(STUDY)))
    assert f"Below {fewest} pings there is too little" in OWN_LOG.read_text(encoding="utf-8")
