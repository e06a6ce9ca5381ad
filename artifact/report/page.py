"""results.json and figures -> one page that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from artifact.errors import BadInputError
from artifact.files import unchanged, write_text
from artifact.paths import ResultPaths
from artifact.report import figures
from artifact.results import SIDES, read_results
from artifact.sealed import read_sealed

HERE = Path(__file__).resolve().parent
SYMBOLS = {"reproduced": "✓", "trend only": "≈", "not reproduced": "✗", "not attempted": "–"}


def render(paths: ResultPaths) -> None:
    """Draw the figures and write report.html: self-contained, escaped, without script and without network."""
    results = read_results(paths.results)
    _check_runs(paths, results)
    series = _series(paths.run(0).series)
    figures.figure1(paths.figure(1), series, results)
    figures.figure3(paths.figure(3), series, results)
    figures.accuracies(paths.accuracies, results)
    names = [task["name"] for task in results["tasks"]]
    page = _environment().get_template("page.html.j2")
    style = (HERE / "page.css").read_text(encoding="utf-8")
    text = page.render(
        r=results,
        names=names,
        sides=SIDES,
        symbols=SYMBOLS,
        verdicts=_verdict_counts(results),
        below_majority=_below_majority(results),
        style=style,
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        images={
            "figure1": _data_uri(paths.figure(1)),
            "figure3": _data_uri(paths.figure(3)),
            "table1": _data_uri(paths.accuracies),
        },
        gold=figures.counts(series, names, "gold"),
        labelled=figures.counts(series, names, "single_task"),
    )
    write_text(paths.report, text)


def _check_runs(paths: ResultPaths, results: Mapping[str, Any]) -> None:
    """Refuse runs that are not those of results.json, as a command that was stopped half way leaves them."""
    try:
        for number, seal in enumerate(results["provenance"]["records"]):
            run = paths.run(number)
            record = read_sealed(run.record)
            if record["seal"] != seal or not unchanged(run.folder, record["outputs"]):
                raise ValueError
    except ValueError:
        raise BadInputError(paths.folder, "its runs are not those of its results.json", "run `make all`") from None


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"score": _score, "interval": _interval, "seconds": _seconds, "thousands": _thousands}
    return environment


def _series(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise BadInputError(path, f"no readable series ({error})", "run `make train` first") from None


def _verdict_counts(results: Mapping[str, Any]) -> dict[str, int]:
    verdicts = [claim["verdict"] for claim in results["claims"]]
    return {word: verdicts.count(word) for word in SYMBOLS}


def _below_majority(results: Mapping[str, Any]) -> list[tuple[str, str, float, float]]:
    """List the cells of Table 1 that the majority baseline beats: approach, task, accuracy, baseline."""
    approaches = results["approaches"]
    return [
        (SIDES[side], task, cell["accuracy"]["mean"], approaches["majority"][task]["accuracy"]["mean"])
        for side in ("single_task", "multi_task")
        for task, cell in approaches[side].items()
        if cell["accuracy"]["mean"] < approaches["majority"][task]["accuracy"]["mean"]
    ]


def _data_uri(picture: Path) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(picture.read_bytes()).decode()


def _score(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _interval(value: tuple[float, float] | None, digits: int = 3) -> str:
    return "" if value is None else f"[{value[0]:.{digits}f}, {value[1]:.{digits}f}]"


def _seconds(value: float) -> str:
    return f"{value:.1f}"


def _thousands(value: float) -> str:
    return f"{value:,.0f}"
