"""How fast it is, each figure beside its reference in one process, and how far that is from what was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from artifact.bench import chain, models, start, votes
from artifact.bench.measuring import Reached
from artifact.bench.neighbours import print_neighbours
from artifact.process import make_ready
from artifact.store.kept import write_checked
from artifact.store.provenance import git_commit, hardware, versions
from artifact.study import StudyFile

SEED = 5_000


def bench(file: StudyFile, to: Path, device: str = "cpu", large: bool = False) -> None:
    """Measure every figure, print each as it comes, and write all to ``to`` as JSON; ``large`` adds 10^8 pings."""
    make_ready()
    print("Seconds are CPU time of the thread; each figure is the median of five, taken in turn with its reference.")
    reached = []
    for one in _figures(file, device):
        print(in_words(one), flush=True)
        reached.append(one)
    grown = chain.scaling(file, large)
    for one in chain.bars(grown):
        print(in_words(one), flush=True)
        reached.append(one)
    provenance = {"git_commit": git_commit(), "versions": versions(), "hardware": hardware(device), "device": device}
    content = {"figures": [of.as_json() for of in reached], "scaling": grown, "provenance": provenance}
    write_checked(to, {"schema_version": 1, **content})
    print_neighbours(file)


def in_words(one: Reached) -> str:
    """Return a line: what was asked for and what came out."""
    bar = one.bar
    said = {True: "equal", False: "NOT EQUAL", None: ""}[one.equal]
    mark = "reached" if one.passes else "not reached"
    return f"{bar.what}: {one.median:,.4g} {bar.unit}, {bar.bound} {bar.wanted:,g} ({bar.against}) {said} {mark}"


def _figures(file: StudyFile, device: str) -> Iterator[Reached]:
    yield from start.start()
    yield from votes.votes(file, SEED)
    yield from models.label_models(file)
    yield from models.networks(file, device)
    yield from models.runs(file, device)
