"""Write the files that CONTRIBUTING.md and docs/ print, as somebody would, with a study.toml that lists them.

tools/lab.py FOLDER
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# ([\w/]+\.\w+)(?:, continued)?\n")
DOCUMENTS = (ROOT / "CONTRIBUTING.md", ROOT / "docs" / "new_task.md", ROOT / "docs" / "new_approach.md")
BLOCKS: list[tuple[str, str]] = [of for path in DOCUMENTS for of in BLOCK.findall(path.read_text(encoding="utf-8"))]
"""Language and text of every block that they print."""


def write(folder: Path) -> None:
    """Write every file that is printed below a folder; the study as a whole one, which can be taken elsewhere."""
    study = tomlkit.parse((ROOT / "study.toml").read_text(encoding="utf-8"))
    for _, text in BLOCKS:
        if not (file := FILE.match(text)):
            continue
        # A question stands in the artifact itself; here it lies aside, or it would hide the package.
        path = folder / file[1].replace("artifact/audit", "questions")
        path.parent.mkdir(exist_ok=True)
        if path.name == "study.toml":
            merge(study, {key: of for key, of in tomllib.loads(text).items() if key != "extends"})
        else:
            with path.open("a", encoding="utf-8") as written:
                written.write(text)
    (folder / "study.toml").write_text(tomlkit.dumps(study), encoding="utf-8")


def merge(table: Any, more: Mapping[str, Any]) -> None:
    """Change or add keys of a table, and of those in it."""
    for key, value in more.items():
        if isinstance(value, dict) and key in table:
            merge(table[key], value)
        else:
            table[key] = value


if __name__ == "__main__":
    write(Path(sys.argv[1]))
