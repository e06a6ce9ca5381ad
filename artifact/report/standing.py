"""What was rebuilt, what stands, what does not and why: the same sentences for page, README.md and ARTIFACT.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from artifact.report.claims import (
    CONTRADICTED,
    CONTRADICTION,
    GAINS,
    RESERVATIONS,
    VERDICTS,
    claims_of,
    curves,
    farthest,
    here,
    kinds,
    published,
)

Claims = Sequence[Mapping[str, Any]]
CONCLUDING = {"abstract", "4"}
"""Sections in which the paper says what it found."""


@dataclass(frozen=True)
class Line:
    """A line of a list: what it is about, what is said of it, and of which claims."""

    head: str
    says: str
    ids: list[str]


@dataclass(frozen=True)
class Standing:
    """The story in short; ``falls`` groups the claims that do not stand by why, ``limits`` is what to know first.

    ``conclusions`` are the claims of the paper's abstract and last section, by their ids.
    """

    built: str
    count: str
    conclusions: list[str]
    limits: list[str]
    falls: list[Line]
    stands: list[Line]


def standing(results: Mapping[str, Any]) -> Standing:
    """Tell from the numbers alone what was rebuilt and what of it stands."""
    claims = claims_of(results)
    tested = [claim for claim in claims if claim["verdict"] != "not attempted"]
    return Standing(
        built=_built(results),
        count=_count(tested),
        conclusions=[
            claim["id"] for claim in tested if CONCLUDING & {of.strip() for of in claim["section"].split(",")}
        ],
        limits=[*_dead(results), *_turned(tested), *_below_majority(results), *_short_base(results)],
        falls=_falls(claims),
        stands=[Line(claim["id"], said(claim), [claim["id"]]) for claim in tested if claim["stands"]],
    )


def listed(names: Iterable[str]) -> str:
    """Return names as a sentence lists them."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _built(results: Mapping[str, Any]) -> str:
    base, tasks = results["base"], listed(task["name"] for task in results["tasks"])
    said = [f"Rebuilt from the paper alone, as no code or data of the authors is public: {base['pings']:,} pings"]
    said[0] += f" ({base['name']}) with {tasks} added, one label model for each, one network for all."
    design = results.get("design")
    if design:
        said.append(
            f"Table 1 is the mean of {_counted(design['timed_runs'], 'timed run')}; verdicts rest on these and on "
            f"{_counted(design['data_sets'], 'further data set')}, {_counted(design['trainings'], 'training')} on each."
        )
    return " ".join(said)


def _count(tested: Claims) -> str:
    stand = sum(claim["stands"] for claim in tested)
    if not tested:
        return "None of the paper's statements was tested."
    of = f"of the paper's {_counted(len(tested), 'tested statement')}"
    if stand == 0:
        return f"None {of} stands."
    return f"{stand} {of} {'stands' if stand == 1 else 'stand'}: reproduced, and without a reservation."


def said(claim: Mapping[str, Any]) -> str:
    """Return a claim's statement with its value here and the published one."""
    if claim["reproduced"] is None:
        return f"{claim['statement']}."
    value = f"{here(claim, claim['reproduced'], claim['ci90'])} here"
    printed = "" if claim["published"] is None else f", {published(claim)} published"
    return f"{claim['statement']}: {value}{printed}."


def _falls(claims: Claims) -> list[Line]:
    groups = [
        (word[0].upper() + word[1:], VERDICTS[word], [claim for claim in claims if claim["verdict"] == word])
        for word in ("not reproduced", "undecided", "trend only")
    ]
    reproduced = [claim for claim in claims if claim["verdict"] == "reproduced"]
    groups += [
        (f"Reproduced, but {kind}", why, [claim for claim in reproduced if kind in kinds(claim)])
        for kind, why in (*RESERVATIONS.items(), (CONTRADICTED, CONTRADICTION))
    ]
    others = [claim for claim in claims if claim["contradicted"] and claim["verdict"] != "reproduced"]
    groups.append(("Contradicted by Table 1 itself", CONTRADICTION, others))
    groups.append(
        ("Not attempted", VERDICTS["not attempted"], [of for of in claims if of["verdict"] == "not attempted"])
    )
    return [Line(f"{head} ({len(of)})", f"{why}.", [claim["id"] for claim in of]) for head, why, of in groups if of]


def _dead(results: Mapping[str, Any]) -> list[str]:
    """Say of each approach in how many runs it never gave a property's label."""
    by_approach: dict[tuple[str, int], list[Mapping[str, Any]]] = {}
    for of in results.get("dead", ()):
        if of["runs"]:
            by_approach.setdefault((of["approach"], of["of"]), []).append(of)
    return [_of_dead(*of, dead) for of, dead in by_approach.items()]


def _of_dead(approach: str, runs: int, dead: Sequence[Mapping[str, Any]]) -> str:
    tasks = listed(f"{of['task']} in {of['runs']:,}" for of in dead)
    return f"{approach}, in {_counted(runs, 'run')}: never recognised a single ping of {tasks}."


def _turned(tested: Claims) -> list[str]:
    """Say what the gains that the paper puts a number on become under the choice that moves them most."""
    lines = []
    for claim, _ in curves([claim for claim in tested if claim["published"] is not None]):
        same = [of for of in tested if of["measure"] in GAINS and of["reproduced"] == claim["reproduced"]]
        turned = next(((of, far) for of in same if (far := farthest(of))), None)
        if turned:
            of, far = turned
            lines.append(
                f"{of['statement']} ({of['id']}): {here(of, of['reproduced'], of['ci90'])} as the study is, "
                f"{here(of, far['mean'], far['ci90'])} under “{far['variation']}”: {far['reason']}."
            )
    return lines


def below_majority(results: Mapping[str, Any]) -> list[tuple[str, str, float, float]]:
    """List the cells of Table 1 that the majority baseline beats: approach, task, accuracy, baseline."""
    majority = results["paper"].get("majority", {})
    return [
        (results["titles"][name], task, results["paper"][name][task]["accuracy"]["mean"], cell["accuracy"]["mean"])
        for name in results["table1"]
        for task, cell in majority.items()
        if results["paper"][name][task]["accuracy"]["mean"] < cell["accuracy"]["mean"]
    ]


def _below_majority(results: Mapping[str, Any]) -> list[str]:
    beaten = [
        f"{side} on {task} ({ours:.3f} against {theirs:.3f})" for side, task, ours, theirs in below_majority(results)
    ]
    return [f"Always answering with the majority class is more accurate than {listed(beaten)}."] if beaten else []


def _short_base(results: Mapping[str, Any]) -> list[str]:
    base = results["base"]
    if base["pings"] >= base["wanted"]:
        return []
    pings = f"{base['pings']:,} pings, fewer than the study's {base['wanted']:,}"
    return [f"The base trace holds {pings}; it was used whole."]


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
