"""results.json and figures -> one page that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from artifact.errors import BadInputError
from artifact.results import read_results
from artifact.store.files import sha256, write_text
from artifact.store.kept import keep, stale
from artifact.store.paths import CellPaths, ResultPaths

if TYPE_CHECKING:
    import jinja2
    import pandas as pd

HERE = Path(__file__).resolve().parent
SYMBOLS = {"reproduced": "✓", "trend only": "≈", "undecided": "?", "not reproduced": "✗", "not attempted": "–"}


def render(paths: ResultPaths) -> None:
    """Draw the figures and write report.html: self-contained, escaped, without script and without network.

    Nothing is done where they are those of results.json already.
    """
    results = read_results(paths.results)
    series_path = _first_series(paths, results)
    manifest = _manifest(paths)
    if not stale(paths.rendered, manifest):
        return
    from artifact.report import figures

    series = _series(series_path)
    figures.figure1(paths.figure(1), series, results)
    figures.figure3(paths.figure(3), series, results)
    figures.accuracies(paths.accuracies, results)
    write_text(paths.report, _page(paths, results, series))
    drawn = (paths.report, paths.figure(1), paths.figure(3), paths.accuracies)
    keep(paths.rendered, manifest, {}, drawn)


def _page(paths: ResultPaths, results: Mapping[str, Any], series: pd.DataFrame) -> str:
    from artifact.report import figures

    names = [task["name"] for task in results["tasks"]]
    paper_tasks = [task["name"] for task in results["tasks"] if task["paper"]]
    style = (HERE / "page.css").read_text(encoding="utf-8")
    first = next(iter(results["table1"] or results["approaches"]))
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            r=results,
            names=names,
            paper_tasks=paper_tasks,
            further=[name for name in names if name not in paper_tasks],
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
            labelled=figures.counts(series, names, first),
        )
    )


def _manifest(paths: ResultPaths) -> dict[str, Any]:
    """Return what decides page and pictures."""
    sources = sorted(path for path in HERE.iterdir() if path.is_file())
    return {"results.json": sha256(paths.results), **{f"code of {path.name}": sha256(path) for path in sources}}


def _first_series(paths: ResultPaths, results: Mapping[str, Any]) -> Path:
    """Return the series of the first run; refuse one that is not of these results, as a stopped command leaves it."""
    first = results["provenance"]["first_run"]
    run = CellPaths(paths.folder / first["folder"])
    try:
        if (sha256(run.record), sha256(run.series)) == (first["record_sha256"], first["series_sha256"]):
            return run.series
    except OSError:
        pass
    raise BadInputError(paths.folder, "its runs are not those of its results.json", "run `make all`")


def _environment() -> jinja2.Environment:
    import jinja2

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
    import pandas as pd

    try:
        return pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise BadInputError(path, f"no readable series ({error})", "run `make train` first") from None


def _verdict_counts(results: Mapping[str, Any]) -> dict[str, int]:
    verdicts = [claim["verdict"] for claim in results["claims"]]
    return {word: verdicts.count(word) for word in SYMBOLS}


def _below_majority(results: Mapping[str, Any]) -> list[tuple[str, str, float, float]]:
    """List the cells of Table 1 that the majority baseline beats: approach, task, accuracy, baseline."""
    majority = results["paper"].get("majority", {})
    return [
        (results["titles"][name], task, results["paper"][name][task]["accuracy"]["mean"], cell["accuracy"]["mean"])
        for name in results["table1"]
        for task, cell in majority.items()
        if results["paper"][name][task]["accuracy"]["mean"] < cell["accuracy"]["mean"]
    ]


def _data_uri(picture: Path) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(picture.read_bytes()).decode()


def _score(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _interval(value: tuple[float, float] | None, digits: int = 3) -> str:
    return "" if value is None else f"[{value[0]:.{digits}f}, {value[1]:.{digits}f}]"


def _seconds(value: float) -> str:
    return f"{value:.1f}"


def _thousands(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"
