"""Numbers in README.md, ARTIFACT.md and the datasheet: written between markers, from results.json alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from artifact.claims.verdicts import counted, standing_of
from artifact.errors import BadInputError
from artifact.reference import SAME
from artifact.report.claims import accepted, claims_of, here, kinds, level, published
from artifact.report.standing import listed, standing
from artifact.results import read_results
from artifact.store.files import write_text
from artifact.store.paths import ROOT, ResultPaths

DOCUMENTS = (ROOT / "README.md", ROOT / "ARTIFACT.md", ROOT / "data" / "DATASHEET.md")
PICTURES = ROOT / "docs"
_FIRST_SENTENCE = re.compile(r".*?\.(?= [A-Z]|$)")
_BLOCK = re.compile(r"(<!-- (?P<name>\w+): made by `make docs` -->\n)(?:(?!<!-- ).)*(<!-- end -->)", re.DOTALL)


def update(paths: ResultPaths) -> None:
    """Rewrite the marked blocks of the documents and the pictures beside them."""
    results = read_results(paths.results)
    for document in DOCUMENTS:
        write_text(document, filled(document, results))
    for picture in (paths.figure(3), paths.accuracies):
        write_text(PICTURES / picture.name, picture.read_text(encoding="utf-8"))


def filled(document: Path, results: Mapping[str, Any]) -> str:
    """Return the document's text with every marked block written anew."""

    def block(match: re.Match[str]) -> str:
        try:
            make = BLOCKS[match["name"]]
        except KeyError:
            known = ", ".join(BLOCKS)
            raise BadInputError(document, f"no block {match['name']!r}", f"use one of {known}") from None
        return match[1] + make(results) + "\n" + match[3]

    return _BLOCK.sub(block, document.read_text(encoding="utf-8"))


def summary(results: Mapping[str, Any]) -> str:
    """Return what stands, Table 1 and the claims as Markdown, for the summary of a job."""
    parts = ["## What stands", _standing(results)]
    if results["table1"]:
        parts += ["## Table 1", _table1(results)]
    return "\n\n".join([*parts, "## Claims", _claims(results)]) + "\n"


def _table1(results: Mapping[str, Any]) -> str:
    names = [task["name"] for task in results["tasks"] if task["paper"]]
    rows = []
    for side, cells in results["table1"].items():
        printed = results["published"]["table1"][side]
        accuracies = [f"{cells[name]['accuracy']['mean']:.3f} ({printed.get(name, '-')})" for name in names]
        time_s = f"{cells['time_s']['mean']:.1f} s ({printed['time_s']:.0f} s)"
        rows.append([results["titles"][side], *accuracies, time_s])
    return _markdown(["here (published)", *names, "time"], rows)


def _claims(results: Mapping[str, Any]) -> str:
    rows = []
    for claim in claims_of(results):
        value = here(claim, claim["reproduced"], claim["ci90"])
        numbers = [claim["statement"], published(claim), _off(claim), value, accepted(claim)]
        worth = [claim["verdict"], ", ".join(kinds(claim)) or "none", "yes" if claim["stands"] else "no"]
        rows.append([claim["id"], claim["section"], *numbers, *worth])
    value = f"here [{level(results)} % interval]"
    head = ["claim", "section", "statement", "published", "off by", value, "accepted", "verdict"]
    return _markdown([*head, "reservations", "stands"], rows)


def _off(claim: Mapping[str, Any]) -> str:
    """Return how far the number here is from the published one, in per cent of that."""
    if not claim["published"] or claim["reproduced"] is None:
        return "–"
    return f"{100 * (claim['reproduced'] / claim['published'] - 1):+.1f} %"


def _standing(results: Mapping[str, Any]) -> str:
    told = standing(results)
    falls = [f"{line.head}: {', '.join(line.ids)}; {line.says}" for line in told.falls]
    stands = [f"{line.head}: {line.says}" for line in told.stands]
    parts = [*_list("Know first:", told.limits), f"**{told.count}**"]
    return "\n\n".join(
        [told.built, *parts, *_list("What does not stand, and why:", falls), *_list("What stands:", stands)]
    )


def _stands(results: Mapping[str, Any]) -> str:
    told = standing(results)
    these = "Those are" if len(told.stands) > 1 else "That is"
    names = f" {these} {listed(line.head for line in told.stands)}." if told.stands else ""
    return "\n\n".join([*_list("Know first:", told.limits), f"**{told.count}**{names}"])


def _falls(results: Mapping[str, Any]) -> str:
    rows = [[line.head, ", ".join(line.ids), line.says] for line in standing(results).falls]
    return _markdown(["what does not stand", "claims", "why"], rows)


def _list(head: str, lines: Sequence[str]) -> list[str]:
    """Return a heading and its lines as a list; nothing where there are none."""
    return [head, "\n".join(f"- {_plain(line)}" for line in lines)] if lines else []


def _times(results: Mapping[str, Any]) -> str:
    told = results["provenance"]
    machine, stages = told["hardware"], told["stage_s"]
    rows = [[stage.replace("_", " "), f"{seconds:.0f} s"] for stage, seconds in stages.items()]
    system, processor = machine["system"].split()[0], machine["processor"]
    measured = f"{machine['cores']} cores of {processor}, {machine['memory_gib']} GiB, {system}"
    by = f"Python {told['versions']['python']}, device {told['device']}, {len(told['seeds'])} runs"
    return f"Measured on {measured}, {by}:\n\n" + _markdown(["stage", "time"], rows)


def _expected(results: Mapping[str, Any]) -> str:
    claims = results["claims"]
    rows = [
        ["`make all`", f"`{counted(claims)}; read results/report.html`"],
        ["`make verify`", f"`{standing_of(claims)}`, then `all as expected`"],
        ["`make status`", "`the study: N of N cells current`, and a line like it for every question of the audit"],
        ["`make compare-reference`", f"a line per stage, on the same processor `{SAME}`"],
        ["`make test`", "`N passed`, and nothing failed"],
    ]
    return _markdown(["command", "ends with"], rows)


def _audit(results: Mapping[str, Any]) -> str:
    rows = [[of["question"], _first_sentence(of["answer"])] for of in results["audit"].values()]
    return _markdown(["question", "how its answer begins; the page has the rest"], rows)


def _first_sentence(text: str) -> str:
    found = _FIRST_SENTENCE.match(text)
    return found[0] if found else text


def _base(results: Mapping[str, Any]) -> str:
    base = results["base"]
    rows = [
        ["pings", f"{base['pings']:,}"],
        ["median", f"{base['median_ms']:.2f} ms"],
        ["99th percentile over median", f"{base['p99_ms'] / base['median_ms']:.2f}"],
        ["lag-1 autocorrelation", f"{base['autocorrelation']:.2f}"],
        ["loss", f"{100 * base['loss']:.3f} %"],
    ]
    return _markdown(["first reported run's base, cleaned", "value"], rows)


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([_plain(cell).replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _plain(text: str) -> str:
    """Return a line in which nothing that a study or a variation is called becomes markup."""
    return " ".join(text.split()).replace("<", "&lt;")


BLOCKS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "table1": _table1,
    "claims": _claims,
    "times": _times,
    "expected": _expected,
    "audit": _audit,
    "standing": _standing,
    "stands": _stands,
    "falls": _falls,
    "base": _base,
}
