"""What the page says of speed: bench.json, where somebody has measured it here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from artifact.errors import BadInputError
from artifact.report.figures.scaling import scaling
from artifact.store.kept import read_checked
from artifact.store.paths import ResultPaths


def speed(paths: ResultPaths) -> dict[str, Any] | None:
    """Return the figures in words and the picture of how cost grows; None where nothing was measured."""
    if not paths.bench.exists():
        return None
    try:
        measured = read_checked(paths.bench)
    except ValueError as error:
        raise BadInputError(paths.bench, str(error), "run `make bench`, or remove it") from None
    return {
        "figures": [_in_words(of) for of in measured["figures"]],
        "picture": scaling(measured["scaling"]),
        "alt": _scaling_in_words(measured["scaling"]),
        "provenance": measured["provenance"],
        "reached": sum(of["passes"] for of in measured["figures"]),
    }


def _in_words(figure: Mapping[str, Any]) -> dict[str, Any]:
    bar, low, high = figure["bar"], min(figure["values"]), max(figure["values"])
    return {
        "what": bar["what"],
        "against": bar["against"],
        "note": figure["note"],
        "reached": _number(figure["median"]),
        "spread": f"{_number(low)} to {_number(high)}" if len(figure["values"]) > 1 else "",
        "unit": bar["unit"],
        "wanted": f"{bar['bound']} {_number(bar['wanted'])}",
        "equal": {True: "yes", False: "no", None: "–"}[figure["equal"]],
        "passes": figure["passes"],
    }


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _scaling_in_words(grown: Mapping[str, Any]) -> str:
    last = grown["rows"][-1]
    steps = ", ".join(
        f"{step} {_number(seconds[-1])} s, exponent {grown['exponents'][step]:.2f}"
        for step, seconds in grown["s"].items()
    )
    memory = f"Memory peaks at {_number(grown['peak_mib'][-1])} MiB."
    return f"Seconds and memory for {grown['rows'][0]:,} to {last:,} pings. At {last:,}: {steps}. {memory}"
