"""Break the study on purpose: kill it, fill its disk, lock its folder, start it twice; nothing wrong may come of it.

tools/faults.py [--kills N]      exit 1 where a fault left something wrong; needs root for the disks
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SMALL = {
    "count = 10 ": "count = 2 ",
    "pings = 15000": "pings = 1000",
    "epochs = 500 ": "epochs = 20 ",
    "epochs = 10 ": "epochs = 1 ",
}
"""Changes to study.toml that make a run take seconds; what is done stays the same."""
SEED = 20
DISKS_KIB = (40, 200, 700)


def main() -> int:
    """Provoke every fault; print a line each; return 1 where one was not survived."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20, help="how many moments to kill at")
    kills = parser.parse_args().kills
    with tempfile.TemporaryDirectory(prefix="faults-") as place:
        faults = Faults(Path(place))
        faults.killed(kills)
        faults.two_at_once()
        faults.disks()
    print(f"{faults.survived} survived, {len(faults.wrong)} not")
    return 1 if faults.wrong else 0


class Faults:
    """A small study, what it gives undisturbed, and what went wrong so far."""

    def __init__(self, place: Path) -> None:
        self.place, self.survived, self.wrong = place, 0, list[str]()
        text = (ROOT / "study.toml").read_text(encoding="utf-8")
        for old, new in SMALL.items():
            if text.count(old) != 1:
                raise SystemExit(f"faults: study.toml has no single {old!r}; change SMALL in tools/faults.py")
            text = text.replace(old, new)
        self.study = place / "study.toml"
        self.study.write_text(text, encoding="utf-8")
        begin = time.monotonic()
        self.reference = place / "undisturbed"
        if self.start(self.reference).wait() != 0:
            raise SystemExit("faults: the undisturbed run fails; see above")
        self.seconds = time.monotonic() - begin
        print(f"undisturbed: {self.seconds:.0f} s")

    def killed(self, kills: int) -> None:
        """Kill all processes, or the first alone, at random moments; the same command then has to finish the same."""
        moments = random.Random(SEED)  # noqa: S311 - a moment, not a secret
        for number in range(kills):
            folder = self.place / f"killed-{number}"
            after = moments.uniform(0.2, self.seconds)
            started = self.start(folder)
            time.sleep(after)
            alone = bool(number % 2)
            if started.poll() is None:
                (os.kill if alone else os.killpg)(started.pid, signal.SIGKILL)
            started.wait()
            wrong = list(torn(folder)) + ["workers live on"] * (not gone(started.pid))
            finished = self.start(folder).wait() == 0 and self.equal(folder)
            left = list(folder.rglob("*.part"))
            what = f"{'first' if alone else 'all'} killed after {after:4.1f} s"
            self.note(what, finished and not wrong and not left, f"{wrong} {left}")

    def two_at_once(self) -> None:
        """Start two commands on one folder: one does the work, the other says so and leaves."""
        folder = self.place / "twice"
        both = [self.start(folder, stderr=subprocess.PIPE) for _ in range(2)]
        said = [process.communicate()[1].decode() for process in both]
        codes = sorted(process.returncode for process in both)
        refused = any("another command is writing here" in text for text in said)
        self.note("two at once", codes == [0, 2] and refused and self.equal(folder), f"exit codes {codes}")

    def disks(self) -> None:
        """Run on disks that are full, at several sizes, or read-only; then on the same with room."""
        if os.geteuid() != 0:
            print("disks: left out, mounting one needs root; run it as root or in a container")
            return
        for kib in DISKS_KIB:
            with disk(self.place / f"disk-{kib}", f"size={kib}k") as folder:
                full = self.refused(folder / "results", "No space left on device")
                remount(folder, "size=64m")
                finished = self.start(folder / "results").wait() == 0 and self.equal(folder / "results")
                self.note(f"disk of {kib} KiB", full and finished)
        with disk(self.place / "read-only", "size=64m") as folder:
            (folder / "results").mkdir()
            remount(folder, "ro")
            refused = self.refused(folder / "results", "Read-only file system")
            remount(folder, "rw")
            finished = self.start(folder / "results").wait() == 0 and self.equal(folder / "results")
            self.note("read-only results folder", refused and finished)

    def refused(self, folder: Path, reason: str) -> bool:
        """Tell whether a run ended with exit code 2 and one line that gives the reason, leaving no torn file."""
        started = self.start(folder, stderr=subprocess.PIPE)
        said = started.communicate()[1].decode()
        lines = [line for line in said.splitlines() if line.startswith("artifact: ")]
        return started.returncode == 2 and len(lines) == 1 and reason in lines[0] and not list(torn(folder))

    def start(self, folder: Path, stderr: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        """Start the study in a process group of its own."""
        command = [sys.executable, "-m", "artifact", "all", "--study", str(self.study), "--results", str(folder)]
        return subprocess.Popen(
            [*command, "--data", str(folder / "data")],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            start_new_session=True,
        )

    def equal(self, folder: Path) -> bool:
        """Tell whether a folder holds what the undisturbed run gave, but for times."""
        command = [sys.executable, "-m", "artifact", "compare", str(self.reference), str(folder)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0

    def note(self, what: str, good: bool, why: str = "") -> None:
        """Print and count one outcome."""
        print(f"{what:32}{'survived' if good else f'NOT survived {why}'}", flush=True)
        if good:
            self.survived += 1
        else:
            self.wrong.append(what)


def gone(group: int) -> bool:
    """Wait until no process of a group is left; False where one still is after ten seconds."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def torn(folder: Path) -> Iterator[str]:
    """Name the outputs of a folder that are torn."""
    for path in folder.rglob("*.json"):
        try:
            json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            yield str(path)
    ends = {"*.html": "</html>", "*.svg": "</svg>", "*.csv": "\n"}
    for pattern, end in ends.items():
        for path in folder.rglob(pattern):
            text = path.read_text(encoding="utf-8")
            if not (text.endswith(end) or text.rstrip().endswith(end)):
                yield str(path)


@contextmanager
def disk(folder: Path, options: str) -> Iterator[Path]:
    """Mount a small disk in memory."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def remount(folder: Path, options: str) -> None:
    """Change a mounted disk's options."""
    subprocess.run(["mount", "-o", f"remount,{options}", folder], check=True)


if __name__ == "__main__":
    sys.exit(main())
