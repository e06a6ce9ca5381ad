"""Pack a release: the archive of the commit, its checksums, the SBOM, the reference results, with IMAGE=1 the image.

tools/release.py FOLDER      exit 2, with one line, where the tree is not what would be released
"""

from __future__ import annotations

import datetime
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from environment import fail

ROOT = Path(__file__).resolve().parent.parent


class NotReleasableError(Exception):
    """Something that a release must not have, in a line with the remedy."""


def main() -> int:
    """Check everything, then pack; nothing is left where a check fails."""
    folder = Path(sys.argv[1])
    try:
        version = checked()
        pack(folder, version)
    except NotReleasableError as error:
        return fail(str(error))
    except subprocess.CalledProcessError as error:
        return fail(f"`{' '.join(map(str, error.cmd))}` failed; nothing was released")
    return 0


def checked() -> str:
    """Return the version to release; raise where tree, documents, reference or tests are not those of a release."""
    if git("status", "--porcelain"):
        raise NotReleasableError("the tree differs from its commit; commit or remove what `git status` shows")
    version = consistent_version()
    if not (ROOT / "data" / "reference.json").is_file():
        raise NotReleasableError("data/reference.json is missing; `make reference` writes it, commit it")
    for target in ("lint", "test", "verify", "compare-reference"):
        print(f"release: make {target}", flush=True)
        subprocess.run(["make", target], cwd=ROOT, check=True)
    return version


def consistent_version() -> str:
    """Return the version that citation, project and changelog agree on; the date of the citation is no day to come."""
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    version, date = (value(citation, key) for key in ("version", "date-released"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    if project != version:
        raise NotReleasableError(f"CITATION.cff is of version {version}, pyproject.toml of {project}; write the same")
    first = re.search(r"^## (\S+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    if not first or first[1] != version:
        raise NotReleasableError(f"CHANGELOG.md does not begin with {version}; say what changed")
    if datetime.date.fromisoformat(date) > datetime.datetime.now(tz=datetime.UTC).date():
        raise NotReleasableError(f"CITATION.cff is released on {date}, a day to come; write today's")
    return version


def value(citation: str, key: str) -> str:
    """Return a value of the citation file's first level."""
    found = re.search(rf"^{key}: \"?([^\"\n]+)\"?$", citation, re.MULTILINE)
    if not found:
        raise NotReleasableError(f"CITATION.cff has no {key}; add it")
    return found[1]


def pack(folder: Path, version: str) -> None:
    """Write all files of the release into a folder, whole or not at all."""
    name = f"multitask-artifact-{version}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".release-") as place:
        beside = Path(place) / name
        beside.mkdir()
        git("archive", "--format=tar.gz", f"--prefix={name}/", "-o", str(beside / f"{name}.tar.gz"), "HEAD")
        shutil.copy(ROOT / "data" / "reference.json", beside)
        subprocess.run(["make", "sbom"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        shutil.copy(Path(os.environ.get("RESULTS", "results")) / "sbom.json", beside)
        if os.environ.get("IMAGE"):
            subprocess.run(["make", "container"], cwd=ROOT, check=True)
            archive = beside / f"{name}-image.tar"
            subprocess.run(["tools/container", "archive", str(archive)], cwd=ROOT, check=True)
        files = sorted(beside.iterdir())
        sums = subprocess.run(
            ["sha256sum", *(path.name for path in files)], cwd=beside, check=True, capture_output=True
        )
        (beside / "SHA256SUMS").write_bytes(sums.stdout)
        shutil.rmtree(folder, ignore_errors=True)
        beside.rename(folder)
    print(sums.stdout.decode(), end="")
    print(f"{folder}: version {version}, commit {git('rev-parse', 'HEAD')}")


def git(*arguments: str) -> str:
    """Return what git says."""
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
