"""The code behind a module: whatever it may import, down to libraries, without its comments."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from artifact.grid import code
from artifact.grid.code import code_and_versions

Found = Callable[[dict[str, str]], dict[str, str]]


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Found:
    """Write modules into a folder; return what code_and_versions says of their ``start``, names without the folder."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)

    def of(modules: dict[str, str]) -> dict[str, str]:
        for name, text in modules.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        for cached in (code._source, code._library, code._version, code._read):
            cached.cache_clear()
        names = code_and_versions(["start"])
        return {name.replace(f"{tmp_path}/", ""): value for name, value in names.items()}

    yield of
    for name in set(sys.modules) - before:
        del sys.modules[name]


def files(said: dict[str, str]) -> set[str]:
    return {name.removeprefix("code of ") for name in said if name.startswith("code of ")}


IMPORTS = [
    # How start.py comes to need something, and what is found besides it.
    ("import helper", {"helper.py"}),
    ("import helper as h", {"helper.py"}),
    ("from helper import VALUE", {"helper.py"}),
    ("import pack.inner", {"pack/__init__.py", "pack/inner.py"}),
    ("from pack import inner", {"pack/__init__.py", "pack/inner.py"}),
    ("from pack.inner import VALUE", {"pack/__init__.py", "pack/inner.py"}),
    ("import pack.near", {"pack/__init__.py", "pack/near.py", "pack/inner.py"}),
    ("import pack.deep.far", {"pack/__init__.py", "pack/deep/__init__.py", "pack/deep/far.py", "pack/inner.py"}),
    ("import spread.part", {"spread/part.py"}),
    ("def f():\n    import helper", {"helper.py"}),
    ("class C:\n    def f(self):\n        from helper import VALUE", {"helper.py"}),
    ("try:\n    import helper\nexcept ImportError:\n    pass", {"helper.py"}),
    ("if 1:\n    import helper", {"helper.py"}),
    ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import helper", set()),
    ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import json\nelse:\n    import helper", {"helper.py"}),
    ("import json, os.path", set()),
    ("import there_is_no_such_module", set()),
    ("import circle", {"circle.py"}),
]
MODULES = {
    "helper.py": "VALUE = 1\n",
    "pack/__init__.py": "",
    "pack/inner.py": "VALUE = 2\n",
    "pack/near.py": "from . import inner\n",
    "pack/deep/__init__.py": "",
    "pack/deep/far.py": "from ..inner import VALUE\n",
    "spread/part.py": "",
    "circle.py": "import start\n",
}


@pytest.mark.parametrize(("text", "expected"), IMPORTS)
def test_all_that_may_be_imported_is_found(found: Found, text: str, expected: set[str]) -> None:
    assert files(found({**MODULES, "start.py": text + "\n"})) == {"start.py", *expected}


def test_nothing_is_run_to_find_it(found: Found) -> None:
    text = "raise RuntimeError('run')\nimport helper\n"
    assert files(found({**MODULES, "start.py": text})) == {"start.py", "helper.py"}


def test_libraries_are_told_by_their_version(found: Found) -> None:
    from importlib import metadata

    said = found({"start.py": "import numpy.linalg\nfrom sklearn.metrics import f1_score\nimport json\n"})
    versions = {name: value for name, value in said.items() if not name.startswith("code of ")}
    assert versions == {
        "version of Python": sys.version.split()[0],
        "version of numpy": metadata.version("numpy"),
        "version of sklearn": metadata.version("scikit-learn"),
    }


BEFORE = '''
"""What it is for."""
import json
LIMIT = 3
"""What a limit is for."""
class C:
    """A class."""
    size = 1
    """Its size."""
    async def f(self):
        """A function."""
        return "a text"
'''
SAME = [
    ("LIMIT = 3", "# why\nLIMIT = 3  # three"),
    ("What it is for.", "What it was for."),
    ("What a limit is for.", "Another word."),
    ("A class.", "A kind."),
    ("Its size.", "Its extent."),
    ("A function.", "Something."),
    ("LIMIT = 3", "LIMIT = (\n    3\n)"),
]
OTHER = [
    ("LIMIT = 3", "LIMIT = 4"),
    ('return "a ', 'return "the '),
    ("import json", "import json as j"),
    ("size = 1", "size = '1'"),
    ("async def f", "async def g"),
]


@pytest.mark.parametrize(("old", "new"), SAME)
def test_comments_docstrings_and_layout_do_not_count(found: Found, old: str, new: str) -> None:
    assert old in BEFORE
    assert found({"start.py": BEFORE}) == found({"start.py": BEFORE.replace(old, new, 1)})


@pytest.mark.parametrize(("old", "new"), OTHER)
def test_anything_else_does(found: Found, old: str, new: str) -> None:
    assert old in BEFORE
    assert found({"start.py": BEFORE}) != found({"start.py": BEFORE.replace(old, new, 1)})


def test_nothing_to_the_right_of_a_run_decides_one() -> None:
    """One way through the house: what reads records is not imported by what makes them."""
    shown = files(code_and_versions(["artifact.run"]))
    right = ("grid/", "results.py", "claims.py", "audit/", "report/", "cli/", "store/", "annotate/")
    assert "artifact/dataset.py" in shown
    assert not [name for name in shown if name.startswith(tuple(f"artifact/{folder}" for folder in right))]
