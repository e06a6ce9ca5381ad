"""What the documents promise is there: files, anchors, targets and commands, each run by a test or by CI."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from artifact.cli import program
from artifact.store.paths import ROOT

DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "ARTIFACT.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "data").rglob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
WORKFLOWS = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / ".github" / "workflows").glob("*.yml"))
SETS_UP = {"container": "container-test", "golden": "smoke", "data": "all", "train": "all", "large-setup": "large-test"}
"""Targets that another one runs, or does all of."""
NEEDS_A_PERSON = {"docs", "lock", "release", "reference", "clean", "distclean"}
"""Targets that change what is committed or remove what was made: a test reads them, nobody runs them weekly."""
NEEDS_DATA = {"bench-changes"}
"""Targets for data of somebody else's, which are not shipped: the tests make some up for what is behind them."""

TEXTS = {path: path.read_text(encoding="utf-8") for path in DOCUMENTS}
LINKS = [(path, link) for path, text in TEXTS.items() for link in re.findall(r"\]\(([^)\s]+)\)", text)]
CODE = [(path, code) for path, text in TEXTS.items() for code in re.findall(r"`([^`\n]+)`", text)]
MAKE = re.compile(r"(?:`|^    |&& )make ([a-z][^`#&\n]*)", re.MULTILINE)
WORD = re.compile(r"(?<![=\w./-])[a-z][a-z-]*(?![=\w./])")
TARGETS = sorted({word for text in TEXTS.values() for line in MAKE.findall(text) for word in WORD.findall(line)})
RAN = {
    word
    for line in re.findall(r"(?:run: (?:\S+ )*make|^          -) ([a-z][^\n:]*)$", WORKFLOWS, re.MULTILINE)
    for word in WORD.findall(line)
}
"""Targets that a workflow runs, by itself or from its matrix."""
COMMANDS = sorted(
    {command for text in TEXTS.values() for command in re.findall(r"python -m artifact ([^`#|\n]+)", text)}
)


def anchors(text: str) -> set[str]:
    """Return the anchors of a document's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@pytest.mark.parametrize(("document", "link"), LINKS, ids=lambda of: of if isinstance(of, str) else of.name)
def test_a_link_leads_somewhere(document: Path, link: str) -> None:
    if re.match(r"https?://", link):
        return
    name, _, anchor = link.partition("#")
    target = (document.parent / name).resolve() if name else document
    assert target.exists(), link
    assert not anchor or anchor in anchors(target.read_text(encoding="utf-8")), link


def test_a_file_that_is_named_is_there() -> None:
    """By its path from the root, from the document or from a folder that the text around it speaks of."""
    kept = {str(path.relative_to(ROOT)) for path in ROOT.rglob("*.*") if ".venv" not in path.parts}
    named = re.compile(r"(?<![\w=:./~$-])((?:[\w.-]+/)*[\w-]+\.(?:md|toml|cff|golden|in|py))(?![\w*/:-])")
    missing = {
        f"{document.name}: {name}"
        for document, code in CODE
        for name in named.findall(code)
        if not name.startswith("results/") and not any(f"/{of}".endswith(f"/{name}") for of in kept)
    }
    assert missing == set()


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_that_is_named_is_run_by_ci(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE), target
    assert target in NEEDS_A_PERSON | NEEDS_DATA or SETS_UP.get(target, target) in RAN


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_that_is_named_is_one(line: str) -> None:
    command: click.Command = program
    words = shlex.split(line)
    context = click.Context(command)
    while isinstance(command, click.Group) and words and words[0][0] != "-":
        found = command.get_command(context, words.pop(0))
        assert found is not None, line
        command = found
    command.make_context("artifact", words)


def test_the_documents_say_much_of_this() -> None:
    assert len(LINKS) > 5
    assert len(TARGETS) > 15
    assert len(COMMANDS) > 3
