"""The way from a study to its page: data sets, cells, results.json, audit, report, each going on where it stopped."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from artifact import reference
from artifact.audit import ON_DEMAND, QUESTIONS, asks, carries, question
from artifact.audit.answer import Answer, Found
from artifact.grid.code import code_and_versions
from artifact.grid.grid import Cell, Grid
from artifact.reported import Plan
from artifact.results import assemble, write_results
from artifact.store.files import held, json_sha256, remove_torn, write_text
from artifact.store.kept import keep, kept, stale
from artifact.store.paths import ResultPaths

Asked = Mapping[str, Sequence[Cell]]
Records = Mapping[str, Sequence[Mapping[str, Any]]]


@contextmanager
def writing(results: ResultPaths, *others: Path) -> Iterator[None]:
    """Hold the results folder: two commands that write to one folder would mix their runs.

    What a killed command left half written there, and in ``others``, is removed.
    """
    names = "name a folder that can be written with RESULTS="
    with held(results.lock, names, "wait for it, or name another folder with RESULTS="):
        remove_torn((*results.written(), *others))
        yield


@contextmanager
def prepared(grid: Grid, data: Path) -> Iterator[None]:
    """Hold the results folder, with the reported data sets in place."""
    with writing(grid.results, data):
        build_data(grid, data)
        yield


def build_data(grid: Grid, folder: Path) -> None:
    """Write every reported data set as CSV (RTTs in ms), a row per ping, with the checksums of their contents."""
    from artifact.dataset import SPLITS, build_dataset

    plan, record = Plan(grid.file), folder / "datasets.json"
    cells = plan.cells(seeds=plan.seeds)
    manifest = {f"data set {k}": json_sha256(grid.manifest(cell)) for k, cell in enumerate(cells)}
    if not stale(record, manifest):
        return
    import numpy as np
    import pandas as pd

    outputs, sums = [], []
    for k, cell in enumerate(cells):
        setting = grid.setting(cell)
        dataset = build_dataset(setting.trace, setting.dataset, setting.tasks, cell.seeds.dataset, grid.trace)
        split = np.empty(len(dataset.rtt_us), dtype=object)
        for name in SPLITS:
            split[dataset.splits[name]] = name
        columns = {"ping_ms": dataset.rtt_us / 1000, "base_ms": dataset.base_us / 1000, **dataset.gold, "split": split}
        outputs.append(folder / f"run-{k:02}.csv")
        write_text(outputs[-1], pd.DataFrame(columns).to_csv(index=False, lineterminator="\n"))
        sums.append(f"{dataset.sha256()}  run-{k:02}")
    write_text(folder / "SHA256SUMS", "\n".join(sums) + "\n")
    keep(record, manifest, {}, outputs)


def rebuild(grid: Grid, audit: bool = True) -> dict[str, Any]:
    """Do all cells that the study and its audit need, in one go; write and return results.json.

    Without ``audit`` only questions are answered whose cells are there already.
    """
    plan = Plan(grid.file)
    cells = plan.reported()
    asked = {name: asks(name, plan) for name in QUESTIONS}
    # A claim speaks of other lines too: of the paper's tasks alone, and whether or not the audit is wanted.
    onto = {row: plan.of_the_paper(of) for row, of in asked["carries"].items()}
    grid.do(_flat(cells, onto, *(asked.values() if audit else ())))
    there = {name: of for name, of in asked.items() if audit or not any(map(grid.reasons, _flat(of)))}
    read = _read_once(grid)
    results = assemble(grid, read(cells), carries.unseen(plan, read(onto)))
    answers = {name: as_json(_answer(grid, name, read(of), results)) for name, of in there.items()}
    results["audit"] = answers | _kept_answers(grid)
    results["reference"] = reference.compared(results)
    write_results(grid.results, results)
    return results


def answered(grid: Grid, name: str, asked: Asked, results: Mapping[str, Any]) -> Answer:
    """Answer one question from the records of its cells, which are there."""
    return _answer(grid, name, _read_once(grid)(asked), results)


def keep_answer(grid: Grid, name: str, answer: Answer) -> None:
    """Keep the answer to a question that is asked on demand, so that a later report shows it too."""
    keep(grid.results.answer(name), _answer_manifest(grid, name), as_json(answer))


def as_json(answer: Answer) -> dict[str, Any]:
    """Return an answer as it stands in results.json."""
    return dataclasses.asdict(answer)


def _answer(grid: Grid, name: str, records: Records, results: Mapping[str, Any]) -> Answer:
    answer: Answer = question(name).answer(Found(Plan(grid.file), records, results))
    return answer


def _read_once(grid: Grid) -> Callable[[Asked], dict[str, list[dict[str, Any]]]]:
    """Return a way to read what is asked for that opens each record once, however often it is asked for."""
    known: dict[Path, dict[str, Any]] = {}

    def record(cell: Cell) -> dict[str, Any]:
        path = grid.paths(cell).record
        if path not in known:
            (known[path],) = grid.read([cell])
        return known[path]

    return lambda asked: {row: [record(cell) for cell in some] for row, some in asked.items()}


def _flat(*asked: Asked) -> list[Cell]:
    return [cell for of in asked for some in of.values() for cell in some]


def _kept_answers(grid: Grid) -> dict[str, Any]:
    """Return the answers that were asked with options, one of `make all` with more than it has among them."""
    there = {name: path for name in (*QUESTIONS, *ON_DEMAND) if (path := grid.results.answer(name)).exists()}
    return {name: kept(path) for name, path in there.items() if not stale(path, _answer_manifest(grid, name))}


def _answer_manifest(grid: Grid, name: str) -> dict[str, Any]:
    """Return what decides an answer on demand: the first reported cell's manifest, variations, the question's code.

    So do the cells that `make all` has of the question.
    """
    study, plan = grid.file.study, Plan(grid.file)
    cells = _flat(asks(name, plan)) if name in QUESTIONS else []
    return {
        **grid.manifest(plan.every()[0]),
        "cells": json_sha256([grid.manifest(cell) for cell in cells]),
        "runs": study.runs.model_dump(mode="json"),
        "variations": {of.name: of.set for of in grid.file.variations.values()},
        "multiverse": study.multiverse.model_dump(mode="json") if name == "multiverse" else None,
        **code_and_versions([question(name).__name__]),
    }
