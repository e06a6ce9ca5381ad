"""What is in an image, to compare two of them.

tools/contents.py list             inside one: a line per path, with mode, owner and SHA-256 (or where a link leads)
tools/contents.py compare A B      two such lists; exit 1, naming the paths, where they differ
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

NOT_OF_THE_IMAGE = {
    "proc",
    "sys",
    "dev",
    "run",
    "tmp",
    "results",
    "etc/hosts",
    "etc/hostname",
    "etc/resolv.conf",
    "etc/mtab",
}
"""Mounted or written by whatever runs it."""
SHOWN = 20


def main() -> int:
    """List, or compare two lists."""
    if sys.argv[1] == "list":
        for line in listed(Path("/")):
            print(line)
        return 0
    return compare(*(Path(name).read_text(encoding="utf-8").splitlines() for name in sys.argv[2:4]))


def listed(root: Path) -> Iterator[str]:
    """Describe every path of a file system."""
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if str((here / name).relative_to(root)) not in NOT_OF_THE_IMAGE)
        for path in (here / name for name in sorted([*files, *folders])):
            if str(path.relative_to(root)) not in NOT_OF_THE_IMAGE:
                yield described(path)


def described(path: Path) -> str:
    """Return mode, owner, content and name of a path."""
    status = path.lstat()
    content = "-"
    if stat.S_ISLNK(status.st_mode):
        content = f"-> {path.readlink()}"
    elif stat.S_ISREG(status.st_mode):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
    return f"{stat.filemode(status.st_mode)} {status.st_uid}:{status.st_gid} {content} {str(path)!r}"


def compare(first: list[str], second: list[str]) -> int:
    """Print how many paths are the same and name those that are not; return 1 where there are any."""
    ours, theirs = ({line.rpartition(" '")[2]: line for line in lines} for lines in (first, second))
    different = sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))
    print(
        f"{len({*ours, *theirs}) - len(different)} paths with the same mode, owner and bytes, {len(different)} without"
    )
    for name in different[:SHOWN]:
        print(f"  {ours.get(name, 'missing in the first')}\n  {theirs.get(name, 'missing in the second')}")
    if len(different) > SHOWN:
        print(f"  and {len(different) - SHOWN} more")
    return 1 if different or not ours else 0


if __name__ == "__main__":
    sys.exit(main())
