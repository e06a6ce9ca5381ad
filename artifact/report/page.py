"""results.json and figures -> one page that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from artifact.errors import BadInputError
from artifact.report.claims import (
    CONTRADICTED,
    CONTRADICTION,
    RESERVATIONS,
    SYMBOLS,
    VERDICTS,
    accepted,
    bar,
    claims_of,
    curves,
    fresh,
    here,
    kinds,
    level,
    published,
)
from artifact.report.standing import said, standing
from artifact.report.template import content_hash, environment
from artifact.results import read_results
from artifact.store.files import sha256, write_text
from artifact.store.kept import keep, stale
from artifact.store.paths import CellPaths, ResultPaths

if TYPE_CHECKING:
    import jinja2
    import pandas as pd

HERE = Path(__file__).resolve().parent


def render(paths: ResultPaths) -> None:
    """Draw the figures and write report.html: self-contained, escaped, without script and without network.

    Nothing is done where they are those of results.json already.
    """
    results = read_results(paths.results)
    series_path = _first_series(paths, results)
    manifest = _manifest(paths)
    if not stale(paths.rendered, manifest):
        return
    from artifact.report.figures.accuracies import accuracies
    from artifact.report.figures.series import figure1, figure3

    series = _series(series_path)
    figure1(paths.figure(1), series, results)
    figure3(paths.figure(3), series, results)
    accuracies(paths.accuracies, results)
    write_text(paths.report, _page(paths, results, series))
    drawn = (paths.report, paths.figure(1), paths.figure(3), paths.accuracies)
    keep(paths.rendered, manifest, {}, drawn)


def _page(paths: ResultPaths, results: Mapping[str, Any], series: pd.DataFrame) -> str:
    from artifact.report.figures.series import counts

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
            standing=standing(results),
            design=results.get("design"),
            level=level(results),
            walls={name: of["wall"] for name, of in results["timing"].items() if of.get("wall")},
            style=style,
            style_hash=content_hash(style),
            gold=counts(series, names, "gold"),
            labelled=counts(series, names, first),
            speed=_speed(paths),
            **_of_claims(results),
            **_pictures(paths, results),
        )
    )


def _speed(paths: ResultPaths) -> dict[str, Any] | None:
    from artifact.report.speed import speed

    found = speed(paths)
    return found and {**found, "picture": _data_uri(found["picture"])}


def _of_claims(results: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page says of claims, by their ids; anchors are numbers, as an id may be any text."""
    claims = claims_of(results)
    verdicts = [claim["verdict"] for claim in claims]
    return {
        "claims": [_claim(claim) for claim in claims],
        "verdicts": {word: verdicts.count(word) for word in VERDICTS},
        "anchors": {claim["id"]: f"claim-{number}" for number, claim in enumerate(claims, 1)},
        "said": {claim["id"]: said(claim) for claim in claims},
        "chips": {claim["id"]: kinds(claim) for claim in claims},
        "fresh": fresh(claims),
        "bars": {claim["id"]: bar(claim) for claim in claims},
        "symbols": SYMBOLS,
        "verdict_words": VERDICTS,
        "reservation_words": {**RESERVATIONS, CONTRADICTED: CONTRADICTION},
    }


def _claim(claim: Mapping[str, Any]) -> dict[str, Any]:
    """Return a claim with its numbers in words, the variations that turn it first."""
    under = sorted(claim["under"], key=lambda of: not of["turns"])
    return {
        **claim,
        "here": here(claim, claim["reproduced"], claim["ci90"]),
        "printed": published(claim),
        "accepted": accepted(claim),
        "trended": accepted(claim, "trend"),
        "turning": sum(bool(of["turns"]) for of in under),
        "under": [{**of, "here": here(claim, of["mean"], of["ci90"])} for of in under],
    }


def _pictures(paths: ResultPaths, results: Mapping[str, Any]) -> dict[str, Any]:
    """Return every picture as an address that holds it, and what is said in the place of those that vary."""
    from artifact.report.figures.curve import curve
    from artifact.report.figures.dots import dots
    from artifact.report.figures.stretch import stretch

    files = {"figure1": paths.figure(1), "figure3": paths.figure(3), "table1": paths.accuracies}
    drawn = {name: path.read_text(encoding="utf-8") for name, path in files.items()}
    seen = stretch(results)
    answers = {key: dots(answer) for key, answer in results["audit"].items()}
    specified = [(claim, others, curve(claim)) for claim, others in curves(claims_of(results))]
    return {
        "pictures": {name: _data_uri(picture) for name, picture in drawn.items()},
        "seen": _data_uri(seen) if seen else None,
        "answers": {key: _data_uri(picture) for key, picture in answers.items() if picture},
        "stretch_alt": _stretch_in_words(results),
        "curves": [
            {
                "claim": claim,
                "others": [other["id"] for other in others],
                "picture": _data_uri(picture),
                "alt": _curve_in_words(claim),
            }
            for claim, others, picture in specified
            if picture
        ],
    }


def _stretch_in_words(results: Mapping[str, Any]) -> str:
    part = results.get("stretch")
    if not part:
        return ""
    titles = {"gold": "gold", **results["titles"], **part.get("titles", {})}
    said = [
        f"{task['name']}: " + ", ".join(f"{titles.get(side, side)} {sum(of[task['name']])}" for side, of in labels)
        for task in results["tasks"]
        if (labels := [(side, of) for side, of in part["labels"].items() if of.get(task["name"])])
    ]
    return f"{len(part['ping_ms']):,} pings and who labels how many of them. {'. '.join(said)}."


def _curve_in_words(claim: Mapping[str, Any]) -> str:
    means = [of["mean"] for of in claim["under"] if of["mean"] is not None]
    if not means:
        return ""
    turning = sum(bool(of["turns"]) for of in claim["under"])
    return (
        f"{claim['id']}: {here(claim, claim['reproduced'], claim['ci90'])} as in Table 1; "
        f"{min(means):+.3f} to {max(means):+.3f} under {len(means)} other choices, of which {turning} turn the verdict."
    )


def _manifest(paths: ResultPaths) -> dict[str, Any]:
    """Return what decides page and pictures."""
    sources = sorted(path for kind in ("*.py", "*.j2", "*.css") for path in HERE.rglob(kind))
    named = {f"code of {path.relative_to(HERE).as_posix()}": sha256(path) for path in sources}
    measured = {"bench.json": sha256(paths.bench)} if paths.bench.exists() else {}
    return {"results.json": sha256(paths.results), **measured, **named}


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
    found = environment(HERE)
    found.filters |= {"score": _score, "interval": _interval, "seconds": _seconds, "thousands": _thousands}
    found.filters["step"] = _step
    return found


def _series(path: Path) -> pd.DataFrame:
    import pandas as pd

    try:
        return pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise BadInputError(path, f"no readable series ({error})", "run `make train` first") from None


def _data_uri(picture: str) -> str:
    # A quarter shorter than base64; nothing is left that means something in HTML or ends an address.
    return "data:image/svg+xml," + quote(picture, safe=" /:=,;()+*!?@{}")


def _score(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _interval(value: tuple[float, float] | None, digits: int = 3) -> str:
    return "" if value is None else f"[{value[0]:.{digits}f}, {value[1]:.{digits}f}]"


def _step(value: float) -> int:
    """Return which of the eleven colours of a heat map a value in [0, 1] has."""
    return round(10 * min(max(value, 0.0), 1.0))


def _seconds(value: float) -> str:
    return f"{value:.1f}"


def _thousands(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"
