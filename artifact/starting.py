"""The files that a new task begins as: a task that keeps its contract, the test that says so, a study that has it."""

from __future__ import annotations

import keyword
import os
from pathlib import Path

from artifact.errors import BadInputError
from artifact.mistakes import NAME
from artifact.setting import TASKS
from artifact.store.files import refuse_existing, write_text
from artifact.store.paths import ROOT, STUDY
from artifact.study import read_study

TASK = ROOT / "artifact" / "tasks" / "_starting.py"
"""What is copied, under the name of the new task."""
TEST = '''"""What {name} keeps: it passes as it was written; change the task, and it says what no longer holds."""

from pathlib import Path

from artifact.contract import parametrize_with_checks


@parametrize_with_checks(["{name}:{name}"], study=Path(__file__).parent / "{name}.toml")
def test_contract(plugin, check):
    check(plugin)


# Say in further tests what is true of {name} alone: a ping that has to be labelled, one that must not be.
'''
TABLES = """# A study with {name}: what is not said here is as in the study that it extends.
extends = "{study}"

[runs]
tasks = [{tasks}]  # chosen: those of the study that it extends, and mine

[tasks.{name}]
bucket = 50                 # chosen: say why
probability = 0.002         # chosen: say why
length = [20, 60]           # chosen: say why
slower_ms = 20.0            # chosen: say why
"""


def start_task(name: str, folder: Path) -> list[Path]:
    """Write NAME.py, test_NAME.py and NAME.toml into ``folder`` and return them; nothing where one is there already."""
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        raise BadInputError(name, "is no name of a task", "use small letters, digits and _, and begin with a letter")
    if name in TASKS.known():
        raise BadInputError(name, "comes with the artifact", "call yours otherwise")
    study = Path(os.path.relpath(STUDY, folder)).as_posix()
    tasks = ", ".join(f'"{of}"' for of in (*read_study(STUDY).study.runs.tasks, f"{name}:{name}"))
    texts = {
        folder / f"{name}.py": _called(name, TASK.read_text(encoding="utf-8")),
        folder / f"test_{name}.py": TEST.format(name=name),
        folder / f"{name}.toml": TABLES.format(name=name, study=study, tasks=tasks),
    }
    for path in texts:
        refuse_existing(path)
    for path, text in texts.items():
        write_text(path, text)
    return list(texts)


def _called(name: str, text: str) -> str:
    of_class = "".join(part.capitalize() for part in name.split("_"))
    return text.replace("Starting:", f"{name}:", 1).replace("Starting", of_class).replace("starting", name)
